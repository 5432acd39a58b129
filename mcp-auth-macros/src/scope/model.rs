//! One scope type between syn and quote.
//!
//! ```text
//! /// Create, change and delete your notes.                description
//! #[derive(Scope)]
//! #[scope("notes:write", includes(ReadNotes))]             name, includes
//! pub struct WriteNotes;                                   ident
//! ```

use proc_macro2::TokenStream;
use syn::{Ident, Path};

use crate::{attribute::scope::Word, runtime_path::RuntimePath};

/// One type that derives `Scope`.
pub(crate) struct Scope {
    pub(crate) runtime: RuntimePath,
    pub(crate) ident: Ident,
    /// The literal; `None` where it is missing, which was reported.
    pub(crate) name: Option<Word>,
    pub(crate) description: Option<TokenStream>,
    pub(crate) includes: Vec<Path>,
}
