//! `tools/call` on both lanes.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use http::HeaderMap;
use mcp_auth_macros::server;
use rmcp::{
    ErrorData, RoleServer,
    handler::server::{
        common::{Extension, RequestId},
        tool::ToolName,
        wrapper::Parameters,
    },
    model::{
        CallToolResponse, CallToolResult, ContentBlock, CreateTaskResult, ErrorCode, InputRequiredResult,
        JsonObject, RequestMetaObject, Task, TaskStatus,
    },
    service::Peer,
};
use schemars::JsonSchema;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{ABLE, CLIENT, Dice, Lanes, Layer, VERSION, bytes, callers, headers};
use crate::{AuthInfo, Granted, Json, Scope, ToolError, extract::Extractor};

#[derive(Scope)]
#[scope("b", crate = "crate")]
struct B;

#[derive(serde::Deserialize, JsonSchema)]
struct Whole {
    text: String,
    number: Option<f64>,
}

/// `x-mcp-header` makes rmcp compare a header with the argument.
#[derive(serde::Deserialize, JsonSchema)]
#[schemars(extend("x-mcp-header" = "Region"))]
struct Region(#[expect(dead_code, reason = "only its schema matters")] String);

/// An extractor that says nothing of the peer.
struct Silent;

impl Extractor for Silent {}

impl<S: Sync> crate::FromToolCall<S> for Silent {
    async fn from_tool_call(_server: &S, _call: &crate::ToolCall) -> Result<Self, ToolError> {
        Ok(Self)
    }
}

/// Keeps what tells a tool that its call has ended.
#[derive(Clone, Default)]
struct Calls(Arc<Mutex<Vec<CancellationToken>>>);

#[server(crate = "crate", scopes("a", B), anonymous)]
impl Calls {
    #[tool(public)]
    fn echo(&self, sent: JsonObject, text: Option<String>, user: Option<AuthInfo>) -> Json<Value> {
        Json(json!({ "sent": sent, "text": text, "user": user.as_ref().map(AuthInfo::subject) }))
    }

    #[tool(scopes("a"))]
    async fn whole(&self, Parameters(whole): Parameters<Whole>) -> String {
        tokio::task::yield_now().await;
        format!("{}: {:?}", whole.text, whole.number)
    }

    #[tool]
    fn proven(&self, user: AuthInfo, proof: Granted<B>) -> String {
        format!("{} {proof:?}", user.subject())
    }

    #[tool(public)]
    fn context(
        &self,
        meta: RequestMetaObject,
        RequestId(id): RequestId,
        ToolName(name): ToolName,
        ended: CancellationToken,
        Extension(layer): Extension<Layer>,
        Extension(parts): Extension<http::request::Parts>,
    ) -> Json<Value> {
        let path = parts.uri.path().to_owned();
        Json(json!([meta, id, name, ended.is_cancelled(), layer.0, path]))
    }

    #[tool(public)]
    fn fails(&self, how: String) -> Result<CallToolResponse, ToolError> {
        let code = |code| Err(ErrorData::new(ErrorCode(code), "no", Some(json!({ "why": how }))).into());
        match &*how {
            "told" => Err(ToolError::tell("say \"it\"\n")),
            "forbidden" => Err(ToolError::forbidden()),
            "result" => Ok(CallToolResult::error(vec![ContentBlock::text("no")]).into()),
            "empty" => Ok(CallToolResult::success(Vec::new()).into()),
            "task" => {
                let task =
                    Task::new("t", TaskStatus::Working, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
                Ok(CallToolResponse::Task(CreateTaskResult::new(task)))
            }
            "input" => Ok(CallToolResponse::InputRequired(InputRequiredResult::new(None, None))),
            how => code(how.parse().unwrap_or(-1)),
        }
    }

    #[tool(public)]
    async fn waits(&self, ended: CancellationToken, shortly: bool) {
        self.0.lock().unwrap().push(ended);
        if !shortly {
            std::future::pending::<()>().await;
        }
    }

    #[tool(public)]
    fn talks(&self, _peer: Peer<RoleServer>) {}

    #[tool(public)]
    fn silent(&self, _silent: Silent) {}

    #[tool(public)]
    fn region(&self, _region: Region) {}
}

/// The usual headers of a call of `name`, with another header or without one.
fn but(name: &str, changed: &str, values: &[&str]) -> HeaderMap {
    let usual = [
        ("host", "localhost"),
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", "tools/call"),
        ("mcp-name", name),
    ];
    let mut all: Vec<_> = usual.into_iter().filter(|(own, _)| *own != changed).collect();
    all.extend(values.iter().map(|value| (changed, *value)));
    headers(&all)
}

fn body(name: &str, arguments: &str) -> String {
    with_meta(name, arguments, &[VERSION, CLIENT, ABLE])
}

fn with_meta(name: &str, arguments: &str, meta: &[&str]) -> String {
    let meta = meta.join(",");
    format!(
        r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"_meta":{{{meta}}},"name":"{name}","arguments":{arguments}}}}}"#
    )
}

