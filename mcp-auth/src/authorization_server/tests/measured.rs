//! What is measured: everything that the page for operators names, with labels that nobody outside can choose.

use std::time::Duration;

use axum::body::Body;
use http::StatusCode;
use serde_json::json;
use tower::ServiceExt as _;

use super::{Bed, request};
use crate::{
    Auth, Issuer,
    telemetry::tests::{Heard, all},
};

async fn call(bed: &Bed, token: &str, tool: &str) {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": tool, "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    }}});
    let request = request("POST", "/mcp")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "tools/call")
        .header("mcp-name", tool);
    let response =
        bed.router.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
    // The tool has answered when the body is there.
    axum::body::to_bytes(response.into_body(), 100_000).await.unwrap();
}

#[tokio::test]
async fn every_metric_is_emitted_and_no_label_is_a_strangers() {
    let heard = Heard::default();
    let _guard = metrics::set_default_local_recorder(&heard);
    let bed = Bed::new();
    let (client, answer) = bed.signed_in().await;
    bed.refresh(&client, &answer.text("refresh_token")).await;
    bed.refresh(&client, "made up").await.assert_error(400, "invalid_grant");
    bed.form("/token", &[("grant_type", "stranger"), ("client_id", &client)]).await;
    bed.register(json!({ "redirect_uris": [] })).await;
    let token = answer.text("access_token");
    assert_eq!(bed.call(&token).await, StatusCode::OK);
    for tool in ["count", "stranger"] {
        call(&bed, &token, tool).await;
    }
    bed.call("stranger").await;
    let strange = request("STRANGE", "/token").body(Body::empty()).unwrap();
    bed.router.clone().oneshot(strange).await.unwrap();
    // A token from the future.
    let mut early = super::gate::claims(&bed);
    early.iat += 3600;
    bed.call(bed.core.signer.sign(&early).unwrap().expose()).await;
    // Keys that nobody has.
    let down =
        Auth::builder().resource("http://127.0.0.1:3000/mcp").issuer(Issuer::new("http://127.0.0.1:9"));
    let health = down.build().unwrap().health();
    while heard.values("mcp_auth.jwks.fetches", "outcome").is_empty() {
        let _ = health.check().await;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    let mut expected = all();
    // Of providers: `upstream/vault/tests.rs`.
    expected.retain(|name| name != "mcp_auth.upstream.refreshes");
    assert_eq!(heard.names(), expected);
    let grants = heard.values("mcp_auth.token.requests", "oauth.grant.type");
    assert_eq!(grants, ["authorization_code", "refresh_token", "refresh_token", "_OTHER"]);
    let errors = heard.values("mcp_auth.token.requests", "error.type");
    assert_eq!(errors, ["invalid_grant", "unsupported_grant_type"]);
    let outcomes = heard.values("mcp_auth.token.verifications", "outcome");
    assert_eq!(outcomes, ["verified", "cached", "cached", "invalid", "not_yet_valid"]);
    let methods = heard.values("http.server.request.duration", "http.request.method");
    assert!(methods.iter().any(|method| method == "_OTHER"), "{methods:?}");
    let tools = heard.values("mcp.server.operation.duration", "gen_ai.tool.name");
    assert_eq!(tools, ["count", "_OTHER"]);
    assert_eq!(heard.values("mcp.server.operation.duration", "error.type"), ["-32602"]);
    for values in [methods, tools, heard.values("http.server.request.duration", "http.route")] {
        assert!(!values.iter().any(|value| value.to_lowercase().contains("strange")), "{values:?}");
    }
}
