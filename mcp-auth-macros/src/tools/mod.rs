//! `#[tools]`, a named block of tools in any file: parse -> validate -> expand.

mod expand;
mod model;
mod parse;
mod validate;

use proc_macro2::TokenStream;

use crate::{
    diagnostics::{Errors, recover},
    signature::Block,
};

const ATTRIBUTE: &str = "#[tools]";

pub(crate) fn generate(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let settings = parse::settings(attribute, &errors);
    let original = item.clone();
    let Some(mut block) = Block::parse(item, ATTRIBUTE, &errors) else {
        return errors.finish(&original);
    };
    let tools = parse::tools(settings, &block, &errors);
    let checked = validate::tools(&tools, &block, &errors);
    recover::clean(&mut block);
    let output = match checked {
        Some(checked) => expand::tools(&checked, &block),
        None => expand::fallback(&tools, &block),
    };
    errors.finish(&output)
}
