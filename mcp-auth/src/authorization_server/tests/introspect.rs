//! `/introspect`.

use std::time::Duration;

use http::{StatusCode, header};
use serde_json::{Value, json};

use super::{
    Answer, Bed, CALLBACK, ISSUER, RESOURCE,
    failing_store::{FAILS, FailingStore, WORKS},
    memory,
    preregistered::{SECRET, basic},
    settings,
};
use crate::{AuthorizationServer, PreregisteredClient};

fn clients(server: AuthorizationServer) -> AuthorizationServer {
    let server = server
        .client(PreregisteredClient::with_secret("behind", SECRET).introspects(RESOURCE))
        .client(PreregisteredClient::with_secret("app", SECRET).redirect_uri(CALLBACK))
        .client(PreregisteredClient::with_secret("another", SECRET).redirect_uri(CALLBACK));
    server.client(PreregisteredClient::with_secret("nightly", SECRET).machine().scopes(["notes:read"]))
}

fn bed() -> Bed {
    Bed::of(clients(settings(memory())))
}

async fn ask(bed: &Bed, who: &str, token: &str) -> Answer {
    bed.form_by("/introspect", &basic(who, SECRET), &[("token", token)]).await
}

/// Tokens of `app`, which is confidential.
async fn tokens(bed: &Bed) -> Answer {
    let given = bed.code("app").await;
    let tokens = bed.form_by("/token", &basic("app", SECRET), &given.form()).await;
    assert_eq!(tokens.status, StatusCode::OK, "{tokens:?}");
    tokens
}

#[track_caller]
fn assert_inactive(answer: &Answer) {
    assert_eq!(
        (answer.status, &answer.body),
        (StatusCode::OK, &json!({ "active": false })),
        "and nothing else"
    );
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
}

#[tokio::test]
async fn s83_s84_a_resource_server_learns_what_an_access_token_says() {
    let bed = bed();
    let token = tokens(&bed).await.text("access_token");
    for who in ["behind", "app"] {
        let answer = ask(&bed, who, &token).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
        let mut body = answer.body;
        let jti = body.as_object_mut().unwrap().remove("jti");
        assert!(jti.is_some_and(|jti| jti.as_str().is_some()));
        let now = bed.core.now().as_secs();
        assert_eq!(
            body,
            json!({
                "active": true, "scope": "notes:read notes:write", "client_id": "app", "sub": "development:alice",
                "aud": RESOURCE, "iss": ISSUER, "exp": now + 3600, "iat": now, "token_type": "Bearer",
            })
        );
    }
    let machine = [("grant_type", "client_credentials")];
    let machine = bed.form_by("/token", &basic("nightly", SECRET), &machine).await.text("access_token");
    for who in ["behind", "nightly"] {
        assert_eq!(ask(&bed, who, &machine).await.body["sub"], "client:nightly");
    }
    assert_inactive(&ask(&bed, "app", &machine).await);
}

#[tokio::test]
async fn s82_s83_what_is_not_for_the_caller_or_not_good_is_inactive_and_nothing_more() {
    let bed = bed();
    let tokens = tokens(&bed).await;
    let (access, refresh) = (tokens.text("access_token"), tokens.text("refresh_token"));
    for token in [&access, &refresh] {
        assert_inactive(&ask(&bed, "another", token).await);
        assert_inactive(&ask(&bed, "nightly", token).await);
    }
    let last = if access.ends_with('A') { 'Q' } else { 'A' };
    let foreign = format!("{}{last}", &access[..access.len() - 1]);
    for token in [&foreign, "x", "e30.e30.x", "\u{202e}", &access[..access.len() - 2]] {
        assert_inactive(&ask(&bed, "behind", token).await);
        assert_inactive(&ask(&bed, "app", token).await);
    }
    // R36: a server behind a resource would take it for an access token.
    assert_inactive(&ask(&bed, "behind", &refresh).await);
    // Revoked, by the client and in another process.
    bed.form_by("/revoke", &basic("app", SECRET), &[("token", &refresh)]).await;
    for (who, token) in [("behind", &access), ("app", &access), ("app", &refresh)] {
        assert_inactive(&ask(&bed, who, token).await);
    }
    let other = self::tokens(&bed).await;
    let grant = bed.core.signer.read(&other.text("access_token")).unwrap().grant;
    bed.core.store.end_grant(&grant, bed.core.now()).await.unwrap();
    assert_inactive(&ask(&bed, "behind", &other.text("access_token")).await);
    assert_inactive(&ask(&bed, "app", &other.text("refresh_token")).await);
    // Over.
    let last = self::tokens(&bed).await;
    bed.clock.advance(Duration::from_secs(3600));
    assert_inactive(&ask(&bed, "behind", &last.text("access_token")).await);
    assert_eq!(ask(&bed, "app", &last.text("refresh_token")).await.body["active"], true);
}

