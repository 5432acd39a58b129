//! What was sealed and comes back: from the store, in forms, in cookies. Nothing opens that we did not seal, and nothing
//! elsewhere than where it belongs.

use std::sync::LazyLock;

use super::{fuzz, seeds};
use crate::authorization_server::Sealer;

const KEYS: [(&str, &[u8]); 3] = [("new", &[1; 32]), ("old", &[2; 32]), ("", &[3; 32])];
const CONTEXTS: [&[&str]; 3] = [&["upstream", "1"], &["upstream", "2"], &["sign-in", "state"]];

/// What was sealed, for which context, and what it holds.
type Known = (Vec<u8>, usize, Vec<u8>);

static SEALED: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let mut sealed = Vec::new();
    for key in KEYS {
        for (context, parts) in CONTEXTS.iter().enumerate() {
            for value in [&b""[..], b"value", br#"{"access_token":"a","refresh_token":null}"#] {
                let blob = Sealer::new([key]).seal(parts, value).unwrap();
                sealed.push((blob, context, value.to_vec()));
            }
        }
    }
    sealed
});

#[test]
fn sealed_fuzz() {
    let good = SEALED.iter().map(|(blob, ..)| blob.clone());
    let all: Vec<_> = good.chain(seeds("sealed")).collect();
    let opens = |blob: &Vec<u8>| CONTEXTS.iter().any(|context| Sealer::new(KEYS).open(context, blob).is_ok());
    assert_eq!(all.iter().filter(|blob| opens(blob)).count(), SEALED.len(), "the control");
    fuzz(&all, target);
}

/// A blob opens only if it is, to the last bit, one that we sealed, and only for what it was sealed for.
fn target(blob: &[u8]) {
    let ring = Sealer::new(KEYS);
    for (number, context) in CONTEXTS.iter().enumerate() {
        let known = SEALED.iter().find(|(sealed, sealed_for, _)| sealed == blob && *sealed_for == number);
        assert_eq!(ring.open(context, blob).ok(), known.map(|(.., value)| value.clone()));
        // Under none of its keys, nothing does.
        assert!(Sealer::new([("new", &[9; 32][..])]).open(context, blob).is_err());
    }
}
