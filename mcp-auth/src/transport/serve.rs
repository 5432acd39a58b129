//! The HTTP server of `Auth::serve`: what `axum::serve` does, with time limits and a drain.

use std::{
    convert::Infallible,
    future::Future,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo};
use http::{HeaderValue, Request, Response, Version, header};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::sleep,
};
use tokio_util::sync::CancellationToken;
use tower::{Service, ServiceExt};

use super::{activity::Activity, timed::Timed};
#[cfg(feature = "authorization-server")]
use crate::authorization_server::Core;
use crate::{Error, Health, Limits};

/// A future that any thread can run.
pub(crate) type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Bytes of request line and headers of one request.
const HEADER_SIZE: u32 = 64 * 1024;

/// The two steps of stopping.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shutdown {
    /// No new work: streams that wait for nothing in particular end.
    pub(crate) closing: CancellationToken,
    /// What is still running is given up.
    pub(crate) stopped: CancellationToken,
}

/// How long connections between two requests are kept when the server stops. Those in use are told in their next answer
/// that they end (`Connection: close`): a connection that is just closed may lose a request that is on its way to it.
const LINGER: Duration = Duration::from_millis(500);

/// For what requests have begun, such as a write, to end behind the last connection.
#[cfg(feature = "authorization-server")]
const REST: Duration = Duration::from_secs(5);

/// A server that has its address and does not yet serve.
#[must_use = "it serves only while `run` is awaited"]
pub struct Bound {
    pub(crate) listener: TcpListener,
    pub(crate) address: SocketAddr,
    pub(crate) router: Router,
    pub(crate) shutdown: Shutdown,
    pub(crate) limits: Limits,
    pub(crate) health: Health,
    pub(crate) resources: Vec<String>,
    /// What outlives the connections.
    #[cfg(feature = "authorization-server")]
    pub(crate) cores: Vec<Arc<Core>>,
}

