//! What a client asks to be registered with, and what it gets (RFC 7591 section 2).

use serde_json::{Map, Value};
use url::Url;

use super::{
    super::{ClientAuthentication, ClientMetadata, OAuthError, client::keys, redirect_uri},
    name,
};
use crate::{
    ScopeInfo,
    http::{self, Reach},
    store::Digest,
};

const MOST_REDIRECT_URIS: usize = 32;
const LONGEST_SCOPE: usize = 4096;
const LONGEST_URL: usize = 2048;

/// What the client is registered with; what is not understood is left out (section 2).
///
/// A client that asks for a secret gets none: whoever calls can register, so a secret would prove nothing, and clients that
/// ask for one were seen never to send it. The answer says `none` (section 3.2.1 lets us replace what was asked for). One that
/// brings keys and wants to sign with them does.
pub(crate) fn checked(asked: &Map<String, Value>) -> Result<ClientMetadata, OAuthError> {
    if present(asked, "jwks").is_some() && present(asked, "jwks_uri").is_some() {
        return Err(invalid("jwks and jwks_uri cannot both be there"));
    }
    let redirect_uris = redirect_uris(asked)?;
    let (token_endpoint_auth_method, jwks, jwks_uri) = authentication(asked)?;
    Ok(ClientMetadata {
        client_name: text(asked, "client_name")?.and_then(name::cleaned),
        token_endpoint_auth_method,
        grant_types: grant_types(asked)?,
        response_types: response_types(asked)?,
        scope: text(asked, "scope")?.and_then(scope),
        application_type: application_type(asked, &redirect_uris)?,
        redirect_uris,
        client_uri: text(asked, "client_uri")?.filter(|url| is_web_page(url)).map(str::to_owned),
        jwks,
        jwks_uri,
    })
}

/// The same for everybody who registers the same; an app of this machine brings another port each time.
pub(super) fn fingerprint(metadata: &ClientMetadata) -> Digest {
    let port_free = |uri: &String| match redirect_uri::without_port(uri) {
        Some((host, rest)) => format!("{host}{rest}"),
        None => uri.clone(),
    };
    let mut redirect_uris: Vec<String> = metadata.redirect_uris.iter().map(port_free).collect();
    redirect_uris.sort_unstable();
    redirect_uris.dedup();
    let same = ClientMetadata { redirect_uris, ..metadata.clone() };
    Digest::of(serde_json::to_vec(&same).unwrap_or_default())
}

/// Each is checked. Kinds may be mixed (Cursor registers its app, its pages and a loopback URI as one client); one that is
/// bad makes the whole registration bad, because the client would find out only when a person waits.
fn redirect_uris(asked: &Map<String, Value>) -> Result<Vec<String>, OAuthError> {
    let bad = |message: String| OAuthError::new("invalid_redirect_uri", message);
    let given = strings(asked, "redirect_uris")
        .map_err(|_| bad("redirect_uris is not a list of texts".to_owned()))?
        .filter(|uris| !uris.is_empty())
        .ok_or_else(|| bad("there has to be at least one redirect URI".to_owned()))?;
    if given.len() > MOST_REDIRECT_URIS {
        return Err(bad(format!("there are more than {MOST_REDIRECT_URIS} redirect URIs")));
    }
    let mut uris: Vec<String> = Vec::new();
    for uri in given {
        redirect_uri::check(uri)
            .map_err(|problem| bad(format!("the redirect URI {uri} is refused: {problem}")))?;
        if !uris.iter().any(|known| known == uri) {
            uris.push(uri.to_owned());
        }
    }
    Ok(uris)
}

/// Codes and refresh tokens, for everybody: no token lives long enough without. Only who cannot use codes is refused.
fn grant_types(asked: &Map<String, Value>) -> Result<Vec<String>, OAuthError> {
    must_contain(asked, "grant_types", "authorization_code")?;
    Ok(vec!["authorization_code".to_owned(), "refresh_token".to_owned()])
}

fn response_types(asked: &Map<String, Value>) -> Result<Vec<String>, OAuthError> {
    must_contain(asked, "response_types", "code")?;
    Ok(vec!["code".to_owned()])
}

