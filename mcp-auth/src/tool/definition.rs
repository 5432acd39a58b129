//! What the macros generate: a static table of tools, and one entry for the server.

use std::sync::Arc;

use rmcp::model::{CallToolResponse, Icon, JsonObject, MetaObject};

use super::{ListPolicy, OutcomeFuture, RuntimeTools, ToolCall, ToolError, WithTools};
use crate::{
    authorize::{Access, ScopeInfo},
    extract::{Ahead, ArgumentDefinition, Plan, Prepare, Prepared},
    transport::FindHandler,
};

#[cfg(feature = "authorization-server")]
pub use crate::upstream::UpstreamDefinition;

/// Without the feature `authorization-server` there are no upstreams.
#[cfg(not(feature = "authorization-server"))]
#[derive(Clone, Copy, Debug)]
pub enum UpstreamDefinition {}

/// What a tool answers.
pub type Outcome = Result<CallToolResponse, ToolError>;

/// Takes the arguments and begins with the function; what was made ahead is handed over.
pub type Begin<S> = for<'a> fn(&'a S, &'a ToolCall, &mut Prepared) -> Result<OutcomeFuture<'a>, ToolError>;

/// A server whose tools are protected; written by `#[server]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a server",
    label = "no `#[server]` block for this type",
    note = "write `#[mcp_auth::server(resource = \"https://…\")] impl {Self} {{ … }}`"
)]
pub trait Server: Sized + Send + Sync + 'static {
    /// Everything `#[server]` and its `#[tool]`s declare.
    #[doc(hidden)]
    const DEFINITION: ServerDefinition<Self>;

    /// The server, with tools that come and go while it runs.
    fn with_tools(self, tools: &RuntimeTools<Self>) -> WithTools<Self> {
        WithTools { server: self, tools: tools.clone() }
    }
}

/// One `#[server]` block.
pub struct ServerDefinition<S: 'static> {
    /// The resource URL of the attribute, verbatim; the `Auth` may override it.
    pub resource: Option<&'static str>,
    /// The implementation's name.
    pub name: &'static str,
    /// A title for people.
    pub title: Option<&'static str>,
    /// The implementation's version.
    pub version: &'static str,
    /// How a model should use this server.
    pub instructions: Option<&'static str>,
    /// Icons of the server.
    pub icons: Option<fn() -> Vec<Icon>>,
    /// The catalogue: every scope that exists here.
    pub scopes: &'static [ScopeInfo],
    /// Scopes demanded of every request, `initialize` and lists included.
    pub requires: &'static [ScopeInfo],
    /// Whether `initialize`, `server/discover`, `ping` and the lists are open without a token.
    pub anonymous: bool,
    /// What `tools/list` shows to whom.
    pub list: ListPolicy,
    /// Who may use what is not a tool.
    pub groups: Groups,
    /// The tools, one slice per block.
    pub tools: &'static [&'static [ToolDefinition<S>]],
    /// The user's own `impl ServerHandler`, if there is one.
    pub handler: Option<FindHandler<S>>,
    /// Whose tokens tools take.
    pub upstreams: &'static [UpstreamDefinition],
}

impl<S> ServerDefinition<S> {
    /// What stands in where `#[server]` reported errors, so that nothing else reports them again.
    pub const STAND_IN: Self = Self {
        resource: None,
        name: "",
        title: None,
        version: "",
        instructions: None,
        icons: None,
        scopes: &[],
        requires: &[],
        anonymous: false,
        list: ListPolicy::ACQUIRABLE,
        groups: Groups::NONE,
        tools: &[],
        handler: None,
        upstreams: &[],
    };
}

impl<S> ServerDefinition<S> {
    /// The same without what needs the server's type, for code that is compiled once and not for each server.
    pub(crate) const fn forget(&self) -> ServerDefinition<()> {
        ServerDefinition {
            resource: self.resource,
            name: self.name,
            title: self.title,
            version: self.version,
            instructions: self.instructions,
            icons: self.icons,
            scopes: self.scopes,
            requires: self.requires,
            anonymous: self.anonymous,
            list: self.list,
            groups: self.groups,
            tools: &[],
            handler: None,
            upstreams: self.upstreams,
        }
    }
}

