//! What people do with browsers.

use super::support::{Plan, World, authorize};

#[tokio::test]
async fn two_tabs_each_get_their_code() {
    let world = World::new().await;
    let mut browser = world.browser();
    let first = browser.get(&authorize(&[("state", Some("1"))])).await;
    let second = browser.get(&authorize(&[("state", Some("2"))])).await;
    let (to_first, to_second) = (
        browser.press(&first, ("decision", "allow")).await,
        browser.press(&second, ("decision", "allow")).await,
    );
    let second = browser.come_back(&to_second, "alice").await;
    let first = browser.come_back(&to_first, "alice").await;
    assert_eq!(
        (first.answer("state").unwrap(), second.answer("state").unwrap()),
        ("1".to_owned(), "2".to_owned())
    );
    assert_ne!(first.answer("code"), second.answer("code"));
    assert_eq!(world.code(&first).await.person, world.code(&second).await.person);
}

/// The page said that a sign-in comes next, and it does.
#[tokio::test]
async fn a_tab_that_is_older_than_the_sign_in_of_another_goes_on() {
    let world = World::new().await;
    let mut browser = world.browser();
    let older = browser.get(&authorize(&[("state", Some("older"))])).await;
    let page = browser.get(&authorize(&[])).await;
    browser.sign_in(&page, "alice").await;
    let back = browser.sign_in(&older, "alice").await;
    assert_eq!(back.answer("state").as_deref(), Some("older"));
    assert!(back.answer("code").is_some());
}

#[tokio::test]
async fn reloading_going_back_and_clicking_twice_break_nothing() {
    let world = World::of(Plan { providers: vec!["idp", "corp"], ..Plan::default() }).await;
    let mut browser = world.browser();
    let url = authorize(&[]);
    let page = browser.get(&url).await;
    let reloaded = browser.get(&url).await;
    assert!(reloaded.is_consent_page());
    // Twice on each, and back to the first.
    for page in [&page, &page, &reloaded, &page] {
        let choice = browser.press(page, ("decision", "allow")).await;
        let first = browser.press(&choice, ("provider", "idp")).await;
        let second = browser.press(&choice, ("provider", "corp")).await;
        assert!(first.location().starts_with("https://idp.example/"));
        assert!(browser.come_back(&second, "alice").await.answer("code").is_some());
    }
    // No, and then yes after all.
    let page = browser.get(&url).await;
    assert_eq!(
        browser.press(&page, ("decision", "deny")).await.answer("error").as_deref(),
        Some("access_denied")
    );
    assert!(browser.press(&page, ("decision", "allow")).await.answer("code").is_some());
}
