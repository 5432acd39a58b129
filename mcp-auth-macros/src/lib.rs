//! The procedural macros of `mcp-auth`. Use them through that crate; their documentation is there.

mod attribute;
mod block;
mod diagnostics;
mod runtime_path;
mod scope;
mod server;
mod set;
mod signature;
mod tool;
mod tools;
mod types;
mod upstream;

use proc_macro::TokenStream;

/// Documented in `mcp-auth`.
#[proc_macro_attribute]
pub fn server(attribute: TokenStream, item: TokenStream) -> TokenStream {
    server::generate(attribute.into(), item.into()).into()
}

/// Documented in `mcp-auth`.
#[proc_macro_attribute]
pub fn tool(attribute: TokenStream, item: TokenStream) -> TokenStream {
    tool::generate(attribute.into(), item.into()).into()
}

/// Documented in `mcp-auth`.
#[proc_macro_attribute]
pub fn tools(attribute: TokenStream, item: TokenStream) -> TokenStream {
    tools::generate(attribute.into(), item.into()).into()
}

/// Documented in `mcp-auth`.
#[proc_macro_derive(Scope, attributes(scope))]
pub fn scope(item: TokenStream) -> TokenStream {
    scope::generate(item.into()).into()
}
