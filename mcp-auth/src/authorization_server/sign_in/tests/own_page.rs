//! A person's own page.

use std::time::Duration;

use super::support::{Browser, CLIENT, Plan, RESOURCE, Seen, World, authorize};
use crate::store::{Digest, GrantFilter, GrantRecord, Person, RefreshTokenRecord};

/// Somebody allows the client, and it takes its code: a grant.
async fn allow(world: &World, browser: &mut Browser<'_>, name: &str) -> GrantRecord {
    let page = browser.get(&authorize(&[])).await;
    let back = if page.text().contains("Signed in as") {
        browser.press(&page, ("decision", "allow")).await
    } else {
        browser.sign_in(&page, name).await
    };
    let code = world.code(&back).await;
    let now = world.core.now();
    let grant = GrantRecord {
        id: format!("grant of {:?}", code.code),
        person: code.person,
        client_id: code.client_id,
        resource: code.resource,
        scopes: code.scopes,
        upstream: code.upstream,
        created_at: now,
        expires_at: now.plus(Duration::from_secs(86_400)),
        ended_at: None,
    };
    let token = RefreshTokenRecord {
        token: Digest::of(&grant.id),
        grant: grant.id.clone(),
        issued_at: now,
        expires_at: grant.expires_at,
    };
    world.core.store.redeem(&code.code, grant.clone(), token, now).await.unwrap();
    grant
}

async fn live(world: &World, id: &str) -> Vec<String> {
    let person = Person { provider: "idp".to_owned(), id: id.to_owned(), name: String::new() };
    let filter = GrantFilter { person: Some(person), client_id: None };
    let grants = world.core.store.grants(&filter, None, 10, world.core.now()).await.unwrap();
    grants.into_iter().map(|grant| grant.id).collect()
}

async fn remembered(world: &World, grant: &GrantRecord) -> bool {
    world.core.store.consent(&grant.person, CLIENT, RESOURCE).await.unwrap().is_some()
}

fn is_list(page: &Seen) -> bool {
    page.body.contains("value=\"sign-out\"")
}

