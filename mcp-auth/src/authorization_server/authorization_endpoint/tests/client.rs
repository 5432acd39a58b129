//! Who asks, and where the answer goes.

use super::{Plan, World, authorize};

#[tokio::test]
async fn s12_s24_t14_whoever_is_not_known_or_wants_the_answer_elsewhere_is_never_redirected_to() {
    let world = World::new().await;
    for changes in [
        &[("client_id", None)][..],
        &[("client_id", Some(""))],
        &[("client_id", Some("nobody"))],
        &[("client_id", Some("nobody")), ("redirect_uri", Some("https://evil.example/"))],
        &[("redirect_uri", Some("https://evil.example/callback"))],
        &[("redirect_uri", Some("https://evil.example/callback")), ("response_type", None)],
        &[("redirect_uri", Some("https://evil.example/callback")), ("scope", Some("unknown"))],
    ] {
        let seen = world.browser().get(&authorize(changes)).await;
        seen.error_page(400);
    }
    let bare = world.browser().get("/authorize").await;
    bare.error_page(400);
}

/// Character by character: whatever a parser would make of it, it is not what was registered.
#[tokio::test]
async fn s13_s32_t14_a_redirect_uri_that_differs_in_anything_is_refused() {
    let world = World::new().await;
    for uri in [
        "https://client.example/callback/",
        "https://client.example/callback/more",
        "https://client.example/callback?x=1",
        "https://client.example/callback#",
        "https://client.example/callback#fragment",
        "https://client.example/callback%00",
        "https://client.example/callback\0",
        "https://client.example/callback ",
        " https://client.example/callback",
        "https://client.example/call\nback",
        "https://client.example/./callback",
        "https://client.example/x/../callback",
        "https://client.example//callback",
        "https://client.example/%63allback",
        "https://client.example\\callback",
        "https:\\\\client.example\\callback",
        "https:/client.example/callback",
        "https://client.example/Callback",
        "https://CLIENT.example/callback",
        "HTTPS://client.example/callback",
        "https://client.example./callback",
        "https://client.example:443/callback",
        "https://client.example:8443/callback",
        "https://user@client.example/callback",
        "https://user:password@client.example/callback",
        "https://client.example@evil.example/callback",
        "https://client.example.evil.example/callback",
        "https://evil.example/https://client.example/callback",
        "https://evil.example/#https://client.example/callback",
        "http://client.example/callback",
        "//client.example/callback",
        "/callback",
        "callback",
    ] {
        let seen = world.browser().get(&authorize(&[("redirect_uri", Some(uri))])).await;
        seen.error_page(400);
    }
    assert!(world.browser().get(&authorize(&[])).await.is_consent_page());
}

#[tokio::test]
async fn s14_of_a_loopback_redirect_uri_the_port_is_free_and_nothing_else() {
    let loopback = "http://127.0.0.1:1234/callback";
    let plan = Plan {
        redirect_uris: vec![loopback, "http://localhost/cb", "http://[::1]:5/cb?x=1", "https://127.0.0.1/cb"],
        ..Plan::default()
    };
    let world = World::of(plan).await;
    for uri in [
        "http://127.0.0.1:1234/callback",
        "http://127.0.0.1:49152/callback",
        "http://127.0.0.1/callback",
        "http://localhost:49152/cb",
        "http://localhost/cb",
        "http://[::1]:49152/cb?x=1",
        "https://127.0.0.1/cb",
    ] {
        let seen = world.browser().get(&authorize(&[("redirect_uri", Some(uri))])).await;
        assert!(seen.is_consent_page(), "{uri}: {}", seen.text());
    }
    for uri in [
        "http://127.0.0.1:49152/callback/",
        "http://127.0.0.1:49152/other",
        "http://127.0.0.1:49152/callback?x=1",
        "http://127.0.0.2:1234/callback",
        "http://localhost:1234/callback",
        "http://127.0.0.1:80@evil.example/callback",
        "http://127.0.0.1:1234@evil.example/callback",
        "http://user@127.0.0.1:1234/callback",
        "http://127.0.0.1:evil/callback",
        "http://127.0.0.1.evil.example/callback",
        "http://localhost.evil.example/cb",
        "http://[::1]:49152/cb",
        "https://127.0.0.1:8443/cb",
        "https://127.0.0.1:1234/callback",
        "http://2130706433:1234/callback",
    ] {
        let seen = world.browser().get(&authorize(&[("redirect_uri", Some(uri))])).await;
        seen.error_page(400);
    }
}

#[tokio::test]
async fn s15_t15_what_would_run_in_the_browser_is_no_way_back() {
    let world = World::new().await;
    for uri in [
        "javascript:alert(1)",
        "javascript://client.example/callback%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://client.example/1",
    ] {
        let seen = world.browser().get(&authorize(&[("redirect_uri", Some(uri))])).await;
        seen.error_page(400);
        assert!(!seen.body.contains("<script"), "{}", seen.body);
    }
}

/// Whoever put it there: it leads nowhere.
#[tokio::test]
async fn t15_also_where_it_stands_in_the_store() {
    for uri in ["javascript:alert(1)", "data:text/html,x", "https://a@b.example/", "http://evil.example/"] {
        let world = World::of(Plan { redirect_uris: vec![uri], ..Plan::default() }).await;
        for asked in [Some(uri), None] {
            for changes in [&[("redirect_uri", asked)][..], &[("redirect_uri", asked), ("scope", Some("x"))]]
            {
                world.browser().get(&authorize(changes)).await.error_page(400);
            }
        }
    }
}

#[tokio::test]
async fn the_redirect_uri_can_be_left_out_where_there_is_one_only() {
    let world = World::new().await;
    assert!(world.browser().get(&authorize(&[("redirect_uri", None)])).await.is_consent_page());
    let two = Plan { redirect_uris: vec!["https://a.example/", "https://b.example/"], ..Plan::default() };
    let world = World::of(two).await;
    world.browser().get(&authorize(&[("redirect_uri", None)])).await.error_page(400);
}

/// mcp-remote keeps registrations on disk: the page says what to do.
#[tokio::test]
async fn a_client_that_has_expired_is_told_how_to_register_anew() {
    let world = World::new().await;
    world.clock.advance(std::time::Duration::from_secs(86_401));
    let seen = world.browser().get(&authorize(&[])).await;
    seen.error_page(400);
    assert!(seen.text().contains("add it again") && seen.text().contains("~/.mcp-auth"), "{}", seen.text());
}

#[tokio::test]
async fn a_client_that_did_not_register_for_codes_gets_none() {
    let world = World::new().await;
    let metadata = serde_json::json!({
        "redirect_uris": ["https://client.example/callback"], "token_endpoint_auth_method": "none",
        "grant_types": ["refresh_token"], "response_types": ["code"],
    });
    let now = world.core.now();
    let record = crate::store::ClientRecord {
        id: "no-codes".to_owned(),
        metadata: metadata.to_string(),
        fingerprint: crate::store::Digest::of("no-codes"),
        secret: None,
        registered_at: now,
        expires_at: now.plus(std::time::Duration::from_secs(60)),
        used: false,
    };
    world.core.store.register(record, 100, now).await.unwrap();
    let error = super::refusal(&world, &[("client_id", Some("no-codes"))]).await;
    assert_eq!(error, "unauthorized_client");
}
