//! Attributes and signature of a method -> `Tool`.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, FnArg, LitBool, LitStr, Meta, Pat, PatType, spanned::Spanned};

use super::{
    documentation,
    model::{Annotations, Argument, Default as ArgumentDefault, Tool},
};
use crate::{
    attribute::{Entry, Value, access::Access, entries, key},
    diagnostics::{Errors, recover},
    signature::{Block, Method, cfgs, literal, unraw},
    types, upstream,
};

/// The tools of a block.
pub(crate) fn block(block: &Block, errors: &Errors) -> Vec<Tool> {
    block.methods().filter_map(|found| method(found, errors)).collect()
}

/// The tool that `method` is, or nothing if it carries no `#[tool]`.
fn method(method: &Method, errors: &Errors) -> Option<Tool> {
    for hidden in method.attrs.iter().filter(|attribute| recover::hides_tool(attribute)) {
        errors.at(
            hidden,
            "`cfg_attr` would hide the tool from `#[server]`; write `#[tool(…)]` and `#[cfg(…)]`",
        );
    }
    let mut attributes = method.attrs.iter().filter(|attribute| recover::is_tool(attribute));
    let attribute = attributes.next()?;
    for again in attributes {
        errors.at(again, "a method is one tool; remove the second `#[tool]`");
    }
    Some(tool(method, attribute_entries(attribute, &key::TOOL, errors), errors))
}

/// The tool that a method or function is by these entries of its attribute.
pub(crate) fn tool(method: &Method, entries: Vec<Entry>, errors: &Errors) -> Tool {
    let ident = &method.signature.ident;
    let mut tool = Tool {
        name: literal(&unraw(ident), ident.span()),
        title: None,
        description: documentation::description(&method.attrs),
        access: Access::default(),
        annotations: Annotations::default(),
        icons: None,
        meta: None,
        arguments: arguments(method, errors),
        upstreams: Vec::new(),
        cfgs: cfgs(&method.attrs),
        deprecated: method.attrs.iter().any(|attribute| attribute.path().is_ident("deprecated")),
        is_function: false,
        signature: method.signature.clone(),
    };
    for entry in entries {
        tool.take(entry, errors);
    }
    tool.access.check(errors);
    tool
}

impl Tool {
    fn take(&mut self, entry: Entry, errors: &Errors) {
        match entry.name().as_str() {
            key::NAME => self.name = entry.string(errors).unwrap_or_else(|| self.name.clone()),
            key::TITLE => self.title = entry.expression(errors),
            key::DESCRIPTION => {
                self.description = entry.expression(errors).map(ToTokens::into_token_stream);
            }
            key::ANNOTATIONS => self.annotations = annotations(entry, errors),
            key::ICONS => self.icons = entry.expression(errors),
            key::UPSTREAM => self.upstreams = upstream::of_tool(entry, errors),
            key::META => self.meta = entry.expression(errors),
            key @ (key::SERVER_TYPE | key::CRATE) => {
                errors.at(&entry.key, format!("the block says that for all of its tools; remove `{key}`"));
            }
            _ => self.access.add(entry, errors),
        }
    }
}

/// The entries of `#[key]` or `#[key(…)]`.
fn attribute_entries(attribute: &Attribute, keys: &key::Keys, errors: &Errors) -> Vec<Entry> {
    match &attribute.meta {
        Meta::Path(_) => Vec::new(),
        Meta::List(list) => entries(list.tokens.clone(), keys, errors),
        meta @ Meta::NameValue(_) => {
            errors.at(meta, format!("expected `{}(…)]`", keys.attribute.trim_end_matches(']')));
            Vec::new()
        }
    }
}

fn annotations(entry: Entry, errors: &Errors) -> Annotations {
    let mut annotations = Annotations::default();
    for hint in
        entry.list("read_only", errors).map(|list| entries(list, &key::HINTS, errors)).unwrap_or_default()
    {
        let span = hint.key.span();
        let name = hint.name();
        if name == key::TITLE {
            annotations.title = hint.string(errors);
            continue;
        }
        let value = hint.boolean(errors).map(|value| LitBool::new(value, span));
        match name.as_str() {
            key::READ_ONLY => annotations.read_only = value,
            key::DESTRUCTIVE => annotations.destructive = value,
            key::IDEMPOTENT => annotations.idempotent = value,
            _ => annotations.open_world = value,
        }
    }
    annotations
}

fn arguments(method: &Method, errors: &Errors) -> Vec<Argument> {
    let typed = method.signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    typed.map(|typed| argument(typed, errors)).collect()
}

fn argument(typed: &PatType, errors: &Errors) -> Argument {
    for attribute in &typed.attrs {
        if recover::hides_tool(attribute) || attribute.path().is_ident("cfg") {
            errors
                .at(attribute, "an argument of a tool is there in every build; put `#[cfg(…)]` on the tool");
        }
    }
    let (name, pattern) = property(typed);
    let mut argument = Argument {
        name,
        pattern,
        ty: (*typed.ty).clone(),
        description: documentation::description(&typed.attrs),
        default: None,
        attribute: None,
    };
    let mut attributes = typed.attrs.iter().filter(|attribute| recover::is_arg(attribute));
    if let Some(attribute) = attributes.next() {
        argument.attribute = Some(attribute.meta.span());
        for entry in attribute_entries(attribute, &key::ARG, errors) {
            argument.take(entry, errors);
        }
    }
    for again in attributes {
        errors.at(again, "write all of it in one `#[arg(…)]`");
    }
    argument
}

/// The property's name: that of the binding, without `r#`. A pattern has none, which only an extractor can do without.
fn property(typed: &PatType) -> (LitStr, Option<TokenStream>) {
    match &*typed.pat {
        Pat::Ident(binding) if binding.subpat.is_none() && binding.by_ref.is_none() => {
            (literal(&unraw(&binding.ident), binding.ident.span()), None)
        }
        pattern => {
            let tokens = pattern.to_token_stream();
            (literal(&types::text(&tokens), pattern.span()), Some(tokens))
        }
    }
}

impl Argument {
    fn take(&mut self, entry: Entry, errors: &Errors) {
        match entry.name().as_str() {
            key::RENAME => {
                self.name = entry.string(errors).unwrap_or_else(|| self.name.clone());
                self.pattern = None;
            }
            key::DESCRIPTION => {
                self.description = entry.expression(errors).map(ToTokens::into_token_stream);
            }
            _ => {
                self.default = match entry.value {
                    Value::Flag => Some(ArgumentDefault::OfType(entry.key.span())),
                    _ => entry.expression(errors).map(ArgumentDefault::Value),
                }
            }
        }
    }
}
