//! `/token` with a code: every check, and that a refusal changes nothing.

use std::time::Duration;

use axum::body::Body;
use http::{StatusCode, header};

use super::{Bed, CALLBACK, Given, ISSUER, RESOURCE, encoded, post, request, with};
use crate::{
    Lifetimes,
    authorization_server::{ClientAuthentication, ClientMetadata},
    store::{ClientRecord, Digest},
};

#[tokio::test]
async fn s39_s48_s49_s50_a_code_becomes_a_token_for_the_one_resource() {
    let bed = Bed::new();
    let given = bed.code(&bed.client().await).await;
    let answer = bed.redeem(&given).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    assert_eq!(answer.header(header::PRAGMA), "no-cache");
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/json");
    assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
    assert_eq!(answer.body["token_type"], "Bearer");
    assert_eq!(answer.body["expires_in"], 3600);
    assert_eq!(answer.body["scope"], "notes:read notes:write");
    let token = bed.core.signer.read(&answer.text("access_token")).unwrap();
    assert_eq!((token.iss.as_str(), token.aud.as_str()), (ISSUER, RESOURCE));
    assert_eq!((token.sub.as_str(), token.client_id), ("development:alice", given.client));
    assert_eq!(token.exp - token.iat, 3600);
    assert!(bed.core.store.grant(&token.grant).await.unwrap().is_some());
    assert_eq!(bed.call(&answer.text("access_token")).await, StatusCode::OK);
}

#[tokio::test]
async fn s56_tokens_have_256_random_bits() {
    let bed = Bed::new();
    let (client, tokens) = bed.signed_in().await;
    let other = bed.redeem(&bed.code(&client).await).await;
    for member in ["refresh_token", "access_token"] {
        assert_ne!(tokens.text(member), other.text(member));
    }
    assert_eq!(tokens.text("refresh_token").len(), 43, "32 bytes in base64url");
}

#[tokio::test]
async fn s50_no_access_token_outlives_its_grant() {
    let lifetimes = Lifetimes { grant: Duration::from_secs(100), ..Lifetimes::default() };
    let bed = Bed::of(super::settings(super::memory()).lifetimes(lifetimes));
    let (client, tokens) = bed.signed_in().await;
    assert_eq!(tokens.body["expires_in"], 100);
    bed.clock.advance(Duration::from_secs(60));
    let newer = bed.refresh(&client, &tokens.text("refresh_token")).await;
    assert_eq!(newer.body["expires_in"], 40);
    bed.clock.advance(Duration::from_secs(40));
    bed.refresh(&client, &newer.text("refresh_token")).await.assert_error(400, "invalid_grant");
}

