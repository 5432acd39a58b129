//! A named block.

use mcp_auth::tools;

use super::Library;

#[tools(reports)]
impl Library {
    /// A report.
    #[tool]
    async fn report(&self, lines: u8) -> String {
        format!("{}: {lines} lines", self.name)
    }

    #[tool(public)]
    fn open() -> &'static str {
        "open"
    }
}
