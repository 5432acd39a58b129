//! A `Guarded` on a pipe, spoken to in JSON. Who calls is put where the gate would put it, or nowhere.

use std::{borrow::Cow, sync::Arc};

use rmcp::{
    ErrorData, RoleServer, Service,
    model::{
        ClientCapabilities, ClientNotification, ClientRequest, Implementation, InitializeRequestParams,
        ProtocolVersion, ServerConfig, ServerResult,
    },
    service::{NotificationContext, RequestContext, RunningService, serve_directly},
};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf};

use super::super::Guarded;
use crate::{AuthInfo, Principal, Server, authorize::Caller, tool::Registry, transport::Binding};

pub(super) const METADATA: &str = "https://notes.example/.well-known/oauth-protected-resource/mcp";

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// No gate stands in front.
    Nobody,
    Anonymous,
    /// A good token with these scopes.
    With(&'static [&'static str]),
}

/// One connection to a server.
pub(super) struct Pipe {
    write: WriteHalf<DuplexStream>,
    read: Lines<BufReader<ReadHalf<DuplexStream>>>,
    modern: bool,
    /// To whom the ids of tasks are bound.
    owner: Option<Principal>,
    // The server ends with it.
    _running: RunningService<RoleServer, Called>,
}

/// `modern`: protocol version 2026-07-28, otherwise 2025-11-25 as after a handshake.
pub(super) fn serve(server: impl Server, who: Who, modern: bool) -> Pipe {
    let registry = Arc::new(Registry::new(server).unwrap());
    let caller = match who {
        Who::Nobody => None,
        Who::Anonymous => Some(Caller::Anonymous),
        Who::With(scopes) => Some(Caller::Known(AuthInfo::for_tests("alice", scopes, &registry.catalog))),
    };
    let binding = Binding::for_tests();
    let owner = caller.as_ref().and_then(|caller| caller.auth()?.principal().clone().into());
    let guarded = Guarded::new(registry, METADATA.to_owned(), binding);
    Pipe { owner, ..over(guarded, caller, modern) }
}

/// A connection of its own to a server that has others.
pub(super) fn over(guarded: Guarded, caller: Option<Caller>, modern: bool) -> Pipe {
    let called = Called { guarded, caller };
    let (theirs, ours) = tokio::io::duplex(1 << 20);
    let (read, write) = tokio::io::split(ours);
    let running = serve_directly(called, theirs, Some(peer(modern)));
    Pipe { write, read: BufReader::new(read).lines(), modern, owner: None, _running: running }
}

fn peer(modern: bool) -> InitializeRequestParams {
    let version = if modern { ProtocolVersion::V_2026_07_28 } else { ProtocolVersion::V_2025_11_25 };
    let capabilities = ClientCapabilities::builder().enable_tasks().build();
    let mut peer = InitializeRequestParams::new(capabilities, Implementation::new("pipe", "1"));
    peer.protocol_version = version;
    peer
}

impl Pipe {
    /// The answer to a request: `{"result": …}` or `{"error": …}`.
    pub(super) async fn ask(&mut self, method: &str, mut params: Value) -> Value {
        if let Some(id) = params["taskId"].as_str() {
            params["taskId"] = Binding::for_tests().task_id(id, self.owner.as_ref()).into();
        }
        if self.modern {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": { "name": "pipe", "version": "1" },
                "io.modelcontextprotocol/clientCapabilities": {
                    "extensions": { "io.modelcontextprotocol/tasks": {} }
                },
            });
        }
        self.send(json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params })).await;
        let answer = async {
            while let Some(line) = self.read.next_line().await.unwrap() {
                let message: Value = serde_json::from_str(&line).unwrap();
                if message["id"] == 7 {
                    return message;
                }
            }
            panic!("{method}: the connection ended without an answer")
        };
        let answer = tokio::time::timeout(std::time::Duration::from_secs(10), answer).await;
        answer.unwrap_or_else(|_| panic!("{method}: no answer"))
    }

    /// Sends a notification; when this returns, it has been handled.
    pub(super) async fn tell(&mut self, method: &str, params: Value) {
        self.send(json!({ "jsonrpc": "2.0", "method": method, "params": params })).await;
        // Notifications run in tasks of their own; they are done once nothing is left to run.
        for _ in 0..10 {
            self.ask("ping", json!({})).await;
            tokio::task::yield_now().await;
        }
    }

    pub(super) async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.ask("tools/call", json!({ "name": tool, "arguments": arguments })).await
    }

    /// The next notification of the server's.
    pub(super) async fn heard(&mut self) -> Value {
        loop {
            let line = self.read.next_line().await.unwrap().unwrap();
            let message: Value = serde_json::from_str(&line).unwrap();
            if message.get("id").is_none() {
                return message;
            }
        }
    }

    async fn send(&mut self, message: Value) {
        self.write.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }
}

/// What stands in front of [`Guarded`] instead of the gate.
pub(super) struct Called {
    guarded: Guarded,
    caller: Option<Caller>,
}

impl Called {
    /// The HTTP request as rmcp hands it on, with what the gate put in.
    fn parts(&self) -> Option<http::request::Parts> {
        let (mut parts, ()) = http::Request::new(()).into_parts();
        parts.extensions.insert(self.caller.clone()?);
        Some(parts)
    }
}

impl Service<RoleServer> for Called {
    async fn handle_request(
        &self,
        request: ClientRequest,
        mut context: RequestContext<RoleServer>,
    ) -> Result<ServerResult, ErrorData> {
        self.parts().map(|parts| context.extensions.insert(parts));
        self.guarded.handle_request(request, context).await
    }

    async fn handle_notification(
        &self,
        notification: ClientNotification,
        mut context: NotificationContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.parts().map(|parts| context.extensions.insert(parts));
        self.guarded.handle_notification(notification, context).await
    }

    fn get_info(&self) -> ServerConfig {
        Service::get_info(&self.guarded)
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Service::supported_protocol_versions(&self.guarded)
    }
}
