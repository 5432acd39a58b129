//! Back from the provider.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{
    super::callback,
    support::{Plan, World, authorize, encoded, query},
};
use crate::{Secret, store::Digest};

#[tokio::test]
async fn s33_s36_the_leg_to_the_provider_has_its_own_state_proof_and_callback() {
    let world = World::of(Plan { providers: vec!["idp", "corp"], ..Plan::default() }).await;
    let mut states = Vec::new();
    for provider in ["idp", "corp", "idp"] {
        let mut browser = world.browser();
        let page = browser.get(&authorize(&[])).await;
        let choice = browser.press(&page, ("decision", "allow")).await;
        let departure = browser.press(&choice, ("provider", provider)).await;
        let url = departure.location();
        let redirect_uri = query(&url, "redirect_uri").unwrap();
        assert_eq!(redirect_uri, format!("https://mcp.example.com/{provider}/callback"));
        let state = query(&url, "state").unwrap();
        assert_eq!(state.len(), 43, "256 bits");
        assert!(!url.contains("client"), "nothing of the client's leaves: {url}");
        states.push(state);
        browser.come_back(&departure, "alice").await;
        let (_, verifier) = world.arrivals.lock().unwrap().pop().unwrap();
        let challenge = URL_SAFE_NO_PAD.encode(Digest::of(&verifier).as_bytes());
        assert_eq!(query(&url, "code_challenge").unwrap(), challenge);
    }
    states.dedup();
    assert_eq!(states.len(), 3);
}

#[tokio::test]
async fn s33_s37_a_callback_counts_once_and_in_the_browser_that_began() {
    let world = World::new().await;
    let (mut browser, mut other) = (world.browser(), world.browser());
    let page = browser.get(&authorize(&[])).await;
    let departure = browser.press(&page, ("decision", "allow")).await;
    // Somebody else's browser, new and known: the state waits for its own.
    other.come_back(&departure, "mallory").await.error_page(403);
    other.get(&authorize(&[])).await;
    other.come_back(&departure, "mallory").await.error_page(403);
    assert!(other.cookie("session").is_none());
    assert!(world.arrivals.lock().unwrap().is_empty(), "the provider was not asked");
    assert!(browser.come_back(&departure, "alice").await.answer("code").is_some());
    // And no second time.
    let session = browser.cookie("session").cloned();
    browser.come_back(&departure, "alice").await.error_page(400);
    assert_eq!(browser.cookie("session").cloned(), session);
    assert_eq!(world.arrivals.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn s33_ten_minutes_and_no_longer() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    let (first, second) = (
        browser.press(&page, ("decision", "allow")).await,
        browser.press(&page, ("decision", "allow")).await,
    );
    world.clock.advance(Duration::from_secs(599));
    assert!(browser.come_back(&first, "alice").await.answer("code").is_some());
    world.clock.advance(Duration::from_secs(1));
    browser.come_back(&second, "alice").await.error_page(400);
}

/// The answer of one provider at the callback of another (RFC 9700 section 4.4).
#[tokio::test]
async fn s36_a_state_of_one_provider_is_nothing_to_another() {
    let world = World::of(Plan { providers: vec!["idp", "corp"], ..Plan::default() }).await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    let choice = browser.press(&page, ("decision", "allow")).await;
    let departure = browser.press(&choice, ("provider", "idp")).await;
    let state = query(&departure.location(), "state").unwrap();
    let answer = encoded(&[("code", "mallory"), ("state", &state)]);
    browser.get(&format!("/corp/callback?{answer}")).await.error_page(400);
    assert!(world.arrivals.lock().unwrap().is_empty(), "neither provider saw the code");
    assert!(browser.come_back(&departure, "alice").await.answer("code").is_some());
}

#[tokio::test]
async fn s33_callbacks_that_nobody_waits_for_change_nothing() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    let departure = browser.press(&page, ("decision", "allow")).await;
    let state = query(&departure.location(), "state").unwrap();
    for answer in [
        String::new(),
        "code=mallory".to_owned(),
        "code=mallory&state=".to_owned(),
        format!("code=mallory&state={}", "A".repeat(43)),
        format!("state={state}"),
        format!("code=&state={state}"),
        format!("code=a&code=b&state={state}"),
        format!("code=a&state={state}&state={state}"),
        format!("code=a&error=access_denied&state={state}"),
        format!("code=%FF&state={state}"),
    ] {
        browser.get(&format!("/idp/callback?{answer}")).await.error_page(400);
    }
    let posted = [("code".to_owned(), "mallory".to_owned()), ("state".to_owned(), state)];
    browser.post("/idp/callback", &posted).await.error_page(400);
    assert!(world.arrivals.lock().unwrap().is_empty());
    assert!(browser.cookie("session").is_none());
    assert!(browser.come_back(&departure, "alice").await.answer("code").is_some());
}

