//! The function without our attributes.

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::{diagnostics::recover, signature::Method};

pub(crate) fn tool(item: TokenStream) -> TokenStream {
    match syn::parse2::<Method>(item.clone()) {
        Ok(mut method) => {
            recover::clean_tool(&mut method);
            method.to_token_stream()
        }
        Err(_) => item,
    }
}
