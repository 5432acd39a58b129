//! Checks that the compiler runs: each a call of the runtime crate, placed at the token it judges.

use proc_macro2::{Group, Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::{
    expand::{Context, argument_constant, scope},
    model::Tool,
};
use crate::{attribute::scope::Word, types};

/// The checks of facts that only the compiler knows, each at the token it judges.
pub(super) fn tool(tool: &Tool, context: &Context<'_>) -> TokenStream {
    let name = tool.name.value();
    let name = name.as_str();
    let mut checks = TokenStream::new();
    if !tool.access.is_decision() {
        let default = &context.default;
        checks.extend(check(tool.ident(), context, "decided", &quote!(#name, MCP_AUTH_SCOPES, #default)));
    }
    checks.extend(declared(tool.access.words(), context));
    if tool.arguments.len() > 1 {
        let all: Vec<_> = (0..tool.arguments.len()).map(argument_constant).collect();
        let facts = quote!(#name, &[#(#all.is_whole()),*], &[#(#all.is_input()),*]);
        checks.extend(check(tool.ident(), context, "whole_input", &facts));
    }
    // Whether what decides is here or in `default(…)`, of which only the compiler knows.
    let undecided = !tool.access.is_decision();
    let public = tool.access.public.is_some() || undecided;
    let any_of = !tool.access.any.is_empty() || undecided;
    for (i, argument) in tool.arguments.iter().enumerate() {
        let constant = argument_constant(i);
        let text = argument.type_text();
        if public {
            let facts = quote!(MCP_AUTH_ACCESS, #name, #text, #constant.needs_identity, #constant.scopes);
            checks.extend(check(&argument.ty, context, "public_argument", &facts));
        }
        if context.declared {
            let catalog = context.catalog();
            let facts = quote!(#catalog, #text, #constant.scopes, #constant.optional_scopes);
            checks.extend(check(&argument.ty, context, "require_argument_declared", &facts));
        }
        if any_of {
            let facts = quote!(MCP_AUTH_ACCESS, #text, #constant.scopes);
            checks.extend(check(&argument.ty, context, "proven_under_any_of", &facts));
        }
        if let Some(pattern) = &argument.pattern {
            let facts = quote!(#text, #constant.is_input());
            checks.extend(check(pattern, context, "require_extractor", &facts));
        } else if let Some(attribute) = argument.attribute {
            let place = quote_spanned!(attribute=> arg);
            checks.extend(check(&place, context, "require_input", &quote!(#text, #constant.is_input())));
        }
    }
    checks
}

/// No two tools of one name, where that is up to `cfg`.
pub(crate) fn unique(tools: &[Tool], context: &Context<'_>) -> TokenStream {
    let mut checks = TokenStream::new();
    for (i, tool) in tools.iter().enumerate() {
        let name = tool.name.value();
        let same = |before: &&Tool| before.name.value() == name;
        let Some(before) = tools.iter().take(i).find(same) else { continue };
        if before.ident() != tool.ident() {
            let cfgs = before.cfgs.iter().chain(&tool.cfgs);
            let check = check(&tool.name, context, "duplicate_tool", &quote!(#name));
            checks.extend(quote!(#(#cfgs)* #check));
        }
    }
    checks
}

/// A type and a literal, or two types, can be one name.
pub(crate) fn declared_once(scopes: Option<&[Word]>, context: &Context<'_>) -> TokenStream {
    let scopes = scopes.unwrap_or_default();
    let catalog = context.catalog();
    let one = |(i, word): (usize, &Word)| {
        check(&word.place(), context, "require_declared_once", &quote!(#catalog, #i))
    };
    let has_types = scopes.iter().any(|word| matches!(word, Word::Type(_)));
    scopes.iter().enumerate().skip(1).filter(|_| has_types).map(one).collect()
}

/// Every word is one that the server declares.
pub(crate) fn declared<'a>(words: impl Iterator<Item = &'a Word>, context: &Context<'_>) -> TokenStream {
    let catalog = context.catalog();
    let one = |word: &Word| {
        let text = word.text();
        match word {
            Word::Literal(..) => check(&word.place(), context, "require_declared", &quote!(#catalog, #text)),
            Word::Type(_) => {
                let scope = scope(word, context.runtime);
                check(&word.place(), context, "require_type_declared", &quote!(#catalog, #text, #scope))
            }
        }
    };
    if context.declared { words.map(one).collect() } else { TokenStream::new() }
}

/// `const _: () = decided(…);`, underlining `place`.
pub(crate) fn check(
    place: &impl ToTokens,
    context: &Context<'_>,
    function: &str,
    facts: &TokenStream,
) -> TokenStream {
    let (first, last) = types::ends(place);
    let runtime = context.runtime.at(first);
    let function = Ident::new(function, first);
    let mut facts = Group::new(proc_macro2::Delimiter::Parenthesis, facts.clone());
    facts.set_span(last);
    quote!(const _: () = #runtime::#function #facts;)
}

/// `const _: () = require_catalog::<Notes>();`, underlining `place`.
pub(crate) fn demand(
    place: &impl ToTokens,
    context: &Context<'_>,
    function: &str,
    ty: &TokenStream,
) -> TokenStream {
    let (first, last) = types::ends(place);
    let runtime = context.runtime.at(first);
    let function = Ident::new(function, first);
    let (ty, call) = (types::relocate(ty.clone(), first), quote_spanned!(last=> ()));
    quote!(const _: () = #runtime::#function::<#ty> #call;)
}
