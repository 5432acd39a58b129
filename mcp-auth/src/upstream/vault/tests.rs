//! What is kept, and what becomes of it when two want to renew it, or nobody can read it.

use std::{sync::Arc, time::Duration};

use super::*;
use crate::{
    AuthorizationServer, Secret,
    store::SqliteStore,
    testing::{FakeGitHub, GitHubPart, TestClock},
    upstream::AnyProvider,
};

const SCOPES: &str = "read:user repo";
const KEY: &str = "0123456789abcdef0123456789abcdef";
const LIFETIME: Duration = Duration::from_secs(8 * 60 * 60);

fn core(github: &FakeGitHub, store: SqliteStore, clock: &TestClock) -> Arc<Core> {
    let settings = AuthorizationServer::new("http://localhost:3000")
        .sign_in(github.sign_in().scopes(["read:user", "repo"]))
        .sealing_key("test", KEY)
        .store(store);
    settings.start("test", clock.shared()).unwrap()
}

async fn world() -> (FakeGitHub, Arc<Core>, TestClock) {
    let clock = TestClock::new();
    let github = FakeGitHub::start_with_clock(&clock).await;
    github.add_person("octocat", 583_231);
    let core = core(&github, SqliteStore::in_memory().unwrap(), &clock);
    (github, core, clock)
}

fn octocat() -> Person {
    Person { provider: "github".to_owned(), id: "583231".to_owned(), name: "octocat".to_owned() }
}

fn tokens(access: &str) -> Tokens {
    Tokens { access_token: Secret::from(access), refresh_token: None, scopes: None, expires_at: None }
}

async fn record(core: &Core, id: &str) -> UpstreamTokenRecord {
    core.store.upstream_token(id).await.unwrap().unwrap()
}

