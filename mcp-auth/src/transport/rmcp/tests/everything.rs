//! A user's server that would answer every method, and keeps book of what ran.

#![expect(deprecated, reason = "clients of older protocol versions still log and subscribe this way")]

use std::{
    borrow::Cow,
    sync::{Arc, Mutex},
};

use mcp_auth_macros::server;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, CancelTaskParams,
        CancelledNotificationParam, CompleteRequestParams, CompleteResult, CustomNotification, CustomRequest,
        CustomResult, DiscoverResult, ErrorCode, GetPromptRequestParams, GetPromptResponse,
        GetSkillRequestParams, GetSkillResult, GetTaskParams, GetTaskResult, InitializeRequestParams,
        InitializeResult, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
        ListSkillsResult, ListToolsResult, PaginatedRequestParams, ProgressNotificationParam,
        ProtocolVersion, ReadResourceDirectoryRequestParams, ReadResourceDirectoryResult,
        ReadResourceRequestParams, ReadResourceResponse, ServerCapabilities, ServerConfig,
        SetLevelRequestParams, SubscribeRequestParams, SubscriptionFilter, Tool, UnsubscribeRequestParams,
        UpdateTaskParams,
    },
    service::{NotificationContext, RequestContext, SubscriptionContext},
};
use serde_json::json;

/// What of the user's code ran, in order.
#[derive(Clone, Default)]
pub(super) struct Ran(Arc<Mutex<Vec<&'static str>>>);

impl Ran {
    pub(super) fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    fn note(&self, name: &'static str) {
        self.0.lock().unwrap().push(name);
    }
}

/// One handler for servers of different declarations.
#[derive(Clone, Default)]
pub(super) struct Everything<const DECLARATION: u8>(pub(super) Ran);

/// Declares nothing but tools.
pub(super) type Tools = Everything<0>;
/// Declares every group, each with another access word.
pub(super) type Groups = Everything<1>;
/// Opens `initialize` and the lists, and every group to everybody.
pub(super) type Open = Everything<2>;
/// Demands a scope of every request.
pub(super) type Demanding = Everything<3>;

#[server(crate = "crate", scopes("a", "b", "c"))]
impl Tools {
    #[tool(public)]
    fn open(&self) {
        self.0.note("open");
    }

    #[tool(authenticated)]
    fn signed_in(&self) {
        self.0.note("signed_in");
    }

    #[tool(scopes = "a")]
    fn one(&self) {
        self.0.note("one");
    }

    #[tool(scopes("a", "b"))]
    fn both(&self) {
        self.0.note("both");
    }

    #[tool(any_of("b", "c"))]
    fn either(&self) {
        self.0.note("either");
    }
}

#[server(
    crate = "crate",
    scopes("a", "b", "c"),
    prompts(public),
    resources(authenticated),
    completions(scopes = "a"),
    subscriptions(any_of("b", "c")),
    tasks(scopes("a", "b")),
    skills(scopes = "b"),
    logging(scopes = "a"),
    custom(scopes = "b")
)]
impl Groups {}

#[server(
    crate = "crate",
    anonymous,
    prompts(public),
    resources(public),
    completions(public),
    subscriptions(public),
    tasks(public),
    skills(public),
    logging(public),
    custom(public)
)]
impl Open {
    #[tool(public)]
    fn open(&self) {
        self.0.note("open");
    }
}

#[server(crate = "crate", requires("a"), prompts(authenticated))]
impl Demanding {
    #[tool(public)]
    fn open(&self) {
        self.0.note("open");
    }

    #[tool(authenticated)]
    fn signed_in(&self) {
        self.0.note("signed_in");
    }
}

/// The user's handler says this, and nothing else does.
pub(super) const THEIRS: &str = "the user's own answer";

fn theirs<T>() -> Result<T, ErrorData> {
    Err(ErrorData::new(ErrorCode(-1), THEIRS, None))
}

