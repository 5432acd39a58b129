//! The user's code and a stand-in for what would have been generated, so that one mistake is one error.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Generics, Item};

use super::model::{Server, Settings};
use crate::{runtime_path::RuntimePath, signature::Block, types, upstream};

pub(crate) fn server(server: &Server, block: &Block) -> TokenStream {
    let ty = &server.ty;
    if block.generics.params.is_empty() && types::first_borrow(ty.to_token_stream()).is_some() {
        return block.to_token_stream();
    }
    let stand_in = stand_in(ty, &block.generics, &server.settings.runtime);
    quote!(#block #stand_in)
}

/// `#[server]` on something that is no impl block; the error tells so.
pub(crate) fn not_a_block(item: TokenStream, settings: &Settings) -> TokenStream {
    let (ident, generics) = match syn::parse2(item.clone()) {
        Ok(Item::Struct(item)) => (item.ident, item.generics),
        Ok(Item::Enum(item)) => (item.ident, item.generics),
        _ => return item,
    };
    let (_, arguments, _) = generics.split_for_impl();
    let stand_in = stand_in(&quote!(#ident #arguments), &generics, &settings.runtime);
    quote!(#item #stand_in)
}

fn stand_in(ty: &impl ToTokens, generics: &Generics, runtime: &RuntimePath) -> TokenStream {
    let mut generics = generics.clone();
    if !generics.params.is_empty() {
        generics.make_where_clause().predicates.push(syn::parse_quote!(Self: Send + Sync + 'static));
    }
    // Tools in other files take their upstreams as if all were there.
    let mut of_any = generics.clone();
    of_any.params.push(syn::parse_quote!(McpAuthProvider));
    let (of_any, _, _) = of_any.split_for_impl();
    let (parameters, _, where_clause) = generics.split_for_impl();
    let upstreams = upstream::ENABLED
        .then(|| quote!(impl #of_any #runtime::HasUpstream<McpAuthProvider> for #ty #where_clause {}));
    quote! {
        const _: () = {
            #upstreams
            impl #parameters #runtime::ScopeCatalog for #ty #where_clause {
                const SCOPES: #runtime::Words = #runtime::UNKNOWN;
                const DEFAULT: #runtime::DefaultAccess = #runtime::Some(#runtime::Access::AUTHENTICATED);
            }
            impl #parameters #runtime::Server for #ty #where_clause {
                const DEFINITION: #runtime::ServerDefinition<Self> = #runtime::ServerDefinition::STAND_IN;
            }
        };
    }
}
