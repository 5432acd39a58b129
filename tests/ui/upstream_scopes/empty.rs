use mcp_auth::{GitHub, Server, Upstream, server};

struct Repos;

#[server(resource = "https://repos.example.com/mcp", upstream(GitHub, scopes()))]
impl Repos {
    #[tool(authenticated)]
    async fn repos(&self, _github: Upstream<GitHub>) -> &'static str {
        "repos"
    }
}

fn route<S: Server>(_: S) {}

fn main() {
    route(Repos);
}
