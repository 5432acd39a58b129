//! The servers under test: the same tools behind every kind of `#[server]`.

use std::{
    net::{SocketAddr, TcpListener},
    sync::{
        Arc, Mutex, Once, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::Router;
use mcp_auth::{Auth, AuthBuilder, DevelopmentIssuer, IntoServer, Limits, Server};
use tokio::{
    sync::{Notify, Semaphore, oneshot},
    task::JoinHandle,
};

use super::{Answer, Broken, Connection, Message, exchange, within};

/// What the tools did, seen by the test.
#[derive(Clone, Default)]
pub(crate) struct Ledger(Arc<Books>);

struct Books {
    ran: Mutex<Vec<String>>,
    /// A slow call has begun.
    begun: Notify,
    /// Slow calls may end.
    may_end: Semaphore,
}

impl Default for Books {
    fn default() -> Self {
        Self { ran: Mutex::default(), begun: Notify::new(), may_end: Semaphore::new(0) }
    }
}

impl Ledger {
    pub(crate) fn ran(&self) -> Vec<String> {
        self.0.ran.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn run(&self, tool: &str) -> String {
        self.0.ran.lock().unwrap_or_else(PoisonError::into_inner).push(tool.to_owned());
        format!("{tool} ran")
    }

    pub(crate) async fn begun(&self) {
        within(self.0.begun.notified()).await;
    }

    pub(crate) fn let_one_end(&self) {
        self.0.may_end.add_permits(1);
    }

    pub(crate) async fn slow(&self) -> String {
        self.0.begun.notify_one();
        if let Ok(permit) = self.0.may_end.acquire().await {
            permit.forget();
        }
        self.run("slow")
    }
}

/// The tools of every server but `Closed`, which has the guarded ones only.
macro_rules! tools {
    ($name:ident, $($attribute:tt)*) => {
        #[derive(Clone, Default)]
        pub(crate) struct $name(pub(crate) Ledger);

        #[mcp_auth::server($($attribute)*)]
        impl $name {
            /// For anybody.
            #[tool(public)]
            async fn status(&self) -> String {
                self.0.run("status")
            }

            /// For everybody with a token.
            #[tool(authenticated)]
            async fn whoami(&self, user: mcp_auth::AuthInfo) -> String {
                self.0.run("whoami");
                user.subject().to_owned()
            }

            /// What a tool could see of the token.
            #[tool(authenticated)]
            async fn headers(&self, extensions: mcp_auth::rmcp::model::Extensions) -> String {
                let parts = extensions.get::<http::request::Parts>().expect("the request is there");
                format!("{:?}", parts.headers)
            }

            /// Waits until the test lets it end.
            #[tool(authenticated)]
            async fn slow(&self) -> String {
                self.0.slow().await
            }

            /// One scope.
            #[tool(scopes = "files:read")]
            async fn read(&self) -> String {
                self.0.run("read")
            }

            /// All of two.
            #[tool(scopes("files:read", "files:write"))]
            async fn copy(&self) -> String {
                self.0.run("copy")
            }

            /// One of two.
            #[tool(any_of("files:write", "files:admin"))]
            async fn write(&self) -> String {
                self.0.run("write")
            }

            /// One, and one of two.
            #[tool(scopes = "files:read", any_of("files:admin", "files:write"))]
            async fn share(&self) -> String {
                self.0.run("share")
            }
        }
    };
}

tools!(Plain, name = "plain");
tools!(Anonymous, name = "anonymous", anonymous);
tools!(Required, name = "required", requires("mcp:tools"));

/// No tool of it is public.
#[derive(Clone, Default)]
pub(crate) struct Closed(pub(crate) Ledger);

#[mcp_auth::server(name = "closed")]
impl Closed {
    /// One scope.
    #[tool(scopes = "files:read")]
    fn read(&self) -> String {
        self.0.run("read")
    }
}

/// A server that can be made around a ledger.
pub(crate) trait Kind: Server {
    /// The scopes that it demands of everybody.
    const REQUIRES: &str;

    fn around(ledger: Ledger) -> Self;
}

macro_rules! kinds {
    ($($name:ident $requires:literal)+) => {$(
        impl Kind for $name {
            const REQUIRES: &str = $requires;

            fn around(ledger: Ledger) -> Self {
                Self(ledger)
            }
        }
    )+};
}

kinds!(Plain "" Anonymous "" Required "mcp:tools" Closed "");

/// The scope of `read`.
pub(crate) const READ: &str = "files:read";

/// What a test changes of a server.
#[derive(Default)]
pub(crate) struct Setup {
    pub(crate) limits: Limits,
    /// The path of the resource; `/mcp` unless said.
    pub(crate) path: Option<&'static str>,
    /// Other routes of the application.
    pub(crate) app: Router,
    /// Whatever else the builder can do.
    pub(crate) build: Option<Box<dyn FnOnce(AuthBuilder) -> AuthBuilder>>,
}

/// A server on loopback, until it is dropped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) resource: String,
    pub(crate) issuer: DevelopmentIssuer,
    pub(crate) ledger: Ledger,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
    listener.local_addr().expect("it is bound").port()
}

pub(crate) async fn start<K: Kind>() -> Running {
    start_with::<K>(Setup::default()).await
}

pub(crate) async fn start_with<K: Kind>(setup: Setup) -> Running {
    let ledger = Ledger::default();
    serve(K::around(ledger.clone()), ledger, setup).await
}

/// Serves any server; `ledger` is the one that it writes to, if it does.
pub(crate) async fn serve(server: impl IntoServer, ledger: Ledger, setup: Setup) -> Running {
    count_panics();
    let origin = format!("http://127.0.0.1:{}", free_port());
    let resource = format!("{origin}{}", setup.path.unwrap_or("/mcp"));
    let issuer = DevelopmentIssuer::new(&origin).expect("loopback");
    let builder = Auth::builder().development_issuer(issuer.clone()).resource(&resource).limits(setup.limits);
    let builder = setup.build.into_iter().fold(builder, |builder, build| build(builder));
    let auth = builder.build().expect("a configuration that works");
    let bound = auth.bind(server).await.expect("a port that is free").merge(setup.app);
    let address = bound.address();
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(bound.run_until(async move {
        let _ = stopped.await;
    }));
    Running { address, resource, issuer, ledger, stop: Some(stop), task }
}

impl Running {
    /// A good token of `subject`.
    pub(crate) fn token(&self, subject: &str, scopes: &str) -> String {
        self.issuer.token(subject).audience(&self.resource).scopes(scopes).issue().expose().to_owned()
    }

    /// A token of an hour ago.
    pub(crate) fn expired(&self) -> String {
        let token = self.issuer.token("alice").audience(&self.resource).scopes(READ).expired();
        token.issue().expose().to_owned()
    }

    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) async fn send(&self, message: &Message) -> Answer {
        let answer = self.try_send(message).await;
        answer.unwrap_or_else(|broken| panic!("{broken:?} for {message:?}"))
    }

    pub(crate) async fn try_send(&self, message: &Message) -> Result<Answer, Broken> {
        exchange(self.address, &message.bytes(&self.host())).await
    }

    pub(crate) async fn open(&self, message: &Message) -> (Answer, Connection) {
        let mut connection = Connection::open(self.address).await;
        connection.write(&message.bytes(&self.host())).await.expect("the connection is open");
        let head =
            within(connection.head()).await.unwrap_or_else(|broken| panic!("{broken:?} for {message:?}"));
        (head, connection)
    }

    /// A session, its handshake done.
    pub(crate) async fn session(&self, token: Option<&str>) -> String {
        let answer = self.send(&Message::initialize().maybe(token)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let id = answer.session();
        let done = Message::notification("notifications/initialized", &serde_json::json!({}));
        assert_eq!(self.send(&done.session(&id).maybe(token)).await.status, 202);
        id
    }

    /// The rest of an answer whose head has been read.
    pub(crate) async fn read(&self, head: Answer, connection: &mut Connection) -> Answer {
        within(connection.rest(head)).await.unwrap_or_else(|broken| panic!("{broken:?}"))
    }

    /// Tells the server to stop; its end can be awaited.
    pub(crate) fn stop(&mut self) -> &mut JoinHandle<()> {
        self.stop.take();
        &mut self.task
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// How often anything but a test has panicked.
pub(crate) fn panics() -> usize {
    PANICS.load(Ordering::SeqCst)
}

fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if panic.location().is_none_or(|place| !place.file().contains("tests/http")) {
                PANICS.fetch_add(1, Ordering::SeqCst);
            }
            before(panic);
        }));
    });
}
