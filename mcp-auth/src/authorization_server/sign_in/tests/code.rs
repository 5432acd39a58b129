//! The code that comes out of it.

use std::time::Duration;

use http::{StatusCode, header};

use super::support::{CALLBACK, CHALLENGE, CLIENT, ISSUER, Plan, RESOURCE, World, authorize};

#[tokio::test]
async fn s20_s21_s56_a_code_is_random_short_and_for_exactly_what_was_agreed_to() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    let back = browser.sign_in(&page, "alice").await;
    assert_eq!(back.answer("state").as_deref(), Some("state of the client"));
    assert_eq!(back.answer("iss").as_deref(), Some(ISSUER));
    assert_eq!(back.answer("error"), None);
    assert_eq!(back.answer("code").unwrap().len(), 43, "256 bits in base64url");
    let code = world.code(&back).await;
    assert_eq!(code.client_id, CLIENT);
    assert_eq!(code.redirect_uri, CALLBACK);
    assert_eq!(code.code_challenge, CHALLENGE);
    assert_eq!(code.resource, RESOURCE);
    assert_eq!(code.scopes, ["notes:read", "notes:write"]);
    assert_eq!(code.person.subject(), "idp:alice");
    assert_eq!(code.redeemed, None);
    assert_eq!(code.expires_at, world.core.now().plus(Duration::from_secs(60)));
    let upstream = world.core.store.upstream_token(&code.upstream.unwrap()).await.unwrap().unwrap();
    assert_eq!(upstream.person.subject(), "idp:alice");
    assert!(!String::from_utf8_lossy(&upstream.sealed).contains("upstream token of"), "it is sealed");
}

#[tokio::test]
async fn s23_s26_the_redirects_of_the_flow_are_303_and_nobody_keeps_them() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    let departure = browser.press(&page, ("decision", "allow")).await;
    let back = browser.come_back(&departure, "alice").await;
    let page = browser.get(&authorize(&[])).await;
    let deny = browser.press(&page, ("decision", "deny")).await;
    for seen in [departure, back, deny] {
        assert_eq!(seen.status, StatusCode::SEE_OTHER);
        assert_eq!(seen.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(seen.headers[header::REFERRER_POLICY], "no-referrer");
        assert!(seen.body.is_empty());
    }
}

#[tokio::test]
async fn the_code_joins_a_query_that_the_redirect_uri_has() {
    let uri = "http://127.0.0.1:7777/cb?tenant=a%20b";
    let world = World::of(Plan { redirect_uris: vec![uri], ..Plan::default() }).await;
    let mut browser = world.browser();
    let asked = "http://127.0.0.1:8888/cb?tenant=a%20b";
    let page = browser.get(&authorize(&[("redirect_uri", Some(asked))])).await;
    let back = browser.sign_in(&page, "alice").await;
    assert!(back.location().starts_with(&format!("{asked}&code=")), "{}", back.location());
}

#[tokio::test]
async fn an_app_with_its_own_scheme_gets_its_code_there() {
    let uri = "cursor://anysphere.cursor-mcp/oauth/callback";
    let world = World::of(Plan { redirect_uris: vec![uri], ..Plan::default() }).await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[("redirect_uri", Some(uri))])).await;
    assert!(page.text().contains("cursor:"), "{}", page.text());
    let back = browser.sign_in(&page, "alice").await;
    assert!(back.location().starts_with(&format!("{uri}?code=")), "{}", back.location());
}

#[tokio::test]
async fn an_issuer_with_a_path_has_everything_below_it() {
    let world = World::of(Plan { issuer: "https://mcp.example.com/auth", ..Plan::default() }).await;
    let mut browser = world.browser();
    let page = browser.get(&format!("/auth{}", authorize(&[]))).await;
    let departure = browser.press(&page, ("decision", "allow")).await;
    let redirect_uri = super::support::query(&departure.location(), "redirect_uri").unwrap();
    assert_eq!(redirect_uri, "https://mcp.example.com/auth/idp/callback");
    let back = browser.come_back(&departure, "alice").await;
    assert_eq!(back.answer("iss").as_deref(), Some("https://mcp.example.com/auth"));
    assert!(back.answer("code").is_some());
}
