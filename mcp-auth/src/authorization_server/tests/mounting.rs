//! Where the authorization server is, and where it cannot be.

use axum::{Router, body::Body};
use http::{Request, StatusCode, header};
use serde_json::json;
use tower::ServiceExt as _;

use super::{Bed, Notes, memory, settings};
use crate::{Auth, AuthorizationServer, ConfigError, DevelopmentIssuer, DevelopmentSignIn, Issuer};

fn at(issuer: &str) -> Auth {
    AuthorizationServer::new(issuer).sign_in(DevelopmentSignIn::new()).store(memory()).build().unwrap()
}

#[track_caller]
fn refused(result: Result<Router, ConfigError>, message: &str) {
    let error = result.expect_err(message).to_string();
    assert!(error.contains(message), "{error}");
}

async fn status(router: &Router, path: &str) -> StatusCode {
    let request = Request::builder().uri(path).header(header::HOST, "127.0.0.1:3000");
    router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
}

#[tokio::test]
async fn several_servers_share_one_authorization_server() {
    let auth = at("http://127.0.0.1:3000");
    let mount = auth
        .mount()
        .server_at("http://127.0.0.1:3000/one", Notes)
        .server_at("http://127.0.0.1:3000/two", Notes);
    let router = mount.router().unwrap();
    let request = Request::builder().uri("/.well-known/oauth-authorization-server");
    let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let resources = json!(["http://127.0.0.1:3000/one", "http://127.0.0.1:3000/two"]);
    assert_eq!(body["protected_resources"], resources);
    assert_eq!(body["scopes_supported"], json!(["notes:read", "notes:write"]), "each once");
    assert_eq!(status(&router, "/token").await, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn the_parts_have_its_routes_apart() {
    let parts = at("http://127.0.0.1:3000").mount().server(Notes).parts().unwrap();
    let path = "/.well-known/oauth-authorization-server";
    assert_eq!(status(&parts.authorization_server, path).await, StatusCode::OK);
    assert_eq!(status(&parts.authorization_server, "/token").await, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(status(&parts.well_known, path).await, StatusCode::NOT_FOUND);
    let without = Auth::builder().issuer(Issuer::new("https://auth.example.com")).build().unwrap();
    let parts = without.mount().server(Notes).parts().unwrap();
    assert_eq!(status(&parts.authorization_server, path).await, StatusCode::NOT_FOUND);
}

#[test]
fn s11_it_is_where_its_servers_are() {
    for (issuer, resource) in [
        ("http://127.0.0.1:3000", "https://mcp.example.com/mcp"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3001/mcp"),
        ("http://127.0.0.1:3000", "http://localhost:3000/mcp"),
        ("http://localhost:3000", "http://127.0.0.1:3000/mcp"),
    ] {
        refused(at(issuer).mount().server_at(resource, Notes).router(), "give both the same origin");
    }
    let mixed = at("http://127.0.0.1:3000")
        .mount()
        .server_at("http://127.0.0.1:3000/mcp", Notes)
        .server_at("https://mcp.example.com/mcp", Notes);
    refused(mixed.router(), "people elsewhere cannot reach the authorization server");
    // One host more, at the same address.
    let two = at("http://127.0.0.1:3000")
        .mount()
        .server_at("http://127.0.0.1:3000/mcp", Notes)
        .server_at("http://localhost:3000/two", Notes);
    assert!(two.router().is_ok());
}

#[test]
fn whatever_would_answer_at_its_paths_is_an_error_at_start() {
    for path in ["/token", "/register/", "/revoke", "/.well-known-not/../token"] {
        let resource = format!("http://127.0.0.1:3000{path}");
        assert!(at("http://127.0.0.1:3000").mount().server_at(&resource, Notes).router().is_err(), "{path}");
    }
    refused(
        at("http://127.0.0.1:3000").mount().server_at("http://127.0.0.1:3000/token", Notes).router(),
        "would both answer at `/token`",
    );
    // Where old clients look besides, a server may be.
    let under = at("http://127.0.0.1:3000/auth").mount().server_at("http://127.0.0.1:3000/token", Notes);
    assert!(under.router().is_ok());
    let two = at("http://127.0.0.1:3000").mount().server_at("http://127.0.0.1:3000/one", Notes);
    let two = two.join(at("http://127.0.0.1:3000").mount().server_at("http://127.0.0.1:3000/two", Notes));
    refused(two.router(), "would both answer at `/token`");
    let development = DevelopmentIssuer::new("http://127.0.0.1:3000").unwrap();
    let both = Auth::builder().authorization_server(settings(memory())).development_issuer(development);
    refused(both.build().and_then(|auth| auth.router(Notes)), "is trusted twice");
    let development = DevelopmentIssuer::new("http://127.0.0.1:4000").unwrap();
    let both = Auth::builder().authorization_server(settings(memory())).development_issuer(development);
    refused(both.build().and_then(|auth| auth.router(Notes)), "would both answer at");
}

#[test]
fn our_own_issuer_is_not_trusted_a_second_way() {
    let twice = Auth::builder()
        .authorization_server(settings(memory()))
        .issuer(Issuer::new("http://127.0.0.1:3000"))
        .build();
    assert!(twice.unwrap_err().to_string().contains("is trusted twice"));
    let other = Auth::builder()
        .issuer(Issuer::new("https://auth.example.com"))
        .authorization_server(settings(memory()))
        .build();
    assert_eq!(
        other.unwrap().issuers(),
        ["http://127.0.0.1:3000", "https://auth.example.com"],
        "ours is the first"
    );
}

/// A page of another host that leads its name to this machine (DNS rebinding) signs nobody in.
#[tokio::test]
async fn t4_requests_for_another_host_are_refused() {
    let bed = Bed::new();
    for path in ["/token", "/register", "/revoke", "/authorize", "/consent", "/sign-in"] {
        for host in ["evil.example", "evil.example:3000", "127.0.0.1.evil.example:3000"] {
            let request = Request::post(path).header(header::HOST, host).body(Body::empty()).unwrap();
            bed.send(request).await.assert_error(403, "invalid_request");
        }
        let request = Request::post(path).header(header::HOST, "localhost:3000").body(Body::empty()).unwrap();
        assert_eq!(bed.send(request).await.status, StatusCode::BAD_REQUEST, "a name of this machine");
    }
}

/// The `Host` header keeps pages out, and nobody who can write one: what listens for the network lets the network in.
#[tokio::test]
async fn a_sign_in_without_a_password_does_not_listen_for_the_network() {
    let listen = |address: &str| {
        let auth = Auth::builder().authorization_server(settings(memory())).listen(address).build().unwrap();
        async move { auth.bind(Notes).await }
    };
    for address in ["0.0.0.0:0", "[::]:0"] {
        let error = listen(address).await.unwrap_err().to_string();
        assert!(error.contains("AuthBuilder::listen") && error.contains("as anybody"), "{error}");
    }
    assert!(listen("127.0.0.1:0").await.is_ok());
}

/// `MCP_GITHUB_BASE_URL` that was left over from the first steps: whoever answers there says who somebody is.
#[tokio::test]
async fn t13_a_github_of_this_machine_signs_nobody_in_elsewhere() {
    let bind = async |origin: &str, address: &str, github: &str| {
        let own = AuthorizationServer::new(origin)
            .sign_in(crate::GitHub::new("id", "secret").with_base_url(github))
            .store(memory())
            .sealing_key("1", "0123456789abcdef0123456789abcdef");
        let auth = Auth::builder().authorization_server(own).listen(address).build().unwrap();
        auth.mount().server_at(&format!("{origin}/mcp"), Notes).bind().await
    };
    let (fake, real) = ("http://127.0.0.1:4000", "https://github.com");
    let (public, here) = ("https://mcp.example.com", "http://127.0.0.1:3000");
    for (origin, address) in [(public, "127.0.0.1:0"), (public, "0.0.0.0:0"), (here, "0.0.0.0:0")] {
        let error = bind(origin, address, fake).await.unwrap_err().to_string();
        assert!(error.contains("as anybody"), "{error}");
        assert!(bind(origin, address, real).await.is_ok());
    }
    assert!(bind(here, "127.0.0.1:0", fake).await.is_ok());
}
