//! Against a fake GitHub: what is sent, what comes back, and whose fault it is when nothing does.

use std::time::Duration;

use futures_util::FutureExt as _;

use super::*;
use crate::{
    testing::{FakeGitHub, GitHubPart},
    upstream::Untold,
};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const CALLBACK: &str = "http://localhost:3000/github/callback";

/// GitHub is asked with the token, and says nothing about others.
fn somebody() -> Person {
    Person { provider: ID.to_owned(), id: "583231".to_owned(), name: "octocat".to_owned() }
}

fn leg() -> Leg {
    Leg {
        redirect_uri: CALLBACK.to_owned(),
        state: Secret::random().unwrap(),
        code_verifier: Secret::random().unwrap(),
        nonce: Secret::random().unwrap(),
        scopes: vec!["read:user".to_owned(), "repo".to_owned()],
    }
}

fn departure(provider: &GitHub, leg: &Leg) -> String {
    provider.departure(leg).now_or_never().unwrap().unwrap()
}

fn pair(url: &str, name: &str) -> Option<String> {
    let url = ::url::Url::parse(url).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn arrives(answer: Answer) -> Callback {
    Callback { answer, issuer: None }
}

fn code(url: &str) -> Callback {
    arrives(Answer::Code(pair(url, "code").unwrap().into()))
}

async fn fake() -> FakeGitHub {
    let github = FakeGitHub::start().await;
    github.add_person("octocat", 583_231);
    github
}

async fn signed_in(github: &FakeGitHub, provider: &GitHub) -> Tokens {
    let leg = leg();
    let back = github.approve(&departure(provider, &leg), "octocat");
    provider.arrive(&code(&back), &leg, NOW).await.unwrap().tokens.unwrap()
}

#[tokio::test]
async fn s36_the_way_to_github_has_its_own_state_and_pkce_and_its_own_callback() {
    let github = fake().await;
    let provider = github.sign_in().scopes(["repo", "read:user"]);
    let (one, other) = (leg(), leg());
    let url = departure(&provider, &one);
    assert!(url.starts_with(&format!("{}/login/oauth/authorize?", github.url())), "{url}");
    assert_eq!(pair(&url, "state").as_deref(), Some(one.state.expose()));
    assert_eq!(pair(&url, "redirect_uri").as_deref(), Some(CALLBACK));
    assert_eq!(pair(&url, "scope").as_deref(), Some("read:user repo"));
    assert_eq!(pair(&url, "code_challenge_method").as_deref(), Some("S256"));
    assert!(!url.contains(one.code_verifier.expose()));
    let back = github.approve(&url, "octocat");
    // Brought to another leg, with the verifier of that, the code is worth nothing.
    let stolen = provider.arrive(&code(&back), &other, NOW).await;
    assert!(matches!(stolen, Err(SignInError::Refused(_))), "{stolen:?}");
}

/// GitHub would take the account that its own session has, and nobody could become somebody else.
#[tokio::test]
async fn who_wants_to_be_somebody_else_is_asked_which_account() {
    let provider = fake().await.sign_in();
    let url = provider.departure_of_another(&leg()).await.unwrap();
    assert_eq!(pair(&url, "prompt").as_deref(), Some("select_account"));
    let url = AnyProvider::departure(&provider, &leg()).await.unwrap();
    assert_eq!(pair(&url, "prompt"), None);
}

#[tokio::test]
async fn t13_the_person_is_the_numeric_id_that_github_gives_for_the_token_of_our_code() {
    let github = fake().await;
    let provider = github.sign_in().scopes(["read:user", "repo"]);
    let leg = leg();
    let back = github.approve(&departure(&provider, &leg), "octocat");
    let signed_in = provider.arrive(&code(&back), &leg, NOW).await.unwrap();
    assert_eq!(signed_in.person.subject(), "github:583231");
    assert_eq!(signed_in.person.name, "octocat");
    let tokens = signed_in.tokens.unwrap();
    assert_eq!(tokens.scopes.as_deref(), Some("read:user repo"), "commas are read");
    assert_eq!((tokens.expires_at, tokens.refresh_token.is_none()), (None, true));
    assert_eq!(github.requests(GitHubPart::Api), 1);
    // A token that was given to somebody else is no code.
    let foreign = github.token_for("octocat", &["repo"]);
    let arrived = provider.arrive(&arrives(Answer::Code(foreign.into())), &leg, NOW).await;
    assert!(matches!(arrived, Err(SignInError::Refused(_))));
    // A code is good once.
    let again = provider.arrive(&code(&back), &leg, NOW).await;
    assert!(matches!(again, Err(SignInError::Refused(_))));
}

#[tokio::test]
async fn a_person_may_say_no_or_take_scopes_away() {
    let github = fake().await;
    let provider = github.sign_in().scopes(["read:user", "repo"]);
    let leg = leg();
    let denied = github.deny(&departure(&provider, &leg));
    assert_eq!(pair(&denied, "state").as_deref(), Some(leg.state.expose()));
    let error = arrives(Answer::Error(pair(&denied, "error").unwrap()));
    assert!(matches!(provider.arrive(&error, &leg, NOW).await, Err(SignInError::Denied)));

    github.allow_only(Some(&["read:user"]));
    assert_eq!(signed_in(&github, &provider).await.scopes.as_deref(), Some("read:user"));
    // Nothing at all is something that GitHub says.
    github.allow_only(Some(&[]));
    assert_eq!(signed_in(&github, &provider).await.scopes.as_deref(), Some(""));
}

#[tokio::test]
async fn a_github_app_names_no_scopes_and_its_refresh_tokens_are_good_once() {
    let github = fake().await;
    github.expire_tokens_after(Duration::from_secs(8 * 60 * 60));
    let provider = github.sign_in();
    let first = signed_in(&github, &provider).await;
    assert_eq!(first.scopes, None);
    assert_eq!(first.expires_at, Some(NOW.plus(Duration::from_secs(8 * 60 * 60))));
    let second = provider.refresh(&first, NOW).await.unwrap();
    assert_ne!(second.access_token, first.access_token);
    assert_ne!(second.refresh_token, first.refresh_token);
    let reused = provider.refresh(&first, NOW).await;
    assert!(matches!(reused, Err(SignInError::Refused(why)) if why == "bad_refresh_token"));
    let without = Tokens { refresh_token: None, ..second };
    assert!(matches!(provider.refresh(&without, NOW).await, Err(SignInError::Refused(_))));
}

#[tokio::test]
async fn errors_that_arrive_with_200_are_the_fault_of_whom_they_blame() {
    let github = fake().await;
    let leg = leg();
    let provider = github.sign_in();
    let refused = provider.arrive(&arrives(Answer::Code("made-up".into())), &leg, NOW).await;
    assert!(matches!(refused, Err(SignInError::Refused(why)) if why == "bad_verification_code"));

    let impostor = GitHub::new(github.client_id(), "wrong").with_base_url(github.url());
    let back = github.approve(&departure(&impostor, &leg), "octocat");
    let refused = impostor.arrive(&code(&back), &leg, NOW).await;
    assert!(matches!(refused, Err(SignInError::Misconfigured(why)) if why == "incorrect_client_credentials"));

    let elsewhere = Leg { redirect_uri: "http://localhost:3000/other".to_owned(), ..leg.clone() };
    let back = github.approve(&departure(&provider, &leg), "octocat");
    let refused = provider.arrive(&code(&back), &elsewhere, NOW).await;
    assert!(matches!(refused, Err(SignInError::Misconfigured(why)) if why == "redirect_uri_mismatch"));

    github.register_callback("http://localhost:3000/registered");
    let refused = github.approve(&departure(&provider, &leg), "octocat");
    let error = arrives(Answer::Error(pair(&refused, "error").unwrap()));
    assert!(matches!(provider.arrive(&error, &leg, NOW).await, Err(SignInError::Misconfigured(_))));
}

/// A word of tomorrow must not log anybody out.
#[test]
fn c33_only_what_is_known_to_end_a_token_ends_one() {
    for error in ["bad_refresh_token", "invalid_grant", "bad_verification_code"] {
        assert!(matches!(answers::said(error), SignInError::Refused(_)), "{error}");
    }
    for error in ["incorrect_client_credentials", "unsupported_grant_type", "never_seen", "", "a\r\nb"] {
        let said = answers::said(error);
        assert!(matches!(&said, SignInError::Misconfigured(why) if !why.contains('\n')), "{error}");
    }
    assert!(matches!(answers::said("temporarily_unavailable"), SignInError::Unavailable(_)));
}

#[tokio::test]
async fn c34_c36_github_in_trouble_is_nobodys_fault() {
    let github = fake().await;
    github.expire_tokens_after(Duration::from_secs(60));
    let provider = github.sign_in();
    let tokens = signed_in(&github, &provider).await;
    for part in [GitHubPart::Token, GitHubPart::Api] {
        for status in [500, 502, 503] {
            github.fail_with(part, status);
            let leg = leg();
            let back = github.approve(&departure(&provider, &leg), "octocat");
            let arrived = provider.arrive(&code(&back), &leg, NOW).await;
            assert!(matches!(arrived, Err(SignInError::Unavailable(_))), "{part:?} {status}: {arrived:?}");
        }
        github.recover();
    }
    github.fail_with(GitHubPart::Token, 200);
    let nonsense = provider.refresh(&tokens, NOW).await;
    assert!(matches!(nonsense, Err(SignInError::Unavailable(_))), "{nonsense:?}");
    github.fail_with(GitHubPart::Token, 404);
    let lost = provider.refresh(&tokens, NOW).await;
    assert!(matches!(lost, Err(SignInError::Misconfigured(_))), "{lost:?}");
    github.fail_with(GitHubPart::Token, 302);
    let redirected = provider.refresh(&tokens, NOW).await;
    assert!(matches!(redirected, Err(SignInError::Misconfigured(_))), "{redirected:?}");
    github.recover();
    // None of it has used the refresh token up.
    provider.refresh(&tokens, NOW).await.unwrap();

    let gone = GitHub::new("id", "secret").with_base_url("http://127.0.0.1:9");
    let answer = gone.arrive(&arrives(Answer::Code("code".into())), &leg(), NOW).await;
    assert!(matches!(answer, Err(SignInError::Unavailable(_))), "{answer:?}");
}

#[tokio::test]
async fn c35_a_rate_limit_says_when_to_come_back_and_is_no_fault_of_a_token() {
    let github = fake().await;
    let provider = github.sign_in();
    let leg = leg();
    let back = github.approve(&departure(&provider, &leg), "octocat");
    github.limit_rate(GitHubPart::Api, Duration::from_secs(42));
    let limited = provider.arrive(&code(&back), &leg, NOW).await;
    let Err(SignInError::Unavailable(outage)) = limited else { panic!("{limited:?}") };
    assert_eq!(outage.retry_after, Some(Duration::from_secs(42)));
}

#[test]
fn what_cannot_work_is_refused_at_start() {
    let issuer = IssuerUrl::parse("https://mcp.example.com", "test").unwrap();
    let settings = |github: GitHub| -> Vec<_> {
        github.problems(&issuer).into_iter().map(|problem| problem.setting).collect()
    };
    let github = || GitHub::new("id", "secret");
    assert_eq!(settings(github()), [""; 0]);
    assert_eq!(settings(github().with_base_url("https://github.example.com/")), [""; 0]);
    assert_eq!(settings(github().with_base_url("http://127.0.0.1:4000")), [""; 0]);
    assert_eq!(settings(GitHub::new("", " ")), ["GitHub::new(client_id)", "GitHub::new(client_secret)"]);
    assert_eq!(
        settings(github().with_base_url("http://github.example.com")),
        ["GitHub::with_base_url", "GitHub::with_api_url"]
    );
    assert_eq!(settings(github().with_api_url("https://10.0.0.1")), ["GitHub::with_api_url"]);
    assert_eq!(settings(github().with_api_url("https://10.0.0.1").allow_private_network()), [""; 0]);
    assert_eq!(settings(github().scopes(["read:user,repo"])), ["GitHub::scopes"]);
    assert_eq!(settings(github().with_base_url("https://github.example.com?a")).len(), 2);
}

#[test]
fn where_the_api_is() {
    let github = || GitHub::new("id", "secret");
    assert_eq!(github().api_url(), "https://api.github.com");
    let enterprise = github().with_base_url("https://github.example.com/");
    assert_eq!(enterprise.api_url(), "https://github.example.com/api/v3");
    assert_eq!(
        enterprise.with_api_url("https://api.example.ghe.com/").api_url(),
        "https://api.example.ghe.com"
    );
}

#[test]
fn the_environment_names_the_app_as_the_tutorials_do_or_every_variable_that_is_missing() {
    let from = |vars: &[(&str, &str)]| {
        GitHub::from_vars(vars.iter().map(|&(name, value)| (name.to_owned(), Some(value.to_owned()))))
    };
    let short = [("MCP_GITHUB_CLIENT_ID", "id"), ("MCP_GITHUB_CLIENT_SECRET", "secret")];
    let long = [("MCP_GITHUB_GITHUB_CLIENT_ID", "id"), ("MCP_GITHUB_GITHUB_CLIENT_SECRET", "secret")];
    for vars in [short, long] {
        let github = from(&vars).unwrap();
        assert_eq!((github.client_id.as_str(), github.client_secret.expose()), ("id", "secret"));
        assert_eq!(github.base_url, "https://github.com");
    }
    let fake = [short[0], short[1], ("MCP_GITHUB_BASE_URL", "http://127.0.0.1:4000/")];
    assert_eq!(from(&fake).unwrap().base_url, "http://127.0.0.1:4000");
    let nothing = from(&[("PATH", "/bin"), ("MCP_GITHUB_CLIENT_ID", " ")]).unwrap_err();
    assert_eq!(nothing.problems().len(), 1);
    for name in ["MCP_GITHUB_CLIENT_ID", "MCP_GITHUB_CLIENT_SECRET", "MCP_GITHUB_GITHUB_CLIENT_SECRET"] {
        assert!(nothing.to_string().contains(name), "{nothing}");
    }
    let half = from(&[long[0]]).unwrap_err().to_string();
    assert!(half.contains("MCP_GITHUB_CLIENT_SECRET: is not set"), "{half}");
    assert!(!half.contains("_ID"), "{half}");
}

#[tokio::test]
async fn r43_nothing_secret_is_printed() {
    let github = fake().await;
    let provider = github.sign_in();
    let tokens = signed_in(&github, &provider).await;
    let wrong = GitHub::new("id", "hunter2").with_base_url("https://me:hunter2@github.example.com");
    let issuer = IssuerUrl::parse("http://localhost:3000", "test").unwrap();
    let printed = format!("{provider:?} {tokens:?} {wrong:?} {:?} {github:?}", wrong.problems(&issuer));
    assert!(!printed.contains("hunter2"), "{printed}");
    assert!(github.secrets().len() > 2);
    for secret in github.secrets() {
        assert!(!printed.contains(&secret), "{printed}");
    }
}

/// One question that nobody answers is enough: a person waits once.
#[tokio::test]
async fn c37_each_fact_stands_for_itself_and_a_github_that_is_silent_is_asked_once() {
    let github = fake().await;
    github.set_organizations("octocat", &["acme"]);
    let wanted =
        Wanted { email_addresses: true, memberships: ["acme", "acme/core"].map(str::to_owned).into() };
    let token = github.token_for("octocat", &["user:email", "read:org"]);
    let tokens = Tokens { access_token: token.into(), refresh_token: None, scopes: None, expires_at: None };
    let provider = github.sign_in();
    github.answer_with("/user/emails", 500, serde_json::json!({}));
    let account = provider.account(&somebody(), &tokens, &wanted, NOW).await.unwrap();
    assert!(matches!(account.email_addresses, Err(Untold::Unavailable(_))));
    assert_eq!(account.memberships["acme"], Ok(true));
    assert_eq!(account.memberships["acme/core"], Ok(false));

    let gone = GitHub::new("id", "secret").with_base_url("http://127.0.0.1:9");
    let account = gone.account(&somebody(), &tokens, &wanted, NOW).await.unwrap();
    let silent = account.email_addresses.unwrap_err();
    assert!(matches!(silent, Untold::Unavailable(_)));
    assert_eq!(account.memberships["acme"], Err(silent));

    let other = Tokens { access_token: "made up".into(), ..tokens };
    assert!(matches!(
        provider.account(&somebody(), &other, &wanted, NOW).await,
        Err(SignInError::Refused(_))
    ));
}
