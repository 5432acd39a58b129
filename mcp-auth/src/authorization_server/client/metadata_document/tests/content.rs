//! What a document has to say, and what it must not.

use serde_json::{Value, json};

use super::{CALLBACK, document, with};
use crate::authorization_server::{ClientAuthentication, ClientMetadata, client::metadata_document::content};

const ID: &str = "https://app.example.com/client.json";

fn read(document: &Value) -> Result<ClientMetadata, String> {
    content::read(ID, document.to_string().as_bytes())
}

fn changed(changes: Value) -> Result<ClientMetadata, String> {
    read(&with(document(ID), changes))
}

#[test]
fn s67_s72_a_document_speaks_of_itself_and_says_what_is_required() {
    let metadata = changed(json!({ "unknown": { "member": [1] } })).unwrap();
    assert_eq!(metadata.client_name.as_deref(), Some("An app"));
    assert_eq!(metadata.redirect_uris, [CALLBACK]);
    assert_eq!(metadata.token_endpoint_auth_method, ClientAuthentication::None);
    for changes in [
        json!({ "client_id": null }),
        json!({ "client_id": 1 }),
        json!({ "client_id": "https://app.example.com/client.json/" }),
        json!({ "client_id": "https://app.example.com/Client.json" }),
        json!({ "client_id": "https://APP.example.com/client.json" }),
        json!({ "client_id": "https://app.example.com:443/client.json" }),
        json!({ "client_id": "https://app.example.com/a/../client.json" }),
        json!({ "client_id": " https://app.example.com/client.json" }),
        json!({ "client_id": "https://other.example.com/client.json" }),
        json!({ "client_name": null }),
        json!({ "client_name": "" }),
        json!({ "client_name": "\u{200b}\u{202e}" }),
        json!({ "client_name": 1 }),
        json!({ "redirect_uris": null }),
        json!({ "redirect_uris": [] }),
        json!({ "redirect_uris": CALLBACK }),
        json!({ "redirect_uris": [CALLBACK, 1] }),
        json!({ "grant_types": ["client_credentials"] }),
        json!({ "response_types": ["token"] }),
    ] {
        assert!(changed(changes.clone()).is_err(), "{changes}");
    }
}

/// The rules of registration: one bad URI makes the document bad.
#[test]
fn s15_t14_t15_redirect_uris_are_judged_as_at_registration() {
    for uri in [
        "http://app.example.com/cb",
        "https://app.example.com/cb#x",
        "https://user@app.example.com/cb",
        "https://app.example.com/a/../cb",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://app.example.com/cb?iss=x",
        "*",
    ] {
        assert!(changed(json!({ "redirect_uris": [CALLBACK, uri] })).is_err(), "{uri}");
    }
    for uri in ["http://localhost/callback", "http://127.0.0.1/", "cursor://host/cb", "com.example.app:/cb"] {
        assert!(changed(json!({ "redirect_uris": [CALLBACK, uri] })).is_ok(), "{uri}");
    }
}

#[test]
fn s71_nobody_shares_a_secret_with_a_document() {
    for changes in [
        json!({ "client_secret": "hunter2" }),
        json!({ "client_secret": "" }),
        json!({ "client_secret_expires_at": 0 }),
        json!({ "token_endpoint_auth_method": "client_secret_basic" }),
        json!({ "token_endpoint_auth_method": "client_secret_post" }),
        json!({ "token_endpoint_auth_method": "client_secret_jwt" }),
        json!({ "token_endpoint_auth_method": "client_secret_basic", "token_endpoint_auth_methods_supported": ["none"] }),
        json!({ "token_endpoint_auth_method": "tls_client_auth" }),
        json!({ "token_endpoint_auth_method": ["none"] }),
    ] {
        assert!(changed(changes.clone()).is_err(), "{changes}");
    }
    // Left out, the method of RFC 7591 would be a shared secret, which cannot be meant.
    let unsaid = changed(json!({ "token_endpoint_auth_method": null })).unwrap();
    assert_eq!(unsaid.token_endpoint_auth_method, ClientAuthentication::None);
}

/// `ChatGPT` prefers a key and can do without: it is never made less than it can be.
#[test]
fn s71_a_client_with_keys_proves_itself_by_them_where_that_is_possible() {
    let prefers = json!({
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
        "jwks_uri": "https://app.example.com/jwks.json",
    });
    let metadata = changed(prefers.clone()).unwrap();
    assert_eq!(metadata.token_endpoint_auth_method, ClientAuthentication::PrivateKeyJwt);
    assert_eq!(metadata.jwks_uri.as_deref(), Some("https://app.example.com/jwks.json"));
    let without_keys = with(prefers, json!({ "jwks_uri": null }));
    let metadata = changed(without_keys.clone()).unwrap();
    assert_eq!(metadata.token_endpoint_auth_method, ClientAuthentication::None);
    let keys_only = with(without_keys, json!({ "token_endpoint_auth_methods_supported": null }));
    assert!(changed(keys_only).is_err(), "it has no keys to prove itself by");
}

#[test]
fn s64_s71_keys_are_public_and_stand_in_one_place() {
    let key = json!({ "kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA", "kid": "1" });
    let metadata = changed(json!({ "jwks": { "keys": [key] } })).unwrap();
    assert_eq!(metadata.jwks, Some(json!({ "keys": [key] })));
    for changes in [
        json!({ "jwks": { "keys": [key] }, "jwks_uri": "https://app.example.com/jwks.json" }),
        json!({ "jwks": {} }),
        json!({ "jwks": [] }),
        json!({ "jwks": "keys" }),
        json!({ "jwks": { "keys": [] } }),
        json!({ "jwks": { "keys": [1] } }),
        json!({ "jwks": { "keys": [with(key.clone(), json!({ "d": "AAAA" }))] } }),
        json!({ "jwks": { "keys": [key, { "kty": "oct", "k": "AAAA" }] } }),
        json!({ "jwks_uri": "http://app.example.com/jwks.json" }),
        json!({ "jwks_uri": "https://user:password@app.example.com/jwks.json" }),
        json!({ "jwks_uri": "file:///etc/passwd" }),
        json!({ "jwks_uri": 1 }),
    ] {
        assert!(changed(changes.clone()).is_err(), "{changes}");
    }
}

#[test]
fn s67_f14_what_two_parsers_read_differently_is_refused() {
    let good = document(ID).to_string();
    assert!(content::read(ID, good.as_bytes()).is_ok());
    let twice = good.replacen('{', r#"{"client_id":"https://other.example.com/c","#, 1);
    let escaped = good.replacen('{', r#"{"redirect\u005furis":["https://evil.example/cb"],"#, 1);
    let deep = good.replacen('{', &format!(r#"{{"deep":{}{},"#, "[".repeat(50), "]".repeat(50)), 1);
    for text in [
        twice.as_bytes(),
        escaped.as_bytes(),
        deep.as_bytes(),
        format!("{good}x").as_bytes(),
        format!("[{good}]").as_bytes(),
        format!("\u{feff}{good}").as_bytes(),
        b"",
        b"null",
        b"\xff{}",
    ] {
        assert!(content::read(ID, text).is_err(), "{}", text.escape_ascii());
    }
}
