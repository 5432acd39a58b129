//! Each feature through rmcp's own client, over loopback: the newest protocol version, and sessions where only those
//! have it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, its helpers too")]
#![expect(deprecated, reason = "logging is deprecated by SEP-2577; clients of older versions still show it")]

use std::{
    net::TcpListener,
    sync::{Arc, Mutex},
    time::Duration,
};

use mcp_auth::DevelopmentIssuer;
use rmcp::{
    ClientHandler, ClientLifecycleMode, ClientServiceExt, ErrorData, RoleClient,
    model::{
        CallToolRequest, CallToolRequestParams, CallToolResponse, CallToolResult, CancelTaskParams,
        ClientCapabilities, ClientConfig, ClientRequest, ElicitRequestParams, ElicitResult,
        ElicitationAction, GetPromptRequestParams, GetTaskParams, Implementation, LoggingLevel,
        LoggingMessageNotificationParam, ProgressNotificationParam, ReadResourceRequestParams,
        ServerNotification, SetLevelRequestParams, SubscriptionFilter, TaskPayload, TaskStatus,
        UpdateTaskParams,
    },
    service::{NotificationContext, PeerRequestOptions, RequestContext, RunningService, ServiceError},
    transport::{StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig},
};
use serde_json::{Value, json};

/// The person at the client: answers forms, opens links, reads what is shown.
#[derive(Clone)]
struct Person {
    /// The browser's cookie.
    name: &'static str,
    form: Value,
    shown: Arc<Mutex<Vec<String>>>,
}

impl Person {
    fn show(&self, what: String) {
        self.shown.lock().unwrap().push(what);
    }

    fn shown(&self) -> Vec<String> {
        self.shown.lock().unwrap().clone()
    }
}

impl ClientHandler for Person {
    fn get_info(&self) -> ClientConfig {
        let capabilities = json!({
            "elicitation": { "form": {}, "url": {} },
            "extensions": { "io.modelcontextprotocol/tasks": {} },
        });
        let capabilities: ClientCapabilities = serde_json::from_value(capabilities).unwrap();
        ClientConfig::new(capabilities, Implementation::new("test", "1"))
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let accepted = ElicitResult::new(ElicitationAction::Accept);
        match request {
            ElicitRequestParams::FormElicitationParams { message, .. } => {
                self.show(message);
                Ok(accepted.with_content(self.form.clone()))
            }
            ElicitRequestParams::UrlElicitationParams { url, .. } => {
                let page =
                    reqwest::Client::default().get(&url).header("cookie", format!("person={}", self.name));
                self.show(page.send().await.unwrap().status().to_string());
                Ok(accepted)
            }
            other => panic!("{other:?}"),
        }
    }

    async fn on_progress(&self, progress: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        self.show(format!("{} of {}", progress.progress, progress.total.unwrap()));
    }

    async fn on_logging_message(
        &self,
        message: LoggingMessageNotificationParam,
        _: NotificationContext<RoleClient>,
    ) {
        self.show(message.data.as_str().unwrap().to_owned());
    }
}

type Client = RunningService<RoleClient, Person>;

/// The server on a port of its own, until the test ends.
struct World {
    issuer: DevelopmentIssuer,
    resource: String,
}

impl World {
    async fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (server, issuer) = everything_example::bind(port).await.unwrap();
        tokio::spawn(server.run());
        Self { issuer, resource: format!("http://127.0.0.1:{port}/mcp") }
    }

    async fn client(&self, person: Person, subject: &str, scopes: &str, modern: bool) -> Client {
        let token = self.issuer.token(subject).scopes(scopes).audience(&self.resource).issue();
        let config = StreamableHttpClientTransportConfig::with_uri(self.resource.clone());
        let config = config.auth_header(token.expose());
        let transport = StreamableHttpClientTransport::with_client(reqwest::Client::default(), config);
        let lifecycle = if modern {
            let newest = serde_json::from_value(json!("2026-07-28")).unwrap();
            ClientLifecycleMode::Discover { preferred_versions: vec![newest] }
        } else {
            ClientLifecycleMode::Initialize
        };
        person.serve_with_lifecycle(transport, lifecycle).await.unwrap()
    }

    /// Somebody who may do everything, with the newest protocol version.
    async fn person(&self, name: &'static str, form: Value) -> (Client, Person) {
        let person = Person { name, form, shown: Arc::default() };
        (self.client(person.clone(), name, "reports:read reports:write", true).await, person)
    }

    /// The same, in a session.
    async fn person_in_session(&self, name: &'static str, form: Value) -> (Client, Person) {
        let person = Person { name, form, shown: Arc::default() };
        (self.client(person.clone(), name, "reports:read reports:write", false).await, person)
    }
}

