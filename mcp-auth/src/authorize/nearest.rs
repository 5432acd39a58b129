//! Did you mean; evaluated by the compiler.

use super::ScopeInfo;

/// The word of the catalogue that is nearest to `scope`, if a third of it or less is different.
pub(super) const fn nearest(catalog: &[ScopeInfo], scope: &str) -> Option<&'static str> {
    let (mut best, mut best_distance, mut i) = (None, usize::MAX, 0);
    while i < catalog.len() {
        let word = catalog[i].name();
        let longer = if word.len() > scope.len() { word.len() } else { scope.len() };
        if longer <= LONGEST {
            let distance = distance(word.as_bytes(), scope.as_bytes());
            let allowed = if longer < 3 { 1 } else { longer / 3 };
            if distance <= allowed && distance < best_distance {
                best = Some(word);
                best_distance = distance;
            }
        }
        i += 1;
    }
    best
}

/// The longest words that are compared letter by letter.
const LONGEST: usize = 64;

/// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
const fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut before_last = [0; LONGEST + 1];
    let mut last = [0; LONGEST + 1];
    let mut row = [0; LONGEST + 1];
    let mut j = 0;
    while j <= b.len() {
        last[j] = j;
        j += 1;
    }
    let mut i = 1;
    while i <= a.len() {
        row[0] = i;
        j = 1;
        while j <= b.len() {
            let differs = if a[i - 1] == b[j - 1] { 0 } else { 1 };
            row[j] = min(min(last[j] + 1, row[j - 1] + 1), last[j - 1] + differs);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = min(row[j], before_last[j - 2] + 1);
            }
            j += 1;
        }
        before_last = last;
        last = row;
        i += 1;
    }
    last[b.len()]
}

const fn min(a: usize, b: usize) -> usize {
    if a < b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits_and_swaps() {
        assert_eq!(distance(b"repo:raed", b"repo:read"), 1);
        assert_eq!(distance(b"repo:red", b"repo:read"), 1);
        assert_eq!(distance(b"", b"abc"), 3);
        assert_eq!(distance(b"same", b"same"), 0);
    }

    #[test]
    fn suggests_only_what_is_near() {
        let catalog = ["repo:read", "repo:write"].map(ScopeInfo::new);
        assert_eq!(nearest(&catalog, "repo:raed"), Some("repo:read"));
        assert_eq!(nearest(&catalog, "calendar:read"), None);
        assert_eq!(nearest(&catalog, &"x".repeat(100)), None);
        assert_eq!(nearest(&[], "repo:read"), None);
    }
}
