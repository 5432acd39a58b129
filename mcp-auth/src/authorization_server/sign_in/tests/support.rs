//! An authorization server in memory, a client, and browsers whose pages are read and forms are sent.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Arc, Mutex, atomic::AtomicUsize, atomic::Ordering},
    time::Duration,
};

use axum::{Router, body::Body};
use http::{HeaderMap, Request, StatusCode, header};
use tower::ServiceExt;

use super::super::super::{AuthorizationServer, Core, Endpoints, IssuerUrl, ProtectedServer};
use crate::{
    ClientDocuments, Problem, ScopeInfo,
    clock::Clock,
    config::ResourceUrl,
    store::{ClientRecord, CodeRecord, Digest, Person, SqliteStore, Timestamp},
    upstream::{Answer, AnyProvider, Callback, IntoProvider, Leg, Needs, SignInError, SignedIn, Tokens},
};

type ProviderFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
/// The codes that a provider was shown, with the verifiers.
type Arrivals = Arc<Mutex<Vec<(String, String)>>>;

pub(crate) const ISSUER: &str = "https://mcp.example.com";
pub(crate) const RESOURCE: &str = "https://mcp.example.com/mcp";
pub(crate) const CALLBACK: &str = "https://client.example/callback";
pub(crate) const CLIENT: &str = "client-1";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const NOW: u64 = 1_800_000_000;

/// A server with one resource, one client and one provider.
pub(crate) struct World {
    pub(crate) core: Arc<Core>,
    pub(crate) clock: Clock,
    pub(crate) arrivals: Arrivals,
    router: Router,
    folder: Option<std::path::PathBuf>,
}

