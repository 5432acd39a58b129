use mcp_auth::{Server, server};

struct Notes {
    count: std::cell::Cell<u64>,
}

#[server]
impl Notes {
    #[tool(public)]
    async fn count(&self, add: u64) -> u64 {
        self.count.set(self.count.get() + add);
        self.count.get()
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes { count: 0.into() });
}
