//! A set of tools that a server lists by path: a block, or one function.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Visibility};

use crate::{
    attribute::{access::Access, scope::Word},
    runtime_path::RuntimePath,
    tool::{
        checks,
        expand::{self as tool, Context},
        model::Tool,
    },
};

/// What its path leads to: an empty type, beside the function or block whose name it has.
pub(crate) struct Set<'a> {
    pub(crate) runtime: &'a RuntimePath,
    pub(crate) visibility: &'a Visibility,
    pub(crate) name: &'a Ident,
    /// Documentation and lint levels.
    pub(crate) attributes: TokenStream,
    /// `#[cfg]`s of the function or block.
    pub(crate) cfgs: &'a [Attribute],
    /// The type whose tools they are, valid as a type and as an expression.
    pub(crate) owner: &'a TokenStream,
    /// Where `owner` was written.
    pub(crate) owner_place: &'a TokenStream,
    /// The catalogue, if this set declares it.
    pub(crate) scopes: Option<&'a [Word]>,
    pub(crate) default: Option<&'a Access>,
    pub(crate) tools: &'a [Tool],
}

impl Set<'_> {
    /// ```text
    /// pub(crate) enum repos {}
    ///
    /// const _: () = {
    ///     const MCP_AUTH_TOOL_0: ToolDefinition<Notes> = { … };                    // per tool
    ///     impl<S: Holds<Notes>> ToolsOf<S> for repos { const TOOLS: … = &[MCP_AUTH_TOOL_0.on(…), …]; }
    ///     const _: () = require_catalog::<Notes>();
    /// };
    /// ```
    pub(crate) fn expand(&self) -> TokenStream {
        let Self { runtime, name, cfgs, owner, tools, .. } = self;
        let default = if self.default.is_some() {
            tool::default(self.default, runtime)
        } else {
            quote!(#runtime::CatalogOf::<#owner>::DEFAULT)
        };
        let context = Context { runtime, server: owner, default, declared: true };
        let declaration = self.declaration();
        let imports = tool::imports(runtime);
        let tool_definitions = tool::tools(tools, &context);
        let constants: Vec<_> = (0..tools.len()).map(tool::constant).collect();
        let tool_cfgs: Vec<_> = tools.iter().map(|tool| &tool.cfgs).collect();
        let owner_check = self.owner_check(&context);
        let unique = checks::unique(tools, &context);
        quote! {
            #declaration

            #(#cfgs)*
            const _: () = {
                #imports
                #tool_definitions
                impl<McpAuthServer: #runtime::Holds<#owner>> #runtime::ToolsOf<McpAuthServer> for #name {
                    const CATALOG: #runtime::Words = #runtime::CatalogOf::<#owner>::SCOPES;
                    const TOOLS: &'static [#runtime::ToolDefinition<McpAuthServer>] = &[#(
                        #(#tool_cfgs)*
                        #constants.on(|server, call, _| {
                            let part = #runtime::Holds::<#owner>::part(server);
                            #runtime::Ok(#runtime::Sharing::<#owner>::TAG.run(&#constants, part, call))
                        })
                    ),*];
                }
                // Unlisted, the set is one warning, and not one more at each of its functions.
                const _: &[#runtime::ToolDefinition<#owner>] = &[#(#(#tool_cfgs)* #constants),*];
                #owner_check
                #unique
            };
        }
    }

    /// What stands in where a mistake was reported, so that the listing does not report it again.
    pub(crate) fn stand_in(&self) -> TokenStream {
        let Self { runtime, name, cfgs, .. } = self;
        let declaration = self.declaration();
        quote! {
            #declaration

            #(#cfgs)*
            const _: () = {
                impl<McpAuthServer: 'static> #runtime::ToolsOf<McpAuthServer> for #name {
                    const CATALOG: #runtime::Words = &[];
                    const TOOLS: &'static [#runtime::ToolDefinition<McpAuthServer>] = &[];
                }
            };
        }
    }

    /// A type that is never made: unlisted, it is a warning at its name, if every token stands there. rustc keeps such
    /// warnings to itself where a token comes from another crate's macro.
    fn declaration(&self) -> TokenStream {
        let Self { visibility, name, attributes, cfgs, .. } = self;
        let declaration = quote_spanned!(name.span()=> enum #name {});
        let visibility = visibility.to_token_stream().into_iter().map(|mut token| {
            token.set_span(name.span());
            token
        });
        let declaration: TokenStream = visibility.chain(declaration).collect();
        quote! {
            #(#cfgs)*
            #attributes
            #[allow(non_camel_case_types, unreachable_pub, missing_debug_implementations, missing_copy_implementations)]
            #declaration
        }
    }

    /// The type is a server; or it is made a part here.
    fn owner_check(&self, context: &Context<'_>) -> TokenStream {
        let Self { runtime, owner, .. } = self;
        let Some(scopes) = self.scopes else {
            return checks::demand(self.owner_place, context, "require_catalog", owner);
        };
        let words = scopes.iter().map(|word| tool::scope(word, runtime));
        let default = tool::default(self.default, runtime);
        let shared = checks::demand(self.owner_place, context, "require_shared", owner);
        let limit = checks::check(
            self.owner_place,
            context,
            "within_limit",
            &quote!(#runtime::CatalogOf::<#owner>::SCOPES),
        );
        let words_of_default = self.default.into_iter().flat_map(Access::words);
        let mut checks = checks::declared(words_of_default, context);
        checks.extend(checks::declared_once(self.scopes, context));
        quote! {
            impl #runtime::ScopeCatalog for #owner {
                const SCOPES: #runtime::Words = &[#(#words),*];
                const DEFAULT: #runtime::DefaultAccess = #default;
            }
            #shared
            #limit
            #checks
        }
    }
}
