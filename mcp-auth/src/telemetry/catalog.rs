//! Every metric there is. The table in `docs/operations.md` says what they mean; a test compares both with what is emitted.

/// A metric, and which labels it may have.
#[derive(Debug)]
#[cfg_attr(
    not(all(test, feature = "metrics")),
    expect(dead_code, reason = "read by the facade, and labels by the test that compares")
)]
pub(crate) struct Metric {
    pub(crate) name: &'static str,
    pub(crate) labels: &'static [&'static str],
}

macro_rules! metrics {
    ($($(#[$attribute:meta])* $constant:ident $name:literal $labels:tt)+) => {
        $($(#[$attribute])* pub(super) const $constant: Metric = Metric { name: $name, labels: &$labels };)+

        /// All of them.
        #[cfg(all(test, feature = "metrics"))]
        pub(super) const ALL: &[&Metric] = &[$($(#[$attribute])* &$constant),+];
    };
}

metrics! {
    REQUEST "http.server.request.duration" ["http.request.method", "http.route", "http.response.status_code"]
    OPERATION "mcp.server.operation.duration" ["mcp.method.name", "gen_ai.tool.name", "error.type"]
    VERIFICATIONS "mcp_auth.token.verifications" ["outcome"]
    CLOCK_SKEW "mcp_auth.clock.skews" []
    KEY_FETCHES "mcp_auth.jwks.fetches" ["outcome"]
    #[cfg(feature = "authorization-server")]
    TOKEN_REQUESTS "mcp_auth.token.requests" ["oauth.grant.type", "error.type"]
    #[cfg(feature = "authorization-server")]
    REGISTRATIONS "mcp_auth.registrations" ["error.type"]
    #[cfg(feature = "authorization-server")]
    STORE "mcp_auth.store.duration" ["operation", "outcome"]
    #[cfg(feature = "authorization-server")]
    STORE_QUEUE "mcp_auth.store.queue" []
    #[cfg(feature = "authorization-server")]
    UPSTREAM_REFRESHES "mcp_auth.upstream.refreshes" ["provider", "outcome"]
}
