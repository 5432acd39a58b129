//! Errors are collected, so that one build shows all of them.

pub(crate) mod recover;
pub(crate) mod suggest;

use std::{cell::RefCell, fmt::Display};

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// The errors of one macro invocation.
///
/// Dropping it with errors that nobody reported is a bug; tests panic there.
#[derive(Default)]
pub(crate) struct Errors(RefCell<Vec<syn::Error>>);

impl Errors {
    /// An error that underlines `tokens`.
    pub(crate) fn at(&self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn push(&self, error: syn::Error) {
        self.0.borrow_mut().push(error);
    }

    /// The value, or nothing and its error here.
    pub(crate) fn take<T>(&self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// `output` and all errors.
    pub(crate) fn finish(self, output: &TokenStream) -> TokenStream {
        let errors = self.0.take();
        let errors = errors.iter().map(syn::Error::to_compile_error);
        quote!(#(#errors)* #output)
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        debug_assert!(self.is_empty() || std::thread::panicking(), "errors were collected and not reported");
    }
}
