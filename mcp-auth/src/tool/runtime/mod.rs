//! Tools that come and go while the server runs.

mod access;
mod error;
mod live;
mod run;

use std::{collections::HashSet, future::Future, marker::PhantomData, sync::Arc};

use rmcp::{
    handler::server::router::tool::{ToolRoute, ToolRouter},
    model::{JsonObject, Tool},
};
use serde_json::Value;

pub use access::Access;
pub use error::AddToolError;
pub(crate) use live::Live;
pub(super) use run::Compiled;

use self::{
    access::Undeclared,
    run::{Handler, Route},
};
use super::{
    IntoToolResult, Server, ToolCall, ToolFailure,
    assembly::Assembly,
    table::{Entry, Run, Table},
};
use crate::authorize::Rule;

/// Tools that are added to a server, and removed from it, while it runs.
///
/// A handle is cheap to clone. It is given to the server in the call that serves, by
/// [`Server::with_tools`]; tools can be added before and after that. Each comes with its access
/// decision, and is called in the same way as a compiled tool. Clients that can be told are told of every change
/// (`notifications/tools/list_changed`).
///
/// ```
/// use mcp_auth::{Access, AddToolError, RuntimeTools, ToolCall, prelude::*};
/// use mcp_auth::rmcp::model::{JsonObject, Tool};
///
/// struct Notes;
///
/// #[server(resource = "https://notes.example.com/mcp", scopes("notes:read"))]
/// impl Notes {}
///
/// fn add_greeting(tools: &RuntimeTools<Notes>) -> Result<(), AddToolError> {
///     let input = [("type".to_owned(), "object".into())].into_iter().collect::<JsonObject>();
///     let tool = Tool::new("greet", "Says hello.", input);
///     tools.add(tool, Access::scopes(["notes:read"]), async |_server, call: ToolCall| {
///         format!("hello {}", call.auth().map_or("stranger", |user| user.subject()))
///     })
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let tools = RuntimeTools::new();
/// add_greeting(&tools)?;
/// let auth = Auth::builder().issuer(Issuer::new("https://auth.example.com")).build()?;
/// let router = auth.router(Notes.with_tools(&tools))?;
/// # drop(router);
/// assert!(tools.remove("greet"));
/// # Ok(())
/// # }
/// ```
pub struct RuntimeTools<S: 'static> {
    live: Arc<Live>,
    assembly: Arc<Assembly>,
    server: PhantomData<fn(&S)>,
}

impl<S> Clone for RuntimeTools<S> {
    fn clone(&self) -> Self {
        Self { live: Arc::clone(&self.live), assembly: Arc::clone(&self.assembly), server: PhantomData }
    }
}

impl<S: Server> Default for RuntimeTools<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> std::fmt::Debug for RuntimeTools<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RuntimeTools").field("names", &self.names()).finish_non_exhaustive()
    }
}

impl<S> RuntimeTools<S> {
    /// The names of all tools that the server has now, the compiled ones first.
    pub fn names(&self) -> Vec<String> {
        self.live.table().entries().iter().map(|entry| entry.name().into_owned()).collect()
    }

    pub(crate) fn live(&self) -> &Arc<Live> {
        &self.live
    }
}

impl<S: Server> RuntimeTools<S> {
    /// A handle for a server of this type; so far it has the tools of its `#[server]` block.
    pub fn new() -> Self {
        // What is wrong with the block keeps the server from starting.
        let (assembly, entries) = Assembly::new::<S>(&mut Vec::new());
        let live = Live::new(assembly.table(entries));
        Self { live: Arc::new(live), assembly: Arc::new(assembly), server: PhantomData }
    }

    /// Adds a tool. `handler` gets the server and the call, and answers like any tool: with everything that is
    /// [`IntoToolResult`].
    ///
    /// # Errors
    ///
    /// [`AddToolError`]; then nothing has changed.
    pub fn add<H, F>(&self, tool: impl Into<Tool>, access: Access, handler: H) -> Result<(), AddToolError>
    where
        H: Fn(Arc<S>, ToolCall) -> F + Send + Sync + 'static,
        F: Future + Send + 'static,
        F::Output: IntoToolResult<Error: ToolFailure> + 'static,
    {
        let run = Handler::<S, H, F::Output>::new(handler);
        self.insert(vec![(tool.into(), access, Box::new(run))])
    }

