//! A look at the JSON-RPC message before rmcp parses it: just the method, the tool's name and the id.
//!
//! It decides the HTTP status and nothing else; the dispatched call decides again. It is stricter than rmcp: what it
//! cannot read is refused here, so that the two can never disagree about which tool runs.

use std::borrow::Cow;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

use crate::{authorize::Operation, challenge::RequestId};

/// The part of a message that authorization looks at.
#[derive(Deserialize, Debug)]
pub(crate) struct Envelope<'a> {
    #[serde(borrow, default)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    params: Params<'a>,
    #[serde(default)]
    id: Option<Value>,
    #[serde(default)]
    result: Option<IgnoredAny>,
    #[serde(default)]
    error: Option<IgnoredAny>,
}

/// Why a body is no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// Not JSON, or JSON with a member twice.
    Json,
    /// A batch; MCP dropped them, and each element would need its own decision.
    Batch,
    /// JSON that is no JSON-RPC message.
    Message,
}

impl<'a> Envelope<'a> {
    pub(crate) fn read(body: &'a [u8]) -> Result<Self, Unreadable> {
        match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'[') => return Err(Unreadable::Batch),
            Some(b'{') => {}
            _ => return Err(Unreadable::Json),
        }
        let envelope: Self = serde_json::from_slice(body).map_err(|_| Unreadable::Json)?;
        let answer = envelope.result.is_some() || envelope.error.is_some();
        if envelope.method.is_some() == answer || envelope.ids().any(breaks_lines) {
            return Err(Unreadable::Message);
        }
        Ok(envelope)
    }

    pub(crate) fn method(&self) -> Option<&str> {
        self.method.as_deref()
    }

    pub(crate) fn operation(&self) -> Operation<'_> {
        Operation::of(self.method(), self.params.name.as_deref())
    }

    /// The ids that the caller chose. rmcp writes them to the log as they stand.
    fn ids(&self) -> impl Iterator<Item = &str> {
        self.id.as_ref().and_then(Value::as_str).into_iter().chain(self.params.request_id.as_deref())
    }

    /// The id to answer to: a string or a number (JSON-RPC 2.0 section 4).
    pub(crate) fn id(&self) -> RequestId {
        self.id.clone().filter(|id| id.is_string() || id.is_number())
    }
}

/// Whether `text` could pass for more than a part of one line of a log, or command a terminal.
fn breaks_lines(text: &str) -> bool {
    text.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
}

/// `params.name` and `params.requestId`, whatever else `params` may be.
#[derive(Debug, Default)]
struct Params<'a> {
    name: Option<Cow<'a, str>>,
    request_id: Option<Cow<'a, str>>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Params<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ParamsVisitor)
    }
}

struct ParamsVisitor;

impl<'de> Visitor<'de> for ParamsVisitor {
    type Value = Params<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("parameters")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Params<'de>, A::Error> {
        let (mut name, mut request_id) = (None, None);
        while let Some(key) = map.next_key::<Text<'de>>()? {
            let (field, known) = match key.0.as_deref() {
                Some("name") => ("name", &mut name),
                Some("requestId") => ("requestId", &mut request_id),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            if known.replace(map.next_value::<Text<'de>>()?.0).is_some() {
                return Err(serde::de::Error::duplicate_field(field));
            }
        }
        Ok(Params { name: name.flatten(), request_id: request_id.flatten() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Params<'de>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Params::default())
    }

    fn visit_unit<E>(self) -> Result<Params<'de>, E> {
        Ok(Params::default())
    }
}

/// A string, or `None` for any other value.
struct Text<'a>(Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a value")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Some(Cow::Borrowed(text))))
            }
            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Some(Cow::Owned(text.to_owned()))))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Text<'de>, E> {
                Ok(Text(None))
            }
            fn visit_i64<E>(self, _: i64) -> Result<Text<'de>, E> {
                Ok(Text(None))
            }
            fn visit_u64<E>(self, _: u64) -> Result<Text<'de>, E> {
                Ok(Text(None))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Text<'de>, E> {
                Ok(Text(None))
            }
            fn visit_unit<E>(self) -> Result<Text<'de>, E> {
                Ok(Text(None))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text<'de>, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Text(None))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Text<'de>, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Text(None))
            }
        }

        deserializer.deserialize_any(TextVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(body: &str) -> Result<String, Unreadable> {
        Envelope::read(body.as_bytes()).map(|envelope| format!("{:?}", envelope.operation()))
    }

    #[test]
    fn the_tool_is_found_however_it_is_spelled() {
        for body in [
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search"}}"#,
            r#"{"id":1,"params":{"arguments":{"name":"other"},"name":"se\u0061rch"},"method":"tools\/call"}"#,
            r#"{"id":1,"params":{"_meta":{"name":[1]},"n\u0061me":"search"},"method":"tools/call"}"#,
        ] {
            assert_eq!(operation(body).as_deref(), Ok("Tool(\"search\")"), "{body}");
        }
    }

    #[test]
    fn a_message_that_two_parsers_could_read_differently_is_refused() {
        for body in [
            r#"{"method":"tools/call","method":"ping","params":{"name":"a"}}"#,
            r#"{"method":"tools/call","params":{"name":"a"},"params":{"name":"b"}}"#,
            r#"{"method":"tools/call","params":{"name":"a","name":"b"}}"#,
            r#"{"method":"tools/call","params":{"name":"a","n\u0061me":"b"}}"#,
            r#"{"method":"ping"} {"method":"tools/call"}"#,
            r#"{"method":5}"#,
            r"{",
            "",
            "\u{feff}{}",
        ] {
            assert_eq!(operation(body), Err(Unreadable::Json), "{body}");
        }
        assert_eq!(operation(r#"[{"method":"ping"}]"#), Err(Unreadable::Batch));
        assert_eq!(operation(r#"{"$serde_json::private::RawValue":"{}"}"#), Err(Unreadable::Message));
        assert_eq!(operation(r#"{"method":"ping","result":{}}"#), Err(Unreadable::Message));
    }

    #[test]
    fn a_name_that_is_no_string_is_no_tool() {
        for params in [r#"{"name":5}"#, r#"{"name":null}"#, r#"{"name":{"a":1}}"#, "[1]", "null", "{}"] {
            let body = format!(r#"{{"id":1,"method":"tools/call","params":{params}}}"#);
            assert_eq!(operation(&body).as_deref(), Ok("Other"), "{body}");
        }
    }

    #[test]
    fn an_id_is_part_of_one_line() {
        for text in [r"a\nb", r"\r", r"\u001b[2J", r"\u0085", r"\u2028", r"\u0000"] {
            for body in [
                format!(r#"{{"id":"{text}","method":"ping"}}"#),
                format!(r#"{{"id":"{text}","result":{{}}}}"#),
                format!(r#"{{"method":"notifications/cancelled","params":{{"requestId":"{text}"}}}}"#),
            ] {
                assert_eq!(operation(&body), Err(Unreadable::Message), "{body}");
            }
        }
        assert!(operation(r#"{"id":"ü 7 / {a}","method":"ping","params":{"requestId":5}}"#).is_ok());
    }

    #[test]
    fn only_strings_and_numbers_are_echoed_as_id() {
        let id = |id: &str| {
            let body = format!(r#"{{"method":"ping","id":{id}}}"#);
            Envelope::read(body.as_bytes()).ok().and_then(|envelope| envelope.id())
        };
        assert_eq!(id("7"), Some(7.into()));
        assert_eq!(id("\"a\""), Some("a".into()));
        assert_eq!(id("{\"a\":1}"), None);
        assert_eq!(id("null"), None);
    }
}
