//! One tool between syn and quote.
//!
//! ```text
//! /// Delete a note for good.                                   description
//! #[tool(scopes("notes:write"), annotations(destructive))]      access, annotations
//! async fn delete_note(&self, /** Which. */ id: NoteId)         name, arguments
//!     -> Result<()>                                             output
//! ```

use proc_macro2::{Span, TokenStream};
use syn::{Attribute, Expr, Ident, LitBool, LitStr, Signature, Type};

use crate::{attribute::access::Access, types, upstream::Upstream};

/// One `#[tool]` method, parsed.
pub(crate) struct Tool {
    pub(crate) name: LitStr,
    pub(crate) title: Option<Expr>,
    pub(crate) description: Option<TokenStream>,
    pub(crate) access: Access,
    pub(crate) annotations: Annotations,
    pub(crate) icons: Option<Expr>,
    pub(crate) meta: Option<Expr>,
    pub(crate) arguments: Vec<Argument>,
    /// `upstream(…)`: what it needs at providers.
    pub(crate) upstreams: Vec<Upstream>,
    /// `#[cfg]`s, which hold for everything that is generated for the tool.
    pub(crate) cfgs: Vec<Attribute>,
    /// `#[deprecated]` and the like on the method: our call of it is no use of it.
    pub(crate) deprecated: bool,
    /// A function of its own, no method.
    pub(crate) is_function: bool,
    /// The signature as it was written; `Self` is still in it.
    pub(crate) signature: Signature,
}

impl Tool {
    pub(crate) fn ident(&self) -> &Ident {
        &self.signature.ident
    }
}

/// `annotations(read_only, destructive = false, title = "…")`
#[derive(Default)]
pub(crate) struct Annotations {
    pub(crate) title: Option<LitStr>,
    pub(crate) read_only: Option<LitBool>,
    pub(crate) destructive: Option<LitBool>,
    pub(crate) idempotent: Option<LitBool>,
    pub(crate) open_world: Option<LitBool>,
}

/// One parameter other than `self`.
pub(crate) struct Argument {
    /// The property's name.
    pub(crate) name: LitStr,
    /// The pattern, where that is no name and `#[arg(rename)]` gives none.
    pub(crate) pattern: Option<TokenStream>,
    pub(crate) ty: Type,
    pub(crate) description: Option<TokenStream>,
    pub(crate) default: Option<Default>,
    /// Where `#[arg]` stands, if it does.
    pub(crate) attribute: Option<Span>,
}

impl Argument {
    /// The type as a person writes it.
    pub(crate) fn type_text(&self) -> String {
        types::text(&quote::ToTokens::to_token_stream(&self.ty))
    }
}

/// `#[arg(default)]`, `#[arg(default = 10)]`
pub(crate) enum Default {
    OfType(Span),
    Value(Expr),
}
