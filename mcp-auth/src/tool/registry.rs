//! One server, assembled at start: its tools in one static table, its rules, its description. The server's type ends
//! here, so that everything behind is compiled once and not again in the user's crate.

use std::{collections::HashMap, sync::Arc};

use rmcp::model::{Implementation, Tool};
use serde_json::{Value, json};

use super::{OutcomeFuture, Server, ServerDefinition, ToolCall, ToolDefinition, schema};
use crate::{
    authorize::{Access, Catalog, Group, MAX_SCOPES, Policy, Rule, ScopeInfo},
    config::Problem,
    transport::OwnHandler,
};

/// Everything the request path asks about one server.
pub(crate) struct Registry {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) policy: Policy,
    pub(crate) tools: Vec<Tool>,
    index: HashMap<&'static str, usize>,
    calls: Box<dyn Calls>,
    pub(crate) own: Option<Arc<dyn OwnHandler>>,
    pub(crate) implementation: Implementation,
    pub(crate) instructions: Option<&'static str>,
    pub(crate) anonymous: bool,
}

impl Registry {
    pub(crate) fn new<S: Server>(server: S) -> Result<Self, Vec<Problem>> {
        let definition = S::DEFINITION;
        let all: Vec<&'static ToolDefinition<S>> = definition.tools.iter().copied().flatten().collect();
        let mut problems = Vec::new();
        let catalog = catalog(&definition, &all, &mut problems);
        let index = index(&all, &mut problems);
        if definition.anonymous && !definition.requires.is_empty() {
            problems.push(Problem::new(
                "#[server(anonymous, requires(…))]",
                "`anonymous` opens `initialize` and the lists, `requires` demands scopes for them",
                "keep one of the two",
            ));
        }
        problems.extend(all.iter().filter_map(|tool| schema::problem(tool)));
        if !problems.is_empty() {
            return Err(problems);
        }
        let rules = all.iter().map(|tool| (tool.name, &tool.access, argument_scopes(tool)));
        let policy =
            Policy::new(&catalog, definition.requires, definition.anonymous, &definition.groups, rules);
        let tools = all.iter().map(|tool| schema::tool(tool, security_schemes(&policy, tool.name))).collect();
        let server = Arc::new(server);
        Ok(Self {
            own: definition.handler.map(|handler| handler(Arc::clone(&server))),
            calls: Box::new(Erased { server, tools: all }),
            implementation: implementation(&definition),
            instructions: definition.instructions,
            anonymous: definition.anonymous,
            catalog: Arc::new(catalog),
            policy,
            tools,
            index,
        })
    }

    /// The scopes of the servers of a type.
    pub(crate) fn scopes_of<S: Server>() -> Result<Arc<Catalog>, Vec<Problem>> {
        let definition = S::DEFINITION;
        let all: Vec<&'static ToolDefinition<S>> = definition.tools.iter().copied().flatten().collect();
        let mut problems = Vec::new();
        let catalog = catalog(&definition, &all, &mut problems);
        if problems.is_empty() { Ok(Arc::new(catalog)) } else { Err(problems) }
    }

    /// A tool's own name and its place in [`tools`](Self::tools).
    pub(crate) fn find(&self, name: &str) -> Option<(&'static str, usize)> {
        self.index.get_key_value(name).map(|(name, index)| (*name, *index))
    }

    /// Runs the tool at `index`; the access decision has been taken.
    pub(crate) fn call<'a>(&'a self, index: usize, call: &'a ToolCall) -> OutcomeFuture<'a> {
        self.calls.call(index, call)
    }

    /// What people call the server.
    pub(crate) fn title(&self) -> Option<&str> {
        self.implementation.title.as_deref()
    }
}

/// The tools of a server whose type is forgotten.
trait Calls: Send + Sync {
    fn call<'a>(&'a self, index: usize, call: &'a ToolCall) -> OutcomeFuture<'a>;
}

struct Erased<S: 'static> {
    server: Arc<S>,
    tools: Vec<&'static ToolDefinition<S>>,
}

impl<S: Server> Calls for Erased<S> {
    fn call<'a>(&'a self, index: usize, call: &'a ToolCall) -> OutcomeFuture<'a> {
        (self.tools[index].call)(&self.server, call)
    }
}

fn argument_scopes<S>(tool: &ToolDefinition<S>) -> Vec<ScopeInfo> {
    tool.argument_scopes.iter().copied().flatten().copied().collect()
}

/// The declared scopes first, then what the tools and groups use.
fn catalog<S>(
    definition: &ServerDefinition<S>,
    tools: &[&ToolDefinition<S>],
    problems: &mut Vec<Problem>,
) -> Catalog {
    let of_groups = Group::ALL.map(|group| group.access(&definition.groups));
    let words = definition.scopes.iter().chain(definition.requires).copied();
    let of_tools = tools.iter().flat_map(|tool| tool.access.words().chain(argument_scopes(tool)));
    let of_groups = of_groups.iter().flatten().flat_map(Access::words);
    let catalog = Catalog::new(words.chain(of_tools).chain(of_groups));
    if catalog.words().len() > MAX_SCOPES {
        problems.push(Problem::new(
            "#[server(scopes(…))]",
            format!("{} scopes are declared", catalog.words().len()),
            format!("declare at most {MAX_SCOPES}"),
        ));
    }
    catalog
}

fn index<S>(tools: &[&ToolDefinition<S>], problems: &mut Vec<Problem>) -> HashMap<&'static str, usize> {
    let mut index = HashMap::new();
    for (at, tool) in tools.iter().enumerate() {
        if index.insert(tool.name, at).is_some() {
            problems.push(Problem::new(
                format!("#[tool(name = \"{}\")]", tool.name),
                "two tools have this name",
                "rename one of them",
            ));
        }
    }
    index
}

fn implementation<S>(definition: &ServerDefinition<S>) -> Implementation {
    let mut implementation = Implementation::new(definition.name, definition.version);
    implementation.title = definition.title.map(str::to_owned);
    implementation.icons = definition.icons.map(|icons| icons());
    implementation
}

/// The tool's access in the words of SEP-1488.
fn security_schemes(policy: &Policy, tool: &str) -> Value {
    match policy.tool(tool) {
        Some(rule) if rule.is_public() => json!([{ "type": "noauth" }, { "type": "oauth2", "scopes": [] }]),
        rule => {
            json!([{ "type": "oauth2", "scopes": rule.map(Rule::wanted).unwrap_or_default() }])
        }
    }
}