/// What a world is made of.
pub(crate) struct Plan {
    pub(crate) issuer: &'static str,
    pub(crate) providers: Vec<&'static str>,
    pub(crate) resources: Vec<&'static str>,
    pub(crate) requires: Vec<&'static str>,
    pub(crate) scopes: Vec<&'static str>,
    pub(crate) redirect_uris: Vec<&'static str>,
    pub(crate) client_name: &'static str,
    pub(crate) documents: ClientDocuments,
    pub(crate) who_may_enter: Option<crate::WhoMayEnter>,
    /// What the tools need at providers.
    pub(crate) upstream: Needs,
    /// In a file, so that a test can break it.
    pub(crate) on_disk: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            issuer: ISSUER,
            providers: vec!["idp"],
            resources: vec![RESOURCE],
            requires: vec![],
            scopes: vec!["notes:read", "notes:write", "notes:admin"],
            redirect_uris: vec![CALLBACK],
            client_name: "A client",
            documents: ClientDocuments::new(),
            who_may_enter: None,
            upstream: Needs::default(),
            on_disk: false,
        }
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::of(Plan::default()).await
    }

    pub(crate) async fn of(plan: Plan) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let clock = Clock::fixed(NOW);
        let folder = plan.on_disk.then(|| {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            std::env::temp_dir().join(format!("mcp-auth-sign-in-{}-{count}", std::process::id()))
        });
        let store = match &folder {
            Some(folder) => {
                std::fs::create_dir_all(folder).unwrap();
                SqliteStore::open(folder.join("auth.db")).unwrap()
            }
            None => SqliteStore::in_memory().unwrap(),
        };
        let arrivals = Arrivals::default();
        let mut settings =
            AuthorizationServer::new(plan.issuer).store(store).sealing_key("test", SEALING_KEY);
        settings = settings.client_documents(plan.documents);
        for id in plan.providers {
            settings = match id {
                "development" => settings.sign_in(crate::DevelopmentSignIn::new()),
                id => settings.sign_in(StandIn::new(id, Arc::clone(&arrivals))),
            };
        }
        if let Some(policy) = plan.who_may_enter {
            settings = settings.who_may_enter(policy);
        }
        let core = settings.start("test", clock.clone()).unwrap();
        let scope = |name: &&'static str| ScopeInfo::new(name).described(Some("Does something."));
        let server = |resource: &&str| ProtectedServer {
            resource: ResourceUrl::parse(resource, "test").unwrap(),
            title: "Notes".to_owned(),
            scopes: plan.scopes.iter().map(scope).collect(),
            requires: plan.requires.iter().map(scope).collect(),
            upstream: plan.upstream.clone(),
        };
        let servers = plan.resources.iter().map(server).collect();
        let endpoints = Arc::new(Endpoints { core: Arc::clone(&core), servers });
        let mut router = Router::new();
        for (path, route) in endpoints.routes() {
            router = router.route(&path, route);
        }
        let world = Self { core, clock, arrivals, router, folder };
        world.register(CLIENT, plan.client_name, &plan.redirect_uris).await;
        world
    }

    /// A public client.
    pub(crate) async fn register(&self, id: &str, name: &str, redirect_uris: &[&str]) {
        let metadata = serde_json::json!({
            "client_name": name, "redirect_uris": redirect_uris, "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
        });
        let record = ClientRecord {
            id: id.to_owned(),
            metadata: metadata.to_string(),
            fingerprint: Digest::of(id),
            secret: None,
            registered_at: self.core.now(),
            expires_at: self.core.now().plus(Duration::from_secs(86_400)),
            used: false,
        };
        self.core.store.register(record, 100, self.core.now()).await.unwrap();
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser { world: self, cookies: BTreeMap::new(), from: Vec::new() }
    }

    /// The record of the code in `location`.
    pub(crate) async fn code(&self, answer: &Seen) -> CodeRecord {
        let code = answer.answer("code").expect("a code");
        self.core.store.code(&Digest::of(code)).await.unwrap().expect("the code is kept")
    }

    /// From now on the store cannot answer what needs this table.
    pub(crate) fn break_table(&self, table: &str) {
        self.change(&format!("ALTER TABLE {table} RENAME TO broken_{table}"));
    }

    pub(crate) fn mend_table(&self, table: &str) {
        self.change(&format!("ALTER TABLE broken_{table} RENAME TO {table}"));
    }

    /// The bytes of the store's files.
    pub(crate) fn files(&self) -> Vec<u8> {
        let folder = std::fs::read_dir(self.folder.as_ref().expect("a store on the disk")).unwrap();
        folder.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }

    pub(crate) fn change(&self, sql: &str) {
        let file = self.folder.as_ref().expect("a store on the disk").join("auth.db");
        let connection = rusqlite::Connection::open(file).unwrap();
        connection.busy_timeout(Duration::from_secs(5)).unwrap();
        connection.execute_batch(sql).unwrap();
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

const SEALING_KEY: &str = "0123456789abcdef0123456789abcdef";

/// A good request, with changes: a value of `None` leaves the parameter out.
pub(crate) fn authorize(changes: &[(&str, Option<&str>)]) -> String {
    let mut pairs = vec![
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("state", "state of the client"),
        ("resource", RESOURCE),
        ("scope", "notes:read notes:write"),
    ];
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        pairs.extend(value.map(|value| (*name, value)));
    }
    format!("/authorize?{}", encoded(&pairs))
}

pub(crate) fn encoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// A browser: it keeps cookies, and says where its requests come from.
pub(crate) struct Browser<'a> {
    world: &'a World,
    pub(crate) cookies: BTreeMap<String, String>,
    /// Headers that say so; none: a browser that does not.
    pub(crate) from: Vec<(&'static str, String)>,
}

