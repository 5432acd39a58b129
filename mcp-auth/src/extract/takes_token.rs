//! Whether an argument brings a token of a provider: a tool that says what it needs there has to take one.

use std::marker::PhantomData;

/// Asks whether an argument of type `T` is a token of `P`; resolved like [`Kind`](super::Kind).
pub struct TakesToken<T, P>(PhantomData<(T, P)>);

/// The fallback of [`TakesToken`].
pub trait TakesNoToken {
    /// `T` is something else.
    const TAKES: bool = false;
}

impl<T, P> TakesNoToken for TakesToken<T, P> {}

#[cfg(feature = "authorization-server")]
impl<P> TakesToken<crate::Upstream<P>, P> {
    /// Shadows [`TakesNoToken::TAKES`].
    pub const TAKES: bool = true;
}

#[cfg(feature = "authorization-server")]
impl<P> TakesToken<Option<crate::Upstream<P>>, P> {
    /// Shadows [`TakesNoToken::TAKES`].
    pub const TAKES: bool = true;
}
