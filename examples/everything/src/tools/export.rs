//! Work that goes on after the answer: a task, which only its caller can see, answer and cancel.

use mcp_auth::prelude::*;
use rmcp::{
    model::{
        CallToolResult, ContentBlock, CreateTaskResult, ElicitRequest, ElicitRequestParams, InputRequest,
    },
    task_manager::TaskOptions,
};
use serde_json::{Value, json};

use crate::server::Reports;

pub(crate) fn all(reports: &Reports, user: &AuthInfo) -> Result<CreateTaskResult> {
    let schema = json!({
        "type": "object",
        "properties": { "format": { "type": "string", "enum": ["csv", "json"] } },
        "required": ["format"],
    });
    let question =
        InputRequest::Elicitation(ElicitRequest::new(ElicitRequestParams::FormElicitationParams {
            meta: None,
            message: "Which format?".to_owned(),
            requested_schema: serde_json::from_value(schema)?,
        }));
    let titles = reports.store.titles(&user.into());
    let task = reports.tasks.spawn(TaskOptions::default(), |task| {
        Box::pin(async move {
            // A cancelled task is woken here with an error.
            let answer = task.request_input("format", question).await?;
            let text = match answer.pointer("/content/format").and_then(Value::as_str) {
                Some("csv") => titles.join(","),
                _ => json!(titles).to_string(),
            };
            Ok(CallToolResult::success(vec![ContentBlock::text(text)]))
        })
    });
    Ok(CreateTaskResult::new(task))
}
