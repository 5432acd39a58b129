//! A store that cannot answer.

use http::header;

use super::support::{Plan, World, authorize};

async fn world() -> World {
    World::of(Plan { on_disk: true, ..Plan::default() }).await
}

#[tokio::test]
async fn before_the_way_back_is_known_a_fault_of_ours_is_a_page_with_503() {
    let world = world().await;
    world.break_table("clients");
    let seen = world.browser().get(&authorize(&[])).await;
    seen.error_page(503);
    assert!(seen.headers.get(header::RETRY_AFTER).is_some());
}

/// The person can reload; nothing of their sign-in is lost.
#[tokio::test]
async fn at_the_callback_too_as_long_as_the_sign_in_is_not_taken() {
    let world = world().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    let departure = browser.press(&page, ("decision", "allow")).await;
    world.break_table("sign_ins");
    browser.come_back(&departure, "alice").await.error_page(503);
    assert!(world.arrivals.lock().unwrap().is_empty());
    world.mend_table("sign_ins");
    assert!(browser.come_back(&departure, "alice").await.answer("code").is_some());
}

#[tokio::test]
async fn s19_afterwards_the_client_is_told_to_try_again() {
    for table in ["sign_ins", "upstream_tokens", "sessions", "consents", "codes"] {
        let world = world().await;
        let mut browser = world.browser();
        let page = browser.get(&authorize(&[])).await;
        let seen = if table == "sign_ins" {
            world.break_table(table);
            browser.press(&page, ("decision", "allow")).await
        } else {
            let departure = browser.press(&page, ("decision", "allow")).await;
            world.break_table(table);
            browser.come_back(&departure, "alice").await
        };
        assert_eq!(seen.answer("error").as_deref(), Some("temporarily_unavailable"), "{table}");
        assert_eq!(seen.answer("state").as_deref(), Some("state of the client"));
        assert_eq!(seen.answer("iss").as_deref(), Some(world.core.issuer.as_str()));
    }
}

/// Nobody is taken for somebody, or for nobody, because it cannot be known.
#[tokio::test]
async fn whoever_cannot_be_recognised_is_told_so() {
    let world = world().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    browser.sign_in(&page, "alice").await;
    for table in ["sessions", "upstream_tokens", "consents"] {
        world.break_table(table);
        browser.get(&authorize(&[])).await.error_page(503);
        world.mend_table(table);
    }
    assert!(browser.get(&authorize(&[])).await.text().contains("alice of idp"));
}
