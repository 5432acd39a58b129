//! Arguments are made in their order, whether or not they have to be waited for; what fails ends it.

use std::sync::Mutex;

use mcp_auth::{AuthInfo, Extractor, FromToolCall, ToolCall, ToolError, server};
use serde_json::json;

use crate::support::client;

/// What was made for the calls of one test.
#[derive(Default)]
struct Orders(Mutex<Vec<&'static str>>);

impl Orders {
    fn note(&self, what: &'static str) {
        self.0.lock().unwrap().push(what);
    }
}

/// Three of a kind, which wait; the number tells them apart.
struct Slow<const NUMBER: usize>(String);

const NAMES: [&str; 3] = ["first", "second", "refused"];

impl<const NUMBER: usize> Extractor for Slow<NUMBER> {}

impl<const NUMBER: usize> FromToolCall<Orders> for Slow<NUMBER> {
    async fn from_tool_call(server: &Orders, call: &ToolCall) -> Result<Self, ToolError> {
        tokio::task::yield_now().await;
        server.note(NAMES[NUMBER]);
        if NUMBER == 2 {
            return Err(ToolError::tell("refused"));
        }
        Ok(Self(format!("{} for {}", NAMES[NUMBER], call.auth().map_or("nobody", AuthInfo::subject))))
    }
}

#[server]
impl Orders {
    #[tool(public)]
    async fn between(&self, before: u8, first: Slow<0>, text: String, second: Slow<1>, after: u8) -> String {
        format!("{before} {} {text} {} {after}", first.0, second.0)
    }

    /// The same without `async`.
    #[tool(public)]
    fn at_once(&self, first: Slow<0>, after: u8) -> String {
        format!("{} {after}", first.0)
    }

    #[tool(public)]
    async fn refused(&self, _refused: Slow<2>, _second: Slow<1>, after: u8) -> u8 {
        after
    }

    #[tool(public)]
    fn made(&self) -> String {
        std::mem::take(&mut *self.0.lock().unwrap()).join(", ")
    }
}

#[tokio::test]
async fn values_that_wait_stand_between_others() {
    let alice = client(Orders::default(), "");
    let arguments = json!({ "before": 1, "text": "x", "after": 2 });
    assert_eq!(alice.text("between", arguments).await, "1 first for alice x second for alice 2");
    assert_eq!(alice.text("at_once", json!({ "after": 3 })).await, "first for alice 3");
    assert_eq!(alice.text("made", json!({})).await, "first, second, first");
}

#[tokio::test]
async fn nothing_is_made_behind_what_fails() {
    let alice = client(Orders::default(), "");
    for (arguments, failed, made) in [
        (json!({ "before": "x", "text": 1 }), "argument `before`: ", ""),
        (json!({ "before": 1, "text": 1 }), "argument `text`: ", "first"),
        (json!({ "before": 1, "text": "x" }), "argument `after`: ", "first, second"),
    ] {
        let failure = alice.failure("between", arguments).await;
        assert!(failure.starts_with(failed), "{failure}");
        assert_eq!(alice.text("made", json!({})).await, made);
    }
    assert_eq!(alice.failure("refused", json!({ "after": "x" })).await, "refused");
    assert_eq!(alice.text("made", json!({})).await, "refused");
}
