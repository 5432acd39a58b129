use mcp_auth::{Server, server};

#[server(resource = "https://notes.example.com/mcp")]
struct Notes;

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
