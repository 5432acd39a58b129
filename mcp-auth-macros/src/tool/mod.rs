//! `#[tool]` on a method of a `#[server]` block; the block's pipeline runs the steps of each tool.

pub(crate) mod documentation;
pub(crate) mod expand;
mod fallback;
pub(crate) mod model;
pub(crate) mod parse;
pub(crate) mod validate;

use proc_macro2::TokenStream;

use crate::diagnostics::Errors;

/// `#[tool]` that no block took: it stands where it cannot work.
pub(crate) fn generate(_attribute: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::default();
    errors.push(syn::Error::new(
        proc_macro2::Span::call_site(),
        "`#[tool]` stands on a method inside of a `#[server]` block\n\
         write `#[mcp_auth::server(resource = \"https://…\")]` on the `impl`, or move the function into one",
    ));
    errors.finish(&fallback::tool(item))
}