/// Who may use the methods that are not tools. `None`: nobody, the methods are refused.
#[derive(Clone, Copy, Debug, Default)]
pub struct Groups {
    /// `prompts/list`, `prompts/get`.
    pub prompts: Option<Access>,
    /// `resources/list`, `resources/templates/list`, `resources/read`.
    pub resources: Option<Access>,
    /// `completion/complete`.
    pub completions: Option<Access>,
    /// `subscriptions/listen`, `resources/subscribe`, `resources/unsubscribe`.
    pub subscriptions: Option<Access>,
    /// `tasks/get`, `tasks/update`, `tasks/cancel`.
    pub tasks: Option<Access>,
    /// `skills/list`, `skills/get`, `resources/directory/read`.
    pub skills: Option<Access>,
    /// `logging/setLevel`.
    pub logging: Option<Access>,
    /// Methods and notifications that the protocol does not know.
    pub custom: Option<Access>,
}

impl Groups {
    /// Nothing but tools.
    pub const NONE: Self = Self {
        prompts: None,
        resources: None,
        completions: None,
        subscriptions: None,
        tasks: None,
        skills: None,
        logging: None,
        custom: None,
    };
}

/// One `#[tool]`.
pub struct ToolDefinition<S: 'static> {
    /// The name that clients call.
    pub name: &'static str,
    /// A title for people.
    pub title: Option<&'static str>,
    /// What the tool does, for the model.
    pub description: Option<&'static str>,
    /// The access word.
    pub access: Access,
    /// Scopes that the arguments require, one slice per argument.
    pub argument_scopes: &'static [&'static [ScopeInfo]],
    /// Scopes that the arguments look at and do not require, one slice per argument.
    pub optional_scopes: &'static [&'static [ScopeInfo]],
    /// Hints about what the tool does.
    pub annotations: Annotations,
    /// Icons of the tool.
    pub icons: Option<fn() -> Vec<Icon>>,
    /// Additional metadata.
    pub meta: Option<fn() -> MetaObject>,
    /// The arguments, extractors included, in the order of the function.
    pub arguments: &'static [ArgumentDefinition],
    /// The schema of the structured result.
    pub output: fn() -> Option<Arc<JsonObject>>,
    /// What it needs at providers.
    pub upstreams: &'static [UpstreamDefinition],
    /// How the arguments are made ahead, where one of them has to be waited for.
    pub prepare: &'static [&'static dyn Prepare<S>],
    /// Takes the arguments and runs the function. Access has been decided before.
    pub call: Begin<S>,
}

impl<S> ToolDefinition<S> {
    /// The same tool on a server that holds an `S`; `call` finds the `S` in it.
    pub const fn on<T: 'static>(&self, call: Begin<T>) -> ToolDefinition<T> {
        ToolDefinition {
            name: self.name,
            title: self.title,
            description: self.description,
            access: self.access,
            argument_scopes: self.argument_scopes,
            optional_scopes: self.optional_scopes,
            annotations: self.annotations,
            icons: self.icons,
            meta: self.meta,
            arguments: self.arguments,
            output: self.output,
            upstreams: self.upstreams,
            prepare: &[],
            call,
        }
    }
}

impl<S> ToolDefinition<S> {
    /// The same without what needs the server's type. It cannot be called.
    pub(crate) const fn forget(&self) -> ToolDefinition<()> {
        self.on(|(), _, _| Err(ToolError::opaque("a tool without its server was called")))
    }
}

impl<S: Sync> ToolDefinition<S> {
    /// Runs the tool. Access has been decided before.
    pub(crate) fn run<'a>(&'a self, server: &'a S, call: &'a ToolCall) -> OutcomeFuture<'a> {
        let plan = Ahead { server, call, arguments: self.prepare };
        if plan.len() == 0 {
            return (self.call)(server, call, &mut Prepared::default())
                .unwrap_or_else(|error| OutcomeFuture::ready(Err(error)));
        }
        OutcomeFuture::new(async move {
            let mut prepared = Prepared::make(&plan).await?;
            (self.call)(server, call, &mut prepared)?.await
        })
    }
}

/// Hints about a tool (MCP `ToolAnnotations`); `None` says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Annotations {
    /// A title for people; older than the tool's own `title`.
    pub title: Option<&'static str>,
    /// The tool changes nothing.
    pub read_only: Option<bool>,
    /// The tool may destroy something.
    pub destructive: Option<bool>,
    /// Calling it twice is as calling it once.
    pub idempotent: Option<bool>,
    /// The tool reaches beyond a closed world.
    pub open_world: Option<bool>,
}

impl Annotations {
    /// No hint at all.
    pub const NONE: Self =
        Self { title: None, read_only: None, destructive: None, idempotent: None, open_world: None };
}
