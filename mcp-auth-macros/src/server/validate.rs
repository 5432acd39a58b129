//! The rules for a server as a whole, one function each.

use quote::ToTokens;

use super::{model::Server, resource};
use crate::{
    attribute::scope::Word,
    diagnostics::{Errors, suggest},
    signature::Block,
    tool, types,
};

/// A server without a mistake; only this is expanded.
pub(crate) struct ValidServer<'a>(&'a Server);

impl<'a> ValidServer<'a> {
    pub(crate) fn get(&self) -> &'a Server {
        self.0
    }
}

/// Reports everything that is wrong; what parsing reported is not judged again.
pub(crate) fn server<'a>(server: &'a Server, block: &Block, errors: &Errors) -> Option<ValidServer<'a>> {
    check_block(block, errors);
    check_resource(server, errors);
    if !errors.is_empty() {
        return None;
    }
    for tool in &server.tools {
        tool::validate::tool(tool, errors);
    }
    check_near_words(server, errors);
    let rustc_will_tell = check_names(server, errors);
    (errors.is_empty() && !rustc_will_tell).then_some(ValidServer(server))
}

/// An inherent impl of a concrete type. Which argument is an extractor is decided on concrete types only.
fn check_block(block: &Block, errors: &Errors) {
    if let Some((path, _)) = &block.trait_ {
        let error = "`#[server]` stands on an inherent impl; write a second block: `impl Notes { … }`";
        errors.at(path, error.replace("Notes", &types::text(&block.self_ty.to_token_stream())));
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

fn check_resource(server: &Server, errors: &Errors) {
    if let Some(literal) = &server.settings.resource
        && let Some(problem) = resource::problem(&literal.value())
    {
        errors.at(literal, problem);
    }
}

/// Without a catalogue nothing tells a typo from a second scope.
fn check_near_words(server: &Server, errors: &Errors) {
    if server.settings.scopes.is_some() {
        return;
    }
    let mut known: Vec<&str> = Vec::new();
    for word in server.words() {
        // A type cannot be misspelt.
        let Word::Literal(text, literal) = word else { continue };
        if known.contains(&text.as_str()) {
            continue;
        }
        if let Some(near) = known.iter().find(|known| suggest::distance(known, text) == 1) {
            errors.at(
                literal,
                format!(
                    "scope `{text}` is one letter away from `{near}`; a typo?\n\
                     if both exist, declare all scopes: `#[server(scopes(\"{near}\", \"{text}\"))]`"
                ),
            );
            // Declaring them settles the others, too.
            return;
        }
        known.push(text);
    }
}

/// No two tools of one name. Returns whether rustc reports it, because the methods have one name, too.
fn check_names(server: &Server, errors: &Errors) -> bool {
    let mut rustc_will_tell = false;
    for (i, tool) in server.tools.iter().enumerate() {
        let before = server.tools.iter().take(i).find(|before| before.name.value() == tool.name.value());
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
