//! The development sign-in: pick a name.

use super::support::{Browser, Plan, Seen, World, authorize, query};

async fn world() -> World {
    World::of(Plan {
        issuer: "http://localhost:3000",
        resources: vec!["http://localhost:3000/mcp"],
        providers: vec!["development"],
        ..Plan::default()
    })
    .await
}

/// The page on which a name is picked.
async fn pick(browser: &mut Browser<'_>) -> Seen {
    let page = browser.get(&authorize(&[("resource", None)])).await;
    let departure = browser.press(&page, ("decision", "allow")).await;
    browser.get(&departure.location()).await
}

#[tokio::test]
async fn a_name_is_picked_and_the_code_is_theirs() {
    let world = world().await;
    let mut browser = world.browser();
    let page = pick(&mut browser).await;
    let back = browser.press(&page, ("name", "Alice")).await;
    let code = world.code(&back).await;
    assert_eq!((code.person.subject().as_str(), code.upstream), ("development:alice", None));
    let page = browser.get(&authorize(&[("resource", None)])).await;
    assert!(page.text().contains("Alice"));
    assert!(browser.press(&page, ("decision", "allow")).await.answer("code").is_some());
    let page = browser.get(&authorize(&[("resource", None)])).await;
    let switched = browser.press(&page, ("decision", "switch")).await;
    let departure = browser.press(&switched, ("decision", "allow")).await;
    let page = browser.get(&departure.location()).await;
    let back = browser.press(&page, ("name", "bob")).await;
    assert_eq!(world.code(&back).await.person.subject(), "development:bob");
}

#[tokio::test]
async fn a_name_that_is_none_is_asked_for_again_and_the_page_can_be_reloaded() {
    let world = world().await;
    let mut browser = world.browser();
    let page = pick(&mut browser).await;
    for name in ["", " ", "a b", "<script>", &"a".repeat(65)] {
        let again = browser.post(&page.action(), &with_name(&page, name)).await;
        assert_eq!(again.status.as_u16(), 400);
        assert!(again.body.contains("name=\"name\"") && !again.body.contains("<script"), "{}", again.body);
    }
    let back = browser.post(&page.action(), &with_name(&page, "alice")).await;
    assert!(back.answer("code").is_some());
    let state = &page.fields(("", "")).into_iter().find(|(name, _)| name == "state").unwrap().1;
    browser.get(&format!("/development/pick-name?state={state}")).await.error_page(400);
    browser.post(&page.action(), &with_name(&page, "alice")).await.error_page(400);
}

#[tokio::test]
async fn s30_s33_t17_names_are_picked_in_the_browser_that_agreed_and_on_our_page() {
    let world = world().await;
    let (mut browser, mut other) = (world.browser(), world.browser());
    let page = browser.get(&authorize(&[("resource", None)])).await;
    let departure = browser.press(&page, ("decision", "allow")).await;
    let url = departure.location();
    let page = browser.get(&url).await;
    other.get(&url).await.error_page(403);
    other.get(&authorize(&[("resource", None)])).await;
    other.get(&url).await.error_page(403);
    other.post(&page.action(), &with_name(&page, "mallory")).await.error_page(403);
    browser.from = vec![("sec-fetch-site", "cross-site".to_owned())];
    browser.post(&page.action(), &with_name(&page, "mallory")).await.error_page(403);
    browser.from.clear();
    // A link is no form.
    let state = query(&url, "state").unwrap();
    browser.get(&format!("/development/callback?code=mallory&state={state}")).await.error_page(400);
    assert!(browser.post(&page.action(), &with_name(&page, "alice")).await.answer("code").is_some());
}

/// A tunnel or a proxy in front that writes `Host: localhost` brings the whole internet to a sign-in without a password. Most
/// of them say so.
#[tokio::test]
async fn no_name_is_picked_through_a_proxy() {
    let world = world().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[("resource", None)])).await;
    let url = browser.press(&page, ("decision", "allow")).await.location();
    let page = browser.get(&url).await;
    for header in ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via", "cf-connecting-ip"]
    {
        browser.from = vec![(header, "203.0.113.9".to_owned())];
        browser.get(&url).await.error_page(403);
        browser.post(&page.action(), &with_name(&page, "mallory")).await.error_page(403);
    }
    browser.from.clear();
    assert!(browser.post(&page.action(), &with_name(&page, "alice")).await.answer("code").is_some());
}

fn with_name(page: &Seen, name: &str) -> Vec<(String, String)> {
    let mut fields = page.fields(("", ""));
    fields.retain(|(known, _)| known == "state");
    fields.push(("name".to_owned(), name.to_owned()));
    fields
}
