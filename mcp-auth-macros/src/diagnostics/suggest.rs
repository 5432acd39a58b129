//! Did you mean.

/// The one of `words` that `typed` was probably meant to be.
pub(crate) fn nearest<'a>(typed: &str, words: &[&'a str]) -> Option<&'a str> {
    let by_distance = words
        .iter()
        .map(|word| (distance(typed, word), *word))
        .filter(|(distance, word)| *distance <= (word.len().max(typed.len()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance);
    // `read_only_hint` and `desc` are nearer to a reader than to an edit distance.
    let by_prefix = || {
        let mut longer_first = words.to_vec();
        longer_first.sort_by_key(|word| std::cmp::Reverse(word.len()));
        longer_first
            .into_iter()
            .find(|word| typed.len() >= 3 && (typed.starts_with(word) || word.starts_with(typed)))
    };
    by_distance.map(|(_, word)| word).or_else(by_prefix)
}

/// `` `a`, `b`, `c` ``
pub(crate) fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        let mut y_before = None;
        for (j, y) in b.chars().enumerate() {
            let at = |cells: &[usize], column: usize| cells.get(column).copied().unwrap_or(usize::MAX - 1);
            let mut cell =
                (at(&last, j) + usize::from(x != y)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && a.get(i - 1) == Some(&y) && y_before == Some(x);
            if let (true, Some(column)) = (swapped, j.checked_sub(1)) {
                cell = cell.min(at(&before_last, column) + 1);
            }
            row.push(cell);
            y_before = Some(y);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits_and_swaps() {
        for (a, b, expected) in [
            ("repo:raed", "repo:read", 1),
            ("repo:read", "repo:reads", 1),
            ("a", "b", 1),
            ("", "abc", 3),
            ("abc", "", 3),
            ("same", "same", 0),
            ("größe", "grösse", 2),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn finds_the_near_word() {
        let words = ["scopes", "any_of", "read_only", "description"];
        assert_eq!(nearest("scope", &words), Some("scopes"));
        assert_eq!(nearest("anyof", &words), Some("any_of"));
        assert_eq!(nearest("read_only_hint", &words), Some("read_only"));
        assert_eq!(nearest("desc", &words), Some("description"));
        assert_eq!(nearest("colour", &words), None);
    }
}
