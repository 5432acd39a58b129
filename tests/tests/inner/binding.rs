//! What the server hands out is bound to whom it hands it: task ids, `requestState`, handles, tickets. Everybody else
//! gets, byte for byte, what something made up gets.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Body};
use http::Request;
use http_body_util::BodyExt;
use mcp_auth::{
    Auth, DevelopmentIssuer, Handles, Tickets, ToolError,
    rmcp::{
        ErrorData, RoleServer, ServerHandler,
        handler::server::tool::RequestState,
        model::{
            CancelTaskParams, CreateTaskResult, CustomRequest, CustomResult, GetPromptRequestParams,
            GetPromptResponse, GetPromptResult, GetTaskParams, GetTaskResult, InputRequiredResult,
            ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, ServerCapabilities,
            ServerConfig, UpdateTaskParams,
        },
        service::RequestContext,
        task_manager::{TaskExit, TaskManager, TaskOptions},
    },
    server,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::RESOURCE;

type Context = RequestContext<RoleServer>;
type Response = Result<mcp_auth::rmcp::model::CallToolResponse, ToolError>;

/// What reached the handler of tasks, tools, prompts and resources.
#[derive(Clone, Default)]
struct Bound {
    tasks: Arc<TaskManager>,
    seen: Arc<Mutex<Vec<String>>>,
}

/// Asks, and answers what it remembered.
fn round(seen: &Mutex<Vec<String>>, brought: Option<String>) -> Result<String, InputRequiredResult> {
    match brought {
        Some(state) => {
            seen.lock().unwrap().push(state.clone());
            Ok(state)
        }
        None => Err(InputRequiredResult::from_request_state("what I remember")),
    }
}

#[server(prompts(authenticated), resources(authenticated), tasks(public), custom(authenticated))]
impl Bound {
    /// Runs until it is cancelled.
    #[tool(authenticated)]
    fn start(&self) -> CreateTaskResult {
        self.begin()
    }

    /// The same, for everybody.
    #[tool(public)]
    fn start_open(&self) -> CreateTaskResult {
        self.begin()
    }

    /// Asks before it does something.
    #[tool(authenticated)]
    fn delete(&self, file: String, state: RequestState) -> Response {
        let _ = file;
        self.rounds(state)
    }

    /// The same, of another name.
    #[tool(authenticated)]
    fn erase(&self, file: String, state: RequestState) -> Response {
        let _ = file;
        self.rounds(state)
    }

    /// The same, for everybody.
    #[tool(public)]
    fn open_delete(&self, state: RequestState) -> Response {
        self.rounds(state)
    }

    /// A handle for this caller.
    #[tool(authenticated)]
    fn export(handles: Handles, seconds: u64) -> Result<String, ToolError> {
        handles.seal("export", &["a", "b"], Duration::from_secs(seconds))
    }

    /// Takes it back.
    #[tool(authenticated)]
    fn exported(handles: Handles, handle: String) -> Result<String, ToolError> {
        let files: Vec<String> = handles.open("export", &handle)?;
        Ok(files.join(" "))
    }

    /// The same handle, for another purpose.
    #[tool(authenticated)]
    fn imported(handles: Handles, handle: String) -> Result<String, ToolError> {
        let files: Vec<String> = handles.open("import", &handle)?;
        Ok(files.join(" "))
    }

    /// A link for this person.
    #[tool(authenticated)]
    fn connect(handles: Handles) -> Result<String, ToolError> {
        handles.ticket("connect", "github", Duration::from_secs(600))
    }
}

impl Bound {
    fn begin(&self) -> CreateTaskResult {
        CreateTaskResult::new(self.tasks.spawn(TaskOptions::default(), |task| {
            Box::pin(async move {
                task.cancelled().await;
                Err(TaskExit::Cancelled)
            })
        }))
    }

    fn rounds(&self, state: RequestState) -> Response {
        Ok(match round(&self.seen, state.0) {
            Ok(state) => mcp_auth::rmcp::model::CallToolResult::structured(json!(state)).into(),
            Err(asked) => asked.into(),
        })
    }
}

impl ServerHandler for Bound {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(
            ServerCapabilities::builder().enable_prompts().enable_resources().enable_tasks().build(),
        )
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _: Context,
    ) -> Result<GetPromptResponse, ErrorData> {
        Ok(match round(&self.seen, request.request_state) {
            Ok(state) => GetPromptResult::new(Vec::new()).with_description(state).into(),
            Err(asked) => asked.into(),
        })
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: Context,
    ) -> Result<ReadResourceResponse, ErrorData> {
        Ok(match round(&self.seen, request.request_state) {
            Ok(_) => ReadResourceResult::new(Vec::new()).into(),
            Err(asked) => asked.into(),
        })
    }

    async fn get_task(&self, request: GetTaskParams, _: Context) -> Result<GetTaskResult, ErrorData> {
        self.seen.lock().unwrap().push(request.task_id.clone());
        self.tasks.get_task(&request.task_id).map(GetTaskResult::new)
    }

    async fn update_task(&self, request: UpdateTaskParams, _: Context) -> Result<(), ErrorData> {
        self.seen.lock().unwrap().push(request.task_id.clone());
        self.tasks.update_task(&request.task_id, request.input_responses)
    }

    async fn cancel_task(&self, request: CancelTaskParams, _: Context) -> Result<(), ErrorData> {
        self.seen.lock().unwrap().push(request.task_id.clone());
        self.tasks.cancel_task(&request.task_id)
    }

    /// A method of our own that speaks of tasks.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: Context,
    ) -> Result<CustomResult, ErrorData> {
        let id = request.params.as_ref().and_then(|params| params["task"].as_str()).unwrap_or_default();
        let handles = Handles::of(&context.extensions).unwrap();
        let own = handles.own_task_id(id).ok_or_else(|| ErrorData::invalid_params("unknown task", None))?;
        Ok(CustomResult(
            json!({ "same": handles.task_id(own) == id, "knows": self.tasks.get_task(own).is_ok() }),
        ))
    }
}

