//! The looks at the message, against rmcp's own reading: what passes the gate is what rmcp runs, and what is called
//! directly is what rmcp would call.

use std::sync::LazyLock;

use rmcp::model::{
    CallToolRequest, ClientJsonRpcMessage, ClientRequest, JsonRpcMessage, NumberOrString, RequestMetaObject,
};

use super::{fuzz, seeds};
use crate::{
    authorize::Operation,
    transport::{DirectCall, Envelope},
};

static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| seeds("envelope"));

#[test]
fn t2_envelope_fuzz() {
    let both = SEEDS.iter().filter(|seed| tool_of_rmcp(seed).is_some() && Envelope::read(seed).is_ok());
    assert!(both.count() > 3, "the control: some seeds are calls for both readers");
    assert!(SEEDS.iter().any(|seed| DirectCall::read(seed).is_some()), "the control: and some direct ones");
    fuzz(&SEEDS, target);
}

fn target(body: &[u8]) {
    // What we refuse never gets to rmcp.
    let Ok(envelope) = Envelope::read(body) else { return };
    let shown = String::from_utf8_lossy(body);
    if let Some(tool) = tool_of_rmcp(body) {
        assert_eq!(envelope.operation(), Operation::Tool(&tool), "{shown}");
    }
    if let Some(method) = method_of_rmcp(body) {
        assert_eq!(envelope.method(), Some(method.as_str()), "{shown}");
    }
    if let Some(DirectCall { id, params, meta }) = DirectCall::read(body) {
        let Some((its_id, call)) = call_of_rmcp(body) else { panic!("rmcp reads no call in {shown}") };
        let its_meta = call.extensions.get::<RequestMetaObject>().cloned();
        assert_eq!((id, params, Some(meta)), (its_id, call.params, its_meta), "{shown}");
    }
}

/// The call that rmcp would run, with the id of the request.
fn call_of_rmcp(body: &[u8]) -> Option<(NumberOrString, CallToolRequest)> {
    match serde_json::from_slice(body).ok()? {
        ClientJsonRpcMessage::Request(request) => match request.request {
            ClientRequest::CallToolRequest(call) => Some((request.id, call)),
            _ => None,
        },
        _ => None,
    }
}

/// The tool that rmcp would run.
fn tool_of_rmcp(body: &[u8]) -> Option<String> {
    call_of_rmcp(body).map(|(_, call)| call.params.name.into_owned())
}

/// The method that rmcp would handle, as it writes it itself.
fn method_of_rmcp(body: &[u8]) -> Option<String> {
    let message: ClientJsonRpcMessage = serde_json::from_slice(body).ok()?;
    let written = match message {
        JsonRpcMessage::Request(request) => serde_json::to_value(request.request).ok()?,
        JsonRpcMessage::Notification(notification) => serde_json::to_value(notification.notification).ok()?,
        _ => return None,
    };
    written["method"].as_str().map(str::to_owned)
}
