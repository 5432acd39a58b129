//! Registration JSON: what is registered can be answered, kept and read again, and leads nowhere that is not allowed.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::{fuzz, seeds};
use crate::authorization_server::{
    ClientAuthentication, ClientMetadata,
    fuzzed::{check_redirect_uri, check_registration},
};

static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| seeds("registration"));

#[test]
fn t15_t19_s64_registration_fuzz() {
    let registered = |seed: &Vec<u8>| read(seed).is_some_and(|asked| check_registration(&asked).is_ok());
    assert!(SEEDS.iter().filter(|seed| registered(seed)).count() > 4, "the control");
    fuzz(&SEEDS, target);
}

fn read(body: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(body).ok()
}

fn target(body: &[u8]) {
    let Some(asked) = read(body) else { return };
    match check_registration(&asked) {
        Err(error) => assert!(["invalid_client_metadata", "invalid_redirect_uri"].contains(&error.code)),
        Ok(metadata) => registered(&asked, &metadata),
    }
}

fn registered(asked: &Map<String, Value>, metadata: &ClientMetadata) {
    assert!(!metadata.redirect_uris.is_empty() && metadata.redirect_uris.len() <= 32);
    for uri in &metadata.redirect_uris {
        assert_eq!(check_redirect_uri(uri), Ok(()), "{uri}");
        assert!(asked["redirect_uris"].as_array().unwrap().iter().any(|one| one == uri), "{uri}");
    }
    let web = |uri: &String| uri.starts_with("https://");
    if metadata.application_type.as_deref() == Some("web") {
        assert!(metadata.redirect_uris.iter().all(web), "S62");
    }
    let has_keys = metadata.jwks.is_some() || metadata.jwks_uri.is_some();
    assert!(metadata.jwks.is_none() || metadata.jwks_uri.is_none(), "S64");
    assert_eq!(has_keys, metadata.token_endpoint_auth_method == ClientAuthentication::PrivateKeyJwt);
    assert!(
        has_keys || metadata.token_endpoint_auth_method == ClientAuthentication::None,
        "nobody gets a secret"
    );
    if let Some(name) = &metadata.client_name {
        assert!(
            !name.is_empty() && name.chars().count() <= 100 && !name.contains(char::is_control),
            "{name:?}"
        );
    }
    // Some clients cannot read `null`, and the store reads it again.
    let text = serde_json::to_string(metadata).unwrap();
    let value: Map<String, Value> = serde_json::from_str(&text).unwrap();
    assert!(value.values().all(|value| !value.is_null() && *value != ""), "{text}");
    assert_eq!(serde_json::from_str::<ClientMetadata>(&text).unwrap(), *metadata);
    // Who registers what was registered, registers the same.
    assert_eq!(check_registration(&value).as_ref(), Ok(metadata), "{text}");
}
