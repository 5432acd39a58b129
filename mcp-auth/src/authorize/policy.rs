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

#[cfg(test)]
mod tests {
    use super::*;

    const A: ScopeInfo = ScopeInfo::new("a");
    const B: ScopeInfo = ScopeInfo::new("b");
    const C: ScopeInfo = ScopeInfo::new("c");

    fn catalog() -> Catalog {
        Catalog::new([A, B, C])
    }

    #[test]
    fn every_method_belongs_to_its_group() {
        for (group, methods) in [
            (Group::Prompts, &["prompts/list", "prompts/get"][..]),
            (Group::Resources, &["resources/list", "resources/templates/list", "resources/read"]),
            (Group::Completions, &["completion/complete"]),
            (Group::Subscriptions, &["subscriptions/listen", "resources/subscribe", "resources/unsubscribe"]),
            (Group::Tasks, &["tasks/get", "tasks/update", "tasks/cancel"]),
            (Group::Skills, &["skills/list", "skills/get", "resources/directory/read"]),
            (Group::Logging, &["logging/setLevel"]),
            (Group::Custom, &["acme/run", "notifications/acme", "Prompts/list", "ping ", ""]),
        ] {
            for method in methods {
                assert_eq!(Operation::of(Some(method), None), Operation::Group(group), "{method}");
                // Only a `tools/call` names a tool.
                assert_eq!(Operation::of(Some(method), Some("tool")), Operation::Group(group), "{method}");
            }
        }
        for method in ["initialize", "notifications/initialized", "server/discover", "ping", "tools/list"] {
            assert_eq!(Operation::of(Some(method), Some("tool")), Operation::Open, "{method}");
        }
        for method in [
            "notifications/cancelled",
            "notifications/progress",
            "notifications/roots/list_changed",
            "tools/call",
        ] {
            assert_eq!(Operation::of(Some(method), None), Operation::Other, "{method}");
        }
        assert_eq!(Operation::of(None, Some("tool")), Operation::Other);
        assert_eq!(Operation::of(Some("tools/call"), Some("tool")), Operation::Tool("tool"));
    }

    #[test]
    fn each_group_has_the_access_of_its_own_word() {
        for group in Group::ALL {
            let mut groups = Groups::NONE;
            let word = match group {
                Group::Prompts => &mut groups.prompts,
                Group::Resources => &mut groups.resources,
                Group::Completions => &mut groups.completions,
                Group::Subscriptions => &mut groups.subscriptions,
                Group::Tasks => &mut groups.tasks,
                Group::Skills => &mut groups.skills,
                Group::Logging => &mut groups.logging,
                Group::Custom => &mut groups.custom,
            };
            *word = Some(Access::scopes(&[B], &[]));
            let policy = Policy::new(&catalog(), &[], false, &groups);
            for other in Group::ALL {
                let rule = policy.group(other).map(|rule| rule.wanted().to_vec());
                assert_eq!(
                    rule,
                    (other == group).then(|| vec!["b"]),
                    "{other:?} where {group:?} is declared"
                );
            }
            assert_eq!(policy.rule(Operation::Group(group)).wanted(), ["b"]);
        }
    }

    #[test]
    fn without_a_token_goes_what_is_declared_so_and_nothing_else() {
        let public = Groups { prompts: Some(Access::PUBLIC), ..Groups::NONE };
        let guarded = Groups { prompts: Some(Access::AUTHENTICATED), ..Groups::NONE };
        let policy = |anonymous, groups: &Groups| Policy::new(&catalog(), &[], anonymous, groups);
        assert!(!policy(false, &Groups::NONE).admits_anonymous());
        assert!(!policy(false, &guarded).admits_anonymous());
        assert!(policy(true, &guarded).admits_anonymous());
        assert!(policy(false, &public).admits_anonymous());
        for (anonymous, groups) in [(false, &public), (true, &guarded)] {
            let policy = policy(anonymous, groups);
            assert_eq!(policy.rule(Operation::Open).is_public(), anonymous);
            assert!(!policy.rule(Operation::Other).is_public());
            assert!(!policy.rule(Operation::Tool("unknown")).is_public());
            assert!(!policy.rule(Operation::Group(Group::Tasks)).is_public(), "nobody declared it");
        }
    }

    /// stdin and stdout: whoever starts the process may see what there is, and no more than that.
    #[cfg(feature = "stdio")]
    #[test]
    fn open_lists_open_nothing_else() {
        let groups = Groups { prompts: Some(Access::scopes(&[B], &[])), ..Groups::NONE };
        let policy = Policy::new(&catalog(), &[A], false, &groups).with_open_lists();
        assert!(policy.rule(Operation::Open).is_public());
        assert_eq!(policy.rule(Operation::Other).wanted(), ["a"]);
        assert_eq!(policy.rule(Operation::Group(Group::Prompts)).wanted(), ["a", "b"]);
        assert!(policy.group(Group::Tasks).is_none());
    }

    #[test]
    fn r11_a_first_sign_in_asks_for_what_all_need_or_else_for_what_any_needs() {
        let catalog = catalog();
        let rule = |all: &'static [ScopeInfo]| Rule::new(&Access::scopes(all, &[]), &[], &catalog);
        let asked = |requires: &[ScopeInfo], tools: &[Rule]| {
            Policy::new(&catalog, requires, false, &Groups::NONE).first_sign_in(&catalog, tools.iter())
        };
        let (a, ba, c) = (rule(&[A]), rule(&[B, A]), rule(&[C]));
        assert_eq!(asked(&[C], &[a.clone(), ba.clone()]), ["c"], "what is demanded of everybody");
        assert_eq!(
            asked(&[], &[a.clone(), Rule::public(), ba.clone(), rule(&[])]),
            ["a"],
            "what all guarded ones need"
        );
        assert_eq!(
            asked(&[], &[c, ba]),
            ["a", "b", "c"],
            "nothing in common: all, in the order of the catalogue"
        );
        assert_eq!(asked(&[], &[Rule::public(), rule(&[])]), [""; 0]);
        assert_eq!(asked(&[], &[]), [""; 0]);
    }
}
