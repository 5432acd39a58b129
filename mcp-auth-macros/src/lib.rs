//! The procedural macros of `mcp-auth`. Use them through that crate; their documentation is there.

use proc_macro::TokenStream;

/// Documented in `mcp-auth`.
#[proc_macro_attribute]
pub fn server(_attribute: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// Documented in `mcp-auth`.
#[proc_macro_attribute]
pub fn tool(_attribute: TokenStream, item: TokenStream) -> TokenStream {
    item
}
