//! The derive's item -> `Scope`.

use proc_macro2::TokenStream;
use syn::{
    Attribute, DeriveInput, LitStr, Meta, Path, Token,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
};

use super::model::Scope;
use crate::{
    attribute::{Entry, entries, key, scope::Word},
    diagnostics::Errors,
    runtime_path::RuntimePath,
    tool::documentation,
};

const EXPECTED: &str = "expected the scope's name: `#[scope(\"notes:read\")]`";

pub(crate) fn scope(item: &DeriveInput, errors: &Errors) -> Scope {
    let mut scope = Scope {
        runtime: RuntimePath::default(),
        ident: item.ident.clone(),
        name: None,
        description: documentation::description(&item.attrs),
        includes: Vec::new(),
    };
    let mut attributes = item.attrs.iter().filter(|attribute| attribute.path().is_ident(key::SCOPE));
    match attributes.next() {
        Some(attribute) => scope.take(attribute, errors),
        None => errors.at(&item.ident, EXPECTED),
    }
    for again in attributes {
        errors.at(again, "`#[scope]` is written twice");
    }
    scope
}

impl Scope {
    fn take(&mut self, attribute: &Attribute, errors: &Errors) {
        let Meta::List(list) = &attribute.meta else { return errors.at(attribute, EXPECTED) };
        let Some((name, rest)) = errors.take(name.parse2(list.tokens.clone())) else { return };
        match name {
            Some(literal) => self.name = Some(Word::literal(literal)),
            None => errors.at(attribute, EXPECTED),
        }
        for entry in entries(rest, &key::SCOPE_TYPE, errors) {
            match entry.name().as_str() {
                key::CRATE => self.runtime = RuntimePath::parse(entry, errors),
                _ => self.includes = includes(entry, errors),
            }
        }
    }
}

/// The name and what follows it.
fn name(input: ParseStream<'_>) -> syn::Result<(Option<LitStr>, TokenStream)> {
    let name = if input.peek(LitStr) { Some(input.parse()?) } else { None };
    if name.is_some() && !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok((name, input.parse()?))
}

fn includes(entry: Entry, errors: &Errors) -> Vec<Path> {
    let types = |input: ParseStream<'_>| {
        if input.peek(LitStr) {
            return Err(
                input.error("expected a type that derives `Scope`; a literal includes nothing by itself")
            );
        }
        input.call(Path::parse_mod_style)
    };
    let parse = |input: ParseStream<'_>| Punctuated::<Path, Token![,]>::parse_terminated_with(input, types);
    let key = entry.key.clone();
    let Some(tokens) = entry.list("ReadNotes", errors) else { return Vec::new() };
    if tokens.is_empty() {
        errors.at(key, "`includes` names no scope; leave it out, or write `includes(ReadNotes)`");
    }
    errors.take(parse.parse2(tokens)).map(|paths| paths.into_iter().collect()).unwrap_or_default()
}
