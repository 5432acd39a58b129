//! What is kept, and what becomes of it when two want to renew it, or nobody can read it.

mod processes;

use std::{path::PathBuf, sync::Arc, time::Duration};

use super::*;
use crate::{
    AuthorizationServer, Secret,
    clock::Clock,
    store::SqliteStore,
    testing::{FakeGitHub, GitHubPart, TestClock},
    upstream::AnyProvider,
};

fn scopes() -> Vec<String> {
    ["read:user", "repo"].map(str::to_owned).to_vec()
}

fn other_scopes() -> Vec<String> {
    vec!["gist".to_owned()]
}

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
    let first = keep(&core, &octocat(), &scopes(), tokens("one")).await.unwrap();
    let second = keep(&core, &octocat(), &scopes(), tokens("two")).await.unwrap();
    let other = keep(&core, &octocat(), &other_scopes(), tokens("three")).await.unwrap();
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
    let scopes = scopes();
    let kept = (0..50).map(|number| keep(&core, &person, &scopes, tokens(&number.to_string())));
    let ids = futures_util::future::join_all(kept).await;
    let first = ids[0].as_ref().unwrap();
    assert!(ids.iter().all(|id| id.as_ref().unwrap() == first));
    assert_eq!(record(&core, first).await.version, 49);
}

