//! One client on stdin and stdout: every message is from the caller who was declared at start.

use std::{borrow::Cow, io};

use rmcp::{
    ErrorData, RoleServer, Service,
    model::{ClientNotification, ClientRequest, ProtocolVersion, ServerConfig, ServerResult},
    service::{NotificationContext, QuitReason, RequestContext, ServerInitializeError, serve_server},
    transport::io::stdio_pipes,
};

use super::Guarded;
use crate::authorize::Caller;

/// The guarded forwarder, with what the gate puts into an HTTP request.
pub(crate) struct Local {
    guarded: Guarded,
    caller: Caller,
}

impl Local {
    pub(crate) fn new(guarded: Guarded, caller: Caller) -> Self {
        Self { guarded, caller }
    }

    /// Serves until the client closes stdin.
    pub(crate) async fn serve(self) -> io::Result<()> {
        tracing::info!(caller = ?self.caller, "serving on stdin and stdout");
        let running = match serve_server(self, stdio_pipes()).await {
            Ok(running) => running,
            Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
            Err(error) => return Err(io::Error::other(error)),
        };
        match running.waiting().await.map_err(io::Error::other)? {
            QuitReason::JoinError(error) => Err(io::Error::other(error)),
            _ => Ok(()),
        }
    }
}

impl Service<RoleServer> for Local {
    async fn handle_request(
        &self,
        request: ClientRequest,
        mut context: RequestContext<RoleServer>,
    ) -> Result<ServerResult, ErrorData> {
        context.extensions.insert(self.caller.clone());
        self.guarded.handle_request(request, context).await
    }

    async fn handle_notification(
        &self,
        notification: ClientNotification,
        mut context: NotificationContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        context.extensions.insert(self.caller.clone());
        self.guarded.handle_notification(notification, context).await
    }

    fn get_info(&self) -> ServerConfig {
        Service::get_info(&self.guarded)
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Service::supported_protocol_versions(&self.guarded)
    }
}
