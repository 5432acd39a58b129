//! An access word compiled to bits, and its decision.

use super::{Access, Caller, Catalog, ScopeInfo, ScopeSet};

/// Who may do one thing.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    public: bool,
    /// `None` where a scope that the server does not know is demanded: nobody holds it.
    all: Option<ScopeSet>,
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
    pub(crate) fn new(access: &Access, extra: &[ScopeInfo], catalog: &Catalog) -> Self {
        if access.public && extra.is_empty() {
            return Self::public();
        }
        let mut wanted: Vec<&'static str> = Vec::new();
        let firsts = access.any.iter().filter_map(|group| group.first());
        for scope in extra.iter().chain(access.all).chain(firsts) {
            if !wanted.contains(&scope.name()) {
                wanted.push(scope.name());
            }
        }
        Self {
            public: false,
            all: catalog.exactly(extra.iter().chain(access.all).copied()),
            any: access.any.iter().map(|group| one_of(group, catalog)).collect(),
            wanted,
        }
    }

    /// The same for words that are known at run time only; all are of `catalog`.
    pub(crate) fn of_words(
        public: bool,
        all: &[ScopeInfo],
        any: &[Vec<ScopeInfo>],
        catalog: &Catalog,
    ) -> Self {
        let access = if public { Access::PUBLIC } else { Access::AUTHENTICATED };
        let mut rule = Self::new(&access, all, catalog);
        if rule.public {
            return rule;
        }
        rule.any = any.iter().map(|group| one_of(group, catalog)).collect();
        for first in any.iter().filter_map(|group| group.first()) {
            if !rule.wanted.contains(&first.name()) {
                rule.wanted.push(first.name());
            }
        }
        rule
    }

    pub(crate) fn public() -> Self {
        Self { public: true, all: Some(ScopeSet::EMPTY), any: Box::default(), wanted: Vec::new() }
    }

    pub(crate) fn is_public(&self) -> bool {
        self.public
    }

    pub(crate) fn wanted(&self) -> &[&'static str] {
        &self.wanted
    }

    /// Whether it asks for no more of somebody with a token than these scopes.
    pub(crate) fn opens_to(&self, held: ScopeSet) -> bool {
        let satisfied = self.all.is_some_and(|all| held.contains_all(all))
            && self.any.iter().all(|group| held.intersects(*group));
        self.public || satisfied
    }

    pub(crate) fn decide(&self, caller: &Caller) -> Decision {
        let Some(held) = caller.scopes() else {
            return if self.public { Decision::Allowed } else { Decision::NeedsToken };
        };
        if self.opens_to(held) { Decision::Allowed } else { Decision::NeedsScope }
    }
}

/// The bits of `group`, any of which will do. One that the server does not know is no alternative.
fn one_of(group: &[ScopeInfo], catalog: &Catalog) -> ScopeSet {
    let known = group.iter().filter_map(|scope| catalog.exactly([*scope]));
    known.fold(ScopeSet::EMPTY, |all, one| all | one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AuthInfo, Scope};

    const A: ScopeInfo = ScopeInfo::new("a");
    const B: ScopeInfo = ScopeInfo::new("b");
    const C: ScopeInfo = ScopeInfo::new("c");
    const D: ScopeInfo = ScopeInfo::new("d");
    const ANY: &[&[ScopeInfo]] = &[&[C, D]];

    /// What callers with these scopes get; `None` sends no token.
    fn decisions(access: Access, requires: &[ScopeInfo], callers: &[Option<&[&str]>]) -> Vec<Decision> {
        let catalog = Catalog::new([A, B, C, D]);
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
        let access = Access::scopes(&[A, B], ANY);
        assert_eq!(
            decisions(access, &[], callers),
            [NeedsToken, NeedsScope, NeedsScope, NeedsScope, Allowed, NeedsScope]
        );
        assert_eq!(
            decisions(Access::scopes(&[A, B], &[]), &[], callers),
            [NeedsToken, NeedsScope, NeedsScope, Allowed, Allowed, NeedsScope]
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
        assert_eq!(decisions(Access::PUBLIC, &[A], callers), [NeedsToken, NeedsScope, Allowed]);
    }

    #[test]
    fn r11_a_challenge_asks_for_everything_the_operation_needs() {
        let catalog = Catalog::new([A, B, C, D]);
        let rule = Rule::new(&Access::scopes(&[B], ANY), &[A], &catalog);
        assert_eq!(rule.wanted(), ["a", "b", "c"]);
    }

    #[test]
    fn r16_a_broader_scope_satisfies_a_narrower_one_and_never_the_other_way() {
        #[derive(Scope)]
        #[scope("a", crate = "crate")]
        struct Narrow;

        #[derive(Scope)]
        #[scope("admin", includes(Narrow), crate = "crate")]
        struct Broad;

        const ADMIN: ScopeInfo = Broad::INFO;
        let catalog = Catalog::new([A, B, ADMIN]);
        let allowed = |access: Access, held: &str| {
            let caller = Caller::Known(AuthInfo::for_tests("alice", &[held], &catalog));
            Rule::new(&access, &[], &catalog).decide(&caller) == Decision::Allowed
        };
        let all = Access::scopes(&[A], &[]);
        assert!(allowed(all, "a") && allowed(all, "admin") && !allowed(all, "b"));
        let admin = Access::scopes(&[ADMIN], &[]);
        assert!(allowed(admin, "admin") && !allowed(admin, "a"));
        let any = Access::scopes(&[], &[&[ADMIN, B]]);
        assert!(allowed(any, "admin") && allowed(any, "b") && !allowed(any, "a"));
    }

    #[test]
    fn nobody_holds_a_scope_that_the_server_does_not_know() {
        let catalog = Catalog::new([A, B]);
        let caller = Caller::Known(AuthInfo::for_tests("alice", &["a", "b", "c", "d"], &catalog));
        for access in [Access::scopes(&[A, C], &[]), Access::scopes(&[A], ANY)] {
            assert_eq!(Rule::new(&access, &[], &catalog).decide(&caller), Decision::NeedsScope);
        }
    }
}
