//! Who may open `subscriptions/listen`: whoever may list the tools may hear that the list has changed.

use rmcp::model::SubscriptionFilter;
use serde::Deserialize;

use crate::{
    authorize::{Group, Operation},
    tool::Registry,
};

pub(super) const METHOD: &str = "subscriptions/listen";

/// The operation that a `subscriptions/listen` for `requested` is. Where tools do not change it is what the server's
/// own handler does, under its key; where they do, news of them are for everybody who may list them.
pub(crate) fn operation(registry: &Registry, requested: Option<&SubscriptionFilter>) -> Operation<'static> {
    let ours = registry.live().is_some()
        && (registry.policy.group(Group::Subscriptions).is_none() || requested.is_some_and(only_tools));
    if ours { Operation::Open } else { Operation::Group(Group::Subscriptions) }
}

/// Whether nothing but changes of the tools is asked for.
pub(crate) fn only_tools(requested: &SubscriptionFilter) -> bool {
    let tools = SubscriptionFilter::builder().tools_list_changed().build();
    requested.tools_list_changed == Some(true) && requested.is_subset_of(&tools)
}

/// What the body of a `subscriptions/listen` asks for; `None` if it cannot be read.
pub(super) fn requested(body: &[u8]) -> Option<SubscriptionFilter> {
    #[derive(Deserialize)]
    struct Message {
        params: Params,
    }
    #[derive(Deserialize)]
    struct Params {
        notifications: SubscriptionFilter,
    }
    serde_json::from_slice::<Message>(body).ok().map(|message| message.params.notifications)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_changes_of_tools_are_for_everybody_who_may_list() {
        let only = |notifications: &str| {
            let body = format!(
                r#"{{"method":"subscriptions/listen","params":{{"notifications":{notifications}}}}}"#
            );
            requested(body.as_bytes()).is_some_and(|requested| only_tools(&requested))
        };
        assert!(only(r#"{"toolsListChanged":true}"#));
        assert!(only(r#"{"toolsListChanged":true,"promptsListChanged":false}"#));
        for more in [
            "{}",
            r#"{"toolsListChanged":false}"#,
            r#"{"toolsListChanged":true,"promptsListChanged":true}"#,
            r#"{"toolsListChanged":true,"resourcesListChanged":true}"#,
            r#"{"toolsListChanged":true,"resourceSubscriptions":["a://b"]}"#,
            r#"{"toolsListChanged":true,"toolsListChanged":true}"#,
        ] {
            assert!(!only(more), "{more}");
        }
    }
}