#[tokio::test]
async fn s75_a_person_sees_what_they_allowed_and_ends_it() {
    let world = World::new().await;
    let mut browser = world.browser();
    let first = allow(&world, &mut browser, "alice").await;
    let second = allow(&world, &mut browser, "alice").await;
    let mut other = world.browser();
    let bobs = allow(&world, &mut other, "bob").await;
    let page = browser.get("/grants").await;
    assert!(is_list(&page), "{}", page.text());
    for text in
        ["alice of idp", "A client", "unverified", "Notes", "Does something.", "notes:read", "2027-01-15"]
    {
        assert!(page.text().contains(text), "{text}: {}", page.text());
    }
    for (header, value) in [("cache-control", "no-store"), ("x-frame-options", "DENY")] {
        assert_eq!(page.headers[header], value);
    }
    assert!(page.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    assert!(page.body.contains(&first.id) && page.body.contains(&second.id) && !page.body.contains(&bobs.id));

    // Somebody else's grant is none, whatever is posted.
    browser.press(&page, ("end", &bobs.id)).await;
    assert_eq!(live(&world, "bob").await.len(), 1);

    let page = browser.press(&page, ("end", &first.id)).await;
    assert!(is_list(&page) && page.text().contains("has no access any more"), "{}", page.text());
    assert_eq!(live(&world, "alice").await, std::slice::from_ref(&second.id));
    assert!(world.core.ended.contains(&first.id) && !world.core.ended.contains(&second.id));
    assert!(!remembered(&world, &first).await && remembered(&world, &bobs).await, "its consent is forgotten");

    // The last one: the sign-in at the provider ends with it, and so does the session here.
    let page = browser.press(&page, ("end", &second.id)).await;
    assert!(page.text().contains("has no access any more") && !is_list(&page), "{}", page.text());
    assert!(live(&world, "alice").await.is_empty() && browser.cookie("session").is_none());
    assert_eq!(world.core.store.upstream_token(&second.upstream.unwrap()).await.unwrap(), None);
    assert!(is_list(&other.get("/grants").await));
}

#[tokio::test]
async fn s75_all_can_be_ended_at_once() {
    let world = World::new().await;
    let mut browser = world.browser();
    let first = allow(&world, &mut browser, "alice").await;
    allow(&world, &mut browser, "alice").await;
    let page = browser.get("/grants").await;
    let page = browser.press(&page, ("decision", "end-all")).await;
    assert!(page.text().contains("No app has access any more"), "{}", page.text());
    assert!(live(&world, "alice").await.is_empty() && !remembered(&world, &first).await);
}

#[tokio::test]
async fn a_person_signs_in_for_their_page_and_out_again() {
    for providers in [vec!["idp"], vec!["idp", "second"]] {
        let world = World::of(Plan { providers, ..Plan::default() }).await;
        let mut elsewhere = world.browser();
        if world.core.providers.len() == 1 {
            allow(&world, &mut elsewhere, "alice").await;
        }
        let mut browser = world.browser();
        let page = browser.get("/grants").await;
        assert!(!is_list(&page) && page.text().contains("Sign in to see"), "{}", page.text());
        let departure = browser.press(&page, ("provider", "idp")).await;
        let back = browser.come_back(&departure, "alice").await;
        if world.core.providers.len() > 1 {
            // Of somebody who has allowed nothing, nothing is kept.
            assert!(back.text().contains("No app has access"), "{}", back.text());
            assert!(browser.cookie("session").is_none());
            continue;
        }
        assert_eq!(back.location(), "https://mcp.example.com/grants");
        let page = browser.get(&back.location()).await;
        assert!(is_list(&page) && page.text().contains("alice of idp"), "{}", page.text());
        // What came back once does not come back again.
        browser.come_back(&departure, "alice").await.error_page(400);
        let old = browser.cookies.clone();
        let page = browser.press(&page, ("decision", "sign-out")).await;
        assert!(!is_list(&page) && page.text().contains("You are signed out"), "{}", page.text());
        let mut thief = world.browser();
        thief.cookies = old;
        assert!(!is_list(&thief.get("/grants").await));
        for code in ["refused", "unavailable", "misconfigured"] {
            let page = browser.get("/grants").await;
            let departure = browser.press(&page, ("provider", "idp")).await;
            let answer = browser.come_back(&departure, code).await;
            assert!(!answer.body.contains("<form"), "{code}");
            assert!(!is_list(&browser.get("/grants").await), "{code}");
        }
    }
}

#[tokio::test]
async fn s31_a_form_of_the_own_page_counts_for_one_browser_and_person_and_a_while() {
    let world = World::new().await;
    let mut browser = world.browser();
    let grant = allow(&world, &mut browser, "alice").await;
    let good = browser.get("/grants").await;
    let end = ("end", grant.id.as_str());
    let lives = async || live(&world, "alice").await.len() == 1;

    // Without the ticket, or with a made-up one.
    for ticket in [None, Some(""), Some("AAAA")] {
        let mut fields = good.fields(end);
        fields.retain(|(name, _)| name != "ticket");
        fields.extend(ticket.map(|ticket| ("ticket".to_owned(), ticket.to_owned())));
        let page = browser.post("/grants", &fields).await;
        assert!(lives().await && page.text().contains("out of date"), "{ticket:?}: {}", page.text());
    }
    // In another browser of the same person.
    let mut second = world.browser();
    let page = second.get("/grants").await;
    let departure = second.press(&page, ("provider", "idp")).await;
    second.come_back(&departure, "alice").await;
    second.post("/grants", &good.fields(end)).await;
    assert!(lives().await);
    // From another site's page.
    for from in [
        vec![("sec-fetch-site", "cross-site".to_owned())],
        vec![("origin", "https://evil.example".to_owned())],
    ] {
        browser.from = from;
        browser.press(&good, end).await.error_page(403);
        assert!(lives().await);
    }
    browser.from = Vec::new();
    // A ticket of the page of nobody is none of a person's.
    let nobodys = world.browser().get("/grants").await;
    let mut fields = nobodys.fields(end);
    fields.retain(|(name, _)| name != "provider");
    browser.post("/grants", &fields).await;
    assert!(lives().await);
    // GET changes nothing.
    browser
        .get(&format!("/grants?end={}&decision=end-all", super::support::encoded(&[("", &grant.id)])))
        .await;
    assert!(lives().await);
    // Too late.
    world.clock.advance(Duration::from_secs(10 * 60));
    browser.press(&good, end).await;
    assert!(lives().await);
    let fresh = browser.get("/grants").await;
    browser.press(&fresh, end).await;
    assert!(!lives().await);
}

/// A store that fails leaves the person an error page, and the grant as it was.
#[tokio::test]
async fn s80_what_cannot_be_ended_now_is_not_said_to_have_ended() {
    let world = World::of(Plan { on_disk: true, ..Plan::default() }).await;
    let mut browser = world.browser();
    let grant = allow(&world, &mut browser, "alice").await;
    let page = browser.get("/grants").await;
    world.break_table("grants");
    browser.press(&page, ("end", &grant.id)).await.error_page(503);
    world.mend_table("grants");
    assert_eq!(live(&world, "alice").await.len(), 1);
}
