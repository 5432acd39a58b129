//! What a type declares for its tools, in whatever file they stand.

use std::marker::PhantomData;

use super::{Access, ScopeInfo};

/// What the tools of a type are judged by; written by `#[server]`, and by `#[tools]` for a part of a server.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a server",
    label = "no `#[server]` block for this type",
    note = "write `#[mcp_auth::server(resource = \"https://…\")] impl {Self} {{ … }}`",
    note = "if it is a part of servers, let one block declare its scopes: `#[mcp_auth::tools(name, scopes(\"…\"))]`"
)]
pub trait ScopeCatalog {
    /// Each word once if they are declared, otherwise the words of the server's block as they occur.
    const SCOPES: &'static [ScopeInfo];
    /// `default(…)`: who may call a tool that says nothing.
    const DEFAULT: Option<Access>;
}

/// The catalogue of a type that has none: it holds every word, so that its absence is one error and not one more at
/// each word. A scope is never empty.
pub const UNKNOWN: &[ScopeInfo] = &[ScopeInfo::NONE];

/// Asks for the catalogue of `S`; resolved like `Kind`.
pub struct CatalogOf<S>(PhantomData<S>);

impl<S: ScopeCatalog> CatalogOf<S> {
    /// Shadows [`NoCatalog::SCOPES`].
    pub const SCOPES: &'static [ScopeInfo] = S::SCOPES;
    /// Shadows [`NoCatalog::DEFAULT`].
    pub const DEFAULT: Option<Access> = S::DEFAULT;
}

/// The fallback of [`CatalogOf`]. It opens nothing: [`require_catalog`] has failed.
pub trait NoCatalog {
    /// Says nothing about any word.
    const SCOPES: &'static [ScopeInfo] = UNKNOWN;
    /// Says nothing about any tool.
    const DEFAULT: Option<Access> = Some(Access::AUTHENTICATED);
}

impl<S> NoCatalog for CatalogOf<S> {}

/// `S` is a server or declares itself a part of one.
pub const fn require_catalog<S: ScopeCatalog>() {}

/// Calls run at the same time, so all of them share an `S`.
pub const fn require_shared<S: Send + Sync + 'static>() {}

/// The access of a tool without an access word.
pub const fn undecided(default: Option<Access>, argument_scopes: &[&[ScopeInfo]]) -> Access {
    match default {
        Some(default) => default.or_arguments(argument_scopes),
        // Its arguments decide, or `decided` fails.
        None => Access::AUTHENTICATED,
    }
}
