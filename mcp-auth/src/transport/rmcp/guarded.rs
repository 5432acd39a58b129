//! The guarded forwarder: the whole of rmcp's `ServerHandler`, deny by default. Tools go to our table; every other
//! method passes its access rule and then reaches the user's own handler.
//!
//! A method that rmcp adds later meets rmcp's default here, never the user's unguarded code; a test compares the
//! names with rmcp's.

#![expect(deprecated, reason = "clients of older protocol versions still log and subscribe this way")]

use std::{borrow::Cow, sync::Arc};

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CacheScope, CallToolRequestParams, CallToolResponse, CancelTaskParams, CancelledNotificationParam,
        CompleteRequestParams, CompleteResult, CustomNotification, CustomRequest, CustomResult,
        DiscoverResult, ErrorCode, Extensions, GetPromptRequestParams, GetPromptResponse,
        GetSkillRequestParams, GetSkillResult, GetTaskParams, GetTaskResult, InitializeRequestParams,
        InitializeResult, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
        ListSkillsResult, ListToolsResult, PaginatedRequestParams, ProgressNotificationParam,
        ProtocolVersion, ReadResourceDirectoryRequestParams, ReadResourceDirectoryResult,
        ReadResourceRequestParams, ReadResourceResponse, ServerConfig, SetLevelRequestParams,
        SubscribeRequestParams, SubscriptionFilter, Tool, UnsubscribeRequestParams, UpdateTaskParams,
    },
    service::{NotificationContext, RequestContext, SubscriptionContext},
};

use super::{
    announce::{self, Changes},
    asking::asking,
    bound::Bound,
    custom::{is_custom, unfit},
    info::info,
    own::{Nothing, OwnHandler},
};
use crate::{
    authorize::{Caller, Group, Operation},
    tool::{self, Registry},
    transport::{Binding, listening},
};

type Context = RequestContext<RoleServer>;
type Notified = NotificationContext<RoleServer>;

/// One server behind its rules, as rmcp sees it. Cheap to clone: rmcp makes one per request, or per session.
#[derive(Clone)]
pub(crate) struct Guarded(pub(super) Arc<Inner>, announce::Once);

pub(super) struct Inner {
    pub(super) registry: Arc<Registry>,
    pub(super) own: Arc<dyn OwnHandler>,
    info: ServerConfig,
    /// Where clients learn how to sign in; empty where they cannot.
    pub(super) resource_metadata: String,
    /// Whom to tell that the tools have changed; `None` where they do not.
    sessions: Option<announce::Sessions>,
    binding: Arc<Binding>,
}

impl Guarded {
    pub(crate) fn new(registry: Arc<Registry>, resource_metadata: String, binding: Arc<Binding>) -> Self {
        let own = registry.own.clone().unwrap_or_else(|| Arc::new(Nothing));
        let info = info(&registry, &*own);
        let sessions = registry.live().cloned().map(announce::Sessions::new);
        let inner = Inner { registry, own, info, resource_metadata, sessions, binding };
        Self(Arc::new(inner), announce::Once::default())
    }

    /// Whether a tool may exist for one caller and not for another.
    pub(super) fn hides(&self) -> bool {
        self.0.registry.table().hides()
    }

    /// How many sessions are told of changes.
    #[cfg(test)]
    pub(super) fn told(&self) -> usize {
        self.0.sessions.as_ref().map_or(0, announce::Sessions::count)
    }

    /// The user's handler, where what it hands out is bound to the caller.
    fn bound<'a>(&'a self, own: &'a dyn OwnHandler, context: &Context) -> Bound<'a> {
        Bound::new(own, &self.0.binding, &context.extensions)
    }
}

/// Changes of the tools since this request arrived.
fn changes(extensions: &Extensions) -> Option<tokio::sync::watch::Receiver<()>> {
    let parts = extensions.get::<http::request::Parts>()?;
    parts.extensions.get::<Changes>().map(|changes| changes.0.clone())
}

