//! Where the runtime crate is: `::mcp_auth`, or what `crate = "…"` in one of our attributes says.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Path;

use crate::{attribute::Entry, diagnostics::Errors};

/// The path of the module that generated code may call.
#[derive(Clone)]
pub(crate) struct RuntimePath(TokenStream);

impl Default for RuntimePath {
    fn default() -> Self {
        Self(quote!(::mcp_auth::private))
    }
}

impl RuntimePath {
    /// What `crate = "path"` says.
    pub(crate) fn parse(entry: Entry, errors: &Errors) -> Self {
        let path = entry.string(errors);
        let path = path.and_then(|path| errors.take(path.parse_with(Path::parse_mod_style)));
        path.map(|path| Self(quote!(#path::private))).unwrap_or_default()
    }

    /// The path for code about the token at `span`, so that an error underlines that token.
    pub(crate) fn at(&self, span: Span) -> TokenStream {
        let locate = |mut token: TokenTree| {
            token.set_span(span);
            token
        };
        self.0.clone().into_iter().map(locate).collect()
    }
}

impl ToTokens for RuntimePath {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}
