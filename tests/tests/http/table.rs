//! *Without a token*: what each request gets, for each kind of server. The table is the one of the documentation.

use serde_json::json;

use crate::support::{Anonymous, Answer, Kind, Message, Plain, Required, Running, start};

const DOCUMENT: &str = include_str!("../../../mcp-auth/docs/without-a-token.md");

/// The caller of a column: no token, a bad one, one without the scopes, one with all of them.
struct Callers {
    tokens: [Option<String>; 4],
    /// A session of each, where one can be opened; elsewhere an id that nobody has.
    sessions: [String; 4],
}

#[tokio::test]
async fn the_table_of_the_documentation_is_true_of_a_server() {
    assert_eq!(table::<Plain>().await, documented("`#[server]`"));
}

#[tokio::test]
async fn the_table_of_the_documentation_is_true_of_an_anonymous_server() {
    assert_eq!(table::<Anonymous>().await, documented("`#[server(anonymous)]`"));
}

#[tokio::test]
async fn the_table_of_the_documentation_is_true_of_a_server_that_requires_a_scope() {
    assert_eq!(table::<Required>().await, documented("`#[server(requires(\"mcp:tools\"))]`"));
}

/// The table under a heading of the document.
fn documented(heading: &str) -> String {
    let section = DOCUMENT.split("\n## ").find_map(|section| section.strip_prefix(heading));
    let section = section.unwrap_or_else(|| panic!("no section {heading}"));
    let rows: Vec<_> = section.lines().filter(|line| line.starts_with('|')).collect();
    rows.join("\n")
}

async fn table<K: Kind>() -> String {
    let server = start::<K>().await;
    let tokens = [
        None,
        Some(server.expired()),
        Some(server.token("alice", "")),
        Some(server.token("alice", &format!("{} files:read files:write", K::REQUIRES))),
    ];
    let mut sessions = [const { String::new() }; 4];
    for (session, token) in sessions.iter_mut().zip(&tokens) {
        let answer = server.send(&Message::initialize().maybe(token.as_deref())).await;
        answer.header("mcp-session-id").unwrap_or("nobody-has-this").clone_into(session);
    }
    let callers = Callers { tokens, sessions };
    let mut table =
        "| | no token | bad token | narrow token | good token |\n|---|---|---|---|---|".to_owned();
    for (name, message) in rows() {
        let mut row = format!("\n| {name} |");
        for (token, session) in callers.tokens.iter().zip(&callers.sessions) {
            let message = message(session).maybe(token.as_deref());
            row = format!("{row} {} |", cell(&server, &message).await);
        }
        table.push_str(&row);
    }
    table
}

type Row = (&'static str, fn(&str) -> Message);

/// The last row ends the sessions that the others use.
fn rows() -> Vec<Row> {
    vec![
        ("`initialize`", |_| Message::initialize()),
        ("`server/discover`", |_| Message::new("server/discover", json!({}))),
        ("`tools/list`", |_| Message::new("tools/list", json!({}))),
        ("`tools/list` in a session", |id| Message::old("tools/list", &json!({})).session(id)),
        ("`ping` in a session", |id| Message::old("ping", &json!({})).session(id)),
        ("a tool with `public`", |_| Message::call("status")),
        ("a tool with `public`, in a session", |id| Message::old_call("status").session(id)),
        ("a tool with `authenticated`", |_| Message::call("whoami")),
        ("a tool with `scopes = \"files:read\"`", |_| Message::call("read")),
        ("a tool with `scopes(\"files:read\", \"files:write\")`", |_| Message::call("copy")),
        ("a tool with `any_of(\"files:write\", \"files:admin\")`", |_| Message::call("write")),
        ("a tool with `scopes = \"files:read\"` and `any_of(\"files:admin\", \"files:write\")`", |_| {
            Message::call("share")
        }),
        ("a tool with `scopes = \"files:read\"`, in a session", |id| Message::old_call("read").session(id)),
        ("a tool that does not exist", |_| Message::call("nothing")),
        ("`prompts/list`", |_| Message::new("prompts/list", json!({}))),
        ("a method that does not exist", |_| Message::new("tools/destroy", json!({}))),
        ("`notifications/initialized`", |id| {
            Message::notification("notifications/initialized", &json!({})).session(id)
        }),
        ("`notifications/cancelled`", |id| {
            Message::notification("notifications/cancelled", &json!({ "requestId": 77 })).session(id)
        }),
        ("GET, the stream of a session", |id| Message::listen().session(id)),
        ("DELETE, the end of a session", |id| Message::end().session(id)),
    ]
}

async fn cell(server: &Running, message: &Message) -> String {
    let (head, mut connection) = server.open(message).await;
    let stream = message.method == "GET" && head.status == 200;
    let answer = if stream { head } else { server.read(head, &mut connection).await };
    describe(&answer, &server.origin())
}

/// Status; the scopes of the challenge, if there is one; the JSON-RPC error of an answer that has none.
fn describe(answer: &Answer, origin: &str) -> String {
    let mut cell = answer.status.to_string();
    let Some(challenge) = answer.challenge() else {
        assert!(!matches!(answer.status, 401 | 403), "r7: {answer:?}");
        let error = (!answer.body.is_empty()).then(|| answer.code()).flatten();
        return error.map_or(cell.clone(), |code| format!("{cell} `{code}`"));
    };
    let metadata = format!("{origin}/.well-known/oauth-protected-resource/mcp");
    assert_eq!(challenge.get("resource_metadata"), Some(metadata.as_str()), "r6");
    let error = challenge.get("error");
    match answer.status {
        401 => assert!(matches!(error, None | Some("invalid_token")), "r8, r9: {answer:?}"),
        403 => assert_eq!(error, Some("insufficient_scope"), "r11"),
        _ => panic!("a challenge with {answer:?}"),
    }
    if error == Some("invalid_token") {
        cell.push_str(" invalid");
    }
    format!("{cell} `{}`", challenge.get("scope").expect("r10"))
}
