//! Who is told that the tools have changed, and for how long we remember them.

use std::{sync::Arc, time::Duration};

use mcp_auth_macros::server;
use rmcp::model::{JsonObject, Tool};
use serde_json::json;
use tokio::time::timeout;

use super::{
    super::Guarded,
    wire::{Pipe, over},
};
use crate::{Access, RuntimeTools, Server, ToolCall, authorize::Caller, tool::Registry, transport::Binding};

struct Lists;

#[server(crate = "crate", anonymous)]
impl Lists {}

const CHANGED: &str = "notifications/tools/list_changed";

fn guarded(tools: &RuntimeTools<Lists>) -> Guarded {
    let registry = Registry::new(Lists.with_tools(tools)).unwrap_or_else(|problems| panic!("{problems:?}"));
    Guarded::new(Arc::new(registry), String::new(), Binding::for_tests())
}

fn add(tools: &RuntimeTools<Lists>, name: &'static str) {
    let schema: JsonObject = [("type".to_owned(), "object".into())].into_iter().collect();
    tools.add(Tool::new(name, "", schema), Access::public(), async |_, _: ToolCall| "ran").unwrap();
}

async fn session(guarded: &Guarded, caller: Option<Caller>) -> Pipe {
    let mut pipe = over(guarded.clone(), caller, false);
    pipe.tell("notifications/initialized", json!({})).await;
    pipe
}

#[tokio::test]
async fn a_session_that_says_twice_that_it_is_ready_is_told_once() {
    let tools = RuntimeTools::new();
    let guarded = guarded(&tools);
    let mut pipe = session(&guarded, Some(Caller::Anonymous)).await;
    for _ in 0..5 {
        pipe.tell("notifications/initialized", json!({})).await;
    }
    assert_eq!(guarded.told(), 1);
    add(&tools, "first");
    assert_eq!(timeout(Duration::from_secs(5), pipe.heard()).await.unwrap()["method"], CHANGED);
    assert!(timeout(Duration::from_millis(100), pipe.heard()).await.is_err());
}

#[tokio::test]
async fn sessions_that_have_ended_are_forgotten() {
    let tools = RuntimeTools::new();
    let guarded = guarded(&tools);
    let mut open = session(&guarded, Some(Caller::Anonymous)).await;
    for _ in 0..200 {
        drop(session(&guarded, Some(Caller::Anonymous)).await);
    }
    assert!(guarded.told() <= 40, "{} of one", guarded.told());
    add(&tools, "first");
    assert_eq!(timeout(Duration::from_secs(5), open.heard()).await.unwrap()["method"], CHANGED);
    assert_eq!(guarded.told(), 1);
}

#[tokio::test]
async fn without_a_gate_nobody_is_told() {
    let tools = RuntimeTools::new();
    let guarded = guarded(&tools);
    let mut pipe = over(guarded.clone(), None, false);
    for _ in 0..3 {
        pipe.tell("notifications/initialized", json!({})).await;
    }
    assert_eq!(guarded.told(), 0);
}
