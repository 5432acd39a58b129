//! What the generated tokens say; what they mean is tested in `tests/`.

use quote::quote;

use super::generate;

fn text(attribute: proc_macro2::TokenStream, item: proc_macro2::TokenStream) -> String {
    generate(attribute, item).to_string()
}

#[test]
fn names_the_renamed_crate_only() {
    let text = text(
        quote!(crate = "::renamed", scopes("a"), prompts(public)),
        quote!(impl Notes { #[tool(scopes("a"))] async fn f(&self, #[arg(default)] x: u8) -> u8 { x } }),
    );
    assert!(text.contains(":: renamed :: private"));
    assert!(!text.contains("mcp_auth ::"), "{text}");
}

#[test]
fn keeps_everything_that_is_not_ours() {
    let text = text(
        quote!(),
        quote! {
            /// The server.
            #[cfg(unix)]
            impl Notes {
                const LIMIT: u8 = 1;
                /// A tool.
                #[tool(public)]
                #[must_use]
                pub(crate) fn f(&self, #[arg(rename = "y")] x: u8) -> u8 { x }
                #[arg(kept)]
                fn helper(&self, #[arg(kept)] x: u8) {}
                some_macro! {}
            }
        },
    );
    for kept in [
        "const LIMIT",
        "# [must_use]",
        "pub (crate) fn f (& self , x : u8)",
        "# [arg (kept)] x",
        "some_macro !",
    ] {
        assert!(text.contains(kept), "{kept}: {text}");
    }
    assert!(!text.contains("rename"), "{text}");
}

#[test]
fn reports_every_mistake_at_once() {
    let text = text(
        quote!(resource = "nowhere", colour = 1),
        quote!(impl Notes { #[tool(public, public)] fn f(&self) {} #[tool(scopes())] fn g(&self, #[cfg(unix)] a: u8) {} }),
    );
    assert_eq!(text.matches("compile_error").count(), 5, "{text}");
}

#[test]
fn stands_in_where_it_failed() {
    for item in [
        quote!(
            impl<T> Notes<T> {}
        ),
        quote!(
            struct Notes;
        ),
        quote!(impl Clone for Notes {}),
    ] {
        let text = text(quote!(), item);
        assert_eq!(text.matches("compile_error").count(), 1, "{text}");
        assert!(text.contains("STAND_IN"), "{text}");
    }
}

/// In this crate's own tests the feature may be on or off: both are tried.
#[test]
fn an_upstream_needs_the_feature_that_brings_it() {
    use crate::upstream;
    use crate::{attribute, diagnostics::Errors};

    let parse = |enabled: bool, list: proc_macro2::TokenStream| {
        let errors = Errors::default();
        let entry = attribute::entries(quote!(upstream(#list)), &attribute::key::SERVER, &errors);
        let count =
            entry.into_iter().map(|entry| upstream::parse(entry, enabled, &errors).len()).sum::<usize>();
        (count, errors.finish(&quote!()).to_string())
    };
    let (none, error) = parse(false, quote!(GitHub));
    assert_eq!(none, 0);
    assert!(error.contains("features = [\\\"authorization-server\\\"]"), "{error}");
    assert_eq!(
        parse(
            true,
            quote!(
                GitHub,
                #[cfg(unix)]
                ::a::Other
            )
        ),
        (2, String::new())
    );
    for (list, part) in [
        (quote!(GitHub, GitHub), "listed twice"),
        (quote!("github"), "expected a provider"),
        (
            quote!(
                #[doc]
                GitHub
            ),
            "expected `#[cfg",
        ),
    ] {
        let (_, error) = parse(true, list);
        assert!(error.contains(part), "{error}");
    }
}
