//! Questions as results: the client answers by calling again (SEP-2322).

#![expect(deprecated, reason = "sampling is deprecated by SEP-2577 and still part of the suite")]

use mcp_auth::{ToolError, prelude::Result};
use rmcp::{
    ErrorData,
    handler::server::tool::{InputResponses, RequestState},
    model::{
        CallToolResponse, CallToolResult, ClientCapabilities, ContentBlock, InputRequests,
        InputRequiredResult, RequestMetaObject,
    },
};
use serde_json::Value;

use crate::input::{self, answer, ask, form};

/// An answer of text.
fn text(text: impl Into<String>) -> CallToolResponse {
    CallToolResult::success(vec![ContentBlock::text(text)]).into()
}

pub(crate) fn needs_sampling(meta: &RequestMetaObject) -> Result<&'static str> {
    if meta.client_capabilities().is_some_and(|client| client.sampling.is_some()) {
        return Ok("The client can sample");
    }
    let needed = ClientCapabilities::builder().enable_sampling().build();
    Err(ToolError::protocol(ErrorData::missing_required_client_capability(needed)))
}

pub(crate) fn always_asks() -> Result<CallToolResponse> {
    Ok(ask("streaming_elicitation", form("Provide a value", "value", "string")?).into())
}

pub(crate) fn elicitation(answers: &InputResponses) -> Result<CallToolResponse> {
    match answer(answers, "user_name") {
        Some(answer) => Ok(text(format!("Hello, {}!", input::text(answer, "name")?))),
        None => Ok(ask("user_name", form("What is your name?", "name", "string")?).into()),
    }
}

pub(crate) fn sampling(answers: &InputResponses) -> CallToolResponse {
    let Some(answer) = answer(answers, "capital_question") else {
        return ask("capital_question", input::prompt("What is the capital of France?")).into();
    };
    let said = answer.get("content").and_then(|content| content.get("text")).and_then(Value::as_str);
    text(format!("The model says: {}", said.unwrap_or("(no text)")))
}

pub(crate) fn roots(answers: &InputResponses) -> CallToolResponse {
    let Some(answer) = answer(answers, "client_roots") else {
        return ask("client_roots", input::roots()).into();
    };
    let roots = answer.get("roots").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let uris: Vec<_> = roots.iter().filter_map(|root| root.get("uri").and_then(Value::as_str)).collect();
    text(format!("The client's roots: {}", uris.join(", ")))
}

pub(crate) fn confirm(brought: &RequestState) -> Result<CallToolResponse> {
    if brought.0.is_some() {
        return Ok(text("state-ok"));
    }
    let mut result = ask("confirm", form("Please confirm", "ok", "boolean")?);
    result.request_state = Some("asked".to_owned());
    Ok(result.into())
}

pub(crate) fn everything(answers: &InputResponses, brought: &RequestState) -> Result<CallToolResponse> {
    let again = brought.0.is_some();
    if again && ["user_name", "greeting", "client_roots"].iter().all(|key| answer(answers, key).is_some()) {
        return Ok(text("All inputs received"));
    }
    let requests = InputRequests::from([
        ("user_name".to_owned(), form("What is your name?", "name", "string")?),
        ("greeting".to_owned(), input::prompt("Generate a greeting")),
        ("client_roots".to_owned(), input::roots()),
    ]);
    Ok(InputRequiredResult::new(Some(requests), Some("asked".to_owned())).into())
}

pub(crate) fn two_steps(brought: &RequestState) -> Result<CallToolResponse> {
    let (next, mut result) = match brought.0.as_deref() {
        None => ("name asked", ask("step1", form("Step 1: What is your name?", "name", "string")?)),
        Some("name asked") => {
            ("color asked", ask("step2", form("Step 2: What is your favorite color?", "color", "string")?))
        }
        Some(_) => return Ok(text("Both steps are done")),
    };
    result.request_state = Some(next.to_owned());
    Ok(result.into())
}

pub(crate) fn within_capabilities(
    meta: &RequestMetaObject,
    answers: &InputResponses,
) -> Result<CallToolResponse> {
    if answers.0.is_some() {
        return Ok(text("Thank you"));
    }
    let client = meta.client_capabilities().unwrap_or_default();
    let mut requests = InputRequests::new();
    if client.elicitation.is_some() {
        requests.insert("user_name".to_owned(), form("What is your name?", "name", "string")?);
    }
    if client.sampling.is_some() {
        requests.insert("greeting".to_owned(), input::prompt("Generate a greeting"));
    }
    if client.roots.is_some() {
        requests.insert("client_roots".to_owned(), input::roots());
    }
    if requests.is_empty() {
        return Ok(text("The client can answer nothing"));
    }
    Ok(InputRequiredResult::from_input_requests(requests).into())
}
