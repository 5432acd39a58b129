//! `#[server]`: parse -> validate -> expand.

mod expand;
mod fallback;
mod listing;
mod model;
mod parse;
mod resource;
mod validate;

use proc_macro2::TokenStream;

use crate::{
    diagnostics::{Errors, recover},
    signature::Block,
};

const ATTRIBUTE: &str = "#[server]";

pub(crate) fn generate(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let settings = parse::settings(attribute, &errors);
    let Some(mut block) = Block::parse(item.clone(), ATTRIBUTE, &errors) else {
        return errors.finish(&fallback::not_a_block(item, &settings));
    };
    let server = parse::server(settings, &block, &errors);
    let checked = validate::server(&server, &block, &errors);
    recover::clean(&mut block);
    let output = match checked {
        Some(checked) => expand::server(&checked, &block),
        None => fallback::server(&server, &block),
    };
    errors.finish(&output)
}

#[cfg(test)]
mod tests;
