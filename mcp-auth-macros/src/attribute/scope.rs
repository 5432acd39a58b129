//! Scope words in attributes.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Expr, LitStr, Path, Token, parse::Parser, punctuated::Punctuated};

use super::{Entry, Value, string};
use crate::{diagnostics::Errors, types};

/// One scope, as it was written.
#[derive(Clone)]
pub(crate) enum Word {
    /// A name in a literal, which may hold several.
    Literal(String, LitStr),
    /// A type that derives `Scope`.
    Type(Path),
}

impl Word {
    pub(crate) fn literal(literal: LitStr) -> Self {
        Self::Literal(literal.value(), literal)
    }

    /// The name of a literal, the path of a type.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Literal(text, _) => text.clone(),
            Self::Type(path) => types::text(&path.to_token_stream()),
        }
    }

    /// As it stands in an attribute.
    pub(crate) fn code(&self) -> String {
        match self {
            Self::Literal(text, _) => format!("\"{text}\""),
            Self::Type(_) => self.text(),
        }
    }

    /// What to underline.
    pub(crate) fn place(&self) -> TokenStream {
        match self {
            Self::Literal(_, literal) => literal.to_token_stream(),
            Self::Type(path) => path.to_token_stream(),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}

/// `scopes("a", ReadNotes)`, `scopes = "a b"`, `scopes = ReadNotes`: at least one word, none twice.
pub(crate) fn words(entry: &Entry, errors: &Errors) -> Vec<Word> {
    let words = written(entry, errors);
    for word in &words {
        check_name(word, errors);
    }
    check_twice(&words, errors);
    words
}

/// Scopes at a provider: names that are its own, and no types.
pub(crate) fn upstream_words(entry: &Entry, errors: &Errors) -> Vec<Word> {
    let words = written(entry, errors);
    for word in &words {
        match word {
            Word::Literal(text, literal) if text.contains(',') => {
                let parts: Vec<_> = text.split(',').map(|part| format!("\"{}\"", part.trim())).collect();
                errors.at(literal, format!("a scope holds no comma; expected {}", parts.join(", ")));
            }
            Word::Literal(text, literal) => check_syntax(text, literal, errors),
            Word::Type(path) => {
                errors.at(path, "a scope at a provider is a string literal: its names are not ours");
            }
        }
    }
    check_twice(&words, errors);
    words
}

fn written(entry: &Entry, errors: &Errors) -> Vec<Word> {
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
    words
}

fn one(name: &str, value: &Expr, errors: &Errors) -> Option<Vec<Word>> {
    if let Some(path) = path(value) {
        return Some(vec![Word::Type(path.clone())]);
    }
    let Some(literal) = string(value) else {
        let error =
            format!("expected scopes: `{name} = \"a b\"`, `{name}(\"a\", \"b\")` or `{name}(ReadNotes)`");
        errors.at(value, error);
        return None;
    };
    let words = literal.value();
    let words = words.split_ascii_whitespace();
    Some(words.map(|text| Word::Literal(text.to_owned(), literal.clone())).collect())
}

fn list(tokens: TokenStream, errors: &Errors) -> Option<Vec<Word>> {
    let values = errors.take(Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens))?;
    let mut words = Vec::new();
    for value in &values {
        match (string(value), path(value)) {
            (Some(literal), _) => words.push(Word::literal(literal.clone())),
            (None, Some(path)) => words.push(Word::Type(path.clone())),
            (None, None) => {
                errors.at(value, "expected a scope: a string literal, or a type that derives `Scope`");
                return None;
            }
        }
    }
    Some(words)
}

/// The path in an expression, also where `macro_rules!` wrapped it.
fn path(value: &Expr) -> Option<&Path> {
    match value {
        Expr::Group(group) => path(&group.expr),
        Expr::Path(path) if path.qself.is_none() => Some(&path.path),
        _ => None,
    }
}

/// No word of a list is there twice.
fn check_twice(words: &[Word], errors: &Errors) {
    for (i, word) in words.iter().enumerate() {
        if words.iter().take(i).any(|before| before.is_same(word)) {
            errors.at(word.place(), format!("scope `{}` is written twice", word.text()));
        }
    }
}

/// The rules for a name that is written; that of a type is checked where it is derived.
pub(crate) fn check_name(word: &Word, errors: &Errors) {
    if let Word::Literal(text, literal) = word {
        check_syntax(text, literal, errors);
        check_purpose(text, literal, errors);
    }
}

/// RFC 6749 appendix A.4: `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`.
fn check_syntax(text: &str, literal: &LitStr, errors: &Errors) {
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
fn check_purpose(text: &str, literal: &LitStr, errors: &Errors) {
    if text == "offline_access" {
        errors.at(literal, "`offline_access` asks for a refresh token, it cannot guard a tool");
    }
}
