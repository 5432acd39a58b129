//! What a `#[server]` block says, checked: the part that all tables of a server share.

use std::{collections::HashSet, sync::Arc};

use super::{
    ListPolicy, Server, ServerDefinition, ToolDefinition,
    runtime::Compiled,
    schema,
    table::{Entry, Run, Table},
};
use crate::{
    authorize::{Access, Catalog, Group, MAX_SCOPES, Policy, Rule, ScopeInfo},
    config::Problem,
};

/// The scopes and rules of a server whose type is forgotten.
pub(crate) struct Assembly {
    catalog: Arc<Catalog>,
    policy: Arc<Policy>,
    requires: &'static [ScopeInfo],
    list: ListPolicy,
    compiled: usize,
}

impl Assembly {
    /// What `S` declares, and its compiled tools.
    pub(super) fn new<S: Server>(problems: &mut Vec<Problem>) -> (Self, Vec<Arc<Entry>>) {
        let definition = S::DEFINITION;
        let (mut tools, mut runs) = (Vec::new(), Vec::<Box<dyn Run>>::new());
        for block in definition.tools {
            for tool in *block {
                tools.push(tool.forget());
                runs.push(Box::new(Compiled(tool)));
            }
        }
        Self::of(&definition.forget(), &tools, runs, problems)
    }

    /// The same, compiled once: the type of the server is forgotten.
    fn of(
        definition: &ServerDefinition<()>,
        tools: &[ToolDefinition<()>],
        runs: Vec<Box<dyn Run>>,
        problems: &mut Vec<Problem>,
    ) -> (Self, Vec<Arc<Entry>>) {
        let catalog = catalog(definition, tools, problems);
        problems.extend(twice(tools));
        if definition.anonymous && !definition.requires.is_empty() {
            problems.push(Problem::new(
                "#[server(anonymous, requires(…))]",
                "`anonymous` opens `initialize` and the lists, `requires` demands scopes for them",
                "keep one of the two",
            ));
        }
        problems.extend(tools.iter().filter_map(schema::problem));
        let entries = tools.iter().zip(runs).map(|(tool, run)| {
            let extra: Vec<_> = definition.requires.iter().copied().chain(argument_scopes(tool)).collect();
            let rule = Rule::new(&tool.access, &extra, &catalog);
            let entry = Entry::new(schema::tool(tool), rule, run);
            let entry = entry.taking(tool.arguments);
            #[cfg(feature = "authorization-server")]
            let entry = entry.needing(tool.upstreams);
            Arc::new(entry)
        });
        let entries: Vec<_> = entries.collect();
        let policy = Policy::new(&catalog, definition.requires, definition.anonymous, &definition.groups);
        let assembly = Self {
            catalog: Arc::new(catalog),
            policy: Arc::new(policy),
            requires: definition.requires,
            list: definition.list,
            compiled: entries.len(),
        };
        (assembly, entries)
    }

    pub(crate) fn table(&self, entries: Vec<Arc<Entry>>) -> Table {
        Table::new(entries, self.list, &self.policy, &self.catalog)
    }

    pub(crate) fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    pub(crate) fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    pub(super) fn requires(&self) -> &'static [ScopeInfo] {
        self.requires
    }

    /// How many tools are compiled: the first of every table.
    pub(super) fn compiled(&self) -> usize {
        self.compiled
    }
}

fn argument_scopes(tool: &ToolDefinition<()>) -> Vec<ScopeInfo> {
    tool.argument_scopes.iter().copied().flatten().copied().collect()
}

/// The declared scopes first, then what the tools and groups use.
fn catalog(
    definition: &ServerDefinition<()>,
    tools: &[ToolDefinition<()>],
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

/// Tools whose name another one has.
fn twice(tools: &[ToolDefinition<()>]) -> Vec<Problem> {
    let mut names = HashSet::new();
    let twice = tools.iter().filter(|tool| !names.insert(tool.name));
    let problem = |tool: &ToolDefinition<()>| {
        let setting = format!("#[tool(name = \"{}\")]", tool.name);
        Problem::new(setting, "two tools have this name", "rename one of them")
    };
    twice.map(problem).collect()
}
