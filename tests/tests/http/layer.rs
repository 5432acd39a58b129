//! `auth.layer()`: ordinary routes answer as the MCP endpoint beside them would.

use std::net::SocketAddr;

use axum::{Router, routing::get};
use mcp_auth::{Auth, AuthInfo, AuthLayer, DevelopmentIssuer, Issuer};
use tokio::task::JoinHandle;

use crate::support::{Answer, Connection, Message, exchange, free_port, request, within};

mod notes {
    use mcp_auth::Scope;

    /// Read everybody's notes.
    #[derive(Scope)]
    #[scope("notes:admin", includes(WriteNotes))]
    pub(super) struct AdminNotes;

    /// Change your notes.
    #[derive(Scope)]
    #[scope("notes:write")]
    pub(super) struct WriteNotes;

    #[derive(Clone)]
    pub(super) struct Notes;

    #[mcp_auth::server(scopes("notes:read", WriteNotes, AdminNotes))]
    impl Notes {
        /// Lists notes.
        #[tool(scopes = "notes:read")]
        async fn list_notes(&self, user: mcp_auth::AuthInfo) -> String {
            user.subject().to_owned()
        }
    }
}
use notes::{AdminNotes, Notes, WriteNotes};

async fn subject(user: AuthInfo) -> String {
    user.subject().to_owned()
}

/// Claims that some issuers add.
#[derive(serde::Deserialize)]
struct Employee {
    department: String,
}

async fn department(user: AuthInfo<Employee>) -> String {
    user.claims().department.clone()
}

async fn may_write(user: AuthInfo) -> String {
    user.has::<WriteNotes>().to_string()
}

async fn perhaps(user: Option<AuthInfo>) -> String {
    user.map_or("nobody".to_owned(), |user| user.subject().to_owned())
}

async fn headers(headers: http::HeaderMap) -> String {
    format!("{headers:?}")
}

/// An MCP server and ordinary routes, behind the same tokens.
struct Running {
    address: SocketAddr,
    issuer: DevelopmentIssuer,
    resource: String,
    task: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn layer(auth: &Auth) -> AuthLayer {
    auth.layer_for::<Notes>().unwrap()
}

async fn start(app: impl FnOnce(&Auth) -> Router) -> Running {
    let origin = format!("http://127.0.0.1:{}", free_port());
    let issuer = DevelopmentIssuer::new(&origin).unwrap();
    let down = format!("http://127.0.0.1:{}", free_port());
    let resource = format!("{origin}/mcp");
    let auth =
        Auth::builder().development_issuer(issuer.clone()).issuer(Issuer::new(down)).resource(&resource);
    let auth = auth.build().unwrap();
    let bound = auth.bind(Notes).await.unwrap().merge(app(&auth));
    let address = bound.address();
    let task = tokio::spawn(bound.run_until(std::future::pending()));
    Running { address, issuer, resource, task }
}

/// The client has not sent its body yet, and needs its connection again.
#[tokio::test]
async fn a_refusal_before_the_body_keeps_the_connection() {
    let running =
        start(|auth| Router::new().route("/notes", axum::routing::post(subject)).layer(layer(auth))).await;
    let host = running.address.to_string();
    let mut connection = Connection::open(running.address).await;
    let body = vec![b' '; 10_000];
    let whole = request("POST", "/notes").body(body.clone()).bytes(&host);
    let (head, rest) = whole.split_at(whole.len() - body.len());
    connection.write(head).await.unwrap();
    assert_eq!(within(connection.answer()).await.unwrap().status, 401);
    connection.write(rest).await.unwrap();
    let good = running.issuer.token("alice").audience(&running.resource).issue();
    let again = request("POST", "/notes").token(good.expose());
    connection.write(&again.bytes(&host)).await.unwrap();
    assert_eq!(within(connection.answer()).await.unwrap().body, "alice");
}

/// Every kind of route.
fn routes(auth: &Auth) -> Router {
    let writes = layer(auth).requires::<WriteNotes>().unwrap();
    let read = Router::new()
        .route("/notes", get(subject))
        .route("/headers", get(headers))
        .route("/notes/new", get(subject).layer(writes.clone()))
        .layer(layer(auth).requires_scope("notes:read").unwrap());
    let open = Router::new().route("/open", get(perhaps)).route("/open/me", get(subject));
    let typed = Router::new().route("/department", get(department)).route("/may-write", get(may_write));
    let typed = typed.layer(layer(auth));
    let both = writes.requires_scope("notes:read").unwrap();
    read.merge(open.layer(layer(auth).optional()))
        .route("/both", get(subject).layer(both))
        .merge(typed)
        .route("/forgotten", get(subject))
        .route("/forgotten/perhaps", get(perhaps))
}

impl Running {
    async fn send(&self, message: &Message) -> Answer {
        exchange(self.address, &message.bytes(&self.address.to_string())).await.expect("an answer")
    }

