//! What `tools/list` shows to whom, by policy. The table is the one of the documentation.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use mcp_auth::{
    Access, AuthInfo, ListPolicy, ListedTool, RuntimeTools, Server, ToolCall, Visibility, rmcp::model::Tool,
};
use serde_json::{Value, json};

use crate::support::{Answer, Ledger, Message, Running, Setup, serve};

const DOCUMENT: &str = include_str!("../../../mcp-auth/docs/lists.md");

macro_rules! desks {
    ($($name:ident $list:expr;)+) => {$(
        struct $name;

        #[mcp_auth::server(scopes("files:read", "files:write"), anonymous, list = $list)]
        impl $name {
            /// For anybody.
            #[tool(public)]
            fn status(&self) -> &'static str {
                "ran"
            }

            /// For everybody with a token.
            #[tool(authenticated)]
            fn whoami(&self) -> &'static str {
                "ran"
            }

            /// One scope.
            #[tool(scopes("files:read"))]
            fn read(&self) -> &'static str {
                "ran"
            }

            /// All of two.
            #[tool(scopes("files:read", "files:write"))]
            fn copy(&self) -> &'static str {
                "ran"
            }

            /// For the staff.
            #[tool(authenticated)]
            fn internal_duty(&self) -> &'static str {
                "ran"
            }
        }
    )+};
}

desks! {
    Acquirable ListPolicy::ACQUIRABLE;
    Callable ListPolicy::CALLABLE;
    Staff ListPolicy::by(staff_only);
}

/// The example of the documentation of `ListPolicy::by`.
fn staff_only(tool: &ListedTool<'_>, caller: Option<&AuthInfo>) -> Visibility {
    let staff = caller.is_some_and(|caller| caller.subject().starts_with("staff-"));
    match tool.is_callable() {
        _ if tool.name().starts_with("internal_") && !staff => Visibility::Hidden,
        true => Visibility::Listed,
        false => Visibility::Marked,
    }
}

#[tokio::test]
async fn the_table_of_the_documentation_is_true_of_the_default() {
    assert_eq!(table(Acquirable).await, documented("The default"));
}

#[tokio::test]
async fn the_table_of_the_documentation_is_true_of_what_may_be_called() {
    assert_eq!(table(Callable).await, documented("Only what may be called"));
}

#[tokio::test]
async fn the_table_of_the_documentation_is_true_of_a_function() {
    assert_eq!(table(Staff).await, documented("By a function"));
}

/// The table under a heading of the document.
fn documented(heading: &str) -> String {
    let section = DOCUMENT.split("\n## ").find_map(|section| section.strip_prefix(heading));
    let section = section.unwrap_or_else(|| panic!("no section {heading}"));
    section.lines().filter(|line| line.starts_with('|')).collect::<Vec<_>>().join("\n")
}

const ROWS: [(&str, &str); 5] = [
    ("status", "`public`"),
    ("whoami", "`authenticated`"),
    ("read", "`scopes(\"files:read\")`"),
    ("copy", "`scopes(\"files:read\", \"files:write\")`"),
    ("internal_duty", "`authenticated`, of the staff"),
];

fn callers(server: &Running) -> [Option<String>; 4] {
    [
        None,
        Some(server.token("alice", "")),
        Some(server.token("alice", "files:read")),
        Some(server.token("staff-carol", "files:read files:write")),
    ]
}

async fn table(server: impl Server) -> String {
    let server = serve(server, Ledger::default(), Setup::default()).await;
    let callers = callers(&server);
    let mut table = "| a tool with | no token | no scope | `files:read` | staff, both scopes |".to_owned();
    table.push_str("\n|---|---|---|---|---|");
    for (tool, title) in ROWS {
        let mut row = format!("\n| {title} |");
        for token in &callers {
            row = format!("{row} {} |", cell(&server, tool, token.as_deref()).await);
        }
        table.push_str(&row);
    }
    table
}

/// How the tool is listed on both lanes, and what a call gets.
async fn cell(server: &Running, tool: &str, token: Option<&str>) -> String {
    let session = server.session(token).await;
    let direct = server.send(&Message::new("tools/list", json!({})).maybe(token)).await;
    let old = Message::old("tools/list", &json!({})).session(&session);
    let old = server.send(&old.maybe(token)).await;
    let seen = [&direct, &old].map(|answer| seen(answer, tool));
    assert_eq!(seen[0], seen[1], "{tool}, {token:?}");
    let call = server.send(&Message::call(tool).maybe(token)).await;
    let code = if call.status == 200 { call.code() } else { None };
    let code = code.map(|code| format!(" `{code}`")).unwrap_or_default();
    format!("{}, {}{code}", seen[0], call.status)
}

fn seen(answer: &Answer, name: &str) -> &'static str {
    let answer = answer.json();
    let tools = answer["result"]["tools"].as_array().unwrap();
    match tools.iter().find(|tool| tool["name"] == name) {
        Some(tool) if tool["_meta"].get("mcp-auth/needs").is_some() => "marked",
        Some(_) => "listed",
        None => "hidden",
    }
}

