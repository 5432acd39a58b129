//! Who may not enter sees a page, keeps nothing here, and has three ways on.

use super::support::{CLIENT, Plan, RESOURCE, Seen, World, authorize, query};
use crate::{Entry, EntryDecision, EntryError, WhoMayEnter, store::Person};

/// Only alice may enter.
async fn world() -> World {
    let policy = async |entry: Entry| {
        let alice = entry.subject() == "idp:alice";
        Ok::<_, EntryError>(if alice { EntryDecision::Allow } else { EntryDecision::deny("") })
    };
    World::of(Plan { who_may_enter: Some(WhoMayEnter::any().policy(policy)), ..Plan::default() }).await
}

#[track_caller]
fn is_turned_away(seen: &Seen) {
    assert_eq!(seen.status.as_u16(), 403, "{seen:?}");
    assert!(seen.text().contains("This account may not use Notes."), "{}", seen.text());
}

#[tokio::test]
async fn nothing_is_kept_of_who_may_not_enter() {
    let world = world().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    let seen = browser.sign_in(&page, "mallory").await;
    is_turned_away(&seen);
    assert!(browser.cookie("session").is_none(), "nobody is signed in");
    let mallory = Person { provider: "idp".into(), id: "mallory".into(), name: String::new() };
    let store = &world.core.store;
    assert_eq!(store.upstream_token_id(&mallory, "profile").await.unwrap(), None);
    assert!(store.consent(&mallory, CLIENT, RESOURCE).await.unwrap().is_none());
    let page = browser.get(&authorize(&[])).await;
    assert!(!page.text().contains("mallory"), "the next page does not know them");
}

/// A refusal that never reaches the client would leave it waiting.
#[tokio::test]
async fn f17_the_client_is_told_when_the_person_goes_back() {
    let world = world().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    let seen = browser.sign_in(&page, "mallory").await;
    let back = browser.press(&seen, ("decision", "deny")).await;
    assert_eq!(back.answer("error").as_deref(), Some("access_denied"));
    assert_eq!(back.answer("state").as_deref(), Some("state of the client"));
    assert_eq!(back.answer("iss").as_deref(), Some(super::support::ISSUER));
    assert_eq!(back.answer("code"), None);
}

#[tokio::test]
async fn they_can_sign_in_as_somebody_else_or_once_more() {
    let world = world().await;
    for button in ["switch", "retry"] {
        let mut browser = world.browser();
        let page = browser.get(&authorize(&[])).await;
        let seen = browser.sign_in(&page, "mallory").await;
        let page = browser.press(&seen, ("decision", button)).await;
        assert!(page.is_consent_page(), "{button}");
        let another = page.fields(("decision", "allow")).iter().any(|(name, _)| name == "another");
        assert_eq!(another, button == "switch");
        let done = browser.sign_in(&page, "alice").await;
        assert_eq!(world.code(&done).await.person.id, "alice");
    }
}

/// Another site's page cannot send people through the form of this one.
#[tokio::test]
async fn s30_the_form_is_our_own() {
    let world = world().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    let seen = browser.sign_in(&page, "mallory").await;
    browser.from = vec![("sec-fetch-site", "cross-site".to_owned())];
    for button in ["switch", "retry", "deny"] {
        browser.press(&seen, ("decision", button)).await.error_page(403);
    }
}

#[tokio::test]
async fn whoever_is_signed_in_stays_so_when_somebody_else_is_turned_away() {
    let world = world().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    browser.sign_in(&page, "alice").await;
    let login = authorize(&[("prompt", Some("login"))]);
    let page = browser.get(&login).await;
    is_turned_away(&browser.sign_in(&page, "mallory").await);
    let page = browser.get(&authorize(&[])).await;
    assert!(page.text().contains("alice"), "whoever was signed in still is");
    let given = browser.press(&page, ("decision", "allow")).await;
    assert!(query(&given.location(), "code").is_some());
}
