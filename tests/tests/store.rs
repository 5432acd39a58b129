//! The contract of stores, as somebody meets it who writes one: by the public API alone.

#![expect(clippy::unwrap_used, reason = "a test")]

use mcp_auth::store::{MemoryStore, SqliteStore, contract::Opened};

mod in_memory {
    use super::*;

    mcp_auth::testing::store_contract!(async || Opened::new(MemoryStore::new()));
}

/// A closure that captures, and a name of one's own for what opens it.
mod by_a_function {
    use super::*;

    async fn open() -> Opened {
        Opened::new(SqliteStore::in_memory().unwrap())
    }

    mcp_auth::testing::store_contract!(open);
}
