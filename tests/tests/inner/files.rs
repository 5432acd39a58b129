//! Tools of one server in several files, and of a part from another crate.

mod functions;
mod reports;

use mcp_auth::{AuthInfo, Holds, server};
use mcp_auth_tests_part::Search;
use serde_json::json;

use super::support::client;

#[derive(Clone, Default)]
struct Library {
    search: Search,
    name: String,
}

impl Holds<Search> for Library {
    fn part(&self) -> &Search {
        &self.search
    }
}

#[server(
    scopes("notes:read", "notes:write", "index:write"),
    default(scopes("notes:read")),
    tools(
        functions::rename,
        functions::name,
        reports::reports,
        mcp_auth_tests_part::search,
        mcp_auth_tests_part::find
    )
)]
impl Library {
    #[tool(public)]
    fn ping(&self) -> &'static str {
        "pong"
    }

    #[tool]
    fn whoami(&self, user: AuthInfo) -> String {
        user.subject().to_owned()
    }
}

fn library() -> Library {
    let texts = ["a cat", "a dog", "two cats"].map(str::to_owned).into();
    Library { search: Search { texts }, name: "library".to_owned() }
}

const EVERYTHING: &str = "notes:read notes:write index:write";

#[tokio::test]
async fn tools_of_every_file_are_listed_and_run() {
    let client = client(library(), EVERYTHING);
    let tools = client.tools().await;
    let names: Vec<_> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["ping", "whoami", "rename", "name", "report", "open", "count", "rebuild", "find"]);

    for (tool, arguments, answer) in [
        ("ping", json!({}), "pong"),
        ("whoami", json!({}), "alice"),
        ("rename", json!({ "to": "archive" }), "alice renames library to archive"),
        ("name", json!({}), "library"),
        ("report", json!({ "lines": 2 }), "library: 2 lines"),
        ("open", json!({}), "open"),
        ("count", json!({}), "3"),
        ("rebuild", json!({}), "alice indexed 3 texts"),
        ("find", json!({ "word": "cat" }), "a cat, two cats"),
    ] {
        assert_eq!(client.text(tool, arguments).await, answer, "{tool}");
    }
}

#[tokio::test]
async fn schemas_do_not_depend_on_the_file() {
    let client = client(library(), EVERYTHING);
    let rename = client.tool("rename").await;
    assert_eq!(rename["description"], "Another name.");
    assert_eq!(rename["inputSchema"]["properties"]["to"]["description"], "The new one.");
    assert_eq!(rename["inputSchema"]["required"], json!(["to"]));
    let find = client.tool("find").await;
    let properties = find["inputSchema"]["properties"].as_object().unwrap();
    assert_eq!(properties.keys().collect::<Vec<_>>(), ["word"], "what a pattern takes apart is no property");
}

/// The `default(…)` of the server and of the part hold for tools in other files that say nothing.
#[tokio::test]
async fn access_does_not_depend_on_the_file() {
    let reads = ["whoami", "name", "report", "count", "find"];
    let other = [("rename", "notes:write"), ("rebuild", "index:write")];
    let may = |scopes: &str, tool: &str| {
        let wanted = other.iter().find(|(name, _)| *name == tool).map_or("notes:read", |(_, scope)| scope);
        scopes.split(' ').any(|scope| scope == wanted)
    };
    for scopes in ["", "notes:read", "notes:write", "index:write", EVERYTHING] {
        let client = client(library(), scopes);
        for tool in reads.into_iter().chain(other.map(|(tool, _)| tool)) {
            let arguments = json!({ "to": "x", "lines": 1, "word": "x" });
            let answer = client.ask("tools/call", json!({ "name": tool, "arguments": arguments })).await;
            let ran = answer["result"].is_object() && answer["result"]["isError"] != true;
            assert_eq!(ran, may(scopes, tool), "{tool} with `{scopes}`: {answer}");
        }
        for open in ["ping", "open"] {
            client.text(open, json!({})).await;
            client.clone().anonymous().text(open, json!({})).await;
        }
    }
}
