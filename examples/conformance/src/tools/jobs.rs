//! Work that goes on after the answer (SEP-2663): a task, where the client knows tasks.

use std::time::Duration;

use mcp_auth::{ToolError, prelude::Result};
use rmcp::{
    ErrorData, RoleServer,
    handler::server::tool::InputResponses,
    model::{CallToolResponse, CallToolResult, ClientCapabilities, ContentBlock, CreateTaskResult},
    service::RequestContext,
    task_manager::{TaskContext, TaskExit, TaskManager, TaskOptions},
};
use serde_json::Value;
use tokio::time::sleep;

use crate::input::{answer, ask, form};

type Context = RequestContext<RoleServer>;

pub(crate) async fn slow_compute(
    tasks: &TaskManager,
    context: &Context,
    seconds: f64,
    label: String,
) -> Result<CallToolResponse> {
    let time = Duration::try_from_secs_f64(seconds)
        .map_err(|error| ToolError::tell(format!("argument `seconds`: {error}")))?;
    let done = said(format!("slow_compute({label}) done after {seconds}s"));
    if !knows_tasks(context) {
        sleep(time).await;
        return Ok(done.into());
    }
    let task = spawn(tasks, move |task| async move {
        tokio::select! {
            () = task.cancelled() => Err(TaskExit::Cancelled),
            () = sleep(time) => Ok(done),
        }
    });
    Ok(task.into())
}

pub(crate) fn failing(tasks: &TaskManager, context: &Context) -> Result<CallToolResponse> {
    needs_tasks(context)?;
    let task = spawn(tasks, |_| async {
        sleep(Duration::from_secs(1)).await;
        Ok(CallToolResult::error(vec![ContentBlock::text("failing_job fails on purpose")]))
    });
    Ok(task.into())
}

pub(crate) async fn protocol_error(tasks: &TaskManager, context: &Context) -> Result<CallToolResponse> {
    let work = async {
        sleep(Duration::from_millis(200)).await;
        ErrorData::internal_error("protocol_error_job fails on purpose", None)
    };
    if !knows_tasks(context) {
        return Err(ToolError::protocol(work.await));
    }
    Ok(spawn(tasks, |_| async { Err(TaskExit::Error(work.await)) }).into())
}

pub(crate) fn confirm_delete(
    tasks: &TaskManager,
    context: &Context,
    filename: String,
) -> Result<CallToolResponse> {
    needs_tasks(context)?;
    let question = form(format!("Delete {filename}?"), "confirm", "boolean")?;
    let task = spawn(tasks, |task| async move {
        let answer = task.request_input("confirm", question).await?;
        let confirmed = answer.pointer("/content/confirm").and_then(Value::as_bool).unwrap_or(false);
        Ok(said(format!("confirm_delete({filename}): {confirmed}")))
    });
    Ok(task.into())
}

pub(crate) fn two_values(tasks: &TaskManager, context: &Context) -> Result<CallToolResponse> {
    needs_tasks(context)?;
    let (a, b) = (form("Provide value A", "value", "string")?, form("Provide value B", "value", "string")?);
    let task = spawn(tasks, |task| async move {
        let (a, b) = tokio::join!(task.request_input("input-a", a), task.request_input("input-b", b));
        let value = |answer: &Value| answer.pointer("/content/value").cloned().unwrap_or_default();
        Ok(said(format!("multi_input: {} and {}", value(&a?), value(&b?))))
    });
    Ok(task.into())
}

pub(crate) fn greet_later(
    tasks: &TaskManager,
    context: &Context,
    answers: &InputResponses,
) -> Result<CallToolResponse> {
    needs_tasks(context)?;
    let Some(answer) = answer(answers, "user_name") else {
        return Ok(ask("user_name", form("What is your name?", "name", "string")?).into());
    };
    let greeting = format!("Hello, {}! (async)", crate::input::text(answer, "name")?);
    let task = spawn(tasks, |_| async {
        sleep(Duration::from_millis(200)).await;
        Ok(said(greeting))
    });
    Ok(task.into())
}

/// A task; only its caller will be able to name it.
fn spawn<F>(tasks: &TaskManager, work: impl FnOnce(TaskContext) -> F) -> CreateTaskResult
where
    F: Future<Output = std::result::Result<CallToolResult, TaskExit>> + Send + 'static,
{
    CreateTaskResult::new(tasks.spawn(TaskOptions::default(), |context| Box::pin(work(context))))
}

fn knows_tasks(context: &Context) -> bool {
    context.client_capabilities().is_some_and(|client| client.supports_tasks())
}

/// For tools that have no other way to answer.
fn needs_tasks(context: &Context) -> Result<()> {
    if knows_tasks(context) {
        return Ok(());
    }
    let needed = ClientCapabilities::builder().enable_tasks().build();
    Err(ToolError::protocol(ErrorData::missing_required_client_capability(needed)))
}

fn said(text: String) -> CallToolResult {
    CallToolResult::success(vec![ContentBlock::text(text)])
}
