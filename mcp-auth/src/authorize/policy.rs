//! Which rule an operation meets. The gate in front and the forwarder behind ask the same policy.

use super::{Access, Catalog, Rule, ScopeInfo};
use crate::tool::Groups;

/// What a JSON-RPC message asks for, as far as authorization cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation<'a> {
    /// `tools/call` of this tool.
    Tool(&'a str),
    /// What `#[server(anonymous)]` opens: `initialize`, `server/discover`, `ping`, `tools/list` and the notification
    /// that ends the handshake.
    Open,
    /// A method of one of the groups.
    Group(Group),
    /// Notifications of the protocol, and answers to the server's own questions.
    Other,
}

/// A group of methods that are not tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    Prompts,
    Resources,
    Completions,
    Subscriptions,
    Tasks,
    Skills,
    Logging,
    Custom,
}

impl<'a> Operation<'a> {
    /// The operation of a message; `tool` is `params.name` of a `tools/call`.
    pub(crate) fn of(method: Option<&str>, tool: Option<&'a str>) -> Self {
        match (method, tool) {
            (Some("tools/call"), Some(tool)) => Self::Tool(tool),
            (
                Some("initialize" | "notifications/initialized" | "server/discover" | "ping" | "tools/list"),
                _,
            ) => Self::Open,
            // A `tools/call` that names no tool runs none; whoever may speak here learns that from rmcp.
            (
                None
                | Some(
                    "tools/call"
                    | "notifications/cancelled"
                    | "notifications/progress"
                    | "notifications/roots/list_changed",
                ),
                _,
            ) => Self::Other,
            (Some(method), _) => Self::Group(Group::of(method)),
        }
    }
}

impl Group {
    fn of(method: &str) -> Self {
        match method {
            "prompts/list" | "prompts/get" => Self::Prompts,
            "resources/list" | "resources/templates/list" | "resources/read" => Self::Resources,
            "completion/complete" => Self::Completions,
            "subscriptions/listen" | "resources/subscribe" | "resources/unsubscribe" => Self::Subscriptions,
            "tasks/get" | "tasks/update" | "tasks/cancel" => Self::Tasks,
            "skills/list" | "skills/get" | "resources/directory/read" => Self::Skills,
            "logging/setLevel" => Self::Logging,
            _ => Self::Custom,
        }
    }

    /// Who may use it; `None`: nobody.
    pub(crate) fn access(self, groups: &Groups) -> Option<Access> {
        match self {
            Self::Prompts => groups.prompts,
            Self::Resources => groups.resources,
            Self::Completions => groups.completions,
            Self::Subscriptions => groups.subscriptions,
            Self::Tasks => groups.tasks,
            Self::Skills => groups.skills,
            Self::Logging => groups.logging,
            Self::Custom => groups.custom,
        }
    }

    pub(crate) const ALL: [Self; 8] = [
        Self::Prompts,
        Self::Resources,
        Self::Completions,
        Self::Subscriptions,
        Self::Tasks,
        Self::Skills,
        Self::Logging,
        Self::Custom,
    ];
}

/// The rules of one server that its tools do not bring themselves.
pub(crate) struct Policy {
    groups: [Option<Rule>; Group::ALL.len()],
    open: Rule,
    base: Rule,
}

impl Policy {
    pub(crate) fn new(catalog: &Catalog, requires: &[ScopeInfo], anonymous: bool, groups: &Groups) -> Self {
        let base = Rule::new(&Access::AUTHENTICATED, requires, catalog);
        let rule = |access: Access| Rule::new(&access, requires, catalog);
        Self {
            groups: Group::ALL.map(|group| group.access(groups).map(rule)),
            open: if anonymous { Rule::public() } else { base.clone() },
            base,
        }
    }

    /// The same rules, and open what `#[server(anonymous)]` opens.
    #[cfg(feature = "stdio")]
    pub(crate) fn with_open_lists(&self) -> Self {
        Self { groups: self.groups.clone(), open: Rule::public(), base: self.base.clone() }
    }

    /// The rule of a group; `None` where nobody may.
    pub(crate) fn group(&self, group: Group) -> Option<&Rule> {
        self.groups[group as usize].as_ref()
    }

    /// The rule that stands for `operation`. What does not exist here meets the base rule: whoever passes it may learn
    /// from the dispatcher that there is no such thing. A tool that does exist brings its own rule.
    pub(crate) fn rule(&self, operation: Operation<'_>) -> &Rule {
        match operation {
            Operation::Open => &self.open,
            Operation::Group(group) => self.group(group).unwrap_or(&self.base),
            Operation::Tool(_) | Operation::Other => &self.base,
        }
    }

    /// Whether any request but the call of a tool can succeed without a token.
    pub(crate) fn admits_anonymous(&self) -> bool {
        self.open.is_public() || self.groups.iter().flatten().any(Rule::is_public)
    }

    /// What a first sign-in should ask for: the scopes demanded of everybody; where there are none, those that every
    /// guarded tool needs; where there are none either, all that the tools ask for.
    pub(crate) fn first_sign_in<'a>(
        &self,
        catalog: &Catalog,
        tools: impl Iterator<Item = &'a Rule>,
    ) -> Vec<&'static str> {
        if !self.base.wanted().is_empty() {
            return self.base.wanted().to_vec();
        }
        let guarded: Vec<&Rule> = tools.filter(|rule| !rule.wanted().is_empty()).collect();
        let every = |word: &&'static str| guarded.iter().all(|rule| rule.wanted().contains(word));
        let some = |word: &&'static str| guarded.iter().any(|rule| rule.wanted().contains(word));
        let in_order = |keep: &dyn Fn(&&'static str) -> bool| {
            catalog.words().iter().copied().filter(|word| keep(word)).collect::<Vec<_>>()
        };
        let common = in_order(&every);
        if common.is_empty() || guarded.is_empty() { in_order(&some) } else { common }
    }
}
