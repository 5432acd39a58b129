//! What an operator does: grants end, sealing keys change, everything stops.

use std::time::Duration;

use http::StatusCode;

use super::{Bed, Folder, ISSUER, RESOURCE, audit::Heard, memory, settings};
use crate::{
    Auth, AuthorizationServer, DevelopmentSignIn,
    store::{GrantFilter, Person, SqliteStore},
    testing::{FakeGitHub, GitHubPart, Grant, Person as Somebody, TestClient, TestClock},
};

const OLD: &str = "1111111111111111111111111111111111111111111111111111111111111111";
const NEW: &str = "2222222222222222222222222222222222222222222222222222222222222222";

fn admin(bed: &Bed) -> crate::Admin {
    bed.auth.admin().unwrap()
}

fn alice() -> Person {
    Person::of_subject("development:alice").unwrap()
}

#[tokio::test]
async fn s78_grants_are_listed_and_end_one_by_one_by_person_and_by_client() {
    let heard = Heard::default();
    let bed = Bed::of(settings(memory()).audit_first(heard.clone()));
    let admin = admin(&bed);
    let one = TestClient::new(bed.router.clone(), RESOURCE).await;
    let other = one.in_another_browser();
    let [first, second] = [
        one.sign_in(&Somebody::named("alice")).await.unwrap(),
        one.sign_in(&Somebody::named("alice")).await.unwrap(),
    ];
    let third = other.sign_in(&Somebody::named("bob")).await.unwrap();
    heard.take();
    let of_alice = GrantFilter { person: Some(alice()), client_id: None };
    let listed = admin.grants(&of_alice, None, 10).await.unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(admin.grants(&GrantFilter::default(), None, 2).await.unwrap().len(), 2);
    let id = bed.core.signer.read(first.access_token()).unwrap().grant;
    assert!(admin.end_grant(&id).await.unwrap() && !admin.end_grant(&id).await.unwrap());
    assert!(admin.grant(&id).await.unwrap().unwrap().ended_at.is_some());
    assert_eq!(heard.lines(), ["grant.ended | development:alice | ended by the operator"]);
    let calls = async || {
        [
            bed.call(first.access_token()).await,
            bed.call(second.access_token()).await,
            bed.call(third.access_token()).await,
        ]
    };
    let (good, bad) = (StatusCode::OK, StatusCode::UNAUTHORIZED);
    assert_eq!(calls().await, [bad, good, good]);
    // A code that is on its way, and a browser that is signed in.
    let waiting = bed.code(one.id()).await;
    assert!(bed.core.store.consent(&alice(), one.id(), RESOURCE).await.unwrap().is_some());
    assert_eq!(admin.end_grants_of_person(&alice()).await.unwrap(), 1);
    assert_eq!(calls().await, [bad, bad, good]);
    bed.redeem(&waiting).await.assert_error(400, "invalid_grant");
    assert!(bed.core.store.consent(&alice(), one.id(), RESOURCE).await.unwrap().is_none());
    assert!(admin.grants(&of_alice, None, 10).await.unwrap().is_empty());
    assert_eq!(admin.end_grants_of_client(one.id()).await.unwrap(), 1);
    assert_eq!(calls().await, [bad, bad, bad]);
    assert!(one.refresh(&second).await.is_err() && other.refresh(&third).await.is_err());
    assert_eq!(admin.end_grants_of_client(one.id()).await.unwrap(), 0);
}

/// A restored backup knows nothing of some tokens that are out.
#[tokio::test]
async fn c26_the_kill_switch_ends_also_what_the_store_knows_nothing_of() {
    let folder = Folder::new();
    let clock = TestClock::new();
    let start = || {
        let store = SqliteStore::open(folder.file("auth.db")).unwrap();
        let settings = AuthorizationServer::new(ISSUER).sign_in(DevelopmentSignIn::new()).store(store);
        Bed::at(settings.sealing_key("2026", OLD), clock.clone())
    };
    let (one, two) = (start(), start());
    two.core.keep_house_every(Duration::from_millis(5));
    let (client, tokens) = one.signed_in().await;
    let mut unknown = one.core.signer.read(&tokens.text("access_token")).unwrap();
    unknown.grant = "of a store that was lost".to_owned();
    let unknown = one.core.signer.sign(&unknown).unwrap();
    for bed in [&one, &two] {
        assert_eq!(bed.call(unknown.expose()).await, StatusCode::OK);
        assert_eq!(bed.call(&tokens.text("access_token")).await, StatusCode::OK);
    }
    assert_eq!(admin(&one).end_everything().await.unwrap(), 1);
    let learned = async {
        while two.call(unknown.expose()).await != StatusCode::UNAUTHORIZED {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), learned).await.expect("the other process follows");
    for bed in [&one, &two] {
        assert_eq!(bed.call(unknown.expose()).await, StatusCode::UNAUTHORIZED);
        assert_eq!(bed.call(&tokens.text("access_token")).await, StatusCode::UNAUTHORIZED);
        bed.refresh(&client, &tokens.text("refresh_token")).await.assert_error(400, "invalid_grant");
    }
    // And everybody can come back.
    let (_, again) = one.signed_in().await;
    assert_eq!(two.call(&again.text("access_token")).await, StatusCode::OK);
}

