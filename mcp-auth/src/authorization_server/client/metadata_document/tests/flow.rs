//! A client with a document, from the consent page to its tokens.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::StatusCode;
use serde_json::{Value, json};

use super::{CALLBACK, ClientDocuments, Host, ISSUER, Reply, document, with};
use crate::{
    authenticate::tests::signer::{Signer, key_set},
    authorization_server::sign_in::tests::support::{Browser, Plan, Seen, World, authorize},
    store::Digest,
};

const VERIFIER: &str = "a-verifier-of-at-least-43-characters-0123456789";
const RESOURCE: &str = "http://127.0.0.1:3000/mcp";

struct Bed {
    host: Host,
    world: World,
    id: String,
}

impl Bed {
    async fn new() -> Self {
        let host = Host::start().await;
        let documents = ClientDocuments::new().loopback(host.origin(), host.root());
        let plan = Plan { issuer: ISSUER, resources: vec![RESOURCE], documents, ..Plan::default() };
        let (id, world) = (host.url("/app.json"), World::of(plan).await);
        let bed = Self { host, world, id };
        bed.say(json!({}));
        bed
    }

    /// From now on the document says this.
    fn say(&self, changes: Value) {
        self.answer(Reply::json(&with(document(&self.id), changes)));
    }

    fn answer(&self, reply: Reply) {
        self.host.set("/app.json", reply);
    }

    /// Copies that are an hour old are not fresh, whatever their headers said.
    fn age(&self) {
        self.world.clock.advance(Duration::from_secs(3600));
    }

    fn request(&self, redirect_uri: &str) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Digest::of(VERIFIER).as_bytes());
        authorize(&[
            ("client_id", Some(&self.id)),
            ("redirect_uri", Some(redirect_uri)),
            ("code_challenge", Some(&challenge)),
            ("resource", Some(RESOURCE)),
        ])
    }

    async fn page(&self, browser: &mut Browser<'_>) -> Seen {
        let page = browser.get(&self.request(CALLBACK)).await;
        assert!(page.is_consent_page(), "{}", page.text());
        page
    }

    async fn token(&self, fields: &[(&str, &str)]) -> (StatusCode, Value) {
        let fields: Vec<_> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let seen = self.world.browser().post("/token", &fields).await;
        (seen.status, serde_json::from_str(&seen.body).unwrap())
    }

    async fn redeem(&self, code: &str) -> (StatusCode, Value) {
        let grant = ("grant_type", "authorization_code");
        self.token(&[grant, ("client_id", &self.id), ("code", code), ("code_verifier", VERIFIER)]).await
    }

    async fn refresh(&self, tokens: &Value, more: &[(&str, &str)]) -> (StatusCode, Value) {
        let token = tokens["refresh_token"].as_str().unwrap();
        let mut fields =
            vec![("grant_type", "refresh_token"), ("client_id", &self.id), ("refresh_token", token)];
        fields.extend(more);
        self.token(&fields).await
    }
}

#[tokio::test]
async fn s12_s29_s71_a_client_with_a_document_signs_somebody_in_without_registration() {
    let bed = Bed::new().await;
    let mut browser = bed.world.browser();
    let page = bed.page(&mut browser).await;
    let domain = bed.host.origin().strip_prefix("https://").unwrap();
    for words in ["An app", &format!("verified: {domain}"), "client.example", CALLBACK] {
        assert!(page.text().contains(words), "{words}: {}", page.text());
    }
    assert!(!page.text().contains("unverified"));
    let back = browser.sign_in(&page, "alice").await;
    let (status, tokens) = bed.redeem(&back.answer("code").unwrap()).await;
    assert_eq!(status, 200, "{tokens}");
    let (status, tokens) = bed.refresh(&tokens, &[]).await;
    assert_eq!((status.as_u16(), bed.host.requests().len()), (200, 1), "{tokens}");
}

/// S74: what is hot-linked tells its host who signs in, and can become another picture.
#[tokio::test]
async fn s65_s74_a_logo_is_neither_fetched_nor_linked() {
    let bed = Bed::new().await;
    bed.say(json!({ "logo_uri": bed.host.url("/logo.png"), "client_uri": "https://client.example/about" }));
    let page = bed.page(&mut bed.world.browser()).await;
    assert!(
        !page.body.contains("logo.png") && !page.body.contains("tracker") && !page.body.contains("/about")
    );
    assert_eq!(bed.host.requests().len(), 1);
}

