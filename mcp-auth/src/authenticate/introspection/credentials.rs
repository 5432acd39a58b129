//! How this server says who it is (`client_secret_basic`, RFC 6749 section 2.3.1).

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderValue;
use url::form_urlencoded::byte_serialize;

use crate::config::Problem;

/// A client's name and its secret, which cannot be printed.
pub(super) struct Credentials {
    client_id: String,
    client_secret: String,
}

impl Credentials {
    pub(super) fn new(client_id: String, client_secret: String) -> Self {
        Self { client_id, client_secret }
    }

    /// `Basic`, both parts encoded as in a form first: they may hold a colon, or letters beyond ASCII.
    pub(super) fn header(&self) -> HeaderValue {
        let encoded = |part: &str| byte_serialize(part.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encoded(&self.client_id), encoded(&self.client_secret));
        let value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair)));
        // Base64 always fits. Sensitive: whoever logs headers prints "Sensitive".
        let mut value = value.unwrap_or(HeaderValue::from_static("Basic"));
        value.set_sensitive(true);
        value
    }

    pub(super) fn problems(&self) -> Vec<Problem> {
        let parts = [(&self.client_id, "client_id"), (&self.client_secret, "client_secret")];
        let empty = parts.into_iter().filter(|(part, _)| part.is_empty());
        let problem = |(_, name)| {
            Problem::new(
                format!("Introspection::new({name})"),
                "it is empty, and the issuer answers nobody whom it does not know",
                "register this server at the issuer as a client that may introspect tokens",
            )
        };
        empty.map(problem).collect()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({}, …)", self.client_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r40_both_parts_are_encoded_before_they_are_joined() {
        let header = Credentials::new("notes:server".to_owned(), "a b+ü%".to_owned()).header();
        assert!(header.is_sensitive());
        let pair = STANDARD.decode(header.to_str().unwrap().strip_prefix("Basic ").unwrap()).unwrap();
        assert_eq!(String::from_utf8(pair).unwrap(), "notes%3Aserver:a+b%2B%C3%BC%25");
    }

    #[test]
    fn r43_the_secret_is_not_printed() {
        let credentials = Credentials::new(String::new(), "hunter2".to_owned());
        assert!(
            !format!("{credentials:?} {:?} {:?}", credentials.header(), credentials.problems())
                .contains("hunter2")
        );
        assert_eq!(credentials.problems().len(), 1);
    }
}
