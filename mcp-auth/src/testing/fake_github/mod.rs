//! A GitHub for tests: on loopback, with people who approve, tokens that end, and all its oddities.

mod api;
mod authorize;
mod served;
mod state;
mod token;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};

use self::state::{Issued, Person, State, Trouble};
use super::{TestClock, issuer::lock};
use crate::{GitHub, clock::Clock};

/// The client that is registered at a fake GitHub.
const CLIENT_ID: &str = "Iv1.fake0github0app";

/// A GitHub on a free port of this machine, for tests of servers whose people sign in with GitHub. Clones are the same one.
///
/// It keeps what GitHub keeps: codes are good once and for their callback and PKCE verifier, the eleventh token of a person
/// ends the first, errors of the token endpoint arrive with 200, scopes have commas. People are added by the test, and
/// approve on its page or, for tests without a browser, by [`approve`](Self::approve).
///
/// ```
/// use mcp_auth::testing::FakeGitHub;
///
/// # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
/// let github = FakeGitHub::start().await;
/// github.add_person("octocat", 583_231);
/// let settings = mcp_auth::AuthorizationServer::new("http://localhost:3000")
///     .sign_in(github.sign_in().scopes(["read:user"]));
/// # let _ = settings;
/// # });
/// ```
#[derive(Clone)]
pub struct FakeGitHub(Arc<Inner>);

struct Inner {
    url: String,
    client_secret: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

/// What the routes see.
pub(super) struct Shared {
    clock: Clock,
    client_secret: String,
    state: Mutex<State>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn now(&self) -> u64 {
        self.clock.unix().as_secs()
    }
}

/// A part of GitHub, which can be in trouble by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum GitHubPart {
    /// The page on which people approve.
    Authorize,
    /// Where codes and refresh tokens become tokens.
    Token,
    /// The API.
    Api,
}

impl FakeGitHub {
    /// A GitHub without people.
    ///
    /// # Panics
    ///
    /// Where there is no free port.
    pub async fn start() -> Self {
        Self::at(Clock::system()).await
    }