/// One issuer, and as many servers as a test needs: nodes, restarts.
struct World {
    issuer: DevelopmentIssuer,
}

/// One process.
struct Node {
    router: Router,
    tickets: Tickets,
    server: Bound,
}

impl World {
    fn new() -> Self {
        Self { issuer: DevelopmentIssuer::new("http://127.0.0.1:3000").unwrap() }
    }

    fn node(&self, key: Option<[u8; 32]>, state_time: Duration) -> Node {
        let limits = mcp_auth::Limits { request_state_time: state_time, ..Default::default() };
        let builder =
            Auth::builder().development_issuer(self.issuer.clone()).resource(RESOURCE).limits(limits);
        let auth = key.into_iter().fold(builder, mcp_auth::AuthBuilder::session_key).build().unwrap();
        let server = Bound::default();
        Node { router: auth.router(server.clone()).unwrap(), tickets: auth.tickets(), server }
    }

    fn token(&self, subject: &str, client: &str) -> Option<String> {
        let token = self.issuer.token(subject).client(client).audience(RESOURCE).issue();
        Some(token.expose().to_owned())
    }

    /// Those who are not alice in her client; nobody is one of them.
    fn others(&self) -> [Option<String>; 3] {
        [self.token("bob", "app"), self.token("alice", "other app"), None]
    }
}

const HOUR: Duration = Duration::from_secs(3600);