impl Bound {
    pub(crate) fn new(
        listener: TcpListener,
        router: Router,
        shutdown: Shutdown,
        limits: Limits,
        resources: Vec<String>,
    ) -> io::Result<Self> {
        Ok(Self {
            address: listener.local_addr()?,
            listener,
            router,
            shutdown,
            limits,
            health: Health::of(std::iter::empty()),
            resources,
            #[cfg(feature = "authorization-server")]
            cores: Vec::new(),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL that clients use; of several servers, the first one's.
    pub fn resource(&self) -> &str {
        self.resources.first().map_or("", String::as_str)
    }

    /// The URLs of all servers, in the order in which they were mounted.
    pub fn resources(&self) -> impl Iterator<Item = &str> {
        self.resources.iter().map(String::as_str)
    }

    /// Adds routes of the application beside the server's own, as `axum::Router::merge` does. Liveness and readiness are
    /// there already ([`AuthBuilder::health`](crate::AuthBuilder::health)).
    pub fn merge(mut self, routes: Router) -> Self {
        self.router = self.router.merge(routes);
        self
    }

    /// Serves until SIGINT or SIGTERM, then lets open requests end; a second signal ends them at once.
    ///
    /// # Errors
    ///
    /// [`Error::Serve`] where the system refuses to watch for signals.
    pub async fn run(self) -> Result<(), Error> {
        self.running().await
    }

    /// In a box, so that it is compiled here: code of an `async fn` is otherwise compiled in each crate that awaits it.
    pub(crate) fn running(self) -> Boxed<Result<(), Error>> {
        Box::pin(self.run_until_told())
    }

    async fn run_until_told(self) -> Result<(), Error> {
        let mut signals = Signals::new().map_err(Error::Serve)?;
        let shutdown = self.shutdown.clone();
        let told = CancellationToken::new();
        let mut serving = pin!(self.run_until(told.clone().cancelled_owned()));
        tokio::select! {
            () = &mut serving => return Ok(()),
            () = signals.next() => told.cancel(),
        }
        tracing::info!("stopping: open requests may end; a second signal ends them");
        tokio::select! {
            () = &mut serving => tracing::info!("stopped"),
            () = signals.next() => shutdown.stopped.cancel(),
        }
        Ok(())
    }

    /// Serves until `stop` is ready, then stops: accepts nothing new, once [`Limits::shutdown_delay`] is over; lets open
    /// requests end, for at most [`Limits::shutdown_time`]; and then what they have begun, such as writes.
    pub async fn run_until(self, stop: impl Future<Output = ()>) {
        self.announce();
        let most = self.limits.connections.clamp(1, Semaphore::MAX_PERMITS);
        let places = Arc::new(Semaphore::new(most));
        let connections = Connections::new(&self);
        let mut stop = pin!(async {
            stop.await;
            self.health.stop();
            sleep(self.limits.shutdown_delay).await;
        });
        loop {
            let accept = async {
                // The permit first: above the limit, connections wait in the system's queue.
                let permit = Arc::clone(&places).acquire_owned().await;
                (permit, accept(&self.listener).await)
            };
            tokio::select! {
                (permit, stream) = accept => connections.serve(stream, permit.ok()),
                () = &mut stop => break,
            }
        }
        for stream in waiting(self.listener) {
            connections.serve(stream, Arc::clone(&places).try_acquire_owned().ok());
        }
        self.shutdown.closing.cancel();
        let drained = async {
            tokio::select! {
                () = all_back(&places, most) => {}
                () = sleep(LINGER) => {}
            }
            connections.open.shutdown().await;
        };
        tokio::select! {
            () = drained => {}
            () = sleep(self.limits.shutdown_time) => tracing::warn!("requests were still open and are given up"),
            () = self.shutdown.stopped.cancelled() => {}
        }
        self.shutdown.stopped.cancel();
        #[cfg(feature = "authorization-server")]
        for core in &self.cores {
            if tokio::time::timeout(REST, core.rest()).await.is_err() {
                tracing::error!(
                    "the authorization server does not come to rest: what was begun may not be done"
                );
            }
        }
    }
}

/// What serves a connection.
struct Connections {
    builder: auto::Builder<TokioExecutor>,
    router: Router,
    limits: Limits,
    closing: CancellationToken,
    open: GracefulShutdown,
}

impl Connections {
    fn new(bound: &Bound) -> Self {
        Self {
            builder: http(&bound.limits),
            router: bound.router.clone(),
            limits: bound.limits.clone(),
            closing: bound.shutdown.closing.clone(),
            open: GracefulShutdown::new(),
        }
    }

    /// Serves what comes on `stream`; `place`: taken by it until it has ended.
    fn serve(&self, stream: TcpStream, place: Option<OwnedSemaphorePermit>) {
        let activity = Activity::new();
        let peer = stream.peer_addr().ok();
        let io = TokioIo::new(Timed::new(stream, &self.limits, activity.clone()));
        let service = watched(self.router.clone(), activity.clone(), peer, self.closing.clone());
        let connection = self.builder.serve_connection(io, TowerToHyperService::new(service));
        let connection = self.open.watch(connection.into_owned());
        let idle_time = self.limits.idle_time;
        tokio::spawn(async move {
            tokio::select! {
                ended = connection => if let Err(error) = ended {
                    tracing::debug!(error, "a connection ended early");
                },
                () = activity.ceased(idle_time) => tracing::debug!("a connection is closed: nothing happens on it"),
            }
            drop(place);
        });
    }
}

/// The connections that the system has accepted for us, of clients which believe that they are heard. Then the address is
/// free.
fn waiting(listener: TcpListener) -> Vec<TcpStream> {
    let Ok(listener) = listener.into_std() else { return Vec::new() };
    let accepted = std::iter::from_fn(|| listener.accept().ok());
    accepted.filter_map(|(stream, _)| ready(stream).ok()).collect()
}

fn ready(stream: std::net::TcpStream) -> io::Result<TcpStream> {
    stream.set_nonblocking(true)?;
    stream.set_nodelay(true)?;
    TcpStream::from_std(stream)
}

/// Ready once every connection has ended.
async fn all_back(places: &Semaphore, most: usize) {
    let most = u32::try_from(most).unwrap_or(u32::MAX);
    drop(places.acquire_many(most).await);
}

impl Bound {
    /// Says where the server is: to the log, or, where a program has none, to the person who started it.
    fn announce(&self) {
        for resource in &self.resources {
            if tracing::dispatcher::has_been_set() {
                tracing::info!(address = %self.address, resource, "listening");
            } else {
                eprintln!("mcp-auth: {resource} listens on {}; nobody reads its log (tracing)", self.address);
            }
        }
    }
}

/// The routes, as hyper calls them.
fn watched(
    router: Router,
    activity: Activity,
    peer: Option<SocketAddr>,
    closing: CancellationToken,
) -> impl Service<
    Request<Incoming>,
    Response = Response<Body>,
    Error = Infallible,
    Future = impl Future<Output = Result<Response<Body>, Infallible>> + Send,
> + Clone {
    tower::service_fn(move |mut request: Request<Incoming>| {
        let work = activity.work();
        // As `axum::serve` tells it.
        if let Some(peer) = peer {
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        // HTTP/2 has a frame for it, which hyper sends.
        let closing = (request.version() < Version::HTTP_2).then(|| closing.clone());
        let answer = router.clone().oneshot(request.map(Body::new));
        async move {
            let _work = work;
            let mut answer = answer.await?;
            if closing.is_some_and(|closing| closing.is_cancelled()) {
                answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Ok(answer)
        }
    })
}

fn http(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time)
        .max_buf_size(HEADER_SIZE as usize);
    // No pings of ours: they would be what happens on a connection where nothing else does.
    builder.http2().timer(TokioTimer::new()).max_header_list_size(HEADER_SIZE);
    builder
}

/// The next connection. Errors of one connection are passed over; out of files, the server waits and goes on.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _peer)) => {
                // Answers are small and written at once; waiting for more costs 40 ms each (delayed ACK).
                let _ = stream.set_nodelay(true);
                return stream;
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted; trying again");
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

/// SIGINT and, where it exists, SIGTERM.
struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            terminate: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}

impl std::fmt::Debug for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bound")
            .field("address", &self.address)
            .field("resources", &self.resources)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Not to be seen from outside: an answer is one write, and nothing waits for its acknowledgement.
    #[tokio::test]
    async fn answers_do_not_wait_for_acknowledgements() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        assert!(accept(&listener).await.nodelay().unwrap());
    }
}
