//! The server: its state, who may do what, and the table of its tools. What the tools do is in `tools/`.

use mcp_auth::prelude::*;
use rmcp::{
    RoleServer,
    handler::server::{
        tool::{InputResponses, RequestState},
        wrapper::Parameters,
    },
    model::{CallToolResponse, ContentBlock, RequestMetaObject},
    service::{Peer, RequestContext},
    task_manager::TaskManager,
};

use crate::{
    subscriptions::Subscriptions,
    tools::{asking, content, jobs, lists, notifying, rounds, schema},
};

/// Everything that the conformance suite calls.
#[derive(Default)]
pub(crate) struct Conformance {
    pub(crate) subscriptions: Subscriptions,
    pub(crate) tasks: TaskManager,
}

#[server(
    title = "Protected conformance server",
    instructions = "The server under test of the MCP conformance suite",
    scopes("mcp:tools", "mcp:read"),
    default(scopes("mcp:tools")),
    prompts(scopes("mcp:read")),
    resources(scopes("mcp:read")),
    completions(scopes("mcp:read")),
    subscriptions(scopes("mcp:read")),
    tasks(scopes("mcp:tools")),
    logging(authenticated)
)]
impl Conformance {
    // Content of every kind.

    /// Returns a text.
    #[tool]
    fn test_simple_text() -> &'static str {
        "This is a simple text response for testing."
    }

    /// Returns an image.
    #[tool]
    fn test_image_content() -> ContentBlock {
        content::image()
    }

    /// Returns a sound.
    #[tool]
    fn test_audio_content() -> ContentBlock {
        content::audio()
    }

    /// Returns an embedded resource.
    #[tool]
    fn test_embedded_resource() -> ContentBlock {
        content::resource()
    }

    /// Returns a text, an image and a resource.
    #[tool]
    fn test_multiple_content_types() -> Vec<ContentBlock> {
        content::several()
    }

    /// Always fails.
    #[tool]
    fn test_error_handling() -> Result<()> {
        Err(ToolError::tell("This tool intentionally returns an error for testing"))
    }

    // Notifications on the way.

    /// Logs three messages while it runs.
    #[tool]
    async fn test_tool_with_logging(peer: Peer<RoleServer>) -> Result<&'static str> {
        notifying::logging(&peer).await
    }

    /// Logs one message, if the request asks for the log.
    #[tool]
    async fn test_logging_tool(peer: Peer<RoleServer>, meta: RequestMetaObject) -> Result<&'static str> {
        notifying::logging_on_request(&peer, &meta).await
    }

    /// Reports its progress.
    #[tool]
    async fn test_tool_with_progress(
        peer: Peer<RoleServer>,
        meta: RequestMetaObject,
    ) -> Result<&'static str> {
        notifying::progress(&peer, &meta).await
    }

    /// Answers late, for clients that come back to their stream.
    #[tool]
    async fn test_reconnection() -> &'static str {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        "Reconnection test completed"
    }

    /// Tells subscribers that the tools have changed.
    #[tool]
    async fn test_trigger_tool_change(&self) -> &'static str {
        lists::tools_changed(&self.subscriptions).await
    }

    /// Tells subscribers that the prompts have changed.
    #[tool]
    async fn test_trigger_prompt_change(&self) -> &'static str {
        lists::prompts_changed(&self.subscriptions).await
    }

    // Questions to the client while the call is open, of the older protocol versions.

    /// Has the client's model answer a prompt.
    #[tool]
    async fn test_sampling(
        peer: Peer<RoleServer>,
        /// What to ask the model.
        prompt: String,
    ) -> Result<String> {
        asking::sampling(&peer, prompt).await
    }

    /// Asks the user for a name and an address.
    #[tool]
    async fn test_elicitation(
        peer: Peer<RoleServer>,
        /// What the user reads.
        message: String,
    ) -> Result<String> {
        asking::contact(&peer, message).await
    }

    /// Asks the user with a default for every field (SEP-1034).
    #[tool]
    async fn test_elicitation_sep1034_defaults(peer: Peer<RoleServer>) -> Result<String> {
        asking::defaults(&peer).await
    }

    /// Asks the user to choose, in each form that a choice can have (SEP-1330).
    #[tool]
    async fn test_elicitation_sep1330_enums(peer: Peer<RoleServer>) -> Result<String> {
        asking::choices(&peer).await
    }

    // Input schemas.

    /// Takes an input that only the whole of JSON Schema 2020-12 describes.
    #[tool]
    fn json_schema_2020_12_tool(contact: Parameters<schema::Contact>) -> String {
        contact.0.greeting()
    }

    /// Takes an argument that the client repeats in the header `Mcp-Param-Value` (SEP-2243).
    #[tool]
    fn test_custom_header(input: Parameters<schema::InHeader>) -> String {
        input.0.value
    }

    // Questions as results, of the newer protocol versions (SEP-2322).

    /// Needs a client that can sample.
    #[tool]
    fn test_missing_capability(meta: RequestMetaObject) -> Result<&'static str> {
        rounds::needs_sampling(&meta)
    }

    /// Asks a question and keeps asking it.
    #[tool]
    fn test_streaming_elicitation() -> Result<CallToolResponse> {
        rounds::always_asks()
    }

    /// Asks the user's name.
    #[tool]
    fn test_input_required_result_elicitation(answers: InputResponses) -> Result<CallToolResponse> {
        rounds::elicitation(&answers)
    }

    /// Asks the client's model.
    #[tool]
    fn test_input_required_result_sampling(answers: InputResponses) -> CallToolResponse {
        rounds::sampling(&answers)
    }

    /// Asks for the client's roots.
    #[tool]
    fn test_input_required_result_list_roots(answers: InputResponses) -> CallToolResponse {
        rounds::roots(&answers)
    }

    /// Hands out its state and takes it back.
    #[tool]
    fn test_input_required_result_request_state(state: RequestState) -> Result<CallToolResponse> {
        rounds::confirm(&state)
    }

    /// Hands out its state; changed, it does not come back to here.
    #[tool]
    fn test_input_required_result_tampered_state(state: RequestState) -> Result<CallToolResponse> {
        rounds::confirm(&state)
    }

    /// Asks three things at once.
    #[tool]
    fn test_input_required_result_multiple_inputs(
        answers: InputResponses,
        state: RequestState,
    ) -> Result<CallToolResponse> {
        rounds::everything(&answers, &state)
    }

    /// Asks one thing after the other.
    #[tool]
    fn test_input_required_result_multi_round(state: RequestState) -> Result<CallToolResponse> {
        rounds::two_steps(&state)
    }

    /// Asks only what the client says it can answer.
    #[tool]
    fn test_input_required_result_capabilities(
        meta: RequestMetaObject,
        answers: InputResponses,
    ) -> Result<CallToolResponse> {
        rounds::within_capabilities(&meta, &answers)
    }

    // Work that goes on after the answer (SEP-2663).

    /// Greets, at once.
    #[tool]
    fn greet(name: String) -> String {
        format!("Hello, {name}!")
    }

    /// Takes its time; a task where the client knows tasks.
    #[tool]
    async fn slow_compute(
        &self,
        context: RequestContext<RoleServer>,
        /// How long it takes.
        #[arg(default = 1.0)]
        seconds: f64,
        /// What it is called.
        #[arg(default = "compute")]
        label: String,
    ) -> Result<CallToolResponse> {
        jobs::slow_compute(&self.tasks, &context, seconds, label).await
    }

    /// Fails after a second, as a tool does.
    #[tool]
    fn failing_job(&self, context: RequestContext<RoleServer>) -> Result<CallToolResponse> {
        jobs::failing(&self.tasks, &context)
    }

    /// Fails, as the protocol does.
    #[tool]
    async fn protocol_error_job(&self, context: RequestContext<RoleServer>) -> Result<CallToolResponse> {
        jobs::protocol_error(&self.tasks, &context).await
    }

    /// Asks before it pretends to delete a file.
    #[tool]
    fn confirm_delete(
        &self,
        context: RequestContext<RoleServer>,
        /// Which file.
        #[arg(default = "file.txt")]
        filename: String,
    ) -> Result<CallToolResponse> {
        jobs::confirm_delete(&self.tasks, &context, filename)
    }

    /// Asks two things at once.
    #[tool]
    fn multi_input(&self, context: RequestContext<RoleServer>) -> Result<CallToolResponse> {
        jobs::two_values(&self.tasks, &context)
    }

    /// Asks a name first, and greets by a task.
    #[tool]
    fn test_tool_with_task(
        &self,
        context: RequestContext<RoleServer>,
        answers: InputResponses,
    ) -> Result<CallToolResponse> {
        jobs::greet_later(&self.tasks, &context, &answers)
    }
}
