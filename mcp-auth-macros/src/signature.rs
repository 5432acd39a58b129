//! An impl block as far as macros need it: signatures are parsed, bodies are not.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote};
use syn::{
    Attribute, Generics, ImplItem, Path, Signature, Token, Type, Visibility, WhereClause, braced,
    parse::{Parse, ParseStream},
    token::Brace,
};

use crate::diagnostics::Errors;

/// `impl Notes { … }`
pub(crate) struct Block {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) unsafety: Option<Token![unsafe]>,
    pub(crate) impl_token: Token![impl],
    pub(crate) generics: Generics,
    pub(crate) trait_: Option<(Path, Token![for])>,
    pub(crate) self_ty: Type,
    pub(crate) brace: Brace,
    pub(crate) inner_attrs: Vec<Attribute>,
    pub(crate) items: Vec<Item>,
}

pub(crate) enum Item {
    Method(Box<Method>),
    Other(Box<ImplItem>),
}

/// A function of the block.
pub(crate) struct Method {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) signature: Signature,
    /// `{ … }`, or `;` where the body is missing.
    pub(crate) body: TokenTree,
}

impl Block {
    /// Parses the block; an item that cannot be parsed ends it with an error, and what came before is kept.
    pub(crate) fn parse(item: TokenStream, attribute: &str, errors: &Errors) -> Option<Self> {
        let parse = |input: ParseStream<'_>| Self::parse_with(input, attribute, errors);
        errors.take(syn::parse::Parser::parse2(parse, item))
    }

    fn parse_with(input: ParseStream<'_>, attribute: &str, errors: &Errors) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let unsafety = input.parse()?;
        if !input.peek(Token![impl]) {
            return Err(input.error(format!(
                "`{attribute}` stands on a block of methods, which may be empty: `impl Notes {{ … }}`"
            )));
        }
        let impl_token = input.parse()?;
        let mut generics: Generics = if input.peek(Token![<]) { input.parse()? } else { Generics::default() };
        let ty: Type = input.parse()?;
        let (trait_, self_ty) = match (input.parse::<Option<Token![for]>>()?, &ty) {
            (Some(for_token), Type::Path(path)) => (Some((path.path.clone(), for_token)), input.parse()?),
            (Some(for_token), _) => {
                return Err(syn::Error::new(for_token.span, "expected a trait before `for`"));
            }
            (None, _) => (None, ty),
        };
        generics.where_clause = input.parse::<Option<WhereClause>>()?;
        let content;
        let brace = braced!(content in input);
        let inner_attrs = content.call(Attribute::parse_inner)?;
        let mut items = Vec::new();
        while !content.is_empty() {
            match content.parse() {
                Ok(item) => items.push(item),
                Err(error) => {
                    errors.push(error);
                    content.parse::<TokenStream>()?;
                }
            }
        }
        Ok(Self { attrs, unsafety, impl_token, generics, trait_, self_ty, brace, inner_attrs, items })
    }
}

impl Block {
    /// `#[cfg]`s of the block, which hold for everything that is generated for it.
    pub(crate) fn cfgs(&self) -> Vec<Attribute> {
        cfgs(&self.attrs)
    }

    pub(crate) fn methods(&self) -> impl Iterator<Item = &Method> {
        self.items.iter().filter_map(|item| match item {
            Item::Method(method) => Some(&**method),
            Item::Other(_) => None,
        })
    }
}

pub(crate) fn cfgs(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect()
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ahead = input.fork();
        let is_method = Method::head(&ahead).is_ok();
        if is_method {
            input.parse().map(Box::new).map(Self::Method)
        } else {
            input.parse().map(Box::new).map(Self::Other)
        }
    }
}

impl Method {
    fn head(input: ParseStream<'_>) -> syn::Result<(Vec<Attribute>, Visibility, Signature)> {
        Ok((input.call(Attribute::parse_outer)?, input.parse()?, input.parse()?))
    }
}

impl Parse for Method {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let (attrs, vis, signature) = Self::head(input)?;
        Ok(Self { attrs, vis, signature, body: input.parse()? })
    }
}

impl ToTokens for Method {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attrs, vis, signature, body } = self;
        tokens.append_all(quote!(#(#attrs)* #vis #signature #body));
    }
}

impl ToTokens for Item {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Method(method) => method.to_tokens(tokens),
            Self::Other(item) => item.to_tokens(tokens),
        }
    }
}

impl ToTokens for Block {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attrs, unsafety, impl_token, generics, trait_, self_ty, inner_attrs, items, .. } = self;
        let where_clause = &generics.where_clause;
        let trait_ = trait_.as_ref().map(|(path, for_token)| quote!(#path #for_token));
        tokens.append_all(quote!(#(#attrs)* #unsafety #impl_token #generics #trait_ #self_ty #where_clause));
        self.brace.surround(tokens, |tokens| tokens.append_all(quote!(#(#inner_attrs)* #(#items)*)));
    }
}

/// The text of an identifier, `r#type` being `type`.
pub(crate) fn unraw(ident: &syn::Ident) -> String {
    syn::ext::IdentExt::unraw(ident).to_string()
}

/// A string literal of our own at a user's place.
pub(crate) fn literal(text: &str, span: Span) -> syn::LitStr {
    syn::LitStr::new(text, span)
}
