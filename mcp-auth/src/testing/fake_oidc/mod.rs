//! An issuer of OpenID Connect for tests: on loopback, with people who sign in, and every way to lie.

mod authorize;
mod id_token;
mod lie;
mod served;
mod state;
mod token;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use serde_json::{Map, Value};
use tokio::{net::TcpListener, task::JoinHandle};

pub use self::lie::OidcLie;
use self::state::{Person, State, Trouble};
use super::{TestClock, issuer::lock};
use crate::{DevelopmentIssuer, Google, Oidc, clock::Clock};

/// The client that is registered at a fake issuer.
const CLIENT_ID: &str = "fake-client";

/// An issuer of OpenID Connect on a free port of this machine, for tests of servers whose people sign in with one. Clones are
/// the same one.
///
/// Codes are good once and for their redirect URI and PKCE verifier, refresh tokens are good once, ID tokens are signed
/// (`ES256`) and say all that they have to, and its answers name it (RFC 9207). People are added by the test, and sign in on its
/// page or, for tests without a browser, by [`approve`](Self::approve). What it does wrong on purpose is an [`OidcLie`].
///
/// ```
/// use mcp_auth::{AuthorizationServer, prelude::*, store::SqliteStore, testing::{FakeOidc, Person, TestClient}};
/// # struct Notes;
/// # #[server(resource = "http://127.0.0.1:3000/mcp")]
/// # impl Notes { /** Counts. */ #[tool(scopes = "notes:read")] async fn count(&self, user: AuthInfo) -> String { user.subject().to_owned() } }
///
/// # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
/// let corp = FakeOidc::start().await;
/// corp.add_person("alice", "b5a9-alice");
/// let auth = AuthorizationServer::new("http://127.0.0.1:3000")
///     .sign_in(corp.sign_in("corp"))
///     .store(SqliteStore::in_memory().unwrap())
///     .sealing_key("test", "0123456789abcdef0123456789abcdef")
///     .build()
///     .unwrap();
/// let client = TestClient::new(auth.router(Notes).unwrap(), "http://127.0.0.1:3000/mcp").await;
/// let tokens = client.sign_in(&Person::named("alice")).await.unwrap();
/// # let _ = tokens;
/// # });
/// ```
#[derive(Clone)]
pub struct FakeOidc(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

/// What the routes see.
pub(super) struct Shared {
    url: String,
    clock: Clock,
    client_secret: String,
    signing: Mutex<DevelopmentIssuer>,
    /// The keys that are published, oldest first.
    keys: Mutex<Vec<Value>>,
    state: Mutex<State>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn now(&self) -> u64 {
        self.clock.unix().as_secs()
    }

    /// What ID tokens are said to be signed with.
    fn algorithms(&self) -> Vec<String> {
        self.state().algorithms.clone().unwrap_or_else(|| vec!["ES256".to_owned()])
    }

    /// How the client may say who it is.
    fn methods(&self) -> Vec<String> {
        let usual = || ["client_secret_basic", "client_secret_post"].map(str::to_owned).to_vec();
        self.state().methods.clone().unwrap_or_else(usual)
    }
}

/// A part of an issuer, which can be in trouble by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum OidcPart {
    /// What it says about itself.
    Metadata,
    /// The keys that it signs with.
    Keys,
    /// The page on which people sign in.
    Authorize,
    /// Where codes and refresh tokens become tokens.
    Token,
    /// Where tokens end that are not needed any more.
    Revocation,
    /// What it says about people.
    UserInfo,
    /// Everything else.
    Api,
}

impl FakeOidc {
    /// An issuer without people.
    ///
    /// # Panics
    ///
    /// Where there is no free port.
    pub async fn start() -> Self {
        Self::at(Clock::system()).await
    }

    /// An issuer whose codes and tokens end by this clock.
    ///
    /// # Panics
    ///
    /// Where there is no free port.
    pub async fn start_with_clock(clock: &TestClock) -> Self {
        Self::at(clock.shared()).await
    }

