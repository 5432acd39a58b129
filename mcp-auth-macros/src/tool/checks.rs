//! Checks that the compiler runs: each a call of the runtime crate, placed at the token it judges.

use proc_macro2::{Group, Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::{
    expand::{Context, access, argument_constant, scope, scopes},
    model::Tool,
};
use crate::{attribute::scope::Word, types};

/// The checks of facts that only the compiler knows, each at the token it judges. One constant for all of them: what
/// rustc has to look at is counted in constants, at each edit.
pub(super) fn tool(tool: &Tool, context: &Context<'_>) -> TokenStream {
    let name = tool.name.value();
    let name = name.as_str();
    let (access, scopes) = (access(tool, context), scopes(tool));
    let mut calls = Vec::new();
    if !tool.access.is_decision() {
        let default = &context.default;
        calls.push(call(tool.ident(), context, "decided", &quote!(#name, #scopes, #default)));
    }
    calls.extend(words(tool.access.words(), context));
    if tool.arguments.len() > 1 {
        let all: Vec<_> = (0..tool.arguments.len()).map(argument_constant).collect();
        let facts = quote!(#name, &[#(#all.is_whole()),*], &[#(#all.is_input()),*]);
        calls.push(call(tool.ident(), context, "whole_input", &facts));
    }
    // Whether what decides is here or in `default(…)`, of which only the compiler knows.
    let undecided = !tool.access.is_decision();
    let public = tool.access.public.is_some() || undecided;
    let any_of = !tool.access.any.is_empty() || undecided;
    for (i, argument) in tool.arguments.iter().enumerate() {
        let constant = argument_constant(i);
        let text = argument.type_text();
        if public {
            let facts = quote!(#access, #name, #text, #constant.needs_identity, #constant.scopes);
            calls.push(call(&argument.ty, context, "public_argument", &facts));
        }
        if context.declared {
            let catalog = context.catalog();
            let facts = quote!(#catalog, #text, #constant.scopes, #constant.optional_scopes);
            calls.push(call(&argument.ty, context, "require_argument_declared", &facts));
        }
        if any_of {
            calls.push(call(
                &argument.ty,
                context,
                "proven_under_any_of",
                &quote!(#access, #text, #constant.scopes),
            ));
        }
        let facts = quote!(#text, #constant.is_input());
        if let Some(pattern) = &argument.pattern {
            calls.push(call(pattern, context, "require_extractor", &facts));
        } else if let Some(attribute) = argument.attribute {
            calls.push(call(&quote_spanned!(attribute=> arg), context, "require_input", &facts));
        }
    }
    calls.extend(tool.upstreams.iter().map(|upstream| {
        let (path, provider) = (&upstream.path, upstream.text());
        let runtime = context.runtime;
        let takes = tool.arguments.iter().enumerate().map(|(i, argument)| {
            let constant = argument_constant(i);
            let ty = types::replace_self(argument.ty.to_token_stream(), context.server);
            quote!(#runtime::TakesToken::<#ty, #path>::TAKES, #constant.takes_upstream)
        });
        let facts = quote!(#name, #provider, &[#(#takes),*]);
        let (cfgs, call) = (&upstream.cfgs, call(path, context, "require_token_argument", &facts));
        quote!(#(#cfgs)* #call)
    }));
    if calls.is_empty() { TokenStream::new() } else { quote!(const _: () = { #(#calls;)* };) }
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
pub(crate) fn declared<'a>(of: impl Iterator<Item = &'a Word>, context: &Context<'_>) -> TokenStream {
    words(of, context).into_iter().map(|call| quote!(const _: () = #call;)).collect()
}

fn words<'a>(words: impl Iterator<Item = &'a Word>, context: &Context<'_>) -> Vec<TokenStream> {
    let catalog = context.catalog();
    let one = |word: &Word| {
        let text = word.text();
        match word {
            Word::Literal(..) => call(&word.place(), context, "require_declared", &quote!(#catalog, #text)),
            Word::Type(_) => {
                let scope = scope(word, context.runtime);
                call(&word.place(), context, "require_type_declared", &quote!(#catalog, #text, #scope))
            }
        }
    };
    if context.declared { words.map(one).collect() } else { Vec::new() }
}

/// `const _: () = duplicate_tool(…);`, underlining `place`.
pub(crate) fn check(
    place: &impl ToTokens,
    context: &Context<'_>,
    function: &str,
    facts: &TokenStream,
) -> TokenStream {
    let call = call(place, context, function, facts);
    quote!(const _: () = #call;)
}

/// `decided(…)`, underlining `place`.
fn call(place: &impl ToTokens, context: &Context<'_>, function: &str, facts: &TokenStream) -> TokenStream {
    let (first, last) = types::ends(place);
    let runtime = context.runtime.at(first);
    let function = Ident::new(function, first);
    let mut facts = Group::new(proc_macro2::Delimiter::Parenthesis, facts.clone());
    facts.set_span(last);
    quote!(#runtime::#function #facts)
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
