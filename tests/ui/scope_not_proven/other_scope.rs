use mcp_auth::{Granted, Proves, Scope, Server, server};

#[derive(Scope)]
#[scope("notes:read")]
struct ReadNotes;

#[derive(Scope)]
#[scope("notes:write", includes(ReadNotes))]
struct WriteNotes;

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool]
    async fn delete_note(&self, proof: Granted<ReadNotes>) {
        delete(&proof);
    }
}

fn delete(_proof: &impl Proves<WriteNotes>) {}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
