//! The example as its clients see it, without a socket.

use axum::body::Body;
use http::{Request, Response};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::*;

async fn call(app: &axum::Router, token: &str) -> Response<Body> {
    let request = Request::post("http://127.0.0.1:3000/mcp")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "tools/call")
        .header("mcp-name", "whoami");
    app.clone().oneshot(request.body(Body::from(CALL)).unwrap()).await.unwrap()
}

#[tokio::test]
async fn each_token_gets_what_it_means() {
    let sessions = Sessions::default();
    sign_in(&sessions);
    let app = Auth::builder().verifier(sessions.clone()).build().unwrap().router(Notes).unwrap();
    let answer = call(&app, "sess_alice").await;
    assert_eq!(answer.status(), 200);
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&body).contains("alice"), "{body:?}");
    for (token, status) in [("sess_narrow", 403), ("sess_elsewhere", 401), ("sess_bob", 401), ("other", 401)]
    {
        let answer = call(&app, token).await;
        assert_eq!(answer.status(), status, "{token}");
        assert!(answer.headers().contains_key("www-authenticate"), "{token}");
    }
    // Somebody else's session ends; one that is remembered lives ten seconds longer.
    sessions.remove("sess_narrow");
    assert_eq!(call(&app, "sess_alice").await.status(), 200);
}
