//! What reaches the log, and what a copy of the database holds.

use super::support::{Browser, Plan, Seen, World, authorize, query};
use crate::{authenticate::tests::log::Log, store::Digest};

const STATE: &str = "state-that-only-the-client-knows";

/// Everything that opens something, from a whole flow with its detours.
async fn walk(world: &World, browser: &mut Browser<'_>) -> Vec<String> {
    let url = authorize(&[("state", Some(STATE))]);
    let page = browser.get(&url).await;
    let departure = browser.press(&page, ("decision", "allow")).await;
    let mut secrets = vec![STATE.to_owned(), ticket(&page), query(&departure.location(), "state").unwrap()];
    let back = browser.come_back(&departure, "alice.code-of-the-provider").await;
    secrets.push(back.answer("code").unwrap());
    secrets.extend(browser.cookies.values().cloned());
    // Once more, too late; in another browser; refused; with a session; by name; and with what nobody can read.
    browser.come_back(&departure, "alice.code-of-the-provider").await;
    let mut other = world.browser();
    let refused = other.press(&page, ("decision", "allow")).await;
    secrets.push(ticket(&refused));
    let departure = other.press(&refused, ("decision", "allow")).await;
    secrets.push(query(&departure.location(), "state").unwrap());
    browser.come_back(&departure, "alice.code-of-the-provider").await;
    for code in ["refused", "unavailable", "misconfigured"] {
        let page = other.get(&url).await;
        let departure = other.press(&page, ("decision", "allow")).await;
        other.come_back(&departure, code).await;
    }
    let page = browser.get(&url).await;
    let back = browser.press(&page, ("decision", "allow")).await;
    secrets.push(back.answer("code").unwrap());
    other.get(&format!("{url}&state=twice")).await;
    other.get(&format!("{url}&scope=twice")).await;
    other.get(&authorize(&[("state", Some(STATE)), ("redirect_uri", Some("https://evil.example/"))])).await;
    let arrivals = world.arrivals.lock().unwrap();
    secrets.extend(arrivals.iter().map(|(_, verifier)| verifier.clone()));
    secrets.extend(["code-of-the-provider", "upstream token of"].map(str::to_owned));
    secrets
}

fn ticket(page: &Seen) -> String {
    let fields = page.fields(("", ""));
    fields.into_iter().find(|(name, _)| name == "ticket").expect("a ticket").1
}

#[tokio::test]
async fn r43_whatever_happens_on_the_way_the_log_holds_nothing_that_opens_anything() {
    let world = World::new().await;
    let log = Log::capture();
    let secrets = walk(&world, &mut world.browser()).await;
    let text = log.text();
    assert!(text.contains("a person allowed a client"), "the log is on: {text}");
    assert!(text.contains("https://evil.example/"), "it says what was wrong: {text}");
    for secret in &secrets {
        assert!(!text.contains(secret.as_str()), "{secret} is in the log:\n{text}");
    }
}

#[tokio::test]
async fn s35_a_copy_of_the_database_holds_nothing_that_opens_anything() {
    let world = World::of(Plan { on_disk: true, ..Plan::default() }).await;
    let mut browser = world.browser();
    let secrets = walk(&world, &mut browser).await;
    let page = browser.get(&authorize(&[("prompt", Some("login"))])).await;
    browser.press(&page, ("decision", "allow")).await;
    let file = world.files();
    assert!(holds(&file, Digest::of(&secrets[3]).as_bytes()), "the code, as its digest");
    for secret in &secrets {
        assert!(!holds(&file, secret.as_bytes()), "{secret} is in the database");
    }
}

fn holds(file: &[u8], bytes: &[u8]) -> bool {
    file.windows(bytes.len()).any(|window| window == bytes)
}
