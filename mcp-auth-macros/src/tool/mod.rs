//! `#[tool]`: on a method, where the block's pipeline runs the steps of each tool, or on a function of its own.

pub(crate) mod checks;
pub(crate) mod documentation;
pub(crate) mod expand;
mod function;
pub(crate) mod model;
pub(crate) mod parse;
pub(crate) mod validate;

use proc_macro2::TokenStream;

use crate::{diagnostics::Errors, signature::Method};

/// `#[tool]` that no block took.
pub(crate) fn generate(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let output = if let Ok(method) = syn::parse2::<Method>(item.clone()) {
        function::generate(attribute, method, &errors)
    } else {
        errors.at(&item, "`#[tool]` stands on a function");
        item
    };
    errors.finish(&output)
}
