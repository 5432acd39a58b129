//! `upstream(…)`: the providers whose tokens tools take.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    Attribute, Path, Token,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
    spanned::Spanned,
};

use super::model::Server;
use crate::{attribute, diagnostics::Errors, types};

/// Whether the runtime crate has upstreams: the feature is switched on from there.
pub(crate) const ENABLED: bool = cfg!(feature = "authorization-server");

/// `#[cfg(…)] mcp_auth::GitHub`
pub(crate) struct Upstream {
    cfgs: Vec<Attribute>,
    path: Path,
}

impl Upstream {
    fn text(&self) -> String {
        types::text(&self.path.to_token_stream())
    }
}

pub(crate) fn parse(entry: attribute::Entry, enabled: bool, errors: &Errors) -> Vec<Upstream> {
    let key = entry.key.clone();
    let Some(tokens) = entry.list("GitHub", errors) else { return Vec::new() };
    if !enabled {
        errors.at(
            &key,
            "`upstream` needs the feature `authorization-server` of mcp-auth\n\
             write `mcp-auth = { version = \"…\", features = [\"authorization-server\"] }` in Cargo.toml",
        );
        return Vec::new();
    }
    let parse_one = |input: ParseStream<'_>| {
        let cfgs = input.call(Attribute::parse_outer)?;
        if let Some(other) = cfgs.iter().find(|attribute| !attribute.path().is_ident("cfg")) {
            return Err(syn::Error::new_spanned(
                other,
                "expected `#[cfg(…)]` or a provider such as `GitHub`",
            ));
        }
        if !input.peek(syn::Ident) && !input.peek(Token![::]) && !input.peek(Token![crate]) {
            return Err(input.error("expected a provider such as `GitHub`"));
        }
        Ok(Upstream { cfgs, path: input.call(Path::parse_mod_style)? })
    };
    let parse =
        |input: ParseStream<'_>| Punctuated::<Upstream, Token![,]>::parse_terminated_with(input, parse_one);
    let upstreams: Vec<_> = errors.take(parse.parse2(tokens)).into_iter().flatten().collect();
    for (i, upstream) in upstreams.iter().enumerate() {
        let same = |before: &Upstream| before.text() == upstream.text() && before.cfgs.is_empty();
        if upstream.cfgs.is_empty() && upstreams.iter().take(i).any(same) {
            errors.at(&upstream.path, format!("`{}` is listed twice", upstream.text()));
        }
    }
    upstreams
}

/// `UpstreamDefinition::of::<GitHub>("GitHub"),` for each.
pub(crate) fn definitions(server: &Server) -> TokenStream {
    let runtime = &server.settings.runtime;
    let one = |upstream: &Upstream| {
        let Upstream { cfgs, path } = upstream;
        let (here, text) = (runtime.at(path.span()), upstream.text());
        let definition = quote_spanned!(path.span()=> #here::UpstreamDefinition::of::<#path>);
        quote!(#(#cfgs)* #definition(#text),)
    };
    server.settings.upstreams.iter().map(one).collect()
}

/// `impl HasUpstream<GitHub> for Notes {}` for each.
pub(crate) fn implementations(server: &Server) -> TokenStream {
    let (runtime, ty) = (&server.settings.runtime, &server.path);
    let one = |Upstream { cfgs, path }: &Upstream| quote!(#(#cfgs)* #[automatically_derived] impl #runtime::HasUpstream<#path> for #ty {});
    server.settings.upstreams.iter().map(one).collect()
}
