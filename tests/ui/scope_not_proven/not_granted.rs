use mcp_auth::{AuthInfo, Proves, Scope, Server, server};

#[derive(Scope)]
#[scope("notes:write")]
struct WriteNotes;

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool(scopes(WriteNotes))]
    async fn delete_note(&self, user: AuthInfo) {
        delete(&user);
    }
}

fn delete(_proof: &impl Proves<WriteNotes>) {}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
