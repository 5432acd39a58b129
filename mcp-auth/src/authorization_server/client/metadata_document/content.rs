//! What a document says (draft section 4.1): it has to speak of itself, and of what could be registered.

use serde_json::{Map, Value};
use url::Url;

use crate::{
    authenticate::json_object,
    authorization_server::{ClientAuthentication, ClientMetadata, registration_endpoint::checked_metadata},
};

/// Nothing in a document is deeper than a key in a list in a set.
const DEPTH: usize = 8;
/// The parts of a key that are nobody's business (RFC 7518 section 6).
const SECRETS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The metadata in `body`, which was found at `id`; otherwise why it is refused, for its developer.
///
/// What it says about redirect URIs, types and so on is judged as at registration (S66-S72).
pub(super) fn read(id: &str, body: &[u8]) -> Result<ClientMetadata, String> {
    let mut members = json_object(body, DEPTH)
        .ok_or("the document is no JSON object, or a name stands in it twice, or it is nested too deeply")?;
    // Simple string comparison (RFC 3986 section 6.2.1), whatever else would lead to the same place.
    match members.get("client_id") {
        Some(Value::String(own)) if own == id => {}
        Some(Value::String(_)) => return Err("client_id in the document is not its URL".to_owned()),
        _ => return Err("client_id is missing in the document".to_owned()),
    }
    for name in ["client_secret", "client_secret_expires_at"] {
        if members.contains_key(name) {
            return Err(format!("{name} stands in the document, for everybody to read"));
        }
    }
    let jwks = members.remove("jwks").filter(|keys| !keys.is_null());
    let jwks_uri = members.remove("jwks_uri").filter(|uri| !uri.is_null());
    let (jwks, jwks_uri) = (jwks.map(public_keys).transpose()?, jwks_uri.as_ref().map(keys_url).transpose()?);
    if jwks.is_some() && jwks_uri.is_some() {
        return Err("jwks and jwks_uri cannot both be there".to_owned());
    }
    let method = method(&members, jwks.is_some() || jwks_uri.is_some())?;
    members.remove("token_endpoint_auth_method");
    let metadata = checked_metadata(&members).map_err(|error| error.description)?;
    if metadata.client_name.is_none() {
        return Err("client_name is missing in the document".to_owned());
    }
    Ok(ClientMetadata { token_endpoint_auth_method: method, jwks, jwks_uri, ..metadata })
}

/// How the client proves who it is: by a key, or not at all, because there is nobody with whom it could share a secret (S71).
///
/// It says what it prefers, and may say what else it can do (OpenID Connect Relying Party Metadata Choices); what it prefers
/// is what is asked of it wherever we can, because a client that holds keys is more than one that anybody can claim to be.
fn method(members: &Map<String, Value>, has_keys: bool) -> Result<ClientAuthentication, String> {
    let preferred = match members.get("token_endpoint_auth_method") {
        None | Some(Value::Null) => None,
        Some(Value::String(method)) => Some(method.as_str()),
        Some(_) => return Err("token_endpoint_auth_method is not a text".to_owned()),
    };
    let offered = members.get("token_endpoint_auth_methods_supported").and_then(Value::as_array);
    let offered = offered.into_iter().flatten().filter_map(Value::as_str);
    if let Some(method) = preferred.filter(|method| method.starts_with("client_secret_")) {
        return Err(format!(
            "token_endpoint_auth_method is {method}, and nobody can share a secret with a document"
        ));
    }
    for method in preferred.into_iter().chain(offered) {
        match method {
            "none" => return Ok(ClientAuthentication::None),
            "private_key_jwt" if has_keys => {
                return Ok(ClientAuthentication::PrivateKeyJwt);
            }
            _ => {}
        }
    }
    match preferred {
        // The default of RFC 7591, a shared secret, cannot be meant.
        None => Ok(ClientAuthentication::None),
        Some("private_key_jwt") if !has_keys => {
            Err("token_endpoint_auth_method is private_key_jwt, and there are no keys".to_owned())
        }
        Some(_) => Err("token_endpoint_auth_method is neither none nor private_key_jwt".to_owned()),
    }
}

/// A set of public keys (RFC 7517 section 5).
fn public_keys(set: Value) -> Result<Value, String> {
    let keys = set.get("keys").and_then(Value::as_array).ok_or("jwks is no set of keys")?;
    let is_public =
        |key: &Value| key.as_object().is_some_and(|key| SECRETS.iter().all(|part| !key.contains_key(*part)));
    if keys.is_empty() || !keys.iter().all(is_public) {
        return Err("jwks holds something that is no public key".to_owned());
    }
    Ok(set)
}

/// Where the keys are; it is fetched through the same guard.
fn keys_url(url: &Value) -> Result<String, String> {
    let good = |text: &&str| {
        text.len() <= 1024
            && text.bytes().all(|byte| byte.is_ascii_graphic())
            && Url::parse(text).is_ok_and(|url| {
                url.scheme() == "https" && url.username().is_empty() && url.password().is_none()
            })
    };
    let url = url.as_str().filter(good).ok_or("jwks_uri is no https URL")?;
    Ok(url.to_owned())
}