#[tokio::test]
async fn of_fifty_callbacks_at_once_one_goes_on() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    let departure = browser.press(&page, ("decision", "allow")).await;
    let attempts = (0..50).map(|_| {
        let mut same = world.browser();
        same.cookies.clone_from(&browser.cookies);
        let departure = &departure;
        async move { same.come_back(departure, "alice").await.status.as_u16() }
    });
    let statuses = futures_util::future::join_all(attempts).await;
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 49, "{statuses:?}");
}

/// The race in slow motion, where no luck is needed: both have found the sign-in before either takes it.
#[tokio::test]
async fn s33_of_two_that_found_the_same_sign_in_one_goes_on() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    let departure = browser.press(&page, ("decision", "allow")).await;
    let state = query(&departure.location(), "state").map(Secret::new);
    let headers = browser.headers();
    let first = callback::find(&world.core, "idp", state.clone(), &headers).await.ok().unwrap();
    let second = callback::find(&world.core, "idp", state, &headers).await.ok().unwrap();
    assert!(first.take(&world.core).await.is_ok());
    assert!(second.take(&world.core).await.is_err());
}

/// A denial at the provider that never reaches the client leaves it waiting.
#[tokio::test]
async fn f17_what_goes_wrong_at_the_provider_reaches_the_client() {
    let world = World::new().await;
    for (answer, error) in [
        (("error", "access_denied"), "access_denied"),
        (("code", "refused"), "access_denied"),
        (("code", "unavailable"), "temporarily_unavailable"),
        (("code", "misconfigured"), "server_error"),
    ] {
        let mut browser = world.browser();
        let page = browser.get(&authorize(&[])).await;
        let departure = browser.press(&page, ("decision", "allow")).await;
        let state = query(&departure.location(), "state").unwrap();
        let back = browser.get(&format!("/idp/callback?{}", encoded(&[answer, ("state", &state)]))).await;
        assert_eq!(back.answer("error").as_deref(), Some(error));
        assert_eq!(back.answer("state").as_deref(), Some("state of the client"));
        assert_eq!(back.answer("iss").as_deref(), Some(world.core.issuer.as_str()));
        assert!(browser.cookie("session").is_none());
        let description = back.answer("error_description").unwrap();
        assert!(!description.contains("used code") && !description.contains("wrong secret"), "{description}");
    }
}

/// What was agreed to is checked again: in the meantime the client may have gone.
#[tokio::test]
async fn a_client_that_expired_meanwhile_gets_nothing() {
    let world = World::new().await;
    let mut browser = world.browser();
    world.clock.advance(Duration::from_secs(86_399));
    let page = browser.get(&authorize(&[])).await;
    let departure = browser.press(&page, ("decision", "allow")).await;
    world.clock.advance(Duration::from_secs(2));
    browser.come_back(&departure, "alice").await.error_page(400);
    assert!(world.arrivals.lock().unwrap().is_empty());
}
