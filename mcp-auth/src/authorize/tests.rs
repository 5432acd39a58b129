//! Laws of scope sets, against sets that are written down word by word.

use std::collections::HashSet;

use proptest::prelude::*;

use super::{MAX_SCOPES, ScopeSet};

fn indices() -> impl Strategy<Value = HashSet<usize>> {
    // Few words, so that sets meet; and the edges of the machine words.
    let index = prop_oneof![0..8_usize, 60..68_usize, 124..132_usize, (MAX_SCOPES - 4)..MAX_SCOPES];
    prop::collection::hash_set(index, 0..12)
}

fn bits(indices: &HashSet<usize>) -> ScopeSet {
    let mut set = ScopeSet::EMPTY;
    for index in indices {
        set.insert(*index);
    }
    set
}

proptest! {
    #[test]
    fn scope_sets_are_sets(a in indices(), b in indices(), c in indices()) {
        let (x, y, z) = (bits(&a), bits(&b), bits(&c));
        prop_assert_eq!(x.contains_all(y), a.is_superset(&b));
        prop_assert_eq!(x.intersects(y), !a.is_disjoint(&b));
        prop_assert_eq!(x & y, bits(&a.intersection(&b).copied().collect()));
        prop_assert_eq!(x | y, bits(&a.union(&b).copied().collect()));
        prop_assert_eq!(x == y, a == b);
        // What one may do alone, one may do with more.
        prop_assert!(!x.contains_all(y) || (x | z).contains_all(y));
        prop_assert!(!x.intersects(y) || (x | z).intersects(y));
        prop_assert!(x.contains_all(ScopeSet::EMPTY) && !x.intersects(ScopeSet::EMPTY));
    }

    /// Further than the catalogue can go, nothing is granted.
    #[test]
    fn an_index_out_of_range_grants_nothing(a in indices(), beyond in MAX_SCOPES..usize::MAX) {
        let mut set = bits(&a);
        set.insert(beyond);
        prop_assert_eq!(set, bits(&a));
    }
}