fn names(answer: &Value) -> Vec<String> {
    let tools = answer["result"]["tools"].as_array().unwrap();
    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

/// Replaces the one name by the other, so that answers to the two can be compared.
fn with_name(mut answer: Answer, from: &str, to: &str) -> Answer {
    answer.body = answer.body.replace(from, to);
    answer.without_date()
}

/// A tool whose schema has a header for rmcp to look at (SEP-2243): it does so before anybody asks who calls.
fn with_header(name: &'static str) -> Tool {
    let schema = json!({ "type": "object", "properties": { "region": { "type": "string", "x-mcp-header": "Region" } } });
    let Value::Object(schema) = schema else { unreachable!() };
    Tool::new(name, "For the staff.", schema)
}

/// A request about a tool.
type Request<'a> = Box<dyn Fn(&str) -> Message + 'a>;

#[tokio::test]
async fn a_hidden_tool_and_an_unknown_name_get_the_same_bytes() {
    let tools = RuntimeTools::<Staff>::new();
    let ran = async |_: Arc<Staff>, call: ToolCall| format!("{} ran", call.name());
    tools.add(with_header("internal_park"), Access::scopes(["files:read"]), ran).unwrap();
    let server = serve(Staff.with_tools(&tools), Ledger::default(), Setup::default()).await;
    let callers = callers(&server);
    let call = |name: &str, arguments: &Value| {
        Message::new("tools/call", json!({ "name": name, "arguments": arguments }))
    };
    for token in callers.iter().take(3).map(Option::as_deref) {
        let requests: [Request<'_>; 5] = [
            Box::new(|name| call(name, &json!({}))),
            Box::new(|name| call(name, &json!({ "region": "north" }))),
            Box::new(|name| call(name, &json!({})).with("mcp-param-region", "north")),
            Box::new(|name| call(name, &json!({ "region": "south" })).with("mcp-param-region", "north")),
            Box::new(|name| call(name, &json!({})).instead("mcp-name", "another")),
        ];
        for request in &requests {
            for hidden in ["internal_park", "internal_duty"] {
                let unknown = "unknown_name_";
                let hidden_answer = server.send(&request(hidden).maybe(token)).await;
                let unknown_answer = server.send(&request(unknown).maybe(token)).await;
                assert_eq!(
                    with_name(hidden_answer, hidden, "NAME"),
                    with_name(unknown_answer, unknown, "NAME"),
                    "{hidden}, {token:?}"
                );
            }
        }
        let mut in_sessions = Vec::new();
        for name in ["internal_park", "unknown_name_"] {
            // One each: a session numbers its answers.
            let message = Message::old_call(name).session(&server.session(token).await).maybe(token);
            in_sessions.push(server.send(&message).await.without_date());
        }
        assert_eq!(in_sessions[0], in_sessions[1], "{token:?}");
    }
    // The control: for the staff the tool is there, and its header counts.
    let staff = callers[3].as_deref();
    let right = call("internal_park", &json!({ "region": "north" })).with("mcp-param-region", "north");
    assert_eq!(server.send(&right.maybe(staff)).await.text(), "internal_park ran");
    let wrong = server.send(&call("internal_park", &json!({ "region": "north" })).maybe(staff)).await;
    assert_eq!((wrong.status, wrong.code()), (400, Some(-32020)));
}

/// A cache that many callers share, as a gateway may be one. It looks at one of the two things that tell it what not
/// to keep, and knows no time, so that nothing but that keeps it from mixing callers up.
struct SharedCache {
    keeps: fn(&Answer) -> bool,
    kept: HashMap<Vec<u8>, Answer>,
}

impl SharedCache {
    async fn send(&mut self, server: &Running, message: &Message) -> Answer {
        if let Some(answer) = self.kept.get(&message.body) {
            return answer.clone();
        }
        let answer = server.send(message).await;
        if (self.keeps)(&answer) {
            self.kept.insert(message.body.clone(), answer.clone());
        }
        answer
    }
}

#[tokio::test]
async fn r24_r55_two_callers_behind_one_cache_never_see_each_others_list() {
    let by_scope = |answer: &Answer| answer.json()["result"]["cacheScope"] != "private";
    let by_header = |answer: &Answer| {
        let control = answer.header("cache-control").unwrap_or_default();
        !control.split(',').any(|one| matches!(one.trim(), "no-store" | "private"))
    };
    let server = serve(Callable, Ledger::default(), Setup::default()).await;
    let callers = callers(&server);
    for keeps in [by_scope, by_header] {
        let mut cache = SharedCache { keeps, kept: HashMap::new() };
        let mut lists = BTreeMap::new();
        // Each twice, so that somebody else has been answered in between.
        for (number, token) in callers.iter().enumerate().chain(callers.iter().enumerate()) {
            let message = Message::new("tools/list", json!({})).maybe(token.as_deref());
            let list = names(&cache.send(&server, &message).await.json());
            let before = lists.insert(number, list.clone());
            assert!(before.is_none_or(|before| before == list), "{number}");
        }
        let expected = [
            &["status"][..],
            &["status", "whoami", "internal_duty"],
            &["status", "whoami", "read", "internal_duty"],
            &["status", "whoami", "read", "copy", "internal_duty"],
        ];
        assert_eq!(lists.into_values().collect::<Vec<_>>(), expected);
    }
}

#[tokio::test]
async fn a_list_in_a_session_is_private_too_where_the_version_can_say_so() {
    let server = serve(Callable, Ledger::default(), Setup::default()).await;
    // A cursor is unusual: this goes through rmcp.
    let answer = server.send(&Message::new("tools/list", json!({ "cursor": "a" }))).await;
    assert_eq!(answer.json()["result"]["cacheScope"], "private");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}
