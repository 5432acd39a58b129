//! Laws of scope sets, against sets that are written down word by word.

use std::collections::HashSet;

use proptest::prelude::*;

use super::{Catalog, MAX_SCOPES, ScopeInfo, ScopeSet, hierarchy::Included};

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

const NAMES: [&str; 7] = ["a", "b", "c", "d", "e", "f", "g"];

/// Scopes of which each includes later ones only, as types must: `graph[i]` are the places that scope `i` includes.
fn scopes(graph: &[HashSet<usize>]) -> Vec<ScopeInfo> {
    let mut made: Vec<Option<ScopeInfo>> = vec![None; NAMES.len()];
    for place in (0..NAMES.len()).rev() {
        let mut first: Option<&'static Included> = None;
        for included in graph[place].iter().filter_map(|later| made[*later].filter(|_| *later > place)) {
            // A constant lives as long as the program, and so does this: a few bytes for each case.
            first = Some(Box::leak(Box::new(Included { scope: included, next: first })));
        }
        made[place] = Some(ScopeInfo::new(NAMES[place]).including(first));
    }
    made.into_iter().flatten().collect()
}

/// Everything that can be reached from `held`.
fn reach(graph: &[HashSet<usize>], held: &HashSet<usize>) -> HashSet<usize> {
    let mut reached = held.clone();
    loop {
        let next =
            |from: &usize| graph[*from].iter().copied().filter(|later| later > from).collect::<Vec<_>>();
        let more: HashSet<usize> = reached.iter().flat_map(next).collect();
        if more.is_subset(&reached) {
            return reached;
        }
        reached.extend(more);
    }
}

fn places() -> impl Strategy<Value = HashSet<usize>> {
    prop::collection::hash_set(0..NAMES.len(), 0..4)
}

proptest! {
    #[test]
    fn r16_a_held_scope_brings_what_can_be_reached_from_it_and_nothing_else(
        graph in prop::collection::vec(places(), NAMES.len()),
        declared in places(),
        held in places(),
        order in any::<bool>(),
    ) {
        let scopes = scopes(&graph);
        let mut declared: Vec<usize> = declared.into_iter().collect();
        if order {
            declared.reverse();
        }
        let catalog = Catalog::new(declared.iter().map(|place| scopes[*place]));
        // Only what the server declares means anything here, in a token too.
        let known: HashSet<usize> = held.iter().copied().filter(|place| declared.contains(place)).collect();
        let reached = reach(&graph, &known);
        let found = catalog.resolve(held.iter().map(|place| NAMES[*place]).chain(["foreign", ""]));
        for place in declared {
            let bit = catalog.exactly([scopes[place]]).unwrap();
            prop_assert_eq!(found.contains_all(bit), reached.contains(&place), "{}", NAMES[place]);
        }
        prop_assert!(scopes.iter().all(|scope| catalog.words().contains(&scope.name()) == catalog.exactly([*scope]).is_some()));
    }
}
