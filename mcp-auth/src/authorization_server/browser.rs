//! What a browser carries for us: two cookies. Neither says anything by itself.

use std::{fmt::Write as _, time::Duration};

use http::{HeaderMap, HeaderValue, Response, header};

use super::Core;
use crate::{Secret, random::NoRandomness, store::Digest};

/// One browser, whoever sits in front of it. What it was shown and what it began can go on in it alone, so that nobody
/// is led into a sign-in that somebody else began (RFC 9700 section 4.7, CVE-2026-27124).
pub(crate) struct Browser {
    key: Secret,
    new: bool,
}

impl Browser {
    /// The browser, if it has been here before.
    pub(crate) fn known(core: &Core, headers: &HeaderMap) -> Option<Self> {
        Some(Self { key: Cookie::Browser.read(core, headers)?, new: false })
    }

    /// The browser, also if it is here for the first time.
    pub(crate) fn of(core: &Core, headers: &HeaderMap) -> Result<Self, NoRandomness> {
        match Self::known(core, headers) {
            Some(browser) => Ok(browser),
            None => Ok(Self { key: Secret::random()?, new: true }),
        }
    }

    /// What only this browser knows.
    pub(crate) fn key(&self) -> &str {
        self.key.expose()
    }

    pub(crate) fn digest(&self) -> Digest {
        Digest::of(self.key())
    }

    /// A new browser gets its cookie; one that has it keeps it, because its other tabs need it.
    pub(crate) fn remember<B>(&self, core: &Core, response: &mut Response<B>) {
        if self.new {
            Cookie::Browser.set(core, response, &self.key, None);
        }
    }
}

/// The cookies. Each is 256 random bits, of which the server keeps the digest or which it seals into its forms.
#[derive(Clone, Copy)]
pub(crate) enum Cookie {
    /// Binds to the browser, from the first page until it is closed.
    Browser,
    /// Somebody is signed in.
    Session,
}

/// The length of 256 bits in base64url.
const LENGTH: usize = 43;

impl Cookie {
    /// The value, if it is one that we can have given.
    pub(crate) fn read(self, core: &Core, headers: &HeaderMap) -> Option<Secret> {
        let prefix = format!("{}=", self.name(core));
        // Bytes: others' cookies may hold any. And ASCII's blanks only: browsers guard the name `__Host-…`, and not one with
        // a blank of Unicode before it.
        let lines = headers.get_all(header::COOKIE).into_iter().map(HeaderValue::as_bytes);
        let mut pairs = lines.flat_map(|line| line.split(|byte| *byte == b';')).map(<[u8]>::trim_ascii);
        let value = pairs.find_map(|pair| pair.strip_prefix(prefix.as_bytes()))?;
        let ours = value.len() == LENGTH
            && value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        std::str::from_utf8(value).ok().filter(|_| ours).map(Secret::new)
    }

    /// Until the browser is closed, or for `lifetime`.
    pub(crate) fn set<B>(
        self,
        core: &Core,
        response: &mut Response<B>,
        value: &Secret,
        lifetime: Option<Duration>,
    ) {
        let lifetime =
            lifetime.map(|lifetime| format!("; Max-Age={}", lifetime.as_secs())).unwrap_or_default();
        self.write(core, response, value.expose(), &lifetime);
    }

    pub(crate) fn remove<B>(self, core: &Core, response: &mut Response<B>) {
        self.write(core, response, "", "; Max-Age=0");
    }

    /// `Lax` and not `Strict`, because people come back from the provider's site. Scripts never see it.
    fn write<B>(self, core: &Core, response: &mut Response<B>, value: &str, lifetime: &str) {
        let secure = if core.issuer.is_https() { "; Secure" } else { "" };
        let name = self.name(core);
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{lifetime}");
        if let Ok(mut value) = HeaderValue::try_from(text) {
            value.set_sensitive(true);
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }

    /// `__Host-`: it can only have been set by this host, and over https. Browsers do not take such cookies over http,
    /// where there is but one host, this machine. Ports and paths do not separate cookies, so the issuer is in the name:
    /// two servers on one host leave each other's people signed in.
    fn name(self, core: &Core) -> String {
        let prefix = if core.issuer.is_https() { "__Host-" } else { "" };
        let kind = match self {
            Self::Browser => "browser",
            Self::Session => "session",
        };
        let mut name = format!("{prefix}mcp-auth-{kind}-");
        for byte in &Digest::of(core.issuer.as_str()).as_bytes()[..4] {
            let _ = write!(name, "{byte:02x}");
        }
        name
    }
}