    async fn at(clock: Clock) -> Self {
        let bound = TcpListener::bind("127.0.0.1:0").await;
        let bound = bound.and_then(|listener| Ok((listener.local_addr()?, listener)));
        let (address, listener) = bound.unwrap_or_else(|error| panic!("no port for a fake issuer: {error}"));
        let url = format!("http://{address}");
        let signing = signing(&url, clock.clone());
        let shared = Arc::new(Shared {
            keys: Mutex::new(keys_of(&signing)),
            signing: Mutex::new(signing),
            url,
            clock,
            client_secret: state::random("fake-secret-"),
            state: Mutex::default(),
        });
        let server = served::serve(listener, Arc::clone(&shared));
        Self(Arc::new(Inner { shared, server }))
    }

    /// Its URL, as it stands in its metadata and tokens.
    pub fn url(&self) -> &str {
        &self.0.shared.url
    }

    /// The client id of the client that is registered there. Every redirect URI is good.
    pub fn client_id(&self) -> &str {
        CLIENT_ID
    }

    /// Its secret.
    pub fn client_secret(&self) -> &str {
        &self.0.shared.client_secret
    }

    /// The sign-in called `id` with this issuer, for [`AuthorizationServer::sign_in`](crate::AuthorizationServer::sign_in).
    pub fn sign_in(&self, id: &str) -> Oidc {
        Oidc::new(id, self.url(), self.client_id(), self.client_secret())
    }

    /// The sign-in with Google, for which this issuer stands in.
    pub fn google(&self) -> Google {
        Google::new(self.client_id(), self.client_secret()).with_issuer(self.url()).with_api_url(self.url())
    }

    /// Somebody with an account there, who has this `sub`.
    pub fn add_person(&self, login: &str, subject: &str) {
        let mut claims = Map::new();
        claims.insert("preferred_username".to_owned(), login.into());
        self.state().people.insert(login.to_owned(), Person { subject: subject.to_owned(), claims });
    }

    /// What it says of them besides, such as `email`, `email_verified` or `groups`.
    ///
    /// # Panics
    ///
    /// Where nobody has this login.
    #[track_caller]
    pub fn set_claim(&self, login: &str, name: &str, value: impl Into<Value>) {
        let mut state = self.state();
        let person = state.people.get_mut(login).unwrap_or_else(|| panic!("nobody is called `{login}`"));
        person.claims.insert(name.to_owned(), value.into());
    }

    /// From now on ID tokens name nobody but the subject: all else stands in `UserInfo`.
    pub fn name_people_in_user_info_only(&self) {
        self.state().names_in_user_info_only = true;
    }

    /// From now on the client may say who it is in these ways only, such as `client_secret_post` or `none`.
    pub fn authenticate_clients_by(&self, methods: &[&str]) {
        self.state().methods = Some(methods.iter().map(|&method| method.to_owned()).collect());
    }

    /// From now on refresh tokens are given as OpenID Connect Core section 11 has it, and as Logto gives them: to those who asked
    /// for the scope `offline_access` and, by `prompt`, for the consent page. To all others neither. Unless called, to all.
    pub fn give_refresh_tokens_after_consent_only(&self) {
        self.state().offline_by_consent_only = true;
    }

    /// From now on it knows these words of `prompt`, and answers `invalid_request` to all others, as Logto does. Unless called, it
    /// knows all. Its metadata do not name them.
    pub fn know_prompts(&self, words: &[&str]) {
        self.state().prompts = Some(words.iter().map(|&word| word.to_owned()).collect());
    }

    /// The words of `prompt` that its metadata name from now on. Unless called, none.
    pub fn announce_prompts(&self, words: &[&str]) {
        self.state().announced_prompts = Some(words.iter().map(|&word| word.to_owned()).collect());
    }

