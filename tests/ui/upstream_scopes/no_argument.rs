use mcp_auth::{GitHub, Server, server};

struct Repos;

#[server(resource = "https://repos.example.com/mcp", upstream(GitHub))]
impl Repos {
    #[tool(authenticated, upstream(GitHub, scopes = "repo"))]
    async fn repos(&self) -> &'static str {
        "repos"
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Repos);
}
