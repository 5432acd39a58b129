//! rmcp without authentication, as fast as it goes: one router for all requests, JSON answers. (The default
//! `#[tool_handler]` builds the router anew twice per call.)

use std::sync::Arc;

use axum::Router;
use rmcp::{
    ServerHandler,
    handler::server::{router::tool::ToolRouter, wrapper::Parameters},
    schemars::JsonSchema,
    tool, tool_handler, tool_router,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
    },
};
use serde::Deserialize;

#[derive(Clone)]
struct Sum {
    tools: Arc<ToolRouter<Self>>,
}

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    a: i64,
    b: i64,
}

#[tool_router]
impl Sum {
    /// Adds two numbers.
    #[tool]
    async fn add(&self, Parameters(Arguments { a, b }): Parameters<Arguments>) -> String {
        (a + b).to_string()
    }
}

#[tool_handler(router = self.tools)]
impl ServerHandler for Sum {}

pub(super) fn router(tools: usize) -> Router {
    let mut router = Sum::tool_router();
    let add = router.map.values().next().cloned();
    for (number, mut tool) in std::iter::repeat_n(add, tools).flatten().enumerate().skip(1) {
        tool.attr.name = format!("tool{number:04}").into();
        router.add_route(tool);
    }
    let sum = Sum { tools: Arc::new(router) };
    let mut config = StreamableHttpServerConfig::default();
    config.json_response = true;
    let service =
        StreamableHttpService::new(move || Ok(sum.clone()), Arc::new(LocalSessionManager::default()), config);
    Router::new().route_service("/mcp", service)
}
