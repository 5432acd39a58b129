//! The user's block, the server's table, and the checks of it.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::Ident;

use super::{
    listing,
    model::{Server, Settings},
    validate::ValidServer,
};
use crate::{
    attribute::key,
    runtime_path::RuntimePath,
    signature::Block,
    tool::{
        checks,
        expand::{self as tool, Context, option, scope},
    },
    upstream,
};

/// ```text
/// impl Notes { … }
///
/// const _: () = {
///     impl ScopeCatalog for Notes { const SCOPES: … = &["notes:read", …]; }
///     impl Server for Notes { const DEFINITION: … = ServerDefinition { … }; }
///     const MCP_AUTH_TOOL_0: ToolDefinition<Notes> = { … };               // per tool
///     const _: () = require_declared(<Notes as ScopeCatalog>::SCOPES, "notes:raed");   // per word
/// };
/// ```
pub(crate) fn server(valid: &ValidServer<'_>, block: &Block) -> TokenStream {
    let server = valid.get();
    let Server { settings, path, tools, .. } = server;
    let runtime = &settings.runtime;
    let context = Context {
        runtime,
        server: path,
        default: tool::default(settings.default.as_ref(), runtime),
        declared: settings.scopes.is_some(),
    };
    let constants: Vec<_> = (0..tools.len()).map(tool::constant).collect();
    let tool_definitions = tool::tools(tools, &context);
    let (cfgs, imports, listing) = (block.cfgs(), tool::imports(runtime), listing::expand(server));
    let definition = definition(server, &constants);
    let upstreams = upstream::implementations(&settings.upstreams, runtime, path);
    let catalog = catalog(server, &constants);
    let checks = block_checks(server, &context);
    quote! {
        #block

        #(#cfgs)*
        const _: () = {
            #imports
            #catalog
            #definition
            #upstreams
            #tool_definitions
            #listing
            #checks
        };
    }
}

/// ```text
/// impl Server for Notes {
///     const DEFINITION: ServerDefinition<Self> = ServerDefinition { resource: Some("https://…"), … };
/// }
/// ```
fn definition(server: &Server, constants: &[Ident]) -> TokenStream {
    let Server { settings, path, tools, .. } = server;
    let Settings { runtime, resource, title, instructions, icons, anonymous, list, .. } = settings;
    let resource = option(resource.as_ref(), runtime);
    let name = default_to(settings.name.as_ref(), &quote!(::core::env!("CARGO_PKG_NAME")));
    let version = default_to(settings.version.as_ref(), &quote!(::core::env!("CARGO_PKG_VERSION")));
    let title = option(title.as_ref(), runtime);
    let instructions = option(instructions.as_ref(), runtime);
    let icons = option(icons.as_ref().map(|icons| quote!(|| #icons)), runtime);
    let list = default_to(list.as_ref(), &quote!(#runtime::ListPolicy::ACQUIRABLE));
    let requires = settings.requires.iter().map(|word| scope(word, runtime));
    let groups = groups(settings, runtime);
    let cfgs = tools.iter().map(|tool| &tool.cfgs);
    let listed = listing::slices(settings);
    let upstreams = upstream::definitions(&settings.upstreams, runtime);
    quote! {
        const MCP_AUTH_TOOLS: &[#runtime::ToolDefinition<#path>] = &[#(#(#cfgs)* #constants),*];
        impl #runtime::Server for #path {
            const DEFINITION: #runtime::ServerDefinition<Self> = #runtime::ServerDefinition {
                resource: #resource,
                name: #name,
                title: #title,
                version: #version,
                instructions: #instructions,
                icons: #icons,
                scopes: <#path as #runtime::ScopeCatalog>::SCOPES,
                requires: &[#(#requires),*],
                anonymous: #anonymous,
                list: #list,
                groups: #groups,
                tools: &[MCP_AUTH_TOOLS, #listed],
                handler: #runtime::Handler::<#path>::FIND,
                upstreams: &[#upstreams],
            };
        }
    }
}

fn default_to(value: Option<&impl ToTokens>, default: &TokenStream) -> TokenStream {
    value.map_or_else(|| default.clone(), ToTokens::to_token_stream)
}

/// `Groups { prompts: Some(…), resources: None, … }`
fn groups(settings: &Settings, runtime: &RuntimePath) -> TokenStream {
    let fields = key::GROUPS.iter().map(|name| {
        let access = settings.groups.iter().find(|(group, _)| group == name);
        let access = option(access.map(|(_, access)| tool::written(access, runtime)), runtime);
        let field = format_ident!("{name}");
        quote!(#field: #access)
    });
    quote!(#runtime::Groups { #(#fields),* })
}

/// The declared scopes, or the words of the block and of its arguments.
fn catalog(server: &Server, constants: &[Ident]) -> TokenStream {
    let Server { settings, path, tools, .. } = server;
    let runtime = &settings.runtime;
    let default = tool::default(settings.default.as_ref(), runtime);
    let scopes = if let Some(declared) = &settings.scopes {
        let words = declared.iter().map(|word| scope(word, runtime));
        quote!(&[#(#words),*])
    } else {
        let own = server.own_words().map(|word| scope(word, runtime));
        let groups = tools.iter().zip(constants).map(|(tool, constant)| {
            let cfgs = &tool.cfgs;
            let words = tool.access.words().map(|word| scope(word, runtime));
            quote!(#(#cfgs)* &[&[#(#words),*]], #(#cfgs)* #constant.argument_scopes, #(#cfgs)* #constant.optional_scopes,)
        });
        quote! {{
            const MCP_AUTH_WORDS: #runtime::WordGroups = &[&[&[#(#own),*]], #(#groups)*];
            &#runtime::concat::<{ #runtime::total(MCP_AUTH_WORDS) }>(MCP_AUTH_WORDS)
        }}
    };
    quote! {
        impl #runtime::ScopeCatalog for #path {
            const SCOPES: #runtime::Words = #scopes;
            const DEFAULT: #runtime::DefaultAccess = #default;
        }
    }
}

/// What holds for the block as a whole.
fn block_checks(server: &Server, context: &Context<'_>) -> TokenStream {
    let Context { runtime, server: path, .. } = context;
    let catalog = quote!(<#path as #runtime::ScopeCatalog>::SCOPES);
    let mut checks = checks::check(&server.ty, context, "within_limit", &catalog);
    checks.extend(checks::declared(server.own_words(), context));
    checks.extend(checks::declared_once(server.settings.scopes.as_deref(), context));
    checks.extend(checks::unique(&server.tools, context));
    checks
}
