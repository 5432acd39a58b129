//! Who we are at a provider, and where a person is sent.

use std::fmt;

use ::url::form_urlencoded::Serializer;

use crate::{Problem, Secret, upstream::Leg};

/// Our registration at a provider.
#[derive(Clone)]
pub(in crate::upstream) struct OAuthClient {
    pub(in crate::upstream) client_id: String,
    /// `None`: we prove nothing but the code's verifier (PKCE).
    pub(in crate::upstream) client_secret: Option<Secret>,
}

impl OAuthClient {
    pub(in crate::upstream) fn problems(&self, setting: &str) -> Vec<Problem> {
        let secret = self.client_secret.as_ref().map(Secret::expose);
        let parts = [("client_id", Some(self.client_id.as_str())), ("client_secret", secret)];
        let missing = parts.into_iter().filter(|(_, text)| text.is_some_and(|text| text.trim().is_empty()));
        let problem = |(name, _)| {
            let help = "register this server at the provider as a client, and copy its id and secret";
            Problem::new(format!("{setting}({name})"), "it is empty", help)
        };
        missing.map(problem).collect()
    }
}

impl fmt::Debug for OAuthClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthClient").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// The provider's page, with what we ask for. What is always there cannot be overwritten by `more`: a name that stands twice
/// would be read by one server in this way and by another in that.
pub(in crate::upstream) fn authorization_url<'a>(
    endpoint: &str,
    client_id: &str,
    leg: &Leg,
    more: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let challenge = leg.code_challenge();
    let scopes = leg.scopes.join(" ");
    let mut pairs = vec![
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", &leg.redirect_uri),
        ("state", leg.state.expose()),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    if !scopes.is_empty() {
        pairs.push(("scope", &scopes));
    }
    for (name, value) in more {
        if !pairs.iter().any(|(known, _)| *known == name) {
            pairs.push((name, value));
        }
    }
    let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
    let separator = if endpoint.contains('?') { '&' } else { '?' };
    format!("{endpoint}{separator}{query}")
}
