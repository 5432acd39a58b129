use mcp_auth::{AuthInfo, Server, server};

#[derive(serde::Deserialize)]
struct Employee {
    department: String,
}

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool(public)]
    async fn read_note(&self, user: AuthInfo<Employee>) -> String {
        user.claims().department.clone()
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
