//! Questions to the client while the call is open, as the protocol had them before 2026-07-28.

#![expect(deprecated, reason = "sampling is deprecated by SEP-2577 and still part of the suite")]

use mcp_auth::prelude::Result;
use rmcp::{
    RoleServer,
    model::{CreateMessageRequestParams, SamplingMessage},
    service::Peer,
};
use serde_json::{Value, json};

use crate::input;

pub(crate) async fn sampling(peer: &Peer<RoleServer>, prompt: String) -> Result<String> {
    let messages = vec![SamplingMessage::user_text(prompt)];
    let answer = peer.create_message(CreateMessageRequestParams::new(messages, 100)).await?;
    let text = answer.message.content.first().and_then(|content| content.as_text());
    Ok(format!("LLM response: {}", text.map_or("(no text)", |text| text.text.as_str())))
}

pub(crate) async fn contact(peer: &Peer<RoleServer>, message: String) -> Result<String> {
    let schema = json!({
        "type": "object",
        "properties": {
            "username": { "type": "string", "description": "User's response" },
            "email": { "type": "string", "description": "User's email address" },
        },
        "required": ["username", "email"],
    });
    Ok(format!("User response: {}", ask(peer, message, schema).await?))
}

pub(crate) async fn defaults(peer: &Peer<RoleServer>) -> Result<String> {
    let schema = json!({
        "type": "object",
        "properties": {
            "name": { "type": "string", "default": "John Doe" },
            "age": { "type": "integer", "default": 30 },
            "score": { "type": "number", "default": 95.5 },
            "status": { "type": "string", "enum": ["active", "inactive", "pending"], "default": "active" },
            "verified": { "type": "boolean", "default": true },
        },
    });
    let answer = ask(peer, "Every field has a default".to_owned(), schema).await?;
    Ok(format!("Elicitation completed: {answer}"))
}

pub(crate) async fn choices(peer: &Peer<RoleServer>) -> Result<String> {
    let titled = |kind: &str| {
        json!([
            { "const": "value1", "title": format!("First {kind}") },
            { "const": "value2", "title": format!("Second {kind}") },
            { "const": "value3", "title": format!("Third {kind}") },
        ])
    };
    let schema = json!({
        "type": "object",
        "properties": {
            "untitledSingle": { "type": "string", "enum": ["option1", "option2", "option3"] },
            "titledSingle": { "type": "string", "oneOf": titled("Option") },
            "legacyEnum": {
                "type": "string",
                "enum": ["opt1", "opt2", "opt3"],
                "enumNames": ["Option One", "Option Two", "Option Three"],
            },
            "untitledMulti": {
                "type": "array",
                "items": { "type": "string", "enum": ["option1", "option2", "option3"] },
            },
            "titledMulti": { "type": "array", "items": { "anyOf": titled("Choice") } },
        },
    });
    let answer = ask(peer, "Choose, in five ways".to_owned(), schema).await?;
    Ok(format!("Elicitation completed: {answer}"))
}

/// The user's answer as JSON.
async fn ask(peer: &Peer<RoleServer>, message: String, schema: Value) -> Result<Value> {
    let answer = peer.create_elicitation(input::form_params(message, schema)?).await?;
    Ok(json!({ "action": answer.action, "content": answer.content }))
}
