//! Several servers and several issuers in one process: which token opens which server, and what does not start.

use std::net::SocketAddr;

use axum::Router;
use mcp_auth::{Auth, AuthBuilder, ConfigError, DevelopmentIssuer, Error, Issuer, Mount};
use tokio::task::JoinHandle;

use crate::support::{Answer, Message, exchange, free_port, panics, request};

macro_rules! servers {
    ($($module:ident $name:ident $scope:literal;)+) => {$(
        mod $module {
            #[derive(Clone)]
            pub(super) struct $name;

            #[mcp_auth::server(name = $scope)]
            impl $name {
                /// One scope.
                #[tool(scopes = $scope)]
                async fn read(&self, user: mcp_auth::AuthInfo) -> String {
                    format!("{} at {}", user.subject(), user.issuer())
                }
            }
        }
        use $module::$name;
    )+};
}

servers! {
    notes Notes "notes:read";
    repos Repos "repos:read";
    wiki Wiki "wiki:read";
}

/// Servers behind one listener, until they are dropped.
struct Running {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Running {
    async fn start(mount: Mount) -> Self {
        let bound = mount.bind().await.expect("servers that fit each other");
        let address = bound.address();
        let task = tokio::spawn(bound.run_until(std::future::pending()));
        Self { address, task }
    }

