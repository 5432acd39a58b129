//! One protected server, attacked over HTTP. The names of the tests begin with the requirement or the mistake that
//! they stand for; `requirements.rs` says which ids have no test here, and why.

mod requirements;
mod support;
mod table;
