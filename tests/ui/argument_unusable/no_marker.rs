use mcp_auth::{Server, server};
use mcp_auth::{FromToolCall, ToolCall, ToolError};

struct Tenant;
impl<S: Sync> FromToolCall<S> for Tenant {
    async fn from_tool_call(_: &S, _: &ToolCall) -> Result<Self, ToolError> {
        Ok(Self)
    }
}

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool(public)]
    async fn read_note(&self, _tenant: Tenant) -> &'static str {
        "done"
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
