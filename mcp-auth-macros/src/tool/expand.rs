//! One entry of the server's table. Data, and calls of the runtime crate; no decision is generated.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{GenericParam, Ident, LitBool, ReturnType, spanned::Spanned};

use super::{
    checks,
    model::{Annotations, Argument, Default as ArgumentDefault, Tool},
};
use crate::{
    attribute::{access::Access, scope::Word},
    runtime_path::RuntimePath,
    types, upstream,
};

/// What a tool's code needs to know of its server.
pub(crate) struct Context<'a> {
    pub(crate) runtime: &'a RuntimePath,
    /// The server's type.
    pub(crate) server: &'a TokenStream,
    /// `default(…)`, an `Option<Access>`.
    pub(crate) default: TokenStream,
    /// Whether words are compared with a catalogue: not where they are the catalogue.
    pub(crate) declared: bool,
}

impl Context<'_> {
    /// The scopes that words are compared with.
    pub(super) fn catalog(&self) -> TokenStream {
        let Self { runtime, server, .. } = self;
        quote!(#runtime::CatalogOf::<#server>::SCOPES)
    }
}

/// What the generated code of a block has to find by trait.
pub(crate) fn imports(runtime: &RuntimePath) -> TokenStream {
    quote! {
        use #runtime::{
            NoCatalog as _, NoHandler as _, NoResult as _, NotExtracted as _, NotKept as _, NotShared as _,
            Otherwise as _,
            TakesNoToken as _, Untold as _,
        };
    }
}

/// The name of a tool's entry.
pub(crate) fn constant(index: usize) -> Ident {
    format_ident!("MCP_AUTH_TOOL_{index}")
}

/// `const MCP_AUTH_TOOL_0: …`, `const MCP_AUTH_TOOL_1: …`
pub(crate) fn tools(tools: &[Tool], context: &Context<'_>) -> TokenStream {
    tools.iter().enumerate().map(|(i, one)| tool(one, &constant(i), context)).collect()
}