    async fn send(&self, message: &Message) -> Answer {
        exchange(self.address, &message.bytes(&self.address.to_string())).await.expect("an answer")
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(&request("GET", path)).await
    }
}

/// Two development issuers on one port, and what they issue.
struct Issuers {
    origin: String,
    first: DevelopmentIssuer,
    second: DevelopmentIssuer,
}

impl Issuers {
    fn new() -> Self {
        let origin = format!("http://127.0.0.1:{}", free_port());
        let first = DevelopmentIssuer::new(&origin).unwrap();
        let second = DevelopmentIssuer::new(format!("{origin}/second")).unwrap();
        Self { origin, first, second }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// `notes` trusts the first, `repos` both, `wiki` the second by an audience of its own.
    fn mount(&self) -> Mount {
        let build = |builder: AuthBuilder| builder.build().unwrap();
        let one = build(Auth::builder().development_issuer(self.first.clone()));
        let both = Auth::builder().development_issuer(self.first.clone());
        let both = build(both.development_issuer(self.second.clone()));
        let two = build(Auth::builder().issuer(self.second.issuer().with_audience("api://wiki")));
        one.mount()
            .server_at(&self.at("/notes"), Notes)
            .join(both.mount().server_at(&self.at("/repos/"), Repos))
            .join(two.mount().server_at(&self.at("/wiki"), Wiki))
    }
}

fn token(issuer: &DevelopmentIssuer, audience: &str, scopes: &str) -> String {
    issuer.token("alice").audience(audience).scopes(scopes).issue().expose().to_owned()
}

/// Every token at every server. R26: for this server. R27: no other token. R30: from an issuer of this server.
#[tokio::test]
async fn r26_r27_r30_a_token_opens_its_own_server_and_no_other() {
    let issuers = Issuers::new();
    let running = Running::start(issuers.mount()).await;
    let (first, second) = (&issuers.first, &issuers.second);
    let (notes, repos, wiki) = (issuers.at("/notes"), issuers.at("/repos/"), issuers.at("/wiki"));
    let stranger = DevelopmentIssuer::new(first.url()).unwrap();
    let third = DevelopmentIssuer::new(issuers.at("/third")).unwrap();
    let all = "notes:read repos:read wiki:read";
    let table = [
        // The token, and the status at notes, repos and wiki.
        ("first, for notes", token(first, &notes, all), [200, 401, 401]),
        ("first, for notes, another scope", token(first, &notes, "repos:read"), [403, 401, 401]),
        ("first, for notes, no scope", token(first, &notes, ""), [403, 401, 401]),
        ("first, for repos", token(first, &repos, all), [401, 200, 401]),
        ("first, for repos, another scope", token(first, &repos, "notes:read"), [401, 403, 401]),
        ("first, for repos without the slash", token(first, &issuers.at("/repos"), all), [401, 401, 401]),
        ("first, for wiki", token(first, &wiki, all), [401, 401, 401]),
        ("first, for wiki by its audience", token(first, "api://wiki", all), [401, 401, 401]),
        ("first, for the origin", token(first, &issuers.origin, all), [401, 401, 401]),
        ("second, for notes", token(second, &notes, all), [401, 401, 401]),
        ("second, for repos", token(second, &repos, all), [401, 200, 401]),
        ("second, for repos, another scope", token(second, &repos, "wiki:read"), [401, 403, 401]),
        ("second, for wiki", token(second, &wiki, all), [401, 401, 401]),
        ("second, for wiki by its audience", token(second, "api://wiki", all), [401, 401, 200]),
        ("second, the same, no scope", token(second, "api://wiki", ""), [401, 401, 403]),
        ("another key under the first's name", token(&stranger, &notes, all), [401, 401, 401]),
        ("an issuer nobody trusts", token(&third, &notes, all), [401, 401, 401]),
    ];
    for (what, token, expected) in &table {
        for (at, path) in ["/notes", "/repos/", "/wiki"].into_iter().enumerate() {
            // Twice: the second time, the token may be remembered.
            for _ in 0..2 {
                let answer = running.send(&Message::call("read").at(path).token(token)).await;
                assert_eq!(answer.status, expected[at], "{what} at {path}: {answer:?}");
            }
        }
    }
    let answer = running.send(&Message::call("read").at("/repos").token(&token(second, &repos, all))).await;
    assert_eq!(answer.text(), format!("alice at {}/second", issuers.origin));
}

#[tokio::test]
async fn r2_r3_r4_each_server_has_its_own_metadata_and_challenges() {
    let issuers = Issuers::new();
    let running = Running::start(issuers.mount()).await;
    let (first, second) = (issuers.first.url(), issuers.second.url());
    for (path, servers, scope) in [
        ("/notes", vec![first], "notes:read"),
        ("/repos/", vec![first, second], "repos:read"),
        ("/wiki", vec![second], "wiki:read"),
    ] {
        let well_known = format!("/.well-known/oauth-protected-resource{path}");
        let metadata = running.get(&well_known).await;
        assert_eq!(metadata.status, 200);
        let metadata = metadata.json();
        assert_eq!(metadata["resource"], issuers.at(path));
        assert_eq!(metadata["authorization_servers"], serde_json::json!(servers));
        assert_eq!(metadata["scopes_supported"], serde_json::json!([scope]));
        let challenge = running.send(&Message::initialize().at(path)).await.challenge().unwrap();
        assert_eq!(challenge.get("resource_metadata"), Some(issuers.at(&well_known).as_str()));
        assert_eq!(challenge.get("scope"), Some(scope));
    }
    // Which of the three it would be, nobody can say.
    assert_eq!(running.get("/.well-known/oauth-protected-resource").await.status, 404);
    // Issuers that several servers share are there once.
    for path in ["/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/second"]
    {
        assert_eq!(running.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn r4_the_root_form_belongs_to_the_server_at_the_root() {
    let issuers = Issuers::new();
    let auth = Auth::builder().development_issuer(issuers.first.clone()).build().unwrap();
    let mount = auth.mount().server_at(&issuers.at("/notes"), Notes).server_at(&issuers.origin, Repos);
    let running = Running::start(mount).await;
    let metadata = running.get("/.well-known/oauth-protected-resource").await.json();
    assert_eq!(metadata["resource"], issuers.origin.as_str());
    let metadata = running.get("/.well-known/oauth-protected-resource/notes").await.json();
    assert_eq!(metadata["resource"], issuers.at("/notes"));
    for (path, audience, status) in
        [("/", &issuers.origin, 200), ("/notes", &issuers.origin, 401), ("/", &issuers.at("/notes"), 401)]
    {
        let token = token(&issuers.first, audience, "repos:read notes:read");
        assert_eq!(running.send(&Message::call("read").at(path).token(&token)).await.status, status);
    }
}

#[tokio::test]
async fn r22_a_session_of_one_server_is_unknown_to_the_other() {
    let issuers = Issuers::new();
    let auth =
        Auth::builder().development_issuer(issuers.first.clone()).session_key([7; 32]).build().unwrap();
    let mount = auth.mount().server_at(&issuers.at("/a"), Notes).server_at(&issuers.at("/b"), Repos);
    let running = Running::start(mount).await;
    let [a, b] = ["/a", "/b"].map(|path| token(&issuers.first, &issuers.at(path), "notes:read repos:read"));
    let session = running.send(&Message::initialize().at("/a").token(&a)).await.session();
    let list = || Message::old("tools/list", &serde_json::json!({})).session(&session);
    assert_eq!(running.send(&list().at("/a").token(&a)).await.status, 200);
    assert_eq!(running.send(&list().at("/b").token(&b)).await.status, 404);
}

#[tokio::test]
async fn an_issuer_that_is_down_is_503_for_its_own_tokens_only() {
    let issuers = Issuers::new();
    let down = DevelopmentIssuer::new(format!("http://127.0.0.1:{}", free_port())).unwrap();
    let auth = Auth::builder().development_issuer(issuers.first.clone()).issuer(Issuer::new(down.url()));
    let resource = issuers.at("/notes");
    let running = Running::start(auth.build().unwrap().mount().server_at(&resource, Notes)).await;
    for _ in 0..2 {
        let call = |issuer| Message::call("read").at("/notes").token(&token(issuer, &resource, "notes:read"));
        let answer = running.send(&call(&down)).await;
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(answer.header("retry-after").is_some() && answer.challenge().is_none());
        assert_eq!(running.send(&call(&issuers.first)).await.status, 200);
    }
}

fn settings(error: &ConfigError) -> Vec<&str> {
    error.problems().iter().map(|problem| problem.setting.as_str()).collect()
}

fn real() -> AuthBuilder {
    Auth::builder().issuer(Issuer::new("https://auth.example.com"))
}

fn auth() -> Auth {
    real().build().unwrap()
}

#[test]
fn servers_in_each_others_way_do_not_start() {
    let panicked = panics();
    let at = |path: &str| format!("https://mcp.example.com{path}");
    let two = |one: &str, other: &str| auth().mount().server_at(&at(one), Notes).server_at(&at(other), Repos);
    for (one, other) in [("/a", "/a"), ("/a", "/a/"), ("/a/", "/a/"), ("", ""), ("", "/"), ("/a/b", "/a/b/")]
    {
        let error = two(one, other).router().unwrap_err();
        assert_eq!(settings(&error), ["AuthBuilder::resource"; 2], "{one} {other}: {error}");
        assert!(error.to_string().contains("would both answer at"), "{error}");
        assert!(two(one, other).parts().is_err());
    }
    for (one, other) in [("/a", "/A"), ("/a", "/a/b"), ("", "/a"), ("/a", "/a%2F"), ("/:x", "/*y")] {
        assert!(two(one, other).router().is_ok(), "{one} {other}");
    }
    // Other hosts have the same paths here.
    let mount =
        auth().mount().server_at("https://a.example/mcp", Notes).server_at("https://b.example/mcp", Repos);
    assert_eq!(settings(&mount.router().unwrap_err()), ["AuthBuilder::resource"; 2]);
    // A server where a development issuer has its keys.
    let issuers = Issuers::new();
    let development = Auth::builder().development_issuer(issuers.second.clone()).build().unwrap();
    let mount = development.mount().server_at(&issuers.at("/second/.well-known/jwks.json"), Notes);
    assert_eq!(settings(&mount.router().unwrap_err()), ["DevelopmentIssuer::new"]);
    // Two development issuers that want to be the same.
    let twin = DevelopmentIssuer::new(issuers.first.url()).unwrap();
    let [one, other] = [issuers.first.clone(), twin]
        .map(|issuer| Auth::builder().development_issuer(issuer).build().unwrap().mount());
    let mount = one.server_at(&issuers.at("/a"), Notes).join(other.server_at(&issuers.at("/b"), Repos));
    assert_eq!(settings(&mount.router().unwrap_err()), ["DevelopmentIssuer::new"; 2]);
    assert_eq!(panics(), panicked);
}

#[test]
fn one_resource_for_two_servers_does_not_start() {
    let auth = real().resource("https://mcp.example.com/mcp").build().unwrap();
    let error = auth.mount().server(Notes).server(Repos).router().unwrap_err();
    assert!(error.to_string().contains("would be the resource of several servers"), "{error}");
    // The second has another one.
    let mount = auth.mount().server(Notes).server_at("https://mcp.example.com/repos", Repos);
    assert!(mount.router().is_ok());
}

/// A setting that nobody uses is one that somebody relies on.
#[test]
fn a_resource_in_the_settings_that_no_server_has_does_not_start() {
    let [own, other] = ["https://mcp.example.com/mcp", "https://mcp.example.com/other"];
    let with = || real().resource(own).build().unwrap();
    let alone = with().mount().server_at(other, Notes);
    let error = alone.router().unwrap_err();
    assert_eq!(settings(&error), ["AuthBuilder::resource"], "{error}");
    assert!(error.to_string().contains("no server is at it"), "{error}");
    assert!(error.to_string().contains("`Mount::server`"), "{error}");
    // Said once, however many servers there are, and of the settings that say it.
    let all = with().mount().server_at(other, Notes).server_at("https://mcp.example.com/wiki", Wiki);
    let all = all.join(auth().mount().server_at("https://mcp.example.com/repos", Repos));
    assert_eq!(settings(&all.parts().unwrap_err()), ["AuthBuilder::resource"]);
    // Other settings do not answer for these.
    let joined = with().mount().server_at(other, Notes).join(with().mount().server(Repos));
    assert_eq!(settings(&joined.router().unwrap_err()), ["AuthBuilder::resource"]);
    // A server at this very URL uses it, whoever wrote it down.
    assert!(with().mount().server_at(own, Notes).server_at(other, Repos).router().is_ok());
}

#[test]
fn r27_one_audience_for_two_servers_does_not_start() {
    let issuer = Issuer::new("https://auth.example.com").with_audience("api://all");
    let auth = Auth::builder().issuer(issuer).build().unwrap();
    let [a, b] = ["https://mcp.example.com/a", "https://mcp.example.com/b"];
    let error = auth.mount().server_at(a, Notes).server_at(b, Repos).router().unwrap_err();
    assert_eq!(settings(&error), ["Issuer::with_audience"], "{error}");
    assert!(
        error.to_string().contains("a token for `https://mcp.example.com/a` would be good for"),
        "{error}"
    );
    // The resource of one, as the audience of the other.
    let other =
        Auth::builder().issuer(Issuer::new("https://auth.example.com").with_audience(a)).build().unwrap();
    let mount = self::auth().mount().server_at(a, Notes).join(other.mount().server_at(b, Repos));
    assert_eq!(settings(&mount.router().unwrap_err()), ["Issuer::with_audience"]);
    // The same words of different issuers are different audiences.
    let other = Issuer::new("https://other.example.com").with_audience("api://all");
    let other = Auth::builder().issuer(other).build().unwrap();
    assert!(auth.mount().server_at(a, Notes).join(other.mount().server_at(b, Repos)).router().is_ok());
}

#[tokio::test]
async fn what_cannot_be_served_at_all_does_not_start() {
    assert_eq!(settings(&auth().mount().router().unwrap_err()), ["Auth::mount"]);
    // Problems of all servers come together.
    let mount = auth().mount().server(Notes).server_at("http://mcp.example.com", Repos).server_at("x", Wiki);
    let error = mount.router().unwrap_err();
    assert_eq!(
        settings(&error),
        ["AuthBuilder::resource", "Mount::server_at", "Mount::server_at"],
        "{error}"
    );
    // One listener, several addresses.
    let [one, other] = ["127.0.0.1:1", "127.0.0.1:2"].map(|address| real().listen(address).build().unwrap());
    let mount = one.mount().server_at("https://mcp.example.com/a", Notes);
    let mount = mount.join(other.mount().server_at("https://mcp.example.com/b", Repos));
    let Err(Error::Config(error)) = mount.bind().await else { panic!("two addresses") };
    assert_eq!(settings(&error), ["AuthBuilder::listen"], "{error}");
    let mount =
        auth().mount().server_at("http://127.0.0.1:1/a", Notes).server_at("http://127.0.0.1:2/b", Repos);
    let Err(Error::Config(error)) = mount.bind().await else { panic!("two addresses") };
    assert_eq!(settings(&error), ["AuthBuilder::listen"], "{error}");
}

#[test]
fn limits_that_refuse_everything_do_not_start() {
    let limits = mcp_auth::Limits {
        body_size: 0,
        verification_time: std::time::Duration::ZERO,
        connections: 0,
        ..mcp_auth::Limits::default()
    };
    let error = real().limits(limits).build().unwrap_err();
    assert_eq!(settings(&error), ["Limits::body_size", "Limits::connections", "Limits::verification_time"]);
}

/// An app that nests: the endpoints go where their URLs say, the metadata stay at the root.
#[tokio::test]
async fn the_parts_can_be_nested() {
    let issuers = Issuers::new();
    let auth = Auth::builder().development_issuer(issuers.first.clone()).build().unwrap();
    let (notes, repos) = (issuers.at("/api/v1/notes"), issuers.at("/api/v1/repos"));
    let parts = auth.mount().server_at(&notes, Notes).server_at(&repos, Repos).parts().unwrap();
    let mut api = Router::new();
    for endpoint in parts.endpoints {
        api = api.route(endpoint.path.strip_prefix("/api/v1").unwrap(), endpoint.route);
    }
    let app = Router::new().nest("/api", Router::new().nest("/v1", api)).merge(parts.well_known);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(async move {
        let _ = axum::serve(listener, app).await;
    });
    let running = Running { address, task };
    for (resource, other, scope) in [(&notes, &repos, "notes:read"), (&repos, &notes, "repos:read")] {
        let path = resource.strip_prefix(&issuers.origin).unwrap();
        let well_known = format!("/.well-known/oauth-protected-resource{path}");
        assert_eq!(running.get(&well_known).await.json()["resource"], resource.as_str());
        let call = |audience| Message::call("read").at(path).token(&token(&issuers.first, audience, scope));
        assert_eq!(running.send(&call(resource)).await.status, 200);
        assert_eq!(running.send(&call(other)).await.status, 401);
    }
}