#[tokio::test]
async fn s79_s82_a_client_learns_about_its_refresh_token_whatever_the_hint() {
    let bed = bed();
    let first = tokens(&bed).await;
    let now = bed.core.now().as_secs();
    for hint in ["access_token", "refresh_token", "nonsense", ""] {
        for (member, kind) in [("refresh_token", None), ("access_token", Some("Bearer"))] {
            let token = first.text(member);
            let form = [("token", token.as_str()), ("token_type_hint", hint)];
            let answer = bed.form_by("/introspect", &basic("app", SECRET), &form).await;
            assert_eq!(
                (&answer.body["active"], answer.body["token_type"].as_str()),
                (&Value::from(true), kind),
                "{hint}"
            );
        }
    }
    let refresh = first.text("refresh_token");
    let answer = ask(&bed, "app", &refresh).await;
    assert_eq!(answer.body["exp"], now + 30 * 24 * 60 * 60);
    // One that was exchanged is not good any more, though a lost answer would be given again.
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    let newer = bed.form_by("/token", &basic("app", SECRET), &form).await;
    assert_inactive(&ask(&bed, "app", &refresh).await);
    assert_eq!(ask(&bed, "app", &newer.text("refresh_token")).await.body["active"], true);
}

#[tokio::test]
async fn s81_only_those_whom_the_operator_knows_and_who_prove_it_may_ask() {
    let bed = bed();
    let token = tokens(&bed).await.text("access_token");
    let public = bed.client().await;
    let own = bed.redeem(&bed.code(&public).await).await.text("access_token");
    for form in [
        &[("client_id", public.as_str()), ("token", own.as_str())][..],
        &[("client_id", "behind"), ("token", &token)],
        &[("client_id", "behind"), ("client_secret", SECRET), ("token", &token)],
        &[("client_id", "unknown"), ("token", &token)],
    ] {
        bed.form("/introspect", form).await.assert_error(401, "invalid_client");
    }
    bed.form("/introspect", &[("token", &token)]).await.assert_error(400, "invalid_request");
    bed.form_by("/introspect", &basic("behind", "wrong"), &[("token", &token)])
        .await
        .assert_error(401, "invalid_client");
    let bearer = format!("Bearer {token}");
    bed.form_by("/introspect", &bearer, &[("token", &token)]).await.assert_error(401, "invalid_client");
    bed.form_by("/introspect", &basic("behind", SECRET), &[]).await.assert_error(400, "invalid_request");
    bed.get("/introspect").await.assert_error(405, "invalid_request");
}

/// A store that cannot be asked says neither yes nor no (a resource server would throw a good token away).
#[tokio::test]
async fn s80_c14_without_the_store_nothing_is_said() {
    let store = FailingStore::new(memory());
    let bed = Bed::of(clients(settings(store.clone())));
    let tokens = tokens(&bed).await;
    store.set(FAILS);
    for (who, token) in [("behind", "access_token"), ("app", "refresh_token"), ("app", "access_token")] {
        let answer = ask(&bed, who, &tokens.text(token)).await;
        answer.assert_error(503, "temporarily_unavailable");
        let seconds: u64 = answer.header(header::RETRY_AFTER).parse().unwrap();
        assert!((5..=10).contains(&seconds), "{seconds}");
    }
    store.set(WORKS);
    assert_eq!(ask(&bed, "behind", &tokens.text("access_token")).await.body["active"], true);
}

#[tokio::test]
async fn s9_s10_s81_the_document_says_it_where_somebody_can_ask() {
    let place = "/.well-known/oauth-authorization-server";
    let body = bed().get(place).await.body;
    assert_eq!(body["introspection_endpoint"], "http://127.0.0.1:3000/introspect");
    assert_eq!(body["introspection_endpoint_auth_methods_supported"], json!(["client_secret_basic"]));
    assert_eq!(body.get("introspection_endpoint_auth_signing_alg_values_supported"), None);
    let all = json!(["none", "client_secret_basic", "private_key_jwt"]);
    for endpoint in ["token", "revocation"] {
        assert_eq!(body[format!("{endpoint}_endpoint_auth_methods_supported")], all);
        let algorithms = &body[format!("{endpoint}_endpoint_auth_signing_alg_values_supported")];
        assert_eq!(*algorithms, json!(["ES256", "RS256", "PS256", "EdDSA"]));
    }
    assert_eq!(
        body["grant_types_supported"],
        json!(["authorization_code", "refresh_token", "client_credentials"])
    );
    let public = Bed::of(settings(memory()).client(PreregisteredClient::public("a").redirect_uri(CALLBACK)));
    assert_eq!(public.get(place).await.body.get("introspection_endpoint"), None);
    assert_eq!(public.get("/introspect").await.status, StatusCode::NOT_FOUND);
    let keys = PreregisteredClient::with_keys("key", super::assertion::keys()).redirect_uri(CALLBACK);
    let body = Bed::of(settings(memory()).client(keys)).get(place).await.body;
    assert_eq!(body["introspection_endpoint_auth_methods_supported"], json!(["private_key_jwt"]));
    assert_eq!(
        body["introspection_endpoint_auth_signing_alg_values_supported"],
        json!(["ES256", "RS256", "PS256", "EdDSA"])
    );
}
