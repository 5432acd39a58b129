//! Requirements of a resource server that have no test in this binary, and why.
//!
//! | id | reason |
//! |---|---|
//! | R23 | TLS ends in front of the server; that http is refused for public names is in `configuration.rs` |
//! | R29-R37 | claims, headers and keys of a token: inside the crate, in `authenticate/tests` |
//! | R38-R41 | introspection: inside the crate, in `authenticate/tests/introspection.rs` and `verifier.rs`; with a real issuer in `tests/lab` |
//! | R42 | bound tokens: inside the crate, in `authenticate/tests` |
//! | R54, R56 | `requestState` and tickets: in `tests/inner/binding.rs` |
//!
//! Of what is asked for elsewhere: `TCP_NODELAY` cannot be seen from outside, and is tested in `transport/serve.rs`.
