//! The user's code without our attributes: what is emitted in any case.

use syn::{Attribute, FnArg, parse_quote};

use crate::signature::{Block, Item, Method};

/// Takes our attributes off every tool of the block.
pub(crate) fn clean(block: &mut Block) {
    for item in &mut block.items {
        if let Item::Method(method) = item
            && method.attrs.iter().any(|attribute| is_tool(attribute) || hides_tool(attribute))
        {
            clean_tool(method);
        }
    }
}

/// Takes `#[tool]`, `#[arg]` and the doc comments of parameters off one method.
pub(crate) fn clean_tool(method: &mut Method) {
    method.attrs.retain(|attribute| !is_tool(attribute) && !hides_tool(attribute));
    for input in &mut method.signature.inputs {
        if let FnArg::Typed(argument) = input {
            argument.attrs.retain(|attribute| !is_arg(attribute) && !attribute.path().is_ident("doc"));
        }
    }
    // What a tool is told to be: it owns its arguments, has one for each property, may be async for later.
    method.attrs.push(parse_quote!(#[allow(
        clippy::needless_pass_by_value,
        clippy::too_many_arguments,
        clippy::unused_async,
        clippy::unused_self
    )]));
}

/// Inside our blocks every `…::tool` is ours, rmcp's too.
pub(crate) fn is_tool(attribute: &Attribute) -> bool {
    last_is(attribute.path(), "tool")
}

pub(crate) fn is_arg(attribute: &Attribute) -> bool {
    last_is(attribute.path(), "arg")
}

fn last_is(path: &syn::Path, name: &str) -> bool {
    path.segments.last().is_some_and(|segment| segment.ident == name)
}

/// `cfg_attr(…, tool)`, and the same with `arg`.
pub(crate) fn hides_tool(attribute: &Attribute) -> bool {
    let metas = || {
        let list = attribute.meta.require_list().ok()?;
        list.parse_args_with(syn::punctuated::Punctuated::<syn::Meta, syn::Token![,]>::parse_terminated).ok()
    };
    attribute.path().is_ident("cfg_attr")
        && metas().is_some_and(|metas| {
            metas.iter().skip(1).any(|meta| last_is(meta.path(), "tool") || last_is(meta.path(), "arg"))
        })
}
