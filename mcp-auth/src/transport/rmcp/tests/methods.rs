//! Every request and notification of the protocol that is not a tool call, with parameters that fit.

use serde_json::{Value, json};

/// One method of the protocol.
#[derive(Clone, Copy)]
pub(super) struct Method {
    /// Its name on the wire.
    pub(super) name: &'static str,
    /// What of the user's handler it reaches, in order.
    pub(super) reaches: &'static [&'static str],
    /// Whether it exists in protocol version 2026-07-28 only.
    pub(super) modern: bool,
    params: fn() -> Value,
}

impl Method {
    pub(super) fn params(&self) -> Value {
        (self.params)()
    }
}

/// `name => reaches, params`, of both protocol versions or the older one.
macro_rules! methods {
    ($($name:literal $($modern:ident)? => [$($reaches:literal),*], $params:tt;)+) => {
        &[$(Method {
            name: $name,
            reaches: &[$($reaches),*],
            modern: methods!(@modern $($modern)?),
            params: || json!($params),
        }),+]
    };
    (@modern modern) => { true };
    (@modern) => { false };
}

pub(super) const REQUESTS: &[Method] = methods! {
    "initialize" => ["initialize"], {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": { "name": "pipe", "version": "1" }
    };
    "server/discover" modern => ["discover"], {};
    "ping" => ["ping"], {};
    "tools/list" => [], {};
    "prompts/list" => ["list_prompts"], {};
    "prompts/get" => ["get_prompt"], { "name": "x" };
    "resources/list" => ["list_resources"], {};
    "resources/templates/list" => ["list_resource_templates"], {};
    "resources/read" => ["read_resource"], { "uri": "x://y" };
    "completion/complete" => ["complete"], {
        "ref": { "type": "ref/prompt", "name": "x" },
        "argument": { "name": "x", "value": "y" }
    };
    "subscriptions/listen" modern => ["accepted_subscription_filter", "listen"], {
        "notifications": { "toolsListChanged": true }
    };
    "resources/subscribe" => ["subscribe"], { "uri": "x://y" };
    "resources/unsubscribe" => ["unsubscribe"], { "uri": "x://y" };
    "tasks/get" => ["get_task"], { "taskId": "x" };
    "tasks/update" => ["update_task"], { "taskId": "x", "inputResponses": {} };
    "tasks/cancel" => ["cancel_task"], { "taskId": "x" };
    "skills/list" => ["list_skills"], {};
    "skills/get" => ["get_skill"], { "uri": "skill://x/SKILL.md" };
    "resources/directory/read" => ["read_resource_directory"], { "uri": "skill://x/" };
    "logging/setLevel" => ["set_level"], { "level": "info" };
    "com.example/own" => ["on_custom_request"], {};
    // Known to older or newer versions of the protocol, not to rmcp.
    "tasks/list" => ["on_custom_request"], {};
};

pub(super) const NOTIFICATIONS: &[Method] = methods! {
    "notifications/initialized" => ["on_initialized"], {};
    "notifications/cancelled" => ["on_cancelled"], { "requestId": 3, "reason": "x" };
    "notifications/progress" => ["on_progress"], { "progressToken": "x", "progress": 1 };
    "notifications/roots/list_changed" => ["on_roots_list_changed"], {};
    "notifications/com.example/own" => ["on_custom_notification"], {};
};

/// The methods that a group's declaration opens; `None`: those that are open to every caller of the server.
pub(super) fn group(method: &str) -> Option<&'static str> {
    Some(match method {
        "prompts/list" | "prompts/get" => "prompts",
        "resources/list" | "resources/templates/list" | "resources/read" => "resources",
        "completion/complete" => "completions",
        "subscriptions/listen" | "resources/subscribe" | "resources/unsubscribe" => "subscriptions",
        "tasks/get" | "tasks/update" | "tasks/cancel" => "tasks",
        "skills/list" | "skills/get" | "resources/directory/read" => "skills",
        "logging/setLevel" => "logging",
        "com.example/own" | "tasks/list" | "notifications/com.example/own" => "custom",
        _ => return None,
    })
}
