//! What the server says about itself: its tools, and of the user's own capabilities those that somebody may use.

use rmcp::model::{SKILLS_EXTENSION_ID, ServerCapabilities, ServerConfig, TASKS_EXTENSION_ID};

use super::own::OwnHandler;
use crate::{authorize::Group, tool::Registry};

/// Asked often by rmcp, so made once.
pub(super) fn info(registry: &Registry, own: &dyn OwnHandler) -> ServerConfig {
    let theirs = own.get_info();
    let capabilities = usable(registry, theirs.capabilities);
    let mut info = ServerConfig::new(capabilities).with_server_info(registry.implementation.clone());
    info.instructions = registry.instructions.map(str::to_owned).or(theirs.instructions);
    info
}

fn usable(registry: &Registry, mut capabilities: ServerCapabilities) -> ServerCapabilities {
    let may = |group| registry.policy.group(group).is_some();
    let tools = capabilities.tools.get_or_insert_default();
    if registry.live().is_some() {
        tools.list_changed = Some(true);
    }
    capabilities.prompts = capabilities.prompts.filter(|_| may(Group::Prompts));
    // Skills are resources too: rmcp does not serve them where resources are not advertised.
    capabilities.resources = capabilities.resources.filter(|_| may(Group::Resources) || may(Group::Skills));
    if let Some(resources) = &mut capabilities.resources {
        resources.subscribe = resources.subscribe.filter(|_| may(Group::Subscriptions));
    }
    capabilities.completions = capabilities.completions.filter(|_| may(Group::Completions));
    capabilities.logging = capabilities.logging.filter(|_| may(Group::Logging));
    if let Some(extensions) = &mut capabilities.extensions {
        extensions.retain(|id, _| match id.as_str() {
            TASKS_EXTENSION_ID => may(Group::Tasks),
            SKILLS_EXTENSION_ID => may(Group::Skills),
            _ => true,
        });
    }
    capabilities.extensions = capabilities.extensions.filter(|extensions| !extensions.is_empty());
    capabilities
}
