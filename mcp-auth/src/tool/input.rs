//! Reading one argument out of a call's JSON input.

use serde::de::{self, Deserializer, IntoDeserializer, Visitor};
use serde_json::Value;

use super::{ToolCall, ToolError};
use crate::extract::ArgumentDefinition;

/// Reads the argument `definition` describes; its default stands in for a value left out.
pub(crate) fn read<T>(
    definition: &ArgumentDefinition,
    call: &ToolCall,
    read: fn(Option<&Value>) -> Result<T, serde_json::Error>,
) -> Result<T, ToolError> {
    let sent = call.arguments().get(definition.name);
    let result = match (sent, definition.default) {
        (None, Some(default)) => default().and_then(|value| read(Some(&value))),
        (sent, _) => read(sent),
    };
    result.map_err(|error| ToolError::arguments(format!("argument `{}`: {error}", definition.name)))
}

/// Deserializes what was not sent: `None` for an `Option`, "missing" for everything else, as serde's derive does.
pub(crate) struct Missing;

impl<'de> Deserializer<'de> for Missing {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Self::Error> {
        Err(de::Error::custom("missing"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_none()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl IntoDeserializer<'_, serde_json::Error> for Missing {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
