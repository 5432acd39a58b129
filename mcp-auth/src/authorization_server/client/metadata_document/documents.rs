//! The documents that are known, and the way to those that are not.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use quick_cache::sync::Cache;
use tokio::sync::watch;

use super::{
    Found, NoDocument, budget::Budget, document_url::DocumentUrl, fetch::Fetcher, freshness::LAST_GOOD,
};
use crate::{authorization_server::ClientMetadata, clock::Clock};

/// How many good copies are kept, of at most a few KiB each. A flood of new ones pushes out those that nobody asks for.
const COPIES: usize = 2000;
/// After a fetch in vain, a good copy is taken as it is for so long: nobody waits for a host that is down. Without a copy
/// nothing is remembered.
const PAUSE: Duration = Duration::from_secs(30);

/// The metadata documents of clients.
pub(in crate::authorization_server) struct Documents {
    fetcher: Fetcher,
    clock: Clock,
    copies: Cache<String, Copy>,
    running: Mutex<HashMap<String, Waiting>>,
    budget: Budget,
}

/// A good document. Nothing else is ever kept (draft section 4.4).
#[derive(Clone)]
struct Copy {
    metadata: Arc<ClientMetadata>,
    fetched: Duration,
    fresh_until: Duration,
}

/// What everybody waits for who asked for the same document meanwhile.
type Waiting = watch::Receiver<Option<Found>>;

impl Documents {
    pub(super) fn new(fetcher: Fetcher, clock: Clock) -> Arc<Self> {
        let (running, budget) = (Mutex::default(), Budget::default());
        Arc::new(Self { fetcher, clock, copies: Cache::new(COPIES), running, budget })
    }

    /// What the document at `id` says: a fresh copy, or what its host says now, or the last good copy where that does not
    /// answer (C42).
    pub(in crate::authorization_server) async fn find(self: &Arc<Self>, id: &str) -> Found {
        let url = DocumentUrl::parse(id, self.fetcher.loopback()).map_err(|why| {
            NoDocument::Invalid(format!("the client id cannot be the URL of a document: {why}"))
        })?;
        let copy = self.copies.get(id);
        if let Some(copy) = copy.as_ref().filter(|copy| self.clock.monotonic() < copy.fresh_until) {
            return Ok(Arc::clone(&copy.metadata));
        }
        let found = match self.begin(&url, copy.is_some()) {
            Some(mut waiting) => match waiting.wait_for(Option::is_some).await {
                Ok(found) => found.clone().unwrap_or_else(|| Err(broken())),
                Err(_) => Err(broken()),
            },
            None => Err(NoDocument::Unreachable(
                "documents are asked for too often, from its host or at all".to_owned(),
            )),
        };
        match (found, copy) {
            (Err(NoDocument::Unreachable(_)), Some(copy)) if self.may_serve(&copy) => Ok(copy.metadata),
            (found, _) => found,
        }
    }

    fn may_serve(&self, copy: &Copy) -> bool {
        self.clock.monotonic() < copy.fetched + LAST_GOOD
    }

    /// Joins the fetch of this document, or begins one if the budget allows it. It is a task of its own: those who wait may
    /// go away.
    fn begin(self: &Arc<Self>, url: &DocumentUrl, known: bool) -> Option<Waiting> {
        let mut running = self.running();
        if let Some(waiting) = running.get(&url.text) {
            return Some(waiting.clone());
        }
        let now = self.clock.monotonic();
        // One may have ended since the copy was looked at.
        if let Some(copy) = self.copies.get(&url.text).filter(|copy| now < copy.fresh_until) {
            return Some(watch::channel(Some(Ok(copy.metadata))).1);
        }
        if !self.budget.spend(&url.authority, known, now) {
            tracing::warn!(client = url.text, "a client's document is not fetched: too many are asked for");
            return None;
        }
        let (end, waiting) = watch::channel(None);
        running.insert(url.text.clone(), waiting.clone());
        let (fetch, url) = (Fetch { documents: Arc::clone(self), id: url.text.clone() }, url.clone());
        tokio::spawn(async move {
            let found = fetch.documents.fetch(&url, known).await;
            // It is known before it is over, and over before anybody is told.
            drop(fetch);
            end.send_replace(Some(found));
        });
        Some(waiting)
    }

    async fn fetch(&self, url: &DocumentUrl, known: bool) -> Found {
        let Some(_place) = self.budget.place(known).await else {
            tracing::warn!(
                client = url.text,
                "a client's document is not fetched: too many are being fetched"
            );
            return Err(NoDocument::Unreachable("too many documents are being fetched".to_owned()));
        };
        match self.fetcher.fetch(url).await {
            Ok(fetched) => {
                let (metadata, now) = (Arc::new(fetched.metadata), self.clock.monotonic());
                let copy = Copy { metadata, fetched: now, fresh_until: now + fetched.fresh_for };
                self.copies.insert(url.text.clone(), copy.clone());
                tracing::debug!(client = url.text, fresh_for = ?fetched.fresh_for, "a client's document was fetched");
                Ok(copy.metadata)
            }
            Err(error) => {
                self.without(url, &error);
                Err(error)
            }
        }
    }

    /// There is no document now. What was a document and is none any more ends the copy; an outage does not.
    fn without(&self, url: &DocumentUrl, error: &NoDocument) {
        let id = &url.text;
        match (error, self.copies.get(id)) {
            (NoDocument::Invalid(why), _) => {
                self.copies.remove(id);
                tracing::info!(client = id, why, "a client's document is refused: its developer has to act");
            }
            (NoDocument::Unreachable(why), Some(copy)) => {
                tracing::warn!(
                    client = id,
                    why,
                    "a client's document cannot be fetched: the last good copy serves"
                );
                let fresh_until = (self.clock.monotonic() + PAUSE).min(copy.fetched + LAST_GOOD);
                self.copies.insert(id.clone(), Copy { fresh_until, ..copy });
            }
            (NoDocument::Unreachable(why), None) => {
                tracing::warn!(client = id, why, "a client's document cannot be fetched");
            }
        }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<String, Waiting>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A fetch on its way. However it ends, the next one may begin.
struct Fetch {
    documents: Arc<Documents>,
    id: String,
}

impl Drop for Fetch {
    fn drop(&mut self) {
        self.documents.running().remove(&self.id);
    }
}

/// The fetch ended without a result: it panicked, or the runtime ends.
fn broken() -> NoDocument {
    NoDocument::Unreachable("the fetch broke off".to_owned())
}

impl fmt::Debug for Documents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Documents").field("copies", &self.copies.len()).finish_non_exhaustive()
    }
}
