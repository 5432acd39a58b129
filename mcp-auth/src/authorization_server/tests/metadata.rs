//! What clients read first.

use http::{StatusCode, header};
use serde_json::{Value, json};

use super::{Bed, ISSUER, RESOURCE, memory};
use crate::{Auth, AuthorizationServer, ClientDocuments, DevelopmentSignIn};

const PLACES: [&str; 2] = ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"];

#[tokio::test]
async fn s2_s3_s4_s5_s7_s8_s9_the_document_says_what_is_there() {
    let bed = Bed::new();
    for place in PLACES {
        let answer = bed.get(place).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header(header::CONTENT_TYPE), "application/json");
        assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
        let mut body = answer.body;
        if place.ends_with("openid-configuration") {
            let members = body.as_object_mut().unwrap();
            assert_eq!(members.remove("subject_types_supported"), Some(json!(["public"])));
            assert_eq!(members.remove("id_token_signing_alg_values_supported"), Some(json!(["ES256"])));
        }
        let auth_methods = ["none", "private_key_jwt"];
        let algorithms = ["ES256", "RS256", "PS256", "EdDSA"];
        assert_eq!(
            body,
            json!({
                "issuer": ISSUER,
                "authorization_endpoint": "http://127.0.0.1:3000/authorize",
                "token_endpoint": "http://127.0.0.1:3000/token",
                "registration_endpoint": "http://127.0.0.1:3000/register",
                "revocation_endpoint": "http://127.0.0.1:3000/revoke",
                "jwks_uri": "http://127.0.0.1:3000/.well-known/jwks.json",
                "scopes_supported": ["notes:read", "notes:write"],
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "token_endpoint_auth_methods_supported": auth_methods,
                "token_endpoint_auth_signing_alg_values_supported": algorithms,
                "revocation_endpoint_auth_methods_supported": auth_methods,
                "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": true,
                "client_id_metadata_document_supported": true,
                "protected_resources": [RESOURCE],
            }),
            "{place}"
        );
    }
}

/// Every endpoint of the document that this branch of the framework serves answers there.
#[tokio::test]
async fn s10_what_is_said_is_there() {
    let bed = Bed::new();
    let document = bed.get(PLACES[0]).await.body;
    for member in ["token_endpoint", "registration_endpoint", "revocation_endpoint", "jwks_uri"] {
        let path = document[member].as_str().unwrap().strip_prefix(ISSUER).unwrap();
        assert_ne!(bed.get(path).await.status, StatusCode::NOT_FOUND, "{member}");
    }
    let keys = bed.get("/.well-known/jwks.json").await.body;
    assert_eq!(keys, bed.core.signer.jwks());
    assert_eq!(keys["keys"][0]["kid"].as_str().map(str::len), Some(43));
}

/// Claude takes its document only where the flag stands and `none` is among the methods.
#[tokio::test]
async fn s6_s10_documents_of_clients_are_promised_while_they_are_on() {
    let on = Bed::new().get(PLACES[0]).await.body;
    assert_eq!(on["client_id_metadata_document_supported"], true);
    assert!(on["token_endpoint_auth_methods_supported"].as_array().unwrap().contains(&json!("none")));
    let bed = Bed::of(super::settings(memory()).client_documents(ClientDocuments::off()));
    let off = bed.get(PLACES[0]).await.body;
    assert_eq!(off.get("client_id_metadata_document_supported"), None);
    let form =
        [("grant_type", "authorization_code"), ("client_id", "https://app.example.com/c"), ("code", "x")];
    bed.form("/token", &form).await.assert_error(401, "invalid_client");
}

#[tokio::test]
async fn r3_the_resources_metadata_name_our_issuer() {
    let bed = Bed::new();
    let answer = bed.get("/.well-known/oauth-protected-resource/mcp").await;
    assert_eq!(answer.body["authorization_servers"], json!([ISSUER]));
}

#[tokio::test]
async fn s2_s3_an_issuer_with_a_path_is_found_in_all_three_forms() {
    let issuer = "http://127.0.0.1:3000/auth/one";
    let settings = AuthorizationServer::new(issuer).sign_in(DevelopmentSignIn::new()).store(memory());
    let bed = Bed::of(settings);
    for place in [
        "/.well-known/oauth-authorization-server/auth/one",
        "/.well-known/openid-configuration/auth/one",
        "/auth/one/.well-known/openid-configuration",
    ] {
        let body = bed.get(place).await.body;
        assert_eq!(body["issuer"], issuer, "{place}");
        assert_eq!(body["token_endpoint"], format!("{issuer}/token"), "{place}");
    }
    for place in PLACES {
        assert_eq!(bed.get(place).await.status, StatusCode::NOT_FOUND, "S3: that would be another issuer");
    }
    // Clients of 2025-03-26 that read nothing look at the root.
    for path in ["/token", "/register", "/auth/one/token", "/auth/one/register"] {
        bed.get(path).await.assert_error(405, "invalid_request");
    }
    assert_eq!(bed.get("/revoke").await.status, StatusCode::NOT_FOUND);
    assert_eq!(bed.get("/auth/one/.well-known/jwks.json").await.body, bed.core.signer.jwks());
    let (client, tokens) = bed.signed_in().await;
    assert_eq!(bed.call(&tokens.text("access_token")).await, StatusCode::OK);
    assert_eq!(bed.refresh(&client, &tokens.text("refresh_token")).await.status, StatusCode::OK);
}

/// A server without scopes lists none, and not an empty list (RFC 8414 section 3.2).
#[tokio::test]
async fn s4_members_without_a_value_are_left_out() {
    struct Plain;
    #[crate::server(resource = "http://127.0.0.1:3000/mcp", crate = "crate")]
    impl Plain {
        #[crate::tool(authenticated)]
        async fn hello(&self) -> String {
            "hello".to_owned()
        }
    }
    let settings = super::settings(memory());
    let auth: Auth = settings.build().unwrap();
    let bed = Bed { router: auth.router(Plain).unwrap(), ..Bed::new() };
    let body = bed.get(PLACES[0]).await.body;
    assert_eq!(body.get("scopes_supported"), None);
    assert!(
        body.as_object().unwrap().values().all(|value| !value.is_null() && *value != Value::Array(vec![]))
    );
}

/// The whole way of a request, in debug builds too.
#[tokio::test]
async fn metadata_under_1_ms() {
    let (bed, clock) = (Bed::new(), crate::clock::Clock::system());
    let mut times = Vec::new();
    for _ in 0..200 {
        let begun = clock.monotonic();
        bed.get("/.well-known/oauth-authorization-server").await;
        times.push(clock.monotonic().saturating_sub(begun));
    }
    times.sort();
    // The median: this machine may be doing other things.
    let median = times[times.len() / 2];
    assert!(median < std::time::Duration::from_millis(1), "{median:?}");
}
