//! Browsers in which somebody is signed in.

use std::time::Duration;

use super::support::{Plan, World, authorize, query};
use crate::upstream::Needs;

#[tokio::test]
async fn who_is_signed_in_agrees_and_is_back_at_once() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    browser.sign_in(&page, "alice").await;
    let page = browser.get(&authorize(&[])).await;
    assert!(page.text().contains("alice of idp"), "{}", page.text());
    let back = browser.press(&page, ("decision", "allow")).await;
    let code = world.code(&back).await;
    assert_eq!(code.person.subject(), "idp:alice");
    assert!(code.upstream.is_some());
}

#[tokio::test]
async fn s35_a_session_ends_with_its_time_and_with_the_providers_token() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    let back = browser.sign_in(&page, "alice").await;
    let upstream = world.code(&back).await.upstream.unwrap();
    let page = browser.get(&authorize(&[])).await;
    assert!(page.text().contains("alice of idp"));
    // The provider took the token back: an approval that named Alice is no longer one.
    let token = world.core.store.upstream_token(&upstream).await.unwrap().unwrap();
    world.core.store.end_upstream_token(&upstream, token.version, world.core.now()).await.unwrap();
    let again = browser.press(&page, ("decision", "allow")).await;
    assert!(again.is_consent_page() && !again.text().contains("alice of idp"), "{}", again.text());
    let back = browser.sign_in(&again, "alice").await;
    assert!(back.answer("code").is_some());
    assert!(browser.get(&authorize(&[])).await.text().contains("alice of idp"));
    world.clock.advance(Duration::from_secs(8 * 60 * 60));
    assert!(!browser.get(&authorize(&[])).await.text().contains("alice of idp"));
}

/// Somebody signed in while more was asked of them at the provider: their token serves, and the page says all that it can.
#[tokio::test]
async fn s29_of_a_token_that_is_for_more_the_page_says_all_that_it_can() {
    let world = World::of(Plan { on_disk: true, ..Plan::default() }).await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    assert!(!page.text().contains("read your repo there"));
    browser.sign_in(&page, "alice").await;
    world.change("UPDATE upstream_tokens SET scopes = 'profile repo'");
    let page = browser.get(&authorize(&[])).await;
    for part in ["alice of idp", "read your profile there", "read your repo there"] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    assert!(browser.press(&page, ("decision", "allow")).await.answer("code").is_some());
}

/// Somebody signed in while less was asked of them: they are who they are, and go to the provider once more.
#[tokio::test]
async fn s29_of_a_token_that_is_for_less_the_page_says_what_is_new_and_leads_to_the_provider() {
    let world =
        World::of(Plan { upstream: Needs::for_tests(&[("notes:write", &["repo"])]), ..Plan::default() })
            .await;
    let mut browser = world.browser();
    let (small, large) = (
        authorize(&[("scope", Some("notes:read"))]),
        authorize(&[("scope", Some("notes:read notes:write"))]),
    );
    let page = browser.get(&small).await;
    assert!(!page.text().contains("read your repo there"), "no tool needs it that this opens");
    let departure = browser.press(&page, ("decision", "allow")).await;
    assert_eq!(query(&departure.location(), "scope").as_deref(), Some("profile"));
    let back = browser.come_back(&departure, "alice").await;
    let first = world.code(&back).await.upstream.unwrap();

    let page = browser.get(&large).await;
    for part in ["alice of idp", "read your repo there", "continue with idp"] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    let new = page.body.matches("badge new").count();
    assert_eq!(new, 2, "a scope here, and one there");
    let departure = browser.press(&page, ("decision", "allow")).await;
    assert_eq!(query(&departure.location(), "scope").as_deref(), Some("profile repo"));
    let back = browser.come_back(&departure, "alice").await;
    let second = world.code(&back).await;
    assert_eq!(second.scopes, ["notes:read", "notes:write"]);
    assert_ne!(second.upstream.unwrap(), first);

    // Now it suffices, for either.
    for url in [&large, &small] {
        let page = browser.get(url).await;
        assert!(page.text().contains("read your repo there") && !page.text().contains("continue with idp"));
        assert!(browser.press(&page, ("decision", "allow")).await.answer("code").is_some());
    }
}

/// What they took out on the page is not asked for at the provider.
#[tokio::test]
async fn what_a_person_takes_out_is_not_asked_for_at_the_provider() {
    let world =
        World::of(Plan { upstream: Needs::for_tests(&[("notes:write", &["repo"])]), ..Plan::default() })
            .await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[("scope", Some("notes:read notes:write"))])).await;
    assert!(page.text().contains("read your repo there"));
    let mut fields = page.fields(("decision", "allow"));
    fields.retain(|(_, value)| value != "notes:write");
    let departure = browser.post(&page.action(), &fields).await;
    assert_eq!(query(&departure.location(), "scope").as_deref(), Some("profile"));
}

/// Nobody takes it back: it runs out, and cannot be renewed.
#[tokio::test]
async fn s35_a_session_ends_when_the_providers_token_has_run_out() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    browser.sign_in(&page, "alice.soon").await;
    let page = browser.get(&authorize(&[])).await;
    assert!(page.text().contains("alice of idp"));
    world.clock.advance(Duration::from_secs(60));
    assert!(!browser.get(&authorize(&[])).await.text().contains("alice of idp"));
    let again = browser.press(&page, ("decision", "allow")).await;
    assert!(again.is_consent_page() && !again.text().contains("alice of idp"), "{}", again.text());
}

