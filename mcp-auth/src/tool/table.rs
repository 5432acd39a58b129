//! The tools of a server at one moment. Nothing in a table changes; tools that come and go make another one.

use std::{
    any::Any,
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use rmcp::model::Tool;
use serde_json::{Value, json};

use super::{
    OutcomeFuture, ToolCall,
    list::{ListCache, ListPolicy, Visibility, fragment, unpack},
};
use crate::{
    authorize::{Caller, Catalog, Policy, Rule},
    extract::ArgumentDefinition,
};

/// A server whose type is forgotten.
pub(crate) type AnyServer = Arc<dyn Any + Send + Sync>;

/// Calls one tool of a server whose type is forgotten.
pub(crate) trait Run: Send + Sync {
    fn run<'a>(&'a self, server: &'a AnyServer, call: &'a ToolCall) -> OutcomeFuture<'a>;
}

/// One tool: how it is listed, who may call it, what runs.
pub(crate) struct Entry {
    tool: Tool,
    rule: Rule,
    run: Box<dyn Run>,
    /// What it needs at providers.
    #[cfg(feature = "authorization-server")]
    upstreams: &'static [super::UpstreamDefinition],
    /// Whether it can be called without rmcp's transport.
    direct: bool,
    /// As JSON: listed, and marked.
    json: [OnceLock<Option<Box<[u8]>>>; 2],
}

impl Entry {
    /// `tool` without what access adds to its metadata.
    pub(crate) fn new(mut tool: Tool, rule: Rule, run: Box<dyn Run>) -> Self {
        let meta = tool.meta.get_or_insert_default();
        meta.remove(NEEDS);
        meta.insert("securitySchemes".to_owned(), security_schemes(&rule));
        Self {
            tool,
            rule,
            run,
            #[cfg(feature = "authorization-server")]
            upstreams: &[],
            direct: false,
            json: Default::default(),
        }
    }

    /// A tool that takes nothing but `arguments`. It needs rmcp's transport to talk to the client while it runs, and where
    /// arguments stand in headers, too.
    pub(crate) fn taking(mut self, arguments: &[ArgumentDefinition]) -> Self {
        let talks = arguments.iter().any(|argument| argument.needs_peer);
        self.direct = !talks && !self.tool.input_schema.values().any(has_headers);
        self
    }

    /// Whether it can be called without rmcp's transport.
    pub(crate) fn is_direct(&self) -> bool {
        self.direct
    }

    /// With what the tool needs at providers.
    #[cfg(feature = "authorization-server")]
    pub(crate) fn needing(mut self, upstreams: &'static [super::UpstreamDefinition]) -> Self {
        self.upstreams = upstreams;
        self
    }

    /// What the tool needs at providers.
    #[cfg(feature = "authorization-server")]
    pub(crate) fn upstreams(&self) -> &'static [super::UpstreamDefinition] {
        self.upstreams
    }

    /// The tool as it is listed for those who may call it.
    pub(crate) fn tool(&self) -> &Tool {
        &self.tool
    }

    pub(crate) fn rule(&self) -> &Rule {
        &self.rule
    }

    pub(crate) fn name(&self) -> Cow<'static, str> {
        self.tool.name.clone()
    }

    /// Runs the tool; the access decision has been taken.
    pub(crate) fn run<'a>(&'a self, server: &'a AnyServer, call: &'a ToolCall) -> OutcomeFuture<'a> {
        self.run.run(server, call)
    }

    /// The tool as it is listed for those who may not call it yet.
    fn marked(&self) -> Tool {
        let mut tool = self.tool.clone();
        let needs = json!({ "scopes": self.rule.wanted() });
        tool.meta.get_or_insert_default().insert(NEEDS.to_owned(), needs);
        tool
    }

    fn json(&self, marked: bool) -> Option<&[u8]> {
        let json = self.json[usize::from(marked)]
            .get_or_init(|| if marked { fragment(&self.marked()) } else { fragment(&self.tool) });
        json.as_deref()
    }
}

