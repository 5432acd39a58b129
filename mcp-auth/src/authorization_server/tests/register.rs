//! `/register`.

use std::time::Duration;

use axum::body::Body;
use http::{StatusCode, header};
use serde_json::{Value, json};

use super::{Bed, CALLBACK, memory, request, settings};
use crate::RegistrationLimits;

#[tokio::test]
async fn s59_s61_s65_a_client_is_registered_and_told_what_as() {
    let bed = Bed::new();
    let answer = bed
        .register(json!({
            "redirect_uris": ["https://app.example.com/callback"],
            "client_name": " Example\u{202e}  App ",
            "client_uri": "https://app.example.com",
            "logo_uri": "https://app.example.com/logo.png",
            "tos_uri": "javascript:alert(1)",
            "contacts": ["a@example.com"],
            "scope": "notes:read notes:read notes:write",
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "application_type": "web",
            "software_id": "x",
            "unknown": { "member": true },
        }))
        .await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/json");
    assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
    let mut body = answer.body.clone();
    let id = body.as_object_mut().unwrap().remove("client_id").unwrap();
    assert!(id.as_str().is_some_and(|id| id.len() == 43 && !id.contains(':')), "S73");
    assert_eq!(
        body,
        json!({
            "client_id_issued_at": bed.core.now().as_secs(),
            "redirect_uris": ["https://app.example.com/callback"],
            "client_name": "Example App",
            "client_uri": "https://app.example.com",
            "scope": "notes:read notes:write",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            "application_type": "web",
        }),
        "S65: pictures and other pages are not kept"
    );
}

/// Claude Code cannot read `null`.
#[tokio::test]
async fn s61_nulls_and_empty_values_are_left_out() {
    let bed = Bed::new();
    let answer = bed
        .register(json!({
            "redirect_uris": [CALLBACK], "client_name": null, "client_uri": "", "scope": "", "grant_types": null,
            "response_types": [], "application_type": null, "jwks_uri": null, "client_secret": null,
        }))
        .await;
    let members: Vec<_> = answer.body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        members.len(),
        [
            "client_id",
            "client_id_issued_at",
            "grant_types",
            "redirect_uris",
            "response_types",
            "token_endpoint_auth_method"
        ]
        .iter()
        .filter(|name| members.contains(name))
        .count(),
        "{members:?}"
    );
    assert!(answer.body.as_object().unwrap().values().all(|value| !value.is_null() && value != ""));
}

