//! Work that takes its time: it reports progress, writes to the client's log, and ends when nobody waits for it.

#![expect(deprecated, reason = "logging is deprecated by SEP-2577; clients of older versions still show it")]

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use mcp_auth::prelude::*;
use rmcp::{
    RoleServer,
    model::{LoggingLevel, LoggingMessageNotificationParam, ProgressNotificationParam, RequestMetaObject},
    service::Peer,
};
use serde_json::json;
use tokio::time::sleep;

use crate::server::Reports;

const PER_COPY: Duration = Duration::from_millis(50);

/// What is being printed, and who wants to read about it.
#[derive(Default)]
pub(crate) struct Jobs {
    running: AtomicUsize,
    /// Who asked for log messages (`logging/setLevel`), with the least important ones they want.
    levels: Mutex<HashMap<mcp_auth::Principal, LoggingLevel>>,
}

/// One job. When the call is cancelled, its future is dropped, and this with it.
struct Job<'a>(&'a Jobs);

impl Drop for Job<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Jobs {
    pub(crate) fn running(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }

    pub(crate) fn set_level(&self, user: &AuthInfo, level: LoggingLevel) {
        let mut levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        levels.insert(user.principal().clone(), level);
    }

    /// Whether the caller wants to read what is merely informative.
    fn informs(&self, user: &AuthInfo, meta: &RequestMetaObject) -> bool {
        let levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        let level = meta.log_level().or_else(|| levels.get(user.principal()).copied());
        matches!(level, Some(LoggingLevel::Debug | LoggingLevel::Info))
    }

    fn start(&self) -> Job<'_> {
        self.running.fetch_add(1, Ordering::Relaxed);
        Job(self)
    }
}

pub(crate) async fn report(
    reports: &Reports,
    user: &AuthInfo,
    peer: &Peer<RoleServer>,
    meta: &RequestMetaObject,
    title: &str,
    copies: u32,
) -> Result<String> {
    let text = reports.store.read(&user.into(), title);
    let text = text.ok_or_else(|| ToolError::tell("there is no such report"))?;
    let _job = reports.jobs.start();
    if reports.jobs.informs(user, meta) {
        let message = json!(format!("printing {title}"));
        peer.notify_logging_message(LoggingMessageNotificationParam::new(LoggingLevel::Info, message))
            .await?;
    }
    for copy in 1..=copies {
        sleep(PER_COPY).await;
        if let Some(token) = meta.get_progress_token() {
            let progress = ProgressNotificationParam::new(token, copy.into()).with_total(copies.into());
            peer.notify_progress(progress).await?;
        }
    }
    Ok(format!("{copies} times: {text}"))
}
