//! What came back, taken apart.

use serde_json::Value;

/// One HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In the order of the wire, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    /// The only header of this name; panics where there are two.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.all(name);
        let value = values.next();
        assert_eq!(values.next(), None, "{name} stands twice in {self:?}");
        value
    }

    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The JSON-RPC message: the body, or the data of the stream's last event.
    pub(crate) fn json(&self) -> Value {
        let text = if self.header("content-type").is_some_and(|value| value.starts_with("text/event-stream"))
        {
            self.events().last().cloned().unwrap_or_default()
        } else {
            self.body.clone()
        };
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The data of all events that have any.
    pub(crate) fn events(&self) -> Vec<String> {
        let data = self.body.lines().filter_map(|line| line.strip_prefix("data:"));
        data.map(|data| data.trim().to_owned()).filter(|data| !data.is_empty()).collect()
    }

    /// The code of the JSON-RPC error in the body.
    pub(crate) fn code(&self) -> Option<i64> {
        self.json()["error"]["code"].as_i64()
    }

    /// The text of a tool's result.
    pub(crate) fn text(&self) -> String {
        self.json()["result"]["content"][0]["text"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn challenge(&self) -> Option<Challenge> {
        self.header("www-authenticate").map(Challenge::parse)
    }

    pub(crate) fn session(&self) -> String {
        self.header("mcp-session-id").unwrap_or_else(|| panic!("no session in {self:?}")).to_owned()
    }

    /// Everything that a caller can see, except the time.
    pub(crate) fn without_date(mut self) -> Self {
        self.headers.retain(|(name, _)| name != "date");
        self
    }
}

/// A `WWW-Authenticate` header by the grammar of RFC 6750 section 3; whatever does not fit it panics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Challenge(Vec<(String, String)>);

impl Challenge {
    pub(crate) fn parse(text: &str) -> Self {
        let mut rest = text.strip_prefix("Bearer ").unwrap_or_else(|| panic!("another scheme: {text}"));
        let mut parameters: Vec<(String, String)> = Vec::new();
        loop {
            let (name, after) = rest.split_once("=\"").unwrap_or_else(|| panic!("no parameter: {text}"));
            let (value, after) = after.split_once('"').unwrap_or_else(|| panic!("no end: {text}"));
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{text}");
            let allowed = |byte: u8| matches!(byte, 0x20 | 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
            assert!(value.bytes().all(allowed), "r14: {text}");
            assert!(!parameters.iter().any(|(own, _)| own == name), "r13: {name} twice in {text}");
            parameters.push((name.to_owned(), value.to_owned()));
            match after.strip_prefix(", ") {
                Some(after) => rest = after,
                None if after.is_empty() => return Self(parameters),
                None => panic!("garbage behind a parameter: {text}"),
            }
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }
}
