//! Every word of our attributes, once.

pub(crate) const ANNOTATIONS: &str = "annotations";
pub(crate) const ANONYMOUS: &str = "anonymous";
pub(crate) const ANY_OF: &str = "any_of";
pub(crate) const AUTHENTICATED: &str = "authenticated";
pub(crate) const COMPLETIONS: &str = "completions";
pub(crate) const CRATE: &str = "crate";
pub(crate) const CUSTOM: &str = "custom";
pub(crate) const DEFAULT: &str = "default";
pub(crate) const DESCRIPTION: &str = "description";
pub(crate) const DESTRUCTIVE: &str = "destructive";
pub(crate) const ICONS: &str = "icons";
pub(crate) const IDEMPOTENT: &str = "idempotent";
pub(crate) const INCLUDES: &str = "includes";
pub(crate) const INSTRUCTIONS: &str = "instructions";
pub(crate) const LIST: &str = "list";
pub(crate) const LOGGING: &str = "logging";
pub(crate) const META: &str = "meta";
pub(crate) const NAME: &str = "name";
pub(crate) const OPEN_WORLD: &str = "open_world";
pub(crate) const PROMPTS: &str = "prompts";
pub(crate) const PUBLIC: &str = "public";
pub(crate) const READ_ONLY: &str = "read_only";
pub(crate) const RENAME: &str = "rename";
pub(crate) const REQUIRES: &str = "requires";
pub(crate) const RESOURCE: &str = "resource";
pub(crate) const RESOURCES: &str = "resources";
pub(crate) const SCOPE: &str = "scope";
pub(crate) const SCOPES: &str = "scopes";
pub(crate) const SERVER_TYPE: &str = "server";
pub(crate) const SKILLS: &str = "skills";
pub(crate) const SUBSCRIPTIONS: &str = "subscriptions";
pub(crate) const TASKS: &str = "tasks";
pub(crate) const TITLE: &str = "title";
pub(crate) const TOOLS: &str = "tools";
pub(crate) const UPSTREAM: &str = "upstream";
pub(crate) const VERSION: &str = "version";

/// The words that one attribute knows.
pub(crate) struct Keys {
    /// The attribute as a reader knows it.
    pub(crate) attribute: &'static str,
    pub(crate) names: &'static [&'static str],
}

pub(crate) const SERVER: Keys = Keys {
    attribute: "#[server]",
    names: &[
        RESOURCE,
        NAME,
        TITLE,
        VERSION,
        INSTRUCTIONS,
        ICONS,
        SCOPES,
        DEFAULT,
        REQUIRES,
        TOOLS,
        UPSTREAM,
        ANONYMOUS,
        LIST,
        PROMPTS,
        RESOURCES,
        COMPLETIONS,
        SUBSCRIPTIONS,
        TASKS,
        SKILLS,
        LOGGING,
        CUSTOM,
        CRATE,
    ],
};

/// The keys that are fields of the runtime's `Groups`.
pub(crate) const GROUPS: &[&str] =
    &[PROMPTS, RESOURCES, COMPLETIONS, SUBSCRIPTIONS, TASKS, SKILLS, LOGGING, CUSTOM];

pub(crate) const TOOL: Keys = Keys {
    attribute: "#[tool]",
    names: &[
        SCOPES,
        ANY_OF,
        AUTHENTICATED,
        PUBLIC,
        NAME,
        TITLE,
        DESCRIPTION,
        ANNOTATIONS,
        ICONS,
        META,
        UPSTREAM,
        SERVER_TYPE,
        CRATE,
    ],
};

/// What follows a provider in `upstream(…)`.
pub(crate) const UPSTREAMS: Keys = Keys { attribute: "upstream(…)", names: &[SCOPES] };

pub(crate) const BLOCK: Keys = Keys { attribute: "#[tools]", names: &[SCOPES, DEFAULT, CRATE] };
/// What follows the name in `#[scope("…")]` on a type.
pub(crate) const SCOPE_TYPE: Keys = Keys { attribute: "#[scope]", names: &[INCLUDES, CRATE] };

pub(crate) const ARG: Keys = Keys { attribute: "#[arg]", names: &[RENAME, DESCRIPTION, DEFAULT] };

pub(crate) const HINTS: Keys =
    Keys { attribute: "annotations(…)", names: &[READ_ONLY, DESTRUCTIVE, IDEMPOTENT, OPEN_WORLD, TITLE] };

/// What stands in `default(…)`, `prompts(…)` and the other groups.
pub(crate) const ACCESS: Keys =
    Keys { attribute: "an access rule", names: &[SCOPES, ANY_OF, AUTHENTICATED, PUBLIC] };

/// The words of [`ACCESS`] that may stand several times: each adds a condition.
pub(crate) const REPEATABLE: &[&str] = &[ANY_OF];
