//! What others write, send, or let somebody else's browser send.

use std::time::Duration;

use axum::body::Body;
use http::{Request, StatusCode};

use super::support::{Plan, Seen, World, authorize};

/// The page again, with a fresh form, and nothing approved.
#[track_caller]
fn is_asked_again(world: &World, seen: &Seen) {
    assert!(seen.is_consent_page(), "{}", seen.text());
    let notice = &world.core.branding.words().renewed;
    assert!(seen.text().contains(notice.as_ref()), "{}", seen.text());
}

/// CVE-2026-27124: the consent of one browser was good in another.
#[tokio::test]
async fn s31_t17_a_form_counts_in_the_browser_that_was_shown_it_only() {
    let world = World::new().await;
    let (mut attacker, mut victim) = (world.browser(), world.browser());
    let page = attacker.get(&authorize(&[])).await;
    // One that has never been here, and one that has a form of its own.
    is_asked_again(&world, &victim.press(&page, ("decision", "allow")).await);
    victim.get(&authorize(&[])).await;
    is_asked_again(&world, &victim.press(&page, ("decision", "allow")).await);
    assert!(
        attacker.press(&page, ("decision", "allow")).await.location().starts_with("https://idp.example/")
    );
}

#[tokio::test]
async fn s30_t19_a_form_without_its_ticket_or_for_something_else_approves_nothing() {
    let world = World::new().await;
    world.register("other", "A client", &["https://client.example/callback"]).await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    let good = page.fields(("decision", "allow"));
    let with = |name: &str, value: &str| {
        let mut fields = good.clone();
        fields.iter_mut().filter(|(known, _)| known == name).for_each(|field| value.clone_into(&mut field.1));
        fields
    };
    let ticket = &good.iter().find(|(name, _)| name == "ticket").unwrap().1;
    let changed = format!("{}A", &ticket[..ticket.len() - 1]);
    let request = |changes: &[(&str, Option<&str>)]| authorize(changes).split_once('?').unwrap().1.to_owned();
    for fields in [
        with("ticket", ""),
        with("ticket", "x"),
        with("ticket", if *ticket == changed { "B" } else { &changed }),
        with("ticket", &ticket[1..]),
        with("request", &request(&[("client_id", Some("other"))])),
        with("request", &request(&[("scope", Some("notes:read notes:write notes:admin"))])),
        with("request", &request(&[("state", Some("another"))])),
        with("request", &request(&[("code_challenge", Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))])),
        good.iter().filter(|(name, _)| name != "ticket").cloned().collect(),
        good.iter().filter(|(name, _)| name != "decision").cloned().collect(),
        with("decision", "Allow"),
    ] {
        is_asked_again(&world, &browser.post(&page.action(), &fields).await);
    }
    // Checked as anew, like every request.
    let elsewhere = with("request", &request(&[("redirect_uri", Some("https://evil.example/"))]));
    browser.post(&page.action(), &elsewhere).await.error_page(400);
    browser.post(&page.action(), &with("request", "")).await.error_page(400);
    browser.post(&page.action(), &[]).await.error_page(400);
    // The good one is none the worse for it.
    assert!(browser.post(&page.action(), &good).await.location().starts_with("https://idp.example/"));
}

#[tokio::test]
async fn s30_t19_a_form_that_another_site_posts_is_refused() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    for (refused, from) in [
        (true, &[("sec-fetch-site", "cross-site")][..]),
        (true, &[("sec-fetch-site", "same-site"), ("origin", "null")]),
        (true, &[("sec-fetch-site", "cross-site"), ("origin", "https://mcp.example.com")]),
        (true, &[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")]),
        (true, &[("origin", "https://evil.example")]),
        (true, &[("origin", "https://mcp.example.com.evil.example")]),
        (true, &[("origin", "http://mcp.example.com")]),
        (true, &[("origin", "https://mcp.example.com:8443")]),
        (false, &[("sec-fetch-site", "same-origin"), ("origin", "null")]),
        (false, &[("sec-fetch-site", "same-origin"), ("origin", "https://mcp.example.com")]),
        (false, &[("sec-fetch-site", "none")]),
        (false, &[("origin", "https://mcp.example.com")]),
        (false, &[]),
    ] {
        browser.from = from.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        for decision in ["allow", "deny", "switch"] {
            let seen = browser.press(&page, ("decision", decision)).await;
            if refused {
                seen.error_page(403);
            } else {
                assert_ne!(seen.status, StatusCode::FORBIDDEN, "{from:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_page_that_was_open_for_too_long_is_shown_again_and_then_works() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    world.clock.advance(Duration::from_secs(599));
    assert!(browser.press(&page, ("decision", "allow")).await.location().starts_with("https://idp.example/"));
    world.clock.advance(Duration::from_secs(1));
    let again = browser.press(&page, ("decision", "allow")).await;
    is_asked_again(&world, &again);
    assert!(browser.sign_in(&again, "alice").await.answer("code").is_some());
}

#[tokio::test]
async fn t19_what_strangers_write_stays_text() {
    let evil = "\"><script>alert(1)</script><form action=https://evil.example><input name='x'>&amp;\u{202e}";
    let world =
        World::of(Plan { client_name: "</title><img src=x onerror=alert(1)>", ..Plan::default() }).await;
    let mut browser = world.browser();
    let unknown = format!("notes:read {evil}");
    let changes = [("state", Some(evil)), ("scope", Some(unknown.as_str())), ("nonce", Some(evil))];
    let page = browser.get(&authorize(&changes)).await;
    assert!(page.is_consent_page());
    for seen in [
        &page,
        &browser.get(&authorize(&[("client_id", Some(evil))])).await,
        &browser.get(&authorize(&[("redirect_uri", Some(evil))])).await,
        &browser
            .get(&format!("/idp/callback?{}", super::support::encoded(&[("state", evil), ("code", evil)])))
            .await,
        &browser.get(&format!("/idp/pick-name?{}", super::support::encoded(&[("state", evil)]))).await,
    ] {
        for tag in ["<script", "<img", "action=https", "onerror=alert(1)>"] {
            assert!(!seen.body.contains(tag), "{tag}: {}", seen.body);
        }
    }
    // And comes back to the client as it was.
    let back = browser.sign_in(&page, "alice").await;
    assert_eq!(back.answer("state").as_deref(), Some(evil));
}

#[tokio::test]
async fn forms_are_forms_of_a_bounded_size() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    let mut long = page.fields(("decision", "allow"));
    long.push(("x".to_owned(), "x".repeat(70_000)));
    browser.post(&page.action(), &long).await.error_page(400);
    for content_type in ["text/plain", "application/json", "multipart/form-data; boundary=x"] {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(page.fields(("decision", "allow")))
            .finish();
        let request = Request::post("/consent").header("content-type", content_type).body(Body::from(body));
        browser.send(request.unwrap()).await.error_page(400);
    }
    for path in ["/consent", "/sign-in"] {
        assert_eq!(browser.get(path).await.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}