fn call(tool: &'static str, arguments: Value) -> CallToolRequestParams {
    let Value::Object(arguments) = arguments else { panic!("{arguments} are no arguments") };
    CallToolRequestParams::new(tool).with_arguments(arguments)
}

fn text(result: CallToolResult) -> String {
    let result = serde_json::to_value(result).unwrap();
    result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{result}")).to_owned()
}

async fn tool(client: &Client, tool: &'static str, arguments: Value) -> String {
    text(client.call_tool(call(tool, arguments)).await.unwrap())
}

async fn write(client: &Client, title: &str) {
    client.call_tool(call("write_report", json!({ "title": title, "text": "all is well" }))).await.unwrap();
}

fn code(error: ServiceError) -> i32 {
    match error {
        ServiceError::McpError(error) => error.code.0,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn tools_are_scoped() {
    let world = World::start().await;
    let person = Person { name: "alice", form: json!({}), shown: Arc::default() };
    let reader = world.client(person, "alice", "reports:read", true).await;
    assert_eq!(tool(&reader, "ping", json!({})).await, "pong");
    let refused = reader.call_tool(call("write_report", json!({ "title": "a", "text": "b" }))).await;
    assert!(refused.is_err(), "{refused:?}");

    let ((alice, _), (bob, _)) =
        (world.person("alice", json!({})).await, world.person("bob", json!({})).await);
    write(&alice, "March").await;
    assert!(tool(&alice, "list_reports", json!({})).await.contains("March"));
    assert!(!tool(&bob, "list_reports", json!({})).await.contains("March"));
}

#[tokio::test]
async fn progress() {
    let world = World::start().await;
    let (client, person) = world.person("alice", json!({})).await;
    write(&client, "March").await;
    let request = CallToolRequest::new(call("print_report", json!({ "title": "March", "copies": 2 })));
    let request = ClientRequest::CallToolRequest(request);
    let handle = client.send_cancellable_request(request, PeerRequestOptions::default()).await.unwrap();
    handle.await_response().await.unwrap();
    assert_eq!(person.shown(), ["1 of 2", "2 of 2"]);
}

#[tokio::test]
async fn cancellation() {
    let world = World::start().await;
    let (client, _) = world.person("alice", json!({})).await;
    write(&client, "March").await;
    let request = CallToolRequest::new(call("print_report", json!({ "title": "March", "copies": 100_000 })));
    let request = ClientRequest::CallToolRequest(request);
    let handle = client.send_cancellable_request(request, PeerRequestOptions::default()).await.unwrap();
    let jobs = async |wanted: &str| {
        while tool(&client, "print_jobs", json!({})).await != wanted {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), jobs("1")).await.unwrap();
    handle.cancel(Some("enough".to_owned())).await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), jobs("0")).await.unwrap();
}

#[tokio::test]
async fn logging() {
    let world = World::start().await;
    let (client, person) = world.person_in_session("alice", json!({})).await;
    write(&client, "March").await;
    let print = json!({ "title": "March", "copies": 1 });
    tool(&client, "print_report", print.clone()).await;
    assert!(!person.shown().contains(&"printing March".to_owned()), "nobody has asked for it");
    client.set_level(SetLevelRequestParams::new(LoggingLevel::Info)).await.unwrap();
    assert_eq!(tool(&client, "print_report", print).await, "1 times: all is well");
    assert!(person.shown().contains(&"printing March".to_owned()), "{:?}", person.shown());
}