    /// Adds a tool of rmcp's. Its own extractors work; so does [`AuthInfo`](crate::AuthInfo).
    ///
    /// # Errors
    ///
    /// [`AddToolError`]; then nothing has changed.
    pub fn add_route(&self, route: ToolRoute<S>, access: Access) -> Result<(), AddToolError> {
        self.insert(vec![self::route(route, access)])
    }

    /// Adds every tool of an rmcp router that is not disabled, and asks `access` about each. Either all are added or
    /// none.
    ///
    /// # Errors
    ///
    /// [`AddToolError`] of the first tool that cannot be added, in the order of their names.
    pub fn add_router(
        &self,
        router: ToolRouter<S>,
        access: impl Fn(&Tool) -> Access,
    ) -> Result<(), AddToolError> {
        let mut routes: Vec<ToolRoute<S>> = router.into_iter().collect();
        routes.sort_by(|a, b| a.attr.name.cmp(&b.attr.name));
        let routes = routes.into_iter().map(|one| {
            let access = access(&one.attr);
            route(one, access)
        });
        self.insert(routes.collect())
    }

    /// Removes a tool that was added; `false` if there is none of this name. Calls of it that run now end normally.
    pub fn remove(&self, name: &str) -> bool {
        let removed = self.live.change(|table| {
            let entries = table.entries();
            let found = entries.iter().skip(self.assembly.compiled()).any(|entry| entry.name() == name);
            let left = || entries.iter().filter(|entry| entry.name() != name).cloned().collect();
            if found { Ok(self.assembly.table(left())) } else { Err(()) }
        });
        removed.is_ok()
    }

    fn insert(&self, tools: Vec<Added>) -> Result<(), AddToolError> {
        if tools.is_empty() {
            return Ok(());
        }
        self.live.change(|table| self.assembly.with(table, tools))
    }
}

/// A tool on its way into a table.
pub(super) type Added = (Tool, Access, Box<dyn Run>);

fn route<S: Server>(route: ToolRoute<S>, access: Access) -> Added {
    (route.attr.clone(), access, Box::new(Route(route)))
}

impl Assembly {
    /// `table` and these tools.
    fn with(&self, table: &Table, tools: Vec<Added>) -> Result<Table, AddToolError> {
        let mut entries = table.entries().to_vec();
        let mut added = HashSet::new();
        for (tool, access, run) in tools {
            let name = tool.name.clone().into_owned();
            if table.entry(&name).is_some() || !added.insert(tool.name.clone()) {
                return Err(AddToolError::NameTaken { name });
            }
            if !is_name(&name) {
                return Err(AddToolError::NameNotAllowed { name });
            }
            if let Some(problem) = schema_problem(&tool) {
                return Err(AddToolError::Schema { name, problem });
            }
            let rule = self.rule(&access).map_err(|undeclared| match undeclared {
                Undeclared::Nothing => AddToolError::NoScope { name },
                Undeclared::Scope(scope) => {
                    AddToolError::UnknownScope { name, scope, declared: self.scopes() }
                }
            })?;
            entries.push(Arc::new(Entry::new(tool, rule, run)));
        }
        Ok(self.table(entries))
    }

    fn rule(&self, access: &Access) -> Result<Rule, Undeclared> {
        access.rule(self.requires(), self.catalog())
    }

    fn scopes(&self) -> Vec<String> {
        self.catalog().words().iter().map(|word| (*word).to_owned()).collect()
    }
}

/// What the protocol says of tool names; the macros check the same.
fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    (1..=128).contains(&name.len()) && name.bytes().all(allowed)
}

/// Clients take schemas of objects only, and drop a whole list for one that is something else.
fn schema_problem(tool: &Tool) -> Option<String> {
    let is_object = |schema: &JsonObject| schema.get("type").and_then(Value::as_str) == Some("object");
    if !is_object(&tool.input_schema) {
        return Some("the input schema must say `\"type\": \"object\"`".to_owned());
    }
    let members = ["properties", "$defs"]
        .into_iter()
        .find(|member| tool.input_schema.get(*member).is_some_and(|value| !value.is_object()));
    members.map(|member| format!("`{member}` of the input schema must be an object"))
}
