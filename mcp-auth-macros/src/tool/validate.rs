//! The rules for one tool, one function each.

use quote::ToTokens;
use syn::{FnArg, GenericParam, ReceiverKind, ReturnType, Safety};

use super::model::{Argument, Tool};
use crate::{
    diagnostics::Errors,
    types::{self, Borrow},
};

/// Reports everything that is wrong with the tool as it was written.
pub(crate) fn tool(tool: &Tool, errors: &Errors) {
    check_name(tool, errors);
    check_qualifiers(tool, errors);
    check_receiver(tool, errors);
    check_generics(tool, errors);
    check_arguments(tool, errors);
    check_output(tool, errors);
    check_annotations(tool, errors);
}

/// The characters that the protocol names for tool names, and at most 128 of them: clients drop a whole list for one
/// name they do not take.
fn check_name(tool: &Tool, errors: &Errors) {
    let name = tool.name.value();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.is_empty() || name.len() > 128 {
        errors.at(&tool.name, "a tool's name has 1 to 128 characters");
    } else if let Some(c) = name.chars().find(|c| !allowed(*c)) {
        let message = format!(
            "tool name `{name}` holds {c:?}, which clients refuse; expected A-Z, a-z, 0-9, `_`, `-`, `.`"
        );
        let hint = format!("{message}\nwrite another name: `#[tool(name = \"…\")]`");
        errors.at(&tool.name, if tool.ident() == &name { hint } else { message });
    }
}

/// A tool is a plain `fn` or `async fn`.
fn check_qualifiers(tool: &Tool, errors: &Errors) {
    let signature = &tool.signature;
    if let Some(token) = &signature.constness {
        errors.at(token, "a tool is not `const`; remove the word");
    }
    if let Safety::Unsafe(token) = &signature.safety {
        errors.at(token, "a tool is not `unsafe`: clients call it with any input");
    }
    if let Some(abi) = &signature.abi {
        errors.at(abi, "a tool is a Rust function; remove the ABI");
    }
    if let Some(variadic) = &signature.variadic {
        errors.at(variadic, "a tool has a fixed list of arguments");
    }
}

/// Calls run at the same time, so all of them share the server.
fn check_receiver(tool: &Tool, errors: &Errors) {
    let Some(receiver) = tool.signature.receiver() else { return };
    match &receiver.kind {
        ReceiverKind::Reference(_, _, None) => {}
        ReceiverKind::Typed(_, ty) if types::text(&ty.to_token_stream()) == "&Self" => {}
        ReceiverKind::Reference(..) => errors.at(
            receiver,
            "calls run at the same time and share the server; take `&self` and keep what changes in a `Mutex`",
        ),
        _ => errors.at(receiver, "calls run at the same time and share the server; take `&self`"),
    }
}

/// Which argument is an extractor is decided on concrete types only.
fn check_generics(tool: &Tool, errors: &Errors) {
    for parameter in &tool.signature.generics.params {
        match parameter {
            GenericParam::Lifetime(_) => {}
            parameter => errors.at(parameter, "a tool cannot be generic; write the concrete type"),
        }
    }
}

fn check_arguments(tool: &Tool, errors: &Errors) {
    let mut names: Vec<String> = Vec::new();
    for argument in &tool.arguments {
        check_type(argument, errors);
        let name = argument.name.value();
        if argument.pattern.is_some() {
            continue;
        }
        if names.contains(&name) {
            errors.at(&argument.name, format!("two arguments are the property `{name}`"));
        }
        names.push(name);
    }
    for input in &tool.signature.inputs {
        if let FnArg::Receiver(receiver) = input
            && let Some(attribute) = receiver.attrs.iter().find(|attribute| attribute.path().is_ident("arg"))
        {
            errors.at(attribute, "`self` is no argument of the tool");
        }
    }
}

/// An argument owns its data: it is made for the call, by nobody who would keep what it borrows.
fn check_type(argument: &Argument, errors: &Errors) {
    let tokens = argument.ty.to_token_stream();
    if let Some(span) = types::first_impl(tokens.clone()) {
        let error =
            "an argument of a tool has a concrete type; `impl Trait` does not say what a client may send";
        errors.push(syn::Error::new(span, error));
        return;
    }
    match types::first_borrow(tokens) {
        Some(Borrow::Reference) => {
            let owned = types::owned_form(&argument.ty);
            let error = format!("an argument of a tool owns its data; take `{owned}`");
            errors.at(&argument.ty, error);
        }
        Some(Borrow::Lifetime(name, span)) => {
            let error =
                format!("an argument of a tool owns its data; expected `'static` instead of `{name}`");
            errors.push(syn::Error::new(span, error));
        }
        None => {}
    }
}

/// The return type is named again where the output schema is made.
fn check_output(tool: &Tool, errors: &Errors) {
    let ReturnType::Type(_, ty) = &tool.signature.output else { return };
    if types::first_impl(ty.to_token_stream()).is_some() {
        let future = types::text(&ty.to_token_stream()).contains("Future<");
        let instead = if future { "write `async fn`" } else { "write the concrete type" };
        errors.at(ty, format!("a tool cannot return `impl Trait`; {instead}"));
    }
}

/// A tool that changes nothing destroys nothing.
fn check_annotations(tool: &Tool, errors: &Errors) {
    if let (Some(read_only), Some(destructive)) = (&tool.annotations.read_only, &tool.annotations.destructive)
        && read_only.value
        && destructive.value
    {
        let error = "a tool that is `read_only` cannot be `destructive`";
        errors.push(syn::Error::new(destructive.span(), error));
    }
}