/// Any program on this machine can use the id of another: what is verified is the name, not who asks.
#[tokio::test]
async fn s29_a_verified_name_on_this_machine_is_no_proof_of_who_asks() {
    let bed = Bed::new().await;
    let words = bed.world.core.branding.words().clone();
    let (start, loopback) =
        ("but not that it is An app who asks", words.loopback_warning.split('{').next().unwrap());
    bed.say(json!({ "redirect_uris": ["http://127.0.0.1/cb", "http://localhost/cb"] }));
    let page = bed.world.browser().get(&bed.request("http://127.0.0.1:5555/cb")).await;
    assert!(page.text().contains(start) && page.text().contains(loopback), "{}", page.text());
    bed.age();
    bed.say(json!({ "redirect_uris": ["com.example.app:/cb"] }));
    let page = bed.world.browser().get(&bed.request("com.example.app:/cb")).await;
    assert!(page.text().contains(start), "{}", page.text());
    bed.age();
    bed.say(json!({}));
    let page = bed.page(&mut bed.world.browser()).await;
    assert!(!page.text().contains(start) && !page.text().contains(loopback), "the control");
}

#[tokio::test]
async fn s12_s24_without_a_good_document_a_person_reads_why_and_is_sent_nowhere() {
    let bed = Bed::new().await;
    let errors = bed.world.core.branding.words().errors.clone();
    for (reply, status, text) in [
        (Reply::new(404, &[], ""), 400, &errors.client_document),
        (Reply::new(302, &[&format!("Location: {CALLBACK}")], ""), 400, &errors.client_document),
        (Reply::json(&json!({ "client_id": CALLBACK })), 400, &errors.client_document),
        (Reply::raw(""), 503, &errors.client_unreachable),
        (Reply::new(500, &[], "a secret of the host"), 503, &errors.client_unreachable),
    ] {
        bed.answer(reply);
        let seen = bed.world.browser().get(&bed.request(CALLBACK)).await;
        seen.error_page(status);
        assert!(
            seen.text().contains(text.title.as_ref()) && !seen.text().contains("secret"),
            "{}",
            seen.text()
        );
        assert_eq!(seen.headers.contains_key("retry-after"), status == 503);
    }
    for id in ["https://app.example.com", "https://127.0.0.1/app.json", "https://user@app.example.com/c"] {
        let url = authorize(&[("client_id", Some(id)), ("resource", Some(RESOURCE))]);
        let seen = bed.world.browser().get(&url).await;
        seen.error_page(400);
        assert!(seen.text().contains(errors.client_document.title.as_ref()), "{id}: {}", seen.text());
    }
    bed.say(json!({}));
    bed.world.browser().get(&bed.request("https://evil.example/cb")).await.error_page(400);
}

/// From the page until the tokens the client is what the person was shown.
#[tokio::test]
async fn c43_t21_a_document_that_changes_on_the_way_changes_nothing_for_those_on_it() {
    for change in [
        json!({ "client_name": "Evil", "redirect_uris": ["https://evil.example/cb"] }),
        json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://evil.example/keys" }),
        json!({ "client_id": "https://evil.example/app.json" }),
    ] {
        // At every step of the way.
        for step in 0..3 {
            let bed = Bed::new().await;
            let turn = |now: usize| {
                if now == step {
                    bed.say(change.clone());
                }
            };
            let mut browser = bed.world.browser();
            let page = bed.page(&mut browser).await;
            bed.world.clock.advance(Duration::from_secs(9 * 60 + 50));
            turn(0);
            let departure = browser.press(&page, ("decision", "allow")).await;
            bed.world.clock.advance(Duration::from_secs(9 * 60 + 50));
            turn(1);
            let back = browser.come_back(&departure, "alice").await;
            let code = back.answer("code").expect("a code, to where the person was told");
            bed.world.clock.advance(Duration::from_secs(50));
            turn(2);
            let (status, tokens) = bed.redeem(&code).await;
            assert_eq!(status, 200, "{change} {step}: {tokens}");
            assert_eq!(bed.host.requests().len(), 1, "nothing was asked on the way");
        }
    }
}