    async fn get(&self, path: &str, token: Option<&str>) -> Answer {
        self.send(&request("GET", path).maybe(token)).await
    }

    fn token(&self, scopes: &str) -> String {
        self.token_for(&self.resource, scopes)
    }

    fn token_for(&self, audience: &str, scopes: &str) -> String {
        self.issuer.token("alice").audience(audience).scopes(scopes).issue().expose().to_owned()
    }
}

/// One row a route, one column a token: nothing, bad, without scopes, `notes:read`, and both.
#[tokio::test]
async fn r9_r11_r22_r26_the_table_of_routes_and_tokens() {
    let running = start(routes).await;
    let other = running.token_for(&format!("http://{}/other", running.address), "notes:read notes:write");
    let expired = running.issuer.token("alice").audience(&running.resource).expired().issue();
    let [narrow, read, both] =
        ["", "notes:read", "notes:read notes:write"].map(|scopes| running.token(scopes));
    let tokens =
        [None, Some(other.as_str()), Some(expired.expose()), Some(&narrow), Some(&read), Some(&both)];
    for (path, statuses) in [
        ("/notes", [401, 401, 401, 403, 200, 200]),
        ("/notes/new", [401, 401, 401, 403, 403, 200]),
        ("/both", [401, 401, 401, 403, 403, 200]),
        ("/open", [200, 401, 401, 200, 200, 200]),
        ("/open/me", [401, 401, 401, 200, 200, 200]),
        ("/forgotten", [500; 6]),
        ("/forgotten/perhaps", [500; 6]),
    ] {
        for (token, status) in tokens.into_iter().zip(statuses) {
            let answer = running.get(path, token).await;
            assert_eq!(answer.status, status, "{path}: {answer:?}");
            assert_eq!(matches!(status, 401 | 403), answer.challenge().is_some(), "{path}: {answer:?}");
        }
    }
    assert_eq!(running.get("/notes", Some(&read)).await.body, "alice");
    assert_eq!(running.get("/open", None).await.body, "nobody");
    assert_eq!(running.get("/open", Some(&read)).await.body, "alice");
}

#[tokio::test]
async fn r16_a_scope_that_includes_the_demanded_one_will_do() {
    let running = start(routes).await;
    for (scopes, write, admin) in [
        ("notes:read", 403, "false"),
        ("notes:read notes:write", 200, "true"),
        ("notes:read notes:admin", 200, "true"),
    ] {
        let token = running.token(scopes);
        assert_eq!(running.get("/notes/new", Some(&token)).await.status, write, "{scopes}");
        assert_eq!(running.get("/may-write", Some(&token)).await.body, admin, "{scopes}");
    }
    let auth = Auth::builder().issuer(Issuer::new("https://auth.example.com"));
    let auth = auth.resource("https://mcp.example.com/mcp").build().unwrap();
    assert!(layer(&auth).requires::<AdminNotes>().is_ok());
}

#[tokio::test]
async fn claims_of_another_form_are_403_without_a_challenge() {
    let running = start(routes).await;
    let token = |department: serde_json::Value| {
        let token = running.issuer.token("alice").audience(&running.resource).claim("department", department);
        token.issue().expose().to_owned()
    };
    let answer = running.get("/department", Some(&token("books".into()))).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "books"));
    let answer = running.get("/department", Some(&token(7.into()))).await;
    assert_eq!((answer.status, answer.json()["error"].as_str()), (403, Some("forbidden")), "{answer:?}");
    assert!(answer.challenge().is_none());
}

