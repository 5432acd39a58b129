//! `tools/list` on both lanes.

use http::HeaderMap;
use mcp_auth_macros::server;
use serde_json::Value;

use super::{ABLE, CLIENT, Dice, Lanes, VERSION, bytes, callers, headers};
use crate::{AuthInfo, ListPolicy, ListedTool, Visibility};

macro_rules! lists {
    ($($name:ident $key:expr;)+) => {$(
        struct $name;

        #[server(crate = "crate", scopes("a", "b"), anonymous, list = $key)]
        impl $name {
            /// Anybody's \ "tool", ünïcode.
            #[tool(public, title = "A title", annotations(read_only, open_world = false))]
            fn anybody(&self, text: Option<String>) -> crate::Json<Vec<i32>> {
                crate::Json(vec![text.map_or(0, |_| 1)])
            }

            #[tool(scopes("a", "b"))]
            fn both(&self, number: i64) -> i64 {
                number
            }

            #[tool(authenticated)]
            fn known(&self) {}
        }
    )+};
}

lists! {
    Acquirable ListPolicy::ACQUIRABLE;
    Callable ListPolicy::CALLABLE;
    ByName ListPolicy::by(by_name);
}

fn by_name(tool: &ListedTool<'_>, caller: Option<&AuthInfo>) -> Visibility {
    match (tool.name(), caller.map(AuthInfo::subject)) {
        ("known", Some("alice")) => Visibility::Listed,
        ("known", _) => Visibility::Hidden,
        ("both", _) => panic!("not for lists"),
        _ => Visibility::Marked,
    }
}

const USUAL: [(&str, &str); 5] = [
    ("host", "localhost"),
    ("content-type", "application/json"),
    ("accept", "application/json, text/event-stream"),
    ("mcp-protocol-version", "2026-07-28"),
    ("mcp-method", "tools/list"),
];

/// [`USUAL`] with another header of this name, or without it.
fn but(name: &'static str, values: &[&'static str]) -> HeaderMap {
    let mut all: Vec<_> = USUAL.into_iter().filter(|(own, _)| *own != name).collect();
    all.extend(values.iter().map(|value| (name, *value)));
    headers(&all)
}

fn body(id: &str, meta: &[&str]) -> String {
    let meta = meta.join(",");
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/list","params":{{"_meta":{{{meta}}}}}}}"#)
}

#[tokio::test]
async fn every_caller_of_every_policy_gets_the_same_bytes_on_both_lanes() {
    let usual = headers(&USUAL);
    for lanes in [Lanes::of(Acquirable), Lanes::of(Callable), Lanes::of(ByName)] {
        for caller in callers(&lanes.registry) {
            // Twice: made, and kept.
            for id in ["1", "2"] {
                assert!(lanes.same(&usual, &body(id, &[VERSION, CLIENT, ABLE]), &caller).await, "{caller:?}");
            }
        }
    }
}

