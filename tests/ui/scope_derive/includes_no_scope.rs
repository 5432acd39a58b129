use mcp_auth::{Granted, Scope, Server, server};

#[derive(Scope)]
#[scope("notes:read", includes(Other))]
struct Read;

struct Other;

struct Notes;

#[server(scopes(Read))]
impl Notes {
    #[tool(scopes(Read))]
    async fn read_note(&self, _proof: Granted<Read>) {}
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