#[tokio::test]
async fn r6_r8_r9_r11_refusals_are_those_of_the_gate_with_a_plain_body() {
    let running = start(routes).await;
    let metadata = format!("http://{}/.well-known/oauth-protected-resource/mcp", running.address);
    let error = |answer: &Answer| answer.json()["error"].as_str().unwrap().to_owned();

    let answer = running.get("/notes", None).await;
    let challenge = answer.challenge().unwrap();
    assert_eq!(challenge.names(), ["scope", "resource_metadata"], "r8");
    assert_eq!(challenge.get("resource_metadata"), Some(metadata.as_str()));
    assert_eq!(error(&answer), "unauthorized");
    assert_eq!(answer.header("cache-control"), Some("no-store"));

    let answer = running.get("/notes", Some("nonsense")).await;
    assert_eq!((answer.status, error(&answer).as_str()), (401, "invalid_token"));
    assert_eq!(answer.challenge().unwrap().get("error"), Some("invalid_token"));

    let answer = running.get("/both", Some(&running.token("notes:read"))).await;
    assert_eq!((answer.status, error(&answer).as_str()), (403, "insufficient_scope"));
    assert_eq!(answer.challenge().unwrap().get("scope"), Some("notes:write notes:read"), "all of them");

    // R12, R21: malformed credentials.
    for message in [
        request("GET", "/notes").token("a").token("b"),
        request("GET", "/notes").with("authorization", "Bearer"),
        request("GET", "/notes").with("authorization", "Bearer a b"),
    ] {
        let answer = running.send(&message).await;
        assert_eq!((answer.status, error(&answer).as_str()), (400, "invalid_request"), "{answer:?}");
        assert_eq!(answer.challenge().unwrap().get("error"), Some("invalid_request"));
    }
    // R20: a token in the query is none.
    let answer = running.get(&format!("/notes?access_token={}", running.token("notes:read")), None).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn t12_an_issuer_that_is_down_is_503() {
    let origin = format!("http://127.0.0.1:{}", free_port());
    let down = DevelopmentIssuer::new(&origin).unwrap();
    let auth =
        Auth::builder().issuer(Issuer::new(down.url())).resource(format!("{origin}/mcp")).build().unwrap();
    let bound = auth.bind(Notes).await.unwrap();
    let app = Router::new().route("/notes", get(subject)).layer(auth.layer().unwrap());
    let address = bound.address();
    let task = tokio::spawn(bound.merge(app).run_until(std::future::pending()));
    let running = Running { address, issuer: down, resource: format!("{origin}/mcp"), task };
    let answer = running.get("/notes", Some(&running.token(""))).await;
    assert_eq!(answer.status, 503, "{answer:?}");
    assert!(answer.header("retry-after").is_some() && answer.challenge().is_none());
    assert_eq!(answer.json()["error"], "temporarily_unavailable");
}

#[tokio::test]
async fn foreign_hosts_are_refused_and_pages_are_the_apps_own_affair() {
    let running = start(routes).await;
    let token = running.token("notes:read");
    let get = || request("GET", "/notes").token(&token);
    let answer = running.send(&get().with("host", "evil.example")).await;
    assert_eq!((answer.status, answer.json()["error"].as_str()), (403, Some("forbidden")), "{answer:?}");
    assert_eq!(running.send(&get().with("host", "a").with("host", "b")).await.status, 400);
    assert_eq!(running.send(&get().with("origin", "https://app.example.com")).await.status, 200);
}

#[tokio::test]
async fn r24_r28_r43_the_token_ends_at_the_layer_and_answers_are_private() {
    let running = start(routes).await;
    let token = running.token("notes:read");
    let answer = running.get("/headers", Some(&token)).await;
    assert!(!answer.body.contains("authorization") && !answer.body.contains(&token), "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("private"));
}

/// A layer around everything, the MCP endpoint too: every call would be 401 for ever, and nobody would know why.
#[tokio::test]
async fn a_layer_around_the_mcp_endpoint_is_500_and_not_401() {
    let origin = format!("http://127.0.0.1:{}", free_port());
    let issuer = DevelopmentIssuer::new(&origin).unwrap();
    let resource = format!("{origin}/mcp");
    let auth = Auth::builder().development_issuer(issuer.clone()).resource(&resource).build().unwrap();
    let app = auth.router(Notes).unwrap().layer(auth.layer().unwrap());
    // Two layers of different resources: the token has been taken by the first.
    let other = auth.layer_at(&format!("{origin}/other")).unwrap();
    let nested = Router::new().route("/nested", get(subject).layer(other)).layer(auth.layer().unwrap());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(async move {
        let _ = axum::serve(listener, app.merge(nested)).await;
    });
    let running = Running { address, issuer, resource, task };
    let token = running.token("notes:read");
    let answer = running.send(&Message::call("list_notes").token(&token)).await;
    assert_eq!(answer.status, 500, "{answer:?}");
    assert_eq!(running.get("/nested", Some(&token)).await.status, 500);
}

#[tokio::test]
async fn r1_r4_an_app_without_an_mcp_server_serves_its_metadata() {
    let issuer = DevelopmentIssuer::new("http://127.0.0.1:3000").unwrap();
    let auth =
        Auth::builder().development_issuer(issuer).resource("http://127.0.0.1:3000/api").build().unwrap();
    let layer = auth.layer().unwrap();
    let app = Router::new().route("/api", get(subject)).layer(layer.clone()).merge(layer.well_known());
    let get = |path: &str| {
        let request = http::Request::get(format!("http://127.0.0.1:3000{path}"));
        tower::ServiceExt::oneshot(app.clone(), request.body(axum::body::Body::empty()).unwrap())
    };
    let challenge = get("/api").await.unwrap().headers()["www-authenticate"].to_str().unwrap().to_owned();
    let path = "/.well-known/oauth-protected-resource/api";
    assert!(challenge.contains(path), "{challenge}");
    let metadata = get(path).await.unwrap();
    assert_eq!(metadata.status(), 200);
    let body = axum::body::to_bytes(metadata.into_body(), 4096).await.unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(metadata["resource"], "http://127.0.0.1:3000/api");
    assert_eq!(metadata["authorization_servers"], serde_json::json!(["http://127.0.0.1:3000"]));
}

#[test]
fn a_layer_that_could_only_refuse_does_not_start() {
    let builder = || Auth::builder().issuer(Issuer::new("https://auth.example.com"));
    let auth = builder().build().unwrap();
    let setting = |error: mcp_auth::ConfigError| error.problems()[0].setting.clone();
    assert_eq!(setting(auth.layer().unwrap_err()), "AuthBuilder::resource");
    assert_eq!(setting(auth.layer_for::<Notes>().unwrap_err()), "AuthBuilder::resource");
    assert_eq!(setting(auth.layer_at("http://mcp.example.com").unwrap_err()), "Auth::layer_at");
    let elsewhere = builder().allowed_hosts(["other.example.com"]).build().unwrap();
    let error = elsewhere.layer_at("https://mcp.example.com/api").unwrap_err();
    assert_eq!(setting(error), "AuthBuilder::allowed_hosts");
    let layer = auth.layer_at("https://mcp.example.com/api").unwrap();
    for word in ["", "two words", "a\"b", "a\\b", "ü"] {
        assert_eq!(setting(layer.clone().requires_scope(word).unwrap_err()), "AuthLayer::requires", "{word}");
    }
    assert!(layer.requires_scope("any:word").is_ok());
    let notes =
        builder().resource("https://mcp.example.com/mcp").build().unwrap().layer_for::<Notes>().unwrap();
    let error = notes.requires_scope("notes:raed").unwrap_err();
    assert!(error.to_string().contains("it declares notes:read, notes:write, notes:admin"), "{error}");
}
