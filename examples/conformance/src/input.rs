//! Questions to the client, and its answers (SEP-2322).

#![expect(deprecated, reason = "sampling and roots are deprecated by SEP-2577 and still part of the suite")]

use mcp_auth::ToolError;
use rmcp::{
    handler::server::tool::InputResponses,
    model::{
        CreateMessageRequest, CreateMessageRequestParams, ElicitRequest, ElicitRequestParams, InputRequest,
        InputRequests, InputRequiredResult, JsonObject, ListRootsRequest, SamplingMessage,
    },
};
use serde_json::{Value, json};

/// A form with one required field.
pub(crate) fn form(
    message: impl Into<String>,
    field: &str,
    r#type: &str,
) -> serde_json::Result<InputRequest> {
    let schema = json!({
        "type": "object",
        "properties": { field: { "type": r#type } },
        "required": [field],
    });
    Ok(InputRequest::Elicitation(ElicitRequest::new(form_params(message, schema)?)))
}

/// A form with this schema.
pub(crate) fn form_params(
    message: impl Into<String>,
    schema: Value,
) -> serde_json::Result<ElicitRequestParams> {
    Ok(ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: message.into(),
        requested_schema: serde_json::from_value(schema)?,
    })
}

/// A prompt for the client's model.
pub(crate) fn prompt(text: &str) -> InputRequest {
    let message = SamplingMessage::user_text(text);
    InputRequest::CreateMessage(CreateMessageRequest::new(CreateMessageRequestParams::new(
        vec![message],
        100,
    )))
}

/// The client's roots.
pub(crate) fn roots() -> InputRequest {
    InputRequest::ListRoots(ListRootsRequest::default())
}

/// The result that asks one question.
pub(crate) fn ask(key: &str, request: InputRequest) -> InputRequiredResult {
    InputRequiredResult::from_input_requests(InputRequests::from([(key.to_owned(), request)]))
}

/// What the client answered to `key`. What is no object answers nothing.
pub(crate) fn answer<'a>(answers: &'a InputResponses, key: &str) -> Option<&'a JsonObject> {
    answers.0.as_ref()?.get(key)?.as_object()
}

/// A field of the form that the client sent back.
pub(crate) fn field<'a>(answer: &'a JsonObject, name: &str) -> Option<&'a Value> {
    answer.get("content")?.get(name)
}

/// A field of text, or what to tell a client that left it out.
pub(crate) fn text<'a>(answer: &'a JsonObject, name: &str) -> Result<&'a str, ToolError> {
    let text = field(answer, name).and_then(Value::as_str);
    text.ok_or_else(|| ToolError::tell(format!("the answer has no text `{name}`")))
}
