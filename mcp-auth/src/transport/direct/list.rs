//! A `tools/list`, answered from bytes.

use std::{
    borrow::Cow,
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, header};
use http_body::{Body as HttpBody, Frame, SizeHint};
use rmcp::model::ClientCapabilities;
use serde::Deserialize;
use serde_json::Value;

use super::{Id, Request, VERSION, is_usual, speaks};
use crate::{
    authorize::{Caller, Decision, Operation},
    tool::Registry,
};

const METHOD: &str = "tools/list";

/// The answer to a `tools/list`, if it can be given here.
pub(in crate::transport) fn list_tools(
    registry: &Registry,
    headers: &HeaderMap,
    body: &[u8],
    caller: &Caller,
) -> Option<Response<Body>> {
    if !is_usual(headers, METHOD) || !speaks(registry) {
        return None;
    }
    let id = usual_id(body)?;
    // The gate has decided this; the answer is given here, so it is decided here.
    if registry.policy.rule(Operation::Open).decide(caller) != Decision::Allowed {
        return None;
    }
    let result = registry.table().list_result(caller)?;
    let head = Bytes::from(format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":"));
    let parts = [head, result, Bytes::from_static(b"}")];
    let mut response = Response::new(Body::new(Joined { parts, next: 0 }));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Some(response)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Params<'a> {
    #[serde(borrow, rename = "_meta")]
    meta: Meta<'a>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Meta<'a> {
    #[serde(borrow, rename = "io.modelcontextprotocol/protocolVersion")]
    version: Cow<'a, str>,
    /// rmcp reads it when somebody asks for it; nobody does here.
    #[serde(rename = "io.modelcontextprotocol/clientInfo")]
    _client: Option<Value>,
    #[serde(rename = "io.modelcontextprotocol/clientCapabilities")]
    capabilities: Value,
}

/// The id as JSON, if the rest is as usual.
fn usual_id(body: &[u8]) -> Option<String> {
    let (id, Params { meta: Meta { version, capabilities, .. } }) = Request::read(body, METHOD)?;
    if version != VERSION.as_str() || serde_json::from_value::<ClientCapabilities>(capabilities).is_err() {
        return None;
    }
    match id {
        Id::Number(number) => Some(number.to_string()),
        Id::Text(text) => serde_json::to_string(&text).ok(),
    }
}

/// A body of known length in parts, none of them copied.
struct Joined {
    parts: [Bytes; 3],
    next: usize,
}

impl HttpBody for Joined {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let at = self.next;
        self.next += 1;
        Poll::Ready(self.parts.get_mut(at).map(|part| Ok(Frame::data(std::mem::take(part)))))
    }

    fn is_end_stream(&self) -> bool {
        self.next >= self.parts.len()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.parts.iter().map(|part| part.len() as u64).sum())
    }
}
