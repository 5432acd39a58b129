//! The `impl Scope`, and the checks of what it includes.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{model::Scope, validate::ValidScope};
use crate::{tool::expand::option, types};

/// ```text
/// impl Scope for WriteNotes {
///     const ALONE: ScopeInfo = ScopeInfo::new("notes:write").described(Some("Create, …"));
///     type Id = …;                                          // the hash of the name, as a tree of bits
///     type Includes = (ReadNotes, ());
/// }
/// const _: () = require_acyclic::<WriteNotes>(0);           // per included type
/// const _: () = require_depth::<WriteNotes>();
/// ```
pub(crate) fn scope(valid: &ValidScope<'_>) -> TokenStream {
    let Scope { runtime, ident, description, includes, .. } = valid.scope;
    let name = valid.name.place();
    let here = runtime.at(types::ends(&name).0);
    let description = option(description.as_ref(), runtime);
    let id = id(hash(&valid.name.text()), 64);
    let list = list(includes);
    let acyclic = includes.iter().enumerate().map(|(i, path)| {
        let (first, last) = types::ends(path);
        let here = runtime.at(first);
        let facts = quote_spanned!(last=> (#i));
        quote_spanned!(first=> const _: () = #here::require_acyclic::<#ident> #facts;)
    });
    let depth = (!includes.is_empty()).then(|| {
        let here = runtime.at(ident.span());
        quote_spanned!(ident.span()=> const _: () = #here::require_depth::<#ident>();)
    });
    quote! {
        #[automatically_derived]
        impl #runtime::Scope for #ident {
            const ALONE: #runtime::ScopeInfo = #here::ScopeInfo::new(#name).described(#description);
            type Id = #id;
            type Includes = #list;
        }
        #(#acyclic)*
        #depth
    }
}

/// `(ReadNotes, (ReadTags, ()))`, each pair at the type that it begins with.
fn list(includes: &[syn::Path]) -> TokenStream {
    includes.iter().rev().fold(quote!(()), |rest, path| {
        let place = types::ends(path).0;
        quote_spanned!(place=> (#path, #rest))
    })
}

/// FNV-1a, 64 bits.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The lowest `width` bits as nested pairs; zero is `()`, one is `((),)`.
fn id(bits: u64, width: u32) -> TokenStream {
    if width == 1 {
        return if bits & 1 == 0 { quote!(()) } else { quote!(((),)) };
    }
    let half = width / 2;
    let (high, low) = (id(bits >> half, half), id(bits, half));
    quote!((#high, #low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_published() {
        for (text, expected) in
            [("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)]
        {
            assert_eq!(hash(text), expected, "{text}");
        }
    }

    #[test]
    fn writes_bits_from_the_highest() {
        assert_eq!(id(0b10, 2).to_string(), quote!((((),), ())).to_string());
        assert_eq!(id(0b0110, 4).to_string(), quote!((((), ((),)), (((),), ()))).to_string());
    }
}
