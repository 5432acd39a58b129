//! A logo, as the pages carry it: a `data:` URI for an `<img>`, where browsers run no script and load nothing.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::Problem;

/// It travels with every page.
const MOST: usize = 32 * 1024;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A `data:` URI.
#[derive(Clone, Debug)]
pub(crate) struct Logo(String);

impl Logo {
    pub(crate) fn svg(text: &str) -> Result<Self, Problem> {
        if !text.contains("<svg") {
            return Err(problem("Branding::logo_svg", "is no SVG file: there is no `<svg` in it"));
        }
        Self::new("Branding::logo_svg", "image/svg+xml", text.as_bytes())
    }

    pub(crate) fn png(bytes: &[u8]) -> Result<Self, Problem> {
        if !bytes.starts_with(PNG) {
            return Err(problem("Branding::logo_png", "is no PNG file: it does not begin like one"));
        }
        Self::new("Branding::logo_png", "image/png", bytes)
    }

    fn new(setting: &str, kind: &str, bytes: &[u8]) -> Result<Self, Problem> {
        if bytes.len() > MOST {
            return Err(problem(setting, &format!("has {} bytes, and travels with every page", bytes.len())));
        }
        Ok(Self(format!("data:{kind};base64,{}", STANDARD.encode(bytes))))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

fn problem(setting: &str, message: &str) -> Problem {
    Problem::new(
        setting,
        format!("the logo {message}"),
        "give the bytes of an SVG or PNG file of at most 32 KiB",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_image_or_too_big_is_told() {
        assert_eq!(Logo::svg("<html>").unwrap_err().setting, "Branding::logo_svg");
        assert_eq!(Logo::png(b"GIF89a").unwrap_err().setting, "Branding::logo_png");
        assert!(
            Logo::svg(&format!("<svg>{}</svg>", " ".repeat(MOST)))
                .unwrap_err()
                .message
                .contains("32779 bytes")
        );
        assert!(
            Logo::png(&[PNG, &[0; 100]].concat())
                .unwrap()
                .as_str()
                .starts_with("data:image/png;base64,iVBORw0KGgo")
        );
    }
}
