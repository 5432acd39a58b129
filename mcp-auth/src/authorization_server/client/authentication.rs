//! Which client asks, and whether it is that client (RFC 6749 section 2.3): at `/token` and `/revoke`.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, header};

use super::{
    super::{Core, OAuthError, form::Form},
    Client, ClientAuthentication,
};
use crate::{Secret, store::Digest};

/// What a request brings to say whose it is.
struct Presented {
    id: String,
    method: ClientAuthentication,
    secret: Option<Secret>,
}

/// The client, proven in the way that it registered and in no other (S45).
pub(in crate::authorization_server) async fn authenticate(
    core: &Core,
    headers: &HeaderMap,
    form: &Form,
) -> Result<Client, OAuthError> {
    let presented = presented(headers, form)?;
    let found = match Client::of_code(core, &presented.id, form).await? {
        Some(client) => Some(client),
        None => Client::find(core, &presented.id).await?,
    };
    let Some(client) = found else {
        tracing::info!("refused: a client that is not registered, or not any more");
        return Err(OAuthError::invalid_client(
            "the client is not registered here, or not any more: register again",
        ));
    };
    if is_proven(&client, &presented) {
        return Ok(client);
    }
    tracing::info!(client = client.id, "refused: the client did not prove who it is");
    Err(OAuthError::invalid_client("the client has to authenticate as it was registered"))
}

fn is_proven(client: &Client, presented: &Presented) -> bool {
    if client.metadata.token_endpoint_auth_method != presented.method {
        return false;
    }
    match (&client.secret, &presented.secret) {
        (None, None) => presented.method == ClientAuthentication::None,
        (Some(kept), Some(secret)) => {
            let digest = Digest::of(secret.expose());
            verify_slices_are_equal(kept.as_bytes(), digest.as_bytes()).is_ok()
        }
        _ => false,
    }
}

/// One method, not two (OAuth 2.1 section 2.4).
fn presented(headers: &HeaderMap, form: &Form) -> Result<Presented, OAuthError> {
    let twice = || OAuthError::new("invalid_request", "the client authenticates in more than one way");
    let (id, secret) = (form.get("client_id"), form.get("client_secret"));
    let assertion = form.get("client_assertion").or(form.get("client_assertion_type"));
    let mut authorization = headers.get_all(header::AUTHORIZATION).iter();
    let presented = match (authorization.next(), authorization.next()) {
        (Some(_), Some(_)) => return Err(twice()),
        (Some(_), None) if secret.is_some() || assertion.is_some() => return Err(twice()),
        (Some(header), None) => basic(header)?,
        (None, _) if assertion.is_some() && secret.is_some() => return Err(twice()),
        (None, _) if assertion.is_some() => {
            return Err(OAuthError::invalid_client("client assertions are not supported here"));
        }
        (None, _) => Presented {
            id: form.required("client_id")?.to_owned(),
            method: match secret {
                Some(_) => ClientAuthentication::ClientSecretPost,
                None => ClientAuthentication::None,
            },
            secret: secret.map(Secret::from),
        },
    };
    match id {
        Some(id) if id != presented.id => {
            Err(OAuthError::new("invalid_request", "client_id is not the client that authenticates"))
        }
        _ => Ok(presented),
    }
}

/// Id and secret are form-encoded before they are joined (RFC 6749 section 2.3.1).
fn basic(header: &HeaderValue) -> Result<Presented, OAuthError> {
    let read = || {
        let (scheme, credentials) = header.to_str().ok()?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
        let (id, secret) = decoded.split_once(':')?;
        Some(Presented {
            id: decode(id),
            method: ClientAuthentication::ClientSecretBasic,
            secret: Some(Secret::new(decode(secret))),
        })
    };
    read()
        .ok_or_else(|| OAuthError::invalid_client("the Authorization header is not that of a client (Basic)"))
}

fn decode(text: &str) -> String {
    // A name without a value, of which nothing but the coding matters.
    let text = text.replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(text.as_bytes()).next().map(|(text, _)| text.into_owned()).unwrap_or_default()
}
