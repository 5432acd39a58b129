//! `tools(…)`: tools that stand in other files, listed by path.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{
    Attribute, Path, Token,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
};

use super::model::{Server, Settings};
use crate::{attribute, diagnostics::Errors, types};

/// `#[cfg(…)] crate::search::search`
pub(crate) struct Entry {
    cfgs: Vec<Attribute>,
    path: Path,
}

impl Entry {
    fn text(&self) -> String {
        types::text(&self.path.to_token_stream())
    }
}

pub(crate) fn parse(entry: attribute::Entry, errors: &Errors) -> Vec<Entry> {
    let Some(tokens) = entry.list("crate::search::search", errors) else { return Vec::new() };
    let parse_one = |input: ParseStream<'_>| {
        let cfgs = input.call(Attribute::parse_outer)?;
        if let Some(other) = cfgs.iter().find(|attribute| !attribute.path().is_ident("cfg")) {
            return Err(syn::Error::new_spanned(other, "expected `#[cfg(…)]` or a path"));
        }
        Ok(Entry { cfgs, path: input.call(Path::parse_mod_style)? })
    };
    let parse =
        |input: ParseStream<'_>| Punctuated::<Entry, Token![,]>::parse_terminated_with(input, parse_one);
    let entries: Vec<_> = errors.take(parse.parse2(tokens)).into_iter().flatten().collect();
    for (i, entry) in entries.iter().enumerate() {
        let same = |before: &&Entry| before.text() == entry.text() && before.cfgs.is_empty();
        if entry.cfgs.is_empty() && entries.iter().take(i).any(|before| same(&before)) {
            errors.at(&entry.path, format!("`{}` is listed twice", entry.text()));
        }
    }
    entries
}

fn constant(index: usize) -> Ident {
    format_ident!("MCP_AUTH_LISTED_{index}")
}

/// What `DEFINITION` lists besides the block's own tools.
pub(crate) fn slices(settings: &Settings) -> TokenStream {
    let one = |(i, entry): (usize, &Entry)| {
        let (cfgs, listed) = (&entry.cfgs, constant(i));
        quote!(#(#cfgs)* #listed.tools,)
    };
    settings.listed.iter().enumerate().map(one).collect()
}

/// ```text
/// const MCP_AUTH_LISTED_0: Listed<Notes> = {
///     use private::NotATool as McpAuthListed;
///     {
///         use crate::search::search as McpAuthListed;      // shadows it, if there is a type of this name
///         Listed::at::<McpAuthListed>("crate::search::search", 1)
///     }
/// };
/// const _: () = check_listed(MCP_AUTH_LISTED, &MCP_AUTH_LISTED_0, <Notes as ScopeCatalog>::SCOPES);
/// ```
pub(crate) fn expand(server: &Server) -> TokenStream {
    let Server { settings, path: server, .. } = server;
    let runtime = &settings.runtime;
    if settings.listed.is_empty() {
        return TokenStream::new();
    }
    let mut output = quote! {
        const MCP_AUTH_LISTED_OWN: #runtime::Listed<#server> = #runtime::Listed::own(MCP_AUTH_TOOLS);
    };
    let mut all = quote!(&MCP_AUTH_LISTED_OWN,);
    for (i, entry) in settings.listed.iter().enumerate() {
        let Entry { cfgs, path } = entry;
        let (listed, text, number) = (constant(i), entry.text(), i + 1);
        // One place for every error about this entry, and that is the path.
        let (first, last) = types::ends(path);
        let here = runtime.at(last);
        let (name, check) = (Ident::new("McpAuthListed", last), Ident::new("check_listed", first));
        let owner = types::relocate(server.clone(), last);
        let listing = quote_spanned!(last=> #here::Listed::<#owner>::at::<#name>);
        let here = runtime.at(first);
        let facts =
            quote_spanned!(last=> (MCP_AUTH_LISTED, &#listed, <#server as #runtime::ScopeCatalog>::SCOPES));
        output.extend(quote! {
            #(#cfgs)*
            const #listed: #runtime::Listed<#server> = {
                use #runtime::NotATool as McpAuthListed;
                {
                    #[allow(unused_imports)]
                    use #path as #name;
                    #listing(#text, #number)
                }
            };
            #(#cfgs)*
            #[allow(long_running_const_eval)]
            const _: () = #here::#check #facts;
        });
        all.extend(quote!(#(#cfgs)* &#listed,));
    }
    quote! {
        #output
        const MCP_AUTH_LISTED: &[&#runtime::Listed<#server>] = &[#all];
    }
}
