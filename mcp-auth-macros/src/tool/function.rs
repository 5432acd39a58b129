//! `#[tool(server = Notes, …)]` on a function of its own: parse -> validate -> expand.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Type};

use super::{model::Tool, parse, validate};
use crate::{
    attribute::{entries, key},
    diagnostics::{Errors, recover},
    runtime_path::RuntimePath,
    set::Set,
    signature::Method,
    types,
};

/// One function between syn and quote.
struct Function {
    runtime: RuntimePath,
    server: Option<Type>,
    method: Method,
    cfgs: Vec<Attribute>,
    /// The one tool.
    tools: [Tool; 1],
}

pub(crate) fn generate(attribute: TokenStream, method: Method, errors: &Errors) -> TokenStream {
    let mut function = parse(attribute, method, errors);
    check(&function, errors);
    recover::clean_tool(&mut function.method);
    let method = &function.method;
    let server = function.server.as_ref().map(|server| (types::everywhere(server), server.to_token_stream()));
    let set = match &server {
        Some((path, place)) if errors.is_empty() => set(&function, path, place).expand(),
        _ => set(&function, &TokenStream::new(), &TokenStream::new()).stand_in(),
    };
    // A method of a block that nothing took: a type cannot stand beside it.
    let set = (method.signature.receiver().is_none() && server.is_some()).then_some(set);
    quote!(#method #set)
}

fn parse(attribute: TokenStream, method: Method, errors: &Errors) -> Function {
    let (mut runtime, mut server) = (RuntimePath::default(), None);
    let mut rest = Vec::new();
    let mut named = false;
    for entry in entries(attribute, &key::TOOL, errors) {
        match entry.name().as_str() {
            key::CRATE => runtime = RuntimePath::parse(entry, errors),
            key::SERVER_TYPE => {
                named = true;
                server = entry.ty(errors);
            }
            _ => rest.push(entry),
        }
    }
    if let (true, Some(receiver)) = (named, method.signature.receiver()) {
        errors.at(
            receiver,
            "a method is listed with its block: remove `server`, and write `#[tools(name)]` on the `impl`; \
             a function of its own takes `State<…>`",
        );
    } else if !named {
        errors.push(syn::Error::new(
            proc_macro2::Span::call_site(),
            "`#[tool]` stands on a method inside of a `#[server]` or `#[tools]` block, or names its server\n\
             write `#[mcp_auth::server(resource = \"https://…\")]` on the `impl`, or `#[tool(server = Type, …)]` on a \
             function of its own",
        ));
    }
    let mut tool = parse::tool(&method, rest, errors);
    tool.is_function = true;
    // The set carries them; its tool is there whenever it is.
    let cfgs = std::mem::take(&mut tool.cfgs);
    Function { runtime, server, method, cfgs, tools: [tool] }
}

fn check(function: &Function, errors: &Errors) {
    if let Some(server) = &function.server {
        if types::as_path(server).is_none() {
            errors.at(server, "a server is a struct or an enum of your own");
        } else if types::first_borrow(server.to_token_stream()).is_some() {
            errors.at(server, "a server lives as long as the program; it cannot borrow");
        }
    }
    if errors.is_empty() {
        function.tools.iter().for_each(|tool| validate::tool(tool, errors));
    }
}

fn set<'a>(function: &'a Function, owner: &'a TokenStream, place: &'a TokenStream) -> Set<'a> {
    let Function { runtime, method, cfgs, tools, .. } = function;
    let levels = method.attrs.iter().filter(|attribute| attribute.path().is_ident("allow"));
    Set {
        runtime,
        visibility: &method.vis,
        name: &method.signature.ident,
        attributes: quote!(#[doc(hidden)] #(#levels)*),
        cfgs,
        owner,
        owner_place: place,
        scopes: None,
        default: None,
        tools,
    }
}
