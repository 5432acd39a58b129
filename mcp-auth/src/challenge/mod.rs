//! Refusals on the wire: status, `WWW-Authenticate` and an error body.

mod body;
mod step_up;
#[cfg(test)]
mod tests;
mod www_authenticate;

pub(crate) use body::{RequestId, Rpc, oauth_error, rpc_error};
pub(crate) use step_up::{StepUp, Terms, needs};
pub(crate) use www_authenticate::Challenge;