#[tokio::test]
async fn the_direct_lane_takes_what_is_usual_and_answers_as_rmcp_does() {
    let lanes = Lanes::of(Acquirable);
    let caller = &callers(&lanes.registry)[1];
    let usual = headers(&USUAL);
    for id in ["1", "0", "-1", "9223372036854775807", r#""a""#, r#""""#, r#""\u00fc\"\\ \/ü""#, r#""7""#] {
        assert!(lanes.same(&usual, &body(id, &[VERSION, CLIENT, ABLE]), caller).await, "{id}");
    }
    for meta in [
        &[VERSION, ABLE][..],
        &[ABLE, CLIENT, VERSION],
        &[VERSION, r#""io.modelcontextprotocol/clientInfo":7"#, ABLE],
        &[VERSION, r#""io.modelcontextprotocol/clientCapabilities":{"sampling":{},"x":[1.5e3]}"#],
        &[r#""io.modelcontextprotocol\/protocolVersion":"2026-07-\u0032\u0038""#, ABLE],
    ] {
        assert!(lanes.same(&usual, &body("1", meta), caller).await, "{meta:?}");
    }
    for accept in ["text/event-stream,application/json", "*/*, Application/JSON ,TEXT/event-stream"] {
        assert!(
            lanes.same(&but("accept", &[accept]), &body("1", &[VERSION, ABLE]), caller).await,
            "{accept}"
        );
    }
    for (name, value) in [("mcp-name", "x"), ("mcp-param-x", "y"), ("last-event-id", "3"), ("x-other", "z")] {
        let headers = but(name, &[value]);
        assert!(lanes.same(&headers, &body("1", &[VERSION, ABLE]), caller).await, "{name}");
    }
}

#[tokio::test]
async fn what_is_unusual_is_left_to_rmcp() {
    let lanes = Lanes::of(Acquirable);
    let caller = &callers(&lanes.registry)[1];
    let usual = body("1", &[VERSION, CLIENT, ABLE]);
    let unusual = [
        but("accept", &[]),
        but("accept", &["*/*"]),
        but("accept", &["application/json"]),
        but("accept", &["application/json;q=0, text/event-stream"]),
        but("accept", &["application/json", "text/event-stream"]),
        but("accept", &["\"application/json, text/event-stream\""]),
        but("mcp-protocol-version", &[]),
        but("mcp-protocol-version", &["2025-11-25"]),
        but("mcp-protocol-version", &["2026-07-29"]),
        but("mcp-method", &[]),
        but("mcp-method", &["tools/call"]),
        but("mcp-method", &["Tools/List"]),
        but("mcp-session-id", &["a"]),
    ];
    for headers in unusual {
        assert!(!lanes.same(&headers, &usual, caller).await, "{headers:?}");
    }
    let fits = |body: &str| body.replace("\"params\"", "\"extra\":1,\"params\"");
    let bodies = [
        body("1.0", &[VERSION, ABLE]),
        body("1e3", &[VERSION, ABLE]),
        body("-0", &[VERSION, ABLE]),
        body("9223372036854775808", &[VERSION, ABLE]),
        body("null", &[VERSION, ABLE]),
        body("{}", &[VERSION, ABLE]),
        body("1", &[]),
        body("1", &[VERSION]),
        body("1", &[ABLE]),
        body("1", &[VERSION, r#""io.modelcontextprotocol/clientCapabilities":7"#]),
        body("1", &[VERSION, r#""io.modelcontextprotocol/clientCapabilities":{"x":1e999}"#]),
        body("1", &[VERSION, r#""io.modelcontextprotocol/clientInfo":"\ud800""#, ABLE]),
        body("1", &[VERSION, ABLE, r#""progressToken":1"#]),
        body("1", &[VERSION, VERSION, ABLE]),
        body("1", &[&VERSION.replace("07-28", "07-29"), ABLE]),
        fits(&usual),
        usual.replace("2.0", "1.0"),
        usual.replace("\"jsonrpc\":\"2.0\",", ""),
        usual.replace("\"id\":1,", ""),
        usual.replace("\"params\":{", "\"params\":{\"cursor\":\"a\","),
        usual.replace("\"params\":{", "\"params\":{\"cursor\":null,"),
        usual.replace("\"params\":{", "\"params\":{\"_meta\":{},"),
        usual.replace("tools/list", "ping"),
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#.to_owned(),
        format!("{usual} {usual}"),
    ];
    for body in bodies {
        assert!(!lanes.same(&headers(&USUAL), &body, caller).await, "{body}");
    }
}

/// Members of the request, right and wrong, in every order and number.
#[tokio::test]
async fn no_mixture_of_members_makes_the_lanes_differ() {
    const MEMBERS: [&str; 16] = [
        r#""jsonrpc":"2.0""#,
        r#""id":1"#,
        r#""id":"ab""#,
        r#""method":"tools/list""#,
        r#""method":"tools\/list""#,
        r#""params":{}"#,
        r#""params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}"#,
        r#""p\u0061rams":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"roots":{}}}}"#,
        r#""params":{"_m\u0065ta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}"#,
        r#""params":{"cursor":"","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}"#,
        r#""params":[]"#,
        r#""x":null"#,
        r#""$serde_json::private::RawValue":"{}""#,
        r#""jsonrpc":"2.0 ""#,
        r#""result":{}"#,
        r#""method":null"#,
    ];
    let lanes = Lanes::of(Callable);
    let callers = callers(&lanes.registry);
    let usual = headers(&USUAL);
    let (mut dice, mut taken) = (Dice(0x9e37_79b9_7f4a_7c15), 0);
    let mut throw = |sides| dice.throw(sides);
    for _ in 0..6000 {
        let mut chosen =
            vec![MEMBERS[0], MEMBERS[1 + throw(2)], MEMBERS[3 + throw(2)], MEMBERS[5 + throw(6)]];
        if throw(4) == 0 {
            chosen.push(MEMBERS[throw(MEMBERS.len())]);
        }
        if throw(5) == 0 {
            chosen.remove(throw(chosen.len()));
        }
        let (from, to) = (throw(chosen.len()), throw(chosen.len()));
        chosen.swap(from, to);
        let body = format!("{{{}}}", chosen.join([",", " ,\n"][throw(2)]));
        taken += usize::from(lanes.same(&usual, &body, &callers[throw(callers.len())]).await);
    }
    assert!(taken > 1000, "the control: some of them are usual; {taken}");
}

#[tokio::test]
async fn a_list_says_who_sees_it_and_what_is_missing() {
    let lanes = Lanes::of(Acquirable);
    let callers = callers(&lanes.registry);
    let usual = headers(&USUAL);
    let mut needs = Vec::new();
    for caller in &callers[..3] {
        let answer = lanes.direct(&usual, &body("1", &[VERSION, ABLE]), caller).await.unwrap();
        let answer: Value = serde_json::from_str(&bytes(answer).await).unwrap();
        assert_eq!(answer["result"]["cacheScope"], "private");
        let tools = answer["result"]["tools"].as_array().unwrap().clone();
        needs.push(tools.into_iter().map(|tool| tool["_meta"]["mcp-auth/needs"]["scopes"].to_string()));
    }
    let needs: Vec<Vec<_>> = needs.into_iter().map(Iterator::collect).collect();
    assert_eq!(needs[0], ["null", r#"["a","b"]"#, "[]"], "without a token");
    assert_eq!(needs[1], ["null", r#"["a","b"]"#, "null"], "without scopes");
    assert_eq!(needs[2], needs[1], "with one of two");
}
