//! What goes wrong inside: for the log in full, for the client as an id under which the operator finds it.

use std::{any::Any, error::Error};

use crate::random;

/// Logs `error` and returns what the client may know of it.
pub(crate) fn opaque(name: &str, error: &str) -> String {
    let reference = random::reference();
    tracing::error!(name, reference, error, "failed");
    format!("internal error, reference {reference}")
}

/// An error and what caused it, on one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let part = error.to_string();
        // Some types repeat their source in their own text.
        if !text.ends_with(&part) {
            text.push_str(": ");
            text.push_str(&part);
        }
        cause = error.source();
    }
    text
}

/// What a panic said.
pub(crate) fn panicked(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.map_or_else(|| "panicked".to_owned(), |text| format!("panicked: {text}"))
}
