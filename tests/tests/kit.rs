//! The test kit, used as a user would.

#![expect(clippy::unwrap_used, reason = "what cannot be had fails the test")]

use std::{panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt;
use mcp_auth::{
    Auth,
    prelude::*,
    testing::{
        Answer, TestClock, TestIssuer, TestServer, TestTokenBuilder, assert_ok, assert_refused,
        assert_step_up,
    },
};
use serde_json::json;

struct Notes;

#[server(resource = "https://notes.example.com/mcp", scopes("notes:read", "notes:write"))]
impl Notes {
    /// Counts your notes.
    #[tool(scopes = "notes:read")]
    async fn count_notes(&self, user: AuthInfo) -> String {
        format!("{} has 3 notes", user.subject())
    }

    /// Deletes a note for good.
    #[tool(scopes("notes:read", "notes:write"), annotations(destructive))]
    async fn delete_note(&self, id: u32) -> Result<String> {
        if id == 0 {
            Err(ToolError::tell("notes are counted from 1"))
        } else {
            Ok(format!("note {id} is gone"))
        }
    }

    /// Is the server up?
    #[tool(public)]
    async fn ping(&self) -> &'static str {
        "pong"
    }

    /// A structured answer.
    #[tool(authenticated)]
    async fn look(&self) -> Json<Vec<u8>> {
        Json(vec![1, 2])
    }
}

#[test]
fn the_section_of_the_readme_shows_the_test_that_runs() {
    let section = include_str!("../../mcp-auth/docs/test-it.md");
    assert!(section.contains(include_str!("../../mcp-auth/docs/test-it.rs")));
    let readme = include_str!("../../README.md");
    assert!(!readme.contains("\n## Test it\n") || readme.contains(section), "README.md shows another test");
}

/// What a user would copy from the documentation.
mod as_documented {
    #![expect(
        clippy::redundant_closure_for_method_calls,
        reason = "documentation shows where more can be said"
    )]

    use super::Notes;

    include!("../../mcp-auth/docs/test-it.rs");
}

const VERSIONS: [&str; 4] = ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"];

#[tokio::test]
async fn every_protocol_version_is_one_word() {
    let server = TestServer::start(Notes).await;
    for version in VERSIONS {
        let count = || server.call("count_notes", json!({})).version(version);
        assert_ok!(count().as_user("alice").scopes("notes:read").await, "alice has 3 notes");
        assert_refused!(count().await, no_token);
        assert_refused!(count().as_user("alice").token(TestTokenBuilder::expired).await, invalid_token);
        assert_step_up!(count().as_user("alice").await, "notes:read");
        let tools = server.list_tools().version(version).as_user("alice").await;
        assert_eq!(tools.tool_names(), ["count_notes", "delete_note", "ping", "look"]);
        assert_eq!(tools.tool("ping").unwrap()["description"], "Is the server up?");
    }
}

#[tokio::test]
async fn answers_are_taken_apart() {
    let server = TestServer::start(Notes).await;
    let delete = |id: u32| server.call("delete_note", json!({ "id": id })).scopes("notes:read notes:write");
    assert_ok!(delete(5).await, "note 5 is gone");
    let failed = delete(0).await;
    assert!(failed.is_tool_error());
    assert_eq!((failed.status(), failed.text()), (200, Some("notes are counted from 1")));
    let look = server.call("look", json!({})).as_user("bob").await;
    assert_eq!(look.structured(), Some(&json!({ "result": [1, 2] })));
    assert_eq!(server.call("nothing", json!({})).as_user("bob").await.error_code(), Some(-32602));
    assert_ok!(server.call("ping", json!({})).await, "pong");

    let refused = server.list_tools().await;
    let challenge = refused.challenge().unwrap();
    assert_eq!((refused.status(), challenge.error(), challenge.scopes()), (401, None, vec!["notes:read"]));
    let at = challenge.resource_metadata().unwrap().strip_prefix("https://notes.example.com").unwrap();
    assert_eq!(server.get(at).await.json()["resource"], server.resource());
    assert_eq!(server.metadata().await.json()["authorization_servers"][0], server.issuer().url());
    assert_eq!(server.get("/elsewhere").await.status(), 404);
}

