//! The header of a token (RFC 7515 section 4): what it may say, and what is ignored.

use serde_json::{Map, Value};

use super::{Algorithm, Expectations, json};
use crate::authenticate::Reason;

/// `x5c` carries a certificate chain in some tokens; nothing else is long.
const MAX_HEADER_BYTES: usize = 8 * 1024;
/// `jwk` and `x5c` nest once; they are ignored, not refused.
const MAX_DEPTH: usize = 4;

/// The members of a header that are believed before the signature is checked, and only for choosing the key.
///
/// `jku`, `x5u`, `jwk` and `x5c` are not among them: the one who signs would say by which key he is checked
/// (RFC 8725 section 3.10).
#[derive(Debug)]
pub(super) struct Header {
    pub(super) algorithm: Algorithm,
    pub(super) key_id: Option<String>,
    /// Whether the header itself says that this is an access token.
    pub(super) says_access_token: bool,
}

impl Header {
    pub(super) fn check(members: &Map<String, Value>, expected: &Expectations) -> Result<Self, Reason> {
        let unnamed = Self::of_any_type(members)?;
        let says_access_token = token_type(text(members, "typ")?, expected.any_token_type)?;
        Ok(Self { says_access_token, ..unnamed })
    }

    /// The header of an ID token, which says `JWT` or nothing: every other type is another kind of token.
    #[cfg(feature = "authorization-server")]
    pub(super) fn of_id_token(members: &Map<String, Value>) -> Result<Self, Reason> {
        let header = Self::of_any_type(members)?;
        let typ = text(members, "typ")?.map(str::to_ascii_lowercase);
        match typ.as_deref() {
            None | Some("jwt" | "application/jwt") => Ok(header),
            Some(_) => Err(Reason::Header("it is the one of another kind of token")),
        }
    }

    fn of_any_type(members: &Map<String, Value>) -> Result<Self, Reason> {
        no_extensions(members)?;
        let algorithm = text(members, "alg")?.ok_or(Reason::Algorithm)?;
        let algorithm = Algorithm::from_header(algorithm).ok_or(Reason::Algorithm)?;
        let key_id = text(members, "kid")?.map(str::to_owned);
        Ok(Self { algorithm, key_id, says_access_token: false })
    }
}

/// The members of a header; `None` for what is none, so that its token is no JWT.
pub(super) fn members(json: &[u8]) -> Option<Map<String, Value>> {
    if json.len() > MAX_HEADER_BYTES { None } else { json::object(json, MAX_DEPTH) }
}

/// We implement no extension, so whatever is critical is unknown (RFC 7515 section 4.1.11). `b64` changes what is signed
/// and is only legal as a critical one (RFC 7797 section 6); `enc` and `zip` belong to encrypted tokens.
pub(super) fn no_extensions(members: &Map<String, Value>) -> Result<(), Reason> {
    if members.contains_key("crit") {
        return Err(Reason::Crit);
    }
    for foreign in ["b64", "enc", "zip"] {
        if members.contains_key(foreign) {
            return Err(Reason::Header("it is not the one of a plain signed token"));
        }
    }
    Ok(())
}

/// `typ` (RFC 9068 section 4): whether it names an access token. Media types have no case, and `application/` may be
/// left out (RFC 7515 section 4.1.9).
///
/// With the opt-out, the type may also be missing or `JWT`. Every other value names another kind of token: ID-JAGs,
/// logout tokens, DPoP proofs and client assertions have types of their own.
fn token_type(typ: Option<&str>, any_token_type: bool) -> Result<bool, Reason> {
    let Some(typ) = typ else {
        return if any_token_type { Ok(false) } else { Err(Reason::BadType) };
    };
    let typ = typ.to_ascii_lowercase();
    match typ.strip_prefix("application/").unwrap_or(&typ) {
        "at+jwt" => Ok(true),
        "jwt" if any_token_type => Ok(false),
        _ => Err(Reason::BadType),
    }
}

fn text<'a>(members: &'a Map<String, Value>, name: &'static str) -> Result<Option<&'a str>, Reason> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Reason::Header("a member of it is not a string")),
    }
}
