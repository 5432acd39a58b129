//! A `tools/call` whose tool does not talk to the client while it runs.

use std::borrow::Cow;

use http::HeaderMap;
use rmcp::model::{CallToolRequestParams, JsonObject, NumberOrString, RequestMetaObject};
use serde::Deserialize;

use super::{Request, VERSION, is_usual, says, speaks};
use crate::{authorize::Caller, tool::Registry, transport::headers::MCP_NAME};

const METHOD: &str = "tools/call";

/// A call, read as a whole.
pub(crate) struct DirectCall {
    pub(crate) id: NumberOrString,
    pub(crate) params: CallToolRequestParams,
    pub(crate) meta: RequestMetaObject,
}

/// The call, if it needs nothing of rmcp's transport. Whether it may run is decided where it runs.
pub(in crate::transport) fn call_tool(
    registry: &Registry,
    headers: &HeaderMap,
    body: &[u8],
    caller: &Caller,
) -> Option<DirectCall> {
    if !is_usual(headers, METHOD) || !speaks(registry) {
        return None;
    }
    let call = DirectCall::read(body)?;
    let name = &call.params.name;
    // rmcp would decode a value of this form.
    let named = says(headers, &MCP_NAME, name) && !name.starts_with("=?");
    let direct = || registry.table().find(name, caller).is_some_and(|entry| entry.is_direct());
    (named && direct()).then_some(call)
}

impl DirectCall {
    /// A message that is a call of 2026-07-28 and nothing else.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let (id, Params { meta, name, arguments }) = Request::read(body, METHOD)?;
        let meta = RequestMetaObject::from(meta);
        if meta.protocol_version() != Some(VERSION) || meta.client_capabilities().is_none() {
            return None;
        }
        let mut params = CallToolRequestParams::new(name.into_owned());
        params.arguments = arguments;
        Some(Self { id: id.into(), params, meta })
    }
}

/// Whatever else a call may bring belongs to a round or a task.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Params<'a> {
    #[serde(rename = "_meta")]
    meta: JsonObject,
    #[serde(borrow)]
    name: Cow<'a, str>,
    arguments: Option<JsonObject>,
}
