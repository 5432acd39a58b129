//! Tools: what a macro declares, and the one way in which each is called.

mod call;
mod definition;
mod error;
pub(crate) mod input;
mod result;

pub use call::ToolCall;
pub use definition::{Annotations, Groups, Outcome, OutcomeFuture, Server, ServerDefinition, ToolDefinition};
pub use error::{TellClient, ToolError};
pub use result::{Failed, IntoToolResult, NoError, NoResult, Returned, ToolFailure, Untold};
