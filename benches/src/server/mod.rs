//! The servers that are compared, all with the same tool and two worker threads.

mod floor;
mod mcp_auth;
mod middleware;
mod rmcp;

use std::{fmt, io::Write, net::SocketAddr};

use axum::{Router, serve::ListenerExt};
use tokio::net::TcpListener;

pub(crate) use self::mcp_auth::Sum;
use crate::{Result, allocations};

pub(crate) const ISSUER: &str = "https://issuer.example";
pub(crate) const RESOURCE: &str = "http://127.0.0.1:3000/mcp";
pub(crate) const SCOPE: &str = "numbers:add";

/// Which server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// A bare axum handler that knows one request.
    Floor,
    /// rmcp without authentication.
    Rmcp,
    /// rmcp behind a middleware that decodes each request's token.
    Middleware,
    /// mcp-auth.
    McpAuth,
}

/// One server with a number of tools.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Subject {
    pub(crate) kind: Kind,
    pub(crate) tools: usize,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Floor, Self::Rmcp, Self::Middleware, Self::McpAuth];

    fn name(self) -> &'static str {
        match self {
            Self::Floor => "axum",
            Self::Rmcp => "rmcp",
            Self::Middleware => "rmcp+jwt",
            Self::McpAuth => "mcp-auth",
        }
    }
}

impl Subject {
    /// Every server at every size; the floor has one tool only.
    pub(crate) fn all() -> Vec<Self> {
        let sizes = [1, 100, 1000];
        let all = sizes.into_iter().flat_map(|tools| Kind::ALL.map(|kind| Self { kind, tools }));
        all.filter(|subject| subject.kind != Kind::Floor || subject.tools == 1).collect()
    }

    /// The servers whose lists are compared.
    pub(crate) fn that_list() -> Vec<Self> {
        let all = Self::all().into_iter();
        all.filter(|subject| matches!(subject.kind, Kind::Rmcp | Kind::McpAuth)).collect()
    }

    pub(crate) fn parse(kind: &str, tools: &str) -> Result<Self> {
        let kind = Kind::ALL.into_iter().find(|one| one.name() == kind).ok_or("no such server")?;
        Ok(Self { kind, tools: tools.parse()? })
    }

    pub(crate) fn arguments(self) -> [String; 2] {
        [self.kind.name().to_owned(), self.tools.to_string()]
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} tools", self.kind.name(), self.tools)
    }
}

/// The child's side: the issuer's keys come as the first line of the input, the address goes out, then questions for
/// allocations are answered until the input ends.
pub(crate) fn serve(subject: Subject, counts: bool) -> Result<()> {
    let mut input = std::io::stdin().lines();
    let keys = input.next().ok_or("no keys")??;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let address = runtime.block_on(start(subject, &keys))?;
    println!("{address}");
    if counts {
        allocations::count();
    }
    for question in input {
        question?;
        let (count, bytes) = allocations::so_far();
        println!("{count} {bytes}");
        std::io::stdout().flush()?;
    }
    runtime.shutdown_background();
    Ok(())
}

async fn start(subject: Subject, keys: &str) -> Result<SocketAddr> {
    match subject.kind {
        Kind::Floor => on_axum(floor::router()).await,
        Kind::Rmcp => on_axum(rmcp::router(subject.tools)).await,
        Kind::Middleware => on_axum(middleware::around(rmcp::router(subject.tools), keys)?).await,
        Kind::McpAuth => match subject.tools {
            1 => mcp_auth::start::<1>(keys).await,
            100 => mcp_auth::start::<100>(keys).await,
            1000 => mcp_auth::start::<1000>(keys).await,
            _ => Err("1, 100 or 1000 tools".into()),
        },
    }
}

/// Serves as users of axum do, without Nagle's algorithm.
async fn on_axum(router: Router) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}
