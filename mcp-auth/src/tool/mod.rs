//! Tools: what a macro declares, and the one way in which each is called.

mod assembly;
mod audit;
mod call;
mod definition;
mod dispatch;
mod error;
pub(crate) mod failure;
mod future;
pub(crate) mod input;
mod into_server;
mod list;
mod part;
mod registry;
mod result;
mod runtime;
mod schema;
mod table;
mod tools_of;

pub(crate) use audit::ToolAudit;
pub use call::ToolCall;
pub use definition::{
    Annotations, Begin, Groups, Outcome, Server, ServerDefinition, ToolDefinition, UpstreamDefinition,
};
pub(crate) use dispatch::call;
pub use error::{TellClient, ToolError};
pub use future::OutcomeFuture;
pub use into_server::{IntoServer, WithTools};
pub use list::{ListPolicy, ListedTool, Visibility};
pub use part::Holds;
pub(crate) use registry::Registry;
pub use result::{Failed, IntoToolResult, NoError, NoResult, Returned, ToolFailure, Untold};
pub(crate) use runtime::Live;
pub use runtime::{Access, AddToolError, RuntimeTools};
pub use tools_of::{Listed, NotATool, ToolsOf, check_listed};
