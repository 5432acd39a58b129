//! A stand-in, so that one mistake is one error.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use super::model::Scope;
use crate::signature::unraw;

/// A `Scope` of no meaning at all, so that its uses report nothing.
pub(crate) fn scope(scope: &Scope, item: &DeriveInput) -> TokenStream {
    let Scope { runtime, ident, .. } = scope;
    let mut generics = item.generics.clone();
    if !generics.params.is_empty() {
        generics.make_where_clause().predicates.push(syn::parse_quote!(Self: Send + Sync + 'static));
    }
    let (parameters, arguments, where_clause) = generics.split_for_impl();
    let text = unraw(ident);
    let text = if text.is_ascii() { text } else { "stand-in".to_owned() };
    quote! {
        impl #parameters #runtime::Scope for #ident #arguments #where_clause {
            const ALONE: #runtime::ScopeInfo = #runtime::ScopeInfo::new(#text);
            type Id = ();
            type Includes = ();
        }
    }
}
