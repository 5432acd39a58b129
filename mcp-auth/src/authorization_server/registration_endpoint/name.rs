//! The name that a client gives itself: people read it on the consent page, so it is a line of text and nothing else.

const LONGEST: usize = 100;

/// The name without what steers the text around it or cannot be seen; `None` where nothing is left.
pub(crate) fn cleaned(name: &str) -> Option<String> {
    let visible: String = name
        .chars()
        .map(|char| if char.is_whitespace() { ' ' } else { char })
        .filter(|char| !is_hidden(*char))
        .collect();
    let words: Vec<&str> = visible.split(' ').filter(|word| !word.is_empty()).collect();
    let line: String = words.join(" ").chars().take(LONGEST).collect();
    let line = line.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

/// Control characters, marks and overrides of direction, joiners and other characters without a width, tags, and private
/// ones, for which everybody has another picture.
fn is_hidden(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{ffff}' | '\u{e000}'..='\u{f8ff}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::cleaned;

    #[test]
    fn t19_a_name_is_one_line_of_visible_text() {
        for (name, shown) in [
            ("Claude Code", Some("Claude Code")),
            ("  Visual\n\tStudio \u{a0} Code ", Some("Visual Studio Code")),
            ("Größe 東京 🚀", Some("Größe 東京 🚀")),
            ("Good\u{202e}live", Some("Goodlive")),
            ("\u{2066}G\u{200b}o\u{feff}od\u{2069}\u{0}\u{1b}[31m", Some("Good[31m")),
            ("a\u{e0041}b\u{e000}c", Some("abc")),
            ("<b>&amp;", Some("<b>&amp;")),
            ("", None),
            (" \u{200b}\n\u{202e}", None),
        ] {
            assert_eq!(cleaned(name).as_deref(), shown, "{name:?}");
        }
        assert_eq!(cleaned(&"é".repeat(500)).unwrap().chars().count(), 100);
    }
}
