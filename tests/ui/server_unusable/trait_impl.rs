use mcp_auth::{Server, server};

struct Notes;

#[server]
impl Clone for Notes {
    fn clone(&self) -> Self {
        Self
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes.clone());
}
