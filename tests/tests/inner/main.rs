//! Tools as their authors write them, called through the router: arguments, schemas, results, errors.

mod errors;
mod identity;
mod inputs;
mod metadata;
mod results;
mod support;