#[tokio::test]
async fn elicitation_while_the_call_is_open() {
    let world = World::start().await;
    let (client, person) = world.person_in_session("alice", json!({ "title": "April" })).await;
    write(&client, "March").await;
    let renamed = tool(&client, "rename_report", json!({ "title": "March" })).await;
    assert_eq!(
        (renamed.as_str(), person.shown()),
        ("it is called April now", vec!["What shall March be called?".to_owned()])
    );
}

#[tokio::test]
async fn elicitation_as_a_result_with_request_state() {
    let world = World::start().await;
    let (alice, person) = world.person("alice", json!({ "sure": true })).await;
    let (bob, _) = world.person("bob", json!({})).await;
    for client in [&alice, &bob] {
        write(client, "March").await;
        write(client, "April").await;
    }
    // The client asks, and repeats the call with the answer and the state.
    assert_eq!(tool(&alice, "delete_report", json!({ "title": "March" })).await, "deleted");
    assert_eq!(person.shown(), ["Delete March, 11 bytes?"]);

    // By hand: the state is for this person and this title.
    let ask = |title: &str| call("delete_report", json!({ "title": title }));
    let CallToolResponse::InputRequired(asked) = alice.call_tool_once(ask("April")).await.unwrap() else {
        panic!("it asks first")
    };
    let state = asked.request_state.unwrap();
    write(&alice, "March").await;
    let yes = [("sure".to_owned(), json!({ "action": "accept", "content": { "sure": true } }))];
    let again = |title: &str, state: &str| {
        ask(title).with_input_responses(yes.clone().into()).with_request_state(state)
    };
    assert_eq!(code(bob.call_tool_once(again("April", &state)).await.unwrap_err()), -32602);
    assert_eq!(code(alice.call_tool_once(again("March", &state)).await.unwrap_err()), -32602);
    assert_eq!(code(alice.call_tool_once(again("April", "made up")).await.unwrap_err()), -32602);
    let CallToolResponse::Complete(done) = alice.call_tool_once(again("April", &state)).await.unwrap() else {
        panic!("it is done")
    };
    assert_eq!(text(done), "deleted");
    assert!(tool(&bob, "list_reports", json!({})).await.contains("April"));
}

#[tokio::test]
async fn r56_elicitation_by_a_url_that_works_for_the_one_who_asked() {
    let world = World::start().await;
    let connect = json!({ "name": "laser" });
    let (alice, person) = world.person("alice", json!({})).await;
    assert_eq!(tool(&alice, "connect_printer", connect.clone()).await, "connected");
    assert_eq!(person.shown(), ["200 OK"]);

    // The link of bob's call, opened in a browser where mallory is signed in.
    let tricked = Person { name: "mallory", form: json!({}), shown: Arc::default() };
    let bob = world.client(tricked.clone(), "bob", "reports:write", true).await;
    assert_eq!(tool(&bob, "connect_printer", connect.clone()).await, "not connected");
    assert_eq!(tricked.shown(), ["403 Forbidden"]);
    let nobody =
        reqwest::get(format!("{}?ticket=x", world.resource.replace("/mcp", "/printer"))).await.unwrap();
    assert_eq!(nobody.status(), 401);
}

#[tokio::test]
async fn handles() {
    let world = World::start().await;
    let ((alice, _), (bob, _)) =
        (world.person("alice", json!({})).await, world.person("bob", json!({})).await);
    for client in [&alice, &bob] {
        write(client, "March").await;
    }
    let handle = json!({ "handle": tool(&alice, "share_report", json!({ "title": "March" })).await });
    assert_eq!(tool(&alice, "shared_report", handle.clone()).await, "all is well");
    assert_eq!(tool(&bob, "shared_report", handle).await, "the handle is unknown or has expired");
}

