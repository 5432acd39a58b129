//! An issuer for tests: in this process, or on loopback with discovery and all its weaknesses.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use super::{TestClock, TestTokenBuilder, served};
use crate::{DevelopmentIssuer, Issuer, authenticate::Fake, clock::Clock};

/// An issuer of access tokens for tests. Clones are the same issuer.
///
/// It is a [`DevelopmentIssuer`] with the weaknesses that a test wants: keys that change, and, when it is
/// [served](TestIssuerBuilder::serve), outages and counters. Its key is made in memory, its URL is `http` on this machine.
///
/// In this process, a server gets its keys by hand and nothing is fetched:
///
/// ```
/// use mcp_auth::testing::TestIssuer;
///
/// let issuer = TestIssuer::new();
/// let auth = mcp_auth::Auth::builder()
///     .issuer(issuer.issuer())
///     .resource("https://notes.example.com/mcp")
///     .build()
///     .unwrap();
/// # let _ = auth;
/// ```
///
/// Served on loopback, a server discovers it and fetches its keys, as it does with a real one:
///
/// ```
/// use mcp_auth::testing::TestIssuer;
///
/// # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
/// let issuer = TestIssuer::builder().path("/realms/main").serve().await;
/// assert!(issuer.url().ends_with("/realms/main"));
/// assert_eq!(issuer.key_fetches(), 0);
/// # });
/// ```
#[derive(Clone)]
pub struct TestIssuer(Arc<Inner>);

struct Inner {
    url: String,
    clock: Clock,
    /// Who signs now: one key each.
    signing: Mutex<DevelopmentIssuer>,
    shared: Arc<Shared>,
    /// `None`: in this process only.
    server: Option<JoinHandle<()>>,
}

/// What the served routes see.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) metadata: Value,
    /// The keys that are published, oldest first.
    pub(super) keys: Mutex<Vec<Value>>,
    pub(super) metadata_fetches: AtomicU64,
    pub(super) key_fetches: AtomicU64,
    pub(super) outage: Mutex<Outage>,
}

/// How a served issuer misbehaves.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outage {
    /// The status of every answer, if it is not 200.
    pub(super) status: Option<u16>,
    /// How long every answer takes.
    pub(super) delay: Duration,
}

impl TestIssuer {
    /// An issuer in this process, without sockets.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// An issuer with a path, a clock, or an address.
    pub fn builder() -> TestIssuerBuilder {
        TestIssuerBuilder { path: None, clock: Clock::system() }
    }

    /// Its URL, as it stands in its tokens.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// This issuer for the server that trusts it: by discovery if it is served, else with the keys that it has now.
    ///
    /// In memory, such a server may have a public resource URL; one that listens ([`Auth::serve`](crate::Auth::serve),
    /// [`Auth::bind`](crate::Auth::bind)) does not start with it.
    pub fn issuer(&self) -> Issuer {
        let issuer = Issuer::new(self.url()).made_up(Fake::Test);
        if self.0.server.is_some() { issuer } else { issuer.with_keys(self.jwks().to_string()) }
    }

    /// A token for `subject`. It has no audience yet; [`TestServer::token`](super::TestServer::token) fills that in.
    pub fn token(&self, subject: &str) -> TestTokenBuilder {
        TestTokenBuilder::new(lock(&self.0.signing).token(subject))
    }

    /// The keys that are published, as a JSON Web Key Set (RFC 7517 section 5).
    pub fn jwks(&self) -> Value {
        json!({ "keys": *lock(&self.0.shared.keys) })
    }

    /// Signs with a new key from now on, which is published beside the old ones. Servers that got the keys by hand keep
    /// those they got, as with [`Issuer::with_keys`].
    pub fn rotate_key(&self) {
        let next = signing(self.url(), self.0.clock.clone());
        lock(&self.0.shared.keys).extend(keys_of(&next));
        *lock(&self.0.signing) = next;
    }

    /// Publishes only the key that signs now.
    pub fn withdraw_old_keys(&self) {
        *lock(&self.0.shared.keys) = keys_of(&lock(&self.0.signing));
    }

    /// How often the metadata have been fetched.
    pub fn metadata_fetches(&self) -> u64 {
        self.0.shared.metadata_fetches.load(Ordering::SeqCst)
    }

    /// How often the keys have been fetched, also when the answer was an error.
    pub fn key_fetches(&self) -> u64 {
        self.0.shared.key_fetches.load(Ordering::SeqCst)
    }

    /// From now on, everything that is fetched is answered with this status.
    pub fn fail_with(&self, status: u16) {
        lock(&self.0.shared.outage).status = Some(status);
    }

    /// From now on, every answer takes this long.
    pub fn answer_slowly(&self, delay: Duration) {
        lock(&self.0.shared.outage).delay = delay;
    }

    /// The end of every outage.
    pub fn recover(&self) {
        *lock(&self.0.shared.outage) = Outage::default();
    }
}

impl Default for TestIssuer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for TestIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestIssuer").field("url", &self.url()).finish_non_exhaustive()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            server.abort();
        }
    }
}

/// Collects what a [`TestIssuer`] is to be like.
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing before `build` or `serve`"]
pub struct TestIssuerBuilder {
    path: Option<String>,
    clock: Clock,
}

impl TestIssuerBuilder {
    /// The path of its URL, such as `/realms/main` or `/`.
    pub fn path(mut self, path: &str) -> Self {
        self.path = Some(path.to_owned());
        self
    }

    /// The clock that its tokens are dated by.
    pub fn clock(mut self, clock: &TestClock) -> Self {
        self.clock = clock.shared();
        self
    }

    /// An issuer in this process, without sockets.
    ///
    /// # Panics
    ///
    /// Where the path makes no URL.
    pub fn build(self) -> TestIssuer {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        // Nobody listens on port 9, and no two of them are the same issuer.
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = self.path.clone().unwrap_or_else(|| format!("/{number}"));
        self.made(format!("http://127.0.0.1:9{path}"), |_| None)
    }

    /// An issuer on a free port of this machine, until the last clone of it is dropped.
    ///
    /// # Panics
    ///
    /// Where the path makes no URL, and where there is no free port.
    pub async fn serve(self) -> TestIssuer {
        let bound = TcpListener::bind("127.0.0.1:0").await;
        let bound = bound.and_then(|listener| Ok((listener.local_addr()?, listener)));
        let (address, listener) = bound.unwrap_or_else(|error| panic!("no port for a test issuer: {error}"));
        let path = self.path.clone().unwrap_or_default();
        self.made(format!("http://{address}{path}"), |(paths, shared)| {
            Some(served::serve(listener, paths, Arc::clone(shared)))
        })
    }

    fn made(
        self,
        url: String,
        serve: impl FnOnce(((String, String), &Arc<Shared>)) -> Option<JoinHandle<()>>,
    ) -> TestIssuer {
        let development = signing(&url, self.clock.clone());
        let shared = Arc::new(Shared {
            metadata: development.metadata(),
            keys: Mutex::new(keys_of(&development)),
            ..Shared::default()
        });
        let server = serve((development.paths(), &shared));
        TestIssuer(Arc::new(Inner {
            url,
            clock: self.clock,
            signing: Mutex::new(development),
            shared,
            server,
        }))
    }
}

/// An issuer of this URL with a new key.
fn signing(url: &str, clock: Clock) -> DevelopmentIssuer {
    DevelopmentIssuer::with_clock(url, clock).unwrap_or_else(|error| panic!("{error}"))
}

fn keys_of(issuer: &DevelopmentIssuer) -> Vec<Value> {
    issuer.jwks()["keys"].as_array().cloned().unwrap_or_default()
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
