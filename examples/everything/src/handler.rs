//! What is not a tool. Each method runs only for callers that `#[server(prompts(…), resources(…), …)]` lets through; task
//! ids are bound to their caller before they get here.

#![expect(deprecated, reason = "clients of older protocol versions still log this way")]

use mcp_auth::AuthInfo;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CacheScope, CancelTaskParams, CompleteRequestParams, CompleteResult, CompletionInfo, ContentBlock,
        GetPromptRequestParams, GetPromptResponse, GetPromptResult, GetTaskParams, GetTaskResult,
        ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, PaginatedRequestParams, Prompt,
        PromptArgument, PromptMessage, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult,
        Resource, ResourceContents, ResourceTemplate, Role, ServerCapabilities, ServerConfig,
        SetLevelRequestParams, SubscriptionFilter, UpdateTaskParams,
    },
    service::{RequestContext, SubscriptionContext},
};

use crate::{server::Reports, store::Person};

type Context = RequestContext<RoleServer>;
type Result<T> = std::result::Result<T, ErrorData>;

/// The URI of a report. It names no person: everybody reads their own.
pub(crate) fn uri(title: &str) -> String {
    format!("report:{title}")
}

/// Who calls. The rules in front have refused everybody without a token.
fn user(extensions: &rmcp::model::Extensions) -> Result<AuthInfo> {
    AuthInfo::of(extensions).ok_or_else(|| ErrorData::internal_error("nobody is signed in", None))
}

impl ServerHandler for Reports {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_prompts()
            .enable_resources()
            .enable_resources_subscribe()
            .enable_resources_list_changed()
            .enable_completions()
            .enable_logging()
            .enable_tasks()
            .build();
        ServerConfig::new(capabilities)
    }

    async fn list_prompts(&self, _: Option<PaginatedRequestParams>, _: Context) -> Result<ListPromptsResult> {
        let title = PromptArgument::new("title").with_description("Which report").with_required(true);
        let review = Prompt::new("review", Some("Review a report"), Some(vec![title]));
        Ok(ListPromptsResult::with_all_items(vec![review]))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: Context,
    ) -> Result<GetPromptResponse> {
        let person = Person::from(&user(&context.extensions)?);
        let title = request.arguments.as_ref().and_then(|arguments| arguments.get("title")?.as_str());
        let text =
            title.filter(|_| request.name == "review").and_then(|title| self.store.read(&person, title));
        let text = text.ok_or_else(|| ErrorData::invalid_params("no such prompt or report", None))?;
        let message = PromptMessage::new(Role::User, ContentBlock::text(format!("Review this:\n{text}")));
        Ok(GetPromptResult::new(vec![message]).into())
    }

    async fn complete(&self, request: CompleteRequestParams, context: Context) -> Result<CompleteResult> {
        let mut titles = self.store.titles(&Person::from(&user(&context.extensions)?));
        titles.retain(|title| title.starts_with(&request.argument.value));
        titles.truncate(CompletionInfo::MAX_VALUES);
        let titles = CompletionInfo::with_all_values(titles);
        titles.map(CompleteResult::new).map_err(|error| ErrorData::internal_error(error, None))
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        context: Context,
    ) -> Result<ListResourcesResult> {
        let titles = self.store.titles(&Person::from(&user(&context.extensions)?));
        let resources =
            titles.iter().map(|title| Resource::new(uri(title), title).with_mime_type("text/plain"));
        // Everybody has a list of their own: no shared cache may keep it.
        Ok(ListResourcesResult::with_all_items(resources.collect()).with_cache_scope(CacheScope::Private))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourceTemplatesResult> {
        let template = ResourceTemplate::new("report:{title}", "A report").with_mime_type("text/plain");
        Ok(ListResourceTemplatesResult::with_all_items(vec![template]))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: Context,
    ) -> Result<ReadResourceResponse> {
        let person = Person::from(&user(&context.extensions)?);
        let text = request.uri.strip_prefix("report:").and_then(|title| self.store.read(&person, title));
        let text = text.ok_or_else(|| ErrorData::resource_not_found("no such report", None))?;
        let contents = ResourceContents::text(text, &request.uri).with_mime_type("text/plain");
        Ok(ReadResourceResult::new(vec![contents]).with_cache_scope(CacheScope::Private).into())
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(requested.supported_by(&self.get_info().capabilities))
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<()> {
        let person = Person::from(&user(&context.request_context().extensions)?);
        self.subscriptions.hold(person, &context).await;
        Ok(())
    }

    async fn set_level(&self, request: SetLevelRequestParams, context: Context) -> Result<()> {
        self.jobs.set_level(&user(&context.extensions)?, request.level);
        Ok(())
    }

    async fn get_task(&self, request: GetTaskParams, _: Context) -> Result<GetTaskResult> {
        self.tasks.get_task(&request.task_id).map(GetTaskResult::new)
    }

    async fn update_task(&self, request: UpdateTaskParams, _: Context) -> Result<()> {
        self.tasks.update_task(&request.task_id, request.input_responses)
    }

    async fn cancel_task(&self, request: CancelTaskParams, _: Context) -> Result<()> {
        self.tasks.cancel_task(&request.task_id)
    }
}
