//! Who is told what.

use http::Method;
use tower::ServiceExt as _;

use super::*;
use crate::{AuthBuilder, DevelopmentIssuer, Issuer};

const RESOURCE: &str = "http://127.0.0.1:3000/mcp";

fn builder() -> AuthBuilder {
    let issuer = DevelopmentIssuer::new("http://127.0.0.1:3000").unwrap();
    Auth::builder().resource(RESOURCE).development_issuer(issuer)
}

async fn ask(health: &Health, method: Method, path: &str) -> (StatusCode, String) {
    let request = http::Request::builder().method(method).uri(path).header("host", "10.0.0.7:3000");
    let response = health.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1000).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_process_that_is_well_says_so_and_no_more() {
    let health = builder().build().unwrap().health();
    for path in ["/livez", "/readyz"] {
        assert_eq!(ask(&health, Method::GET, path).await, (StatusCode::OK, "ok\n".to_owned()), "{path}");
        assert_eq!(ask(&health, Method::HEAD, path).await, (StatusCode::OK, String::new()), "{path}");
        assert_eq!(ask(&health, Method::POST, path).await.0, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
}

#[tokio::test]
async fn c46_a_server_that_stops_is_alive_and_not_ready() {
    let health = builder().build().unwrap().health();
    health.stop();
    assert_eq!(ask(&health, Method::GET, "/livez").await.0, StatusCode::OK);
    let answer = ask(&health, Method::GET, "/readyz").await;
    assert_eq!(answer, (StatusCode::SERVICE_UNAVAILABLE, "not ready\n".to_owned()));
    assert_eq!(health.check().await, Err(NotReady::Stopping));
}

/// Nothing listens at the port of this issuer.
#[tokio::test]
async fn c2_without_keys_of_any_issuer_it_is_not_ready() {
    let down = || Issuer::new("http://127.0.0.1:9");
    let health = Auth::builder().resource(RESOURCE).issuer(down()).build().unwrap().health();
    assert_eq!(health.check().await, Err(NotReady::Keys));
    // The one that works is enough: its callers are served.
    let health = builder().issuer(down()).build().unwrap().health();
    assert_eq!(health.check().await, Ok(()));
}

#[tokio::test]
async fn paths_are_chosen_or_there_are_none() {
    let health = builder().health("/up", "/health/ready").build().unwrap().health();
    assert_eq!(ask(&health, Method::GET, "/up").await.0, StatusCode::OK);
    assert_eq!(ask(&health, Method::GET, "/health/ready").await.0, StatusCode::OK);
    assert_eq!(ask(&health, Method::GET, "/livez").await.0, StatusCode::NOT_FOUND);
    let health = builder().without_health().build().unwrap().health();
    assert_eq!(ask(&health, Method::GET, "/livez").await.0, StatusCode::NOT_FOUND);
    for (live, ready) in
        [("up", "/readyz"), ("/{live}", "/readyz"), ("/a b", "/b"), ("/", "/b"), ("/same", "/same")]
    {
        let error = builder().health(live, ready).build().unwrap_err();
        assert_eq!(error.problems()[0].setting, "AuthBuilder::health", "{live} {ready}");
    }
}

#[tokio::test]
async fn a_path_that_a_server_has_is_an_error_at_start() {
    struct Here;
    #[crate::server(resource = "http://127.0.0.1:3000/readyz", crate = "crate")]
    impl Here {}
    let issuer = DevelopmentIssuer::new("http://127.0.0.1:3000").unwrap();
    let auth = Auth::builder().development_issuer(issuer).listen("127.0.0.1:0").build().unwrap();
    let error = auth.bind(Here).await.unwrap_err().to_string();
    assert!(error.contains("/readyz") && error.contains("AuthBuilder::health"), "{error}");
}