impl Node {
    async fn ask(&self, token: Option<&str>, method: &str, params: &Value) -> Value {
        let mut params = params.clone();
        let name = ["name", "uri", "taskId"].into_iter().find_map(|key| params[key].as_str());
        let name = name.unwrap_or_default().to_owned();
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { "name": "inner", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": {
                "extensions": { "io.modelcontextprotocol/tasks": {} }
            },
        });
        let message = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
        let mut request = Request::post(RESOURCE)
            .header("host", "127.0.0.1:3000")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", method)
            .header("mcp-name", name);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Body::from(message.to_string())).unwrap();
        let body = self.router.clone().oneshot(request).await.unwrap().into_body();
        serde_json::from_slice(&body.collect().await.unwrap().to_bytes()).unwrap()
    }

    async fn call(&self, token: Option<&str>, tool: &str, arguments: Value) -> Value {
        self.ask(token, "tools/call", &json!({ "name": tool, "arguments": arguments })).await
    }

    async fn text(&self, token: Option<&str>, tool: &str, arguments: Value) -> String {
        let answer = self.call(token, tool, arguments).await;
        answer["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    fn seen(&self) -> Vec<String> {
        std::mem::take(&mut *self.server.seen.lock().unwrap())
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

#[tokio::test]
async fn r53_a_task_is_unknown_to_everybody_but_the_one_who_started_it() {
    let world = World::new();
    let node = world.node(None, HOUR);
    let alice = world.token("alice", "app");
    let created = node.call(alice.as_deref(), "start", json!({})).await;
    let id = text(&created["result"]["taskId"]);
    let own = id.rsplit_once('.').unwrap().0;
    for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
        let params = |id: &str| json!({ "taskId": id, "inputResponses": {} });
        for other in world.others() {
            let theirs = node.ask(other.as_deref(), method, &params(&id)).await;
            let nobodys = node.ask(other.as_deref(), method, &params("made-up")).await;
            assert_eq!(theirs, nobodys, "{method}");
            assert_eq!(theirs["error"]["code"], -32602);
        }
        // Nor does the handler's own id help, also not its owner.
        let raw = node.ask(alice.as_deref(), method, &params(own)).await;
        assert_eq!(raw["error"]["code"], -32602, "{method}: {raw}");
    }
    assert_eq!(node.seen(), [""; 0], "the handler saw none of it");

    let again = world.token("alice", "app");
    let seen = node.ask(again.as_deref(), "tasks/get", &json!({ "taskId": id })).await;
    assert_eq!((&seen["result"]["status"], text(&seen["result"]["taskId"])), (&json!("working"), id.clone()));
    let cancel = node.ask(again.as_deref(), "tasks/cancel", &json!({ "taskId": id })).await;
    assert!(cancel.get("result").is_some(), "{cancel}");
    assert_eq!(node.seen(), [own, own], "the handler sees its own ids");

    let custom = node.ask(alice.as_deref(), "com.example/task", &json!({ "task": id })).await;
    assert_eq!(custom["result"], json!({ "same": true, "knows": true }), "{custom}");
    let custom =
        node.ask(world.token("bob", "app").as_deref(), "com.example/task", &json!({ "task": id })).await;
    assert_eq!(custom["error"]["code"], -32602, "{custom}");
}

/// The work goes on; to hear of it needs a token that is good.
#[tokio::test]
async fn t3_a_task_outlives_its_token_and_is_seen_with_a_good_one_only() {
    let world = World::new();
    let node = world.node(None, HOUR);
    let token = |token: mcp_auth::DevelopmentTokenBuilder| {
        token.client("app").audience(RESOURCE).issue().expose().to_owned()
    };
    let created = node.call(Some(&token(world.issuer.token("alice"))), "start", json!({})).await;
    let id = json!({ "taskId": text(&created["result"]["taskId"]) });
    for method in ["tasks/get", "tasks/cancel"] {
        let refused = node.ask(Some(&token(world.issuer.token("alice").expired())), method, &id).await;
        assert_eq!(refused["error"]["code"], -32001, "{refused}");
    }
    assert_eq!(node.seen(), [""; 0]);
    let refreshed = token(world.issuer.token("alice").claim("jti", "2"));
    assert_eq!(node.ask(Some(&refreshed), "tasks/get", &id).await["result"]["status"], "working");
}

/// What was started without a token is for those without one who hold its id, and its id cannot be guessed.
#[tokio::test]
async fn r53_a_task_of_nobody_is_for_nobody_with_a_token() {
    let world = World::new();
    let node = world.node(None, HOUR);
    let created = node.call(None, "start_open", json!({})).await;
    let id = text(&created["result"]["taskId"]);
    assert!(node.ask(None, "tasks/get", &json!({ "taskId": id })).await.get("result").is_some());
    let alice = world.token("alice", "app");
    let refused = node.ask(alice.as_deref(), "tasks/get", &json!({ "taskId": id })).await;
    assert_eq!(refused["error"]["code"], -32602, "{refused}");
    let own = id.rsplit_once('.').unwrap().0;
    let guessed = node.ask(None, "tasks/get", &json!({ "taskId": own })).await;
    assert_eq!(guessed["error"]["code"], -32602, "{guessed}");
}

/// The requests that ask back, each with one that differs in nothing but what it is about.
fn rounds() -> [(&'static str, Value, Vec<Value>); 3] {
    let delete = |tool: &str, file: &str| json!({ "name": tool, "arguments": { "file": file } });
    let prompt = |name: &str, word: &str| json!({ "name": name, "arguments": { "word": word } });
    [
        ("tools/call", delete("delete", "a"), vec![delete("erase", "a"), delete("delete", "b")]),
        ("prompts/get", prompt("one", "a"), vec![prompt("two", "a"), prompt("one", "b")]),
        ("resources/read", json!({ "uri": "x://one" }), vec![json!({ "uri": "x://two" })]),
    ]
}

fn with_state(request: &Value, state: &str) -> Value {
    let mut request = request.clone();
    request["requestState"] = json!(state);
    request
}

#[tokio::test]
async fn r54_state_comes_back_to_its_own_request_and_to_no_other() {
    let world = World::new();
    let node = world.node(None, HOUR);
    let alice = world.token("alice", "app");
    let alice = alice.as_deref();
    for (method, request, elsewhere) in rounds() {
        let asked = node.ask(alice, method, &request).await;
        let state = text(&asked["result"]["requestState"]);
        assert!(!asked.to_string().contains("remember"), "it cannot be read: {asked}");
        let refused = node.ask(alice, method, &with_state(&request, "made up")).await;
        assert_eq!(refused["error"]["code"], -32602, "{method}: {refused}");

        let changed = format!("{}{}", if state.starts_with('A') { "B" } else { "A" }, &state[1..]);
        let plain = "what I remember".to_owned();
        for wrong in [changed, state[1..].to_owned(), format!("{state}A"), String::new(), plain] {
            assert_eq!(
                node.ask(alice, method, &with_state(&request, &wrong)).await,
                refused,
                "{method} {wrong}"
            );
        }
        for other in &elsewhere {
            assert_eq!(
                node.ask(alice, method, &with_state(other, &state)).await,
                refused,
                "{method} {other}"
            );
        }
        for other in world.others().iter().flatten() {
            let theirs = node.ask(Some(other), method, &with_state(&request, &state)).await;
            assert_eq!(theirs, refused, "{method}");
        }
        assert_eq!(node.seen(), [""; 0], "{method}: what is wrong reaches nobody");

        let done = node.ask(alice, method, &with_state(&request, &state)).await;
        assert!(done.get("result").is_some(), "{method}: {done}");
        assert_eq!(node.seen(), ["what I remember"], "{method}: as it was written");
    }
}

#[tokio::test]
async fn r54_state_expires() {
    let world = World::new();
    let node = world.node(None, Duration::ZERO);
    let alice = world.token("alice", "app");
    for (method, request, _) in rounds() {
        let asked = node.ask(alice.as_deref(), method, &request).await;
        let state = text(&asked["result"]["requestState"]);
        let late = node.ask(alice.as_deref(), method, &with_state(&request, &state)).await;
        let made_up = node.ask(alice.as_deref(), method, &with_state(&request, "made up")).await;
        assert_eq!((&late["error"]["code"], &late), (&json!(-32602), &made_up));
    }
    assert_eq!(node.seen(), [""; 0]);
}

/// Without a token a state is nobody's: whoever holds it and has none either can go on.
#[tokio::test]
async fn r54_the_state_of_a_public_tool_is_not_for_a_caller_with_a_token() {
    let world = World::new();
    let node = world.node(None, HOUR);
    let asked = node.call(None, "open_delete", json!({})).await;
    let state = text(&asked["result"]["requestState"]);
    let request = with_state(&json!({ "name": "open_delete" }), &state);
    let alice = world.token("alice", "app");
    let refused = node.ask(alice.as_deref(), "tools/call", &request).await;
    assert_eq!(refused["error"]["code"], -32602, "{refused}");
    assert!(node.ask(None, "tools/call", &request).await.get("result").is_some());
}

#[tokio::test]
async fn r53_r54_with_a_key_everything_is_good_on_every_node_and_after_a_restart() {
    let world = World::new();
    let alice = world.token("alice", "app");
    let alice = alice.as_deref();
    let [one, two, stranger] = [Some([7; 32]), Some([7; 32]), Some([8; 32])].map(|key| world.node(key, HOUR));
    let random = world.node(None, HOUR);
    let (method, request, _) = rounds().into_iter().next().unwrap();
    let state = text(&one.ask(alice, method, &request).await["result"]["requestState"]);
    let handle = one.text(alice, "export", json!({ "seconds": 60 })).await;
    let ticket = one.text(alice, "connect", json!({})).await;
    let task = text(&one.call(alice, "start", json!({})).await["result"]["taskId"]);
    let issuer = "http://127.0.0.1:3000";

    let again = with_state(&request, &state);
    assert!(two.ask(alice, method, &again).await.get("result").is_some());
    assert_eq!(two.text(alice, "exported", json!({ "handle": handle })).await, "a b");
    assert_eq!(two.tickets.open::<String>("connect", issuer, "alice", &ticket).as_deref(), Some("github"));
    two.seen();
    two.ask(alice, "tasks/get", &json!({ "taskId": task })).await;
    assert_eq!(two.seen(), [task.rsplit_once('.').unwrap().0], "its handler may know the task");

    for other in [stranger, random] {
        assert_eq!(other.ask(alice, method, &again).await["error"]["code"], -32602);
        let refused = other.call(alice, "exported", json!({ "handle": handle })).await;
        assert_eq!(refused["result"]["isError"], true, "{refused}");
        assert_eq!(other.tickets.open::<String>("connect", issuer, "alice", &ticket), None);
        let refused = other.ask(alice, "tasks/get", &json!({ "taskId": task })).await;
        assert_eq!((&refused["error"]["code"], other.seen()), (&json!(-32602), vec![]));
    }
}

#[tokio::test]
async fn r53_a_handle_is_no_credential() {
    let world = World::new();
    let node = world.node(None, HOUR);
    let alice = world.token("alice", "app");
    let alice = alice.as_deref();
    let handle = node.text(alice, "export", json!({ "seconds": 60 })).await;
    assert_eq!(node.text(alice, "exported", json!({ "handle": handle })).await, "a b");
    let made_up = node.call(alice, "exported", json!({ "handle": "made up" })).await;
    assert_eq!(made_up["result"]["content"][0]["text"], "the handle is unknown or has expired");
    for other in world.others().iter().flatten() {
        assert_eq!(node.call(Some(other), "exported", json!({ "handle": handle })).await, made_up);
    }
    assert_eq!(node.call(alice, "imported", json!({ "handle": handle })).await, made_up, "another purpose");
    let ticket = node.text(alice, "connect", json!({})).await;
    assert_eq!(node.call(alice, "exported", json!({ "handle": ticket })).await, made_up, "a ticket is none");
    let short = node.text(alice, "export", json!({ "seconds": 0 })).await;
    assert_eq!(node.call(alice, "exported", json!({ "handle": short })).await, made_up, "it has expired");
}

#[tokio::test]
async fn r56_a_url_opens_for_the_person_who_asked_in_whatever_browser_and_for_nobody_else() {
    let world = World::new();
    let node = world.node(None, HOUR);
    let alice = world.token("alice", "app");
    let ticket = node.text(alice.as_deref(), "connect", json!({})).await;
    assert!(ticket.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "fits a URL");
    let open = |purpose, issuer, subject| node.tickets.open::<String>(purpose, issuer, subject, &ticket);
    let issuer = "http://127.0.0.1:3000";
    assert_eq!(open("connect", issuer, "alice").as_deref(), Some("github"));
    assert_eq!(open("connect", issuer, "bob"), None);
    assert_eq!(open("connect", "https://other.example", "alice"), None);
    assert_eq!(open("disconnect", issuer, "alice"), None);
    assert_eq!(node.tickets.open::<u64>("connect", issuer, "alice", &ticket), None, "another type");
}
