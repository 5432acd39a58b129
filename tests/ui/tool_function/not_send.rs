use std::rc::Rc;

use mcp_auth::{server, tool};

struct Notes;

#[tool(server = Notes, public)]
async fn search() {
    let text = Rc::new(1);
    std::future::ready(()).await;
    drop(text);
}

#[server(tools(search))]
impl Notes {}

fn main() {}
