//! Questions to types that need their tokens only. Which type it *is* decides the compiler, never we.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Lifetime, Path, PathArguments, Type, parse_quote,
    visit_mut::{self, VisitMut},
};

/// The path of a type, without the invisible groups of `macro_rules!`.
pub(crate) fn as_path(ty: &Type) -> Option<&Path> {
    match ungroup(ty) {
        Type::Path(path) if path.qself.is_none() => Some(&path.path),
        _ => None,
    }
}

/// A type without invisible groups and parentheses.
pub(crate) fn ungroup(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungroup(&group.elem),
        Type::Paren(paren) => ungroup(&paren.elem),
        ty => ty,
    }
}

/// `Notes<u8>` -> `Notes::<u8>`: valid where a type stands and where an expression stands.
pub(crate) fn turbofish(path: &Path) -> Path {
    let mut path = path.clone();
    for segment in &mut path.segments {
        if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
            arguments.colon2_token.get_or_insert_default();
        }
    }
    path
}

/// A type, valid where a type stands and, if it is a path, where an expression stands.
pub(crate) fn everywhere(ty: &Type) -> TokenStream {
    let path = as_path(ty).map(|path| turbofish(path).into_token_stream());
    path.unwrap_or_else(|| ty.to_token_stream())
}

/// Writes `server` for every `Self`, since generated items stand outside of the impl block.
pub(crate) fn replace_self(tokens: TokenStream, server: &TokenStream) -> TokenStream {
    map_idents(tokens, &|ident| (ident == "Self").then(|| relocate(server.clone(), ident.span())))
}

/// `tokens` as they resolve, shown at `place`.
pub(crate) fn relocate(tokens: TokenStream, place: Span) -> TokenStream {
    let relocate_one = |mut token: TokenTree| {
        if let TokenTree::Group(group) = token {
            let mut new = Group::new(group.delimiter(), relocate(group.stream(), place));
            new.set_span(group.span().located_at(place));
            return TokenTree::Group(new);
        }
        token.set_span(token.span().located_at(place));
        token
    };
    tokens.into_iter().map(relocate_one).collect()
}

fn map_idents(tokens: TokenStream, map: &dyn Fn(&Ident) -> Option<TokenStream>) -> TokenStream {
    let one = |token: TokenTree| match token {
        TokenTree::Ident(ident) => map(&ident).unwrap_or_else(|| quote!(#ident)),
        TokenTree::Group(group) => {
            let mut new = Group::new(group.delimiter(), map_idents(group.stream(), map));
            new.set_span(group.span());
            TokenTree::Group(new).into()
        }
        other => other.into(),
    };
    tokens.into_iter().map(one).collect()
}

/// Writes `'_` for the lifetimes that the method declares: its return type is named inside of another function.
pub(crate) fn forget_lifetimes(tokens: TokenStream, declared: &[String]) -> TokenStream {
    let is_tick = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '\'');
    let mut output = TokenStream::new();
    let mut after_tick = false;
    for token in tokens {
        let tick = is_tick(&token);
        let token = match token {
            TokenTree::Ident(ident) if after_tick && declared.contains(&ident.to_string()) => {
                TokenTree::Ident(Ident::new("_", ident.span()))
            }
            TokenTree::Group(group) => {
                let mut new = Group::new(group.delimiter(), forget_lifetimes(group.stream(), declared));
                new.set_span(group.span());
                TokenTree::Group(new)
            }
            other => other,
        };
        output.extend([token]);
        after_tick = tick;
    }
    output
}

/// What keeps a type from being named in a table that lives as long as the program.
pub(crate) enum Borrow {
    Reference,
    Lifetime(String, Span),
}

/// The first reference or lifetime in `ty` that is not `'static`.
pub(crate) fn first_borrow(tokens: TokenStream) -> Option<Borrow> {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) => {
                if let Some(borrow) = first_borrow(group.stream()) {
                    return Some(borrow);
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                let lifetime = tokens
                    .peek()
                    .is_some_and(|next| matches!(next, TokenTree::Punct(tick) if tick.as_char() == '\''));
                if !lifetime {
                    return Some(Borrow::Reference);
                }
                tokens.next();
                match tokens.next() {
                    Some(TokenTree::Ident(name)) if name == "static" => {}
                    _ => return Some(Borrow::Reference),
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == '\'' => match tokens.next() {
                Some(TokenTree::Ident(name)) if name != "static" => {
                    return Some(Borrow::Lifetime(format!("'{name}"), name.span()));
                }
                _ => {}
            },
            _ => {}
        }
    }
    None
}

/// The keyword `impl`, which no type of a tool can hold.
pub(crate) fn first_impl(tokens: TokenStream) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) if ident == "impl" => Some(ident.span()),
        TokenTree::Group(group) => first_impl(group.stream()),
        _ => None,
    })
}

/// What to take instead of a borrowed argument; only to word the error.
pub(crate) fn owned_form(ty: &Type) -> String {
    let mut ty = ty.clone();
    Own.visit_type_mut(&mut ty);
    text(&ty.to_token_stream())
}

struct Own;

impl VisitMut for Own {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::Reference(reference) = ungroup(ty) {
            *ty = match ungroup(&reference.elem) {
                Type::Path(path) if path.path.is_ident("str") => parse_quote!(String),
                Type::Path(path) if path.path.is_ident("Path") => parse_quote!(PathBuf),
                Type::Slice(slice) => {
                    let item = &slice.elem;
                    parse_quote!(Vec<#item>)
                }
                inner => inner.clone(),
            };
        }
        visit_mut::visit_type_mut(self, ty);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        *lifetime = Lifetime::new("'static", lifetime.span());
    }
}

/// `Option<AuthInfo>` as a person writes it.
pub(crate) fn text(tokens: &TokenStream) -> String {
    let mut text = String::new();
    for token in tokens.clone() {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                text.push_str(&self::text(&group.stream()));
                text.push_str(close);
            }
            TokenTree::Punct(punct) => {
                if matches!(punct.as_char(), '=' | '+') {
                    text.push(' ');
                }
                text.push(punct.as_char());
                if matches!(punct.as_char(), ',' | ';' | '+' | '=') {
                    text.push(' ');
                }
            }
            word => {
                if text.ends_with(|last: char| last.is_alphanumeric() || last == '_') {
                    text.push(' ');
                }
                text.push_str(&word.to_string());
            }
        }
    }
    text
}

/// The first and the last place of `tokens`, which an expression borrows to be underlined like them.
pub(crate) fn ends(tokens: &impl ToTokens) -> (Span, Span) {
    let mut spans = tokens.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}