fn must_contain(asked: &Map<String, Value>, name: &str, word: &str) -> Result<(), OAuthError> {
    match strings(asked, name)? {
        Some(words) if !words.is_empty() && !words.contains(&word) => {
            Err(invalid(&format!("{name} has to contain {word}")))
        }
        _ => Ok(()),
    }
}

/// The words that can be scopes, each once. It limits nothing: a step-up may ask for more (RFC 7591 section 2).
fn scope(text: &str) -> Option<String> {
    let mut words: Vec<&str> = Vec::new();
    for word in text.split(' ').filter(|word| ScopeInfo::is_name(word)) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    (!words.is_empty() && text.len() <= LONGEST_SCOPE).then(|| words.join(" "))
}

/// How it will prove who it is, and the keys for that.
fn authentication(
    asked: &Map<String, Value>,
) -> Result<(ClientAuthentication, Option<Value>, Option<String>), OAuthError> {
    let method = text(asked, "token_endpoint_auth_method")?;
    let (jwks, jwks_uri) = (present(asked, "jwks"), text(asked, "jwks_uri")?);
    if method != Some("private_key_jwt") || (jwks.is_none() && jwks_uri.is_none()) {
        return Ok((ClientAuthentication::None, None, None));
    }
    if let Some(jwks) = jwks {
        keys::check(jwks).map_err(|why| invalid(&format!("jwks: {why}")))?;
    }
    if let Some(url) = jwks_uri {
        // A stranger's: nothing but the public internet is asked.
        http::check(url, Reach::default()).map_err(|why| invalid(&format!("jwks_uri: {why}")))?;
        if url.len() > LONGEST_URL {
            return Err(invalid("jwks_uri is too long"));
        }
    }
    Ok((ClientAuthentication::PrivateKeyJwt, jwks.cloned(), jwks_uri.map(str::to_owned)))
}

/// OpenID Connect Registration section 2, and SEP-837: a web client is answered at https, elsewhere than on this machine. Who
/// says `web` and has no such URI is refused. Who has others beside it (Cursor registers its app as well) is no web client,
/// and is told so.
fn application_type(
    asked: &Map<String, Value>,
    redirect_uris: &[String],
) -> Result<Option<String>, OAuthError> {
    let web = redirect_uris.iter().filter(|uri| redirect_uri::is_web(uri)).count();
    match text(asked, "application_type")? {
        Some("web") if web == redirect_uris.len() => Ok(Some("web".to_owned())),
        Some("web") if web == 0 => {
            let message =
                "the redirect URIs of a web client are https and not on this machine: register as native";
            Err(OAuthError::new("invalid_redirect_uri", message))
        }
        Some("web" | "native") => Ok(Some("native".to_owned())),
        _ => Ok(None),
    }
}

/// A page that can be linked to.
fn is_web_page(url: &str) -> bool {
    url.len() <= LONGEST_URL
        && url.bytes().all(|byte| byte.is_ascii_graphic())
        && Url::parse(url).is_ok_and(|parsed| {
            parsed.scheme() == "https" && parsed.username().is_empty() && parsed.password().is_none()
        })
}

/// A member that says something: `null` and empty texts count as left out.
fn present<'a>(asked: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    asked.get(name).filter(|value| !value.is_null() && value.as_str() != Some(""))
}

fn text<'a>(asked: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, OAuthError> {
    match present(asked, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(invalid(&format!("{name} is not a text"))),
    }
}

fn strings<'a>(asked: &'a Map<String, Value>, name: &str) -> Result<Option<Vec<&'a str>>, OAuthError> {
    let not = || invalid(&format!("{name} is not a list of texts"));
    match present(asked, name) {
        None => Ok(None),
        Some(Value::Array(values)) => {
            values.iter().map(|value| value.as_str().ok_or_else(not)).collect::<Result<_, _>>().map(Some)
        }
        Some(_) => Err(not()),
    }
}

fn invalid(message: &str) -> OAuthError {
    OAuthError::new("invalid_client_metadata", message)
}
