//! What all pages have around them.

use std::fmt::Write as _;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::clean::clean;
use crate::Branding;

const STYLE: &str = include_str!("page.css");

/// A page, before its headers.
pub(super) struct Document {
    pub(super) html: Markup,
    pub(super) style: String,
}

/// `title` is for the tab; `content` begins with the page's only `h1`.
pub(super) fn document(branding: &Branding, title: &str, content: &Markup) -> Document {
    let texts = branding.words();
    let name = branding.shown_name().map(|name| clean(name, 80)).filter(|name| !name.is_empty());
    let style = style(branding);
    let html = html! {
        (DOCTYPE)
        html lang=(texts.language) dir=[texts.right_to_left.then_some("rtl")] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) @if let Some(name) = &name { " – " (name) } }
                // Otherwise browsers ask for /favicon.ico.
                link rel="icon" href="data:,";
                // Nothing in it comes from a stranger: a file of ours and two parsed colours.
                style { (PreEscaped(&style)) }
            }
            body {
                @if name.is_some() || branding.shown_logo().is_some() {
                    header {
                        @if let Some(logo) = branding.shown_logo() {
                            // Beside the name it says nothing new.
                            img src=(logo.as_str()) alt="" height="40";
                        }
                        @if let Some(name) = &name { p { bdi { (name) } } }
                    }
                }
                main { (content) }
            }
        }
    };
    Document { html, style }
}

fn style(branding: &Branding) -> String {
    let color = branding.shown_color();
    let mut style = String::with_capacity(STYLE.len() + 64);
    for line in STYLE.lines() {
        style.push_str(line.trim());
    }
    // Writing to a string does not fail.
    let _ = write!(style, ":root{{--accent:{color};--on-accent:{}}}", color.text());
    style
}
