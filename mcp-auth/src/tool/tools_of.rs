//! Tools from several files and crates: what `#[server(tools(…))]` lists, and the checks at each entry.

use super::ToolDefinition;
use crate::authorize::{
    Message, ScopeInfo,
    checks::{contains, equal},
};

/// A block of tools, or one tool function, that the server `S` can list; written by `#[tools]` and `#[tool]` for an
/// empty type of the block's or function's name.
#[diagnostic::on_unimplemented(
    message = "this is neither a tool nor a block of tools",
    label = "no tool of `{S}`",
    note = "a function becomes a tool by `#[mcp_auth::tool(server = {S}, …)]`; if it carries `#[tool]` already, look at \
            its import: `rmcp::tool` has the same name",
    note = "a block gets its name by `#[mcp_auth::tools(name)] impl {S} {{ … }}`"
)]
pub trait ToolsOf<S: 'static> {
    /// What the tools' scopes were compared with where they stand.
    const CATALOG: &'static [ScopeInfo];
    /// The tools, in the order of the source.
    const TOOLS: &'static [ToolDefinition<S>];
}

/// What an entry falls back to whose path names no type, such as a plain function: it stands in an outer block under the
/// name that the path is imported by.
pub enum NotATool {}

/// One entry of `#[server(tools(…))]`, or the block itself.
pub struct Listed<S: 'static> {
    place: &'static str,
    /// Its number in the source, from which `cfg` may take others away.
    number: usize,
    catalog: &'static [ScopeInfo],
    /// The entry's tools.
    pub tools: &'static [ToolDefinition<S>],
}

impl<S> Listed<S> {
    /// The tools that stand at `path`.
    pub const fn at<L: ToolsOf<S>>(path: &'static str, number: usize) -> Self {
        Self { place: path, number, catalog: L::CATALOG, tools: L::TOOLS }
    }

    /// The tools of the `#[server]` block.
    pub const fn own(tools: &'static [ToolDefinition<S>]) -> Self {
        Self { place: "#[server]", number: 0, catalog: &[], tools }
    }
}

/// An entry brings no name that is taken, and no scope that the server lacks.
#[track_caller]
pub const fn check_listed<S>(all: &[&Listed<S>], entry: &Listed<S>, catalog: &[ScopeInfo]) {
    let mut i = 0;
    while i < entry.tools.len() {
        check_name(all, entry, i);
        check_scopes(entry, i, catalog);
        i += 1;
    }
}

#[track_caller]
const fn check_name<S>(all: &[&Listed<S>], entry: &Listed<S>, tool: usize) {
    let name = entry.tools[tool].name;
    let mut i = 0;
    while i < all.len() && all[i].number < entry.number {
        let mut other = 0;
        while other < all[i].tools.len() {
            if equal(all[i].tools[other].name, name) {
                Message::new()
                    .text("there are two tools named ")
                    .code(name)
                    .text(": one here, one in ")
                    .code(all[i].place)
                    .panic()
            }
            other += 1;
        }
        i += 1;
    }
}

/// A word that the tool's own catalogue lacks is an error there, and not a second one here.
#[track_caller]
const fn check_scopes<S>(entry: &Listed<S>, tool: usize, catalog: &[ScopeInfo]) {
    let tool = &entry.tools[tool];
    require_all(entry, tool, tool.access.all, catalog);
    let mut i = 0;
    while i < tool.access.any.len() {
        require_all(entry, tool, tool.access.any[i], catalog);
        i += 1;
    }
    i = 0;
    while i < tool.argument_scopes.len() {
        require_all(entry, tool, tool.argument_scopes[i], catalog);
        i += 1;
    }
    i = 0;
    while i < tool.optional_scopes.len() {
        require_all(entry, tool, tool.optional_scopes[i], catalog);
        i += 1;
    }
}

#[track_caller]
const fn require_all<S>(
    entry: &Listed<S>,
    tool: &ToolDefinition<S>,
    scopes: &[ScopeInfo],
    catalog: &[ScopeInfo],
) {
    let mut i = 0;
    while i < scopes.len() {
        if contains(entry.catalog, scopes[i].name()) && !contains(catalog, scopes[i].name()) {
            Message::new()
                .text("tool ")
                .code(tool.name)
                .text(" needs the scope ")
                .code(scopes[i].name())
                .text(", which this server does not declare; it declares: ")
                .list(catalog)
                .panic()
        }
        i += 1;
    }
}
