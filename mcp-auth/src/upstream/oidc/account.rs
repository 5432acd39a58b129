//! What an issuer says about an account, for those who decide who may enter.

use serde_json::{Map, Value};

use super::Oidc;
use crate::{
    store::Person,
    upstream::{Account, SignInError, Tokens, Untold, Wanted},
};

impl Oidc {
    /// It is asked each time: what stood in an ID token is as old as the sign-in.
    pub(super) async fn tell(
        &self,
        person: &Person,
        tokens: &Tokens,
        wanted: &Wanted,
    ) -> Result<Account, SignInError> {
        let failed = |untold: Untold| Account {
            email_addresses: Err(untold.clone()),
            memberships: wanted.memberships.iter().map(|of| (of.clone(), Err(untold.clone()))).collect(),
        };
        let known = match self.known().await {
            Ok(known) => known,
            Err(error) => return Ok(failed(unavailable(&error))),
        };
        let claims = match self.ask_user_info(&known, &tokens.access_token).await {
            Ok(Some(claims)) => claims,
            Ok(None) => return Ok(failed(Untold::Unknown)),
            Err(error @ SignInError::Refused(_)) => return Err(error),
            Err(error) => return Ok(failed(unavailable(&error))),
        };
        // Tokens were exchanged (OpenID Connect Core section 5.3.2).
        if claims.get("sub").and_then(Value::as_str) != Some(person.id.as_str()) {
            return Err(SignInError::Refused("its UserInfo is about somebody else".to_owned()));
        }
        let groups = self.groups_claim.as_deref().map(|claim| groups(&claims, claim));
        let member = |of: &String| match &groups {
            Some(Some(groups)) => Ok(groups.iter().any(|group| group == of)),
            _ => Err(Untold::Unknown),
        };
        Ok(Account {
            email_addresses: email_addresses(&claims),
            memberships: wanted.memberships.iter().map(|of| (of.clone(), member(of))).collect(),
        })
    }
}

fn unavailable(error: &SignInError) -> Untold {
    match error {
        SignInError::Unavailable(outage) => Untold::Unavailable(outage.clone()),
        error => Untold::Unavailable(error.to_string().into()),
    }
}

/// The one address, if the issuer has verified it: `true`, and nothing that looks like it.
fn email_addresses(claims: &Map<String, Value>) -> Result<Vec<String>, Untold> {
    let address = claims.get("email").and_then(Value::as_str).filter(|address| !address.is_empty());
    match (address, claims.get("email_verified")) {
        (Some(address), Some(Value::Bool(true))) => Ok(vec![address.to_owned()]),
        (Some(_), Some(_)) => Ok(Vec::new()),
        (Some(_), None) => Err(Untold::Unknown),
        (None, _) => Err(Untold::NotAllowed),
    }
}

/// The groups in lower case; Keycloak writes a slash before them. `None`: it does not say.
fn groups(claims: &Map<String, Value>, claim: &str) -> Option<Vec<String>> {
    let words = claims.get(claim)?.as_array()?;
    let word = |word: &Value| Some(word.as_str()?.trim_start_matches('/').to_lowercase());
    Some(words.iter().filter_map(word).collect())
}
