//! The authoritative way of a call: authorize, extract, run, audit. The gate in front only decides the HTTP status.

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt;
use rmcp::{
    ErrorData, RoleServer,
    model::{CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock},
    service::RequestContext,
};
use serde_json::json;

use super::{Registry, ToolCall, error::Kind, failure};
use crate::{
    authorize::{Caller, Decision, Operation as Asked, Rule},
    challenge::{Challenge, StepUp},
    telemetry::Operation,
    transport::Binding,
};

/// Calls a tool for `caller`; `None` means that nothing has authenticated this request.
pub(crate) async fn call(
    registry: &Registry,
    resource_metadata: &str,
    binding: &Arc<Binding>,
    caller: Option<Caller>,
    request: CallToolRequestParams,
    context: RequestContext<RoleServer>,
) -> Result<CallToolResponse, ErrorData> {
    let mut operation = Operation::begin();
    let answer = judged(registry, resource_metadata, binding, caller, request, context, &mut operation).await;
    operation.end(match &answer {
        Ok(CallToolResponse::Complete(result)) if result.is_error == Some(true) => {
            Some("tool_error".to_owned())
        }
        Ok(_) => None,
        Err(error) => Some(error.code.0.to_string()),
    });
    answer
}

async fn judged(
    registry: &Registry,
    resource_metadata: &str,
    binding: &Arc<Binding>,
    caller: Option<Caller>,
    mut request: CallToolRequestParams,
    context: RequestContext<RoleServer>,
    operation: &mut Operation,
) -> Result<CallToolResponse, ErrorData> {
    let found = registry.table().find(&request.name, caller.as_ref().unwrap_or(&Caller::Anonymous)).cloned();
    let Some(entry) = found else {
        return unknown_tool(registry, caller.as_ref());
    };
    operation.is(&entry.tool().name);
    let auth = match authorize(entry.rule(), caller) {
        Ok(caller) => caller.auth().cloned(),
        Err(denied) => return Ok(refusal(&entry.tool().name, entry.rule(), denied, resource_metadata)),
    };
    let abandoned = context.ct.clone();
    let brought = request.request_state.take();
    let mut call = ToolCall {
        context,
        binding: Arc::clone(binding),
        name: entry.name(),
        arguments: request.arguments.unwrap_or_default(),
        input_responses: request.input_responses,
        request_state: None,
        auth,
        catalog: Arc::clone(&registry.catalog),
        #[cfg(feature = "authorization-server")]
        upstreams: [registry.upstreams, entry.upstreams()],
    };
    call.request_state = call.round().open(binding, brought)?;
    let name = call.name();
    let run = async {
        match registry.call(&entry, &call).await {
            Ok(response) => {
                tracing::debug!(tool = name, subject = call.subject(), "tool answered");
                call.round().bind(binding, response)
            }
            Err(error) => match error.into_kind() {
                Kind::NeedsScope(scope) => {
                    Ok(needs_scope(&call, entry.rule(), scope.name(), resource_metadata))
                }
                #[cfg(feature = "authorization-server")]
                Kind::SignInAgain(why) => Ok(sign_in_again(&call, entry.rule(), why, resource_metadata)),
                #[cfg(feature = "authorization-server")]
                Kind::AllowMore(why) => Ok(allow_more(&call, entry.rule(), why, resource_metadata)),
                // Of rmcp's own error type, by way of `?`.
                Kind::Protocol(error) => Err(refined(&call, entry.rule(), error)),
                kind => failed(name, kind),
            },
        }
    };
    // A panic of the user's code, also of their error's `Display`, is an error of this call and of nothing else.
    let run = AssertUnwindSafe(run).catch_unwind();
    let Some(outcome) = abandoned.run_until_cancelled(run).await else {
        tracing::debug!(tool = name, subject = call.subject(), "tool given up: nobody waits for its answer");
        return Err(ErrorData::internal_error("cancelled", None));
    };
    outcome.unwrap_or_else(|panic| Ok(opaque(name, &failure::panicked(&*panic))))
}

/// Why a call does not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Denied {
    /// Nothing authenticated the request: the handler is mounted without the gate.
    Unverified,
    NeedsToken,
    NeedsScope,
}

fn authorize(rule: &Rule, caller: Option<Caller>) -> Result<Caller, Denied> {
    let unverified = caller.is_none();
    let caller = caller.unwrap_or(Caller::Anonymous);
    match rule.decide(&caller) {
        Decision::Allowed => Ok(caller),
        _ if unverified => Err(Denied::Unverified),
        Decision::NeedsToken => Err(Denied::NeedsToken),
        Decision::NeedsScope => Err(Denied::NeedsScope),
    }
}

/// A name that does not exist is said only to those who may list the tools.
fn unknown_tool(registry: &Registry, caller: Option<&Caller>) -> Result<CallToolResponse, ErrorData> {
    let rule = registry.policy.rule(Asked::Other);
    let open = registry.anonymous && caller.is_some();
    if open || caller.is_some_and(|caller| rule.decide(caller) == Decision::Allowed) {
        return Err(ErrorData::invalid_params("tool not found", None));
    }
    Err(ErrorData::invalid_request("authorization required", None))
}