/// Whether a schema says that clients repeat an argument in a header (SEP-2243).
fn has_headers(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => members.contains_key("x-mcp-header") || members.values().any(has_headers),
        Value::Array(elements) => elements.iter().any(has_headers),
        _ => false,
    }
}

/// What a marked tool needs: the scopes that a challenge would ask for; none, where any token will do.
const NEEDS: &str = "mcp-auth/needs";

/// The tool's access in the words of SEP-1488.
fn security_schemes(rule: &Rule) -> Value {
    if rule.is_public() {
        return json!([{ "type": "noauth" }, { "type": "oauth2", "scopes": [] }]);
    }
    json!([{ "type": "oauth2", "scopes": rule.wanted() }])
}

/// All tools, found by name.
pub(crate) struct Table {
    entries: Vec<Arc<Entry>>,
    index: HashMap<Cow<'static, str>, usize>,
    policy: ListPolicy,
    lists: ListCache,
    admits_anonymous: bool,
    first_sign_in: Vec<&'static str>,
}

impl Table {
    /// Of two tools with one name the later is found; whoever makes a table sees to it that there are none.
    pub(crate) fn new(
        entries: Vec<Arc<Entry>>,
        list: ListPolicy,
        policy: &Policy,
        catalog: &Catalog,
    ) -> Self {
        let rules = || entries.iter().map(|entry| entry.rule());
        Self {
            index: entries.iter().enumerate().map(|(at, entry)| (entry.name(), at)).collect(),
            policy: list,
            lists: ListCache::new(),
            admits_anonymous: policy.admits_anonymous() || rules().any(Rule::is_public),
            first_sign_in: policy.first_sign_in(catalog, rules()),
            entries,
        }
    }

    pub(crate) fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    /// The tool of this name, whoever asks.
    pub(crate) fn entry(&self, name: &str) -> Option<&Arc<Entry>> {
        self.entries.get(*self.index.get(name)?)
    }

    /// The tool of this name, if `caller` may know of it.
    pub(crate) fn find(&self, name: &str, caller: &Caller) -> Option<&Arc<Entry>> {
        let entry = self.entry(name)?;
        let hidden = self.policy.hides() && self.policy.visibility(entry, caller) == Visibility::Hidden;
        (!hidden).then_some(entry)
    }

    /// Whether a name may mean something to one caller and nothing to another.
    pub(crate) fn hides(&self) -> bool {
        self.policy.hides()
    }

    /// What `caller` sees.
    pub(crate) fn list(&self, caller: &Caller) -> Vec<Tool> {
        let seen = self.entries.iter().map(|entry| (entry, self.policy.visibility(entry, caller)));
        seen.filter_map(|(entry, visibility)| match visibility {
            Visibility::Listed => Some(entry.tool.clone()),
            Visibility::Marked => Some(entry.marked()),
            Visibility::Hidden => None,
        })
        .collect()
    }

    /// The same as the result of a `tools/list` of protocol version 2026-07-28. `None` if it cannot be written.
    pub(crate) fn list_result(&self, caller: &Caller) -> Option<Bytes> {
        let seen = self.entries.iter().map(|entry| self.policy.visibility(entry, caller));
        let audience = self.policy.is_by_scopes().then(|| caller.scopes());
        self.lists.result(audience, seen, |seen| {
            let shown = self.entries.iter().enumerate().map(|(at, entry)| (entry, unpack(seen, at)));
            let shown = shown.filter(|(_, visibility)| *visibility != Visibility::Hidden);
            shown.map(|(entry, visibility)| entry.json(visibility == Visibility::Marked)).collect()
        })
    }

    /// Whether any request at all can succeed without a token.
    pub(crate) fn admits_anonymous(&self) -> bool {
        self.admits_anonymous
    }

    /// What a first sign-in should ask for.
    pub(crate) fn first_sign_in(&self) -> &[&'static str] {
        &self.first_sign_in
    }
}