    /// A GitHub whose codes and tokens end by this clock.
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
        let (address, listener) = bound.unwrap_or_else(|error| panic!("no port for a fake GitHub: {error}"));
        let (url, client_secret) = (format!("http://{address}"), state::random("fake-secret-"));
        let shared =
            Arc::new(Shared { clock, client_secret: client_secret.clone(), state: Mutex::default() });
        let server = served::serve(listener, Arc::clone(&shared));
        Self(Arc::new(Inner { url, client_secret, shared, server }))
    }

    /// Where it is: what `GitHub::with_base_url` and `MCP_GITHUB_BASE_URL` take.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// The client id of the app that is registered there.
    pub fn client_id(&self) -> &str {
        CLIENT_ID
    }

    /// Its secret.
    pub fn client_secret(&self) -> &str {
        &self.0.client_secret
    }

    /// The sign-in with this GitHub, for [`AuthorizationServer::sign_in`](crate::AuthorizationServer::sign_in).
    pub fn sign_in(&self) -> GitHub {
        GitHub::new(self.client_id(), self.client_secret()).with_base_url(self.url())
    }

    /// Somebody with an account there.
    pub fn add_person(&self, login: &str, id: u64) {
        self.state().people.insert(login.to_owned(), Person::new(login, id));
    }

    /// The organizations (`acme`) and teams (`acme/core`) that they are a member of, and no others.
    ///
    /// # Panics
    ///
    /// Where nobody has this login.
    #[track_caller]
    pub fn set_organizations(&self, login: &str, memberships: &[&str]) {
        let memberships = memberships.iter().map(|&name| (name.to_owned(), true)).collect();
        self.person(login, |person| person.memberships = memberships);
    }

    /// They are invited to an organization (`acme`) or a team (`acme/core`), and have not accepted.
    ///
    /// # Panics
    ///
    /// Where nobody has this login.
    #[track_caller]
    pub fn invite(&self, login: &str, to: &str) {
        self.person(login, |person| person.memberships.extend([(to.to_owned(), false)]));
    }

    /// Their e-mail addresses, each with whether it is verified. Unless set, there is one, which is.
    ///
    /// # Panics
    ///
    /// Where nobody has this login.
    #[track_caller]
    pub fn set_email_addresses(&self, login: &str, addresses: &[(&str, bool)]) {
        let addresses = addresses.iter().map(|&(address, verified)| (address.to_owned(), verified)).collect();
        self.person(login, |person| person.email_addresses = addresses);
    }

    #[track_caller]
    fn person(&self, login: &str, change: impl FnOnce(&mut Person)) {
        let mut state = self.state();
        change(state.people.get_mut(login).unwrap_or_else(|| panic!("nobody is called `{login}`")));
    }

    /// They get another login; their id stays.
    pub fn rename_person(&self, login: &str, new: &str) {
        self.state().rename(login, new);
    }

    /// From now on the page is not shown, and this person approves everything at once; `None` shows it again.
    pub fn approve_everything_as(&self, login: Option<&str>) {
        self.state().approves = login.map(str::to_owned);
    }

    /// From now on, people allow only these of the scopes that they are asked for; `None` allows all of them again.
    pub fn allow_only(&self, scopes: Option<&[&str]>) {
        self.state().allowed = scopes.map(|scopes| scopes.iter().map(|&scope| scope.to_owned()).collect());
    }

    /// The callback that is registered for the app; others are refused. Unless set, every callback is good.
    pub fn register_callback(&self, url: &str) {
        self.state().callback = Some(url.to_owned());
    }

    /// From now on the app is a GitHub App: its tokens end after this time, have refresh tokens that are good once, and no
    /// scopes.
    pub fn expire_tokens_after(&self, lifetime: Duration) {
        self.state().lifetime = Some(lifetime);
    }

    /// A person approves on the page behind `departure`, to which the sign-in sent them. Returns where GitHub sends them back.
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
            .unwrap_or_else(|error| panic!("GitHub refuses: {error}"))
    }

    /// A token of this person, as if they had just approved.
    ///
    /// # Panics
    ///
    /// Where nobody has this login.
    #[track_caller]
    pub fn token_for(&self, login: &str, scopes: &[&str]) -> String {
        self.id_of(login);
        self.issue(login, scopes.iter().map(|&scope| scope.to_owned())).access_token
    }

    /// This person ends what they approved: their tokens are worth nothing from now on, refresh tokens too. A person does
    /// the same on the page `/settings/applications` there.
    pub fn revoke(&self, login: &str) {
        self.state().revoke(login);
    }

    /// How many tokens this person has for the app.
    pub fn tokens_of(&self, login: &str) -> usize {
        self.state().tokens_of(login)
    }

    /// The access tokens of this person end before their time; their refresh tokens stay good.
    pub fn expire_now(&self, login: &str) {
        let now = self.0.shared.now();
        self.state().expire(login, now);
    }

    /// What this path of the API answers from now on, with 200 and whatever the method.
    pub fn answer(&self, path: &str, document: Value) {
        self.state().documents.insert(path.to_owned(), (200, document));
    }

    /// What this path of the API answers from now on, with this status.
    pub fn answer_with(&self, path: &str, status: u16, document: Value) {
        self.state().documents.insert(path.to_owned(), (status, document));
    }

    /// This path of the API answers as it did at first.
    pub fn answer_as_always(&self, path: &str) {
        self.state().documents.remove(path);
    }

    /// Requests to the API with a token that was good: method, path with query, and body.
    pub fn api_calls(&self) -> Vec<(String, String, String)> {
        self.state().calls.clone()
    }

    /// From now on this part answers everything with this status and no sense.
    pub fn fail_with(&self, part: GitHubPart, status: u16) {
        self.trouble(part, |trouble| trouble.status = Some(status));
    }

    /// From now on every answer of this part takes this long.
    pub fn answer_slowly(&self, part: GitHubPart, delay: Duration) {
        self.trouble(part, |trouble| trouble.delay = delay);
    }

    /// From now on this part says that it is asked too often: 403 with `Retry-After`, as of GitHub's secondary limits.
    pub fn limit_rate(&self, part: GitHubPart, retry_after: Duration) {
        self.trouble(part, |trouble| trouble.limited = Some(retry_after));
    }

    /// The end of all trouble.
    pub fn recover(&self) {
        self.state().troubles = BTreeMap::new();
    }

    /// How many requests have come to this part.
    pub fn requests(&self, part: GitHubPart) -> u64 {
        self.state().requests.get(&part).copied().unwrap_or_default()
    }

    /// Everything that it has given and that must not be seen anywhere: codes, tokens, and the client secret.
    pub fn secrets(&self) -> Vec<String> {
        let mut secrets = self.state().secrets.clone();
        secrets.push(self.0.client_secret.clone());
        secrets
    }

    /// An access token and its refresh token.
    #[cfg(test)]
    pub(crate) fn pair_for(&self, login: &str) -> (String, String) {
        let token = self.issue(login, []);
        (token.access_token, token.refresh_token.unwrap_or_default())
    }

    #[track_caller]
    pub(super) fn id_of(&self, login: &str) -> u64 {
        self.state().people.get(login).unwrap_or_else(|| panic!("nobody is called `{login}`")).id
    }

    pub(super) fn issue(&self, login: &str, scopes: impl IntoIterator<Item = String>) -> Issued {
        let now = self.0.shared.now();
        self.state().issue(login, scopes.into_iter().collect(), now)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.shared.state()
    }

    fn trouble(&self, part: GitHubPart, change: impl FnOnce(&mut Trouble)) {
        change(self.state().troubles.entry(part).or_default());
    }
}

impl fmt::Debug for FakeGitHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeGitHub").field("url", &self.url()).finish_non_exhaustive()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.server.abort();
    }
}