impl Browser<'_> {
    pub(crate) async fn get(&mut self, url: &str) -> Seen {
        self.send(Request::get(local(self.world, url)).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&mut self, url: &str, fields: &[(String, String)]) -> Seen {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request = Request::post(local(self.world, url)).body(Body::from(body)).unwrap();
        let form = header::HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(header::CONTENT_TYPE, form);
        self.send(request).await
    }

    pub(crate) async fn send(&mut self, mut request: Request<Body>) -> Seen {
        let authority = self.world.core.issuer.origin().split_once("://").unwrap().1.to_owned();
        request.headers_mut().insert(header::HOST, authority.parse().unwrap());
        request.headers_mut().extend(self.headers());
        for (name, value) in &self.from {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let response = self.world.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        Seen { status: parts.status, headers: parts.headers, body }
    }

    /// The cookies, as they are sent.
    pub(crate) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if !self.cookies.is_empty() {
            let cookies: Vec<_> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let cookies = header::HeaderValue::from_bytes(cookies.join("; ").as_bytes()).unwrap();
            headers.insert(header::COOKIE, cookies);
        }
        headers
    }

    /// Presses `button` in the page's form, with `change` to what is posted.
    pub(crate) async fn press(&mut self, page: &Seen, button: (&str, &str)) -> Seen {
        self.post(&page.action(), &page.fields(button)).await
    }

    /// From the consent page to the provider and back with a code of `code`: the answer to the callback.
    pub(crate) async fn sign_in(&mut self, page: &Seen, code: &str) -> Seen {
        let departure = self.press(page, ("decision", "allow")).await;
        self.come_back(&departure, code).await
    }

    /// The provider sends the person back from where `departure` led.
    pub(crate) async fn come_back(&mut self, departure: &Seen, code: &str) -> Seen {
        let provider = departure.location();
        let (redirect_uri, state) = (query(&provider, "redirect_uri"), query(&provider, "state"));
        self.get(&format!(
            "{}?{}",
            redirect_uri.unwrap(),
            encoded(&[("code", code), ("state", &state.unwrap())])
        ))
        .await
    }

    pub(crate) fn cookie(&self, kind: &str) -> Option<&String> {
        Some(self.cookies.iter().find(|(name, _)| name.contains(kind))?.1)
    }
}

fn local(world: &World, url: &str) -> String {
    let rest = url.strip_prefix(world.core.issuer.origin()).unwrap_or(url);
    assert!(rest.starts_with('/'), "{url} is not at this server");
    rest.to_owned()
}

/// A value of a URL's query.
pub(crate) fn query(url: &str, name: &str) -> Option<String> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let mut found = form_urlencoded::parse(query.as_bytes()).filter(|(known, _)| known == name);
    let first = found.next().map(|(_, value)| value.into_owned());
    assert!(found.next().is_none(), "{name} is there twice in {url}");
    first
}

/// What a browser got.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    /// Where it is sent.
    #[track_caller]
    pub(crate) fn location(&self) -> String {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "no redirect: {}", self.text());
        self.headers[header::LOCATION].to_str().unwrap().to_owned()
    }

    /// A member of what the client is told, and only the client of [`CALLBACK`].
    #[track_caller]
    pub(crate) fn answer(&self, name: &str) -> Option<String> {
        let location = self.location();
        assert!(location.starts_with(&format!("{CALLBACK}?")), "not to the client: {location}");
        query(&location, name)
    }

    /// A page with this status, from which nothing leads away.
    #[track_caller]
    pub(crate) fn error_page(&self, status: u16) {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert!(self.headers.get(header::LOCATION).is_none());
        assert!(!self.body.contains("<form"), "an error page has no form: {}", self.body);
        assert!(!self.body.contains("<a "), "an error page has no link: {}", self.body);
    }

    #[track_caller]
    pub(crate) fn is_consent_page(&self) -> bool {
        self.status == StatusCode::OK && self.body.contains("name=\"decision\" value=\"allow\"")
    }

    /// Where the page's form is posted.
    #[track_caller]
    pub(crate) fn action(&self) -> String {
        let form = self.body.split("<form").nth(1).unwrap_or_else(|| panic!("no form: {}", self.text()));
        attribute(form, "action").expect("an action")
    }

    /// What the page's first form posts, with this button.
    #[track_caller]
    pub(crate) fn fields(&self, button: (&str, &str)) -> Vec<(String, String)> {
        let form = self.body.split("<form").nth(1).unwrap_or_else(|| panic!("no form: {}", self.text()));
        let form = form.split("</form").next().unwrap();
        let inputs = form.split("<input").skip(1).filter(|input| {
            let tag = input.split('>').next().unwrap();
            !tag.contains(" disabled") && (!tag.contains("\"checkbox\"") || tag.contains(" checked"))
        });
        let field =
            |input: &str| Some((attribute(input, "name")?, attribute(input, "value").unwrap_or_default()));
        let mut fields: Vec<_> = inputs.filter_map(field).collect();
        fields.push((button.0.to_owned(), button.1.to_owned()));
        fields
    }

    /// Its text without tags.
    pub(crate) fn text(&self) -> String {
        let mut inside = false;
        let text = self.body.chars().filter(|char| {
            inside = (inside || *char == '<') && *char != '>';
            !inside && *char != '>'
        });
        text.collect()
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = tag.split('>').next().unwrap();
    let value = tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
    let value = value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    Some(value.replace("&amp;", "&"))
}

