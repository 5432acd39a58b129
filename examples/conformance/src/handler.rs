//! What is not a tool. Each method runs only for callers that `#[server(prompts(…), resources(…), …)]` lets through.

#![expect(deprecated, reason = "clients of older protocol versions still log and subscribe this way")]

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CacheScope, CancelTaskParams, CompleteRequestParams, CompleteResult, GetPromptRequestParams,
        GetPromptResponse, GetTaskParams, GetTaskResult, ListPromptsResult, ListResourceTemplatesResult,
        ListResourcesResult, PaginatedRequestParams, ReadResourceRequestParams, ReadResourceResponse,
        ServerCapabilities, ServerConfig, SetLevelRequestParams, SubscribeRequestParams, SubscriptionFilter,
        UnsubscribeRequestParams, UpdateTaskParams,
    },
    service::{RequestContext, SubscriptionContext},
};

use crate::{prompts, resources, server::Conformance};

type Context = RequestContext<RoleServer>;
type Result<T> = std::result::Result<T, ErrorData>;

/// How long a client may keep a list or a resource, for itself: who has no token may not see it.
const FRESH_MS: u64 = 60_000;

impl ServerHandler for Conformance {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(
            ServerCapabilities::builder()
                .enable_tools()
                .enable_tool_list_changed()
                .enable_prompts()
                .enable_prompts_list_changed()
                .enable_resources()
                .enable_resources_subscribe()
                .enable_resources_list_changed()
                .enable_completions()
                .enable_logging()
                .enable_tasks()
                .build(),
        )
    }

    async fn list_prompts(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: Context,
    ) -> Result<ListPromptsResult> {
        let prompts = ListPromptsResult::with_all_items(prompts::all());
        Ok(prompts.with_ttl_ms(FRESH_MS).with_cache_scope(CacheScope::Private))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _context: Context,
    ) -> Result<GetPromptResponse> {
        prompts::get(request)
    }

    async fn complete(&self, request: CompleteRequestParams, _context: Context) -> Result<CompleteResult> {
        prompts::complete(&request)
    }

    async fn list_resources(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: Context,
    ) -> Result<ListResourcesResult> {
        let resources = ListResourcesResult::with_all_items(resources::all());
        Ok(resources.with_ttl_ms(FRESH_MS).with_cache_scope(CacheScope::Private))
    }

    async fn list_resource_templates(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: Context,
    ) -> Result<ListResourceTemplatesResult> {
        let templates = ListResourceTemplatesResult::with_all_items(resources::templates());
        Ok(templates.with_ttl_ms(FRESH_MS).with_cache_scope(CacheScope::Private))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _context: Context,
    ) -> Result<ReadResourceResponse> {
        let resource = resources::read(&request.uri)?;
        Ok(resource.with_ttl_ms(FRESH_MS).with_cache_scope(CacheScope::Private).into())
    }

    /// The resources never change, so there is nothing to remember.
    async fn subscribe(&self, request: SubscribeRequestParams, _context: Context) -> Result<()> {
        resources::read(&request.uri).map(drop)
    }

    async fn unsubscribe(&self, _request: UnsubscribeRequestParams, _context: Context) -> Result<()> {
        Ok(())
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(requested.supported_by(&self.get_info().capabilities))
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<()> {
        self.subscriptions.hold(&context).await;
        Ok(())
    }

    /// Every level is sent: the suite sets one and looks for what comes.
    async fn set_level(&self, _request: SetLevelRequestParams, _context: Context) -> Result<()> {
        Ok(())
    }

    async fn get_task(&self, request: GetTaskParams, _context: Context) -> Result<GetTaskResult> {
        self.tasks.get_task(&request.task_id).map(GetTaskResult::new)
    }

    async fn update_task(&self, request: UpdateTaskParams, _context: Context) -> Result<()> {
        self.tasks.update_task(&request.task_id, request.input_responses)
    }

    async fn cancel_task(&self, request: CancelTaskParams, _context: Context) -> Result<()> {
        self.tasks.cancel_task(&request.task_id)
    }
}