/// Methods that only say that they ran.
macro_rules! noted {
    ($($method:ident($params:ty) -> $result:ty;)+) => {$(
        async fn $method(&self, _: $params, _: RequestContext<RoleServer>) -> Result<$result, ErrorData> {
            self.0.note(stringify!($method));
            theirs()
        }
    )+};
}

impl<const DECLARATION: u8> ServerHandler for Everything<DECLARATION> {
    noted! {
        complete(CompleteRequestParams) -> CompleteResult;
        set_level(SetLevelRequestParams) -> ();
        get_prompt(GetPromptRequestParams) -> GetPromptResponse;
        list_prompts(Option<PaginatedRequestParams>) -> ListPromptsResult;
        list_resources(Option<PaginatedRequestParams>) -> ListResourcesResult;
        list_resource_templates(Option<PaginatedRequestParams>) -> ListResourceTemplatesResult;
        read_resource(ReadResourceRequestParams) -> ReadResourceResponse;
        subscribe(SubscribeRequestParams) -> ();
        unsubscribe(UnsubscribeRequestParams) -> ();
        on_custom_request(CustomRequest) -> CustomResult;
        get_task(GetTaskParams) -> GetTaskResult;
        update_task(UpdateTaskParams) -> ();
        cancel_task(CancelTaskParams) -> ();
        list_skills(Option<PaginatedRequestParams>) -> ListSkillsResult;
        get_skill(GetSkillRequestParams) -> GetSkillResult;
        read_resource_directory(ReadResourceDirectoryRequestParams) -> ReadResourceDirectoryResult;
    }

    /// The way around every check, if it ever ran.
    async fn call_tool(
        &self,
        _: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.0.note("call_tool");
        Ok(CallToolResult::structured(json!({ "from": THEIRS })).into())
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        self.0.note("list_tools");
        theirs()
    }

    fn get_tool(&self, _: &str) -> Option<Tool> {
        self.0.note("get_tool");
        None
    }

    async fn initialize(
        &self,
        request: InitializeRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        self.0.note("initialize");
        self.negotiate_initialize(&request)
    }

    async fn discover(&self, _: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        self.0.note("discover");
        let versions = self.supported_protocol_versions().into_owned();
        Ok(DiscoverResult::from_server_info(versions, self.get_info()))
    }

    async fn ping(&self, _: RequestContext<RoleServer>) -> Result<(), ErrorData> {
        self.0.note("ping");
        Ok(())
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        self.0.note("accepted_subscription_filter");
        Some(requested.clone())
    }

    async fn listen(&self, _: SubscriptionContext) -> Result<(), ErrorData> {
        self.0.note("listen");
        theirs()
    }

    async fn on_cancelled(&self, _: CancelledNotificationParam, _: NotificationContext<RoleServer>) {
        self.0.note("on_cancelled");
    }

    async fn on_progress(&self, _: ProgressNotificationParam, _: NotificationContext<RoleServer>) {
        self.0.note("on_progress");
    }

    async fn on_initialized(&self, _: NotificationContext<RoleServer>) {
        self.0.note("on_initialized");
    }

    async fn on_roots_list_changed(&self, _: NotificationContext<RoleServer>) {
        self.0.note("on_roots_list_changed");
    }

    async fn on_custom_notification(&self, _: CustomNotification, _: NotificationContext<RoleServer>) {
        self.0.note("on_custom_notification");
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Borrowed(ProtocolVersion::KNOWN_VERSIONS)
    }

    fn get_info(&self) -> ServerConfig {
        let capabilities = json!({
            "prompts": { "listChanged": true },
            "resources": { "subscribe": true, "listChanged": true },
            "completions": {},
            "logging": {},
            "tools": { "listChanged": true },
            "extensions": {
                "io.modelcontextprotocol/tasks": {},
                "io.modelcontextprotocol/skills": { "directoryRead": true },
                "com.example/own": {},
            },
        });
        let capabilities: ServerCapabilities = serde_json::from_value(capabilities).unwrap();
        ServerConfig::new(capabilities)
    }
}
