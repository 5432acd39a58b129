//! Questions to the person: as a result (2026-07-28), and while the call is open (before).

use mcp_auth::prelude::*;
use rmcp::{
    RoleServer, elicit_safe,
    handler::server::tool::InputResponses,
    model::{
        CallToolResponse, CallToolResult, ContentBlock, ElicitRequest, ElicitRequestParams, InputRequest,
        InputRequests, InputRequiredResult,
    },
    service::Peer,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::server::Reports;

/// Asks first. What it remembers meanwhile travels with the client as `requestState`: mcp-auth seals it for this caller,
/// this tool and this title, so that a yes to one title is no yes to another, nor anybody else's.
pub(crate) fn delete(
    reports: &Reports,
    user: &AuthInfo,
    title: &str,
    answers: &InputResponses,
    state: Option<&str>,
) -> Result<CallToolResponse> {
    let text = reports.store.read(&user.into(), title);
    let text = text.ok_or_else(|| ToolError::tell("there is no such report"))?;
    let length = text.len().to_string();
    let Some(asked_about) = state else {
        let question = form(format!("Delete {title}, {length} bytes?"))?;
        let requests = InputRequests::from([("sure".to_owned(), question)]);
        return Ok(InputRequiredResult::new(Some(requests), Some(length)).into());
    };
    let answer = answers.0.as_ref().and_then(|answers| answers.get("sure"));
    let said = match answer.and_then(|answer| answer.pointer("/content/sure")) {
        Some(Value::Bool(true)) if asked_about != length => "it has changed meanwhile",
        Some(Value::Bool(true)) => {
            reports.store.remove(&user.into(), title);
            "deleted"
        }
        _ => "kept",
    };
    Ok(CallToolResult::success(vec![ContentBlock::text(said)]).into())
}

/// A form of one question.
fn form(message: String) -> Result<InputRequest> {
    let schema = json!({
        "type": "object",
        "properties": { "sure": { "type": "boolean" } },
        "required": ["sure"],
    });
    Ok(InputRequest::Elicitation(ElicitRequest::new(ElicitRequestParams::FormElicitationParams {
        meta: None,
        message,
        requested_schema: serde_json::from_value(schema)?,
    })))
}

/// What the person fills in.
#[derive(Serialize, Deserialize, JsonSchema)]
struct NewTitle {
    title: String,
}

elicit_safe!(NewTitle);

pub(crate) async fn rename(
    reports: &Reports,
    user: &AuthInfo,
    peer: &Peer<RoleServer>,
    title: &str,
) -> Result<String> {
    let Some(new) = peer.elicit::<NewTitle>(format!("What shall {title} be called?")).await? else {
        return Ok("kept".to_owned());
    };
    let text = reports.store.remove(&user.into(), title);
    let text = text.ok_or_else(|| ToolError::tell("there is no such report"))?;
    reports.store.write(user.into(), new.title.clone(), text);
    Ok(format!("it is called {} now", new.title))
}
