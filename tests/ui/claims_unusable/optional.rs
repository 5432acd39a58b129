use mcp_auth::{AuthInfo, Server, server};

struct Employee {
    department: String,
}

struct Notes;

#[server(resource = "https://notes.example.com/mcp")]
impl Notes {
    #[tool(public)]
    async fn read_note(&self, user: Option<AuthInfo<Employee>>) -> String {
        user.map_or_else(String::new, |user| user.claims().department.clone())
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Notes);
}