#[tokio::test]
async fn one_person_and_set_of_scopes_has_one_token_and_the_newest_sign_in_is_it() {
    let (_github, core, _clock) = world().await;
    let first = keep(&core, &octocat(), SCOPES, tokens("one")).await.unwrap();
    let second = keep(&core, &octocat(), SCOPES, tokens("two")).await.unwrap();
    let other = keep(&core, &octocat(), "gist", tokens("three")).await.unwrap();
    assert_eq!(first, second);
    assert_ne!(first, other);
    let record = record(&core, &first).await;
    assert_eq!(record.version, 1);
    assert_eq!(open(&core.sealer, &record).unwrap().access_token.expose(), "two");
    assert!(is_live(&core, &first).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_sign_ins_at_once_keep_one_token() {
    let (_github, core, _clock) = world().await;
    let person = octocat();
    let kept = (0..50).map(|number| keep(&core, &person, SCOPES, tokens(&number.to_string())));
    let ids = futures_util::future::join_all(kept).await;
    let first = ids[0].as_ref().unwrap();
    assert!(ids.iter().all(|id| id.as_ref().unwrap() == first));
    assert_eq!(record(&core, first).await.version, 49);
}

#[tokio::test]
async fn s35_what_is_stored_holds_no_token_and_opens_in_its_own_row_only() {
    let (_github, core, _clock) = world().await;
    let secret = Tokens { refresh_token: Some(Secret::from("ghr_refresh")), ..tokens("gho_access") };
    let id = keep(&core, &octocat(), SCOPES, secret).await.unwrap();
    let other = keep(&core, &octocat(), "gist", tokens("gho_other")).await.unwrap();
    let record = record(&core, &id).await;
    let sealed = String::from_utf8_lossy(&record.sealed).into_owned();
    for part in ["gho_access", "ghr_refresh", "access_token"] {
        assert!(!sealed.contains(part));
    }
    let opened = open(&core.sealer, &record).unwrap();
    assert_eq!(opened.access_token.expose(), "gho_access");
    assert_eq!(opened.refresh_token.unwrap().expose(), "ghr_refresh");
    let moved = UpstreamTokenRecord { id: other, ..record };
    assert!(open(&core.sealer, &moved).is_err());
}

#[tokio::test]
async fn what_has_run_out_or_cannot_be_opened_is_not_live() {
    let (_github, core, clock) = world().await;
    let ends = |refresh_token: Option<&str>| Tokens {
        refresh_token: refresh_token.map(Secret::from),
        expires_at: Some(core.now().plus(LIFETIME)),
        ..tokens("gho")
    };
    let other = Person { id: "1".to_owned(), ..octocat() };
    let one = keep(&core, &octocat(), SCOPES, ends(None)).await.unwrap();
    let renewable = keep(&core, &other, SCOPES, ends(Some("ghr"))).await.unwrap();
    let not_asked_for = keep(&core, &octocat(), "admin:org", ends(None)).await.unwrap();
    assert!(is_live(&core, &one).await.unwrap());
    assert!(!is_live(&core, &not_asked_for).await.unwrap(), "pages say less than it can");
    clock.advance(LIFETIME);
    assert!(!is_live(&core, &one).await.unwrap());
    assert!(is_live(&core, &renewable).await.unwrap());
    assert!(!is_live(&core, "unknown").await.unwrap());
    let broken = UpstreamTokenRecord { sealed: b"nonsense".to_vec(), ..record(&core, &renewable).await };
    assert!(core.store.swap_upstream_token(broken).await.unwrap());
    assert!(!is_live(&core, &renewable).await.unwrap());
}

#[tokio::test]
async fn c39_a_token_that_cannot_be_opened_has_ended_and_a_newer_sign_in_has_not() {
    let (_github, core, _clock) = world().await;
    let provider = Arc::clone(core.provider("github").unwrap());
    let id = keep(&core, &octocat(), SCOPES, tokens("one")).await.unwrap();
    let broken = UpstreamTokenRecord { sealed: b"nonsense".to_vec(), ..record(&core, &id).await };
    assert!(core.store.swap_upstream_token(broken).await.unwrap());
    let broken = record(&core, &id).await;
    // Somebody signs in again before the old one is found to be broken.
    keep(&core, &octocat(), SCOPES, tokens("two")).await.unwrap();
    let found = current(&core, &provider, broken.clone()).await.unwrap();
    assert_eq!(found.tokens.access_token.expose(), "two");
    let broken = UpstreamTokenRecord { version: found.version, ..broken };
    assert!(core.store.swap_upstream_token(broken).await.unwrap());
    let broken = record(&core, &id).await;
    assert!(matches!(current(&core, &provider, broken).await, Err(VaultError::Ended)));
    assert!(core.store.upstream_token(&id).await.unwrap().is_none());
}

/// Two processes on one file: each has asked GitHub with the one refresh token before the other has stored the next.
#[tokio::test]
async fn c31_a_process_that_comes_too_late_with_a_refresh_token_ends_nothing() {
    let clock = TestClock::new();
    let github = FakeGitHub::start_with_clock(&clock).await;
    github.add_person("octocat", 583_231);
    github.expire_tokens_after(LIFETIME);
    let folder = std::env::temp_dir().join(format!("mcp-auth-c31-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("auth.db");
    let cores = [(); 2].map(|()| core(&github, SqliteStore::open(&file).unwrap(), &clock));

    let (access, refresh) = github.pair_for("octocat");
    let first = Tokens {
        refresh_token: Some(Secret::from(refresh)),
        expires_at: Some(cores[0].now().plus(LIFETIME)),
        ..tokens(&access)
    };
    let id = keep(&cores[0], &octocat(), SCOPES, first).await.unwrap();
    clock.advance(LIFETIME);
    github.answer_slowly(GitHubPart::Token, Duration::from_millis(300));
    let renewed = cores.iter().map(async |core| {
        let provider: Arc<dyn AnyProvider> = Arc::clone(core.provider("github").unwrap());
        current(core, &provider, record(core, &id).await).await.unwrap().tokens.access_token
    });
    let renewed = futures_util::future::join_all(renewed).await;
    assert_eq!(github.requests(GitHubPart::Token), 2, "both have asked");
    assert_eq!(renewed[0], renewed[1]);
    assert_ne!(renewed[0].expose(), access);
    drop(cores);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[cfg(feature = "metrics")]
#[tokio::test]
async fn a_renewal_is_measured_by_its_provider_and_outcome() {
    use crate::telemetry::tests::Heard;
    let heard = Heard::default();
    let _guard = metrics::set_default_local_recorder(&heard);
    let (_github, core, _clock) = world().await;
    let secret = Tokens { refresh_token: Some(Secret::from("ghr_unknown")), ..tokens("gho_access") };
    let id = keep(&core, &octocat(), SCOPES, secret).await.unwrap();
    let provider = Arc::clone(core.provider("github").unwrap());
    assert!(renew(&core, &provider, record(&core, &id).await).await.is_err());
    assert_eq!(heard.values("mcp_auth.upstream.refreshes", "provider"), ["github"]);
    assert_eq!(heard.values("mcp_auth.upstream.refreshes", "outcome"), ["refused"]);
}