/// A provider that believes whatever its code says: `refused`, `unavailable`, `misconfigured`, or the id of somebody,
/// with whatever behind a dot.
#[derive(Debug)]
struct StandIn {
    id: &'static str,
    arrivals: Arrivals,
    scopes: Vec<String>,
}

impl IntoProvider for StandIn {
    fn into_provider(self) -> Arc<dyn AnyProvider> {
        Arc::new(self)
    }
}

impl AnyProvider for StandIn {
    fn id(&self) -> &str {
        self.id
    }

    fn name(&self) -> &str {
        self.id
    }

    fn asks(&self, scopes: &[String]) -> Vec<String> {
        scopes.iter().map(|scope| format!("read your {scope} there")).collect()
    }

    fn scopes(&self) -> &[String] {
        &self.scopes
    }

    fn problems(&self, _issuer: &IssuerUrl) -> Vec<Problem> {
        Vec::new()
    }

    fn departure<'a>(&'a self, leg: &'a Leg) -> ProviderFuture<'a, Result<String, SignInError>> {
        let challenge = leg.code_challenge();
        let pairs = [
            ("redirect_uri", leg.redirect_uri.as_str()),
            ("state", leg.state.expose()),
            ("code_challenge", &challenge),
            ("scope", &leg.scopes.join(" ")),
        ];
        let url = format!("https://{}.example/authorize?{}", self.id, encoded(&pairs));
        Box::pin(std::future::ready(Ok(url)))
    }

    fn arrive<'a>(
        &'a self,
        callback: &'a Callback,
        leg: &'a Leg,
        now: Timestamp,
    ) -> ProviderFuture<'a, Result<SignedIn, SignInError>> {
        let arrived = match &callback.answer {
            Answer::Error(_) => Err(SignInError::Denied),
            Answer::Code(code) => {
                let verifier = leg.code_verifier.expose().to_owned();
                self.arrivals.lock().unwrap().push((code.expose().to_owned(), verifier));
                match code.expose() {
                    "refused" => Err(SignInError::Refused("a used code".to_owned())),
                    "unavailable" => Err(SignInError::Unavailable("no answer".into())),
                    "misconfigured" => Err(SignInError::Misconfigured("a wrong secret".to_owned())),
                    code => {
                        let id = code.split('.').next().unwrap_or_default();
                        Ok(SignedIn { person: self.person(id), tokens: Some(tokens(code, now)) })
                    }
                }
            }
        };
        Box::pin(std::future::ready(arrived))
    }

    fn refresh<'a>(
        &'a self,
        _tokens: &'a Tokens,
        _now: Timestamp,
    ) -> ProviderFuture<'a, Result<Tokens, SignInError>> {
        Box::pin(std::future::ready(Err(SignInError::Refused("no".to_owned()))))
    }
}

impl StandIn {
    fn new(id: &'static str, arrivals: Arrivals) -> Self {
        Self { id, arrivals, scopes: vec!["profile".to_owned()] }
    }

    fn person(&self, id: &str) -> Person {
        Person { provider: self.id.to_owned(), id: id.to_owned(), name: format!("{id} of {}", self.id) }
    }
}

/// The token runs out in a minute where the code says `soon`.
fn tokens(code: &str, now: Timestamp) -> Tokens {
    Tokens {
        access_token: format!("upstream token of {code}").into(),
        refresh_token: None,
        scopes: None,
        expires_at: code.contains(".soon").then(|| now.plus(Duration::from_secs(60))),
    }
}
