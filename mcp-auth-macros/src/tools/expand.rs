//! The user's block and, beside it, the set of its tools.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::Attribute;

use super::{model::ToolBlock, validate::ValidTools};
use crate::{set::Set, signature::Block, types};

pub(crate) fn tools(valid: &ValidTools<'_>, block: &Block) -> TokenStream {
    let (tools, name) = valid.get();
    let ty = tools.ty.to_token_stream();
    let set = set(tools, name, &ty, &block.cfgs()).expand();
    quote!(#block #set)
}

/// The user's block and a stand-in, where a mistake was reported.
pub(crate) fn fallback(tools: &ToolBlock, block: &Block) -> TokenStream {
    let ty = tools.ty.to_token_stream();
    let set = tools.settings.name.as_ref().map(|name| set(tools, name, &ty, &block.cfgs()).stand_in());
    quote!(#block #set)
}

fn set<'a>(tools: &'a ToolBlock, name: &'a Ident, ty: &'a TokenStream, cfgs: &'a [Attribute]) -> Set<'a> {
    let ToolBlock { settings, path, tools, .. } = tools;
    let text = format!("A block of tools of `{}`, to be listed: `#[server(tools(…))]`.", types::text(ty));
    Set {
        runtime: &settings.runtime,
        visibility: &settings.visibility,
        name,
        attributes: quote!(#[doc = #text]),
        cfgs,
        owner: path,
        owner_place: ty,
        scopes: settings.scopes.as_deref(),
        default: settings.default.as_ref(),
        tools,
    }
}