/// Codex and Factory Droid ask for a secret and never send it.
#[tokio::test]
async fn s61_a_client_that_asks_for_a_secret_is_public_and_told_so() {
    let bed = Bed::new();
    for method in ["client_secret_basic", "client_secret_post", "private_key_jwt"] {
        let answer =
            bed.register(json!({ "redirect_uris": [CALLBACK], "token_endpoint_auth_method": method })).await;
        assert_eq!(answer.status, StatusCode::CREATED);
        assert_eq!(answer.body["token_endpoint_auth_method"], "none");
        assert!(answer.body.get("client_secret").is_none());
        let given = bed.code(&answer.text("client_id")).await;
        assert_eq!(bed.redeem(&given).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn s62_real_clients_mix_kinds_of_redirect_uris() {
    let bed = Bed::new();
    let cursor = json!([
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "https://www.cursor.com/agents/mcp/oauth/callback",
        "http://localhost:8787/callback",
    ]);
    let answer = bed.register(json!({ "redirect_uris": cursor, "application_type": "web" })).await;
    assert_eq!((answer.status, &answer.body["redirect_uris"]), (StatusCode::CREATED, &cursor));
    assert_eq!(answer.body["application_type"], "native", "and told what they are then");
    let code = json!([
        "http://127.0.0.1:33418/",
        "http://127.0.0.1/",
        "https://vscode.dev/redirect",
        "https://insiders.vscode.dev/redirect",
    ]);
    let answer = bed.register(json!({ "redirect_uris": code, "application_type": "native" })).await;
    assert_eq!((answer.status, &answer.body["redirect_uris"]), (StatusCode::CREATED, &code));
}

/// SEP-837, where a client says it: it is the client's own word that is taken.
#[tokio::test]
async fn s62_a_web_client_is_answered_on_the_web() {
    let bed = Bed::new();
    for uri in [
        "http://localhost:8787/callback",
        "http://127.0.0.1/callback",
        "http://[::1]:1/callback",
        "https://localhost/callback",
        "https://127.0.0.1:8443/callback",
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "com.example.app:/callback",
    ] {
        let web = json!({ "redirect_uris": [uri], "application_type": "web" });
        bed.register(web).await.assert_error(400, "invalid_redirect_uri");
        for kind in [json!("native"), Value::Null, json!("")] {
            let answer = bed.register(json!({ "redirect_uris": [uri], "application_type": kind })).await;
            assert_eq!(answer.status, StatusCode::CREATED, "{uri} {kind}: {answer:?}");
        }
    }
    let web = json!({ "redirect_uris": ["https://app.example.com/callback"], "application_type": "web" });
    assert_eq!(bed.register(web).await.body["application_type"], "web");
    // An app can have claimed an https URI (RFC 8252 section 7.2).
    let native =
        json!({ "redirect_uris": ["https://app.example.com/callback"], "application_type": "native" });
    assert_eq!(bed.register(native).await.body["application_type"], "native");
}

#[tokio::test]
async fn t14_t15_s15_s60_one_bad_redirect_uri_spoils_the_registration_and_is_named() {
    let bed = Bed::new();
    for bad in
        ["javascript:alert(1)", "http://app.example.com/cb", "https://app.example.com/cb#x", "https://a@b/c"]
    {
        let answer = bed.register(json!({ "redirect_uris": [CALLBACK, bad] })).await;
        answer.assert_error(400, "invalid_redirect_uri");
        assert!(answer.text("error_description").contains(bad), "{answer:?}");
    }
    // What a stranger wrote cannot break out of the description.
    let answer = bed.register(json!({ "redirect_uris": ["https://a/\"\\\u{202e}\n"] })).await;
    answer.assert_error(400, "invalid_redirect_uri");
    let description = answer.text("error_description");
    assert!(
        description.bytes().all(|byte| matches!(byte, b' '..=b'~') && !b"\"\\".contains(&byte)),
        "{description}"
    );
    for uris in [
        json!([]),
        json!(null),
        json!("https://a/b"),
        json!([1]),
        json!([""]),
        json!({}),
        json!(vec![CALLBACK; 33]),
    ] {
        bed.register(json!({ "redirect_uris": uris })).await.assert_error(400, "invalid_redirect_uri");
    }
    bed.register(json!({})).await.assert_error(400, "invalid_redirect_uri");
}

#[tokio::test]
async fn s60_s64_metadata_that_cannot_be_is_refused() {
    let bed = Bed::new();
    for (name, value) in [
        ("client_name", json!(1)),
        ("client_name", json!(["a"])),
        ("grant_types", json!("authorization_code")),
        ("grant_types", json!(["client_credentials"])),
        ("grant_types", json!(["implicit", "password"])),
        ("grant_types", json!([1])),
        ("response_types", json!(["token"])),
        ("scope", json!(["a"])),
        ("token_endpoint_auth_method", json!({})),
        ("application_type", json!(true)),
    ] {
        let mut metadata = json!({ "redirect_uris": [CALLBACK] });
        metadata[name] = value;
        bed.register(metadata).await.assert_error(400, "invalid_client_metadata");
    }
    let both = json!({ "redirect_uris": [CALLBACK], "jwks": { "keys": [] }, "jwks_uri": "https://a/b" });
    bed.register(both).await.assert_error(400, "invalid_client_metadata");
    for body in ["", "[]", "null", "{", "\"\"", "redirect_uris=a"] {
        let request = request("POST", "/register").header(header::CONTENT_TYPE, "application/json");
        bed.send(request.body(Body::from(body)).unwrap()).await.assert_error(400, "invalid_client_metadata");
    }
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/json-patch"] {
        let request = request("POST", "/register").header(header::CONTENT_TYPE, content_type);
        let body = json!({ "redirect_uris": [CALLBACK] }).to_string();
        bed.send(request.body(Body::from(body)).unwrap()).await.assert_error(400, "invalid_client_metadata");
    }
    bed.get("/register").await.assert_error(405, "invalid_request");
}

#[tokio::test]
async fn s63_a_large_registration_is_refused() {
    let bed = Bed::new();
    let answer = bed.register(json!({ "redirect_uris": [CALLBACK], "x": "a".repeat(64 * 1024) })).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

/// Claude registers anew for every connection, with another port on this machine each time.
#[tokio::test]
async fn s63_the_same_client_is_registered_once() {
    let bed = Bed::new();
    let claude = |port: u16| {
        json!({
            "client_name": "Claude Code",
            "redirect_uris": [format!("http://localhost:{port}/callback")],
            "grant_types": ["authorization_code", "refresh_token"],
        })
    };
    let first = bed.register(claude(54321)).await;
    bed.clock.advance(Duration::from_secs(60));
    let again = bed.register(claude(11111)).await;
    assert_eq!((again.status, again.text("client_id")), (StatusCode::CREATED, first.text("client_id")));
    assert_eq!(again.body["client_id_issued_at"], first.body["client_id_issued_at"]);
    assert_eq!(again.body["redirect_uris"], json!(["http://localhost:11111/callback"]), "as it wrote it");
    let reordered =
        json!({ "redirect_uris": ["https://a.example/1", "https://a.example/2", "https://a.example/1"] });
    let other_way =
        json!({ "redirect_uris": ["https://a.example/2", "https://a.example/1"], "logo_uri": "https://a/b" });
    let id = bed.register(reordered).await.text("client_id");
    assert_eq!(bed.register(other_way).await.text("client_id"), id);
    for other in [
        json!({ "client_name": "Claude", "redirect_uris": ["http://localhost:1/callback"] }),
        json!({ "client_name": "Claude Code", "redirect_uris": ["http://localhost:1/other"] }),
        json!({ "client_name": "Claude Code", "redirect_uris": ["http://127.0.0.1:1/callback"] }),
    ] {
        assert_ne!(bed.register(other).await.text("client_id"), first.text("client_id"));
    }
}

#[tokio::test]
async fn s63_a_client_that_nobody_uses_is_forgotten() {
    let bed = Bed::new();
    let client = bed.client().await;
    let given = bed.code(&client).await;
    bed.clock.advance(Duration::from_secs(24 * 3600));
    bed.redeem(&given).await.assert_error(401, "invalid_client");
}

fn numbered(number: usize) -> Value {
    json!({ "redirect_uris": [CALLBACK], "client_name": format!("client {number}") })
}

/// A flood of new clients is slowed down; who is known is not, and neither is anybody who signs in.
#[tokio::test]
async fn s63_f17_new_clients_are_limited_and_known_ones_are_not() {
    let limits = RegistrationLimits { per_minute: 6, ..RegistrationLimits::default() };
    let bed = Bed::of(settings(memory()).registration(limits));
    for number in 0..6 {
        assert_eq!(bed.register(numbered(number)).await.status, StatusCode::CREATED);
    }
    for number in 6..20 {
        let answer = bed.register(numbered(number)).await;
        answer.assert_error(429, "temporarily_unavailable");
        let wait: u64 = answer.header(header::RETRY_AFTER).parse().unwrap();
        assert!((1..=22).contains(&wait), "{wait}");
        assert_eq!(bed.register(numbered(number % 6)).await.status, StatusCode::CREATED, "it is known");
    }
    bed.clock.jump_back(Duration::from_secs(3600));
    bed.register(numbered(6)).await.assert_error(429, "temporarily_unavailable");
    bed.clock.advance(Duration::from_secs(11));
    assert_eq!(bed.register(numbered(6)).await.status, StatusCode::CREATED);
    bed.register(numbered(7)).await.assert_error(429, "temporarily_unavailable");
}

/// After a start nobody is known here, but the store knows them: they take no place.
#[tokio::test]
async fn s63_who_registers_again_gives_the_place_back() {
    let store = super::failing_store::FailingStore::new(memory());
    let limits = RegistrationLimits { per_minute: 3, ..RegistrationLimits::default() };
    let key = "0123456789abcdef0123456789abcdef";
    let start = || Bed::of(settings(store.clone()).sealing_key("1", key).registration(limits.clone()));
    let before = start();
    for number in 0..3 {
        assert_eq!(before.register(numbered(number)).await.status, StatusCode::CREATED);
    }
    drop(before);
    let after = start();
    for number in 0..3 {
        assert_eq!(after.register(numbered(number)).await.status, StatusCode::CREATED);
    }
    for number in 3..6 {
        assert_eq!(after.register(numbered(number)).await.status, StatusCode::CREATED, "{number}");
    }
    after.register(numbered(6)).await.assert_error(429, "temporarily_unavailable");
}

#[tokio::test]
async fn f17_c44_a_stranger_cannot_fill_the_store_for_everybody() {
    let limits = RegistrationLimits { clients: 3, ..RegistrationLimits::default() };
    let bed = Bed::of(settings(memory()).registration(limits));
    let (used, tokens) = bed.signed_in().await;
    bed.kept(&used).await;
    for number in 0..20 {
        assert_eq!(bed.register(numbered(number)).await.status, StatusCode::CREATED);
    }
    assert_eq!(bed.refresh(&used, &tokens.text("refresh_token")).await.status, StatusCode::OK);
}

/// Who was pushed out is new again: otherwise a stranger keeps a list of such names, and with it pushes out whoever has
/// just registered, as fast as they like.
#[tokio::test]
async fn s63_f17_who_was_pushed_out_is_not_known_any_more() {
    let limits = RegistrationLimits { clients: 3, per_minute: 6, ..RegistrationLimits::default() };
    let bed = Bed::of(settings(memory()).registration(limits));
    for number in 0..6 {
        assert_eq!(bed.register(numbered(number)).await.status, StatusCode::CREATED);
        bed.clock.advance(Duration::from_millis(1));
    }
    for number in 0..3 {
        bed.register(numbered(number)).await.assert_error(429, "temporarily_unavailable");
    }
    for number in 3..6 {
        assert_eq!(bed.register(numbered(number)).await.status, StatusCode::CREATED, "it is known");
    }
    bed.clock.advance(Duration::from_secs(11));
    assert_eq!(bed.register(numbered(0)).await.status, StatusCode::CREATED);
}

/// A flood goes on over a restart: whom the store knows gets in all the same.
#[tokio::test]
async fn s63_f17_after_a_start_a_flood_does_not_lock_known_clients_out() {
    let store = super::failing_store::FailingStore::new(memory());
    let limits = RegistrationLimits { per_minute: 3, ..RegistrationLimits::default() };
    let key = "0123456789abcdef0123456789abcdef";
    let start = || Bed::of(settings(store.clone()).sealing_key("1", key).registration(limits.clone()));
    let before = start();
    let known = before.register(numbered(0)).await.text("client_id");
    drop(before);
    let after = start();
    for number in 1..4 {
        assert_eq!(after.register(numbered(number)).await.status, StatusCode::CREATED);
    }
    after.register(numbered(4)).await.assert_error(429, "temporarily_unavailable");
    let again = after.register(numbered(0)).await;
    assert_eq!((again.status, again.text("client_id")), (StatusCode::CREATED, known));
}

/// A registration of a new client, by whoever connects from this address and writes these headers.
async fn from(bed: &Bed, peer: &str, forwarded: Option<&str>, number: usize) -> StatusCode {
    let mut request = super::request("POST", "/register").header(header::CONTENT_TYPE, "application/json");
    if let Some(forwarded) = forwarded {
        request = request.header("x-forwarded-for", forwarded);
    }
    let mut request = request.body(axum::body::Body::from(numbered(number).to_string())).unwrap();
    let peer = std::net::SocketAddr::new(peer.parse().unwrap(), 4711);
    request.extensions_mut().insert(axum::extract::ConnectInfo(peer));
    bed.send(request).await.status
}

#[tokio::test]
async fn s63_f17_one_address_cannot_take_the_places_of_all() {
    let limits = RegistrationLimits { per_minute: 10, per_address: 4, ..RegistrationLimits::default() };
    let bed = Bed::of(settings(memory()).registration(limits));
    let mut created = 0;
    for number in 0..50 {
        // Each time another header, and another address of one network.
        let forwarded = format!("198.51.100.{number}");
        let peer = format!("2001:db8:5:6::{number}");
        created += usize::from(from(&bed, &peer, Some(&forwarded), number).await == StatusCode::CREATED);
    }
    assert_eq!(created, 4, "a header that anybody can write changes nothing");
    assert_eq!(from(&bed, "2001:db8:5:6::1", None, 0).await, StatusCode::CREATED, "it is known");
    for number in 100..104 {
        assert_eq!(from(&bed, "203.0.113.9", None, number).await, StatusCode::CREATED, "others have places");
    }
    assert_eq!(from(&bed, "203.0.113.9", None, 104).await, StatusCode::TOO_MANY_REQUESTS);
    bed.clock.advance(Duration::from_secs(16));
    assert_eq!(from(&bed, "203.0.113.9", None, 104).await, StatusCode::CREATED);
}

#[tokio::test]
async fn s63_f17_behind_a_trusted_proxy_the_address_that_it_names_has_the_share() {
    let limits = RegistrationLimits { per_address: 2, ..RegistrationLimits::default() };
    let bed = Bed::of(settings(memory()).registration(limits.clone()).trusted_proxies(["10.0.0.0/8"]));
    for number in 0..2 {
        assert_eq!(from(&bed, "10.0.0.7", Some("203.0.113.1"), number).await, StatusCode::CREATED);
    }
    let made_up = Some("198.51.100.9, 203.0.113.1");
    assert_eq!(from(&bed, "10.0.0.7", made_up, 2).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(from(&bed, "10.0.0.7", Some("203.0.113.2"), 3).await, StatusCode::CREATED);
    // A proxy that nobody named is everybody: then the limit of all holds.
    let bed = Bed::of(settings(memory()).registration(limits));
    for number in 0..10 {
        assert_eq!(from(&bed, "10.0.0.7", Some("203.0.113.1"), number).await, StatusCode::CREATED);
    }
}
