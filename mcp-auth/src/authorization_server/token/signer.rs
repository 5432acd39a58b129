//! The key that signs, and what it signs.

use std::fmt;

use aws_lc_rs::{
    digest::{SHA256, digest},
    error::Unspecified,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
        UnparsedPublicKey,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Secret, random};

/// What an access token says. `aud` is the one resource; `grant` is what it ends with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccessToken {
    pub(crate) iss: String,
    pub(crate) sub: String,
    pub(crate) aud: String,
    pub(crate) client_id: String,
    pub(crate) scope: String,
    pub(crate) iat: u64,
    pub(crate) exp: u64,
    pub(crate) jti: String,
    pub(crate) grant: String,
}

/// An ES256 key pair (RFC 7518 section 3.4).
pub(crate) struct Signer {
    id: String,
    header: String,
    key_pair: EcdsaKeyPair,
}

/// No key could be made, or what was kept is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signing key cannot be made, or is broken")]
pub(crate) struct BrokenKey;

impl From<Unspecified> for BrokenKey {
    fn from(_: Unspecified) -> Self {
        Self
    }
}

impl Signer {
    /// A new private key, to be sealed and kept (PKCS#8).
    pub(crate) fn generate() -> Result<Vec<u8>, BrokenKey> {
        let key_pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
        Ok(key_pair.to_pkcs8v1()?.as_ref().to_vec())
    }

    /// The key that was kept.
    pub(crate) fn from_pkcs8(private: &[u8]) -> Result<Self, BrokenKey> {
        let key_pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private).map_err(|_| BrokenKey)?;
        let id = thumbprint(&key_pair);
        let header = json!({ "typ": "at+jwt", "alg": "ES256", "kid": id });
        Ok(Self { header: URL_SAFE_NO_PAD.encode(header.to_string()), id, key_pair })
    }

    /// Its `kid`.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The public key as a JSON Web Key (RFC 7517 section 4).
    pub(crate) fn jwk(&self) -> Value {
        let (x, y) = coordinates(&self.key_pair);
        json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "alg": "ES256", "use": "sig", "kid": self.id })
    }

    /// The token, as the client gets it.
    pub(crate) fn sign(&self, claims: &AccessToken) -> Result<Secret, BrokenKey> {
        let mut text = Vec::with_capacity(512);
        serde_json::to_writer(&mut text, claims).map_err(|_| BrokenKey)?;
        self.sign_claims(&text)
    }

    fn sign_claims(&self, claims: &[u8]) -> Result<Secret, BrokenKey> {
        // A third more for base64, and a signature of 64 bytes.
        let mut token = String::with_capacity(self.header.len() + claims.len() * 4 / 3 + 92);
        token.push_str(&self.header);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let signature = self.key_pair.sign(&random::system(), token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(Secret::new(token))
    }

    /// What a token of ours says, whether it is over or not; `None` where it is not ours.
    pub(crate) fn read(&self, token: &str) -> Option<AccessToken> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.key_pair.public_key());
        // One header for all: whatever else the key signs some day is no access token.
        if header != self.header || key.verify(signed.as_bytes(), &signature).is_err() {
            return None;
        }
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }
}

/// The id of a key is its thumbprint (RFC 7638): two keys never share one.
fn thumbprint(key_pair: &EcdsaKeyPair) -> String {
    let (x, y) = coordinates(key_pair);
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    URL_SAFE_NO_PAD.encode(digest(&SHA256, members.as_bytes()))
}

/// An uncompressed point: a 4, then both coordinates (SEC 1 section 2.3.3).
fn coordinates(key_pair: &EcdsaKeyPair) -> (String, String) {
    let (x, y) = key_pair.public_key().as_ref().get(1..).unwrap_or_default().split_at(32);
    (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y))
}

/// Which key, never the key.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Signer").field(&self.id).finish()
    }
}

#[cfg(test)]
#[cfg(feature = "testing")]
impl Signer {
    /// A token that says something else.
    pub(crate) fn sign_raw(&self, claims: &str) -> String {
        self.sign_claims(claims.as_bytes()).unwrap().expose().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> AccessToken {
        AccessToken {
            iss: "https://mcp.example.com".into(),
            sub: "github:583231".into(),
            aud: "https://mcp.example.com/mcp".into(),
            client_id: "client".into(),
            scope: "notes:read".into(),
            iat: 1,
            exp: 2,
            jti: "jti".into(),
            grant: "grant".into(),
        }
    }

    #[test]
    fn a_key_that_was_kept_is_the_same_key() {
        let private = Signer::generate().unwrap();
        let (one, two) = (Signer::from_pkcs8(&private).unwrap(), Signer::from_pkcs8(&private).unwrap());
        assert_eq!(one.jwk(), two.jwk());
        assert_eq!(two.read(one.sign(&claims()).unwrap().expose()), Some(claims()));
        assert!(Signer::from_pkcs8(&private[1..]).is_err() && Signer::from_pkcs8(b"").is_err());
        assert!(one.jwk().get("d").is_none());
    }

    #[test]
    fn a_token_of_another_key_or_a_changed_one_is_not_ours() {
        let signer = || Signer::from_pkcs8(&Signer::generate().unwrap()).unwrap();
        let own = signer();
        let token = own.sign(&claims()).unwrap();
        let token = token.expose();
        assert!(signer().read(token).is_none(), "another key");
        for at in 0..token.len() {
            let mut changed = token.as_bytes().to_vec();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            // The last character of a base64url signature has bits that mean nothing; the decoder refuses them.
            assert!(own.read(&changed).is_none(), "{at}");
            assert!(own.read(&token[..at]).is_none(), "cut at {at}");
        }
    }
}
