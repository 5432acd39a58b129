//! Which endpoint is where.

use std::sync::Arc;

use axum::routing::MethodRouter;

use super::{Core, sign_in};
use crate::{ScopeInfo, config::ResourceUrl};

/// The authorization server as it is mounted: once, for all servers of one mount.
#[derive(Debug)]
pub(crate) struct Endpoints {
    pub(crate) core: Arc<Core>,
    /// The servers that its tokens are for. Never empty.
    pub(crate) servers: Vec<ProtectedServer>,
}

/// One MCP server, as people and clients meet it here.
#[derive(Debug, Clone)]
pub(crate) struct ProtectedServer {
    pub(crate) resource: ResourceUrl,
    /// For pages; the resource's host where the server has no title.
    pub(crate) title: String,
    /// The catalogue, in the order of its declaration, descriptions included.
    pub(crate) scopes: Vec<ScopeInfo>,
    /// What every request needs: a person cannot untick these.
    pub(crate) requires: Vec<ScopeInfo>,
}

impl Endpoints {
    /// Every route with its path, for the origin's root.
    pub(crate) fn routes(self: &Arc<Self>) -> Vec<(String, MethodRouter)> {
        let mut routes: Vec<(String, MethodRouter)> = Vec::new();
        routes.extend(sign_in::routes(self));
        routes
    }
}
