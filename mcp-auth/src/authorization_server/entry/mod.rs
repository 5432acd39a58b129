//! Who may enter: judged after the provider has said who it is, and before anything is kept about them.
//!
//! ```text
//!  who_may_enter   the settings: ways in, and how they combine
//!    v
//!  rule            the same, checked and normalised at start
//!    v
//!  accounts        what the provider says about the account, remembered for some minutes
//!    v
//!  judge           yes, no, or nobody can say: the truth table
//! ```
//!
//! Asked at three moments: when somebody comes back from the provider, whenever a browser's session is used in place of that,
//! and at each refresh. Only a yes ever goes on.

mod accounts;
mod admit;
mod checks;
mod custom;
mod judge;
mod rule;
#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;
mod who_may_enter;

pub(crate) use admit::{Asking, Door};
pub use custom::{Entry, EntryDecision, EntryError, EntryPolicy};
pub(crate) use judge::{Reason, Verdict};
pub use who_may_enter::WhoMayEnter;
