//! Doc comments as descriptions.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Expr};

use crate::attribute::string;

/// The text of the doc comments, or nothing if there are none.
///
/// Lines of a paragraph are joined by a space, since they are broken for the width of source code; lists, code blocks,
/// tables and headings keep their lines. `#[doc = include_str!(…)]` is taken as it is.
pub(crate) fn description(attributes: &[Attribute]) -> Option<TokenStream> {
    let values: Vec<&Expr> = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .filter_map(|attribute| attribute.meta.require_name_value().ok())
        .map(|doc| &doc.value)
        .collect();
    let literals: Option<Vec<String>> = values.iter().map(|value| Some(string(value)?.value())).collect();
    match literals {
        Some(lines) => {
            let text = join(&lines);
            (!text.is_empty()).then(|| text.to_token_stream())
        }
        None => Some(quote!(::core::concat!(#(#values, "\n"),*))),
    }
}

fn join(comments: &[String]) -> String {
    let mut text = String::new();
    let mut fenced = false;
    let mut open = false;
    for line in comments.iter().flat_map(|comment| lines(comment)) {
        let fence = line.trim_start().starts_with("```");
        let flows = !fence && !fenced && is_prose(line);
        if open && flows {
            text.push(' ');
            text.push_str(line.trim());
        } else {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(if flows { line.trim() } else { line.trim_end() });
        }
        fenced ^= fence;
        open = !fence && !fenced && !line.trim().is_empty() && !line.trim_start().starts_with(['#', '|']);
    }
    text.trim().to_owned()
}

/// The lines of one comment without the space that follows `///`, and without the stars of a block comment.
fn lines(comment: &str) -> impl Iterator<Item = &str> {
    let block = comment.contains('\n');
    // `str::lines` has no line for an empty comment, which ends a paragraph.
    let lines = comment.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    lines.map(move |line| {
        let line = if block { line.trim_start().trim_start_matches('*') } else { line };
        line.strip_prefix(' ').unwrap_or(line)
    })
}

/// Whether a line continues the paragraph before it.
fn is_prose(line: &str) -> bool {
    let start = line.trim_start();
    let number = start.trim_start_matches(|c: char| c.is_ascii_digit());
    let listed = number.len() < start.len() && number.starts_with(['.', ')']);
    let bulleted = ["- ", "* ", "+ "].iter().any(|bullet| start.starts_with(bullet));
    let indented = line.starts_with([' ', '\t']);
    !(start.is_empty() || listed || bulleted || indented || start.starts_with(['#', '|', '>']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(comments: &[&str]) -> String {
        join(&comments.iter().map(|&line| line.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn joins_paragraphs() {
        assert_eq!(
            joined(&[" Delete a note", " for good.", "", " Really."]),
            "Delete a note for good.\n\nReally."
        );
    }

    #[test]
    fn keeps_lists_and_code() {
        assert_eq!(joined(&[" Kinds:", " - a", "   more", " - b"]), "Kinds:\n- a\n  more\n- b");
        assert_eq!(joined(&[" See", " ```", " a", " b", " ```", " end"]), "See\n```\na\nb\n```\nend");
        assert_eq!(joined(&[" # Title", " text", " 1. one", " 2. two"]), "# Title\ntext\n1. one\n2. two");
    }

    #[test]
    fn reads_block_comments() {
        assert_eq!(joined(&["\n     * One\n     * two.\n     "]), "One two.");
        assert_eq!(joined(&[""]), "");
    }
}
