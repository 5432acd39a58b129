//! The rules for every block of tools.

use quote::ToTokens;

use crate::{diagnostics::Errors, signature::Block, tool::model::Tool, types};

/// An inherent impl of a concrete type. Which argument is an extractor is decided on concrete types only.
pub(crate) fn check(block: &Block, attribute: &str, errors: &Errors) {
    if let Some((path, _)) = &block.trait_ {
        let ty = types::text(&block.self_ty.to_token_stream());
        let error =
            format!("`{attribute}` stands on an inherent impl; write a second block: `impl {ty} {{ … }}`");
        errors.at(path, error);
    } else if !block.generics.params.is_empty() {
        let error = "a server cannot be generic; use `Arc<dyn Trait>` inside, or an alias of a concrete type";
        errors.at(&block.generics, error);
    } else if types::as_path(&block.self_ty).is_none() {
        errors.at(&block.self_ty, "a server is a struct or an enum of your own");
    } else if types::first_borrow(block.self_ty.to_token_stream()).is_some() {
        errors.at(&block.self_ty, "a server lives as long as the program; it cannot borrow");
    }
    if let Some(token) = &block.unsafety {
        errors.at(token, "an inherent impl is not `unsafe`");
    }
}

/// No two tools of one name. Returns whether rustc reports it, because the methods have one name, too.
pub(crate) fn check_names(tools: &[Tool], errors: &Errors) -> bool {
    let mut rustc_will_tell = false;
    for (i, tool) in tools.iter().enumerate() {
        let before = tools.iter().take(i).find(|before| before.name.value() == tool.name.value());
        let Some(before) = before else { continue };
        // Which of them exist is up to `cfg`: the check is generated.
        if !(before.cfgs.is_empty() && tool.cfgs.is_empty()) {
            continue;
        }
        if before.ident() == tool.ident() {
            rustc_will_tell = true;
        } else {
            let error = format!(
                "there are two tools named `{}`; the first is `fn {}`",
                tool.name.value(),
                before.ident()
            );
            errors.at(&tool.name, error);
        }
    }
    rustc_will_tell
}