#[tokio::test]
async fn c42_c43_a_host_that_goes_down_on_the_way_stops_nobody() {
    let bed = Bed::new().await;
    let mut browser = bed.world.browser();
    let page = bed.page(&mut browser).await;
    bed.answer(Reply::raw(""));
    let back = browser.sign_in(&page, "alice").await;
    let (status, tokens) = bed.redeem(&back.answer("code").unwrap()).await;
    assert_eq!(status, 200);
    // A day later nobody knows the client any more, and it is told to come again, not to begin anew.
    bed.world.clock.advance(Duration::from_secs(12 * 3600));
    let (status, tokens) = bed.refresh(&tokens, &[]).await;
    assert_eq!(status, 200);
    bed.world.clock.advance(Duration::from_secs(13 * 3600));
    let (status, error) = bed.refresh(&tokens, &[]).await;
    assert_eq!((status.as_u16(), &error["error"]), (503, &json!("temporarily_unavailable")));
    // It is back, and its tokens are good.
    bed.say(json!({}));
    assert_eq!(bed.refresh(&tokens, &[]).await.0, 200);
    // Withdrawn for good.
    bed.age();
    bed.answer(Reply::new(410, &[], ""));
    let (status, error) = bed.refresh(&tokens, &[]).await;
    assert_eq!((status.as_u16(), &error["error"]), (401, &json!("invalid_client")));
}

/// A code of the time before brings the document of that time back for its own exchange, and for nothing else.
#[tokio::test]
async fn t21_s45_an_old_code_does_not_bring_an_old_document_back() {
    let bed = Bed::new().await;
    let mut browser = bed.world.browser();
    let page = bed.page(&mut browser).await;
    let back = browser.sign_in(&page, "alice").await;
    let code = back.answer("code").unwrap();
    let (_, tokens) = bed.redeem(&code).await;
    bed.age();
    bed.answer(Reply::new(404, &[], ""));
    let (status, error) = bed.refresh(&tokens, &[("code", &code)]).await;
    assert_eq!((status.as_u16(), &error["error"]), (401, &json!("invalid_client")));
    // Nor does another client's.
    let other = bed.host.url("/other.json");
    let fields = [("grant_type", "authorization_code"), ("client_id", &other), ("code", &code)];
    let (status, error) = bed.token(&[fields[0], fields[1], fields[2], ("code_verifier", VERIFIER)]).await;
    assert_eq!((status.as_u16(), &error["error"]), (401, &json!("invalid_client")));
}

/// What a form carries counts in the browser that was shown it, for as long as its page does.
#[tokio::test]
async fn t21_t17_a_document_of_before_is_nobody_elses() {
    let bed = Bed::new().await;
    let old = "https://old.example/cb";
    bed.say(json!({ "redirect_uris": [old] }));
    let mut mallory = bed.world.browser();
    let page = mallory.get(&bed.request(old)).await;
    assert!(page.is_consent_page());
    bed.age();
    bed.say(json!({}));
    // In the browser of somebody else the old form leads to a request whose redirect URI is not registered.
    let mut alice = bed.world.browser();
    bed.page(&mut alice).await;
    for decision in ["allow", "deny", "switch", ""] {
        alice.press(&page, ("decision", decision)).await.error_page(400);
    }
    // And in her own when its time is over.
    for decision in ["allow", "deny", "switch", ""] {
        mallory.press(&page, ("decision", decision)).await.error_page(400);
    }
}

/// A page that is shown again shows the client as it is now.
#[tokio::test]
async fn t21_s29_a_page_that_is_renewed_shows_nothing_old() {
    let bed = Bed::new().await;
    let mut browser = bed.world.browser();
    let page = bed.page(&mut browser).await;
    bed.world.clock.advance(Duration::from_secs(599));
    bed.say(json!({ "client_name": "Another" }));
    bed.world.clock.advance(Duration::from_secs(1));
    for decision in ["allow", "switch", ""] {
        let renewed = browser.press(&page, ("decision", decision)).await;
        assert!(
            renewed.is_consent_page() && renewed.text().contains("Another"),
            "{decision}: {}",
            renewed.text()
        );
    }
}

