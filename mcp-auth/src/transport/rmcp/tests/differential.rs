//! Two parsers read each body, ours and rmcp's. Whatever runs is what ours has read.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use mcp_auth_macros::server;
use tokio_util::sync::CancellationToken;

use crate::{
    AuthInfo,
    authorize::{Caller, Operation},
    tool::Registry,
    transport::{Binding, Guarded, McpService, envelope::Envelope},
};

#[derive(Clone, Default)]
struct Two(Arc<Mutex<Vec<&'static str>>>);

#[server(crate = "crate")]
impl Two {
    #[tool(authenticated)]
    fn open(&self) {
        self.0.lock().unwrap().push("open");
    }

    #[tool(authenticated)]
    fn shut(&self) {
        self.0.lock().unwrap().push("shut");
    }
}

/// Numbers that are the same at every run (xorshift).
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.throw(of.len())]
    }
}

const NAMES: &[&str] = &[
    r#""open""#,
    r#""shut""#,
    r#""\u0073hut""#,
    r#""op\u0065n""#,
    r#""Shut""#,
    r#""shut\u0000""#,
    r#""shut ""#,
    "null",
    "7",
    r#"["shut"]"#,
    r#"{"name":"shut"}"#,
    r#"{"$serde_json::private::RawValue":"\"shut\""}"#,
    "true",
    r#""\ud800""#,
];
const KEYS: &[&str] = &[
    "name",
    "n\\u0061me",
    "Name",
    "name\\u0000",
    "arguments",
    "_meta",
    "task",
    "$serde_json::private::RawValue",
    "$serde_json::private::Number",
    "params",
    "requestId",
];
const METHODS: &[&str] = &[
    r#""tools/call""#,
    r#""tools/call""#,
    r#""tools\/call""#,
    r#""tools/list""#,
    r#""ping""#,
    r#""Tools/Call""#,
    "null",
    r#""notifications/cancelled""#,
    r#"["tools/call"]"#,
];

fn params(dice: &mut Dice) -> String {
    let mut members = vec![format!("\"{}\":{}", dice.one(&["name", "name", "n\\u0061me"]), dice.one(NAMES))];
    for _ in 0..dice.throw(3) {
        let value = match dice.throw(3) {
            0 => dice.one(NAMES).to_owned(),
            1 => "{}".to_owned(),
            _ => format!("{{\"{}\":{}}}", dice.one(KEYS), dice.one(NAMES)),
        };
        let place = dice.throw(members.len() + 1);
        members.insert(place, format!("\"{}\":{value}", dice.one(KEYS)));
    }
    format!("{{{}}}", members.join(","))
}

fn body(dice: &mut Dice) -> Vec<u8> {
    let id = dice.one(&["1", "\"a\"", "1.5", "null", "-0", "1e3", "{}"]);
    let mut members = vec![
        r#""jsonrpc":"2.0""#.to_owned(),
        format!("\"id\":{}", if dice.throw(4) > 0 { "1" } else { id }),
        format!("\"method\":{}", dice.one(METHODS)),
        format!("\"params\":{}", params(dice)),
    ];
    for _ in 0..dice.throw(2) {
        let extra = match dice.throw(5) {
            0 => format!("\"params\":{}", params(dice)),
            1 => format!("\"method\":{}", dice.one(METHODS)),
            2 => format!("\"result\":{}", params(dice)),
            3 => format!("\"p\\u0061rams\":{}", params(dice)),
            _ => format!("\"{}\":{}", dice.one(KEYS), params(dice)),
        };
        members.insert(dice.throw(members.len() + 1), extra);
    }
    if dice.throw(4) == 0 {
        members.swap(2, 3);
    }
    let mut body = format!("{{{}}}", members.join(",")).into_bytes();
    if dice.throw(5) == 0 {
        let place = dice.throw(body.len());
        match dice.throw(3) {
            0 => body[place] = b" \0\"\\{}[],:\xff"[dice.throw(11)],
            1 => drop(body.remove(place)),
            _ => body.insert(place, b" \"\\{}[],:"[dice.throw(9)]),
        }
    }
    body
}

#[tokio::test]
async fn t2_rmcp_runs_no_tool_but_the_one_that_the_gate_has_read() {
    let two = Two::default();
    let registry = Arc::new(Registry::new(two.clone()).unwrap_or_else(|problems| panic!("{problems:?}")));
    let caller = Caller::Known(AuthInfo::for_tests("alice", &[], &registry.catalog));
    let guarded = Guarded::new(registry, String::new(), Binding::for_tests());
    let service = McpService::new(guarded, 1 << 20, CancellationToken::new());
    let send = async |body: Vec<u8>, session: Option<&str>| {
        let mut request = Request::post("http://localhost/mcp")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream");
        if let Some(session) = session {
            request = request.header("mcp-session-id", session).header("mcp-protocol-version", "2025-11-25");
        }
        let mut request = request.body(Full::new(Bytes::from(body))).unwrap();
        request.extensions_mut().insert(caller.clone());
        let answer = service.handle(request).await;
        let session = answer.headers().get("mcp-session-id").cloned();
        answer.into_body().collect().await.unwrap();
        session
    };
    let hello = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#;
    let session = send(hello.into(), None).await.unwrap();
    let session = session.to_str().unwrap();
    send(br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#.to_vec(), Some(session)).await;

    let (mut dice, mut ran) = (Dice(0x9e37_79b9_7f4a_7c15), 0);
    for _ in 0..8000 {
        let body = body(&mut dice);
        // What the gate refuses never gets to rmcp. Here it does, unless it would end the session.
        send(body.clone(), Some(session)).await;
        let run = std::mem::take(&mut *two.0.lock().unwrap());
        ran += run.len();
        let shown = String::from_utf8_lossy(&body);
        if let (Ok(envelope), false) = (Envelope::read(&body), run.is_empty()) {
            assert_eq!(
                run.iter().map(|name| Operation::Tool(name)).collect::<Vec<_>>(),
                [envelope.operation()],
                "{shown}"
            );
        }
    }
    assert!(ran > 200, "the control: some of them are calls; {ran}");
}
