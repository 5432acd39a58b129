//! The rules for a scope type, one function each.

use quote::ToTokens;
use syn::{Data, DeriveInput, Fields};

use super::model::Scope;
use crate::{
    attribute::scope::{self, Word},
    diagnostics::Errors,
    types,
};

/// A scope type without a mistake; only this is expanded.
pub(crate) struct ValidScope<'a> {
    pub(crate) scope: &'a Scope,
    pub(crate) name: &'a Word,
}

/// Reports everything that is wrong; what parsing reported is not judged again.
pub(crate) fn scope<'a>(scope: &'a Scope, item: &DeriveInput, errors: &Errors) -> Option<ValidScope<'a>> {
    check_item(item, errors);
    if let Some(name) = &scope.name {
        scope::check_name(name, errors);
    }
    check_includes(scope, errors);
    scope.name.as_ref().filter(|_| errors.is_empty()).map(|name| ValidScope { scope, name })
}

/// One name, one type: what a type parameter or a variant would add, no token could carry.
fn check_item(item: &DeriveInput, errors: &Errors) {
    let unit = matches!(&item.data, Data::Struct(data) if matches!(data.fields, Fields::Unit));
    if !unit {
        errors.at(&item.ident, format!("a scope is a unit struct: `struct {};`", item.ident));
    } else if !item.generics.params.is_empty() {
        errors.at(&item.generics, "a scope type is not generic: it stands for one name");
    }
}

/// The types of `includes` that can be told apart by their tokens.
fn check_includes(scope: &Scope, errors: &Errors) {
    let text = |path: &syn::Path| types::text(&path.to_token_stream());
    for (i, path) in scope.includes.iter().enumerate() {
        if scope.includes.iter().take(i).any(|before| text(before) == text(path)) {
            errors.at(path, format!("`{}` is included twice", text(path)));
        }
    }
}
