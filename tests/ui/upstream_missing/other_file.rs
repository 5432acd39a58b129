use mcp_auth::{GitHub, State, Upstream, server, tool};

#[derive(Clone)]
pub struct Notes;

mod profile {
    use super::*;

    #[tool(server = Notes, authenticated)]
    pub async fn profile(_notes: State<Notes>, github: Upstream<GitHub>) -> String {
        format!("{github:?}")
    }
}

#[server(resource = "https://notes.example.com/mcp", tools(profile::profile))]
impl Notes {}

fn main() {}
