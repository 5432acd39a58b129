//! Notifications while a tool runs.

#![expect(deprecated, reason = "logging is deprecated by SEP-2577 and still part of the suite")]

use std::time::Duration;

use mcp_auth::prelude::Result;
use rmcp::{
    RoleServer,
    model::{LoggingLevel, LoggingMessageNotificationParam, ProgressNotificationParam, RequestMetaObject},
    service::Peer,
};
use serde_json::json;
use tokio::time::sleep;

const PAUSE: Duration = Duration::from_millis(50);

pub(crate) async fn logging(peer: &Peer<RoleServer>) -> Result<&'static str> {
    for message in ["Tool execution started", "Tool processing data", "Tool execution completed"] {
        peer.notify_logging_message(message_at(LoggingLevel::Info, message)).await?;
        sleep(PAUSE).await;
    }
    Ok("Logging test completed")
}

pub(crate) async fn logging_on_request(
    peer: &Peer<RoleServer>,
    meta: &RequestMetaObject,
) -> Result<&'static str> {
    if let Some(level) = meta.log_level() {
        peer.notify_logging_message(message_at(level, "The request asks for this level")).await?;
    }
    Ok("Logging tool completed")
}

pub(crate) async fn progress(peer: &Peer<RoleServer>, meta: &RequestMetaObject) -> Result<&'static str> {
    let token = meta.get_progress_token();
    for (done, message) in [(0.0, "Starting"), (50.0, "Halfway"), (100.0, "Complete")] {
        if let Some(token) = &token {
            let progress = ProgressNotificationParam::new(token.clone(), done);
            peer.notify_progress(progress.with_total(100.0).with_message(message)).await?;
        }
        sleep(PAUSE).await;
    }
    Ok("Progress test completed")
}

fn message_at(level: LoggingLevel, message: &str) -> LoggingMessageNotificationParam {
    LoggingMessageNotificationParam::new(level, json!(message)).with_logger("conformance-server")
}
