//! Attribute and impl block -> `Server`.

use proc_macro2::TokenStream;

use super::{
    listing,
    model::{Server, Settings},
};
use crate::{
    attribute::{Entry, access::Access, entries, key, scope},
    diagnostics::Errors,
    runtime_path::RuntimePath,
    signature::Block,
    tool, types, upstream,
};

pub(crate) fn settings(attribute: TokenStream, errors: &Errors) -> Settings {
    let mut settings = Settings::default();
    for entry in entries(attribute, &key::SERVER, errors) {
        settings.take(entry, errors);
    }
    settings
}

impl Settings {
    fn take(&mut self, entry: Entry, errors: &Errors) {
        match entry.name().as_str() {
            key::CRATE => self.runtime = RuntimePath::parse(entry, errors),
            key::TOOLS => self.listed = listing::parse(entry, errors),
            key::UPSTREAM => self.upstreams = upstream::parse(entry, upstream::ENABLED, errors),
            key::RESOURCE => self.resource = entry.string(errors),
            key::NAME => self.name = entry.expression(errors),
            key::TITLE => self.title = entry.expression(errors),
            key::VERSION => self.version = entry.expression(errors),
            key::INSTRUCTIONS => self.instructions = entry.expression(errors),
            key::ICONS => self.icons = entry.expression(errors),
            key::SCOPES => self.scopes = Some(scope::words(&entry, errors)),
            key::REQUIRES => self.requires = scope::words(&entry, errors),
            key::ANONYMOUS => self.anonymous = entry.flag(errors),
            key::LIST => self.list = entry.expression(errors),
            key::DEFAULT => self.default = Access::parse(entry, errors),
            _ => {
                let group = entry.key.clone();
                self.groups.extend(Access::parse(entry, errors).map(|access| (group, access)));
            }
        }
    }
}

pub(crate) fn server(settings: Settings, block: &Block, errors: &Errors) -> Server {
    let ty = block.self_ty.clone();
    let path = types::everywhere(&ty);
    let tools = tool::parse::block(block, errors);
    Server { settings, ty, path, tools }
}
