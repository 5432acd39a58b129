//! What scope types include of each other, for the compiler: as data and as answers of the type system.
//!
//! `Granted<WriteNotes>` proves `ReadNotes` if one leads to the other through any number of `includes`, along any
//! number of ways. Traits alone cannot say that (two ways would be two impls), so the question is *computed*: scope
//! types are compared by their [`Id`], and [`Level::Contains`] is the disjunction over all that is reached.
//!
//! The id is a hash of 64 bits of the scope's name. Two names of one hash would prove each other to helpers (and only
//! there: requests are judged by names). Among the few names of one program that happens by chance once in 10^15
//! programs, and nobody but its author chooses them.

use super::{Scope, ScopeInfo};

/// What one scope includes by itself, as a list in constants.
#[derive(Clone, Copy)]
pub struct Included {
    pub(super) scope: ScopeInfo,
    pub(super) next: Option<&'static Self>,
}

/// Yes or no, as a type.
pub trait Answer {
    /// Both.
    type And<Other: Answer>: Answer;
    /// One of the two, or both.
    type Or<Other: Answer>: Answer;
}

/// An [`Answer`].
pub struct Yes;

/// An [`Answer`].
pub struct No;

/// Holds for [`Yes`].
pub trait IsYes {}

impl IsYes for Yes {}

impl Answer for Yes {
    type And<Other: Answer> = Other;
    type Or<Other: Answer> = Self;
}

impl Answer for No {
    type And<Other: Answer> = Self;
    type Or<Other: Answer> = Other;
}

/// A tree of bits: `()` is zero, `((),)` is one, pairs are the branches. Types without names, since the derive macro
/// writes them where a user's types are in scope.
pub trait Id {
    /// Whether both are the same tree.
    type Same<Other: Id>: Answer;
    /// Whether this is a zero.
    type IsZero: Answer;
    /// Whether this is a one.
    type IsOne: Answer;
    /// Whether this is the pair of the two.
    type IsPair<Left: Id, Right: Id>: Answer;
}

impl Id for () {
    type Same<Other: Id> = Other::IsZero;
    type IsZero = Yes;
    type IsOne = No;
    type IsPair<Left: Id, Right: Id> = No;
}

impl Id for ((),) {
    type Same<Other: Id> = Other::IsOne;
    type IsZero = No;
    type IsOne = Yes;
    type IsPair<Left: Id, Right: Id> = No;
}

impl<A: Id, B: Id> Id for (A, B) {
    type Same<Other: Id> = Other::IsPair<A, B>;
    type IsZero = No;
    type IsOne = No;
    type IsPair<Left: Id, Right: Id> = <Left::Same<A> as Answer>::And<Right::Same<B>>;
}

/// A list of scope types: `(ReadNotes, (ReadTags, ()))`.
pub trait Scopes {
    /// The list where `Depth` more levels are looked at.
    type At<Depth: Fuel>: Level;
}

impl Scopes for () {
    type At<Depth: Fuel> = Nothing;
}

impl<First: Scope, Rest: Scopes> Scopes for (First, Rest) {
    type At<Depth: Fuel> = Found<First, Rest, Depth>;
}

/// How deep to look. Without it a cycle would be an endless computation, whose error explains nothing.
pub trait Fuel {
    /// What stands for `List`, one level deeper.
    type Deeper<List: Scopes>: Level;
}

/// Not deeper than here.
pub struct Empty;

/// One level more than `Depth`.
pub struct More<Depth>(std::marker::PhantomData<Depth>);

impl Fuel for Empty {
    type Deeper<List: Scopes> = Cut;
}

impl<Depth: Fuel> Fuel for More<Depth> {
    type Deeper<List: Scopes> = List::At<Depth>;
}

type Four<Depth> = More<More<More<More<Depth>>>>;

/// The levels that are looked at; [`require_depth`](super::checks::require_depth) refuses what is deeper.
pub(super) type Deepest = Four<Four<Four<Four<Empty>>>>;

/// A list of scopes and everything that they include, so far as it is looked at.
pub trait Level {
    /// As data.
    const INCLUDED: Option<&'static Included>;
    /// Whether something was deeper than the fuel lasts.
    const IS_CUT: bool;
    /// Whether the scope of this id is among them.
    type Contains<Wanted: Id>: Answer;
}

/// The end of a list.
pub struct Nothing;

impl Level for Nothing {
    const INCLUDED: Option<&'static Included> = None;
    const IS_CUT: bool = false;
    type Contains<Wanted: Id> = No;
}

/// Where the fuel ended.
pub struct Cut;

impl Level for Cut {
    const INCLUDED: Option<&'static Included> = None;
    const IS_CUT: bool = true;
    type Contains<Wanted: Id> = No;
}

/// `First`, what it includes, and the rest of the list.
pub struct Found<First, Rest, Depth>(std::marker::PhantomData<(First, Rest, Depth)>);

