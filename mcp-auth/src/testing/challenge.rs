//! A `WWW-Authenticate` header, taken apart.

use std::collections::BTreeMap;

/// A Bearer challenge (RFC 6750 section 3, RFC 9728 section 5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge(BTreeMap<String, String>);

impl Challenge {
    /// Reads a header's value. `None` for another scheme, and for what breaks the grammar: a parameter twice, a value
    /// without quotes, a character that may not stand there.
    ///
    /// ```
    /// use mcp_auth::testing::Challenge;
    ///
    /// let challenge = Challenge::parse(r#"Bearer error="insufficient_scope", scope="notes:read notes:write""#).unwrap();
    /// assert_eq!(challenge.error(), Some("insufficient_scope"));
    /// assert_eq!(challenge.scopes(), ["notes:read", "notes:write"]);
    /// assert_eq!(Challenge::parse(r#"Bearer error="a", error="b""#), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, mut rest) = text.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let mut parameters = BTreeMap::new();
        loop {
            let (name, after) = rest.trim_start().split_once("=\"")?;
            let (value, after) = after.split_once('"')?;
            let name_fits =
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            let value_fits =
                value.bytes().all(|byte| matches!(byte, 0x20 | 0x21 | 0x23..=0x5b | 0x5d..=0x7e));
            if !name_fits || !value_fits || parameters.insert(name.to_owned(), value.to_owned()).is_some() {
                return None;
            }
            match after.trim_start().strip_prefix(',') {
                Some(after) => rest = after,
                None if after.is_empty() => return Some(Self(parameters)),
                None => return None,
            }
        }
    }

    /// A parameter by its name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Why: `invalid_token`, `insufficient_scope`, or nothing where no credentials were sent.
    pub fn error(&self) -> Option<&str> {
        self.parameter("error")
    }

    /// The scopes that a client should ask for.
    pub fn scopes(&self) -> Vec<&str> {
        self.parameter("scope").map(|scope| scope.split(' ').collect()).unwrap_or_default()
    }

    /// Where the metadata of the resource are (RFC 9728).
    pub fn resource_metadata(&self) -> Option<&str> {
        self.parameter("resource_metadata")
    }
}
