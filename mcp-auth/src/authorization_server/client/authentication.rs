//! Which client asks, and whether it is that client (RFC 6749 section 2.3): at `/token`, `/revoke` and `/introspect`.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{
    super::{Core, OAuthError, form::Form},
    Client, ClientAuthentication, assertion,
};
use crate::{AuditEvent, AuditKind, Secret, store::Digest};

/// What a request brings to say whose it is.
struct Presented {
    id: String,
    proof: Proof,
}

enum Proof {
    None,
    Basic(Secret),
    Post(Secret),
    Assertion(Secret),
}

/// RFC 7523 section 2.2.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

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
    if client.metadata.token_endpoint_auth_method != presented.proof.method() {
        return Err(unproven(&client, "it authenticates in another way than it was registered"));
    }
    match (&presented.proof, &client.secret) {
        (Proof::None, None) => Ok(client),
        (Proof::Basic(secret) | Proof::Post(secret), Some(kept)) => {
            let digest = Digest::of(secret.expose());
            if verify_slices_are_equal(kept.as_bytes(), digest.as_bytes()).is_ok() {
                return Ok(client);
            }
            Err(wrong_secret(core, &client))
        }
        (Proof::Assertion(assertion), None) => {
            assertion::prove(core, &client, assertion).await?;
            Ok(client)
        }
        _ => Err(unproven(&client, "what it was registered with does not fit")),
    }
}

impl Proof {
    fn method(&self) -> ClientAuthentication {
        match self {
            Self::None => ClientAuthentication::None,
            Self::Basic(_) => ClientAuthentication::ClientSecretBasic,
            Self::Post(_) => ClientAuthentication::ClientSecretPost,
            Self::Assertion(_) => ClientAuthentication::PrivateKeyJwt,
        }
    }
}

/// 401, the same for every reason; the reason is in the log.
pub(super) fn unproven(client: &Client, reason: &str) -> OAuthError {
    tracing::info!(client = client.id, reason, "refused: the client did not prove who it is");
    let event = AuditEvent::new(AuditKind::Refused).client_id(&client.id).reason(reason);
    OAuthError::invalid_client("the client has to authenticate as it was registered").about(event)
}

/// Wrong, and after too many of them also too often.
fn wrong_secret(core: &Core, client: &Client) -> OAuthError {
    let wait = client.known.as_ref().and_then(|known| known.attempts.wrong(&client.id, &core.clock));
    match wait {
        None => unproven(client, "the secret is wrong"),
        Some(seconds) => OAuthError {
            status: StatusCode::TOO_MANY_REQUESTS,
            retry_after: Some(seconds),
            ..OAuthError::new("invalid_client", "too many wrong secrets: try again later")
        },
    }
}

/// One method, not two (OAuth 2.1 section 2.4).
fn presented(headers: &HeaderMap, form: &Form) -> Result<Presented, OAuthError> {
    let twice = || OAuthError::new("invalid_request", "the client authenticates in more than one way");
    let (id, secret) = (form.get("client_id"), form.get("client_secret"));
    let assertion = (form.get("client_assertion"), form.get("client_assertion_type"));
    let has_assertion = assertion != (None, None);
    let mut authorization = headers.get_all(header::AUTHORIZATION).iter();
    let presented = match (authorization.next(), authorization.next()) {
        (Some(_), Some(_)) => return Err(twice()),
        (Some(_), None) if secret.is_some() || has_assertion => return Err(twice()),
        (Some(header), None) => basic(header)?,
        (None, _) if has_assertion && secret.is_some() => return Err(twice()),
        (None, _) if has_assertion => by_assertion(assertion)?,
        (None, _) => Presented {
            id: form.required("client_id")?.to_owned(),
            proof: secret.map_or(Proof::None, |secret| Proof::Post(secret.into())),
        },
    };
    match id {
        Some(id) if id != presented.id => {
            Err(OAuthError::new("invalid_request", "client_id is not the client that authenticates"))
        }
        _ => Ok(presented),
    }
}

/// Whose assertion it is says the assertion: `client_id` is not needed beside it (RFC 7521 section 4.2).
fn by_assertion((assertion, kind): (Option<&str>, Option<&str>)) -> Result<Presented, OAuthError> {
    if kind != Some(JWT_BEARER) {
        let message = format!("client_assertion_type has to be {JWT_BEARER}");
        return Err(OAuthError::new("invalid_request", message));
    }
    let Some(assertion) = assertion else {
        return Err(OAuthError::new("invalid_request", "client_assertion is missing"));
    };
    let Some(id) = assertion::claimed_client(assertion) else {
        return Err(OAuthError::invalid_client("client_assertion is not a JWT that names a client"));
    };
    Ok(Presented { id, proof: Proof::Assertion(assertion.into()) })
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
        Some(Presented { id: decode(id), proof: Proof::Basic(Secret::new(decode(secret))) })
    };
    read()
        .ok_or_else(|| OAuthError::invalid_client("the Authorization header is not that of a client (Basic)"))
}

fn decode(text: &str) -> String {
    // A name without a value, of which nothing but the coding matters.
    let text = text.replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(text.as_bytes()).next().map(|(text, _)| text.into_owned()).unwrap_or_default()
}
