//! Who signed in: what the ID token says, once it is proven.

use std::{sync::Arc, time::Duration};

use serde_json::{Map, Value};

use super::{Oidc, discovered::Known};
use crate::{
    Secret,
    authenticate::{AuthenticateError, IdToken, IdTokenExpectations, Reason},
    store::{Person, Timestamp},
    upstream::{
        Leg, Outage, SignInError,
        oauth::{self, Granted},
    },
};

/// How far the issuer's clock may differ from ours.
const LEEWAY: Duration = Duration::from_secs(60);
/// The claims that name a person, for pages (OpenID Connect Core section 5.1); the e-mail address is the last resort.
const NAMES: [&str; 4] = ["preferred_username", "name", "nickname", "email"];

impl Oidc {
    /// The person of the ID token that came for our code (T13): it is for this client and this sign-in, or it is nothing.
    pub(super) async fn person(
        &self,
        known: &Arc<Known>,
        granted: &Granted,
        leg: &Leg,
        now: Timestamp,
    ) -> Result<Person, SignInError> {
        let missing = || SignInError::Refused("there is no ID token in its answer".to_owned());
        let token = granted.id_token.as_ref().ok_or_else(missing)?;
        let access_token = &granted.tokens.access_token;
        let mut proven = self.prove(known, token, access_token, leg, now).await;
        // Since the issuer was asked it may have got other keys, which sign in another way.
        if let Err(AuthenticateError::Invalid(Reason::Algorithm | Reason::UnknownKey)) = proven
            && let Some(anew) = self.known_anew(known).await?
        {
            proven = self.prove(&anew, token, access_token, leg, now).await;
        }
        let claims = proven.map_err(refused)?;
        let subject = claims.get("sub").and_then(Value::as_str);
        let no_subject = || SignInError::Refused("its ID token has no subject".to_owned());
        let id = oauth::account_id(subject.ok_or_else(no_subject)?)?;
        let name = match name(&claims) {
            Some(name) => Some(name),
            // Many issuers put it there alone.
            None => self.user_info(known, access_token, &id).await?.as_ref().and_then(name),
        };
        Ok(Person { provider: self.id.clone(), name: name.unwrap_or_else(|| id.clone()), id })
    }

    /// What the ID token says, as far as what is known of the issuer proves it.
    async fn prove(
        &self,
        known: &Known,
        token: &Secret,
        access_token: &Secret,
        leg: &Leg,
        now: Timestamp,
    ) -> Result<Map<String, Value>, AuthenticateError> {
        let expected = IdTokenExpectations {
            issuer: &self.issuer,
            client_id: &self.client.client_id,
            nonce: leg.nonce.expose(),
            access_token: access_token.expose(),
            algorithms: known.metadata.id_token_signing_alg_values_supported.as_deref(),
            leeway: LEEWAY,
        };
        let token = IdToken::check(token.expose(), &expected, Duration::from_millis(now.as_millis()))?;
        let (key, _) = known.keys.find(token.key()).await?;
        Ok(token.prove(&key)?)
    }
}

fn refused(error: AuthenticateError) -> SignInError {
    match error {
        AuthenticateError::Unavailable { retry_after } => {
            let (why, retry_after) = ("its keys cannot be fetched".to_owned(), Some(retry_after));
            SignInError::Unavailable(Outage { why, retry_after })
        }
        error => SignInError::Refused(format!("its ID token is refused: {error}")),
    }
}

fn name(claims: &Map<String, Value>) -> Option<String> {
    oauth::display_name(NAMES.map(|name| claims.get(name).and_then(Value::as_str)))
}
