//! One server, assembled at start: its tools, its rules, its description. The server's type ends here, so that
//! everything behind is compiled once and not again in the user's crate.

use std::{ops::Deref, sync::Arc};

use rmcp::model::Implementation;

use super::{
    IntoServer, OutcomeFuture, Server, ServerDefinition, ToolAudit, ToolCall,
    assembly::Assembly,
    runtime::Live,
    table::{AnyServer, Entry, Table},
};
use crate::{
    authorize::{Caller, Catalog, Operation, Policy, Rule},
    config::Problem,
    transport::OwnHandler,
};

/// Everything the request path asks about one server.
pub(crate) struct Registry {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) policy: Arc<Policy>,
    tools: Tools,
    server: AnyServer,
    pub(crate) own: Option<Arc<dyn OwnHandler>>,
    pub(crate) implementation: Implementation,
    pub(crate) instructions: Option<&'static str>,
    pub(crate) anonymous: bool,
    /// Where decisions are told, and for which resource; `None` on stdin and stdout.
    pub(crate) audit: Option<ToolAudit>,
    /// Whose tokens its tools take.
    #[cfg(feature = "authorization-server")]
    pub(crate) upstreams: &'static [super::UpstreamDefinition],
    /// What every request needs.
    #[cfg(feature = "authorization-server")]
    pub(crate) requires: &'static [crate::ScopeInfo],
}

/// A server without tools at run time pays nothing for those of others.
enum Tools {
    Fixed(Box<Table>),
    Live(Arc<Live>),
}

/// The tools as they are now.
pub(crate) enum Snapshot<'a> {
    Fixed(&'a Table),
    Live(Arc<Table>),
}

impl Deref for Snapshot<'_> {
    type Target = Table;

    fn deref(&self) -> &Table {
        match self {
            Self::Fixed(table) => table,
            Self::Live(table) => table,
        }
    }
}

impl Registry {
    pub(crate) fn new<I: IntoServer>(server: I) -> Result<Self, Vec<Problem>> {
        let (server, added) = server.into_server();
        let definition = I::Server::DEFINITION;
        let mut problems = Vec::new();
        let (assembly, entries) = Assembly::new::<I::Server>(&mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        let server = Arc::new(server);
        let own = definition.handler.map(|handler| handler(Arc::clone(&server)));
        let tools = match &added {
            Some(handle) => Tools::Live(Arc::clone(handle.live())),
            None => Tools::Fixed(Box::new(assembly.table(entries))),
        };
        Ok(Self::of(&definition.forget(), &assembly, tools, server, own))
    }

    fn of(
        definition: &ServerDefinition<()>,
        assembly: &Assembly,
        tools: Tools,
        server: AnyServer,
        own: Option<Arc<dyn OwnHandler>>,
    ) -> Self {
        Self {
            own,
            server,
            catalog: Arc::clone(assembly.catalog()),
            policy: Arc::clone(assembly.policy()),
            tools,
            implementation: implementation(definition),
            instructions: definition.instructions,
            anonymous: definition.anonymous,
            audit: None,
            #[cfg(feature = "authorization-server")]
            upstreams: definition.upstreams,
            #[cfg(feature = "authorization-server")]
            requires: definition.requires,
        }
    }

    /// The scopes of the servers of a type.
    pub(crate) fn scopes_of<S: Server>() -> Result<Arc<Catalog>, Vec<Problem>> {
        let mut problems = Vec::new();
        let (assembly, _) = Assembly::new::<S>(&mut problems);
        if problems.is_empty() { Ok(Arc::clone(assembly.catalog())) } else { Err(problems) }
    }

    /// The tools; whoever holds them sees no change.
    pub(crate) fn table(&self) -> Snapshot<'_> {
        match &self.tools {
            Tools::Fixed(table) => Snapshot::Fixed(table),
            Tools::Live(live) => Snapshot::Live(live.table()),
        }
    }

    /// Where changes of the tools are announced; `None` if there are none.
    pub(crate) fn live(&self) -> Option<&Arc<Live>> {
        match &self.tools {
            Tools::Fixed(_) => None,
            Tools::Live(live) => Some(live),
        }
    }

    /// The rule of `operation`. A tool that `caller` may not know of has that of a name that does not exist.
    pub(crate) fn rule<'a>(
        &'a self,
        table: &'a Table,
        operation: Operation<'_>,
        caller: &Caller,
    ) -> &'a Rule {
        match operation {
            Operation::Tool(name) => match table.find(name, caller) {
                Some(entry) => entry.rule(),
                None => self.policy.rule(operation),
            },
            _ => self.policy.rule(operation),
        }
    }

    /// Runs the tool; the access decision has been taken.
    pub(crate) fn call<'a>(&'a self, entry: &'a Entry, call: &'a ToolCall) -> OutcomeFuture<'a> {
        entry.run(&self.server, call)
    }

    /// Opens what `#[server(anonymous)]` opens: where nobody can sign in, a list that asks for it says nothing.
    #[cfg(feature = "stdio")]
    pub(crate) fn open_lists(&mut self) {
        self.anonymous = true;
        self.policy = Arc::new(self.policy.with_open_lists());
    }

    /// What people call the server.
    pub(crate) fn title(&self) -> Option<&str> {
        self.implementation.title.as_deref()
    }
}

fn implementation(definition: &ServerDefinition<()>) -> Implementation {
    let mut implementation = Implementation::new(definition.name, definition.version);
    implementation.title = definition.title.map(str::to_owned);
    implementation.icons = definition.icons.map(|icons| icons());
    implementation
}
