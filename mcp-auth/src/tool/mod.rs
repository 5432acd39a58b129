//! Tools: what a macro declares, and the one way in which each is called.

mod call;
mod definition;
mod dispatch;
mod error;
pub(crate) mod failure;
pub(crate) mod input;
mod listing;
mod part;
mod registry;
mod result;
mod schema;

pub use call::ToolCall;
pub use definition::{Annotations, Groups, Outcome, OutcomeFuture, Server, ServerDefinition, ToolDefinition};
pub(crate) use dispatch::call;
pub use error::{TellClient, ToolError};
pub use listing::{Listed, NotATool, ToolsOf, check_listed};
pub use part::Holds;
pub(crate) use registry::Registry;
pub use result::{Failed, IntoToolResult, NoError, NoResult, Returned, ToolFailure, Untold};
