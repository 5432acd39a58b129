//! What a client sees of a tool: one generator for all arguments, so that `$defs` are shared.

use std::sync::Arc;

use rmcp::model::{Icon, JsonObject, Tool, ToolAnnotations};
use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Value, json};

use super::{Annotations, ToolDefinition};
use crate::{config::Problem, extract::ArgumentDefinition};

/// The tool as `tools/list` shows it, but for what its access adds.
pub(super) fn tool(definition: &ToolDefinition<()>) -> Tool {
    let mut tool = Tool::new_with_raw(
        definition.name,
        definition.description.map(Into::into),
        Arc::new(input_schema(definition.arguments)),
    );
    tool.title = definition.title.map(str::to_owned);
    tool.output_schema = (definition.output)();
    tool.annotations = annotations(&definition.annotations);
    tool.icons = definition.icons.map(|icons| icons()).filter(|icons: &Vec<Icon>| !icons.is_empty());
    tool.meta = definition.meta.map(|meta| meta());
    tool
}

/// The draft that MCP names as its default dialect, so that no schema has to name it.
fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12().with(|settings| settings.meta_schema = None).into_generator()
}

/// One property per argument that is an input; `Parameters<T>` brings a whole schema instead.
///
/// There is no `additionalProperties`: what a client sends beyond the schema is passed over, as serde does. A struct
/// with `#[serde(deny_unknown_fields)]` says otherwise for itself.
pub(super) fn input_schema(arguments: &[ArgumentDefinition]) -> JsonObject {
    let mut generator = generator();
    if let Some(whole) = arguments.iter().find_map(|argument| argument.whole) {
        let mut root = object(whole(&mut generator));
        // Choices between structs, and what takes any object, do not say it; clients insist on it.
        root.entry("type").or_insert_with(|| json!("object"));
        return root;
    }
    let mut properties = JsonObject::new();
    let mut required = Vec::new();
    for argument in arguments {
        let Some(schema) = argument.schema else { continue };
        properties.insert(argument.name.to_owned(), property(argument, schema(&mut generator)));
        let optional = argument.default.is_some() || argument.optional.is_some_and(|optional| optional());
        if !optional {
            required.push(Value::from(argument.name));
        }
    }
    root(generator, properties, required)
}

/// A result that is no object, as the one property `name`.
pub(super) fn wrapped<T: JsonSchema>(name: &str) -> JsonObject {
    // A result is written, not read: what is always there is required.
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let schema = object(generator.subschema_for::<T>());
    let properties = [(name.to_owned(), Value::Object(schema))].into_iter().collect();
    root(generator, properties, vec![name.into()])
}

fn root(mut generator: SchemaGenerator, properties: JsonObject, required: Vec<Value>) -> JsonObject {
    let mut root = JsonObject::new();
    root.insert("type".to_owned(), json!("object"));
    root.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        root.insert("required".to_owned(), Value::Array(required));
    }
    let definitions = generator.take_definitions(true);
    if !definitions.is_empty() {
        root.insert("$defs".to_owned(), Value::Object(definitions));
    }
    root
}

/// A whole input that no client could send.
pub(super) fn problem(tool: &ToolDefinition<()>) -> Option<Problem> {
    let whole = tool.arguments.iter().find(|argument| argument.whole.is_some())?;
    let setting = format!("#[tool] {}", tool.name);
    let schema = input_schema(tool.arguments);
    (schema.get("type") != Some(&json!("object"))).then(|| {
        let message = format!("`{}` is the whole input, which is always a JSON object", whole.name);
        Problem::new(setting, message, "take a struct, or take the value as an argument of its own")
    })
}

/// The argument's own description and default win over those of its type.
fn property(argument: &ArgumentDefinition, schema: Schema) -> Value {
    let mut schema = object(schema);
    if let Some(description) = argument.description {
        schema.insert("description".to_owned(), description.into());
    }
    if let Some(default) = argument.default.and_then(|default| default().ok()) {
        schema.insert("default".to_owned(), default);
    }
    Value::Object(schema)
}

/// A schema is an object or a boolean; `true` allows everything.
fn object(schema: Schema) -> JsonObject {
    match schema.to_value() {
        Value::Object(mut object) => {
            // The type's name says nothing to a model.
            object.remove("title");
            object
        }
        _ => JsonObject::new(),
    }
}

fn annotations(hints: &Annotations) -> Option<ToolAnnotations> {
    (*hints != Annotations::NONE).then(|| {
        ToolAnnotations::from_raw(
            hints.title.map(str::to_owned),
            hints.read_only,
            hints.destructive,
            hints.idempotent,
            hints.open_world,
        )
    })
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use schemars::{JsonSchema, json_schema};

    use super::*;
    use crate::extract::FromToolCall;
    use rmcp::handler::server::wrapper::Parameters;

    fn whole<T: JsonSchema>() -> Value
    where
        Parameters<T>: FromToolCall<()>,
    {
        let argument = crate::extract::AsExtractor.argument::<Parameters<T>, ()>();
        Value::Object(input_schema(&[argument.named("input", None, None).definition]))
    }

    #[derive(serde::Deserialize)]
    struct ByHand;

    impl JsonSchema for ByHand {
        fn schema_name() -> Cow<'static, str> {
            "ByHand".into()
        }

        fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
            json_schema!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "$defs": { "place": { "$anchor": "place" } },
                "properties": { "place": { "$ref": "#/$defs/place" } },
                "if": { "required": ["place"] },
                "else": false,
            })
        }
    }

    #[test]
    fn a_schema_written_by_hand_stays_as_it_is() {
        let expected = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "$defs": { "place": { "$anchor": "place" } },
            "properties": { "place": { "$ref": "#/$defs/place" } },
            "if": { "required": ["place"] },
            "else": false,
        });
        assert_eq!(whole::<ByHand>(), expected);
    }

    #[test]
    fn a_derived_schema_names_neither_dialect_nor_type() {
        #[derive(serde::Deserialize, JsonSchema)]
        struct Derived {
            #[expect(dead_code, reason = "only its schema is looked at")]
            text: Option<Box<Derived>>,
        }
        let schema = whole::<Derived>();
        assert_eq!((schema.get("$schema"), schema.get("title")), (None, None));
        assert_eq!(schema.pointer("/type"), Some(&json!("object")));
    }
}