const CALLS: [(&str, &str); 20] = [
    ("echo", "{}"),
    ("echo", "null"),
    ("echo", r#"{"text":"\u00fc \"x\"","more":[1,-2,3.5,1e300,18446744073709551615,null,true,{"a":{}}]}"#),
    ("echo", r#"{"text":7}"#),
    ("echo", r#"{"text":"first","text":"second"}"#),
    ("whole", r#"{"text":"a","number":1}"#),
    ("whole", r#"{"text":"a","number":"b"}"#),
    ("whole", "{}"),
    ("proven", "{}"),
    ("context", r#"{"ignored":1}"#),
    ("fails", r#"{"how":"told"}"#),
    ("fails", r#"{"how":"forbidden"}"#),
    ("fails", r#"{"how":"result"}"#),
    ("fails", r#"{"how":"empty"}"#),
    ("fails", r#"{"how":"task"}"#),
    ("fails", r#"{"how":"input"}"#),
    ("fails", r#"{"how":"-32601"}"#),
    ("fails", r#"{"how":"-32602"}"#),
    ("fails", r#"{"how":"-32002"}"#),
    ("fails", r#"{"how":"-32020"}"#),
];

#[tokio::test]
async fn every_caller_of_every_tool_gets_the_same_bytes_on_both_lanes() {
    let lanes = Lanes::of(Calls::default());
    for caller in callers(&lanes.registry) {
        for (name, arguments) in CALLS {
            let usual = but(name, "", &[]);
            assert!(
                lanes.same(&usual, &body(name, arguments), &caller).await,
                "{name} {arguments} {caller:?}"
            );
        }
    }
}

#[tokio::test]
async fn what_a_client_says_of_itself_is_the_same_on_both_lanes() {
    let lanes = Lanes::of(Calls::default());
    let caller = &callers(&lanes.registry)[1];
    for meta in [
        &[VERSION, ABLE][..],
        &[ABLE, CLIENT, VERSION],
        &[VERSION, ABLE, r#""progressToken":1,"traceparent":"00-0-0-00","x":[1.5]"#],
        &[
            VERSION,
            r#""io.modelcontextprotocol/clientCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}"#,
        ],
        &[VERSION, ABLE, ABLE],
    ] {
        for (name, arguments) in [("context", "{}"), ("fails", r#"{"how":"task"}"#)] {
            let usual = but(name, "", &[]);
            assert!(lanes.same(&usual, &with_meta(name, arguments, meta), caller).await, "{name} {meta:?}");
        }
    }
}

#[tokio::test]
async fn what_is_unusual_is_left_to_rmcp() {
    let lanes = Lanes::of(Calls::default());
    let caller = &callers(&lanes.registry)[2];
    let usual = body("echo", "{}");
    let unusual = [
        but("echo", "accept", &["application/json"]),
        but("echo", "mcp-protocol-version", &["2025-11-25"]),
        but("echo", "mcp-method", &["tools/list"]),
        but("echo", "mcp-name", &[]),
        but("echo", "mcp-name", &["whole"]),
        but("echo", "mcp-name", &["ECHO"]),
        but("echo", "mcp-name", &["=?base64?ZWNobw==?="]),
        but("echo", "mcp-session-id", &["a"]),
    ];
    for headers in unusual {
        assert!(!lanes.same(&headers, &usual, caller).await, "{headers:?}");
    }
    let bodies = [
        with_meta("echo", "{}", &[VERSION]),
        with_meta("echo", "{}", &[ABLE]),
        with_meta("echo", "{}", &[VERSION, r#""io.modelcontextprotocol/clientCapabilities":7"#]),
        with_meta("echo", "{}", &[&VERSION.replace("07-28", "07-29"), ABLE]),
        body("echo", "[]"),
        body("echo", "7"),
        body("echo", r#"{"text":"\ud800"}"#),
        body("echo", r#"{"number":1e999}"#),
        body("echo", r#"{},"arguments":{}"#),
        body("echo", r#"{},"inputResponses":{}"#),
        body("echo", r#"{},"requestState":"a""#),
        body("echo", r#"{},"task":{}"#),
        usual.replace("\"id\":7", "\"id\":7.5"),
        usual.replace("\"id\":7,", ""),
        usual.replace("2.0", "1.0"),
        usual.replace("\"params\"", "\"extra\":1,\"params\""),
    ];
    for body in bodies {
        assert!(!lanes.same(&but("echo", "", &[]), &body, caller).await, "{body}");
    }
    for tool in ["talks", "silent", "region", "unknown", "=?base64?ZWNobw==?="] {
        assert!(!lanes.same(&but(tool, "", &[]), &body(tool, "{}"), caller).await, "{tool}");
    }
    assert!(lanes.same(&but("echo", "", &[]), &usual, caller).await, "the control");
}

/// Members of the request, right and wrong, in every order and number.
#[tokio::test]
async fn no_mixture_of_members_makes_the_lanes_differ() {
    const META: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#;
    const OF_PARAMS: [&str; 12] = [
        META,
        r#""name":"echo""#,
        r#""n\u0061me":"ec\u0068o""#,
        r#""arguments":{"text":"a"}"#,
        r#""arguments":{"text":{"$serde_json::private::Number":"1"},"a":[]}"#,
        r#""arguments":{"$serde_json::private::RawValue":"{}","b":{"b":{}}}"#,
        r#""arguments":{"_meta":{},"name":"shut"}"#,
        r#""arguments":null"#,
        r#""_meta":{}"#,
        r#""name":"fails""#,
        r#""requestState":null"#,
        r#""$serde_json::private::RawValue":"{}""#,
    ];
    const MORE: [&str; 5] =
        [r#""x":1"#, r#""result":{}"#, r#""method":"tools\/call""#, r#""id":"b""#, r#""params":null"#];
    let lanes = Lanes::of(Calls::default());
    let callers = callers(&lanes.registry);
    let usual = but("echo", "", &[]);
    let (mut dice, mut taken) = (Dice(0x9e37_79b9_7f4a_7c15), 0);
    let mut throw = |sides| dice.throw(sides);
    for _ in 0..6000 {
        let mut params = vec![META, OF_PARAMS[1 + throw(2)], OF_PARAMS[3 + throw(5)]];
        if throw(3) == 0 {
            params.push(OF_PARAMS[throw(OF_PARAMS.len())]);
        }
        if throw(6) == 0 {
            params.remove(throw(params.len()));
        }
        let (from, to) = (throw(params.len()), throw(params.len()));
        params.swap(from, to);
        let params = format!("\"params\":{{{}}}", params.join(","));
        let mut all = vec![r#""jsonrpc":"2.0""#, r#""id":1"#, r#""method":"tools/call""#, &params];
        if throw(8) == 0 {
            all.push(MORE[throw(MORE.len())]);
        }
        let (from, to) = (throw(all.len()), throw(all.len()));
        all.swap(from, to);
        let body = format!("{{{}}}", all.join(","));
        taken += usize::from(lanes.same(&usual, &body, &callers[throw(callers.len())]).await);
    }
    assert!(taken > 1000, "the control: some of them are usual; {taken}");
}

/// As behind rmcp's transport: a tool learns that nobody waits for it, and its work ends.
#[tokio::test]
async fn a_call_ends_with_its_answer_or_with_its_caller() {
    let calls = Calls::default();
    let lanes = Lanes::of(calls.clone());
    let caller = &callers(&lanes.registry)[0];
    let usual = but("waits", "", &[]);
    let answer = lanes.direct(&usual, &body("waits", r#"{"shortly":true}"#), caller).await.unwrap();
    assert!(bytes(answer).await.contains(r#""resultType":"complete""#));
    let arguments = body("waits", r#"{"shortly":false}"#);
    let gone = lanes.direct(&usual, &arguments, caller);
    assert!(tokio::time::timeout(Duration::from_millis(50), gone).await.is_err());
    let ended: Vec<_> = calls.0.lock().unwrap().iter().map(CancellationToken::is_cancelled).collect();
    assert_eq!(ended, [true, true]);
}

/// A tool that says it does not need the peer, and uses it, gets an error and no client.
#[tokio::test]
async fn the_peer_of_a_direct_call_reaches_nobody() {
    struct Liar;

    impl Extractor for Liar {}

    impl<S: Sync> crate::FromToolCall<S> for Liar {
        const NEEDS_PEER: bool = false;

        async fn from_tool_call(_server: &S, call: &crate::ToolCall) -> Result<Self, ToolError> {
            let told = call.context().peer.notify_tool_list_changed().await;
            Err(ToolError::tell(format!("{:?}", told.map_err(|error| error.to_string()))))
        }
    }

    struct Lies;

    #[server(crate = "crate", anonymous)]
    impl Lies {
        #[tool(public)]
        fn lies(&self, _liar: Liar) {}
    }

    let lanes = Lanes::of(Lies);
    let (usual, call, callers) = (but("lies", "", &[]), body("lies", "{}"), callers(&lanes.registry));
    let answer = bytes(lanes.direct(&usual, &call, &callers[0]).await.unwrap()).await;
    assert!(answer.contains("Err(") && answer.contains("losed"), "{answer}");
}

/// What is open when the server stops for good ends, with the error that rmcp gives.
#[tokio::test]
async fn a_call_ends_with_the_server() {
    let lanes = Lanes::of(Calls::default());
    let caller = &callers(&lanes.registry)[0];
    let usual = but("waits", "", &[]);
    let arguments = body("waits", r#"{"shortly":false}"#);
    for direct in [true, false] {
        let call = async {
            if direct {
                lanes.direct(&usual, &arguments, caller).await.unwrap()
            } else {
                lanes.rmcp(&usual, &arguments, caller).await
            }
        };
        let stop = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            lanes.shutdown.cancel();
        };
        let (answer, ()) = tokio::join!(call, stop);
        assert_eq!(answer.status(), 500, "direct: {direct}");
        assert!(bytes(answer).await.contains("internal error"));
    }
}
