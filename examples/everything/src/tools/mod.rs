//! What the tools do, by what they show.

pub(crate) mod ask;
pub(crate) mod export;
pub(crate) mod print;
pub(crate) mod printer;
