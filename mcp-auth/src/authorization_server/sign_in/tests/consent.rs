//! The consent page, and what comes of its buttons.

use axum::body::Body;
use http::{Request, header};

use super::support::{Plan, Seen, World, authorize};

#[tokio::test]
async fn s29_the_page_says_who_asks_for_what_and_where_the_answer_goes() {
    let world = World::new().await;
    let page = world.browser().get(&authorize(&[])).await;
    let text = page.text();
    for words in [
        "A client",
        "client.example",
        "Notes",
        "https://mcp.example.com/mcp",
        "notes:read",
        "notes:write",
        "Does something.",
        "idp",
        "read your profile there",
    ] {
        assert!(text.contains(words), "{words} is missing: {text}");
    }
    assert!(!text.contains("notes:admin"), "nobody asked for it");
}

#[tokio::test]
async fn s29_it_warns_where_any_program_on_this_machine_may_wait_for_the_answer() {
    for (uri, loopback) in [
        ("http://127.0.0.1:3334/cb", true),
        ("http://localhost:3334/cb", true),
        ("http://[::1]:3334/cb", true),
        ("https://client.example/cb", false),
        ("https://localhost.client.example/cb", false),
    ] {
        let world = World::of(Plan { redirect_uris: vec![uri], ..Plan::default() }).await;
        let page = world.browser().get(&authorize(&[("redirect_uri", Some(uri))])).await;
        let warning = world.core.branding.words().loopback_warning.split('{').next().unwrap();
        assert_eq!(page.text().contains(warning), loopback, "{uri}: {}", page.text());
    }
}

/// Before the approval nothing is stored, and the browser gets no state of a sign-in.
#[tokio::test]
async fn s33_s34_before_the_approval_nothing_is_stored_and_only_the_browser_is_told_apart() {
    let world = World::of(Plan { on_disk: true, ..Plan::default() }).await;
    // Whatever would be written fails.
    for table in ["sign_ins", "codes", "sessions", "consents", "grants"] {
        world.break_table(table);
    }
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    assert!(page.is_consent_page());
    let cookies: Vec<_> = page.headers.get_all(header::SET_COOKIE).iter().collect();
    assert_eq!(cookies.len(), 1);
    assert!(cookies[0].to_str().unwrap().starts_with("__Host-mcp-auth-browser-"));
    assert!(browser.get(&authorize(&[])).await.headers.get(header::SET_COOKIE).is_none(), "it keeps its own");
    let denied = browser.press(&page, ("decision", "deny")).await;
    assert_eq!(denied.answer("error").as_deref(), Some("access_denied"));
    assert_eq!(browser.cookies.len(), 1);
}

#[tokio::test]
async fn s31_cookies_are_for_this_host_over_https_and_for_no_script() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    let back = browser.sign_in(&page, "alice").await;
    for seen in [page, back] {
        let cookie = seen.headers[header::SET_COOKIE].to_str().unwrap();
        assert!(cookie.starts_with("__Host-mcp-auth-"), "{cookie}");
        for attribute in ["; Path=/;", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
            assert!(cookie.contains(attribute), "{attribute}: {cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
}

#[tokio::test]
async fn what_is_unticked_is_not_in_the_code_and_nothing_else_gets_in() {
    let world = World::of(Plan { requires: vec!["notes:read"], ..Plan::default() }).await;
    for (ticked, agreed) in [
        (&["notes:read", "notes:write"][..], &["notes:read", "notes:write"][..]),
        (&["notes:read"], &["notes:read"]),
        // Required, whatever is posted.
        (&[], &["notes:read"]),
        (&["notes:write"], &["notes:read", "notes:write"]),
        // Not asked for, not in the catalogue.
        (&["notes:admin", "made:up", "notes:read notes:admin"], &["notes:read"]),
    ] {
        let mut browser = world.browser();
        let page = browser.get(&authorize(&[])).await;
        let departure = browser.post(&page.action(), &ticking(&page, ticked)).await;
        let back = browser.come_back(&departure, "alice").await;
        assert_eq!(world.code(&back).await.scopes, agreed, "{ticked:?}");
    }
}

#[tokio::test]
async fn who_unticks_everything_says_no() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    let seen = browser.post(&page.action(), &ticking(&page, &[])).await;
    assert_eq!(seen.answer("error").as_deref(), Some("access_denied"));
}

#[tokio::test]
async fn s19_s20_no_is_told_with_state_and_issuer() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    let seen = browser.press(&page, ("decision", "deny")).await;
    assert_eq!(seen.answer("error").as_deref(), Some("access_denied"));
    assert_eq!(seen.answer("state").as_deref(), Some("state of the client"));
    assert_eq!(seen.answer("iss").as_deref(), Some(world.core.issuer.as_str()));
    assert_eq!(seen.answer("code"), None);
}

