//! Reading arguments out of a call's JSON input. What does not fit is said with the argument's name.

use std::cell::Cell;

use rmcp::model::JsonObject;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor,
};
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
    result.map_err(|error| misfit(definition.name, &error))
}

fn misfit(name: &str, error: &serde_json::Error) -> ToolError {
    ToolError::arguments(format!("argument `{name}`: {error}"))
}

/// Reads the whole input as one value.
pub(crate) fn read_whole<T: DeserializeOwned>(call: &ToolCall) -> Result<T, ToolError> {
    let at = Cell::new(None);
    let whole = Whole { object: call.arguments(), at: &at };
    T::deserialize(whole).map_err(|error| match at.get() {
        Some(name) => misfit(name, &error),
        None => ToolError::arguments(error.to_string()),
    })
}

/// The input, and which of its arguments is being read.
struct Whole<'a> {
    object: &'a JsonObject,
    at: &'a Cell<Option<&'a str>>,
}

impl<'de> Deserializer<'de> for Whole<'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_map(Members { rest: self.object.iter(), value: None, at: self.at })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.object.deserialize_enum(name, variants, visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Members<'de> {
    rest: serde_json::map::Iter<'de>,
    value: Option<&'de Value>,
    at: &'de Cell<Option<&'de str>>,
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Self::Error> {
        self.at.set(None);
        let Some((name, value)) = self.rest.next() else { return Ok(None) };
        self.value = Some(value);
        let key = seed.deserialize(name.as_str().into_deserializer())?;
        self.at.set(Some(name));
        Ok(Some(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Self::Error> {
        match self.value.take() {
            Some(value) => seed.deserialize(value),
            None => Err(de::Error::custom("a value before its name")),
        }
    }
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
