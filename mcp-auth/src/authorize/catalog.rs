//! Which scopes a server declares, and what each of them includes.

use super::{ScopeInfo, ScopeSet};

/// The scopes one server declares, in the order of their bits.
#[derive(Debug, Clone, Default)]
pub(crate) struct Catalog {
    words: Vec<&'static str>,
    /// Per word: its own bit, and those of everything that it includes.
    closures: Vec<ScopeSet>,
    /// Each as people read it.
    #[cfg(feature = "authorization-server")]
    infos: Vec<ScopeInfo>,
}

impl Catalog {
    /// One entry per name. A scope that is named twice, as literal and as type, includes what either includes.
    pub(crate) fn new(scopes: impl IntoIterator<Item = ScopeInfo>) -> Self {
        let scopes: Vec<ScopeInfo> = scopes.into_iter().collect();
        let mut words: Vec<&'static str> = Vec::new();
        for scope in &scopes {
            if !words.contains(&scope.name()) {
                words.push(scope.name());
            }
        }
        let closures = words.iter().map(|word| closure(word, &words, &scopes)).collect();
        #[cfg(feature = "authorization-server")]
        let infos = words.iter().map(|word| described(word, &scopes)).collect();
        Self {
            words,
            closures,
            #[cfg(feature = "authorization-server")]
            infos,
        }
    }

    /// The scopes in their order, each with the first description that somebody gave it.
    #[cfg(feature = "authorization-server")]
    pub(crate) fn infos(&self) -> &[ScopeInfo] {
        &self.infos
    }

    pub(crate) fn words(&self) -> &[&'static str] {
        &self.words
    }

    /// What a caller may who holds `scopes`: those that the server declares, and all that they include; foreign ones
    /// are ignored.
    pub(crate) fn resolve<'a>(&self, scopes: impl IntoIterator<Item = &'a str>) -> ScopeSet {
        let closures = scopes.into_iter().filter_map(|scope| self.closures.get(self.position(scope)?));
        closures.fold(ScopeSet::EMPTY, |all, one| all | *one)
    }

    /// The bits of `scopes` and no others: what a rule demands. `None` if one of them is not declared.
    pub(crate) fn exactly(&self, scopes: impl IntoIterator<Item = ScopeInfo>) -> Option<ScopeSet> {
        let mut set = ScopeSet::EMPTY;
        for scope in scopes {
            set.insert(self.position(scope.name())?);
        }
        Some(set)
    }

    fn position(&self, scope: &str) -> Option<usize> {
        self.words.iter().position(|word| *word == scope)
    }
}

#[cfg(feature = "authorization-server")]
fn described(word: &'static str, scopes: &[ScopeInfo]) -> ScopeInfo {
    let mut named = scopes.iter().filter(|scope| scope.name() == word);
    let described = named.clone().find(|scope| scope.description().is_some());
    described.or_else(|| named.next()).copied().unwrap_or(ScopeInfo::new(word))
}

