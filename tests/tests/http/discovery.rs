//! What a client reads before it signs in.

use crate::support::{Closed, Message, Plain, Running, Setup, request, start, start_with};

async fn document(server: &Running, path: &str) -> serde_json::Value {
    let answer = server.send(&request("GET", path)).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")), "{path}");
    answer.json()
}

#[tokio::test]
async fn r1_r2_r5_the_metadata_are_complete_and_say_nothing_empty() {
    let server = start::<Plain>().await;
    assert_eq!(
        document(&server, "/.well-known/oauth-protected-resource/mcp").await,
        serde_json::json!({
            "resource": server.resource,
            "authorization_servers": [server.issuer.url()],
            "scopes_supported": ["files:read", "files:write", "files:admin"],
            "bearer_methods_supported": ["header"],
        })
    );
}

#[tokio::test]
async fn r3_r4_r6_the_metadata_are_where_the_challenge_says_and_at_the_root() {
    for (path, metadata) in [
        ("/mcp", "/.well-known/oauth-protected-resource/mcp"),
        ("/a/b", "/.well-known/oauth-protected-resource/a/b"),
        ("/mcp/", "/.well-known/oauth-protected-resource/mcp/"),
        ("", "/.well-known/oauth-protected-resource"),
        ("/", "/.well-known/oauth-protected-resource"),
    ] {
        let server = start_with::<Plain>(Setup { path: Some(path), ..Setup::default() }).await;
        let at = if path.is_empty() { "/" } else { path };
        let answer = server.send(&Message::initialize().at(at)).await;
        assert_eq!(answer.status, 401, "{path}");
        let challenge = answer.challenge().unwrap();
        assert_eq!(
            challenge.get("resource_metadata"),
            Some(format!("{}{metadata}", server.origin()).as_str())
        );
        for path in [metadata, "/.well-known/oauth-protected-resource"] {
            assert_eq!(document(&server, path).await["resource"], server.resource, "verbatim");
        }
        let good = server.token("alice", "files:read");
        assert_eq!(
            server.send(&Message::call("read").at(at).token(&good)).await.text(),
            "read ran",
            "{path}"
        );
    }
}

#[tokio::test]
async fn r15_offline_access_is_never_asked_for() {
    let server = start::<Closed>().await;
    let document = document(&server, "/.well-known/oauth-protected-resource").await;
    assert_eq!(document["scopes_supported"], serde_json::json!(["files:read"]));
    let challenge = server.send(&Message::initialize()).await.challenge().unwrap();
    assert_eq!(challenge.get("scope"), Some("files:read"));
}

/// Host poisoning: neither the metadata nor a challenge repeats what a request says of itself.
#[tokio::test]
async fn r44_t4_metadata_and_challenges_come_from_the_configuration_only() {
    let server = start::<Plain>().await;
    let plain = document(&server, "/.well-known/oauth-protected-resource/mcp").await;
    let poisons = [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-port", "1"),
        ("x-forwarded-prefix", "/evil"),
        ("forwarded", "host=evil.example;proto=https"),
        ("x-original-host", "evil.example"),
        ("x-host", "evil.example"),
        ("x-original-url", "/evil"),
    ];
    let get = request("GET", "/.well-known/oauth-protected-resource/mcp");
    let all =
        |message: Message| poisons.iter().fold(message, |message, (name, value)| message.with(name, value));
    let clean = server.send(&Message::initialize()).await.without_date();
    assert_eq!(server.send(&all(get.clone())).await.json(), plain);
    assert_eq!(server.send(&all(Message::initialize())).await.without_date(), clean);
    let poisoned = get.with("host", "evil.example");
    assert_eq!(server.send(&poisoned).await.json(), plain);
    let localhost = Message::initialize().with("host", "localhost:1");
    assert_eq!(server.send(&localhost).await.without_date(), clean, "an allowed host is not repeated either");
}

#[tokio::test]
async fn r46_a_resource_on_this_machine_is_served_to_this_machine_only() {
    let server = start::<Plain>().await;
    assert!(server.address.ip().is_loopback());
    assert_eq!(server.resource, format!("http://{}/mcp", server.address));
}