/// A shared or made-up client id says nothing about who asks now: GHSA-6x8h-498w-gv8c.
#[tokio::test]
async fn s27_s28_t18_consent_is_asked_for_each_time_and_before_the_provider() {
    let world = World::new().await;
    let mut browser = world.browser();
    for _ in 0..3 {
        let page = browser.get(&authorize(&[])).await;
        assert!(page.is_consent_page());
        let seen = browser.press(&page, ("decision", "allow")).await;
        if seen.location().starts_with("https://idp.example/") {
            browser.come_back(&seen, "alice").await;
        }
    }
    // Also for an earlier client of the same person that wants the answer elsewhere.
    world.register("other", "Another", &["https://other.example/cb"]).await;
    let other = [("client_id", Some("other")), ("redirect_uri", Some("https://other.example/cb"))];
    assert!(browser.get(&authorize(&other)).await.is_consent_page());
}

#[tokio::test]
async fn a_step_up_says_what_is_new() {
    let world = World::new().await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[("scope", Some("notes:read"))])).await;
    assert!(!page.body.contains("badge new"), "nothing was agreed to before");
    browser.sign_in(&page, "alice").await;
    let page = browser.get(&authorize(&[("scope", Some("notes:read notes:write"))])).await;
    assert_eq!(page.body.matches("badge new").count(), 1, "{}", page.text());
    let write =
        page.body.split("class=\"scope\"").find(|part| part.contains("value=\"notes:write\"")).unwrap();
    assert!(write.contains("badge new"), "{write}");
    let back = browser.press(&page, ("decision", "allow")).await;
    assert_eq!(world.code(&back).await.scopes, ["notes:read", "notes:write"]);
    let page = browser.get(&authorize(&[])).await;
    assert!(!page.body.contains("badge new"), "it is known now");
}

#[tokio::test]
async fn with_several_providers_the_person_chooses() {
    let world = World::of(Plan { providers: vec!["idp", "corp"], ..Plan::default() }).await;
    let mut browser = world.browser();
    let page = browser.get(&authorize(&[])).await;
    let choice = browser.post(&page.action(), &ticking(&page, &["notes:read"])).await;
    assert!(
        choice.body.contains("value=\"idp\"") && choice.body.contains("value=\"corp\""),
        "{}",
        choice.text()
    );
    // Whatever is posted beside, the scopes are those that were agreed to.
    let mut more = choice.fields(("provider", "corp"));
    more.push(("scope".to_owned(), "notes:write".to_owned()));
    let refused = browser.post(&choice.action(), &more).await;
    assert!(refused.is_consent_page(), "{}", refused.text());
    let unknown = browser.press(&choice, ("provider", "evil")).await;
    assert!(unknown.body.contains("value=\"corp\""), "the choice once more");
    let departure = browser.press(&unknown, ("provider", "corp")).await;
    assert!(departure.location().starts_with("https://corp.example/"));
    let back = browser.come_back(&departure, "alice").await;
    let code = world.code(&back).await;
    assert_eq!(
        (code.person.subject().as_str(), code.scopes.as_slice()),
        ("corp:alice", &["notes:read".to_owned()][..])
    );
}

/// The fields of an approval with these scopes ticked.
fn ticking(page: &Seen, scopes: &[&str]) -> Vec<(String, String)> {
    let mut fields = page.fields(("decision", "allow"));
    fields.retain(|(name, _)| name != "scope");
    fields.extend(scopes.iter().map(|scope| ("scope".to_owned(), (*scope).to_owned())));
    fields
}

/// Each form that leads to a sign-in is a write: one address is slowed down, and others are not.
#[tokio::test]
async fn f17_a_flood_of_forms_from_one_address_waits() {
    let world = World::new().await;
    let post = |peer: &'static str| {
        let mut request = Request::post("/consent").body(Body::empty()).unwrap();
        let form = header::HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(header::CONTENT_TYPE, form);
        let peer = std::net::SocketAddr::new(peer.parse().unwrap(), 4711);
        request.extensions_mut().insert(axum::extract::ConnectInfo(peer));
        request
    };
    let mut statuses = std::collections::BTreeMap::new();
    for _ in 0..310 {
        let seen = world.browser().send(post("203.0.113.9")).await;
        *statuses.entry(seen.status.as_u16()).or_insert(0) += 1;
    }
    assert_eq!(statuses, [(400, 300), (503, 10)].into());
    assert_eq!(world.browser().send(post("203.0.113.10")).await.status, 400, "another address");
    for _ in 0..310 {
        assert_eq!(world.browser().send(post("127.0.0.1")).await.status, 400, "behind it may be everybody");
    }
}
