//! The HTTP server of `Auth::serve`: what `axum::serve` does, with time limits and a drain.

use std::{convert::Infallible, future::Future, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::sleep,
};
use tokio_util::sync::CancellationToken;
use tower::{Service, ServiceExt};

use super::{activity::Activity, timed::Timed};
use crate::{Error, Limits};

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

/// A server that has its address and does not yet serve.
#[must_use = "it serves only while `run` is awaited"]
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    router: Router,
    shutdown: Shutdown,
    limits: Limits,
    resources: Vec<String>,
}

impl Bound {
    pub(crate) fn new(
        listener: TcpListener,
        router: Router,
        shutdown: Shutdown,
        limits: Limits,
        resources: Vec<String>,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        Ok(Self { listener, address, router, shutdown, limits, resources })
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

    /// Adds routes of the application beside the server's own, as `axum::Router::merge` does.
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
        let mut signals = Signals::new().map_err(Error::Serve)?;
        let shutdown = self.shutdown.clone();
        let mut serving = pin!(self.run_until({
            let closing = shutdown.closing.clone();
            async move { closing.cancelled().await }
        }));
        tokio::select! {
            () = &mut serving => return Ok(()),
            () = signals.next() => shutdown.closing.cancel(),
        }
        tracing::info!("stopping: open requests may end; a second signal ends them");
        tokio::select! {
            () = &mut serving => {}
            () = signals.next() => shutdown.stopped.cancel(),
        }
        Ok(())
    }

    /// Serves until `stop` is ready, then lets open requests end, for at most
    /// [`Limits::shutdown_time`].
    pub async fn run_until(self, stop: impl Future<Output = ()>) {
        self.announce();
        let connections = Arc::new(Semaphore::new(self.limits.connections.clamp(1, Semaphore::MAX_PERMITS)));
        let builder = http(&self.limits);
        let open = GracefulShutdown::new();
        let mut stop = pin!(stop);
        loop {
            let accept = async {
                // The permit first: above the limit, connections wait in the system's queue.
                let permit = Arc::clone(&connections).acquire_owned().await;
                (permit, accept(&self.listener).await)
            };
            let (permit, (stream, peer)) = tokio::select! {
                accepted = accept => accepted,
                () = &mut stop => break,
            };
            let activity = Activity::default();
            let io = TokioIo::new(Timed::new(stream, &self.limits, activity.clone()));
            let service = watched(self.router.clone(), activity.clone(), peer);
            let connection = builder.serve_connection(io, TowerToHyperService::new(service));
            let connection = open.watch(connection.into_owned());
            let idle_time = self.limits.idle_time;
            tokio::spawn(async move {
                tokio::select! {
                    ended = connection => if let Err(error) = ended {
                        tracing::debug!(error, "a connection ended early");
                    },
                    () = activity.ceased(idle_time) => tracing::debug!("a connection is closed: nothing happens on it"),
                }
                drop(permit);
            });
        }
        drop(self.listener);
        self.shutdown.closing.cancel();
        tokio::select! {
            () = open.shutdown() => {}
            () = sleep(self.limits.shutdown_time) => tracing::warn!("requests were still open and are given up"),
            () = self.shutdown.stopped.cancelled() => {}
        }
        self.shutdown.stopped.cancel();
    }
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
    peer: SocketAddr,
) -> impl Service<
    Request<Incoming>,
    Response = Response<Body>,
    Error = Infallible,
    Future = impl Future<Output = Result<Response<Body>, Infallible>> + Send,
> + Clone {
    tower::service_fn(move |mut request: Request<Incoming>| {
        let work = activity.work();
        // As `axum::serve` tells it.
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = router.clone().oneshot(request.map(Body::new));
        async move {
            let _work = work;
            answer.await
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
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Answers are small and written at once; waiting for more costs 40 ms each (delayed ACK).
                let _ = stream.set_nodelay(true);
                return (stream, peer);
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
        assert!(accept(&listener).await.0.nodelay().unwrap());
    }
}
