use mcp_auth::{Granted, Proves, Scope, Server, server};

#[derive(Scope)]
#[scope("notes:read", includes(WriteNotes))]
struct ReadNotes;

#[derive(Scope)]
#[scope("notes:write", includes(ReadNotes))]
struct WriteNotes;

#[derive(Scope)]
#[scope("admin", includes(WriteNotes))]
struct Admin;

struct Notes;

#[server(scopes(ReadNotes, WriteNotes, Admin))]
impl Notes {
    #[tool(any_of(WriteNotes, ReadNotes))]
    async fn read_note(&self, proof: Granted<ReadNotes>, admin: Granted<Admin>) {
        read(&proof);
        read(&admin);
    }
}

fn read(_: &impl Proves<WriteNotes>) {}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
