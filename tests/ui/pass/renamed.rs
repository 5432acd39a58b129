//! The crate under another name.

#![deny(missing_docs, unused)]
#![deny(clippy::pedantic)]
#![forbid(unsafe_code, clippy::allow_attributes)]

use mcp_auth as other_name;

/// A server.
pub struct Renamed;

#[other_name::server(crate = "other_name", scopes("a"), default(scopes("a")), tools(block, function))]
impl Renamed {
    /// Is it there?
    #[other_name::tool]
    pub async fn ping(&self, user: other_name::AuthInfo, id: u64) -> String {
        format!("{}{id}", user.subject())
    }
}

#[other_name::tools(block, crate = "other_name")]
impl Renamed {
    /// In a block.
    #[tool]
    pub async fn more(&self) {}
}

/// Of its own.
#[other_name::tool(server = Renamed, crate = "other_name")]
pub async fn function(text: String) -> String {
    text
}

#[test]
fn has_its_tool() {
    assert_eq!(<Renamed as other_name::Server>::DEFINITION.tools[0][0].name, "ping");
    assert_eq!(<Renamed as other_name::Server>::DEFINITION.tools.len(), 3);
}
