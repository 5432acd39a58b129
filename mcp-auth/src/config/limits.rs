//! How much one request, and all of them together, may cost.

use std::time::Duration;

/// Limits of a server; all are on by default.
///
/// ```
/// use mcp_auth::Limits;
///
/// let limits = Limits { body_size: 256 * 1024, ..Limits::default() };
/// # assert!(limits.body_size < Limits::default().body_size);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "written with `..Limits::default()`")]
pub struct Limits {
    /// For the first bytes of a connection to arrive, and then for the request line and headers of each request, which
    /// includes the pause between two; `serve` only. Default 10 s.
    pub header_time: Duration,
    /// For a request's body to arrive. Default 30 s.
    pub body_time: Duration,
    /// For a client to take anything of what is sent to it; `serve` only. Default 30 s.
    pub write_time: Duration,
    /// For a connection on which no tool runs and nothing moves, such as one of HTTP/2 between two requests; `serve`
    /// only. More than the 15 s after which a silent stream shows that it lives. Default 60 s.
    pub idle_time: Duration,
    /// Bytes of one request's body. Default 1 MiB.
    pub body_size: usize,
    /// Bytes of all request bodies that are held at once; above, requests get 503. Callers without a token may fill half
    /// of it. Default 64 MiB.
    pub bodies_in_flight: usize,
    /// Connections at once; above, new ones wait (`serve` only). Streams that callers without a token keep open may take half
    /// of it; above, they get 503. Default 1024.
    pub connections: usize,
    /// For a token's verification, the fetch of the issuer's keys included. Default 10 s.
    pub verification_time: Duration,
    /// How long a stream stays open after its token has expired. Default 60 s.
    pub stream_grace: Duration,
    /// How long what a tool, prompt or resource remembers between two rounds (`requestState`) can be brought back: the time
    /// that a person has to answer. Default 30 min.
    pub request_state_time: Duration,
    /// For open requests to end when the server is told to stop; `serve` only. Default 30 s.
    pub shutdown_time: Duration,
    /// How long the server still accepts connections after it was told to stop, and says that it is not ready: as long as a
    /// load balancer needs to notice; `serve` only. Default 0.
    pub shutdown_delay: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_time: Duration::from_secs(10),
            body_time: Duration::from_secs(30),
            write_time: Duration::from_secs(30),
            idle_time: Duration::from_secs(60),
            body_size: 1024 * 1024,
            bodies_in_flight: 64 * 1024 * 1024,
            connections: 1024,
            verification_time: Duration::from_secs(10),
            stream_grace: Duration::from_secs(60),
            request_state_time: Duration::from_secs(30 * 60),
            shutdown_time: Duration::from_secs(30),
            shutdown_delay: Duration::ZERO,
        }
    }
}
