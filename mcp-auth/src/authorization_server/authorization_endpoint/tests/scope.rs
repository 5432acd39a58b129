//! Scopes that are asked for.

use super::{Plan, World, authorize, offered, refusal};

async fn offers(world: &World, scope: Option<&str>) -> Vec<String> {
    offered(&world.browser().get(&authorize(&[("scope", scope)])).await)
}

#[tokio::test]
async fn what_is_asked_and_known_is_offered_in_the_order_of_the_catalogue() {
    let world = World::new().await;
    for (asked, offered) in [
        ("notes:write notes:read", &["notes:read", "notes:write"][..]),
        ("notes:read notes:read", &["notes:read"]),
        // Claude and others ask for what they remember of elsewhere.
        ("openid claudeai notes:read offline_access", &["notes:read"]),
        ("  notes:admin ", &["notes:admin"]),
    ] {
        assert_eq!(offers(&world, Some(asked)).await, offered, "{asked}");
    }
    for unknown in ["openid", "NOTES:READ", "notes", "openid offline_access", "notes:read,notes:write"] {
        assert_eq!(refusal(&world, &[("scope", Some(unknown))]).await, "invalid_scope", "{unknown}");
    }
}

#[tokio::test]
async fn who_asks_for_nothing_is_offered_what_a_first_challenge_names() {
    let world = World::new().await;
    for nothing in [None, Some(""), Some("  "), Some("offline_access")] {
        assert_eq!(
            offers(&world, nothing).await,
            ["notes:read", "notes:write", "notes:admin"],
            "{nothing:?}"
        );
    }
    let world = World::of(Plan { requires: vec!["notes:read"], ..Plan::default() }).await;
    assert_eq!(offers(&world, None).await, ["notes:read"]);
}

#[tokio::test]
async fn what_the_server_requires_is_always_part_of_it() {
    let world = World::of(Plan { requires: vec!["notes:read"], ..Plan::default() }).await;
    assert_eq!(offers(&world, Some("notes:admin")).await, ["notes:read", "notes:admin"]);
    let world = World::of(Plan { requires: vec!["base"], ..Plan::default() }).await;
    assert_eq!(
        offers(&world, Some("notes:admin")).await,
        ["notes:admin", "base"],
        "also outside of the catalogue"
    );
}

#[tokio::test]
async fn a_server_without_scopes_can_be_asked_for_anything() {
    let world = World::of(Plan { scopes: vec![], ..Plan::default() }).await;
    for asked in [None, Some("whatever")] {
        let mut browser = world.browser();
        let page = browser.get(&authorize(&[("scope", asked)])).await;
        assert!(offered(&page).is_empty());
        let back = browser.sign_in(&page, "alice").await;
        assert!(world.code(&back).await.scopes.is_empty());
    }
}
