//! Why a server does not start, or stops.

use std::{io, net::SocketAddr};

use crate::ConfigError;

/// `Result` of everything that starts a server.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a server does not start, or stops. It is for the operator: `Debug` prints what to do.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configuration cannot work.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}{}", help(source, *address))]
    Listen {
        /// Where the server was to listen.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The network failed while serving.
    #[error("the server stopped: {0}")]
    Serve(#[source] io::Error),
}

/// What to do about an address that cannot be had.
fn help(source: &io::Error, address: SocketAddr) -> String {
    match source.kind() {
        io::ErrorKind::AddrInUse => format!(
            "\n  help: another program listens there, perhaps this one: stop it, or listen elsewhere \
             (`.listen(\"{}:{}\")` or MCP_AUTH_LISTEN, and the resource URL to match)",
            address.ip(),
            address.port().wrapping_add(1).max(1024),
        ),
        io::ErrorKind::PermissionDenied => {
            "\n  help: ports below 1024 need a privilege; listen on a higher one behind a proxy".to_owned()
        }
        io::ErrorKind::AddrNotAvailable => {
            "\n  help: this machine has no such address; 127.0.0.1 is for this machine only, 0.0.0.0 for every interface"
                .to_owned()
        }
        _ => String::new(),
    }
}

/// `fn main() -> mcp_auth::Result<()>` prints errors with `Debug`: the operator reads this.
impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}
