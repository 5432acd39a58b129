//! The request as a whole.

use axum::body::Body;
use http::{Request, StatusCode, header};

use super::{super::super::sign_in::tests::support::ISSUER, World, authorize, refusal};

#[tokio::test]
async fn s17_what_is_repeated_is_refused_and_what_is_not_known_is_ignored() {
    let world = World::new().await;
    let once = authorize(&[]);
    for name in ["client_id", "redirect_uri", "state"] {
        world.browser().get(&format!("{once}&{name}=x")).await.error_page(400);
    }
    for again in [
        "response_type=code",
        "response_type=token",
        "code_challenge_method=S256",
        "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "scope=notes:read",
    ] {
        let seen = world.browser().get(&format!("{once}&{again}")).await;
        assert_eq!(seen.answer("error").as_deref(), Some("invalid_request"), "{again}");
    }
    for harmless in ["nonce=1&nonce=2", "max_age=0", "client_id=", "state=&state=", "resource="] {
        let seen = world.browser().get(&format!("{once}&{harmless}")).await;
        assert!(seen.is_consent_page(), "{harmless}: {:?}", seen.headers);
    }
}

#[tokio::test]
async fn s19_s20_s7_refusals_reach_the_client_with_state_and_the_exact_issuer() {
    let world = World::new().await;
    let strange = "a b&c=d#e\"<'>\u{e4}%00\r\nSet-Cookie: x=y";
    for (state, changes) in [
        (Some("state of the client"), vec![("response_type", Some("token"))]),
        (Some(strange), vec![("response_type", Some("token")), ("state", Some(strange))]),
        (None, vec![("response_type", Some("token")), ("state", None)]),
        (None, vec![("response_type", Some("token")), ("state", Some(""))]),
    ] {
        let seen = world.browser().get(&authorize(&changes)).await;
        assert_eq!(seen.answer("error").as_deref(), Some("unsupported_response_type"));
        assert_eq!(seen.answer("state").as_deref(), state);
        assert_eq!(seen.answer("iss").as_deref(), Some(ISSUER));
        assert!(seen.answer("error_description").is_some());
        assert_eq!(seen.answer("code"), None);
        assert_eq!(seen.headers.get_all(header::SET_COOKIE).iter().count(), 0);
    }
}

#[tokio::test]
async fn s23_s26_redirects_are_303_and_nobody_keeps_them() {
    let world = World::new().await;
    let seen = world.browser().get(&authorize(&[("scope", Some("unknown"))])).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER);
    assert_eq!(seen.headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(seen.headers[header::REFERRER_POLICY], "no-referrer");
}

#[tokio::test]
async fn s18_s25_s26_no_cors_no_frames_no_referrer_and_nothing_cached_on_any_page() {
    let world = World::new().await;
    for url in [authorize(&[]), authorize(&[("client_id", None)])] {
        let mut browser = world.browser();
        browser.from = vec![("origin", "https://evil.example".to_owned())];
        let seen = browser.get(&url).await;
        assert!(seen.headers.keys().all(|name| !name.as_str().starts_with("access-control-")));
        assert_eq!(seen.headers["x-frame-options"], "DENY");
        let policy = seen.headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"),
            "{policy}"
        );
        assert_eq!(seen.headers[header::REFERRER_POLICY], "no-referrer");
        assert_eq!(seen.headers[header::CACHE_CONTROL], "no-store");
    }
    let preflight = Request::options("/authorize").header("access-control-request-method", "GET");
    let seen = world.browser().send(preflight.body(Body::empty()).unwrap()).await;
    assert_eq!(seen.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(seen.headers.keys().all(|name| !name.as_str().starts_with("access-control-")));
}

#[tokio::test]
async fn response_types_and_modes_that_would_show_the_answer_elsewhere_are_refused() {
    let world = World::new().await;
    for (name, value, error) in [
        ("response_type", None, "invalid_request"),
        ("response_type", Some("token"), "unsupported_response_type"),
        ("response_type", Some("code token"), "unsupported_response_type"),
        ("response_type", Some("id_token"), "unsupported_response_type"),
        ("response_mode", Some("fragment"), "invalid_request"),
        ("response_mode", Some("form_post"), "invalid_request"),
        ("request", Some("eyJhbGciOiJub25lIn0.e30."), "request_not_supported"),
        ("request_uri", Some("https://evil.example/request"), "request_uri_not_supported"),
    ] {
        assert_eq!(refusal(&world, &[(name, value)]).await, error, "{name}={value:?}");
    }
    let query = authorize(&[("response_mode", Some("query"))]);
    assert!(world.browser().get(&query).await.is_consent_page());
}

#[tokio::test]
async fn s27_t18_nobody_is_spared_the_question() {
    let world = World::new().await;
    assert_eq!(refusal(&world, &[("prompt", Some("none"))]).await, "login_required");
    assert_eq!(refusal(&world, &[("prompt", Some("none login"))]).await, "invalid_request");
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    browser.sign_in(&page, "alice").await;
    let seen = browser.get(&authorize(&[("prompt", Some("none"))])).await;
    assert_eq!(seen.answer("error").as_deref(), Some("consent_required"));
    for prompt in ["consent", "login", "select_account", "create", ""] {
        assert!(browser.get(&authorize(&[("prompt", Some(prompt))])).await.is_consent_page(), "{prompt}");
    }
}

#[tokio::test]
async fn what_is_too_long_or_no_utf8_is_refused_and_a_long_state_is_not() {
    let world = World::new().await;
    let mut browser = world.browser();
    let long = "s".repeat(8000);
    let page = browser.get(&authorize(&[("state", Some(&long))])).await;
    let back = browser.sign_in(&page, "alice").await;
    assert_eq!(back.answer("state"), Some(long));
    let longer = "s".repeat(17_000);
    world.browser().get(&authorize(&[("state", Some(&longer))])).await.error_page(400);
    world.browser().get(&format!("{}&state=%FF", authorize(&[("state", None)]))).await.error_page(400);
}

/// It would come without cookies from another site, and a new cookie would cost other tabs theirs.
#[tokio::test]
async fn a_request_that_is_posted_is_asked_again_by_get() {
    let world = World::new().await;
    let url = authorize(&[("state", Some("a b&c"))]);
    let fields: Vec<_> =
        form_urlencoded::parse(url.split_once('?').unwrap().1.as_bytes()).into_owned().collect();
    let mut browser = world.browser();
    let seen = browser.post("/authorize", &fields).await;
    assert!(browser.cookies.is_empty());
    let page = browser.get(&seen.location()).await;
    assert!(page.is_consent_page());
    let back = browser.sign_in(&page, "alice").await;
    assert_eq!(back.answer("state").as_deref(), Some("a b&c"));
    let json = Request::post("/authorize").header(header::CONTENT_TYPE, "application/json");
    world.browser().send(json.body(Body::from("{}")).unwrap()).await.error_page(400);
    let long = vec![("state".to_owned(), "s".repeat(20_000))];
    world.browser().post("/authorize", &long).await.error_page(400);
}