/// The in-band refusal. `mcp/www_authenticate` lets a client that only reads results start the sign-in.
fn refusal(tool: &str, rule: &Rule, denied: Denied, resource_metadata: &str) -> CallToolResponse {
    let scope = rule.wanted();
    let (error, text) = match denied {
        Denied::Unverified => {
            tracing::error!(
                tool,
                "refused: this server runs without its authentication layer; mount it with `auth.router(server)`"
            );
            return CallToolResult::error(vec![ContentBlock::text(
                "internal error: the server cannot tell who calls",
            )])
            .into();
        }
        Denied::NeedsToken => (None, "authorization required".to_owned()),
        Denied::NeedsScope => (Some("insufficient_scope"), needed(scope)),
    };
    tracing::info!(tool, ?denied, scope = scope.join(" "), "refused");
    challenged(error, text, scope, resource_metadata)
}

/// The tool itself asks for one more scope. Where the answer has not begun, the gate makes a 403 of it.
fn needs_scope(
    call: &ToolCall,
    rule: &Rule,
    scope: &'static str,
    resource_metadata: &str,
) -> CallToolResponse {
    let mut scopes = rule.wanted().to_vec();
    if !scopes.contains(&scope) {
        scopes.push(scope);
    }
    if let Some(step_up) = StepUp::of(&call.context.extensions) {
        step_up.operation(rule.wanted());
        step_up.ask(scope);
    }
    tracing::info!(
        tool = call.name(),
        subject = call.subject(),
        scope = scopes.join(" "),
        "refused by the tool: a scope is missing"
    );
    challenged(Some("insufficient_scope"), needed(&scopes), &scopes, resource_metadata)
}

/// What the token stands for has ended. Where the answer has not begun, the gate makes a 401 of it.
#[cfg(feature = "authorization-server")]
fn sign_in_again(call: &ToolCall, rule: &Rule, why: String, resource_metadata: &str) -> CallToolResponse {
    if let Some(step_up) = StepUp::of(&call.context.extensions) {
        step_up.operation(rule.wanted());
        step_up.sign_in_again(&why);
    }
    tracing::info!(
        tool = call.name(),
        subject = call.subject(),
        why,
        "refused: the caller has to sign in again"
    );
    challenged(Some("invalid_token"), why, rule.wanted(), resource_metadata)
}

/// The person has allowed too little at the provider. The scopes of the token suffice: what is asked for is another
/// sign-in for the same. Where the answer has not begun, the gate makes a 403 of it.
#[cfg(feature = "authorization-server")]
fn allow_more(call: &ToolCall, rule: &Rule, why: String, resource_metadata: &str) -> CallToolResponse {
    if let Some(step_up) = StepUp::of(&call.context.extensions) {
        step_up.operation(rule.wanted());
        step_up.allow_more(&why);
    }
    tracing::info!(
        tool = call.name(),
        subject = call.subject(),
        why,
        "refused: the person has to allow more at the provider"
    );
    challenged(Some("insufficient_scope"), why, rule.wanted(), resource_metadata)
}

fn refined(call: &ToolCall, rule: &Rule, error: ErrorData) -> ErrorData {
    let Some(step_up) = StepUp::of(&call.context.extensions) else { return error };
    step_up.operation(rule.wanted());
    step_up.refine(error)
}

fn needed(scopes: &[&str]) -> String {
    format!("this tool needs the scope {}", scopes.join(" "))
}

/// A result that tells the model why, and the client what to ask for.
fn challenged(
    error: Option<&'static str>,
    text: String,
    scope: &[&str],
    resource_metadata: &str,
) -> CallToolResponse {
    let challenge = Challenge { error, error_description: Some(&text), scope, resource_metadata }.to_string();
    let mut result = CallToolResult::error(vec![ContentBlock::text(text)]);
    // On stdin and stdout there is nowhere to sign in.
    if resource_metadata.is_empty() {
        return result.into();
    }
    result.meta.get_or_insert_default().insert("mcp/www_authenticate".to_owned(), json!([challenge]));
    result.into()
}

fn failed(tool: &str, kind: Kind) -> Result<CallToolResponse, ErrorData> {
    let text = match kind {
        Kind::Tell(text) | Kind::Arguments(text) => text,
        Kind::Forbidden => "not allowed".to_owned(),
        Kind::NeedsScope(scope) => needed(&[scope.name()]),
        #[cfg(feature = "authorization-server")]
        Kind::SignInAgain(text) | Kind::AllowMore(text) => text,
        Kind::Protocol(error) => return Err(error),
        Kind::Opaque(source) => return Ok(opaque(tool, &failure::chain(&*source))),
    };
    tracing::debug!(tool, text, "tool refused");
    Ok(CallToolResult::error(vec![ContentBlock::text(text)]).into())
}

fn opaque(tool: &str, error: &str) -> CallToolResponse {
    CallToolResult::error(vec![ContentBlock::text(failure::opaque(tool, error))]).into()
}
