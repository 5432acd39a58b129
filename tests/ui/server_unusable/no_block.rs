struct Notes;

fn route<S: mcp_auth::Server>(_: S) {}

fn main() {
    route(Notes);
}