impl<First: Scope, Rest: Scopes, Depth: Fuel> Level for Found<First, Rest, Depth> {
    const INCLUDED: Option<&'static Included> = Some(&Included {
        scope: First::ALONE.including(<Depth::Deeper<First::Includes> as Level>::INCLUDED),
        next: <Rest::At<Depth> as Level>::INCLUDED,
    });
    const IS_CUT: bool =
        <Depth::Deeper<First::Includes> as Level>::IS_CUT || <Rest::At<Depth> as Level>::IS_CUT;
    type Contains<Wanted: Id> = <<First::Id as Id>::Same<Wanted> as Answer>::Or<
        <<Depth::Deeper<First::Includes> as Level>::Contains<Wanted> as Answer>::Or<
            <Rest::At<Depth> as Level>::Contains<Wanted>,
        >,
    >;
}

#[cfg(test)]
mod tests {
    use crate::{Granted, Proves, Scope};

    /// Whether a type implements a trait, asked like [`Kind`](crate::extract::Kind).
    struct Asked<P, T>(std::marker::PhantomData<(P, T)>);

    impl<P: Proves<T>, T> Asked<P, T> {
        const PROVES: bool = true;
    }

    trait Otherwise {
        const PROVES: bool = false;
    }

    impl<P, T> Otherwise for Asked<P, T> {}

    macro_rules! proves {
        ($held:ty, $wanted:ty) => {
            Asked::<Granted<$held>, $wanted>::PROVES
        };
    }

    /// `chain!(S0 "s0" <- S1 "s1" <- …)`: each includes the one before it.
    macro_rules! chain {
        ($first:ident $name:literal $(<- $next:ident $next_name:literal)*) => {
            #[derive(Scope)]
            #[scope($name, crate = "crate")]
            struct $first;

            chain!(@ $first $(<- $next $next_name)*);
        };
        (@ $before:ident <- $next:ident $name:literal $($rest:tt)*) => {
            #[derive(Scope)]
            #[scope($name, includes($before), crate = "crate")]
            struct $next;

            chain!(@ $next $($rest)*);
        };
        (@ $last:ident) => {};
    }

    chain!(S0 "s0" <- S1 "s1" <- S2 "s2" <- S3 "s3" <- S4 "s4" <- S5 "s5" <- S6 "s6" <- S7 "s7" <- S8 "s8" <- S9 "s9"
        <- S10 "s10" <- S11 "s11" <- S12 "s12" <- S13 "s13" <- S14 "s14" <- S15 "s15" <- S16 "s16");

    #[derive(Scope)]
    #[scope("wide", includes(S3, S1, Apart), crate = "crate")]
    struct Wide;

    #[derive(Scope)]
    #[scope("apart", crate = "crate")]
    struct Apart;

    #[derive(Scope)]
    #[scope("top", includes(S2, Wide, S0), crate = "crate")]
    struct Top;

    #[derive(Scope)]
    #[scope("s0", crate = "crate")]
    struct AlsoS0;

    #[test]
    fn a_scope_proves_itself_and_what_it_leads_to() {
        const { assert!(proves!(S0, S0) && proves!(S1, S0) && proves!(S16, S0) && proves!(S16, S15)) };
        const { assert!(!proves!(S0, S1) && !proves!(S15, S16) && !proves!(S0, Apart)) };
    }

    #[test]
    fn ways_may_meet_again() {
        const { assert!(proves!(Wide, S0) && proves!(Wide, S2) && proves!(Wide, Apart) && proves!(Top, S0)) };
        const { assert!(proves!(Top, Apart) && proves!(Top, S3)) };
        const { assert!(!proves!(Top, S4) && !proves!(Apart, Wide) && !proves!(Wide, Top)) };
    }

    #[test]
    fn types_of_one_name_are_one_scope() {
        const { assert!(proves!(AlsoS0, S0) && proves!(S16, AlsoS0) && !proves!(AlsoS0, S1)) };
    }

    /// What types say and what names say is the same for every pair.
    #[test]
    fn the_types_agree_with_the_catalogue() {
        use crate::authorize::Catalog;
        macro_rules! table {
            ($($scope:ident)*) => {{
                let catalog = Catalog::new([$($scope::INFO),*]);
                $(table!(@ catalog $scope: S0 S1 S2 S3 S4 Wide Top Apart);)*
            }};
            (@ $catalog:ident $held:ident: $($wanted:ident)*) => {$(
                let held = $catalog.resolve([$held::INFO.name()]);
                assert_eq!(
                    proves!($held, $wanted),
                    Granted::<$wanted>::check(&$catalog, held).is_some(),
                    "{} {}", stringify!($held), stringify!($wanted)
                );
            )*};
        }
        table!(S0 S1 S2 S3 S4 Wide Top Apart);
    }
}
