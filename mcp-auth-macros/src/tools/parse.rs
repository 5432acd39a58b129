//! Attribute and impl block -> `ToolBlock`.

use proc_macro2::TokenStream;
use syn::{
    Ident, Token, Visibility,
    parse::{ParseStream, Parser},
    parse_quote,
};

use super::model::{Settings, ToolBlock};
use crate::{
    attribute::{Entry, access::Access, entries, key, scope},
    diagnostics::Errors,
    runtime_path::RuntimePath,
    signature::Block,
    tool, types,
};

pub(crate) fn settings(attribute: TokenStream, errors: &Errors) -> Settings {
    let (visibility, name, rest) = head(attribute, errors);
    let mut settings =
        Settings { runtime: RuntimePath::default(), visibility, name, scopes: None, default: None };
    for entry in entries(rest, &key::BLOCK, errors) {
        settings.take(entry, errors);
    }
    settings
}

/// `pub(crate) repos, …`. Without a visibility the whole crate can list the block, and is warned if nobody does.
fn head(attribute: TokenStream, errors: &Errors) -> (Visibility, Option<Ident>, TokenStream) {
    let parse = |input: ParseStream<'_>| {
        let visibility = match input.parse()? {
            Visibility::Inherited => parse_quote!(pub(crate)),
            written => written,
        };
        let ahead = input.fork();
        let named = ahead.parse::<Ident>().is_ok() && (ahead.is_empty() || ahead.peek(Token![,]));
        if !named {
            let error = "expected a name, by which the server lists the block: `#[tools(repos)]`";
            return Err(syn::Error::new(input.span(), error));
        }
        let name = input.parse()?;
        let _: Option<Token![,]> = input.parse()?;
        Ok((visibility, Some(name), input.parse()?))
    };
    errors.take(parse.parse2(attribute)).unwrap_or((Visibility::Inherited, None, TokenStream::new()))
}

impl Settings {
    fn take(&mut self, entry: Entry, errors: &Errors) {
        match entry.name().as_str() {
            key::CRATE => self.runtime = RuntimePath::parse(entry, errors),
            key::SCOPES => self.scopes = Some(scope::words(&entry, errors)),
            _ => self.default = Access::parse(entry, errors),
        }
    }
}

pub(crate) fn tools(settings: Settings, block: &Block, errors: &Errors) -> ToolBlock {
    let ty = block.self_ty.clone();
    let path = types::everywhere(&ty);
    ToolBlock { settings, path, tools: tool::parse::block(block, errors), ty }
}
