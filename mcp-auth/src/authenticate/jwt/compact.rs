//! The compact form of a signed JWT (RFC 7515 section 3.1).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::Reason;
use crate::authenticate::bearer::MAX_TOKEN_BYTES;

/// The three parts, decoded, and the text that is signed.
pub(super) struct Compact<'a> {
    pub(super) header: Vec<u8>,
    pub(super) payload: Vec<u8>,
    pub(super) signature: Vec<u8>,
    pub(super) signed: &'a str,
}

impl<'a> Compact<'a> {
    /// Exactly three parts, none empty, each in strict base64url: no padding, no other alphabet, no stray bits at the
    /// end. With those, one token could be written in several ways.
    pub(super) fn parse(token: &'a str) -> Result<Self, Reason> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Reason::NotAJwt);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Reason::NotAJwt)?;
        let (header, payload) = signed.split_once('.').ok_or(Reason::NotAJwt)?;
        let decode = |part: &str| match URL_SAFE_NO_PAD.decode(part) {
            Ok(bytes) if !bytes.is_empty() => Ok(bytes),
            // A fourth part ends here too: a dot is no character of base64url.
            _ => Err(Reason::NotAJwt),
        };
        Ok(Self { header: decode(header)?, payload: decode(payload)?, signature: decode(signature)?, signed })
    }
}
