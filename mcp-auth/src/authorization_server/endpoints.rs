//! Which endpoint is where.

use std::sync::Arc;

use axum::routing::MethodRouter;

use super::{
    Core, introspection_endpoint, jwks_endpoint, metadata, post_only::post_only, registration_endpoint,
    revocation_endpoint, sign_in, token_endpoint,
};
use crate::{ScopeInfo, config::ResourceUrl, discovery::public_json, upstream::Needs};

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
    /// What its tools need at providers.
    pub(crate) upstream: Needs,
}

impl Endpoints {
    /// Every route with its path, for the origin's root. The mount asks them for the right host, and nothing else.
    pub(crate) fn routes(self: &Arc<Self>) -> Vec<(String, MethodRouter)> {
        let at = |endpoint: &str| self.core.issuer.path_of(endpoint);
        let mut routes = sign_in::routes(self);
        routes.extend([
            (at(metadata::TOKEN), post_only(&self.core, self, token_endpoint::handle)),
            (at(metadata::REGISTER), post_only(&self.core, &self.core, registration_endpoint::handle)),
            (at(metadata::REVOKE), post_only(&self.core, &self.core, revocation_endpoint::handle)),
        ]);
        if introspection_endpoint::is_needed(&self.core) {
            routes.push((
                at(metadata::INTROSPECT),
                post_only(&self.core, &self.core, introspection_endpoint::handle),
            ));
        }
        routes
    }

    /// The scopes of all servers, each once. Some clients ask for all of them.
    pub(crate) fn scopes(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for scope in self.servers.iter().flat_map(|server| &server.scopes) {
            if !names.contains(&scope.name()) {
                names.push(scope.name());
            }
        }
        names
    }

    /// Where clients of 2025-03-26 look that read no metadata: the origin's root. With the path of what answers there.
    pub(crate) fn fallbacks(&self) -> Vec<(String, String)> {
        let issuer = &self.core.issuer;
        if issuer.path().is_empty() {
            return Vec::new();
        }
        let fallbacks = [metadata::AUTHORIZE, metadata::TOKEN, metadata::REGISTER];
        fallbacks.map(|endpoint| (endpoint.to_owned(), issuer.path_of(endpoint))).into()
    }

    /// What everybody may read, under every name.
    pub(crate) fn documents(&self) -> Vec<(String, MethodRouter)> {
        let issuer = &self.core.issuer;
        let keys = (issuer.path_of(metadata::JWKS), jwks_endpoint::route(&self.core));
        let documents = metadata::documents(self).into_iter();
        documents.map(|(path, document)| (path, public_json(document.into()))).chain([keys]).collect()
    }
}
