//! An access word compiled to bits, and its decision.

use super::{Access, Caller, Catalog, ScopeSet};

/// Who may do one thing.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    public: bool,
    all: ScopeSet,
    any: Box<[ScopeSet]>,
    /// What a challenge asks for: everything that this one operation needs, in a stable order.
    wanted: Vec<&'static str>,
}

/// What a rule says of a caller. The two refusals are different things: a challenge is sent for both, but only a
/// missing scope says "the same person, with more".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Allowed,
    /// No token was sent, and one is needed.
    NeedsToken,
    /// The token is good and does not carry the scopes.
    NeedsScope,
}

impl Rule {
    /// `extra` scopes (of the arguments, of the whole server) are demanded besides the word's own. A server that demands
    /// scopes of every request demands them of its `public` tools too: a forgotten word must not open a locked server.
    pub(crate) fn new(access: &Access, extra: &[&'static str], catalog: &Catalog) -> Self {
        if access.public && extra.is_empty() {
            return Self::public();
        }
        let mut wanted: Vec<&'static str> = Vec::new();
        let firsts = access.any.iter().filter_map(|group| group.first());
        for word in extra.iter().chain(access.all).chain(firsts) {
            if !wanted.contains(word) {
                wanted.push(word);
            }
        }
        Self {
            public: false,
            all: catalog.resolve(extra.iter().chain(access.all).copied()),
            any: access.any.iter().map(|group| catalog.resolve(group.iter().copied())).collect(),
            wanted,
        }
    }

    /// The same for words that are known at run time only; all are of `catalog`.
    pub(crate) fn of_words(
        public: bool,
        all: &[&'static str],
        any: &[Vec<&'static str>],
        catalog: &Catalog,
    ) -> Self {
        let access = if public { Access::PUBLIC } else { Access::AUTHENTICATED };
        let mut rule = Self::new(&access, all, catalog);
        if rule.public {
            return rule;
        }
        for group in any {
            rule.any = rule.any.iter().copied().chain([catalog.resolve(group.iter().copied())]).collect();
            rule.wanted.extend(group.first().filter(|first| !rule.wanted.contains(first)));
        }
        rule
    }

    pub(crate) fn public() -> Self {
        Self { public: true, all: ScopeSet::EMPTY, any: Box::default(), wanted: Vec::new() }
    }

    pub(crate) fn is_public(&self) -> bool {
        self.public
    }

    pub(crate) fn wanted(&self) -> &[&'static str] {
        &self.wanted
    }

    pub(crate) fn decide(&self, caller: &Caller) -> Decision {
        let Some(held) = caller.scopes() else {
            return if self.public { Decision::Allowed } else { Decision::NeedsToken };
        };
        let satisfied = held.contains_all(self.all) && self.any.iter().all(|group| held.intersects(*group));
        if self.public || satisfied { Decision::Allowed } else { Decision::NeedsScope }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AuthInfo;

    const ANY: &[&[&str]] = &[&["c", "d"]];

    /// What callers with these scopes get; `None` sends no token.
    fn decisions(access: Access, requires: &[&'static str], callers: &[Option<&[&str]>]) -> Vec<Decision> {
        let catalog = Catalog::new(["a", "b", "c", "d"]);
        let rule = Rule::new(&access, requires, &catalog);
        let caller = |scopes: Option<&[&str]>| match scopes {
            None => Caller::Anonymous,
            Some(scopes) => Caller::Known(AuthInfo::for_tests("alice", scopes, &catalog)),
        };
        callers.iter().map(|scopes| rule.decide(&caller(*scopes))).collect()
    }

    #[test]
    fn words_combine_by_and() {
        use Decision::{Allowed, NeedsScope, NeedsToken};
        let callers: &[Option<&[&str]>] =
            &[None, Some(&[]), Some(&["a"]), Some(&["a", "b"]), Some(&["a", "b", "d"]), Some(&["c", "d"])];
        let access = Access::scopes(&["a", "b"], ANY);
        assert_eq!(
            decisions(access, &[], callers),
            [NeedsToken, NeedsScope, NeedsScope, NeedsScope, Allowed, NeedsScope]
        );
        assert_eq!(
            decisions(Access::AUTHENTICATED, &[], callers),
            [NeedsToken, Allowed, Allowed, Allowed, Allowed, Allowed]
        );
    }

    #[test]
    fn what_a_server_demands_of_every_request_it_demands_of_public_tools() {
        use Decision::{Allowed, NeedsScope, NeedsToken};
        let callers: &[Option<&[&str]>] = &[None, Some(&["b"]), Some(&["a"])];
        assert_eq!(decisions(Access::PUBLIC, &[], callers), [Allowed, Allowed, Allowed]);
        assert_eq!(decisions(Access::PUBLIC, &["a"], callers), [NeedsToken, NeedsScope, Allowed]);
    }

    #[test]
    fn r11_a_challenge_asks_for_everything_the_operation_needs() {
        let catalog = Catalog::new(["a", "b", "c", "d"]);
        let rule = Rule::new(&Access::scopes(&["b"], ANY), &["a"], &catalog);
        assert_eq!(rule.wanted(), ["a", "b", "c"]);
    }
}
