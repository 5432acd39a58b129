//! Client ID metadata documents and their URLs: whatever is taken says what it has to, nothing leads to this machine, and
//! nothing panics.

use std::net::IpAddr;

use serde_json::Value;

use super::{fuzz, seeds};
use crate::authorization_server::{ClientAuthentication, authority_of_document, read_document, redirect_uri};

const ID: &str = "https://app.example.com/client.json";

#[test]
fn client_document_fuzz() {
    let seeds = seeds("client_document");
    assert!(seeds.iter().any(|seed| read_document(ID, seed).is_ok()), "the control");
    fuzz(&seeds, document);
}

fn document(text: &[u8]) {
    let Ok(metadata) = read_document(ID, text) else { return };
    let value: Value = serde_json::from_slice(text).unwrap();
    assert_eq!(value["client_id"], ID);
    assert!(value.get("client_secret").is_none());
    assert!(metadata.client_name.is_some_and(|name| !name.is_empty() && !name.contains(char::is_control)));
    assert!(!metadata.redirect_uris.is_empty());
    for uri in &metadata.redirect_uris {
        assert_eq!(redirect_uri::check(uri), Ok(()));
        assert!(value["redirect_uris"].as_array().unwrap().contains(&Value::from(uri.as_str())));
    }
    let method = metadata.token_endpoint_auth_method;
    let has_keys = metadata.jwks.is_some() || metadata.jwks_uri.is_some();
    assert!(
        method == ClientAuthentication::None || method == ClientAuthentication::PrivateKeyJwt && has_keys
    );
    assert!(metadata.jwks.is_none() || metadata.jwks_uri.is_none());
    assert!(metadata.jwks_uri.is_none_or(|url| url.to_ascii_lowercase().starts_with("https:")));
    if let Some(keys) = metadata.jwks {
        assert!(
            keys["keys"]
                .as_array()
                .unwrap()
                .iter()
                .all(|key| key.get("d").is_none() && key.get("k").is_none())
        );
    }
}

#[test]
fn client_document_url_fuzz() {
    let seeds = seeds("client_document_url");
    assert!(seeds.iter().any(|seed| authority_of_document(std::str::from_utf8(seed).unwrap()).is_some()));
    fuzz(&seeds, url);
}

/// Judged by a reader of our own, which knows nothing of the parser's: what stands between the slashes is the authority.
fn url(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else { return };
    let Some(authority) = authority_of_document(text) else { return };
    let rest = text.strip_prefix("https://").unwrap();
    let (naive, path) = rest.split_once('/').unwrap();
    assert_eq!(authority, naive, "{text}");
    assert!(!path.is_empty() && !path.contains(['#', '\\', ' ']), "{text}");
    assert!(path.split('?').next().unwrap().split('/').all(|part| part != "." && part != ".."), "{text}");
    let host = naive.split(':').next().unwrap();
    assert!(host.contains('.') && !host.ends_with('.') && host.parse::<IpAddr>().is_err(), "{text}");
    assert!(host.bytes().all(|byte| !byte.is_ascii_uppercase() && byte != b'@' && byte != b'%'), "{text}");
    // A last label of digits, or of `0x` and hexadecimal ones, would be read as a number by who takes addresses in parts.
    let last = host.rsplit('.').next().unwrap();
    let hexadecimal =
        last.strip_prefix("0x").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert!(!last.bytes().all(|byte| byte.is_ascii_digit()) && !hexadecimal, "{text}");
}
