//! `DevelopmentSignIn`: pick a name, on this machine only.

use std::sync::Arc;

use super::{
    Answer, AnyProvider, Callback, Leg, SignInError, SignedIn, Tokens,
    provider::{IntoProvider, ProviderFuture},
};
use crate::{
    Problem,
    authorization_server::IssuerUrl,
    store::{Person, Timestamp},
};

const ID: &str = "development";
const NAME_LENGTH: usize = 64;

/// A sign-in without a password: whoever is in front of the browser picks a name. For the first steps and for tests.
///
/// ```
/// use mcp_auth::{AuthorizationServer, DevelopmentSignIn};
///
/// let settings = AuthorizationServer::new("http://localhost:3000").sign_in(DevelopmentSignIn::new());
/// # let _ = settings;
/// ```
///
/// Everybody can be anybody, so an authorization server whose URL is not `http` on this machine does not start with it, and
/// nothing listens for other machines. A router that you serve yourself has to listen on this machine only, too.
#[derive(Clone, Debug, Default)]
pub struct DevelopmentSignIn(());

impl DevelopmentSignIn {
    /// Pick a name.
    pub fn new() -> Self {
        Self(())
    }
}

impl IntoProvider for DevelopmentSignIn {
    fn into_provider(self) -> Arc<dyn AnyProvider> {
        Arc::new(self)
    }
}

impl AnyProvider for DevelopmentSignIn {
    fn id(&self) -> &'static str {
        ID
    }

    fn name(&self) -> &'static str {
        "a name of your choice"
    }

    fn asks(&self, _scopes: &[String]) -> Vec<String> {
        Vec::new()
    }

    fn scopes(&self) -> &[String] {
        &[]
    }

    fn is_development(&self) -> bool {
        true
    }

    fn problems(&self, issuer: &IssuerUrl) -> Vec<Problem> {
        // An issuer's http URL is always one of this machine.
        if !issuer.is_https() {
            return Vec::new();
        }
        vec![Problem::new(
            "DevelopmentSignIn::new",
            format!("`{}` is public, and everybody could sign in as anybody", issuer.as_str()),
            "use a URL such as http://localhost:3000, or a real sign-in such as `GitHub::new(…)`",
        )]
    }

    fn picks_name(&self) -> bool {
        true
    }

    fn departure<'a>(&'a self, _leg: &'a Leg) -> ProviderFuture<'a, Result<String, SignInError>> {
        let nowhere = SignInError::Misconfigured("it has no page of its own".to_owned());
        Box::pin(std::future::ready(Err(nowhere)))
    }

    fn arrive<'a>(
        &'a self,
        callback: &'a Callback,
        _leg: &'a Leg,
        _now: Timestamp,
    ) -> ProviderFuture<'a, Result<SignedIn, SignInError>> {
        let arrived = match &callback.answer {
            Answer::Code(name) => person(name.expose()),
            Answer::Error(_) => Err(SignInError::Denied),
        };
        Box::pin(std::future::ready(arrived.map(|person| SignedIn { person, tokens: None })))
    }

    fn refresh<'a>(
        &'a self,
        _tokens: &'a Tokens,
        _now: Timestamp,
    ) -> ProviderFuture<'a, Result<Tokens, SignInError>> {
        let refused = SignInError::Refused("it gives no tokens".to_owned());
        Box::pin(std::future::ready(Err(refused)))
    }
}

/// Who picked `name`: `Alice` and `alice` are the same person.
fn person(name: &str) -> Result<Person, SignInError> {
    let name = name.trim();
    let usual = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'@');
    if name.is_empty() || name.len() > NAME_LENGTH || !name.bytes().all(usual) {
        let why = format!("a name has 1 to {NAME_LENGTH} letters, digits, dots, dashes, `_` and `@`");
        return Err(SignInError::Refused(why));
    }
    Ok(Person { provider: ID.to_owned(), id: name.to_ascii_lowercase(), name: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_is_picked_and_its_case_makes_no_other_person() {
        let leg = Leg {
            redirect_uri: "http://localhost:3000/development/callback".to_owned(),
            state: "state".into(),
            code_verifier: "verifier".into(),
            nonce: "nonce".into(),
            scopes: Vec::new(),
        };
        let now = Timestamp::from_millis(0);
        let provider = DevelopmentSignIn::new();
        assert!(provider.picks_name());
        let back = |answer| Callback { answer, issuer: None };
        let arrive = async |name: &str| {
            let arrived = provider.arrive(&back(Answer::Code(name.into())), &leg, now).await;
            arrived.map(|signed_in| (signed_in.person.subject(), signed_in.person.name))
        };
        let of = |id: &str, name: &str| Some((format!("development:{id}"), name.to_owned()));
        assert_eq!(arrive(" Alice ").await.ok(), of("alice", "Alice"));
        assert_eq!(arrive("a.b_c-d@e.example").await.ok(), of("a.b_c-d@e.example", "a.b_c-d@e.example"));
        let long = "a".repeat(65);
        for name in ["", "  ", "a b", "a:b", "jos\u{e9}", "a\0", "a/b", "<b>", long.as_str()] {
            assert!(matches!(arrive(name).await, Err(SignInError::Refused(_))), "{name:?}");
        }
        let error = back(Answer::Error("access_denied".to_owned()));
        assert!(matches!(provider.arrive(&error, &leg, now).await, Err(SignInError::Denied)));
    }

    #[test]
    fn everybody_is_anybody_on_this_machine_only() {
        let problems = |url| {
            let issuer = IssuerUrl::parse(url, "test").unwrap();
            DevelopmentSignIn::new().problems(&issuer).len()
        };
        assert_eq!(problems("http://localhost:3000"), 0);
        assert_eq!(problems("http://127.0.0.1:3000/auth"), 0);
        assert_eq!(problems("https://mcp.example.com"), 1);
        assert_eq!(problems("https://localhost"), 1);
    }
}
