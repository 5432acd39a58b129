//! Scope words in attributes.

use proc_macro2::TokenStream;
use syn::{Expr, LitStr, Token, parse::Parser, punctuated::Punctuated};

use super::{Entry, Value, string};
use crate::diagnostics::Errors;

/// One scope, and the literal that holds it.
#[derive(Clone)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) literal: LitStr,
}

/// `scopes("a", "b")`, `scopes = "a b"`: at least one word, none twice.
pub(crate) fn words(entry: &Entry, errors: &Errors) -> Vec<Word> {
    let name = entry.name();
    let words = match &entry.value {
        Value::Equals(value) => one(&name, value, errors),
        Value::List(_, tokens) => list(tokens.clone(), errors),
        Value::Flag | Value::Type(_) => Some(Vec::new()),
    };
    let Some(words) = words else { return Vec::new() };
    if words.is_empty() {
        errors.at(entry, format!("`{name}` names no scope; expected `{name}(\"…\")`"));
    }
    check(&words, errors);
    words
}

fn one(name: &str, value: &Expr, errors: &Errors) -> Option<Vec<Word>> {
    let Some(literal) = string(value) else {
        errors.at(value, format!("expected string literals: `{name} = \"a b\"` or `{name}(\"a\", \"b\")`"));
        return None;
    };
    let words = literal.value();
    let words = words.split_ascii_whitespace();
    Some(words.map(|text| Word { text: text.to_owned(), literal: literal.clone() }).collect())
}

fn list(tokens: TokenStream, errors: &Errors) -> Option<Vec<Word>> {
    let values = errors.take(Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens))?;
    let mut words = Vec::new();
    for value in &values {
        let Some(literal) = string(value) else {
            errors.at(value, "expected a scope as a string literal");
            return None;
        };
        words.push(Word { text: literal.value(), literal: literal.clone() });
    }
    Some(words)
}

/// The rules for the words of one list.
fn check(words: &[Word], errors: &Errors) {
    for (i, word) in words.iter().enumerate() {
        check_syntax(word, errors);
        check_purpose(word, errors);
        if words.iter().take(i).any(|before| before.text == word.text) {
            errors.at(&word.literal, format!("scope `{}` is written twice", word.text));
        }
    }
}

/// RFC 6749 appendix A.4: `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`.
fn check_syntax(word: &Word, errors: &Errors) {
    let Word { text, literal } = word;
    let allowed = |c: char| matches!(c, '\x21' | '\x23'..='\x5B' | '\x5D'..='\x7E');
    if text.is_empty() {
        errors.at(literal, "a scope is not empty");
    } else if text.contains(' ') {
        let parts: Vec<_> = text.split_ascii_whitespace().map(|part| format!("\"{part}\"")).collect();
        errors.at(literal, format!("a scope holds no space; expected {}", parts.join(", ")));
    } else if let Some(c) = text.chars().find(|c| !allowed(*c)) {
        errors.at(
            literal,
            format!("scope `{text}` holds {c:?}; expected ASCII without spaces, quotes and backslashes"),
        );
    }
}

/// `offline_access` is a wish to the issuer, no permission.
fn check_purpose(word: &Word, errors: &Errors) {
    if word.text == "offline_access" {
        errors.at(&word.literal, "`offline_access` asks for a refresh token, it cannot guard a tool");
    }
}
