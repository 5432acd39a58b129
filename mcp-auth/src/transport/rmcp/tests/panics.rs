//! A panic in the user's handler, before or after there is a future, is an answer of that request, and of nothing else.

use std::sync::Arc;

use mcp_auth_macros::server;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        GetPromptRequestParams, GetPromptResponse, ListPromptsResult, PaginatedRequestParams, ServerConfig,
        SubscriptionFilter,
    },
    service::RequestContext,
};
use serde_json::json;

use super::wire::{Who, serve};

/// Panics before and after its first `await`.
struct Fragile;

#[server(crate = "crate", prompts(public), subscriptions(public))]
impl Fragile {
    #[tool(public)]
    fn hello(&self) -> &'static str {
        "hello"
    }
}

impl ServerHandler for Fragile {
    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        tokio::task::yield_now().await;
        panic!("the secret of {}", request.name)
    }

    fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> impl Future<Output = Result<ListPromptsResult, ErrorData>> + Send + '_ {
        assert!(Arc::strong_count(&Arc::new(())) > 1, "the secret of the list");
        async { Ok(ListPromptsResult::default()) }
    }

    fn accepted_subscription_filter(&self, _: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        panic!("the secret of the filter")
    }

    fn get_info(&self) -> ServerConfig {
        let capabilities = serde_json::from_value(json!({ "prompts": {} })).unwrap();
        ServerConfig::new(capabilities)
    }
}

#[tokio::test]
async fn the_request_is_answered_and_the_server_lives_on() {
    for (method, params) in [("prompts/get", json!({ "name": "x" })), ("prompts/list", json!({}))] {
        let mut pipe = serve(Fragile, Who::Anonymous, false);
        let answer = pipe.ask(method, params).await;
        assert_eq!(answer["error"]["code"], -32603, "{answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.starts_with("internal error, reference "), "{message}");
        assert!(!answer.to_string().contains("secret"), "{answer}");
        let after = pipe.call("hello", json!({})).await;
        assert_eq!(after["result"]["content"][0]["text"], "hello");
    }
}

/// It is asked without a future, and before the rule of the method.
#[tokio::test]
async fn a_filter_that_panics_accepts_nothing() {
    let mut pipe = serve(Fragile, Who::Anonymous, true);
    let answer = pipe.ask("subscriptions/listen", json!({ "notifications": {} })).await;
    assert_eq!(answer["error"]["code"], -32601, "{answer}");
}