#[tokio::test]
async fn each_word_makes_a_token_bad_in_one_way() {
    let server = TestServer::start(Notes).await;
    let ask = |change: fn(TestTokenBuilder) -> TestTokenBuilder| {
        server.call("look", json!({})).as_user("alice").token(change)
    };
    assert_ok!(ask(|good| good).await);
    assert_ok!(ask(|token| token.scopes("notes:read").narrow().client("editor")).await);
    let all_bad: [fn(TestTokenBuilder) -> TestTokenBuilder; 10] = [
        TestTokenBuilder::expired,
        TestTokenBuilder::not_yet_valid,
        TestTokenBuilder::wrong_audience,
        TestTokenBuilder::wrong_issuer,
        TestTokenBuilder::badly_signed,
        TestTokenBuilder::id_token,
        |token| token.without("aud"),
        |token| token.claim("sub", 7),
        |token| token.header("alg", "none"),
        |token| token.without_header("typ"),
    ];
    for bad in all_bad {
        assert_refused!(ask(bad).await, invalid_token);
    }
    let other = TestIssuer::new().token("alice").audience(server.resource()).issue();
    assert_refused!(server.call("look", json!({})).bearer(other.expose()).await, invalid_token);
    let good = server.token("alice").issue();
    assert_ok!(server.call("look", json!({})).bearer(good.expose()).await);
}

#[tokio::test]
async fn a_session_goes_on_for_its_owner() {
    let server = TestServer::start(Notes).await;
    let opened = server.initialize("2025-11-25").as_user("alice").await;
    let session = opened.session().unwrap();
    let ready = server.notify("notifications/initialized", json!({})).in_session(session).as_user("alice");
    assert_eq!(ready.await.status(), 202);
    let look = || server.call("look", json!({})).in_session(session);
    assert_ok!(look().as_user("alice").await);
    assert_eq!(look().as_user("mallory").await.status(), 404);
}

#[tokio::test]
async fn the_clock_moves_server_and_issuer() {
    let clock = TestClock::new();
    let server = TestServer::builder(Notes).clock(&clock).start().await;
    let token = server.token("alice").expires_in(Duration::from_secs(60)).issue();
    let look = || server.call("look", json!({})).bearer(token.expose());
    assert_ok!(look().await);
    clock.advance(Duration::from_secs(60 + 29));
    assert_ok!(look().await);
    clock.advance(Duration::from_secs(1));
    assert_refused!(look().await, invalid_token);
    clock.jump_back(Duration::from_secs(60));
    assert_ok!(look().await);
    // Before it was issued, beyond the leeway.
    clock.jump_back(Duration::from_secs(61));
    assert_refused!(look().await, invalid_token);
    assert_ok!(server.call("look", json!({})).as_user("alice").await);
}

#[tokio::test]
async fn a_served_issuer_is_discovered_counted_and_changes_its_keys() {
    let clock = TestClock::new();
    let issuer = TestIssuer::builder().path("/realms/main").clock(&clock).serve().await;
    let server = TestServer::builder(Notes).issuer(&issuer).clock(&clock).start().await;
    let look = || server.call("look", json!({})).as_user("alice");
    assert_ok!(look().await);
    assert_ok!(look().await);
    assert_eq!((issuer.metadata_fetches(), issuer.key_fetches()), (1, 1));

    let old = server.token("alice").issue();
    issuer.rotate_key();
    clock.advance(Duration::from_secs(31));
    assert_ok!(look().await);
    assert_ok!(server.call("look", json!({})).bearer(old.expose()).await);
    assert_eq!(issuer.key_fetches(), 2);

    issuer.rotate_key();
    issuer.withdraw_old_keys();
    clock.advance(Duration::from_secs(31));
    assert_ok!(look().await);
    assert_refused!(server.call("look", json!({})).bearer(old.expose()).await, invalid_token);
}

#[tokio::test]
async fn an_outage_is_503_until_it_ends() {
    let clock = TestClock::new();
    let issuer = TestIssuer::builder().clock(&clock).serve().await;
    issuer.fail_with(500);
    let server = TestServer::builder(Notes).issuer(&issuer).clock(&clock).start().await;
    let look = || server.call("look", json!({})).as_user("alice");
    let answer = look().await;
    assert_eq!(answer.status(), 503, "{answer}");
    assert!(answer.header("retry-after").is_some());
    assert!(issuer.metadata_fetches() > 0 && issuer.key_fetches() == 0);
    issuer.recover();
    issuer.answer_slowly(Duration::from_millis(20));
    clock.advance(Duration::from_secs(31));
    assert_ok!(look().await);
    // Keys that are known serve on.
    issuer.fail_with(503);
    clock.advance(Duration::from_secs(60 * 60));
    assert_ok!(look().await);
}

