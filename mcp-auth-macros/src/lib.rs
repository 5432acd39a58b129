//! The procedural macros of `mcp-auth`. Use them through that crate; their documentation is there.
