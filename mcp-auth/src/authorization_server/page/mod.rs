//! What a person sees: plain HTML from this server alone, without scripts.
//!
//! ```text
//!  view.rs        what is shown, as data
//!    v
//!  consent.rs     one file a page: data -> elements (maud escapes every text)
//!    | clean.rs     strangers' texts without what deceives the eye
//!    | fill.rs      {words in braces} of the texts
//!    v
//!  document.rs    what all pages have around them; page.css
//!    v
//!  response.rs    headers
//! ```

mod clean;
mod consent;
mod document;
mod error;
mod fill;
mod form;
mod grants;
mod not_entered;
mod pick_name;
mod response;
mod sign_in;
#[cfg(test)]
mod tests;
mod view;

pub(crate) use consent::consent;
pub(crate) use error::{Fault, fault};
pub(crate) use grants::{grants, grants_sign_in};
pub(crate) use not_entered::not_entered;
pub(crate) use pick_name::pick_name;
pub(crate) use sign_in::sign_in;
pub(crate) use view::{
    AskedScope, ClientShown, ConsentView, GrantShown, GrantsNotice, GrantsSignInView, GrantsView, Hidden,
    NameProblem, NotEntered, NotEnteredView, Notice, Permission, PickNameView, SignInChoice, SignInView,
};
