use mcp_auth::{Server, server};
use mcp_auth::{Extractor, FromToolCall, ScopeInfo, ToolCall, ToolError};

struct Proof;
impl Extractor for Proof {}
impl<S: Sync> FromToolCall<S> for Proof {
    const SCOPES: &'static [ScopeInfo] = &[ScopeInfo::new("notes:write")];
    async fn from_tool_call(_: &S, _: &ToolCall) -> Result<Self, ToolError> {
        Ok(Self)
    }
}

struct Notes;

#[server(scopes("notes:read"))]
impl Notes {
    #[tool(authenticated)]
    async fn read_note(&self, _proof: Proof) -> &'static str {
        "done"
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