/// The bits of `word` and of all that it includes, also through scopes that are not declared.
fn closure(word: &'static str, words: &[&'static str], scopes: &[ScopeInfo]) -> ScopeSet {
    let named = |name: &'static str| scopes.iter().filter(move |scope| scope.name() == name).copied();
    let mut set = ScopeSet::EMPTY;
    let mut reached: Vec<ScopeInfo> = named(word).collect();
    let mut seen: Vec<ScopeInfo> = Vec::new();
    while let Some(scope) = reached.pop() {
        // Two of one name may include different things; what both say counts.
        if seen.iter().any(|before| *before == scope && before.includes().eq(scope.includes())) {
            continue;
        }
        seen.push(scope);
        reached.extend(scope.includes().chain(named(scope.name())));
        if let Some(index) = words.iter().position(|word| *word == scope.name()) {
            set.insert(index);
        }
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scope;

    #[derive(Scope)]
    #[scope("read", crate = "crate")]
    struct Read;

    #[derive(Scope)]
    #[scope("comment", includes(Read), crate = "crate")]
    struct Comment;

    #[derive(Scope)]
    #[scope("label", includes(Read), crate = "crate")]
    struct Label;

    #[derive(Scope)]
    #[scope("write", includes(Comment, Label), crate = "crate")]
    struct Write;

    #[derive(Scope)]
    #[scope("admin", includes(Write), crate = "crate")]
    struct Admin;

    const READ: ScopeInfo = Read::INFO;
    const COMMENT: ScopeInfo = Comment::INFO;
    const LABEL: ScopeInfo = Label::INFO;
    const WRITE: ScopeInfo = Write::INFO;
    const ADMIN: ScopeInfo = Admin::INFO;

    /// The words of `catalog` that a holder of `held` has.
    fn held(catalog: &Catalog, held: &[&str]) -> Vec<&'static str> {
        let set = catalog.resolve(held.iter().copied());
        let has = |word: &&'static str| {
            set.contains_all(catalog.exactly([ScopeInfo::new(word)]).expect("a declared scope"))
        };
        catalog.words().iter().copied().filter(has).collect()
    }

    #[test]
    fn r16_a_scope_brings_what_it_includes_through_any_number_of_others() {
        let catalog = Catalog::new([READ, COMMENT, LABEL, WRITE, ADMIN]);
        assert_eq!(held(&catalog, &["admin"]), ["read", "comment", "label", "write", "admin"]);
        assert_eq!(held(&catalog, &["write"]), ["read", "comment", "label", "write"]);
        assert_eq!(held(&catalog, &["label"]), ["read", "label"]);
        assert_eq!(held(&catalog, &["read"]), ["read"]);
        assert_eq!(held(&catalog, &["label", "comment"]), ["read", "comment", "label"]);
        assert_eq!(held(&catalog, &["other", "reads"]), [""; 0]);
    }

    #[test]
    fn r16_also_through_a_scope_that_is_not_declared() {
        let catalog = Catalog::new([READ, ADMIN]);
        assert_eq!(held(&catalog, &["admin"]), ["read", "admin"]);
        assert_eq!(held(&catalog, &["write"]), [""; 0], "what is not declared means nothing here");
    }

    #[test]
    fn a_literal_and_a_type_of_one_name_are_one_scope() {
        let literal = ScopeInfo::new("label");
        for catalog in [Catalog::new([literal, LABEL, READ]), Catalog::new([LABEL, literal, READ])] {
            assert_eq!(catalog.words(), ["label", "read"]);
            assert_eq!(held(&catalog, &["label"]), ["label", "read"]);
        }
        // `write` includes the type; the catalogue knows the literal.
        assert_eq!(held(&Catalog::new([literal, READ, WRITE]), &["write"]), ["label", "read", "write"]);
    }

    /// No type includes itself, but names can go round where two types share one.
    #[test]
    fn names_that_go_round_end() {
        #[derive(Scope)]
        #[scope("comment", crate = "crate")]
        struct OtherComment;

        #[derive(Scope)]
        #[scope("read", includes(OtherComment), crate = "crate")]
        struct OtherRead;

        let catalog = Catalog::new([OtherRead::INFO, COMMENT]);
        assert_eq!(held(&catalog, &["read"]), ["read", "comment"]);
        assert_eq!(held(&catalog, &["comment"]), ["read", "comment"]);
    }

    #[test]
    fn a_rule_demands_the_named_bits_only() {
        let catalog = Catalog::new([READ, LABEL]);
        let label = catalog.exactly([LABEL]).expect("a declared scope");
        assert!(!catalog.resolve(["read"]).intersects(label));
        assert!(!label.intersects(catalog.exactly([READ]).expect("a declared scope")));
        assert_eq!(catalog.exactly([READ, ADMIN]), None);
    }

    #[test]
    fn every_bit_of_the_largest_catalogue_is_its_own() {
        let names: Vec<&'static str> =
            (0..super::super::MAX_SCOPES).map(|i| &*format!("scope:{i}").leak()).collect();
        let catalog = Catalog::new(names.iter().map(|name| ScopeInfo::new(name)));
        for name in &names {
            assert_eq!(held(&catalog, &[name]), [*name]);
        }
    }
}
