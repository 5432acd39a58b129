//! Tools as their authors write them, called through the router: arguments, schemas, results, errors.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]
#![expect(clippy::unnecessary_wraps, clippy::option_option, reason = "every signature that a tool may have")]

mod binding;
mod errors;
mod files;
mod identity;
mod inputs;
mod metadata;
mod order;
mod results;
mod scopes;
mod support;