#[tokio::test]
async fn switching_forgets_who_was_signed_in() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    browser.sign_in(&page, "alice").await;
    let old = browser.cookies.clone();
    let page = browser.get(&authorize(&[])).await;
    let switched = browser.press(&page, ("decision", "switch")).await;
    assert!(switched.is_consent_page() && !switched.text().contains("alice of idp"));
    assert!(browser.cookie("session").is_none());
    // Also for whoever kept the cookie.
    let mut thief = world.browser();
    thief.cookies = old;
    assert!(!thief.get(&authorize(&[])).await.text().contains("alice of idp"));
    let back = browser.sign_in(&switched, "bob").await;
    assert_eq!(world.code(&back).await.person.subject(), "idp:bob");
}

#[tokio::test]
async fn a_new_sign_in_gets_a_new_cookie_and_the_old_one_is_over() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[("prompt", Some("login"))])).await;
    browser.sign_in(&page, "alice").await;
    let first = browser.cookies.clone();
    let page = browser.get(&authorize(&[("prompt", Some("login"))])).await;
    assert!(!page.text().contains("alice of idp"), "they are asked to sign in, whoever they are");
    browser.sign_in(&page, "bob").await;
    assert_ne!(browser.cookie("session"), first.get(browser_session_name(&first)));
    let mut old = world.browser();
    old.cookies = first;
    assert!(!old.get(&authorize(&[])).await.text().contains("alice of idp"));
}

/// The page named Alice; whoever has signed in since is somebody else.
#[tokio::test]
async fn an_approval_counts_for_the_person_whom_the_page_named() {
    let world = World::new().await;
    let mut browser = world.browser();
    let first = browser.get(&authorize(&[])).await;
    browser.sign_in(&first, "alice").await;
    let named_alice = browser.get(&authorize(&[])).await;
    let other_tab = browser.get(&authorize(&[("prompt", Some("login"))])).await;
    browser.sign_in(&other_tab, "bob").await;
    let seen = browser.press(&named_alice, ("decision", "allow")).await;
    assert!(seen.is_consent_page() && seen.text().contains("bob of idp"), "{}", seen.text());
    let back = browser.press(&seen, ("decision", "allow")).await;
    assert_eq!(world.code(&back).await.person.subject(), "idp:bob");
}

#[tokio::test]
async fn cookies_that_are_none_of_ours_are_nobodys() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    browser.sign_in(&page, "alice").await;
    let name = browser_session_name(&browser.cookies).to_owned();
    for value in ["", "x", &"A".repeat(43), &"A".repeat(5000), "\"quoted\""] {
        let mut stranger = world.browser();
        stranger.cookies.insert(name.clone(), value.to_owned());
        let page = stranger.get(&authorize(&[])).await;
        assert!(page.is_consent_page() && !page.text().contains("alice of idp"), "{value}");
    }
    // A sign-in cookie is no session, and the other way round.
    let mut mixed = world.browser();
    let browser_name = browser.cookies.keys().find(|name| name.contains("browser")).unwrap().clone();
    mixed.cookies.insert(name.clone(), browser.cookies[&browser_name].clone());
    mixed.cookies.insert(browser_name, browser.cookies[&name].clone());
    assert!(!mixed.get(&authorize(&[])).await.text().contains("alice of idp"));
}

/// Other applications of the host, and hosts beside it, set what they like: bytes that are no ASCII hide nothing, and a
/// blank that only we would take away makes no cookie ours.
#[tokio::test]
async fn s31_a_neighbours_cookie_neither_hides_ours_nor_becomes_one() {
    let world = World::new().await;
    let mut browser = world.browser();
    browser.cookies.insert("A-neighbour".to_owned(), "Grüße".to_owned());
    let page = browser.get(&authorize(&[])).await;
    assert!(browser.sign_in(&page, "alice").await.answer("code").is_some());
    assert!(browser.get(&authorize(&[])).await.text().contains("alice of idp"));
    let mut victim = world.browser();
    for (name, value) in &browser.cookies {
        victim.cookies.insert(format!("\u{2000}{name}"), value.clone());
    }
    assert!(!victim.get(&authorize(&[])).await.text().contains("alice of idp"));
}

#[tokio::test]
async fn on_this_machine_cookies_go_over_http_and_issuers_do_not_share_them() {
    let one = Plan {
        issuer: "http://localhost:3000",
        resources: vec!["http://localhost:3000/mcp"],
        ..Plan::default()
    };
    let two = Plan {
        issuer: "http://localhost:4000",
        resources: vec!["http://localhost:4000/mcp"],
        ..Plan::default()
    };
    let (one, two) = (World::of(one).await, World::of(two).await);
    let (mut first, mut second) = (one.browser(), two.browser());
    let page = first.get(&authorize(&[("resource", None)])).await;
    let cookie = page.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("mcp-auth-browser-") && !cookie.contains("Secure"), "{cookie}");
    assert!(cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
    second.get(&authorize(&[("resource", None)])).await;
    assert_ne!(first.cookies.keys().next(), second.cookies.keys().next());
}

fn browser_session_name(cookies: &std::collections::BTreeMap<String, String>) -> &str {
    cookies.keys().find(|name| name.contains("session")).expect("a session")
}
