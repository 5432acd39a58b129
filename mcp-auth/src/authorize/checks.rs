//! Checks that run while the user's crate is compiled. The macros place each call at the token it judges.
