//! One server between syn and quote.
//!
//! ```text
//! #[server(resource = "https://…", scopes("notes:read"), default(authenticated))]     settings
//! impl Notes {                                                                        server type
//!     #[tool(…)] async fn list_notes(&self) -> … { … }                                tools
//! }
//! ```

use proc_macro2::TokenStream;
use syn::{Expr, Ident, LitStr, Type};

use super::listing::Entry;
use crate::{
    attribute::{access::Access, scope::Word},
    runtime_path::RuntimePath,
    tool::model::Tool,
    upstream::Upstream,
};

/// What stands in `#[server(…)]`.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) runtime: RuntimePath,
    pub(crate) resource: Option<LitStr>,
    pub(crate) name: Option<Expr>,
    pub(crate) title: Option<Expr>,
    pub(crate) version: Option<Expr>,
    pub(crate) instructions: Option<Expr>,
    pub(crate) icons: Option<Expr>,
    /// The catalogue, if it is written.
    pub(crate) scopes: Option<Vec<Word>>,
    pub(crate) requires: Vec<Word>,
    pub(crate) anonymous: bool,
    pub(crate) list: Option<Expr>,
    pub(crate) default: Option<Access>,
    /// `tools(…)`: what stands elsewhere.
    pub(crate) listed: Vec<Entry>,
    /// `upstream(…)`: whose tokens tools take.
    pub(crate) upstreams: Vec<Upstream>,
    /// The groups of methods that are no tools; a key is a field of the runtime's `Groups`.
    pub(crate) groups: Vec<(Ident, Access)>,
}

/// The whole block.
pub(crate) struct Server {
    pub(crate) settings: Settings,
    pub(crate) ty: Type,
    /// The type's path, valid as a type and as an expression.
    pub(crate) path: TokenStream,
    pub(crate) tools: Vec<Tool>,
}

impl Server {
    /// Every scope word outside of the catalogue, in the order of the source.
    pub(crate) fn words(&self) -> impl Iterator<Item = &Word> {
        self.own_words().chain(self.tools.iter().flat_map(|tool| tool.access.words()))
    }

    /// The words in `#[server(…)]` other than the catalogue.
    pub(crate) fn own_words(&self) -> impl Iterator<Item = &Word> {
        let accesses =
            self.settings.default.iter().chain(self.settings.groups.iter().map(|(_, access)| access));
        self.settings.requires.iter().chain(accesses.flat_map(Access::words))
    }
}
