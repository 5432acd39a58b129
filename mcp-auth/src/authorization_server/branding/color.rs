//! A colour, and whether black or white can be read on it (WCAG 2.2, contrast ratio).

use std::fmt;

use crate::Problem;

/// A colour of sRGB. It is parsed, so that nothing else than a colour reaches the style sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Color {
    pub(crate) red: u8,
    pub(crate) green: u8,
    pub(crate) blue: u8,
}

pub(crate) const BLACK: Color = Color { red: 0, green: 0, blue: 0 };
pub(crate) const WHITE: Color = Color { red: 255, green: 255, blue: 255 };

impl Color {
    /// `#rrggbb` or `#rgb`.
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        let digits =
            text.strip_prefix('#').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match (digits.map_or(0, str::len), number) {
            (6, Some(number)) => {
                let [_, red, green, blue] = number.to_be_bytes();
                Ok(Self { red, green, blue })
            }
            (3, Some(number)) => {
                // Each digit stands for two of it: 0xa is 0xaa.
                let [high, low] = [number >> 8, number & 0xff].map(|part| part.to_le_bytes()[0]);
                Ok(Self { red: high * 0x11, green: (low >> 4) * 0x11, blue: (low & 0xf) * 0x11 })
            }
            _ => Err(Problem::new(
                "Branding::color",
                format!("{text:?} is not a colour that the pages can take"),
                "write it as #rrggbb, such as #1f5fbf",
            )),
        }
    }

    /// What can be read on it: never below 4.5, because one of the two always is above.
    pub(crate) fn text(self) -> Self {
        if self.contrast(WHITE) >= self.contrast(BLACK) { WHITE } else { BLACK }
    }

    /// The contrast ratio, 1 to 21.
    pub(crate) fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }
}

/// As CSS writes it.
impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_read_as_css_reads_it() {
        for (text, shown) in [
            ("#1f5fbf", "#1f5fbf"),
            ("#0A7", "#00aa77"),
            ("#000", "#000000"),
            ("#FFFFFF", "#ffffff"),
            ("#f80", "#ff8800"),
        ] {
            assert_eq!(Color::parse(text).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn what_is_no_colour_is_told_and_never_reaches_the_style_sheet() {
        for text in [
            "",
            "#",
            "blue",
            "1f5fbf",
            "#12",
            "#1234",
            "#12345",
            "#1234567",
            "#12345678",
            "#+12345",
            "#ggg",
            "#fff;}",
        ] {
            let problem = Color::parse(text).unwrap_err();
            assert_eq!(problem.setting, "Branding::color", "{text}");
        }
    }

    #[test]
    fn text_on_every_colour_can_be_read() {
        let steps = (0..=255).step_by(15);
        for red in steps.clone() {
            for green in steps.clone() {
                for blue in steps.clone() {
                    let color = Color { red, green, blue };
                    assert!(color.contrast(color.text()) >= 4.5, "{color}");
                }
            }
        }
        assert_eq!(Color::parse("#ffe600").unwrap().text(), BLACK);
        assert_eq!(Color::parse("#1f5fbf").unwrap().text(), WHITE);
    }
}