impl ServerHandler for Guarded {
    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: Context,
    ) -> Result<CallToolResponse, ErrorData> {
        let caller = Caller::of(&context.extensions).cloned();
        tool::call(&self.0.registry, &self.0.resource_metadata, &self.0.binding, caller, request, context)
            .await
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: Context,
    ) -> Result<ListToolsResult, ErrorData> {
        self.base(Operation::Open, &context.extensions, "tools/list")?;
        let caller = Caller::of(&context.extensions).unwrap_or(&Caller::Anonymous);
        let mut result = ListToolsResult::with_all_items(self.0.registry.table().list(caller));
        // Who may see the list differs between callers, so no shared cache may keep it.
        result.cache_scope = Some(CacheScope::Private);
        Ok(result)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        let table = self.0.registry.table();
        let entry = if table.hides() { table.find(name, &asking()?) } else { table.entry(name) }?;
        let schema = Arc::clone(&entry.tool().input_schema);
        // rmcp asks before each call, for the schema alone (`Mcp-Param-*` headers): the rest would be cloned in vain.
        Some(Tool::new_with_raw(entry.name(), None, schema))
    }

    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: Context,
    ) -> Result<InitializeResult, ErrorData> {
        let own = self.base(Operation::Open, &context.extensions, "initialize")?;
        let mut result = own.initialize(request, context).await?;
        result.capabilities = self.0.info.capabilities.clone();
        result.server_info = self.0.info.server_info.clone();
        result.instructions.clone_from(&self.0.info.instructions);
        Ok(result)
    }

    async fn discover(&self, context: Context) -> Result<DiscoverResult, ErrorData> {
        let own = self.base(Operation::Open, &context.extensions, "server/discover")?;
        let theirs = own.discover(context).await?;
        let mut result = DiscoverResult::from_server_info(theirs.supported_versions, self.0.info.clone());
        result.ttl_ms = theirs.ttl_ms;
        Ok(result)
    }

    fn get_info(&self) -> ServerConfig {
        self.0.info.clone()
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        self.0.own.supported_protocol_versions()
    }

    async fn ping(&self, context: Context) -> Result<(), ErrorData> {
        self.base(Operation::Open, &context.extensions, "ping")?.ping(context).await
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        context: Context,
    ) -> Result<CompleteResult, ErrorData> {
        self.group(Group::Completions, &context.extensions, "completion/complete")?
            .complete(request, context)
            .await
    }

    async fn set_level(&self, request: SetLevelRequestParams, context: Context) -> Result<(), ErrorData> {
        self.group(Group::Logging, &context.extensions, "logging/setLevel")?.set_level(request, context).await
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: Context,
    ) -> Result<GetPromptResponse, ErrorData> {
        let own = self.group(Group::Prompts, &context.extensions, "prompts/get")?;
        self.bound(own, &context).get_prompt(request, context).await
    }

    async fn list_prompts(
        &self,
        request: Option<PaginatedRequestParams>,
        context: Context,
    ) -> Result<ListPromptsResult, ErrorData> {
        self.group(Group::Prompts, &context.extensions, "prompts/list")?.list_prompts(request, context).await
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        context: Context,
    ) -> Result<ListResourcesResult, ErrorData> {
        self.group(Group::Resources, &context.extensions, "resources/list")?
            .list_resources(request, context)
            .await
    }

    async fn list_resource_templates(
        &self,
        request: Option<PaginatedRequestParams>,
        context: Context,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let own = self.group(Group::Resources, &context.extensions, "resources/templates/list")?;
        own.list_resource_templates(request, context).await
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: Context,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let own = self.group(Group::Resources, &context.extensions, "resources/read")?;
        self.bound(own, &context).read_resource(request, context).await
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        let own = self.0.registry.policy.group(Group::Subscriptions);
        let own = own.and_then(|_| self.0.own.accepted_subscription_filter(requested));
        if self.0.sessions.is_none() {
            return own;
        }
        let mut accepted = own.unwrap_or_default();
        accepted.tools_list_changed = requested.tools_list_changed;
        Some(accepted)
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let request = context.request_context();
        let operation = listening::operation(&self.0.registry, Some(context.requested()));
        let own = match operation {
            Operation::Group(group) => self.group(group, &request.extensions, "subscriptions/listen")?,
            _ => self.base(operation, &request.extensions, "subscriptions/listen")?,
        };
        let Some(live) =
            self.0.registry.live().filter(|_| context.accepted().tools_list_changed == Some(true))
        else {
            return own.listen(context).await;
        };
        let changes = changes(&request.extensions).unwrap_or_else(|| live.changes());
        let news = announce::listen(context.sink().clone(), changes, request.ct.clone());
        if operation == Operation::Open {
            news.await;
            return Ok(());
        }
        tokio::select! {
            outcome = own.listen(context) => outcome,
            () = news => Ok(()),
        }
    }

    async fn subscribe(&self, request: SubscribeRequestParams, context: Context) -> Result<(), ErrorData> {
        self.group(Group::Subscriptions, &context.extensions, "resources/subscribe")?
            .subscribe(request, context)
            .await
    }

    async fn unsubscribe(
        &self,
        request: UnsubscribeRequestParams,
        context: Context,
    ) -> Result<(), ErrorData> {
        let own = self.group(Group::Subscriptions, &context.extensions, "resources/unsubscribe")?;
        own.unsubscribe(request, context).await
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: Context,
    ) -> Result<CustomResult, ErrorData> {
        // A known method whose parameters did not fit arrives here as well, and must not pass as "custom".
        if !is_custom(&request.method) {
            return Err(unfit(&request.method, context.protocol_version().as_ref()));
        }
        let own =
            self.group(Group::Custom, &context.extensions, "unknown method").map_err(
                |error| match error.code {
                    ErrorCode::METHOD_NOT_FOUND => {
                        ErrorData::new(ErrorCode::METHOD_NOT_FOUND, request.method.clone(), None)
                    }
                    _ => error,
                },
            )?;
        let context = self.bound(own, &context).lend(context);
        own.on_custom_request(request, context).await
    }

    async fn get_task(&self, request: GetTaskParams, context: Context) -> Result<GetTaskResult, ErrorData> {
        let own = self.group(Group::Tasks, &context.extensions, "tasks/get")?;
        self.bound(own, &context).get_task(request, context).await
    }

    async fn update_task(&self, request: UpdateTaskParams, context: Context) -> Result<(), ErrorData> {
        let own = self.group(Group::Tasks, &context.extensions, "tasks/update")?;
        self.bound(own, &context).update_task(request, context).await
    }

    async fn cancel_task(&self, request: CancelTaskParams, context: Context) -> Result<(), ErrorData> {
        let own = self.group(Group::Tasks, &context.extensions, "tasks/cancel")?;
        self.bound(own, &context).cancel_task(request, context).await
    }

    async fn list_skills(
        &self,
        request: Option<PaginatedRequestParams>,
        context: Context,
    ) -> Result<ListSkillsResult, ErrorData> {
        self.group(Group::Skills, &context.extensions, "skills/list")?.list_skills(request, context).await
    }

    async fn get_skill(
        &self,
        request: GetSkillRequestParams,
        context: Context,
    ) -> Result<GetSkillResult, ErrorData> {
        self.group(Group::Skills, &context.extensions, "skills/get")?.get_skill(request, context).await
    }

    async fn read_resource_directory(
        &self,
        request: ReadResourceDirectoryRequestParams,
        context: Context,
    ) -> Result<ReadResourceDirectoryResult, ErrorData> {
        let own = self.group(Group::Skills, &context.extensions, "resources/directory/read")?;
        own.read_resource_directory(request, context).await
    }

    async fn on_cancelled(&self, content: CancelledNotificationParam, context: Notified) {
        if let Some(own) = self.notified(Operation::Other, &context, "notifications/cancelled") {
            own.on_cancelled(content, context).await;
        }
    }

    async fn on_progress(&self, content: ProgressNotificationParam, context: Notified) {
        if let Some(own) = self.notified(Operation::Other, &context, "notifications/progress") {
            own.on_progress(content, context).await;
        }
    }

    async fn on_initialized(&self, context: Notified) {
        if let Some(own) = self.notified(Operation::Open, &context, "notifications/initialized") {
            if let Some(sessions) = self.0.sessions.as_ref().filter(|_| self.1.is_first()) {
                sessions.add(context.peer.clone());
            }
            own.on_initialized(context).await;
        }
    }

    async fn on_roots_list_changed(&self, context: Notified) {
        if let Some(own) = self.notified(Operation::Other, &context, "notifications/roots/list_changed") {
            own.on_roots_list_changed(context).await;
        }
    }

    async fn on_custom_notification(&self, content: CustomNotification, context: Notified) {
        if is_custom(&content.method)
            && let Ok(own) = self.group(Group::Custom, &context.extensions, "unknown notification")
        {
            own.on_custom_notification(content, context).await;
        }
    }
}
