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
