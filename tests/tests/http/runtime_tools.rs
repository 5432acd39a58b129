//! Tools that come and go while the server runs, over HTTP.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use mcp_auth::{
    Access, AddToolError, AuthInfo, RuntimeTools, Server, ToolCall, ToolError,
    rmcp::{
        handler::server::{
            router::tool::{ToolRoute, ToolRouter},
            tool::RequestState,
            wrapper::Parameters,
        },
        model::{
            CallToolResponse, CallToolResult, ContentBlock, CreateTaskResult, ElicitationSchema,
            InputRequiredResult, JsonObject, Task, TaskStatus, Tool,
        },
    },
};
use serde_json::{Value, json};

use crate::support::{
    Anonymous, Connection, Kind, Ledger, Message, Plain, READ, Required, Running, Setup, panics, serve,
    within,
};

const CHANGED: &str = "notifications/tools/list_changed";

fn schema(properties: &Value) -> JsonObject {
    let Value::Object(schema) = json!({ "type": "object", "properties": properties }) else { unreachable!() };
    schema
}

fn tool(name: &'static str) -> Tool {
    Tool::new(name, "Added.", schema(&json!({})))
}

fn add<S: Server>(tools: &RuntimeTools<S>, name: &'static str, access: Access) -> Result<(), AddToolError> {
    tools.add(tool(name), access, async |_, call: ToolCall| format!("{} ran", call.name()))
}

/// A server of this kind, whose tools change.
async fn start<K: Kind>() -> (Running, RuntimeTools<K>) {
    let (ledger, tools) = (Ledger::default(), RuntimeTools::new());
    let server = serve(K::around(ledger.clone()).with_tools(&tools), ledger, Setup::default()).await;
    (server, tools)
}

