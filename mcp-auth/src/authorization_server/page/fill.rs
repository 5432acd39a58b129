//! Texts with words in braces: `{client} wants to use {server}`.

use maud::{Markup, PreEscaped, Render, html};

/// What the words in braces stand for. Both sides are text; `markup` isolates the values' direction of writing from the
/// sentence around them (`<bdi>`), so that a name in Hebrew does not turn it around.
pub(super) type Values<'a> = &'a [(&'static str, &'a str)];

/// The text as elements.
pub(super) fn markup(text: &str, values: Values<'_>) -> Markup {
    let mut filled = String::with_capacity(text.len() + 64);
    pieces(text, values, |piece| match piece {
        Piece::Text(text) => text.render_to(&mut filled),
        Piece::Value(value) => html! { bdi { (value) } }.render_to(&mut filled),
    });
    PreEscaped(filled)
}

/// The text alone, for titles and attributes.
pub(super) fn plain(text: &str, values: Values<'_>) -> String {
    let mut filled = String::with_capacity(text.len() + 64);
    pieces(text, values, |piece| match piece {
        Piece::Text(text) | Piece::Value(text) => filled.push_str(text),
    });
    filled
}

enum Piece<'a> {
    Text(&'a str),
    Value(&'a str),
}

/// In one pass, so that braces within a value mean nothing.
fn pieces<'a>(text: &'a str, values: Values<'a>, mut take: impl FnMut(Piece<'a>)) {
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (before, word) = rest.split_at(open);
        let value = word[1..].split_once('}').and_then(|(name, after)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((*value, after))
        });
        if let Some((value, after)) = value {
            take(Piece::Text(before));
            take(Piece::Value(value));
            rest = after;
        } else {
            // A brace that begins no word of ours is a brace.
            take(Piece::Text(&rest[..=open]));
            rest = &rest[open + 1..];
        }
    }
    take(Piece::Text(rest));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_braces_are_filled_once_and_escaped() {
        let values: Values<'_> = &[("client", "{server}<b>"), ("server", "Notes")];
        let text = "{client} & {server} {other} {";
        assert_eq!(plain(text, values), "{server}<b> & Notes {other} {");
        assert_eq!(
            markup(text, values).into_string(),
            "<bdi>{server}&lt;b&gt;</bdi> &amp; <bdi>Notes</bdi> {other} {"
        );
    }
}
