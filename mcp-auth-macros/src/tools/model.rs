//! One block between syn and quote.
//!
//! ```text
//! #[tools(pub repos, default(authenticated))]      name, settings
//! impl Notes {                                     the server's type, or a part's
//!     #[tool(…)] async fn list_repos(&self) …      tools
//! }
//! ```

use proc_macro2::{Ident, TokenStream};
use syn::{Type, Visibility};

use crate::{
    attribute::{access::Access, scope::Word},
    runtime_path::RuntimePath,
    tool::model::Tool,
};

/// What stands in `#[tools(…)]`.
pub(crate) struct Settings {
    pub(crate) runtime: RuntimePath,
    pub(crate) visibility: Visibility,
    pub(crate) name: Option<Ident>,
    /// The catalogue of a part.
    pub(crate) scopes: Option<Vec<Word>>,
    pub(crate) default: Option<Access>,
}

/// The whole block.
pub(crate) struct ToolBlock {
    pub(crate) settings: Settings,
    pub(crate) ty: Type,
    /// The type's path, valid as a type and as an expression.
    pub(crate) path: TokenStream,
    pub(crate) tools: Vec<Tool>,
}
