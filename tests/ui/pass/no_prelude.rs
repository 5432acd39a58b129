//! Without a prelude.

#![no_implicit_prelude]

use ::mcp_auth::{AuthInfo, server};

struct Bare;

#[server(resource = "https://bare.example.com/mcp", title = "Bare")]
impl Bare {
    /// Everything that generated code touches.
    #[tool(scopes("notes:read"), any_of("first", "second"), title = "T", annotations(read_only, title = "t"))]
    async fn everything(
        &self,
        _user: ::std::option::Option<AuthInfo>,
        #[arg(default = 10, description = "How many.")] limit: u64,
        #[arg(default = "x")] text: ::std::string::String,
    ) -> ::std::result::Result<::std::string::String, ::mcp_auth::ToolError> {
        let _ = limit;
        ::std::result::Result::Ok(text)
    }
}

#[::core::prelude::v1::test]
fn has_its_tool() {
    let tools = <Bare as ::mcp_auth::Server>::DEFINITION.tools;
    ::std::assert_eq!(tools[0].len(), 1);
}
