//! The rules for a server as a whole, one function each.

use super::{ATTRIBUTE, model::Server, resource};
use crate::{
    attribute::scope::Word,
    block,
    diagnostics::{Errors, suggest},
    signature::Block,
    tool,
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
    block::check(block, ATTRIBUTE, errors);
    check_resource(server, errors);
    if !errors.is_empty() {
        return None;
    }
    for tool in &server.tools {
        tool::validate::tool(tool, errors);
    }
    check_near_words(server, errors);
    let rustc_will_tell = block::check_names(&server.tools, errors);
    (errors.is_empty() && !rustc_will_tell).then_some(ValidServer(server))
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
