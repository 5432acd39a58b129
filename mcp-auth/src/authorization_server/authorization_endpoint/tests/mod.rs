//! The table of checks, line by line.

mod challenge;
mod client;
mod request;
mod resource;
mod scope;

use super::super::sign_in::tests::support::{Plan, Seen, World, authorize};

/// What a client is told about a good request with these changes.
async fn refusal(world: &World, changes: &[(&str, Option<&str>)]) -> String {
    let seen = world.browser().get(&authorize(changes)).await;
    seen.answer("error").unwrap_or_else(|| panic!("no refusal: {}", seen.location()))
}

/// The names of the scopes that the consent page offers.
fn offered(page: &Seen) -> Vec<String> {
    assert!(page.is_consent_page(), "{}", page.text());
    let fields = page.fields(("decision", "allow"));
    fields.into_iter().filter(|(name, _)| name == "scope").map(|(_, value)| value).collect()
}
