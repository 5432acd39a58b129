//! What an issuer publishes: a document of somebody else is not taken, whatever else it says, and nothing panics.

use std::sync::LazyLock;

use serde_json::Value;

use super::{fuzz, seeds};
use crate::authenticate::{KeySet, jwks_uri};

const ISSUER: &str = "https://auth.example.com";

static METADATA: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| seeds("metadata"));
static KEYS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| seeds("keys"));

#[test]
fn metadata_fuzz() {
    assert!(METADATA.iter().any(|seed| jwks_uri(ISSUER, String::new(), seed).is_ok()), "the control");
    fuzz(&METADATA, metadata);
}

fn metadata(document: &[u8]) {
    if let Ok(uri) = jwks_uri(ISSUER, String::new(), document) {
        let value: Value = serde_json::from_slice(document).unwrap();
        assert_eq!(value["issuer"], ISSUER);
        assert_eq!(value["jwks_uri"], uri);
        assert!(!uri.contains(char::is_control) && uri.len() <= 2048);
    }
}

#[test]
fn keys_fuzz() {
    assert!(KEYS.iter().any(|seed| KeySet::parse(seed).is_ok()), "the control");
    fuzz(&KEYS, keys);
}

/// A set that is taken has an entry that is a public key for signatures.
fn keys(document: &[u8]) {
    if let Ok((_, left_out)) = KeySet::parse(document) {
        let value: Value = serde_json::from_slice(document).unwrap();
        let entries = value["keys"].as_array().unwrap();
        assert!(entries.len() > left_out.len());
        let asymmetric = |entry: &Value| matches!(entry["kty"].as_str(), Some("RSA" | "EC" | "OKP"));
        assert!(entries.iter().any(asymmetric), "{value}");
    }
}