/// Each of these is refused, and none of them uses the code up or ends anything.
#[tokio::test]
async fn t22_t23_s42_s43_s44_s49_s55_a_refused_request_changes_nothing() {
    let bed = Bed::new();
    let given = bed.code(&bed.client().await).await;
    let other = bed.other_client().await;
    let form = given.form();
    let long = "a".repeat(129);
    for (name, value, error) in [
        ("client_id", Some(other.as_str()), "invalid_grant"),
        ("code_verifier", None, "invalid_request"),
        ("code_verifier", Some(""), "invalid_request"),
        ("code_verifier", Some("too-short"), "invalid_request"),
        ("code_verifier", Some(&long), "invalid_request"),
        ("code_verifier", Some("with spaces with spaces with spaces with spaces"), "invalid_request"),
        ("code_verifier", Some("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), "invalid_grant"),
        ("redirect_uri", Some("https://evil.example/callback"), "invalid_grant"),
        ("redirect_uri", Some("http://127.0.0.1/callback/"), "invalid_grant"),
        ("resource", Some("http://127.0.0.1:3000/other"), "invalid_target"),
        ("resource", Some("http://127.0.0.1:3000/mcp/more"), "invalid_target"),
        ("resource", Some("http://127.0.0.1:3000/mc"), "invalid_target"),
        ("resource", Some("http://127.0.0.1:3000/mcp#x"), "invalid_target"),
        ("code", Some("no-such-code"), "invalid_grant"),
        ("code", None, "invalid_request"),
        ("grant_type", None, "invalid_request"),
        ("grant_type", Some("password"), "unsupported_grant_type"),
        ("grant_type", Some("client_credentials"), "unauthorized_client"),
        ("grant_type", Some("implicit"), "unsupported_grant_type"),
    ] {
        bed.form("/token", &with(&form, name, value)).await.assert_error(400, error);
    }
    let two = [&form[..], &[("resource", RESOURCE), ("resource", "http://127.0.0.1:3000/other")]].concat();
    bed.form("/token", &two).await.assert_error(400, "invalid_target");
    assert_eq!(bed.redeem(&given).await.status, StatusCode::OK, "the code is as good as before");
}

#[tokio::test]
async fn s49_the_granted_resource_may_be_named_again() {
    let bed = Bed::new();
    let client = bed.client().await;
    for resource in [RESOURCE, "http://127.0.0.1:3000/mcp/"] {
        let given = bed.code(&client).await;
        let answer = bed.form("/token", &with(&given.form(), "resource", Some(resource))).await;
        let token = bed.core.signer.read(&answer.text("access_token")).unwrap();
        assert_eq!(token.aud, RESOURCE, "verbatim, whatever was sent");
    }
}

/// OAuth 2.1 leaves it out; `scope` is no parameter here and chooses nothing.
#[tokio::test]
async fn t23_s44_the_redirect_uri_may_be_left_out_and_a_scope_is_ignored() {
    let bed = Bed::new();
    let given = bed.code(&bed.client().await).await;
    let form = given.form();
    let form = with(&with(&form, "redirect_uri", None), "scope", Some("notes:read admin"));
    assert_eq!(bed.form("/token", &form).await.body["scope"], "notes:read notes:write");
}

#[tokio::test]
async fn s21_a_code_ends_by_the_clock() {
    let bed = Bed::new();
    let client = bed.client().await;
    let given = bed.code(&client).await;
    bed.clock.advance(Duration::from_secs(59));
    assert_eq!(bed.redeem(&given).await.status, StatusCode::OK);
    let given = bed.code(&client).await;
    bed.clock.advance(Duration::from_secs(60));
    bed.redeem(&given).await.assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn s38_only_a_form_that_is_posted_is_read() {
    let bed = Bed::new();
    let given = bed.code(&bed.client().await).await;
    let query = encoded(&given.form());
    for method in ["GET", "PUT", "DELETE", "PATCH"] {
        let answer = bed.send(request(method, &format!("/token?{query}")).body(Body::empty()).unwrap()).await;
        answer.assert_error(405, "invalid_request");
        assert_eq!(answer.header(header::ALLOW), "POST, OPTIONS");
    }
    let body = || Body::from(query.clone());
    for content_type in ["application/json", "text/plain", "multipart/form-data", ""] {
        let request = request("POST", "/token").header(header::CONTENT_TYPE, content_type);
        bed.send(request.body(body()).unwrap()).await.assert_error(400, "invalid_request");
    }
    bed.send(request("POST", "/token").body(body()).unwrap()).await.assert_error(400, "invalid_request");
    let twice = post("/token").header(header::CONTENT_TYPE, "application/json");
    bed.send(twice.body(body()).unwrap()).await.assert_error(400, "invalid_request");
    let form = request("POST", "/token")
        .header(header::CONTENT_TYPE, "Application/X-WWW-Form-URLEncoded; charset=UTF-8");
    assert_eq!(bed.send(form.body(body()).unwrap()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn s17_s38_repeated_parameters_and_large_bodies_are_refused() {
    let bed = Bed::new();
    let given = bed.code(&bed.client().await).await;
    let form = given.form();
    for (name, value) in form {
        let twice = [&form[..], &[(name, value)]].concat();
        bed.form("/token", &twice).await.assert_error(400, "invalid_request");
    }
    let large = "a".repeat(64 * 1024);
    bed.form("/token", &with(&form, "padding", Some(&large))).await.assert_error(413, "invalid_request");
    // What is empty was not sent, and what is not known is not looked at.
    let form = [&form[..], &[("code", ""), ("client_secret", ""), ("unknown", "value")]].concat();
    assert_eq!(bed.form("/token", &form).await.status, StatusCode::OK);
}

#[tokio::test]
async fn s47_secrets_in_the_url_are_refused() {
    let bed = Bed::new();
    let given = bed.code(&bed.client().await).await;
    for name in ["client_secret", "code", "code_verifier", "refresh_token"] {
        let request = post(&format!("/token?{name}=value"));
        let answer = bed.send(request.body(Body::from(encoded(&given.form()))).unwrap()).await;
        answer.assert_error(400, "invalid_request");
    }
    let request = post("/token?trace=1");
    let answer = bed.send(request.body(Body::from(encoded(&given.form()))).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn s58_pages_of_every_origin_may_ask() {
    let bed = Bed::new();
    for path in ["/token", "/register", "/revoke"] {
        let answer = bed.send(request("OPTIONS", path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{path}");
        assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
        assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_METHODS), "POST");
        assert!(answer.header(header::ACCESS_CONTROL_ALLOW_HEADERS).contains("MCP-Protocol-Version"));
        assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_CREDENTIALS), "", "no cookies");
    }
}

const SECRET: &str = "p%ss word+:&=ü";

/// A client with a secret; nobody can register one, but a store may hold it.
async fn confidential(bed: &Bed, method: ClientAuthentication) -> Given {
    let id = format!("confidential {method:?}");
    let metadata = ClientMetadata {
        client_name: None,
        redirect_uris: vec![CALLBACK.to_owned()],
        token_endpoint_auth_method: method,
        grant_types: vec!["authorization_code".to_owned()],
        response_types: vec!["code".to_owned()],
        scope: None,
        application_type: None,
        client_uri: None,
        jwks: None,
        jwks_uri: None,
    };
    let now = bed.core.now();
    let record = ClientRecord {
        id: id.clone(),
        metadata: serde_json::to_string(&metadata).unwrap(),
        fingerprint: Digest::of(&id),
        secret: Some(Digest::of(SECRET)),
        registered_at: now,
        expires_at: now.plus(Duration::from_secs(1000)),
        used: true,
    };
    bed.core.store.register(record, 100, now).await.unwrap();
    bed.code(&id).await
}

fn basic(id: &str, secret: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let coded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", coded(id), coded(secret))))
}

#[tokio::test]
async fn t25_s45_the_registered_way_to_authenticate_is_the_only_one() {
    use ClientAuthentication::{ClientSecretBasic, ClientSecretPost};
    let bed = Bed::new();
    for method in [ClientSecretBasic, ClientSecretPost] {
        let given = confidential(&bed, method).await;
        let form = given.form();
        let bare = with(&form, "client_id", None);
        let by_form = [&form[..], &[("client_secret", SECRET)]].concat();
        let send = |header: Option<String>, form: &[(&str, &str)]| {
            let mut request = post("/token");
            if let Some(header) = header {
                request = request.header(header::AUTHORIZATION, header);
            }
            bed.send(request.body(Body::from(encoded(form))).unwrap())
        };
        // Without a secret, with a wrong one, in the other way.
        send(None, &form).await.assert_error(401, "invalid_client");
        for wrong in ["", "p%ss word+:&=", "wrong"] {
            let answer = send(Some(basic(&given.client, wrong)), &bare).await;
            answer.assert_error(401, "invalid_client");
            assert!(answer.header(header::WWW_AUTHENTICATE).starts_with("Basic "), "S45");
            let answer = send(None, &with(&by_form, "client_secret", Some(wrong))).await;
            answer.assert_error(401, "invalid_client");
            assert_eq!(answer.header(header::WWW_AUTHENTICATE), "", "no header was used");
        }
        let other_way = match method {
            ClientSecretBasic => send(None, &by_form).await,
            _ => send(Some(basic(&given.client, SECRET)), &bare).await,
        };
        other_way.assert_error(401, "invalid_client");
        // Two ways at once (S46), another client's id beside.
        let both = send(Some(basic(&given.client, SECRET)), &by_form).await;
        both.assert_error(400, "invalid_request");
        let foreign = with(&form, "client_id", Some("somebody else"));
        send(Some(basic(&given.client, SECRET)), &foreign).await.assert_error(400, "invalid_request");
        let right = match method {
            ClientSecretBasic => send(Some(basic(&given.client, SECRET)), &form).await,
            _ => send(None, &by_form).await,
        };
        assert_eq!(right.status, StatusCode::OK, "{right:?}");
    }
}

#[tokio::test]
async fn s45_s46_a_public_client_shows_its_id_and_nothing_else() {
    let bed = Bed::new();
    let given = bed.code(&bed.client().await).await;
    let form = given.form();
    bed.form("/token", &with(&form, "client_id", None)).await.assert_error(400, "invalid_request");
    bed.form("/token", &with(&form, "client_id", Some("unknown"))).await.assert_error(401, "invalid_client");
    bed.form("/token", &with(&form, "client_secret", Some("made up")))
        .await
        .assert_error(401, "invalid_client");
    // An assertion needs its type (RFC 7521 section 4.2).
    bed.form("/token", &with(&form, "client_assertion", Some("e30.e30.x")))
        .await
        .assert_error(400, "invalid_request");
    let two = [&form[..], &[("client_assertion", "e30.e30.x"), ("client_secret", "made up")]].concat();
    bed.form("/token", &two).await.assert_error(400, "invalid_request");
    for header in ["Basic", "Basic !", "Bearer abc", "Basic Og==", ""] {
        let request = post("/token").header(header::AUTHORIZATION, header);
        let answer = bed.send(request.body(Body::from(encoded(&form))).unwrap()).await;
        let refused = [StatusCode::UNAUTHORIZED, StatusCode::BAD_REQUEST].contains(&answer.status);
        assert!(refused, "{header}: {answer:?}");
    }
    let twice = post("/token")
        .header(header::AUTHORIZATION, "Basic YTpi")
        .header(header::AUTHORIZATION, "Basic YTpi");
    let answer = bed.send(twice.body(Body::from(encoded(&form))).unwrap()).await;
    answer.assert_error(400, "invalid_request");
    assert_eq!(bed.redeem(&given).await.status, StatusCode::OK);
}

#[tokio::test]
async fn s57_a_client_uses_the_grants_that_it_registered() {
    let bed = Bed::new();
    let given = confidential(&bed, ClientAuthentication::ClientSecretPost).await;
    let form = super::refresh_form(&given.client, "any");
    let form = [&form[..], &[("client_secret", SECRET)]].concat();
    bed.form("/token", &form).await.assert_error(400, "unauthorized_client");
}

#[tokio::test]
async fn s63_a_client_that_got_tokens_is_kept() {
    let bed = Bed::new();
    let (client, tokens) = bed.signed_in().await;
    let first = bed.kept(&client).await.expires_at;
    assert_eq!(first, bed.core.now().plus(bed.core.registration.used));
    // It lives on while somebody uses it.
    bed.clock.advance(Duration::from_secs(20 * 24 * 3600));
    let tokens = bed.refresh(&client, &tokens.text("refresh_token")).await;
    let mut token = tokens.text("refresh_token");
    for _ in 0..4 {
        bed.clock.advance(Duration::from_secs(25 * 24 * 3600));
        token = bed.refresh(&client, &token).await.text("refresh_token");
    }
    for _ in 0..200 {
        if bed.kept(&client).await.expires_at > first {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it is forgotten while it is used");
}
