//! Code that must keep compiling, without a warning, also under `clippy::pedantic`: `ui/pass`.

#![expect(unreachable_pub, reason = "the cases are written as users write them, in libraries")]

#[path = "../ui/pass/files/mod.rs"]
mod files;
#[path = "../ui/pass/hostile_names.rs"]
mod hostile_names;
#[path = "../ui/pass/no_prelude.rs"]
mod no_prelude;
#[path = "../ui/pass/odd_code.rs"]
mod odd_code;
#[path = "../ui/pass/renamed.rs"]
mod renamed;
#[path = "../ui/pass/scopes.rs"]
mod scopes;
