//! What is asked: the parameters of the request, each at most once (RFC 6749 section 3.1).

/// A query or form of more bytes is refused. Real ones have less than two thousand; some states are long.
pub(crate) const MOST_BYTES: usize = 16 * 1024;

/// Names and values, in their order. One without a value is as good as not there (RFC 6749 section 3.1).
#[derive(Debug, Clone)]
pub(crate) struct Parameters {
    text: String,
    pairs: Vec<(String, String)>,
}

/// Why they cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("it is too long")]
    TooLong,
    #[error("it is not UTF-8")]
    NotUtf8,
}

impl Parameters {
    /// The parameters of `text`, of at most `most` bytes.
    pub(crate) fn parse(text: &str, most: usize) -> Result<Self, Unreadable> {
        if text.len() > most {
            return Err(Unreadable::TooLong);
        }
        let pairs: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes())
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        // What is no UTF-8 was replaced, and a state would not come back as it was sent.
        if pairs.iter().any(|(name, value)| name.contains('\u{fffd}') || value.contains('\u{fffd}')) {
            return Err(Unreadable::NotUtf8);
        }
        Ok(Self { text: text.to_owned(), pairs })
    }

    /// As it was sent.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The same again, as a query.
    pub(crate) fn to_query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.pairs).finish()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn is_repeated(&self, name: &str) -> bool {
        self.all(name).nth(1).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s17_what_is_empty_is_absent_and_what_is_repeated_is_known() {
        let parameters = Parameters::parse("a=1&b=&c=2&c=2&d=&d=3&e", 100).unwrap();
        assert_eq!(parameters.get("a"), Some("1"));
        assert_eq!(parameters.get("b"), None);
        assert_eq!(parameters.get("d"), Some("3"));
        assert_eq!(parameters.get("e"), None);
        let repeated = ["a", "b", "c", "d", "e"].map(|name| parameters.is_repeated(name));
        assert_eq!(repeated, [false, false, true, false, false]);
    }

    #[test]
    fn what_is_too_long_or_no_utf8_is_not_guessed_at() {
        assert_eq!(Parameters::parse("a=12", 3).unwrap_err(), Unreadable::TooLong);
        assert_eq!(Parameters::parse("state=%FF", 100).unwrap_err(), Unreadable::NotUtf8);
        assert_eq!(Parameters::parse("%FF=a", 100).unwrap_err(), Unreadable::NotUtf8);
        assert_eq!(Parameters::parse("state=%C3%A4%00", 100).unwrap().get("state"), Some("ä\0"));
    }
}
