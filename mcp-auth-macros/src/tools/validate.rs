//! The rules for a block as a whole.

use proc_macro2::Ident;

use super::{ATTRIBUTE, model::ToolBlock};
use crate::{block, diagnostics::Errors, signature::Block, tool};

/// A block without a mistake; only this is expanded.
pub(crate) struct ValidTools<'a>(&'a ToolBlock, &'a Ident);

impl<'a> ValidTools<'a> {
    /// The block and its name.
    pub(crate) fn get(&self) -> (&'a ToolBlock, &'a Ident) {
        (self.0, self.1)
    }
}

/// Reports everything that is wrong; what parsing reported is not judged again.
pub(crate) fn tools<'a>(tools: &'a ToolBlock, block: &Block, errors: &Errors) -> Option<ValidTools<'a>> {
    block::check(block, ATTRIBUTE, errors);
    if !errors.is_empty() {
        return None;
    }
    for tool in &tools.tools {
        tool::validate::tool(tool, errors);
    }
    let rustc_will_tell = block::check_names(&tools.tools, errors);
    let name = tools.settings.name.as_ref()?;
    (errors.is_empty() && !rustc_will_tell).then_some(ValidTools(tools, name))
}
