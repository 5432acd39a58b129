use mcp_auth::{Extractor, FromToolCall, ScopeInfo, ToolCall, ToolError, server};

struct Notes;
struct Proof;

impl Extractor for Proof {}

impl<S: Sync> FromToolCall<S> for Proof {
    const SCOPES: &'static [ScopeInfo] = &[ScopeInfo::new("notes:delete")];

    async fn from_tool_call(_: &S, _: &ToolCall) -> Result<Self, ToolError> {
        Ok(Self)
    }
}

mod delete {
    #[mcp_auth::tool(server = super::Notes)]
    pub fn delete(_proof: super::Proof) {}
}

#[server(scopes("notes:read"), tools(delete::delete))]
impl Notes {}

fn main() {}
