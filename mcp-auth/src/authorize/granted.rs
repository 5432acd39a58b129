//! A scope that was checked, as a value that proves it.

use std::{fmt, marker::PhantomData};

use super::{
    Catalog, Scope, ScopeSet,
    hierarchy::{Answer, Deepest, Id, IsYes, Level, Scopes},
};

/// Proof that the caller of this call holds the scope `S`.
///
/// As an argument of a tool it is an access decision: the tool requires `S`, and a caller without it gets a challenge.
/// `Option<Granted<S>>` asks without requiring. It holds nothing; only the framework makes one, where the scope was
/// checked. Functions that need a scope ask for [`Proves`].
pub struct Granted<S>(PhantomData<fn() -> S>);

impl<S: Scope> Granted<S> {
    /// The proof, if what is `held` under this catalogue holds `S`. Nothing else makes one.
    pub(crate) fn check(catalog: &Catalog, held: ScopeSet) -> Option<Self> {
        let wanted = catalog.exactly([S::INFO])?;
        held.contains_all(wanted).then_some(Self(PhantomData))
    }
}

impl<S: Scope> fmt::Debug for Granted<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Granted").field(&S::INFO).finish()
    }
}

/// A proof that implies the scope `T`: a [`Granted<S>`] where `S` is `T` or includes it, through any number of others.
///
/// A function that takes one cannot be called by a tool that forgot to require the scope:
///
/// ```
/// use mcp_auth::{Granted, Proves, Scope, server};
///
/// /// See your notes.
/// #[derive(Scope)]
/// #[scope("notes:read")]
/// struct ReadNotes;
///
/// /// Create, change and delete your notes.
/// #[derive(Scope)]
/// #[scope("notes:write", includes(ReadNotes))]
/// struct WriteNotes;
///
/// fn title(id: u64, _proof: &impl Proves<ReadNotes>) -> String {
///     format!("note {id}")
/// }
///
/// struct Notes;
///
/// #[server(resource = "https://notes.example.com/mcp", scopes(ReadNotes, WriteNotes))]
/// impl Notes {
///     /// Delete a note for good.
///     #[tool]
///     async fn delete_note(&self, id: u64, proof: Granted<WriteNotes>) -> String {
///         format!("deleted {}", title(id, &proof))
///     }
/// }
/// # assert_eq!(<Notes as mcp_auth::Server>::DEFINITION.tools[0].len(), 1);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not prove scope `{T}`",
    label = "this call needs a `Granted<{T}>`",
    note = "take a `Granted<{T}>` as an argument of the tool"
)]
pub trait Proves<T>: sealed::Sealed {}

impl<S: Scope + Includes<T>, T: Scope> Proves<T> for Granted<S> {}

mod sealed {
    pub trait Sealed {}

    impl<S> Sealed for super::Granted<S> {}
}

/// `Self` is the scope `T`, or includes it.
#[diagnostic::on_unimplemented(
    message = "scope `{Self}` does not include scope `{T}`",
    label = "this call needs a `Granted<{T}>`",
    note = "require `{T}` on the tool, or declare `#[scope(includes({T}))]` on `{Self}`"
)]
pub trait Includes<T> {}

#[diagnostic::do_not_recommend]
impl<S: Scope, T: Scope> Includes<T> for S where
    <<S::Id as Id>::Same<T::Id> as Answer>::Or<
        <<S::Includes as Scopes>::At<Deepest> as Level>::Contains<T::Id>,
    >: IsYes
{
}
