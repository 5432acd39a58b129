//! The direct lane: the usual `tools/list` and `tools/call` of protocol version 2026-07-28, answered in front of rmcp's
//! transport.
//!
//! It takes only what it has read as a whole and what rmcp would answer in the same way; tests compare the two. At the
//! first thing that is unusual the request goes, unread, to rmcp: errors and odd cases are rmcp's.

mod call;
mod list;

pub(crate) use call::DirectCall;
pub(super) use call::call_tool;
pub(super) use list::list_tools;

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use rmcp::model::{NumberOrString, ProtocolVersion};
use serde::Deserialize;

use super::headers::{MCP_METHOD, PROTOCOL_VERSION, SESSION};
use crate::tool::Registry;

const VERSION: ProtocolVersion = ProtocolVersion::V_2026_07_28;

/// Whether the headers are those of a call of `method` outside of any session.
fn is_usual(headers: &HeaderMap, method: &str) -> bool {
    says(headers, &MCP_METHOD, method)
        && says(headers, &PROTOCOL_VERSION, VERSION.as_str())
        && !headers.contains_key(SESSION)
        && accepts_both(headers)
}

fn says(headers: &HeaderMap, name: &HeaderName, text: &str) -> bool {
    headers.get(name).is_some_and(|value| value == text)
}

/// One `Accept` with both types and no parameters; what is written otherwise is for rmcp to judge.
fn accepts_both(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::ACCEPT).iter();
    let (Some(Ok(value)), None) = (values.next().map(HeaderValue::to_str), values.next()) else {
        return false;
    };
    let accepts = |wanted: &str| value.split(',').any(|one| one.trim().eq_ignore_ascii_case(wanted));
    !value.contains(['"', ';', '\\']) && accepts("application/json") && accepts("text/event-stream")
}

/// Whether the user's own handler, which rmcp would ask, speaks the version.
fn speaks(registry: &Registry) -> bool {
    registry.own.as_ref().is_none_or(|own| own.supported_protocol_versions().contains(&VERSION))
}

/// The whole request. Whatever has another member, or one twice, is none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request<'a, P> {
    #[serde(borrow)]
    jsonrpc: Cow<'a, str>,
    id: Id,
    #[serde(borrow)]
    method: Cow<'a, str>,
    params: P,
}

impl<'a, P: Deserialize<'a>> Request<'a, P> {
    /// Id and parameters, if `body` is a request of `method`.
    fn read(body: &'a [u8], method: &str) -> Option<(Id, P)> {
        let request: Self = serde_json::from_slice(body).ok()?;
        (request.jsonrpc == "2.0" && request.method == method).then_some((request.id, request.params))
    }
}

/// An id that rmcp writes as it has read it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Number(i64),
    Text(String),
}

impl From<Id> for NumberOrString {
    fn from(id: Id) -> Self {
        match id {
            Id::Number(number) => Self::Number(number),
            Id::Text(text) => Self::String(text.into()),
        }
    }
}