/// The task that a call has started.
async fn export(client: &Client) -> String {
    match client.call_tool_once(call("export_reports", json!({}))).await.unwrap() {
        CallToolResponse::Task(created) => created.task.task_id,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn tasks() {
    let world = World::start().await;
    let ((alice, _), (bob, _)) =
        (world.person("alice", json!({})).await, world.person("bob", json!({})).await);
    write(&alice, "March").await;
    let id = export(&alice).await;
    let reach = async |wanted: TaskStatus| loop {
        let task = alice.get_task(GetTaskParams::new(&id)).await.unwrap().task;
        assert_eq!(task.task.task_id, id);
        if task.status() == wanted {
            break task.payload;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    reach(TaskStatus::InputRequired).await;
    let answers = [("format".to_owned(), json!({ "action": "accept", "content": { "format": "csv" } }))];
    let answer = UpdateTaskParams::new(&id, answers.into());
    assert_eq!(code(bob.get_task(GetTaskParams::new(&id)).await.unwrap_err()), -32602);
    assert_eq!(code(bob.update_task(answer.clone()).await.unwrap_err()), -32602);
    assert_eq!(code(bob.cancel_task(CancelTaskParams::new(&id)).await.unwrap_err()), -32602);
    alice.update_task(answer).await.unwrap();
    let TaskPayload::Completed { result } = reach(TaskStatus::Completed).await else { panic!("completed") };
    assert_eq!(result["content"][0]["text"], "March");

    let id = export(&alice).await;
    alice.cancel_task(CancelTaskParams::new(&id)).await.unwrap();
    let ended = async {
        while !alice.get_task(GetTaskParams::new(&id)).await.unwrap().task.status().is_terminal() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), ended).await.unwrap();
}

#[tokio::test]
async fn subscriptions() {
    let world = World::start().await;
    let ((alice, _), (bob, _)) =
        (world.person("alice", json!({})).await, world.person("bob", json!({})).await);
    let filter = SubscriptionFilter::builder().resource_subscription("report:March").build();
    let mut subscription = alice.listen(filter).await.unwrap();
    write(&bob, "March").await;
    write(&alice, "April").await;
    let quiet = tokio::time::timeout(Duration::from_millis(200), subscription.next()).await;
    assert!(quiet.is_err(), "another's, and another: {quiet:?}");
    write(&alice, "March").await;
    let told = tokio::time::timeout(Duration::from_secs(5), subscription.next()).await.unwrap().unwrap();
    let Some(ServerNotification::ResourceUpdatedNotification(updated)) = told else { panic!("{told:?}") };
    assert_eq!(updated.params.uri, "report:March");
    subscription.cancel().await.unwrap();
}

#[tokio::test]
async fn resources_prompts_and_completion() {
    let world = World::start().await;
    let ((alice, _), (bob, _)) =
        (world.person("alice", json!({})).await, world.person("bob", json!({})).await);
    write(&alice, "March").await;
    let listed = alice.list_all_resources().await.unwrap();
    assert_eq!(listed.iter().map(|resource| resource.uri.as_str()).collect::<Vec<_>>(), ["report:March"]);
    assert_eq!(bob.list_all_resources().await.unwrap().len(), 0);
    assert_eq!(alice.list_all_resource_templates().await.unwrap().len(), 1);
    let read = alice.read_resource(ReadResourceRequestParams::new("report:March")).await.unwrap();
    assert_eq!(serde_json::to_value(read).unwrap()["contents"][0]["text"], "all is well");
    bob.read_resource(ReadResourceRequestParams::new("report:March")).await.unwrap_err();

    assert_eq!(alice.list_all_prompts().await.unwrap()[0].name, "review");
    let Value::Object(arguments) = json!({ "title": "March" }) else { panic!("an object") };
    let prompt = GetPromptRequestParams::new("review").with_arguments(arguments);
    let prompt = serde_json::to_value(alice.get_prompt(prompt).await.unwrap()).unwrap();
    assert_eq!(prompt["messages"][0]["content"]["text"], "Review this:\nall is well");

    assert_eq!(alice.complete_prompt_simple("review", "title", "Ma").await.unwrap(), ["March"]);
    assert_eq!(bob.complete_prompt_simple("review", "title", "Ma").await.unwrap(), [""; 0]);
}
