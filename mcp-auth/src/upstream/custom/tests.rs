//! A provider in one file, against a fake service.

use serde::Deserialize;

use super::*;
use crate::{
    Secret,
    clock::Clock,
    store::Timestamp,
    testing::{FakeOidc, OidcPart},
    upstream::{Answer, AnyProvider, Callback, Leg, SignInError, provider::IntoProvider},
};
use std::sync::Arc;

/// It asks as OAuth 2.0 has it, and never looks at an ID token.
#[derive(Debug)]
struct Forge(OAuthApp);

impl Provider for Forge {
    fn app(&self) -> &OAuthApp {
        &self.0
    }

    async fn account(&self, api: &ProviderApi<'_>) -> Result<ProviderAccount, ProviderError> {
        #[derive(Deserialize)]
        struct User {
            sub: String,
            preferred_username: String,
        }
        let user: User = api.get("/userinfo").await?;
        Ok(ProviderAccount::new(user.sub).with_name(user.preferred_username))
    }

    fn words(&self, scope: &str) -> Option<String> {
        (scope == "openid").then(|| "Know you".to_owned())
    }
}

fn app(fake: &FakeOidc) -> OAuthApp {
    OAuthApp::new("forge", fake.client_id(), fake.client_secret())
        .with_authorization_url(format!("{}/authorize", fake.url()))
        .with_token_url(format!("{}/token", fake.url()))
        .with_api_url(fake.url())
        .scopes(["openid", "api"])
}

fn leg() -> Leg {
    Leg {
        redirect_uri: "http://localhost:3000/forge/callback".to_owned(),
        state: Secret::random().unwrap(),
        code_verifier: Secret::random().unwrap(),
        nonce: Secret::random().unwrap(),
        scopes: ["api", "openid"].map(str::to_owned).to_vec(),
    }
}

async fn fake() -> FakeOidc {
    let fake = FakeOidc::start().await;
    fake.add_person("alice", "17");
    fake
}

fn now() -> Timestamp {
    Clock::system().unix().into()
}

async fn arrives(
    fake: &FakeOidc,
    provider: &Arc<dyn AnyProvider>,
) -> Result<super::super::SignedIn, SignInError> {
    let leg = leg();
    let url = provider.departure(&leg).await?;
    let back = fake.approve(&url, "alice");
    let back = ::url::Url::parse(&back).unwrap();
    let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let callback = Callback { answer: Answer::Code(code.into()), issuer: None };
    provider.arrive(&callback, &leg, now()).await
}

#[tokio::test]
async fn t13_whoever_signs_in_with_a_users_provider_is_whom_the_api_names_for_the_token_of_our_code() {
    let fake = fake().await;
    for app in [app(&fake), app(&fake).with_basic_authentication()] {
        let provider = Forge(app).into_provider();
        let signed_in = arrives(&fake, &provider).await.unwrap();
        assert_eq!(signed_in.person.subject(), "forge:17");
        assert_eq!(signed_in.person.name, "alice");
        let renewed = provider.refresh(&signed_in.tokens.clone().unwrap(), now()).await.unwrap();
        assert_ne!(renewed.access_token, signed_in.tokens.unwrap().access_token);
        assert_eq!(provider.asks(&leg().scopes), ["Use the scope `api`", "Know you"]);
    }
}

#[tokio::test]
async fn s36_a_users_provider_cannot_leave_out_what_binds_a_sign_in() {
    let fake = fake().await;
    let provider = Forge(app(&fake).with_parameter("access_type", "offline")).into_provider();
    let (one, other) = (leg(), leg());
    let url = provider.departure(&one).await.unwrap();
    for part in ["state=", "code_challenge=", "code_challenge_method=S256", "access_type=offline"] {
        assert_eq!(url.matches(part).count(), 1, "{part} in {url}");
    }
    let back = ::url::Url::parse(&fake.approve(&url, "alice")).unwrap();
    let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let callback = Callback { answer: Answer::Code(code.into()), issuer: None };
    let stolen = provider.arrive(&callback, &other, now()).await;
    assert!(matches!(stolen, Err(SignInError::Refused(_))), "{stolen:?}");
}

#[tokio::test]
async fn c34_c36_a_service_in_trouble_is_nobodys_fault() {
    let fake = fake().await;
    let provider = Forge(app(&fake)).into_provider();
    for part in [OidcPart::Token, OidcPart::UserInfo] {
        fake.fail_with(part, 503);
        let arrived = arrives(&fake, &provider).await;
        assert!(matches!(arrived, Err(SignInError::Unavailable(_))), "{part:?}: {arrived:?}");
        fake.recover();
    }
    fake.fail_with(OidcPart::UserInfo, 401);
    let arrived = arrives(&fake, &provider).await;
    assert!(matches!(arrived, Err(SignInError::Refused(_))), "{arrived:?}");
}

#[tokio::test]
async fn what_cannot_work_is_refused_at_start_and_no_secret_is_printed() {
    let fake = fake().await;
    let problems =
        |app: OAuthApp| -> Vec<_> { app.problems().into_iter().map(|problem| problem.setting).collect() };
    assert_eq!(problems(app(&fake)), [""; 0]);
    assert_eq!(
        problems(OAuthApp::new("github", "", " ")),
        [
            "OAuthApp::new(client_id)",
            "OAuthApp::new(client_secret)",
            "OAuthApp::new(id)",
            "OAuthApp::with_authorization_url",
            "OAuthApp::with_token_url"
        ]
    );
    for name in ["state", "code_challenge", "redirect_uri", "scope"] {
        assert_eq!(problems(app(&fake).with_parameter(name, "x")), ["OAuthApp::with_parameter"]);
    }
    let printed = format!("{:?} {:?}", app(&fake), Forge(app(&fake)).into_provider());
    assert!(!printed.contains(fake.client_secret()), "{printed}");
}