#[tokio::test]
async fn s35_what_is_stored_holds_no_token_and_opens_in_its_own_row_only() {
    let (_github, core, _clock) = world().await;
    let secret = Tokens { refresh_token: Some(Secret::from("ghr_refresh")), ..tokens("gho_access") };
    let id = keep(&core, &octocat(), &scopes(), secret).await.unwrap();
    let other = keep(&core, &octocat(), &other_scopes(), tokens("gho_other")).await.unwrap();
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

async fn is_live(core: &Core, id: &str) -> Result<bool, StoreError> {
    Ok(held(core, id).await?.is_some())
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
    let one = keep(&core, &octocat(), &scopes(), ends(None)).await.unwrap();
    let renewable = keep(&core, &other, &scopes(), ends(Some("ghr"))).await.unwrap();
    assert!(is_live(&core, &one).await.unwrap());
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
    let id = keep(&core, &octocat(), &scopes(), tokens("one")).await.unwrap();
    let broken = UpstreamTokenRecord { sealed: b"nonsense".to_vec(), ..record(&core, &id).await };
    assert!(core.store.swap_upstream_token(broken).await.unwrap());
    let broken = record(&core, &id).await;
    // Somebody signs in again before the old one is found to be broken.
    keep(&core, &octocat(), &scopes(), tokens("two")).await.unwrap();
    let found = current(&core, &provider, broken.clone()).await.unwrap();
    assert_eq!(found.tokens.access_token.expose(), "two");
    let broken = UpstreamTokenRecord { version: found.version, ..broken };
    assert!(core.store.swap_upstream_token(broken).await.unwrap());
    let broken = record(&core, &id).await;
    assert!(matches!(current(&core, &provider, broken).await, Err(VaultError::Ended)));
    assert!(core.store.upstream_token(&id).await.unwrap().is_none());
}

/// Two processes on one file, one refresh token.
async fn two_cores(name: &str) -> (FakeGitHub, TestClock, [Arc<Core>; 2], PathBuf, String, String) {
    let clock = TestClock::new();
    let github = FakeGitHub::start_with_clock(&clock).await;
    github.add_person("octocat", 583_231);
    github.expire_tokens_after(LIFETIME);
    let folder = std::env::temp_dir().join(format!("mcp-auth-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("auth.db");
    let cores = [(); 2].map(|()| core(&github, SqliteStore::open(&file).unwrap(), &clock));
    let (access, refresh) = github.pair_for("octocat");
    let first = Tokens {
        refresh_token: Some(Secret::from(refresh)),
        expires_at: Some(cores[0].now().plus(LIFETIME)),
        ..tokens(&access)
    };
    let id = keep(&cores[0], &octocat(), &scopes(), first).await.unwrap();
    clock.advance(LIFETIME);
    (github, clock, cores, folder, id, access)
}

async fn now_current(core: &Arc<Core>, id: &str) -> Result<Current, VaultError> {
    let provider: Arc<dyn AnyProvider> = Arc::clone(core.provider("github").unwrap());
    current(core, &provider, record(core, id).await).await
}

#[tokio::test]
async fn c31_of_two_processes_one_asks_with_a_refresh_token_and_both_go_on() {
    let (github, _clock, cores, folder, id, old) = two_cores("c31-two").await;
    github.answer_slowly(GitHubPart::Token, Duration::from_millis(300));
    let renewed = cores.iter().map(|core| now_current(core, &id));
    let renewed: Vec<_> = futures_util::future::join_all(renewed)
        .await
        .into_iter()
        .map(|renewed| renewed.unwrap().tokens.access_token)
        .collect();
    assert_eq!(github.requests(GitHubPart::Token), 1);
    assert_eq!(renewed[0], renewed[1]);
    assert_ne!(renewed[0].expose(), old);
    drop(cores);
    std::fs::remove_dir_all(&folder).unwrap();
}

fn stopwatch() -> (Clock, Duration) {
    let clock = Clock::system();
    let begun = clock.monotonic();
    (clock, begun)
}

/// It was killed, or its machine went away: the right comes free by time, and until then nothing is ended.
#[tokio::test]
async fn c31_a_holder_that_died_is_waited_for_until_its_time_is_over() {
    let (github, clock, cores, folder, id, _) = two_cores("c31-died").await;
    let now = cores[0].now();
    let taken = cores[0].store.lease_upstream_token(&id, 0, "died", now.plus(super::lease::LEASE), now);
    assert!(taken.await.unwrap());
    let (watch, begun) = stopwatch();
    let waited = now_current(&cores[1], &id).await;
    assert!(matches!(waited, Err(VaultError::Unavailable(_))), "{waited:?}");
    let took = watch.monotonic().saturating_sub(begun);
    assert!(took >= Duration::from_secs(4) && took < Duration::from_secs(8), "{took:?}");
    assert_eq!(github.requests(GitHubPart::Token), 0);
    clock.advance(super::lease::LEASE);
    assert!(now_current(&cores[1], &id).await.is_ok());
    assert_eq!(github.requests(GitHubPart::Token), 1);
    drop(cores);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Its time was over while the provider thought about it; another has renewed meanwhile.
#[tokio::test]
async fn c31_a_slow_holder_overwrites_nothing() {
    let (_github, clock, cores, folder, id, _) = two_cores("c31-slow").await;
    let slow = record(&cores[0], &id).await;
    let now = cores[0].now();
    assert!(cores[0].store.lease_upstream_token(&id, 0, "slow", now.plus(LIFETIME / 2), now).await.unwrap());
    clock.advance(LIFETIME / 2);
    let renewed = now_current(&cores[1], &id).await.unwrap();
    let late = UpstreamTokenRecord { sealed: b"late".to_vec(), ..slow };
    assert!(!cores[0].store.swap_upstream_token(late).await.unwrap());
    let kept = open(&cores[0].sealer, &record(&cores[0], &id).await).unwrap();
    assert_eq!(kept.access_token, renewed.tokens.access_token);
    drop(cores);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// GitHub is down for a moment: the next one asks, and need not wait for the lease to run out.
#[tokio::test]
async fn c31_a_renewal_that_failed_gives_the_right_back() {
    let (github, clock, cores, folder, id, _) = two_cores("c31-failed").await;
    github.fail_with(GitHubPart::Token, 503);
    assert!(matches!(now_current(&cores[0], &id).await, Err(VaultError::Unavailable(_))));
    github.recover();
    clock.advance(Duration::from_secs(1));
    let (watch, begun) = stopwatch();
    assert!(now_current(&cores[1], &id).await.is_ok());
    assert!(watch.monotonic().saturating_sub(begun) < Duration::from_secs(3));
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
    let id = keep(&core, &octocat(), &scopes(), secret).await.unwrap();
    let provider = Arc::clone(core.provider("github").unwrap());
    assert!(renew(&core, &provider, record(&core, &id).await).await.is_err());
    assert_eq!(heard.values("mcp_auth.upstream.refreshes", "provider"), ["github"]);
    assert_eq!(heard.values("mcp_auth.upstream.refreshes", "outcome"), ["refused"]);
}
