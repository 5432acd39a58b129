//! Tells clients that the tools have changed: sessions of the older versions, and streams of `subscriptions/listen`.

use std::{
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::{StreamExt, stream};
use rmcp::{
    RoleServer,
    service::{Peer, SubscriptionSink},
};
use tokio::{sync::watch, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::tool::Live;

/// How long a client that does not read may keep the next ones waiting.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many clients are told at once.
const AT_ONCE: usize = 64;

/// Changes since a request arrived; travels with the request, so that none between its arrival and its stream is lost.
#[derive(Clone)]
pub(crate) struct Changes(pub(crate) watch::Receiver<()>);

/// Whether a session has been added: one that says twice that it is ready is told once, and kept once. A clone is for
/// another session.
#[derive(Default)]
pub(super) struct Once(AtomicBool);

impl Clone for Once {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Once {
    pub(super) fn is_first(&self) -> bool {
        !self.0.swap(true, Ordering::Relaxed)
    }
}

/// The open sessions of one server whose tools change.
pub(super) struct Sessions {
    live: Arc<Live>,
    open: Arc<Mutex<Open>>,
}

#[derive(Default)]
struct Open {
    peers: Vec<Peer<RoleServer>>,
    /// When to look again for sessions that have ended.
    look_at: usize,
    herald: Option<JoinHandle<()>>,
}

impl Sessions {
    pub(super) fn new(live: Arc<Live>) -> Self {
        Self { live, open: Arc::default() }
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).peers.len()
    }

    /// Tells this session of changes until it ends. Called inside of the runtime.
    pub(super) fn add(&self, peer: Peer<RoleServer>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // Ended sessions are let go when there are twice as many as after the last look, so that it costs each new
        // session the same, however many there are.
        if open.peers.len() >= open.look_at {
            open.peers.retain(|peer| !peer.is_transport_closed());
            open.look_at = (2 * open.peers.len()).max(16);
        }
        open.peers.push(peer);
        if open.herald.as_ref().is_none_or(JoinHandle::is_finished) {
            let herald = herald(self.live.changes(), Arc::downgrade(&self.open));
            open.herald = Some(tokio::spawn(herald));
        }
    }
}

/// Runs for as long as there is a server.
async fn herald(mut changes: watch::Receiver<()>, open: Weak<Mutex<Open>>) {
    while changes.changed().await.is_ok() {
        let Some(open) = open.upgrade() else { return };
        let peers: Vec<_> = {
            let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
            open.peers.retain(|peer| !peer.is_transport_closed());
            open.peers.clone()
        };
        drop(open);
        let tell = async |peer: Peer<RoleServer>| {
            if timeout(PATIENCE, peer.notify_tool_list_changed()).await.is_err() {
                tracing::debug!("a session does not take the news that the tools have changed");
            }
        };
        stream::iter(peers).for_each_concurrent(AT_ONCE, tell).await;
    }
}

/// Tells one stream of `subscriptions/listen` of changes until it ends.
pub(super) async fn listen(
    sink: SubscriptionSink,
    mut changes: watch::Receiver<()>,
    ended: CancellationToken,
) {
    let tell = async {
        while changes.changed().await.is_ok() {
            if sink.notify_tool_list_changed().await.is_err() {
                return;
            }
        }
        // The server is gone; what is open ends with its connection.
        std::future::pending::<()>().await;
    };
    ended.run_until_cancelled(tell).await;
}