#[tokio::test]
async fn an_application_of_the_users_own_is_a_server_too() {
    let issuer = TestIssuer::new();
    let resource = "https://apps.example.com/notes/mcp";
    let auth = Auth::builder().issuer(issuer.issuer()).resource(resource).build().unwrap();
    let app = axum::Router::new().route("/health", axum::routing::get(async || "well"));
    let server = TestServer::around(app.merge(auth.router(Notes).unwrap()), resource, &issuer);
    assert_eq!(server.get("/health").await.body(), "well");
    assert_ok!(server.call("look", json!({})).as_user("alice").await);
    assert_refused!(server.call("look", json!({})).await, no_token);
}

/// Its tokens are made by whoever runs code here: what it opens must not be reached from elsewhere.
#[tokio::test]
async fn r23_a_test_issuer_does_not_listen_for_a_public_resource() {
    for issuer in [TestIssuer::new(), TestIssuer::builder().serve().await] {
        let auth = |resource: &str| {
            let builder = Auth::builder().issuer(issuer.issuer()).listen("127.0.0.1:0");
            builder.resource(resource).build().unwrap()
        };
        let mcp_auth::Error::Config(error) =
            auth("https://notes.example.com/mcp").bind(Notes).await.unwrap_err()
        else {
            unreachable!("the port is free")
        };
        assert_eq!(error.problems()[0].setting, "TestIssuer::issuer");
        assert!(error.to_string().contains("`https://notes.example.com/mcp` is public"), "{error}");
        assert!(auth("https://notes.example.com/mcp").router(Notes).is_ok());
        assert!(auth("http://127.0.0.1:3000/mcp").bind(Notes).await.is_ok());
    }
}

#[tokio::test]
async fn settings_that_do_not_fit_are_an_error() {
    let started =
        TestServer::builder(Notes).auth(|auth| auth.allowed_hosts(["other.example"])).try_start().await;
    assert_eq!(started.unwrap_err().problems()[0].setting, "AuthBuilder::allowed_hosts");
    let started = TestServer::builder(Notes).environment([("MCP_AUTH_ISSUR", "x")]).try_start().await;
    let settings: Vec<_> =
        started.unwrap_err().problems().iter().map(|problem| problem.setting.clone()).collect();
    assert_eq!(settings, ["MCP_AUTH_ISSUR", "MCP_AUTH_ISSUER"]);
}

/// What a failed assertion says.
fn complaint(assertion: impl FnOnce()) -> String {
    let failed = std::panic::catch_unwind(AssertUnwindSafe(assertion)).unwrap_err();
    failed.downcast_ref::<String>().unwrap().clone()
}

#[tokio::test]
async fn r43_assertions_say_what_came_instead_and_no_token() {
    struct Echo;
    #[server(resource = "https://echo.example.com/mcp")]
    impl Echo {
        /// Says it again.
        #[tool(authenticated)]
        async fn echo(&self, text: String) -> String {
            text
        }
    }
    let server = TestServer::start(Echo).await;
    let token = server.token("alice").issue();
    let echo = server.call("echo", json!({ "text": token.expose() })).bearer(token.expose());
    let answer: Answer = echo.await;
    assert_eq!(answer.text(), Some(token.expose()));
    for said in [
        complaint(|| assert_refused!(answer)),
        complaint(|| assert_refused!(answer, no_token)),
        complaint(|| assert_refused!(answer, invalid_token)),
        complaint(|| assert_step_up!(answer, "notes:write")),
        complaint(|| assert_ok!(answer, "something else")),
    ] {
        assert!(said.starts_with("expected ") && said.contains("got 200 OK"), "{said}");
        assert!(said.contains("<the token>") && !said.contains(token.expose()), "{said}");
    }
    let printed = format!("{server:?} {:?} {token:?} {answer:?}", server.token("alice"));
    assert!(!printed.contains(token.expose()));

    let refused = server.call("echo", json!({})).await;
    let said = complaint(|| assert_ok!(refused));
    assert!(said.contains("401 Unauthorized\n  www-authenticate: Bearer resource_metadata="), "{said}");
    complaint(|| assert_refused!(refused, invalid_token));
}

#[tokio::test]
async fn a_step_up_names_exactly_the_scopes() {
    let server = TestServer::start(Notes).await;
    let answer = server.call("delete_note", json!({ "id": 1 })).as_user("alice").await;
    assert_step_up!(answer, "notes:write", "notes:read");
    assert_step_up!(answer, "notes:read notes:write");
    complaint(|| assert_step_up!(answer, "notes:write"));
    complaint(|| assert_step_up!(answer, "notes:read", "notes:write", "notes:admin"));
    complaint(|| assert_refused!(answer));
}

#[test]
fn starting_a_server_waits_for_nothing() {
    assert!(TestServer::start(Notes).now_or_never().is_some());
}
