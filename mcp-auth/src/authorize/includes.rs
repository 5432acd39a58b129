//! What a scope leads to by its `includes`; evaluated by the compiler.

use super::{
    MAX_SCOPES, Scope, ScopeInfo,
    checks::equal,
    hierarchy::{Deepest, Included, Level, Scopes},
    message::Message,
};

/// `scope` is `wanted`, or includes it through any number of others.
pub(super) const fn implies(scope: &ScopeInfo, wanted: &str) -> bool {
    equal(scope.name(), wanted) || Reached::from(scope).contains(wanted)
}

/// Whether one of `scopes` [`implies`] `wanted`.
pub(super) const fn any_implies(scopes: &[ScopeInfo], wanted: &str) -> bool {
    let mut i = 0;
    while i < scopes.len() {
        if implies(&scopes[i], wanted) {
            return true;
        }
        i += 1;
    }
    false
}

/// No scope includes itself. `index` is the entry of its `includes` that is judged.
///
/// Of the scopes of one cycle the first in alphabet reports it, and of its entries the first that leads back.
#[track_caller]
pub const fn require_acyclic<S: Scope>(index: usize) {
    let scope = S::INFO;
    let (mut entry, mut i) = (scope.first_included(), 0);
    while let Some(included) = entry {
        let returns = implies(&included.scope, scope.name());
        if returns && (i < index || !is_first_of_cycle(&scope)) {
            return;
        }
        if returns && i == index {
            let message = Message::new().text("scope ").code(scope.name()).text(" includes itself");
            if equal(included.scope.name(), scope.name()) {
                message.panic()
            }
            message.text(", through ").code(included.scope.name()).panic()
        }
        entry = included.next;
        i += 1;
    }
}

/// What is included is not deeper than the compiler looks. A cycle reports itself.
#[track_caller]
pub const fn require_depth<S: Scope>() {
    let scope = S::INFO;
    let reached = Reached::from(&scope);
    if !<<S::Includes as Scopes>::At<Deepest> as Level>::IS_CUT || reached.contains(scope.name()) {
        return;
    }
    let mut i = 0;
    while i < reached.len {
        if Reached::from(&reached.scopes[i]).contains(reached.scopes[i].name()) {
            return;
        }
        i += 1;
    }
    let message = Message::new().text("scope ").code(scope.name());
    message.text(" includes others through more than 16 levels; name the deepest ones directly").panic()
}

const fn is_first_of_cycle(scope: &ScopeInfo) -> bool {
    let reached = Reached::from(scope);
    let mut i = 0;
    while i < reached.len {
        let other = &reached.scopes[i];
        if is_before(other.name(), scope.name()) && implies(other, scope.name()) {
            return false;
        }
        i += 1;
    }
    true
}

const fn is_before(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut i = 0;
    while i < a.len() && i < b.len() {
        if a[i] != b[i] {
            return a[i] < b[i];
        }
        i += 1;
    }
    a.len() < b.len()
}

/// Everything that one scope includes, each name once.
struct Reached {
    scopes: [ScopeInfo; MAX_SCOPES],
    len: usize,
}

impl Reached {
    const fn from(scope: &ScopeInfo) -> Self {
        let mut reached = Self { scopes: [ScopeInfo::NONE; MAX_SCOPES], len: 0 };
        reached.add(scope.first_included());
        reached
    }

    const fn add(&mut self, first: Option<&'static Included>) {
        let mut next = first;
        while let Some(included) = next {
            if !self.contains(included.scope.name()) && self.len < MAX_SCOPES {
                self.scopes[self.len] = included.scope;
                self.len += 1;
                self.add(included.scope.first_included());
            }
            next = included.next;
        }
    }

    const fn contains(&self, name: &str) -> bool {
        let mut i = 0;
        while i < self.len {
            if equal(self.scopes[i].name(), name) {
                return true;
            }
            i += 1;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    /// A scope type as the derive macro writes it, without the checks that would not let a cycle compile.
    macro_rules! scope {
        ($scope:ident, $name:literal, $includes:ty) => {
            struct $scope;

            impl Scope for $scope {
                const ALONE: ScopeInfo = ScopeInfo::new($name);
                type Id = ();
                type Includes = $includes;
            }
        };
    }

    scope!(A, "a", (B, ()));
    scope!(B, "b", (C, (A, ())));
    scope!(C, "c", ());
    scope!(Above, "above", (C, (A, ())));
    scope!(Itself, "itself", (C, (Itself, ())));
    scope!(TwoWays, "2", (Left, (Right, ())));
    scope!(Left, "left", (TwoWays, ()));
    scope!(Right, "right", (TwoWays, ()));

    /// What the check of this entry says; `None` if it is content.
    fn complaint<S: Scope>(index: usize) -> Option<String> {
        let panic = catch_unwind(|| require_acyclic::<S>(index)).err()?;
        Some(panic.downcast_ref::<String>().cloned().unwrap_or_default())
    }

    #[test]
    fn a_cycle_is_reported_once() {
        assert_eq!(complaint::<A>(0).as_deref(), Some("scope `a` includes itself, through `b`"));
        assert_eq!([complaint::<B>(0), complaint::<B>(1)], [None, None]);
        assert_eq!([complaint::<Above>(0), complaint::<Above>(1)], [None, None], "it only leads there");
        assert_eq!(complaint::<Itself>(0), None);
        assert_eq!(complaint::<Itself>(1).as_deref(), Some("scope `itself` includes itself"));
        assert_eq!(complaint::<TwoWays>(0).as_deref(), Some("scope `2` includes itself, through `left`"));
        assert_eq!(
            [complaint::<TwoWays>(1), complaint::<Left>(0), complaint::<Right>(0)],
            [None, None, None]
        );
    }

    #[test]
    fn a_cycle_is_no_matter_of_depth() {
        require_depth::<A>();
        require_depth::<Above>();
        require_depth::<Itself>();
    }

    #[test]
    fn implication_goes_all_the_way_down_and_never_up() {
        let implied = |name| implies(&Above::INFO, name);
        assert!(implied("above") && implied("a") && implied("b") && implied("c"));
        assert!(!implied("itself") && !implied("abov") && !implied("above2") && !implied(""));
        assert!(!implies(&C::INFO, "a"));
        assert!(
            any_implies(&[C::INFO, A::INFO], "b") && !any_implies(&[C::INFO], "b") && !any_implies(&[], "b")
        );
    }
}
