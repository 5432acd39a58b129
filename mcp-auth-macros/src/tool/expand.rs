//! One entry of the server's table. Data, and calls of the runtime crate; no decision is generated.

use proc_macro2::{Group, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{GenericParam, Ident, LitBool, ReturnType, spanned::Spanned};

use super::model::{Annotations, Argument, Default as ArgumentDefault, Tool};
use crate::{
    attribute::{access::Access, scope::Word},
    runtime_path::RuntimePath,
    types,
};

/// What a tool's code needs to know of its server.
pub(crate) struct Context<'a> {
    pub(crate) runtime: &'a RuntimePath,
    /// The server's type.
    pub(crate) server: &'a TokenStream,
    /// `#[server(default(…))]`
    pub(crate) default: Option<&'a Access>,
    /// Whether `#[server(scopes(…))]` was written.
    pub(crate) declared: bool,
}

/// ```text
/// #[cfg(…)]
/// const MCP_AUTH_TOOL_0: ToolDefinition<Notes> = {
///     const MCP_AUTH_ARGUMENT_0: Argument<NoteId, Notes> = …;      // per argument
///     fn mcp_auth_call(…) -> … { … }
///     const _: () = decided("delete_note", MCP_AUTH_SCOPES);       // checks
///     ToolDefinition { name: "delete_note", … }
/// };
/// ```
pub(crate) fn tool(tool: &Tool, constant: &Ident, context: &Context<'_>) -> TokenStream {
    let Context { runtime, server, .. } = context;
    let cfgs = &tool.cfgs;
    let arguments = tool.arguments.iter().enumerate().map(|(i, one)| argument(i, one, context));
    let constants: Vec<_> = (0..tool.arguments.len()).map(argument_constant).collect();
    let definitions = (0..tool.arguments.len()).map(definition_constant);
    let call = call(tool, context);
    let checks = checks(tool, context);
    let Tool { name, annotations, .. } = tool;
    let access = access_of(tool, context);
    let title = option(tool.title.as_ref(), runtime);
    let description = option(tool.description.as_ref(), runtime);
    let icons = option(tool.icons.as_ref().map(|icons| quote!(|| #icons)), runtime);
    let meta = option(tool.meta.as_ref().map(|meta| quote!(|| #meta)), runtime);
    let annotations = expand_annotations(annotations, runtime);
    let output = output(tool, context);
    quote! {
        #(#cfgs)*
        const #constant: #runtime::ToolDefinition<#server> = {
            #(#arguments)*
            const MCP_AUTH_SCOPES: #runtime::WordLists = &[#(#constants.scopes),*];
            const MCP_AUTH_OPTIONAL_SCOPES: #runtime::WordLists = &[#(#constants.optional_scopes),*];
            const MCP_AUTH_ACCESS: #runtime::Access = #access;
            #call
            #checks
            #runtime::ToolDefinition {
                name: #name,
                title: #title,
                description: #description,
                access: MCP_AUTH_ACCESS,
                argument_scopes: MCP_AUTH_SCOPES,
                optional_scopes: MCP_AUTH_OPTIONAL_SCOPES,
                annotations: #annotations,
                icons: #icons,
                meta: #meta,
                arguments: &[#(#definitions),*],
                output: #runtime::Returned::<#output>::OUTPUT,
                call: mcp_auth_call,
            }
        };
    }
}

fn argument_constant(index: usize) -> Ident {
    format_ident!("MCP_AUTH_ARGUMENT_{index}")
}

fn definition_constant(index: usize) -> Ident {
    format_ident!("MCP_AUTH_DEFINITION_{index}")
}

/// ```text
/// const MCP_AUTH_ARGUMENT_0: Argument<NoteId, Notes> = Kind::<NoteId>::TAG.unless(…).argument::<NoteId, Notes>();
/// const MCP_AUTH_DEFINITION_0: ArgumentDefinition = MCP_AUTH_ARGUMENT_0.definition("id", Some("Which."), None);
/// ```
fn argument(index: usize, argument: &Argument, context: &Context<'_>) -> TokenStream {
    let Context { runtime, server, .. } = context;
    let (constant, definition) = (argument_constant(index), definition_constant(index));
    let ty = types::replace_self(argument.ty.to_token_stream(), server);
    let here = runtime.at(types::ends(&ty).0);
    let kind = quote_spanned! {types::ends(&ty).0=>
        #here::Kind::<#ty>::TAG.unless(#here::Marking::<#ty, #server>::TAG).argument::<#ty, #server>()
    };
    let name = &argument.name;
    let description = option(argument.description.as_ref(), runtime);
    let default =
        option(argument.default.as_ref().map(|default| expand_default(default, &ty, context)), runtime);
    quote! {
        const #constant: #runtime::Argument<#ty, #server> = #kind;
        const #definition: #runtime::ArgumentDefinition = #constant.definition(#name, #description, #default);
    }
}

fn expand_default(default: &ArgumentDefault, ty: &TokenStream, context: &Context<'_>) -> TokenStream {
    match default {
        ArgumentDefault::OfType(span) => {
            let runtime = context.runtime.at(*span);
            quote_spanned!(*span=> #runtime::default_of::<#ty>)
        }
        ArgumentDefault::Value(value) => {
            let runtime = context.runtime;
            let value = types::replace_self(value.to_token_stream(), context.server);
            // A string literal is as good as the `String` that it stands for.
            let value = match crate::attribute::string(&syn::parse_quote!(#value)) {
                Some(literal) => quote_spanned!(literal.span()=> ::core::convert::From::from(#literal)),
                None => value,
            };
            quote!(|| #runtime::default_value::<#ty>(#value))
        }
    }
}

/// ```text
/// fn mcp_auth_call<'a>(server: &'a Notes, call: &'a ToolCall) -> OutcomeFuture<'a> {
///     Sharing::<Notes>::TAG.boxed(async move {
///         let argument_0 = MCP_AUTH_ARGUMENT_0.get(&MCP_AUTH_DEFINITION_0, server, call).await?;
///         let value = Sharing::<Notes>::TAG.spawnable(Notes::delete_note(server, argument_0)).await;
///         respond::<Result<()>>(value).map_err(|failed| failed.to_tool_error())
///     })
/// }
/// ```
fn call(tool: &Tool, context: &Context<'_>) -> TokenStream {
    let Context { runtime, server, .. } = context;
    let hidden = Span::mixed_site();
    let (this, request, value, failed) = (
        Ident::new("mcp_auth_server", hidden),
        Ident::new("mcp_auth_request", hidden),
        Ident::new("mcp_auth_value", hidden),
        Ident::new("mcp_auth_failed", hidden),
    );
    let names: Vec<_> =
        (0..tool.arguments.len()).map(|i| format_ident!("mcp_auth_argument_{i}", span = hidden)).collect();
    let constants = (0..tool.arguments.len()).map(argument_constant);
    let definitions = (0..tool.arguments.len()).map(definition_constant);

    let ident = tool.ident();
    let span = ident.span();
    let receiver = tool.signature.receiver().map(|_| quote!(#this,));
    let here = runtime.at(span);
    let there = types::relocate((*server).clone(), span);
    let run = quote_spanned!(span=> #there::#ident(#receiver #(#names),*));
    let run = if tool.signature.asyncness.is_some() {
        quote_spanned!(span=> #here::Sharing::<#there>::TAG.spawnable(#run).await)
    } else {
        run
    };

    let output = output(tool, context);
    // The call lies over the whole type, as the demand on the type does: rustc reports one place once.
    let (output_span, output_end) = types::ends(&output);
    let here = runtime.at(output_span);
    let respond_to = quote_spanned!(output_end=> >(#value));
    let respond = quote_spanned!(output_span=> #here::respond::<#output #respond_to);
    let to_tool_error = Ident::new("to_tool_error", output_span);
    let deprecated = tool.deprecated.then(|| quote!(#[allow(deprecated)]));
    quote! {
        #deprecated
        fn mcp_auth_call<'a>(
            #this: &'a #server,
            #request: &'a #runtime::ToolCall,
        ) -> #runtime::OutcomeFuture<'a> {
            #runtime::Sharing::<#server>::TAG.boxed(async move {
                #(let #names = #constants.get(&#definitions, #this, #request).await?;)*
                let #value = #run;
                #respond.map_err(|#failed| #failed.#to_tool_error())
            })
        }
    }
}

/// The return type as another function can name it; `()` at the function's name where none is written.
fn output(tool: &Tool, context: &Context<'_>) -> TokenStream {
    let written = match &tool.signature.output {
        ReturnType::Type(_, ty) => ty.to_token_stream(),
        ReturnType::Default => quote_spanned!(tool.ident().span()=> ()),
    };
    types::forget_lifetimes(types::replace_self(written, context.server), &lifetimes(tool))
}

fn lifetimes(tool: &Tool) -> Vec<String> {
    let parameters = tool.signature.generics.params.iter();
    parameters
        .filter_map(|parameter| match parameter {
            GenericParam::Lifetime(lifetime) => Some(lifetime.lifetime.ident.to_string()),
            _ => None,
        })
        .collect()
}

/// The checks of facts that only the compiler knows, each at the token it judges.
fn checks(tool: &Tool, context: &Context<'_>) -> TokenStream {
    let name = tool.name.value();
    let name = name.as_str();
    let mut checks = TokenStream::new();
    if !tool.access.is_decision() && context.default.is_none() {
        checks.extend(check(tool.ident(), context, "decided", &quote!(#name, MCP_AUTH_SCOPES)));
    }
    checks.extend(declared(tool.access.words(), context));
    if tool.arguments.len() > 1 {
        let all: Vec<_> = (0..tool.arguments.len()).map(argument_constant).collect();
        let facts = quote!(#name, &[#(#all.is_whole()),*], &[#(#all.is_input()),*]);
        checks.extend(check(tool.ident(), context, "whole_input", &facts));
    }
    let access = context.default.filter(|_| !tool.access.is_decision()).unwrap_or(&tool.access);
    let (public, any_of) = (access.public.is_some(), !access.any.is_empty());
    for (i, argument) in tool.arguments.iter().enumerate() {
        let constant = argument_constant(i);
        let text = argument.type_text();
        if public {
            let facts = quote!(MCP_AUTH_ACCESS, #name, #text, #constant.needs_identity, #constant.scopes);
            checks.extend(check(&argument.ty, context, "public_argument", &facts));
        }
        if context.declared {
            let server = context.server;
            let runtime = context.runtime;
            let catalog = quote!(<#server as #runtime::ScopeCatalog>::SCOPES);
            let facts = quote!(#catalog, #text, #constant.scopes, #constant.optional_scopes);
            checks.extend(check(&argument.ty, context, "require_argument_declared", &facts));
        }
        if any_of {
            let facts = quote!(MCP_AUTH_ACCESS, #text, #constant.scopes);
            checks.extend(check(&argument.ty, context, "proven_under_any_of", &facts));
        }
        if let Some(attribute) = argument.attribute {
            let place = quote_spanned!(attribute=> arg);
            checks.extend(check(&place, context, "require_input", &quote!(#text, #constant.is_input())));
        }
    }
    checks
}

/// Every word is one that the server declares.
pub(crate) fn declared<'a>(words: impl Iterator<Item = &'a Word>, context: &Context<'_>) -> TokenStream {
    let Context { server, runtime, declared, .. } = context;
    let one = |word: &Word| {
        let text = word.text();
        let catalog = quote!(<#server as #runtime::ScopeCatalog>::SCOPES);
        match word {
            Word::Literal(..) => check(&word.place(), context, "require_declared", &quote!(#catalog, #text)),
            Word::Type(_) => {
                let scope = scope(word, runtime);
                check(&word.place(), context, "require_type_declared", &quote!(#catalog, #text, #scope))
            }
        }
    };
    if *declared { words.map(one).collect() } else { TokenStream::new() }
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

fn access_of(tool: &Tool, context: &Context<'_>) -> TokenStream {
    match context.default {
        Some(default) if !tool.access.is_decision() => {
            let default = access(default, context.runtime);
            quote!(#default.or_arguments(MCP_AUTH_SCOPES))
        }
        _ => access(&tool.access, context.runtime),
    }
}

/// `Access::scopes(&["a"], &[&["b", "c"]])`
pub(crate) fn access(access: &Access, runtime: &RuntimePath) -> TokenStream {
    let Access { all, any, public, .. } = access;
    if public.is_some() {
        return quote!(#runtime::Access::PUBLIC);
    }
    let all = all.iter().map(|word| scope(word, runtime));
    let any = any.iter().map(|group| {
        let words = group.iter().map(|word| scope(word, runtime));
        quote!(&[#(#words),*])
    });
    quote!(#runtime::Access::scopes(&[#(#all),*], &[#(#any),*]))
}

/// `ScopeInfo::new("a")`, `<ReadNotes as Scope>::INFO`
pub(crate) fn scope(word: &Word, runtime: &RuntimePath) -> TokenStream {
    match word {
        Word::Literal(text, _) => quote!(#runtime::ScopeInfo::new(#text)),
        Word::Type(path) => {
            let place = types::ends(path).0;
            let here = runtime.at(place);
            quote_spanned!(place=> <#path as #here::Scope>::INFO)
        }
    }
}

fn expand_annotations(annotations: &Annotations, runtime: &RuntimePath) -> TokenStream {
    let Annotations { title, read_only, destructive, idempotent, open_world } = annotations;
    let title = option(title.as_ref(), runtime);
    let hint = |hint: &Option<LitBool>| option(hint.as_ref(), runtime);
    let (read_only, destructive) = (hint(read_only), hint(destructive));
    let (idempotent, open_world) = (hint(idempotent), hint(open_world));
    quote! {
        #runtime::Annotations {
            title: #title,
            read_only: #read_only,
            destructive: #destructive,
            idempotent: #idempotent,
            open_world: #open_world,
        }
    }
}

/// `Some(…)` or `None`, by a path that no user's type shadows.
pub(crate) fn option(value: Option<impl ToTokens>, runtime: &RuntimePath) -> TokenStream {
    let Some(value) = value else { return quote!(#runtime::None) };
    let here = runtime.at(value.span());
    quote_spanned!(value.span()=> #here::Some(#value))
}
