//! Headers that a tool sets, perhaps with what a model wrote.

use mcp_auth::{
    Auth, Upstream,
    prelude::*,
    store::SqliteStore,
    testing::{FakeGitHub, Grant, TestIssuer, TestServer},
};
use serde_json::json;

use crate::support::{RESOURCE, assert_told, authorization_server};

struct Headers;

#[server(resource = "http://127.0.0.1:3000/mcp", scopes("headers:set"), upstream(GitHub))]
impl Headers {
    /// Your login, asked for with a header.
    #[tool(scopes = "headers:set")]
    async fn login(&self, github: Upstream<GitHub>, name: String, value: String) -> Result<u16> {
        Ok(github.request("POST", "/echo").body("{}").header(&name, &value).send().await?.status())
    }
}

/// With a length of its own, what follows it on the connection would be read as the request of whoever comes next.
#[tokio::test]
async fn t13_a_tool_sets_no_header_that_says_who_calls_or_where_a_request_ends() {
    let github = FakeGitHub::start().await;
    github.add_person("octocat", 583_231);
    github.answer("/echo", json!({}));
    let own = authorization_server(&github).store(SqliteStore::in_memory().unwrap());
    let auth = Auth::builder().authorization_server(own).build().unwrap();
    let server = TestServer::around(auth.router(Headers).unwrap(), RESOURCE, &TestIssuer::new());
    let grant = Grant::of_github(&auth, &github, "octocat", RESOURCE, "headers:set").await;
    let call = async |name: &str, value: &str| {
        let arguments = json!({ "name": name, "value": value });
        server.call("login", arguments).bearer(grant.access_token()).await
    };
    for (name, value) in [
        ("Authorization", "Bearer x"),
        ("Proxy-Authorization", "Basic x"),
        ("cookie", "a=b"),
        ("HOST", "evil.example"),
        ("Content-Length", "0"),
        ("content-length", "100"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "close, authorization"),
        ("Upgrade", "h2c"),
        ("TE", "trailers"),
        ("Trailer", "x"),
        ("Expect", "100-continue"),
        ("Keep-Alive", "x"),
        ("Proxy-Connection", "x"),
        ("x\r\ny", "z"),
        ("x", "y\r\nz: a"),
    ] {
        assert_told(&call(name, value).await, "");
        assert_eq!(github.api_calls().iter().filter(|(_, path, _)| path == "/echo").count(), 0, "{name}");
    }
    let good = call("Accept", "application/json").await;
    assert!(!good.is_tool_error(), "{good:?}");
}
