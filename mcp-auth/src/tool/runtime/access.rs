//! Who may call a tool that is added at run time.

use std::borrow::Cow;

use crate::authorize::{Catalog, Rule, Scope, ScopeInfo};

/// Who may call a tool that is added at run time: what `public`, `authenticated`, `scopes(…)` and `any_of(…)` say in
/// `#[tool]`. Every scope must be one that the server declares.
///
/// ```
/// use mcp_auth::Access;
///
/// let staff_who_write = Access::scopes(["notes:write"]).and(Access::any_of(["staff", "auditor"]));
/// # let _ = staff_who_write;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    public: bool,
    all: Vec<Cow<'static, str>>,
    any: Vec<Vec<Cow<'static, str>>>,
}

impl Access {
    /// Anybody, also without a token.
    pub fn public() -> Self {
        Self { public: true, all: Vec::new(), any: Vec::new() }
    }

    /// Anybody with a valid token.
    pub fn authenticated() -> Self {
        Self { public: false, ..Self::public() }
    }

    /// A token with all of `scopes`.
    pub fn scopes(scopes: impl IntoIterator<Item = impl Into<Cow<'static, str>>>) -> Self {
        Self { all: scopes.into_iter().map(Into::into).collect(), ..Self::authenticated() }.decided()
    }

    /// A token with the scope `S`.
    pub fn scope<S: Scope>() -> Self {
        Self::scopes([S::INFO.name()])
    }

    /// A token with one of `scopes`; a challenge asks for the first.
    pub fn any_of(scopes: impl IntoIterator<Item = impl Into<Cow<'static, str>>>) -> Self {
        Self { any: vec![scopes.into_iter().map(Into::into).collect()], ..Self::authenticated() }
    }

    /// Both must hold.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.public &= other.public;
        self.all.extend(other.all);
        self.any.extend(other.any);
        self
    }

    /// `scopes([])` says nothing; as an empty choice it fits nobody, and is refused where it is used.
    fn decided(mut self) -> Self {
        if self.all.is_empty() {
            self.any.push(Vec::new());
        }
        self
    }

    /// The rule over `catalog`, with what the server demands of everybody.
    pub(super) fn rule(&self, requires: &[ScopeInfo], catalog: &Catalog) -> Result<Rule, Undeclared> {
        let known = |scope: &Cow<'static, str>| {
            let found = catalog.words().iter().find(|word| *word == scope);
            found
                .map(|word| ScopeInfo::new(word))
                .ok_or_else(|| Undeclared::Scope(scope.clone().into_owned()))
        };
        let mut all = requires.to_vec();
        for scope in &self.all {
            all.push(known(scope)?);
        }
        let mut any = Vec::new();
        for group in &self.any {
            if group.is_empty() {
                return Err(Undeclared::Nothing);
            }
            any.push(group.iter().map(known).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(Rule::of_words(self.public, &all, &any, catalog))
    }
}

/// Why an access cannot be a rule of this server.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Undeclared {
    /// The server does not declare this scope.
    Scope(String),
    /// A list of scopes without any.
    Nothing,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        AuthInfo,
        authorize::{Caller, Decision},
    };

    const A: ScopeInfo = ScopeInfo::new("a");
    const B: ScopeInfo = ScopeInfo::new("b");
    const C: ScopeInfo = ScopeInfo::new("c");

    fn decide(access: &Access, requires: &[ScopeInfo], held: Option<&[&str]>) -> Decision {
        let catalog = Catalog::new([A, B, C]);
        let caller = held.map(|held| Caller::Known(AuthInfo::for_tests("alice", held, &catalog)));
        access.rule(requires, &catalog).unwrap().decide(&caller.unwrap_or(Caller::Anonymous))
    }

    #[test]
    fn r11_decides_as_the_words_of_the_attribute_do() {
        use Decision::{Allowed, NeedsScope, NeedsToken};
        let both = Access::scopes(["a"]).and(Access::any_of(["b", "c"]));
        assert_eq!(decide(&both, &[], None), NeedsToken);
        assert_eq!(decide(&both, &[], Some(&["a"])), NeedsScope);
        assert_eq!(decide(&both, &[], Some(&["b", "c"])), NeedsScope);
        assert_eq!(decide(&both, &[], Some(&["a", "c"])), Allowed);
        assert_eq!(decide(&Access::public(), &[], None), Allowed);
        assert_eq!(decide(&Access::public().and(Access::authenticated()), &[], None), NeedsToken);
        assert_eq!(decide(&Access::public(), &[A], None), NeedsToken);
        assert_eq!(decide(&Access::public(), &[A], Some(&["b"])), NeedsScope);
        assert_eq!(decide(&Access::any_of(["b"]), &[A], Some(&["b"])), NeedsScope);
        let catalog = Catalog::new([A, B, C]);
        assert_eq!(both.rule(&[B], &catalog).unwrap().wanted(), ["b", "a"]);
    }

    #[test]
    fn what_decides_nothing_is_refused() {
        let catalog = Catalog::new([A]);
        let none: [&str; 0] = [];
        assert_eq!(Access::scopes(none).rule(&[], &catalog).unwrap_err(), Undeclared::Nothing);
        assert_eq!(Access::any_of(none).rule(&[], &catalog).unwrap_err(), Undeclared::Nothing);
        let unknown = Undeclared::Scope("b".to_owned());
        assert_eq!(Access::any_of(["a", "b"]).rule(&[], &catalog).unwrap_err(), unknown);
        assert_eq!(Access::scopes(["b"]).rule(&[], &catalog).unwrap_err(), unknown);
    }
}
