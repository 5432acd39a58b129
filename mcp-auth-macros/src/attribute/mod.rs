//! What stands in our attributes: `key = value`, `key(list)`, `key`.

pub(crate) mod access;
pub(crate) mod key;
pub(crate) mod scope;

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Expr, ExprLit, Ident, Lit, LitStr, Token, Type,
    ext::IdentExt,
    parenthesized,
    parse::{ParseStream, Parser},
    token::{Bracket, Paren},
};

use self::key::{Keys, REPEATABLE};
use crate::{
    diagnostics::{Errors, suggest},
    types,
};

/// One `key …` of an attribute.
pub(crate) struct Entry {
    pub(crate) key: Ident,
    pub(crate) value: Value,
}

pub(crate) enum Value {
    Flag,
    Equals(Expr),
    /// `server = Notes<u8>`, which is no expression.
    Type(Box<Type>),
    List(Paren, TokenStream),
}

impl Entry {
    /// The key as text.
    pub(crate) fn name(&self) -> String {
        self.key.unraw().to_string()
    }

    /// `key = "text"`
    pub(crate) fn string(self, errors: &Errors) -> Option<LitStr> {
        match &self.value {
            Value::Equals(value) => match string(value) {
                Some(literal) => return Some(literal.clone()),
                None => errors.at(value, format!("expected a string literal: `{} = \"…\"`", self.name())),
            },
            _ => errors.at(&self.key, format!("expected `{} = \"…\"`", self.name())),
        }
        None
    }

    /// `key = expression`
    pub(crate) fn expression(self, errors: &Errors) -> Option<Expr> {
        match self.value {
            Value::Equals(value) => return Some(value),
            _ => errors.at(&self.key, format!("expected `{} = …`", self.name())),
        }
        None
    }

    /// `key` or `key = true`; `key = false`
    pub(crate) fn boolean(self, errors: &Errors) -> Option<bool> {
        match &self.value {
            Value::Flag => return Some(true),
            Value::Equals(Expr::Lit(ExprLit { lit: Lit::Bool(value), .. })) => return Some(value.value),
            _ => errors.at(&self.key, format!("expected `{0}` or `{0} = false`", self.name())),
        }
        None
    }

    /// `key` and nothing else.
    pub(crate) fn flag(self, errors: &Errors) -> bool {
        let flag = matches!(self.value, Value::Flag);
        if !flag {
            errors.at(&self.key, format!("`{}` takes no value", self.name()));
        }
        flag
    }

    /// `server = Type`
    pub(crate) fn ty(self, errors: &Errors) -> Option<Type> {
        match self.value {
            Value::Type(ty) => return Some(*ty),
            _ => errors.at(&self.key, format!("expected `{} = Type`", self.name())),
        }
        None
    }

    /// `key(…)`
    pub(crate) fn list(self, example: &str, errors: &Errors) -> Option<TokenStream> {
        match self.value {
            Value::List(_, tokens) => return Some(tokens),
            _ => errors.at(&self.key, format!("expected `{}({example})`", self.name())),
        }
        None
    }
}

impl ToTokens for Entry {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.key.to_tokens(tokens);
        match &self.value {
            Value::Flag => {}
            Value::Equals(value) => quote!(= #value).to_tokens(tokens),
            Value::Type(ty) => quote!(= #ty).to_tokens(tokens),
            Value::List(paren, list) => paren.surround(tokens, |tokens| tokens.extend(list.clone())),
        }
    }
}

/// The string literal in an expression, also where `macro_rules!` wrapped it.
pub(crate) fn string(value: &Expr) -> Option<&LitStr> {
    match value {
        Expr::Group(group) => string(&group.expr),
        Expr::Lit(ExprLit { lit: Lit::Str(literal), .. }) => Some(literal),
        _ => None,
    }
}

/// The entries of one attribute; unknown and repeated keys are reported and left out.
pub(crate) fn entries(tokens: TokenStream, keys: &Keys, errors: &Errors) -> Vec<Entry> {
    let parse = |input: ParseStream<'_>| {
        let mut entries: Vec<Entry> = Vec::new();
        while !input.is_empty() {
            if let Some(entry) = errors.take(entry(input, keys)) {
                if is_known(&entry, keys, errors) && is_first(&entry, &entries, errors) {
                    entries.push(entry);
                }
            } else {
                skip_to_comma(input);
            }
            if !input.is_empty() && input.parse::<Token![,]>().is_err() {
                errors.push(input.error("expected `,`"));
                skip_to_comma(input);
                let _: Option<Token![,]> = input.parse()?;
            }
        }
        Ok(entries)
    };
    errors.take(parse.parse2(tokens)).unwrap_or_default()
}

pub(crate) fn entry(input: ParseStream<'_>, keys: &Keys) -> syn::Result<Entry> {
    if !input.peek(Ident::peek_any) {
        let text = format!("expected a key; {} knows {}", keys.attribute, suggest::list(keys.names));
        return Err(input.error(text));
    }
    let key = input.call(Ident::parse_any)?;
    let value = if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        if key == key::SERVER_TYPE { Value::Type(input.parse()?) } else { Value::Equals(input.parse()?) }
    } else if input.peek(Paren) {
        let content;
        let paren = parenthesized!(content in input);
        Value::List(paren, content.parse()?)
    } else if input.peek(Bracket) {
        return Err(input.error("expected `(…)`"));
    } else {
        Value::Flag
    };
    Ok(Entry { key, value })
}

fn is_known(entry: &Entry, keys: &Keys, errors: &Errors) -> bool {
    let name = entry.name();
    let known = keys.names.contains(&name.as_str());
    if !known {
        let near = suggest::nearest(&name, keys.names);
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let list = suggest::list(keys.names);
        errors.at(&entry.key, format!("unknown key `{name}`{near}\n{} knows {list}", keys.attribute));
    }
    known
}

fn is_first(entry: &Entry, before: &[Entry], errors: &Errors) -> bool {
    let name = entry.name();
    let first = before.iter().find(|other| other.name() == name && !REPEATABLE.contains(&name.as_str()));
    if let Some(first) = first {
        let first = types::text(&first.to_token_stream());
        errors.at(entry, format!("`{name}` is written twice; the first is `{first}`"));
    }
    first.is_none()
}

fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}