async fn names(server: &Running, token: &str) -> Vec<String> {
    let answer = server.send(&Message::new("tools/list", json!({})).token(token)).await.json();
    let tools = answer["result"]["tools"].as_array().unwrap().clone();
    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_tool_is_there_when_it_is_added_and_gone_when_it_is_removed() {
    let (server, tools) = start::<Plain>().await;
    let token = server.token("alice", READ);
    let call = || Message::call("added").token(&token);
    let compiled = names(&server, &token).await;
    assert_eq!(server.send(&call()).await.code(), Some(-32602));
    add(&tools, "added", Access::scopes([READ])).unwrap();
    assert_eq!(server.send(&call()).await.text(), "added ran");
    assert_eq!(names(&server, &token).await, [compiled.clone(), vec!["added".to_owned()]].concat());
    assert_eq!(tools.names(), names(&server, &token).await);
    let session = server.session(Some(&token)).await;
    let old = Message::old_call("added").session(&session).token(&token);
    assert_eq!(server.send(&old).await.text(), "added ran");
    assert!(tools.remove("added") && !tools.remove("added"));
    assert_eq!(server.send(&call()).await.code(), Some(-32602));
    assert_eq!(server.send(&old).await.code(), Some(-32602));
    assert_eq!(names(&server, &token).await, compiled);
    assert!(!tools.remove("read"), "what is compiled stays");
    assert_eq!(server.send(&Message::call("read").token(&token)).await.text(), "read ran");
}

#[tokio::test]
async fn r11_an_added_tool_is_guarded_as_a_compiled_one_is() {
    let (server, tools) = start::<Plain>().await;
    add(&tools, "open", Access::public()).unwrap();
    add(&tools, "known", Access::authenticated()).unwrap();
    add(&tools, "both", Access::scopes(["files:read", "files:write"])).unwrap();
    add(&tools, "one", Access::any_of(["files:write", "files:admin"])).unwrap();
    let narrow = server.token("alice", "");
    let good = server.token("alice", "files:read files:write");
    for (added, compiled) in [("open", "status"), ("known", "whoami"), ("both", "copy"), ("one", "write")] {
        for token in [None, Some(&*narrow), Some(&*good), Some("bad")] {
            let answer = async |tool| server.send(&Message::call(tool).maybe(token)).await;
            let (added, compiled) = (answer(added).await, answer(compiled).await);
            assert_eq!(added.status, compiled.status, "{added:?}");
            assert_eq!(added.challenge(), compiled.challenge(), "{added:?}");
        }
    }
    let (server, tools) = start::<Required>().await;
    add(&tools, "open", Access::public()).unwrap();
    let refused = server.send(&Message::call("open")).await;
    assert_eq!((refused.status, refused.challenge().unwrap().get("scope")), (401, Some("mcp:tools")));
}

/// A server whose tools are all guarded refuses everybody without a token; a public tool that is added opens the door.
#[tokio::test]
async fn a_public_tool_that_is_added_can_be_called_without_a_token() {
    struct Bare;
    #[mcp_auth::server(scopes("files:read"))]
    impl Bare {}
    let tools = RuntimeTools::<Bare>::new();
    let server = serve(Bare.with_tools(&tools), Ledger::default(), Setup::default()).await;
    let call = Message::call("open");
    assert_eq!(server.send(&call).await.status, 401);
    add(&tools, "open", Access::public()).unwrap();
    assert_eq!(server.send(&call).await.text(), "open ran");
    add(&tools, "read", Access::scopes([READ])).unwrap();
    let first = server.send(&Message::new("tools/list", json!({}))).await;
    assert_eq!(first.challenge().unwrap().get("scope"), Some(READ), "a first sign-in asks for the new scope");
    tools.remove("open");
    assert_eq!(server.send(&call).await.status, 401);
}

#[tokio::test]
async fn what_cannot_be_added_changes_nothing() {
    let tools = RuntimeTools::<Plain>::new();
    let before = tools.names();
    let refused =
        |tool: Tool, access: Access| tools.add(tool, access, async |_, _| "ran").unwrap_err().to_string();
    let known = Access::authenticated;
    assert!(refused(tool("read"), known()).contains("`read` is taken"));
    for name in ["", "a b", "ä", "a/b", &*"x".repeat(129)] {
        let tool = Tool::new(name.to_owned(), "", schema(&json!({})));
        assert!(refused(tool, known()).contains("cannot be the name"), "{name}");
    }
    let unknown = refused(tool("new"), Access::scopes(["files:raed"]));
    assert_eq!(
        unknown,
        "tool `new`: unknown scope `files:raed`; this server declares: files:read, files:write, files:admin"
    );
    assert!(refused(tool("new"), Access::any_of([""; 0])).contains("no scope is named"));
    for wrong in [json!({}), json!({ "type": "string" }), json!({ "type": "object", "properties": [] })] {
        let Value::Object(schema) = wrong else { unreachable!() };
        assert!(refused(Tool::new("new", "", schema), known()).contains("schema"));
    }
    let route = |name: &'static str| ToolRoute::<Plain>::new(tool(name), || "ran".to_owned());
    let router = ToolRouter::new().with_route(route("first")).with_route(route("whoami"));
    assert!(
        matches!(tools.add_router(router, |_| known()), Err(AddToolError::NameTaken { name }) if name == "whoami")
    );
    assert_eq!(tools.names(), before, "all or none");
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Number {
    number: u32,
}

/// Methods as rmcp's own macros leave them.
fn router() -> ToolRouter<Anonymous> {
    let number = schema(&json!({ "number": { "type": "integer" } }));
    let double = |Parameters(Number { number }): Parameters<Number>| (2 * number).to_string();
    let ask = || {
        let form = ElicitationSchema::builder().build().unwrap();
        let form = json!({ "mode": "form", "message": "who?", "requestedSchema": form });
        let ask = json!({ "who": { "method": "elicitation/create", "params": form } });
        InputRequiredResult::from_input_requests(serde_json::from_value(ask).unwrap())
    };
    let task = || -> CallToolResponse {
        let task = Task::new("task-1", TaskStatus::Working, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
        CreateTaskResult::new(task).into()
    };
    let fails = || -> Result<String, mcp_auth::rmcp::ErrorData> {
        Err(mcp_auth::rmcp::ErrorData::invalid_params("not like this", None))
    };
    let rounds = |RequestState(state): RequestState| -> CallToolResponse {
        match state {
            None => InputRequiredResult::new(None, Some("round one".to_owned())).into(),
            Some(state) => CallToolResult::success(vec![ContentBlock::text(state)]).into(),
        }
    };
    let server = |server: &Anonymous| format!("{:?}", server.0.ran());
    ToolRouter::new()
        .with_route(ToolRoute::new(Tool::new("double", "Doubles.", number), double))
        .with_route(ToolRoute::new(tool("ask"), ask))
        .with_route(ToolRoute::new(tool("task"), task))
        .with_route(ToolRoute::new(tool("fails"), fails))
        .with_route(ToolRoute::new(tool("server"), server))
        .with_route(ToolRoute::new(tool("who"), |user: AuthInfo| user.subject().to_owned()))
        .with_route(ToolRoute::new(tool("rounds"), rounds))
        .with_route(ToolRoute::new(tool("disabled"), || "ran".to_owned()))
        .with_disabled("disabled")
}

#[tokio::test]
async fn an_rmcp_router_is_taken_over_with_an_access_decision_for_each_tool() {
    let (server, tools) = start::<Anonymous>().await;
    let access = |tool: &Tool| if tool.name == "double" { Access::public() } else { Access::scopes([READ]) };
    tools.add_router(router(), access).unwrap();
    let token = server.token("alice", READ);
    let call = async |name: &str, arguments: Value, token: Option<&str>| {
        let params = json!({ "name": name, "arguments": arguments });
        server.send(&Message::new("tools/call", params).maybe(token)).await
    };
    assert_eq!(call("double", json!({ "number": 21 }), None).await.text(), "42");
    let unfit = call("double", json!({ "number": "many" }), None).await;
    assert!(unfit.text().starts_with("failed to deserialize parameters:"), "{unfit:?}");
    assert_eq!(unfit.json()["result"]["isError"], true, "for the model to mend, as in rmcp");
    assert_eq!(call("ask", json!({}), None).await.status, 401);
    let asks = call("ask", json!({}), Some(&token)).await.json();
    assert_eq!(asks["result"]["resultType"], "input_required");
    assert_eq!(asks["result"]["inputRequests"]["who"]["method"], "elicitation/create");
    assert_eq!(call("fails", json!({}), Some(&token)).await.code(), Some(-32602));
    assert_eq!(call("server", json!({}), Some(&token)).await.text(), "[]");
    assert_eq!(call("who", json!({}), Some(&token)).await.text(), "alice");
    // What a route hands out is bound to its caller, as the state of every tool is.
    let handed_out = call("rounds", json!({}), Some(&token)).await.json()["result"]["requestState"].clone();
    assert_ne!(handed_out, "round one");
    let bring =
        Message::new("tools/call", json!({ "name": "rounds", "arguments": {}, "requestState": handed_out }));
    assert_eq!(server.send(&bring.clone().token(&token)).await.text(), "round one");
    let other = server.send(&bring.token(&server.token("bob", READ))).await;
    assert_eq!(other.code(), Some(-32602), "{other:?}");
    assert_eq!(call("disabled", json!({}), Some(&token)).await.code(), Some(-32602));
    // rmcp lets a task out to a client that knows tasks only.
    let mut task = Message::new("tools/call", json!({ "name": "task", "arguments": {} })).token(&token);
    assert!(server.send(&task).await.json()["error"].is_object());
    let body = String::from_utf8(task.body).unwrap();
    let able =
        r#""io.modelcontextprotocol/clientCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}"#;
    task.body = body.replace(r#""io.modelcontextprotocol/clientCapabilities":{}"#, able).into();
    let made = server.send(&task).await.json();
    assert_eq!(made["result"]["resultType"], "task", "{made}");
}

#[tokio::test]
async fn errors_and_panics_of_an_added_tool_are_its_own() {
    let (server, tools) = start::<Plain>().await;
    let fails = async |_: Arc<Plain>, _: ToolCall| Err::<(), _>(ToolError::opaque("the password is secret"));
    tools.add(tool("fails"), Access::authenticated(), fails).unwrap();
    let before = panics();
    let panics_early = |_: Arc<Plain>, _: ToolCall| -> std::future::Ready<()> { panic!("secret") };
    tools.add(tool("panics"), Access::authenticated(), panics_early).unwrap();
    let token = server.token("alice", "");
    for name in ["fails", "panics"] {
        let answer = server.send(&Message::call(name).token(&token)).await;
        assert!(answer.text().starts_with("internal error, reference "), "{answer:?}");
        assert!(!answer.body.contains("secret"));
    }
    assert_eq!(panics(), before, "only the test's own");
    assert_eq!(server.send(&Message::call("whoami").token(&token)).await.text(), "alice");
}

#[tokio::test]
async fn a_call_of_a_removed_tool_ends_normally() {
    let (server, tools) = start::<Plain>().await;
    let ledger = server.ledger.clone();
    let slow = move |_: Arc<Plain>, _: ToolCall| {
        let ledger = ledger.clone();
        async move { ledger.slow().await }
    };
    tools.add(tool("added"), Access::authenticated(), slow).unwrap();
    let token = server.token("alice", "");
    let call = Message::call("added").token(&token);
    let mut connection = Connection::open(server.address).await;
    connection.write(&call.bytes(&server.host())).await.unwrap();
    server.ledger.begun().await;
    assert!(tools.remove("added"));
    assert_eq!(server.send(&call).await.code(), Some(-32602));
    server.ledger.let_one_end();
    assert_eq!(within(connection.answer()).await.unwrap().text(), "slow ran");
}

/// Says when it is dropped.
struct Flag(Arc<AtomicBool>, Arc<tokio::sync::Notify>);
impl Drop for Flag {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
        self.1.notify_one();
    }
}

/// Whoever hangs up is not worked for.
#[tokio::test]
async fn an_added_tool_is_given_up_with_its_caller() {
    let (server, tools) = start::<Plain>().await;
    let (given_up, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(tokio::sync::Notify::new()));
    let (flag, notify, ledger) = (Arc::clone(&given_up), Arc::clone(&seen), server.ledger.clone());
    let waits = move |_: Arc<Plain>, _: ToolCall| {
        let (flag, ledger) = (Flag(Arc::clone(&flag), Arc::clone(&notify)), ledger.clone());
        async move {
            let _flag = flag;
            ledger.slow().await
        }
    };
    tools.add(tool("waits"), Access::authenticated(), waits).unwrap();
    let mut connection = Connection::open(server.address).await;
    let call = Message::call("waits").token(&server.token("alice", ""));
    connection.write(&call.bytes(&server.host())).await.unwrap();
    server.ledger.begun().await;
    assert!(!given_up.load(Ordering::SeqCst));
    drop(connection);
    within(seen.notified()).await;
    assert!(given_up.load(Ordering::SeqCst));
}

#[tokio::test]
async fn what_the_server_says_of_itself_tells_that_its_tools_change() {
    let (server, _tools) = start::<Plain>().await;
    let token = server.token("alice", "");
    let discovered = server.send(&Message::new("server/discover", json!({})).token(&token)).await;
    assert_eq!(discovered.json()["result"]["capabilities"]["tools"]["listChanged"], true);
    let initialized = server.send(&Message::initialize().token(&token)).await;
    assert_eq!(initialized.json()["result"]["capabilities"]["tools"]["listChanged"], true);
    let fixed = serve(Plain::default(), Ledger::default(), Setup::default()).await;
    let token = fixed.token("alice", "");
    let discovered = fixed.send(&Message::new("server/discover", json!({})).token(&token)).await;
    assert_eq!(discovered.json()["result"]["capabilities"]["tools"], json!({}));
}

#[tokio::test]
async fn every_open_session_is_told_of_a_change() {
    let (server, tools) = start::<Plain>().await;
    let mut streams = Vec::new();
    for subject in ["alice", "bob"] {
        let token = server.token(subject, "");
        let session = server.session(Some(&token)).await;
        let (head, stream) = server.open(&Message::listen().session(&session).token(&token)).await;
        assert_eq!(head.status, 200);
        streams.push(stream);
    }
    add(&tools, "first", Access::authenticated()).unwrap();
    for stream in &mut streams {
        assert!(within(stream.reads(CHANGED)).await);
    }
    // A session that has ended keeps nobody from being told.
    drop(streams.remove(0));
    tools.remove("first");
    assert!(within(streams[0].reads(CHANGED)).await);
}

fn subscribe(notifications: &Value) -> Message {
    Message::new("subscriptions/listen", json!({ "notifications": notifications }))
}

#[tokio::test]
async fn a_stream_that_listens_for_tools_is_told_of_a_change() {
    let (server, tools) = start::<Plain>().await;
    let token = server.token("alice", "");
    let (head, mut stream) =
        server.open(&subscribe(&json!({ "toolsListChanged": true })).token(&token)).await;
    assert_eq!(head.status, 200);
    assert!(within(stream.reads("\"toolsListChanged\":true")).await, "what was accepted");
    for name in ["first", "second"] {
        add(&tools, name, Access::authenticated()).unwrap();
        assert!(within(stream.reads(CHANGED)).await, "{name}");
    }
    // Who asks for something else hears nothing of tools.
    let other = subscribe(&json!({ "promptsListChanged": true })).token(&token);
    let (head, mut quiet) = server.open(&other).await;
    assert_eq!(head.status, 200);
    assert!(within(quiet.reads("acknowledged")).await);
    tools.remove("first");
    assert!(within(stream.reads(CHANGED)).await);
    assert!(tokio::time::timeout(std::time::Duration::from_millis(200), quiet.reads(CHANGED)).await.is_err());
}

#[tokio::test]
async fn whoever_may_list_may_listen_and_nobody_else() {
    let wanted = subscribe(&json!({ "toolsListChanged": true }));
    let (server, _tools) = start::<Plain>().await;
    let refused = server.send(&wanted).await;
    assert_eq!((refused.status, refused.challenge().is_some()), (401, true));
    let (server, _tools) = start::<Required>().await;
    assert_eq!(server.send(&wanted.clone().token(&server.token("alice", ""))).await.status, 403);
    let (head, _) = server.open(&wanted.clone().token(&server.token("alice", "mcp:tools"))).await;
    assert_eq!(head.status, 200);
    let (server, tools) = start::<Anonymous>().await;
    let (head, mut stream) = server.open(&wanted).await;
    assert_eq!(head.status, 200);
    assert!(within(stream.reads("acknowledged")).await);
    add(&tools, "added", Access::authenticated()).unwrap();
    assert!(within(stream.reads(CHANGED)).await);
    // Where tools do not change there is nothing to listen to.
    let fixed = serve(Plain::default(), Ledger::default(), Setup::default()).await;
    let answer = fixed.send(&wanted.token(&fixed.token("alice", ""))).await;
    assert_eq!((answer.status, answer.code()), (404, Some(-32601)));
}

#[tokio::test]
async fn what_else_can_be_listened_to_keeps_its_own_rule() {
    struct Guarded;
    #[mcp_auth::server(scopes("files:read"), subscriptions(scopes("files:read")))]
    impl Guarded {}
    let tools = RuntimeTools::<Guarded>::new();
    let server = serve(Guarded.with_tools(&tools), Ledger::default(), Setup::default()).await;
    let narrow = server.token("alice", "");
    let status = async |notifications: Value, token: &str| {
        server.open(&subscribe(&notifications).token(token)).await.0.status
    };
    assert_eq!(status(json!({ "toolsListChanged": true }), &narrow).await, 200);
    for more in [json!({ "toolsListChanged": true, "resourcesListChanged": true }), json!({})] {
        assert_eq!(status(more.clone(), &narrow).await, 403, "{more}");
        assert_eq!(status(more, &server.token("alice", READ)).await, 200);
    }
}

#[tokio::test]
async fn a_stream_that_listens_ends_when_the_server_stops() {
    let (mut server, _tools) = start::<Plain>().await;
    let token = server.token("alice", "");
    let (_, mut stream) = server.open(&subscribe(&json!({ "toolsListChanged": true })).token(&token)).await;
    assert!(within(stream.reads("acknowledged")).await);
    within(server.stop()).await.unwrap();
}