/// What was allowed was allowed to a client that is answered there and proves itself so.
#[tokio::test]
async fn s75_a_client_that_is_answered_elsewhere_is_a_new_one_to_those_who_allowed_it() {
    let changed = "has changed since you allowed it";
    let mine = "https://client.example/other";
    let key = json!({ "kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA" });
    for (change, counts) in [
        (json!({}), true),
        (json!({ "client_name": "A nicer name", "scope": "notes:read" }), true),
        (json!({ "redirect_uris": [CALLBACK, mine] }), false),
        (json!({ "jwks": { "keys": [key] } }), false),
        (json!({ "jwks_uri": "https://client.example/keys" }), false),
    ] {
        let bed = Bed::new().await;
        let mut browser = bed.world.browser();
        let page = bed.page(&mut browser).await;
        assert!(!page.text().contains(changed), "nobody allowed it before");
        browser.sign_in(&page, "alice").await;
        bed.age();
        bed.say(change.clone());
        let page = bed.page(&mut browser).await;
        assert_eq!(!page.text().contains(changed), counts, "{change}: {}", page.text());
        assert_eq!(page.body.matches("badge new").count(), if counts { 0 } else { 2 }, "{change}");
        // Allowed again, it is known as it is now.
        browser.press(&page, ("decision", "allow")).await;
        let page = bed.page(&mut browser).await;
        assert!(!page.text().contains(changed) && !page.body.contains("badge new"), "{change}");
    }
}

#[tokio::test]
async fn s73_an_id_that_we_make_is_never_a_url() {
    let bed = Bed::new().await;
    for n in 0..20 {
        let body = json!({ "redirect_uris": [CALLBACK], "client_name": format!("app {n}") }).to_string();
        let request = http::Request::post("/register").header("content-type", "application/json");
        let seen = bed.world.browser().send(request.body(body.into()).unwrap()).await;
        let registered: Value = serde_json::from_str(&seen.body).unwrap();
        let id = registered["client_id"].as_str().unwrap();
        assert!(id.len() == 43 && !id.contains(':'), "{id}");
    }
}

/// Keys: those that it had when the person agreed for the code, and those that it has now for everything later.
#[tokio::test]
async fn s71_t21_a_client_with_keys_signs_and_its_new_keys_do_not_change_a_code_on_its_way() {
    let bed = Bed::new().await;
    let signs = |signer: &Signer| json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": key_set(std::slice::from_ref(&signer.jwk)) });
    let (old, new) = (Signer::es256(), Signer::rs256());
    let assertion = |signer: &Signer| {
        let now = bed.world.core.now().as_secs();
        let claims = json!({
            "iss": bed.id, "sub": bed.id, "aud": ISSUER, "exp": now + 60, "iat": now,
            "jti": crate::random::identifier().unwrap(),
        });
        signer.sign_with_header(&with(signer.header(), json!({ "typ": "JWT" })), &claims)
    };
    bed.say(signs(old));
    let mut browser = bed.world.browser();
    let page = bed.page(&mut browser).await;
    let back = browser.sign_in(&page, "alice").await;
    let code = back.answer("code").unwrap();
    bed.say(signs(new));
    // Without a proof, or with keys that it did not have then.
    assert_eq!(bed.redeem(&code).await.0, 401);
    let grant = [("grant_type", "authorization_code"), ("client_id", &bed.id), ("code", &code)];
    let kind = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    let by = |signer: &Signer| assertion(signer);
    let (theirs, own) = (by(new), by(old));
    let fields = |assertion| {
        [&grant[..], &[("code_verifier", VERIFIER), kind, ("client_assertion", assertion)]].concat()
    };
    assert_eq!(bed.token(&fields(&theirs)).await.0, 401);
    let (status, tokens) = bed.token(&fields(&own)).await;
    assert_eq!(status, 200, "{tokens}");
    // A refresh is judged by the document of now.
    bed.age();
    assert_eq!(bed.refresh(&tokens, &[]).await.0, 401);
    assert_eq!(bed.refresh(&tokens, &[kind, ("client_assertion", &by(old))]).await.0, 401);
    let (status, tokens) = bed.refresh(&tokens, &[kind, ("client_assertion", &by(new))]).await;
    assert_eq!(status, 200, "{tokens}");
}