/// ```text
/// #[cfg(…)]
/// const MCP_AUTH_TOOL_0: ToolDefinition<Notes> = {
///     const MCP_AUTH_ARGUMENT_0: Argument<NoteId, Notes> = …;      // per argument
///     fn mcp_auth_call(…) -> … { … }
///     const _: () = { decided("delete_note", …); … };              // checks
///     ToolDefinition { name: "delete_note", … }
/// };
/// ```
fn tool(tool: &Tool, constant: &Ident, context: &Context<'_>) -> TokenStream {
    let Context { runtime, server, .. } = context;
    let cfgs = &tool.cfgs;
    let arguments = tool.arguments.iter().enumerate().map(|(i, one)| argument(i, one, context));
    let constants: Vec<_> = (0..tool.arguments.len()).map(argument_constant).collect();
    let prepare = tool.arguments.iter().zip(&constants).map(|(argument, constant)| {
        let ty = types::replace_self(argument.ty.to_token_stream(), server);
        quote!(#runtime::Keeping::<#ty>::TAG.ahead(&#constant))
    });
    let call_name = local(tool, "mcp_auth_call");
    let call = call(tool, &call_name, context);
    let checks = checks::tool(tool, context);
    let Tool { name, annotations, .. } = tool;
    let (access, scopes) = (access(tool, context), scopes(tool));
    let title = option(tool.title.as_ref(), runtime);
    let description = option(tool.description.as_ref(), runtime);
    let icons = option(tool.icons.as_ref().map(|icons| quote!(|| #icons)), runtime);
    let meta = option(tool.meta.as_ref().map(|meta| quote!(|| #meta)), runtime);
    let annotations = expand_annotations(annotations, runtime);
    let output = output(tool, context);
    let upstreams = upstream::definitions(&tool.upstreams, runtime);
    quote! {
        #(#cfgs)*
        const #constant: #runtime::ToolDefinition<#server> = {
            #(#arguments)*
            #call
            #checks
            #runtime::ToolDefinition {
                name: #name,
                title: #title,
                description: #description,
                access: #access,
                argument_scopes: #scopes,
                optional_scopes: &[#(#constants.optional_scopes),*],
                annotations: #annotations,
                icons: #icons,
                meta: #meta,
                arguments: &[#(#constants.definition),*],
                output: #runtime::Returned::<#output>::OUTPUT,
                upstreams: &[#upstreams],
                prepare: &[#(#prepare),*],
                call: #call_name,
            }
        };
    }
}

pub(super) fn argument_constant(index: usize) -> Ident {
    format_ident!("MCP_AUTH_ARGUMENT_{index}")
}

/// ```text
/// const MCP_AUTH_ARGUMENT_0: Argument<NoteId, Notes> =
///     Kind::<NoteId>::TAG.unless(…).argument::<NoteId, Notes>().named("id", Some("Which."), None);
/// ```
fn argument(index: usize, argument: &Argument, context: &Context<'_>) -> TokenStream {
    let Context { runtime, server, .. } = context;
    let constant = argument_constant(index);
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
        const #constant: #runtime::Argument<#ty, #server> = #kind.named(#name, #description, #default);
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
/// fn mcp_auth_call<'a>(server: &'a Notes, call: &'a ToolCall, prepared: &mut Prepared) -> Result<OutcomeFuture<'a>, ToolError> {
///     fn mcp_auth_respond(value: Result<()>) -> Outcome {
///         match respond::<Result<()>>(value) {
///             Ok(response) => Ok(response),
///             Err(failed) => Err(failed.to_tool_error()),
///         }
///     }
///     let argument_0 = match MCP_AUTH_ARGUMENT_0.get(server, call, prepared) {
///         Ok(value) => value,
///         Err(failed) => return Err(failed),
///     };
///     let future = Sharing::<Notes>::TAG.spawnable(Notes::delete_note(server, argument_0));
///     Ok(Sharing::<Notes>::TAG.answered(future, mcp_auth_respond))
/// }
/// ```
///
/// No `async` block and no closure, and `match` for `?`: each is more code, compiled for each tool after each edit.
fn call(tool: &Tool, call_name: &Ident, context: &Context<'_>) -> TokenStream {
    let Context { runtime, server, .. } = context;
    let hidden = Span::mixed_site();
    let (this, request, prepared, value, failed) = (
        Ident::new("mcp_auth_server", hidden),
        Ident::new("mcp_auth_request", hidden),
        Ident::new("mcp_auth_prepared", hidden),
        Ident::new("mcp_auth_value", hidden),
        Ident::new("mcp_auth_failed", hidden),
    );
    let names: Vec<_> =
        (0..tool.arguments.len()).map(|i| format_ident!("mcp_auth_argument_{i}", span = hidden)).collect();
    let constants = (0..tool.arguments.len()).map(argument_constant);

    let ident = tool.ident();
    let span = ident.span();
    let receiver = tool.signature.receiver().map(|_| quote!(#this,));
    let here = runtime.at(span);
    let there = types::relocate((*server).clone(), span);
    let run = if tool.is_function {
        quote_spanned!(span=> #ident(#(#names),*))
    } else {
        quote_spanned!(span=> #there::#ident(#receiver #(#names),*))
    };
    let respond_name = local(tool, "mcp_auth_respond");
    let answer = if tool.signature.asyncness.is_some() {
        // In one place, for rustc reports one place once: both demand that the future is `Send`.
        let (respond_name, sharing) =
            (relocated(&respond_name, span), quote_spanned!(span=> #here::Sharing::<#there>::TAG));
        quote_spanned!(span=> #sharing.answered(#sharing.spawnable(#run), #respond_name))
    } else {
        quote!(#runtime::OutcomeFuture::ready(#respond_name(#run)))
    };
    let respond = respond(tool, &respond_name, context);
    let deprecated = tool.deprecated.then(|| quote!(#[allow(deprecated)]));
    quote! {
        #deprecated
        fn #call_name<'a>(
            #this: &'a #server,
            #request: &'a #runtime::ToolCall,
            #prepared: &mut #runtime::Prepared,
        ) -> #runtime::Result<#runtime::OutcomeFuture<'a>, #runtime::ToolError> {
            #respond
            #(let #names = match #constants.get(#this, #request, #prepared) {
                #runtime::Ok(#value) => #value,
                #runtime::Err(#failed) => return #runtime::Err(#failed),
            };)*
            #runtime::Ok(#answer)
        }
    }
}

/// The answer that is made of the tool's value.
fn respond(tool: &Tool, name: &Ident, context: &Context<'_>) -> TokenStream {
    let runtime = context.runtime;
    let hidden = Span::mixed_site();
    let (value, failed) = (Ident::new("mcp_auth_value", hidden), Ident::new("mcp_auth_failed", hidden));
    let output = output(tool, context);
    // The call lies over the whole type, as the demand on the type does: rustc reports one place once.
    let (output_span, output_end) = types::ends(&output);
    let here = runtime.at(output_span);
    let respond_to = quote_spanned!(output_end=> >(#value));
    let respond = quote_spanned!(output_span=> #here::respond::<#output #respond_to);
    let to_tool_error = Ident::new("to_tool_error", output_span);
    quote! {
        fn #name(#value: #output) -> #runtime::Outcome {
            match #respond {
                #runtime::Ok(#value) => #runtime::Ok(#value),
                #runtime::Err(#failed) => #runtime::Err(#failed.#to_tool_error()),
            }
        }
    }
}

fn relocated(name: &Ident, span: Span) -> Ident {
    Ident::new(&name.to_string(), span)
}

/// Not the name of the function that is called.
fn local(tool: &Tool, name: &str) -> Ident {
    if tool.is_function { format_ident!("{name}_{}", tool.ident()) } else { format_ident!("{name}") }
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

/// What was written at the tool, else what its arguments and the server's default say.
pub(super) fn access(tool: &Tool, context: &Context<'_>) -> TokenStream {
    if tool.access.is_decision() {
        return written(&tool.access, context.runtime);
    }
    let (Context { runtime, default, .. }, scopes) = (context, scopes(tool));
    quote!(#runtime::undecided(#default, #scopes))
}

/// The scopes that the arguments require, per argument.
pub(super) fn scopes(tool: &Tool) -> TokenStream {
    let constants = (0..tool.arguments.len()).map(argument_constant);
    quote!(&[#(#constants.scopes),*])
}

/// `Some(Access::…)`, `None`
pub(crate) fn default(rule: Option<&Access>, runtime: &RuntimePath) -> TokenStream {
    option(rule.map(|rule| written(rule, runtime)), runtime)
}

/// `Access::scopes(&["a"], &[&["b", "c"]])`
pub(crate) fn written(access: &Access, runtime: &RuntimePath) -> TokenStream {
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
