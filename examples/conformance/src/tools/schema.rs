//! Inputs whose schema says more than the argument list of a function can.

use std::borrow::Cow;

use rmcp::model::JsonObject;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::Value;

/// An object with a schema written by hand, which uses most of JSON Schema 2020-12.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Contact(JsonObject);

impl Contact {
    pub(crate) fn greeting(&self) -> String {
        let name = self.0.get("name").and_then(Value::as_str);
        format!("Hello, {}!", name.unwrap_or("world"))
    }
}

impl JsonSchema for Contact {
    fn schema_name() -> Cow<'static, str> {
        "Contact".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "$defs": {
                "address": {
                    "$anchor": "addressDef",
                    "type": "object",
                    "properties": { "street": { "type": "string" }, "city": { "type": "string" } },
                },
            },
            "properties": {
                "name": { "type": "string" },
                "address": { "$ref": "#/$defs/address" },
                "contactMethod": { "type": "string", "enum": ["phone", "email"] },
                "phone": { "type": "string" },
                "email": { "type": "string" },
            },
            "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
            "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
            "then": { "required": ["phone"] },
            "else": { "required": ["email"] },
            "additionalProperties": false,
        })
    }
}

/// An input that the client repeats in a header.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct InHeader {
    #[schemars(extend("x-mcp-header" = "Value"))]
    pub(crate) value: String,
}
