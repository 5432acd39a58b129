//! Lists that pretend to change.

use crate::subscriptions::Subscriptions;

pub(crate) async fn tools_changed(subscriptions: &Subscriptions) -> &'static str {
    for subscriber in subscriptions.open() {
        // A subscriber that left meanwhile misses nothing.
        let _ = subscriber.notify_tool_list_changed().await;
    }
    "Tool list change triggered"
}

pub(crate) async fn prompts_changed(subscriptions: &Subscriptions) -> &'static str {
    for subscriber in subscriptions.open() {
        let _ = subscriber.notify_prompt_list_changed().await;
    }
    "Prompt list change triggered"
}
