//! Resource indicators.

use super::{super::super::sign_in::tests::support::RESOURCE, Plan, World, authorize, refusal};

#[tokio::test]
async fn s22_a_resource_that_is_none_of_ours_is_refused() {
    let world = World::new().await;
    for resource in [
        "https://other.example/mcp",
        "https://mcp.example.com",
        "https://mcp.example.com/",
        "https://mcp.example.com/mcp2",
        "https://mcp.example.com/mcp/more",
        "https://mcp.example.com/mcp//",
        "https://mcp.example.com/mcp#fragment",
        "https://mcp.example.com/mcp?query",
        "https://mcp.example.com:443/mcp",
        "https://MCP.example.com/mcp",
        "http://mcp.example.com/mcp",
        "https://user@mcp.example.com/mcp",
        "//mcp.example.com/mcp",
        "/mcp",
        "mcp",
        "é",
    ] {
        assert_eq!(refusal(&world, &[("resource", Some(resource))]).await, "invalid_target", "{resource}");
    }
}

#[tokio::test]
async fn one_slash_too_many_and_the_same_once_more_are_forgiven() {
    let world = World::new().await;
    for more in ["", "&resource=https://mcp.example.com/mcp", "&resource=https://mcp.example.com/mcp/"] {
        let url = format!("{}{more}", authorize(&[("resource", Some("https://mcp.example.com/mcp/"))]));
        let mut browser = world.browser();
        let page = browser.get(&url).await;
        let back = browser.sign_in(&page, "alice").await;
        assert_eq!(world.code(&back).await.resource, RESOURCE, "{more}");
    }
    let two = format!("{}&resource=https://other.example", authorize(&[]));
    assert_eq!(world.browser().get(&two).await.answer("error").as_deref(), Some("invalid_target"));
}

#[tokio::test]
async fn without_a_resource_the_only_one_is_meant() {
    let world = World::new().await;
    assert!(world.browser().get(&authorize(&[("resource", None)])).await.is_consent_page());
    let two = Plan { resources: vec![RESOURCE, "https://mcp.example.com/other"], ..Plan::default() };
    let world = World::of(two).await;
    assert_eq!(refusal(&world, &[("resource", None)]).await, "invalid_target");
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[("resource", Some("https://mcp.example.com/other"))])).await;
    let back = browser.sign_in(&page, "alice").await;
    assert_eq!(world.code(&back).await.resource, "https://mcp.example.com/other");
}
