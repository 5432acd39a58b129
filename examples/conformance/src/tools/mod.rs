//! What the tools do, by what they show.

pub(crate) mod asking;
pub(crate) mod content;
pub(crate) mod jobs;
pub(crate) mod lists;
pub(crate) mod notifying;
pub(crate) mod rounds;
pub(crate) mod schema;