    /// What its metadata say from now on that it signs ID tokens with. Unless called, `ES256`, and with that it signs.
    pub fn announce_algorithms(&self, algorithms: &[&str]) {
        self.state().algorithms = Some(algorithms.iter().map(|&name| name.to_owned()).collect());
    }

    /// From now on the page is not shown, and this person signs in at once; `None` shows it again.
    pub fn approve_everything_as(&self, login: Option<&str>) {
        self.state().approves = login.map(str::to_owned);
    }

    /// How long access tokens are good: an hour unless set.
    pub fn expire_tokens_after(&self, lifetime: Duration) {
        self.state().lifetime = Some(lifetime);
    }

    /// A person signs in on the page behind `departure`, to which the sign-in sent them. Returns where the issuer sends them
    /// back.
    ///
    /// # Panics
    ///
    /// Where it shows an error instead, such as for a client id that it does not know.
    #[track_caller]
    pub fn approve(&self, departure: &str, login: &str) -> String {
        self.decide(departure, Some(login))
    }

    /// A person says no on that page.
    ///
    /// # Panics
    ///
    /// As [`approve`](Self::approve).
    #[track_caller]
    pub fn deny(&self, departure: &str) -> String {
        self.decide(departure, None)
    }

    #[track_caller]
    fn decide(&self, departure: &str, login: Option<&str>) -> String {
        let query = departure.split_once('?').map_or("", |(_, query)| query);
        authorize::decide(&self.0.shared, query, login)
            .unwrap_or_else(|error| panic!("the issuer refuses: {error}"))
    }

    /// What it does wrong from now on; `None`: nothing.
    pub fn lie(&self, lie: Option<OidcLie>) {
        self.state().lie = lie;
    }

    /// Signs with a new key from now on, which is published beside the old ones.
    pub fn rotate_key(&self) {
        let next = signing(self.url(), self.0.shared.clock.clone());
        lock(&self.0.shared.keys).extend(keys_of(&next));
        *lock(&self.0.shared.signing) = next;
    }

    /// This person's tokens are worth nothing from now on, refresh tokens too.
    pub fn revoke(&self, login: &str) {
        self.state().tokens.retain(|token| token.login != login);
    }

    /// What this path of its API answers from now on, to those who bring a token of it.
    pub fn answer(&self, path: &str, document: Value) {
        self.state().documents.insert(path.to_owned(), document);
    }

    /// From now on this part answers everything with this status and no sense.
    pub fn fail_with(&self, part: OidcPart, status: u16) {
        self.trouble(part, |trouble| trouble.status = Some(status));
    }

    /// From now on every answer of this part takes this long.
    pub fn answer_slowly(&self, part: OidcPart, delay: Duration) {
        self.trouble(part, |trouble| trouble.delay = delay);
    }

    /// The end of all trouble.
    pub fn recover(&self) {
        self.state().troubles = BTreeMap::new();
    }

    /// How many requests have come to this part.
    pub fn requests(&self, part: OidcPart) -> u64 {
        self.state().requests.get(&part).copied().unwrap_or_default()
    }

    /// Everything that it has given and that must not be seen anywhere: codes, tokens, and the client secret.
    pub fn secrets(&self) -> Vec<String> {
        let mut secrets = self.state().secrets.clone();
        secrets.push(self.client_secret().to_owned());
        secrets
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.shared.state()
    }

    fn trouble(&self, part: OidcPart, change: impl FnOnce(&mut Trouble)) {
        change(self.state().troubles.entry(part).or_default());
    }
}

fn signing(url: &str, clock: Clock) -> DevelopmentIssuer {
    DevelopmentIssuer::with_clock(url, clock).unwrap_or_else(|error| panic!("{error}"))
}

fn keys_of(issuer: &DevelopmentIssuer) -> Vec<Value> {
    issuer.jwks()["keys"].as_array().cloned().unwrap_or_default()
}

impl fmt::Debug for FakeOidc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeOidc").field("url", &self.url()).finish_non_exhaustive()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.server.abort();
    }
}
