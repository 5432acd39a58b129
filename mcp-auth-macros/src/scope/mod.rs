//! `#[derive(Scope)]`: parse -> validate -> expand.

mod expand;
mod fallback;
mod model;
mod parse;
mod validate;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::diagnostics::Errors;

pub(crate) fn generate(item: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let Some(item) = errors.take(syn::parse2::<DeriveInput>(item)) else {
        return errors.finish(&TokenStream::new());
    };
    let scope = parse::scope(&item, &errors);
    let output = match validate::scope(&scope, &item, &errors) {
        Some(valid) => expand::scope(&valid),
        None => fallback::scope(&scope, &item),
    };
    errors.finish(&output)
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn reports_every_mistake_at_once() {
        let text = generate(quote!(
            #[scope("a b", includes("c"), colour = 1)]
            enum Colour {}
        ));
        let text = text.to_string();
        assert_eq!(text.matches("compile_error").count(), 4, "{text}");
        assert_eq!(text.matches("impl").count(), 1, "a stand-in: {text}");
    }

    #[test]
    fn names_the_renamed_crate_only() {
        let text = generate(quote!(
            /// All of it.
            #[scope("all", includes(Part), crate = "::renamed")]
            struct All;
        ));
        let text = text.to_string();
        assert!(text.contains(":: renamed :: private") && text.contains("All of it."), "{text}");
        assert!(!text.contains("mcp_auth ::"), "{text}");
    }
}
