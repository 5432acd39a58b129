//! Where the runtime crate is: `::mcp_auth`, or what `#[server(crate = "…")]` says.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Path;

/// The path of the module that generated code may call.
#[derive(Clone)]
pub(crate) struct RuntimePath(TokenStream);

impl Default for RuntimePath {
    fn default() -> Self {
        Self(quote!(::mcp_auth::private))
    }
}

impl RuntimePath {
    pub(crate) fn new(runtime: &Path) -> Self {
        Self(quote!(#runtime::private))
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
