//! Strangers' texts, without what deceives the eye.

use std::borrow::Cow;

/// Marks above and below one letter. More of them cover the lines around.
const MOST_MARKS: usize = 3;

/// One line of at most `most` characters. Gone are what turns the direction of writing (UAX #9: the name `a\u{202e}moc.live`
/// would read `alive.com`), what cannot be seen, and piles of accents.
pub(super) fn clean(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most && text.bytes().all(|byte| matches!(byte, b'!'..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut marks = 0;
    let shown: String = text
        .chars()
        .filter(|&character| !is_invisible(character))
        .filter(|&character| {
            marks = if is_mark(character) { marks + 1 } else { 0 };
            marks <= MOST_MARKS
        })
        .map(|character| if is_blank(character) { ' ' } else { character })
        .collect();
    // Joiners and selectors act on what stands before them.
    let words = shown.split(' ').map(|word| word.trim_start_matches(['\u{200c}', '\u{200d}', '\u{fe0f}']));
    let words = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    Cow::Owned(cut(&words, most))
}

/// A name that a stranger chose. It also loses the signs by which pages say that something has been checked: that is for
/// us to say.
pub(super) fn clean_name(name: &str, most: usize) -> String {
    let without_seals: String = name.chars().filter(|&character| !is_seal(character)).collect();
    clean(&without_seals, most).into_owned()
}

/// The first `most` characters.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

fn is_blank(character: char) -> bool {
    // Braille's empty cell and the Hangul fillers are letters that show nothing.
    character.is_whitespace()
        || matches!(character, '\u{2800}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}')
}

/// Control and formatting characters, but for the two joiners that scripts and emoji need.
fn is_invisible(character: char) -> bool {
    let blank_control = matches!(character, '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}');
    character.is_control() && !blank_control
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0e}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
            // Private use: fonts may draw anything.
            | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

fn is_mark(character: char) -> bool {
    matches!(character,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}' | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Ticks, locks and shields.
fn is_seal(character: char) -> bool {
    matches!(
        character,
        '\u{221a}'
            | '\u{2611}'
            | '\u{2705}'
            | '\u{2713}'
            | '\u{2714}'
            | '\u{237b}'
            | '\u{1f5f8}'
            | '\u{1f5f9}'
            | '\u{1f6e1}'
            | '\u{1f50f}'..='\u{1f513}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s29_what_turns_hides_or_piles_up_is_gone() {
        for (text, shown) in [
            ("Claude", "Claude"),
            ("Claude Code", "Claude Code"),
            ("\u{202e}edualC", "edualC"),
            ("a\u{2066}b\u{2069}\u{200f}\u{61c}c", "abc"),
            ("Cl\u{200b}au\u{ad}de\u{feff}\u{e0041}", "Claude"),
            ("  a \r\n\t b\u{3164}\u{2800}\u{a0}c  ", "a b c"),
            ("\u{3164}\u{200b}\u{0}\u{1b}\u{200d}\u{fe0f}", ""),
            ("Z\u{300}\u{301}\u{302}\u{303}\u{304}e\u{301}", "Z\u{300}\u{301}\u{302}e\u{301}"),
            ("עורך", "עורך"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("👩\u{200d}💻 Ünïcode", "👩\u{200d}💻 Ünïcode"),
            ("abcdefghijkl", "abcdefghij…"),
            ("abcdefghi jkl", "abcdefghi…"),
        ] {
            assert_eq!(clean(text, if text.starts_with("abcd") { 10 } else { 80 }), shown, "{text:?}");
        }
    }

    #[test]
    fn s29_a_name_carries_no_seal() {
        assert_eq!(clean_name("Claude ✅ verified ✔\u{fe0f}", 80), "Claude verified");
        assert_eq!(clean_name("🔒\u{1f6e1}\u{fe0f} Bank", 80), "Bank");
    }

    #[test]
    fn however_long_a_text_is_and_whatever_is_in_it_it_is_cut_at_a_character() {
        let text: String = ('\u{0}'..'\u{30000}').collect();
        for most in [0, 1, 7, 100] {
            assert!(clean(&text, most).chars().count() <= most + 1);
        }
    }
}
