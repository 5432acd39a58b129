//! `upstream(…)`: the providers whose tokens tools take, and what is needed there.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    Attribute, Ident, Path, Token,
    parse::{ParseStream, Parser},
    spanned::Spanned,
    token::Paren,
};

use crate::{
    attribute::{
        self, key,
        scope::{self, Word},
    },
    diagnostics::Errors,
    runtime_path::RuntimePath,
    types,
};

/// Whether the runtime crate has upstreams: the feature is switched on from there.
pub(crate) const ENABLED: bool = cfg!(feature = "authorization-server");

/// `#[cfg(…)] mcp_auth::GitHub, scopes = "repo"`
pub(crate) struct Upstream {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) path: Path,
    scopes: Option<Vec<Word>>,
}

/// What stands between two commas.
enum Part {
    Provider(Vec<Attribute>, Path),
    Scopes(attribute::Entry),
}

impl Upstream {
    pub(crate) fn text(&self) -> String {
        types::text(&self.path.to_token_stream())
    }

    /// `scopes = "…"` follows the provider whose scopes they are.
    fn take(&mut self, entry: &attribute::Entry, errors: &Errors) {
        if self.scopes.is_some() {
            errors.at(entry, format!("`scopes` of `{}` is written twice", self.text()));
            return;
        }
        self.scopes = Some(scope::upstream_words(entry, errors));
    }
}

/// The providers of a server.
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
    let parse = |input: ParseStream<'_>| input.parse_terminated(part, Token![,]);
    let mut upstreams: Vec<Upstream> = Vec::new();
    for part in errors.take(parse.parse2(tokens)).into_iter().flatten() {
        match (part, upstreams.last_mut()) {
            (Part::Provider(cfgs, path), _) => upstreams.push(Upstream { cfgs, path, scopes: None }),
            (Part::Scopes(entry), Some(upstream)) => upstream.take(&entry, errors),
            (Part::Scopes(entry), None) => {
                let error =
                    "`scopes` follows the provider whose scopes they are: `upstream(GitHub, scopes = \"…\")`";
                errors.at(entry, error);
            }
        }
    }
    for (i, upstream) in upstreams.iter().enumerate() {
        let same = |before: &Upstream| before.text() == upstream.text() && before.cfgs.is_empty();
        if upstream.cfgs.is_empty() && upstreams.iter().take(i).any(same) {
            errors.at(&upstream.path, format!("`{}` is listed twice", upstream.text()));
        }
    }
    upstreams
}

/// The providers at which a tool needs something.
pub(crate) fn of_tool(entry: attribute::Entry, errors: &Errors) -> Vec<Upstream> {
    let upstreams = parse(entry, ENABLED, errors);
    for upstream in upstreams.iter().filter(|upstream| upstream.scopes.is_none()) {
        let name = upstream.text();
        errors.at(
            &upstream.path,
            format!(
                "a tool says what it needs at `{name}`: `upstream({name}, scopes = \"…\")`\n\
                 `#[server(upstream({name}))]` lists the provider; the argument `Upstream<{name}>` takes its token"
            ),
        );
    }
    upstreams
}

fn part(input: ParseStream<'_>) -> syn::Result<Part> {
    let ahead = input.fork();
    let word = ahead.call(<Ident as syn::ext::IdentExt>::parse_any);
    if word.is_ok_and(|word| word == key::SCOPES) && (ahead.peek(Token![=]) || ahead.peek(Paren)) {
        return attribute::entry(input, &key::UPSTREAMS).map(Part::Scopes);
    }
    let cfgs = input.call(Attribute::parse_outer)?;
    if let Some(other) = cfgs.iter().find(|attribute| !attribute.path().is_ident("cfg")) {
        return Err(syn::Error::new_spanned(other, "expected `#[cfg(…)]` or a provider such as `GitHub`"));
    }
    if !input.peek(Ident) && !input.peek(Token![::]) && !input.peek(Token![crate]) {
        return Err(input.error("expected a provider such as `GitHub`"));
    }
    Ok(Part::Provider(cfgs, input.call(Path::parse_mod_style)?))
}

/// `UpstreamDefinition::of::<GitHub>("GitHub", &["repo"]),` for each.
pub(crate) fn definitions(upstreams: &[Upstream], runtime: &RuntimePath) -> TokenStream {
    let one = |upstream: &Upstream| {
        let Upstream { cfgs, path, scopes } = upstream;
        let (here, text) = (runtime.at(path.span()), upstream.text());
        let scopes = scopes.iter().flatten().map(Word::text);
        let definition = quote_spanned!(path.span()=> #here::UpstreamDefinition::of::<#path>);
        quote!(#(#cfgs)* #definition(#text, &[#(#scopes),*]),)
    };
    upstreams.iter().map(one).collect()
}

/// `impl HasUpstream<GitHub> for Notes {}` for each.
pub(crate) fn implementations(
    upstreams: &[Upstream],
    runtime: &RuntimePath,
    server: &TokenStream,
) -> TokenStream {
    let one = |Upstream { cfgs, path, .. }: &Upstream| quote!(#(#cfgs)* #[automatically_derived] impl #runtime::HasUpstream<#path> for #server {});
    upstreams.iter().map(one).collect()
}