fn with_github(folder: &Folder, github: &FakeGitHub, keys: &[(&str, &str)]) -> Auth {
    let store = SqliteStore::open(folder.file("auth.db")).unwrap();
    let mut settings = AuthorizationServer::new(ISSUER).sign_in(github.sign_in()).store(store);
    for (id, secret) in keys {
        settings = settings.sealing_key(*id, *secret);
    }
    settings.build().unwrap()
}

#[tokio::test]
async fn c39_sealing_keys_change_and_nobody_is_logged_out() {
    let (folder, github) = (Folder::new(), FakeGitHub::start().await);
    github.add_person("octocat", 1);
    let old = with_github(&folder, &github, &[("old", OLD)]);
    let grant = Grant::of_github(&old, &github, "octocat", RESOURCE, "notes:read").await;
    drop(old);
    let both = with_github(&folder, &github, &[("new", NEW), ("old", OLD)]);
    let admin = both.admin().unwrap();
    let before = admin.sealed_under().await.unwrap();
    assert!(!before.is_done());
    // The signing key got a second seal at start; the token of the provider has its first.
    assert_eq!(
        before.rows.clone().into_iter().collect::<Vec<_>>(),
        [("new".to_owned(), 1), ("old".to_owned(), 2)]
    );
    let report = admin.reseal().await.unwrap();
    assert!(report.is_done(), "{report:?}");
    assert_eq!((report.resealed, report.unreadable, report.rows["new"]), (2, 0, 2));
    assert_eq!(admin.reseal().await.unwrap().resealed, 0);
    drop((admin, both));
    // The old key is gone: the token that was sealed under it opens, and so do its access tokens.
    let new = with_github(&folder, &github, &[("new", NEW)]);
    let core = new.settings.authorization_server.clone().unwrap();
    let record = core.store.grant(grant.id()).await.unwrap().unwrap();
    let token = core.store.upstream_token(&record.upstream.unwrap()).await.unwrap().unwrap();
    assert!(crate::upstream::opens(&core, &token));
    assert!(core.signer.read(grant.access_token()).is_some());
    // Without step 3 it is said, and not silent.
    let report = new.admin().unwrap().sealed_under().await.unwrap();
    assert_eq!((report.is_done(), report.unreadable), (true, 0));
}

/// The provider is told once nobody uses its token any more, and not before.
#[tokio::test]
async fn s78_the_provider_is_told_of_the_end_of_the_last_grant() {
    let (folder, github) = (Folder::new(), FakeGitHub::start().await);
    github.add_person("octocat", 1);
    github.add_person("hubot", 2);
    let auth = with_github(&folder, &github, &[("old", OLD)]);
    let admin = auth.admin().unwrap();
    let one = Grant::of_github(&auth, &github, "octocat", RESOURCE, "notes:read").await;
    let two = Grant::of_github(&auth, &github, "octocat", RESOURCE, "notes:read").await;
    Grant::of_github(&auth, &github, "hubot", RESOURCE, "notes:read").await;
    admin.end_grant(one.id()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(github.tokens_of("octocat"), 1, "another grant uses it");
    // It does not answer, and nobody waits for it; then it does.
    github.fail_with(GitHubPart::Api, 503);
    admin.end_grant(two.id()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(github.tokens_of("octocat"), 1);
    github.recover();
    let told = async {
        while github.tokens_of("octocat") != 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), told).await.expect("it is told when it answers");
    assert_eq!(github.tokens_of("hubot"), 1, "nobody else's");
}

#[test]
fn without_an_authorization_server_there_is_nothing_to_administer() {
    let auth = Auth::builder().issuer(crate::Issuer::new("https://auth.example.com")).build().unwrap();
    let error = auth.admin().unwrap_err().to_string();
    assert!(error.contains("there is no authorization server"), "{error}");
}
