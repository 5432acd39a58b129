//! The authorization server's settings from environment variables.

use std::{path::Path, time::Duration};

use super::{Problem, Vars, list};
use crate::{
    AuthBuilder, AuthorizationServer, Branding, ClientDocuments, ConfigError, DevelopmentSignIn, GitHub,
    Google, Lifetimes, Oidc, RegistrationLimits, SqliteStore, WhoMayEnter,
    authorization_server::{read_clients, read_clients_file},
};

const AUTHORIZATION_SERVER: &str = "MCP_AUTH_AUTHORIZATION_SERVER";
const SIGN_IN: &str = "MCP_AUTH_SIGN_IN";
const STORE: &str = "MCP_AUTH_STORE";
const SEALING_KEY: &str = "MCP_AUTH_SEALING_KEY";
const DOCUMENTS: &str = "MCP_AUTH_CLIENT_DOCUMENTS";
const DOCUMENTS_LOOPBACK: &str = "MCP_AUTH_CLIENT_DOCUMENTS_LOOPBACK";
const DOCUMENTS_ROOT: &str = "MCP_AUTH_CLIENT_DOCUMENTS_ROOT";
/// Who may enter: any of these ways. Several values are separated by commas.
const ALLOW: [(&str, Way); 5] = [
    ("MCP_AUTH_ALLOW_EMAIL_DOMAINS", WhoMayEnter::email_domain),
    ("MCP_AUTH_ALLOW_EMAILS", WhoMayEnter::email_address),
    ("MCP_AUTH_ALLOW_PEOPLE", WhoMayEnter::person),
    ("MCP_AUTH_ALLOW_GITHUB_ORGANIZATIONS", WhoMayEnter::github_organization),
    ("MCP_AUTH_ALLOW_GITHUB_TEAMS", WhoMayEnter::github_team),
];
type Way = fn(WhoMayEnter, String) -> WhoMayEnter;
const BRAND_NAME: &str = "MCP_AUTH_BRAND_NAME";
const BRAND_COLOR: &str = "MCP_AUTH_BRAND_COLOR";
const BRAND_LOGO: &str = "MCP_AUTH_BRAND_LOGO";
const CLIENTS: &str = "MCP_AUTH_CLIENTS";
const CLIENTS_FILE: &str = "MCP_AUTH_CLIENTS_FILE";

/// The variables of the authorization server; those of the providers have names of their own.
pub(super) const ALL: [&str; 32] = [
    AUTHORIZATION_SERVER,
    SIGN_IN,
    STORE,
    SEALING_KEY,
    DOCUMENTS,
    DOCUMENTS_LOOPBACK,
    DOCUMENTS_ROOT,
    BRAND_NAME,
    BRAND_COLOR,
    BRAND_LOGO,
    CLIENTS,
    CLIENTS_FILE,
    LIFETIMES[0].0,
    LIFETIMES[1].0,
    LIFETIMES[2].0,
    LIFETIMES[3].0,
    LIFETIMES[4].0,
    LIFETIMES[5].0,
    LIFETIMES[6].0,
    SIGNING_KEY,
    LIFETIMES[7].0,
    ALLOW[0].0,
    ALLOW[1].0,
    ALLOW[2].0,
    ALLOW[3].0,
    ALLOW[4].0,
    REGISTRATION[0].0,
    REGISTRATION[1].0,
    REGISTRATION[2].0,
    TRUSTED_PROXIES,
    UNUSED,
    USED,
];

type Lifetime = fn(&mut Lifetimes) -> &mut Duration;

/// Seconds each.
const LIFETIMES: [(&str, Lifetime); 8] = [
    ("MCP_AUTH_SIGN_IN_SECONDS", |lifetimes| &mut lifetimes.sign_in),
    ("MCP_AUTH_CODE_SECONDS", |lifetimes| &mut lifetimes.authorization_code),
    ("MCP_AUTH_ACCESS_TOKEN_SECONDS", |lifetimes| &mut lifetimes.access_token),
    ("MCP_AUTH_REFRESH_TOKEN_SECONDS", |lifetimes| &mut lifetimes.refresh_token),
    ("MCP_AUTH_REFRESH_GRACE_SECONDS", |lifetimes| &mut lifetimes.refresh_grace),
    ("MCP_AUTH_GRANT_SECONDS", |lifetimes| &mut lifetimes.grant),
    ("MCP_AUTH_SESSION_SECONDS", |lifetimes| &mut lifetimes.session),
    ("MCP_AUTH_ENTRY_SECONDS", |lifetimes| &mut lifetimes.entry),
];

const SIGNING_KEY: &str = "MCP_AUTH_SIGNING_KEY_SECONDS";

type Count = fn(&mut RegistrationLimits, u32);

const REGISTRATION: [(&str, Count); 3] = [
    ("MCP_AUTH_REGISTRATION_CLIENTS", |limits, count| limits.clients = count as usize),
    ("MCP_AUTH_REGISTRATION_PER_MINUTE", |limits, count| limits.per_minute = count),
    ("MCP_AUTH_REGISTRATION_PER_ADDRESS", |limits, count| limits.per_address = count),
];
const TRUSTED_PROXIES: &str = "MCP_AUTH_TRUSTED_PROXIES";
const UNUSED: &str = "MCP_AUTH_REGISTRATION_UNUSED_SECONDS";
const USED: &str = "MCP_AUTH_REGISTRATION_USED_SECONDS";

fn is_allow(name: &str) -> bool {
    ALLOW.iter().any(|(allow, _)| *allow == name)
}

/// The variable behind a setting of the code: the operator knows the one, not the other.
pub(crate) fn variable(setting: &str) -> Option<&'static str> {
    Some(match setting {
        "AuthorizationServer::sign_in" => SIGN_IN,
        "AuthorizationServer::store" => STORE,
        "AuthorizationServer::sealing_key" => SEALING_KEY,
        "ClientDocuments::loopback" => DOCUMENTS_LOOPBACK,
        "Branding::name" => BRAND_NAME,
        "Branding::color" => BRAND_COLOR,
        "Branding::logo_svg" => BRAND_LOGO,
        "Lifetimes::sign_in" => LIFETIMES[0].0,
        "Lifetimes::authorization_code" => LIFETIMES[1].0,
        "Lifetimes::access_token" => LIFETIMES[2].0,
        "Lifetimes::refresh_token" => LIFETIMES[3].0,
        "Lifetimes::refresh_grace" => LIFETIMES[4].0,
        "Lifetimes::grant" => LIFETIMES[5].0,
        "Lifetimes::session" => LIFETIMES[6].0,
        "Lifetimes::signing_key" => SIGNING_KEY,
        "Lifetimes::entry" => LIFETIMES[7].0,
        "WhoMayEnter::email_domain" => ALLOW[0].0,
        "WhoMayEnter::email_address" => ALLOW[1].0,
        "WhoMayEnter::person" => ALLOW[2].0,
        "WhoMayEnter::github_organization" => ALLOW[3].0,
        "WhoMayEnter::github_team" => ALLOW[4].0,
        "RegistrationLimits::clients" => REGISTRATION[0].0,
        "RegistrationLimits::per_minute" => REGISTRATION[1].0,
        "RegistrationLimits::per_address" => REGISTRATION[2].0,
        "AuthorizationServer::trusted_proxies" => TRUSTED_PROXIES,
        "RegistrationLimits::unused" => UNUSED,
        "RegistrationLimits::used" => USED,
        _ => return None,
    })
}

impl Vars {
    /// The authorization server, if its URL is set; without it, its other variables have no effect and are problems.
    pub(super) fn authorization_server(&mut self, builder: AuthBuilder) -> AuthBuilder {
        let Some(url) = self.take(AUTHORIZATION_SERVER) else {
            for name in ALL {
                if self.take_as_is(name).is_some_and(|value| !value.is_empty() || is_allow(name)) {
                    let help = format!("set {AUTHORIZATION_SERVER} to the public URL, or take it out");
                    self.problems.push(Problem::new(
                        name,
                        "there is no authorization server to set up",
                        help,
                    ));
                }
            }
            return builder;
        };
        let mut server = self.sign_in(AuthorizationServer::new(url));
        server = self.sealing_keys(server);
        server = self.clients(server);
        server = self.who_may_enter(server);
        if let Some(proxies) = self.take(TRUSTED_PROXIES) {
            server = server.trusted_proxies(list(&proxies));
        }
        let path = self.take(STORE).unwrap_or_else(|| "mcp-auth.db".to_owned());
        match SqliteStore::open(&path) {
            Ok(store) => server = server.store(store),
            Err(error) => self.problems.extend(error.problems().iter().cloned().map(|mut problem| {
                STORE.clone_into(&mut problem.setting);
                problem
            })),
        }
        let lifetimes = self.lifetimes();
        let limits = self.registration();
        server = server.client_documents(self.client_documents()).branding(self.brand());
        builder.authorization_server(server.lifetimes(lifetimes).registration(limits))
    }

    /// `github`, `google`, `development`, and every other word is the id of an OpenID Connect issuer; several separated by
    /// commas.
    fn sign_in(&mut self, mut server: AuthorizationServer) -> AuthorizationServer {
        let Some(providers) = self.take(SIGN_IN) else {
            self.problems.push(Problem::new(
                SIGN_IN,
                "nobody can sign in",
                "write github, google, the id of an issuer such as corp, or on this machine development; several are \
                 separated by commas",
            ));
            return server;
        };
        for provider in list(&providers) {
            match provider.as_str() {
                "development" => server = server.sign_in(DevelopmentSignIn::new()),
                // Nothing is built with a problem; "nobody can sign in" would be a second one.
                "github" => {
                    let found = GitHub::from_vars(self.providers.clone());
                    server = server.sign_in(self.or_missing(found, GitHub::new("missing", "missing")));
                }
                "google" => {
                    let found = Google::from_vars(self.providers.clone());
                    server = server.sign_in(self.or_missing(found, Google::new("missing", "missing")));
                }
                id => {
                    let found = Oidc::from_vars(id, self.providers.clone());
                    let missing = Oidc::without_secret(id, "https://missing.example", "missing");
                    server = server.sign_in(self.or_missing(found, missing));
                }
            }
        }
        server
    }

    /// Any of the ways that are listed. A variable that is there and empty is no reason to let everybody in.
    fn who_may_enter(&mut self, server: AuthorizationServer) -> AuthorizationServer {
        let mut policy = None;
        for (name, way) in ALLOW {
            let Some(text) = self.take_as_is(name) else { continue };
            let mut listed = list(&text).peekable();
            if listed.peek().is_none() {
                let help = "list who may enter, separated by commas; or take it out, if everybody may";
                self.problems.push(Problem::new(name, "it is set, and lists nobody", help));
            }
            policy = Some(listed.fold(policy.unwrap_or_else(WhoMayEnter::any), way));
        }
        match policy {
            // Nothing is built with a problem; that it is empty would be a second one.
            Some(policy) if self.problems.is_empty() => server.who_may_enter(policy),
            _ => server,
        }
    }

    fn or_missing<T>(&mut self, found: Result<T, ConfigError>, missing: T) -> T {
        found.unwrap_or_else(|error| {
            self.problems.extend(error.problems().iter().cloned());
            missing
        })
    }

    /// `id:secret`, several separated by commas: the first one seals.
    fn sealing_keys(&mut self, mut server: AuthorizationServer) -> AuthorizationServer {
        for key in list(&self.take(SEALING_KEY).unwrap_or_default()) {
            let (id, secret) = key.split_once(':').unwrap_or(("1", &key));
            server = server.sealing_key(id, secret);
        }
        server
    }

    /// Clients in JSON, here or in a file, or both.
    fn clients(&mut self, server: AuthorizationServer) -> AuthorizationServer {
        let mut clients = Vec::new();
        if let Some(text) = self.take(CLIENTS) {
            let (found, problems) = read_clients(&text, CLIENTS, None);
            clients.extend(found);
            self.problems.extend(problems);
        }
        if let Some(path) = self.take(CLIENTS_FILE) {
            let (found, problems) = read_clients_file(Path::new(&path), CLIENTS_FILE);
            clients.extend(found);
            self.problems.extend(problems);
        }
        server.clients(clients)
    }

    /// `on` or `off`; and for tests one origin of this machine, with the file of the certificate that vouches for it.
    fn client_documents(&mut self) -> ClientDocuments {
        let documents = match self.take(DOCUMENTS).as_deref() {
            None | Some("on") => ClientDocuments::new(),
            Some("off") => ClientDocuments::off(),
            Some(other) => {
                self.refuse(DOCUMENTS, other, "write on or off");
                ClientDocuments::new()
            }
        };
        let (origin, root) = (self.take(DOCUMENTS_LOOPBACK), self.take(DOCUMENTS_ROOT));
        let alone = |name: &str, other: &str| {
            Problem::new(name, format!("it is set without {other}"), "set both, or none: they are for tests")
        };
        match (origin, root) {
            (None, None) => return documents,
            (None, Some(_)) => self.problems.push(alone(DOCUMENTS_ROOT, DOCUMENTS_LOOPBACK)),
            (Some(_), None) => self.problems.push(alone(DOCUMENTS_LOOPBACK, DOCUMENTS_ROOT)),
            (Some(origin), Some(path)) => match std::fs::read_to_string(&path) {
                Ok(root) => return documents.loopback(origin, root),
                Err(error) => {
                    let message = format!("`{path}` cannot be read: {error}");
                    self.problems.push(Problem::new(DOCUMENTS_ROOT, message, "write the path of a PEM file"));
                }
            },
        }
        documents
    }

    fn lifetimes(&mut self) -> Lifetimes {
        let mut lifetimes = Lifetimes::default();
        for (name, field) in LIFETIMES {
            if let Some(seconds) = self.number(name) {
                *field(&mut lifetimes) = Duration::from_secs(seconds.into());
            }
        }
        lifetimes.signing_key = self.number(SIGNING_KEY).map(|seconds| Duration::from_secs(seconds.into()));
        lifetimes
    }

    fn registration(&mut self) -> RegistrationLimits {
        let mut limits = RegistrationLimits::default();
        for (name, set) in REGISTRATION {
            if let Some(count) = self.number(name) {
                set(&mut limits, count);
            }
        }
        if let Some(seconds) = self.number(UNUSED) {
            limits.unused = Duration::from_secs(seconds.into());
        }
        if let Some(seconds) = self.number(USED) {
            limits.used = Duration::from_secs(seconds.into());
        }
        limits
    }

    fn number(&mut self, name: &str) -> Option<u32> {
        let text = self.take(name)?;
        text.parse().map_err(|_| self.refuse(name, &text, "write a whole number")).ok()
    }

    fn brand(&mut self) -> Branding {
        let mut branding = Branding::default();
        if let Some(name) = self.take(BRAND_NAME) {
            branding = branding.name(name);
        }
        if let Some(color) = self.take(BRAND_COLOR) {
            branding = branding.color(color);
        }
        if let Some(path) = self.take(BRAND_LOGO) {
            match std::fs::read_to_string(&path) {
                Ok(svg) => branding = branding.logo_svg(svg),
                Err(error) => {
                    let message = format!("`{path}` cannot be read: {error}");
                    self.problems.push(Problem::new(BRAND_LOGO, message, "write the path of an SVG file"));
                }
            }
        }
        branding
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The settings that are problems, with these variables.
    fn problems(vars: &[(&str, &str)]) -> Vec<String> {
        let vars = vars.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned())));
        let Err(error) = super::super::from_vars(vars).build() else { return Vec::new() };
        error.problems().iter().map(|problem| problem.setting.clone()).collect()
    }

    #[test]
    fn each_wrong_variable_is_one_problem_by_its_name() {
        let folder = std::env::temp_dir().join(format!("mcp-auth-environment-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let store = folder.join("auth.db");
        let store = store.to_str().unwrap();
        let good = [
            (AUTHORIZATION_SERVER, "http://127.0.0.1:3000"),
            (SIGN_IN, "development, github"),
            (STORE, store),
            (SEALING_KEY, "2026:0123456789abcdef0123456789abcdef"),
            ("MCP_GITHUB_CLIENT_ID", "id"),
            ("MCP_GITHUB_CLIENT_SECRET", "secret"),
            ("MCP_AUTH_ACCESS_TOKEN_SECONDS", "60"),
            ("MCP_AUTH_REGISTRATION_PER_MINUTE", "1"),
            ("MCP_AUTH_TRUSTED_PROXIES", "10.0.0.0/8, 127.0.0.1"),
        ];
        assert_eq!(problems(&good), [""; 0]);
        for (name, value) in [
            (SIGN_IN, ""),
            (STORE, "/no/such/folder/auth.db"),
            (SEALING_KEY, ""),
            (SEALING_KEY, "2026:short"),
            ("MCP_AUTH_ACCESS_TOKEN_SECONDS", "an hour"),
            ("MCP_AUTH_ACCESS_TOKEN_SECONDS", "86400"),
            ("MCP_AUTH_REGISTRATION_CLIENTS", "-1"),
            ("MCP_AUTH_REGISTRATION_CLIENTS", "0"),
            (DOCUMENTS, "maybe"),
            (DOCUMENTS_ROOT, "/no/such/ca.pem"),
            (DOCUMENTS_LOOPBACK, "https://localhost:8643"),
            ("MCP_AUTH_REGISTRATION_PER_ADDRESS", "0"),
            ("MCP_AUTH_TRUSTED_PROXIES", "0.0.0.0/0"),
            (BRAND_COLOR, "blueish"),
            (BRAND_LOGO, "/no/such/logo.svg"),
            ("MCP_GITHUB_CLIENT_SECRET", ""),
        ] {
            let others = good.iter().copied().filter(|(known, _)| *known != name);
            let found = problems(&others.chain([(name, value)]).collect::<Vec<_>>());
            assert_eq!(found, [name], "{name}={value}");
        }
        let alone = [(AUTHORIZATION_SERVER, "http://127.0.0.1:3000"), (SIGN_IN, "github"), good[2], good[3]];
        assert_eq!(problems(&alone), ["MCP_GITHUB_CLIENT_ID and MCP_GITHUB_CLIENT_SECRET"]);
        let several =
            [(AUTHORIZATION_SERVER, "http://127.0.0.1:3000"), (SIGN_IN, "corp, google"), good[2], good[3]];
        assert_eq!(
            problems(&several),
            ["MCP_CORP_ISSUER and MCP_CORP_CLIENT_ID", "MCP_GOOGLE_CLIENT_ID and MCP_GOOGLE_CLIENT_SECRET"]
        );
        let set = [
            ("MCP_CORP_ISSUER", "https://login.example.com"),
            ("MCP_CORP_CLIENT_ID", "id"),
            ("MCP_GOOGLE_CLIENT_ID", "id"),
            ("MCP_GOOGLE_CLIENT_SECRET", "secret"),
        ];
        assert_eq!(problems(&[several.as_slice(), &set].concat()), [""; 0]);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn who_may_enter_is_listed_and_a_list_of_nobody_does_not_start() {
        let folder = std::env::temp_dir().join(format!("mcp-auth-environment-entry-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let store = folder.join("auth.db");
        let good = [
            (AUTHORIZATION_SERVER, "http://127.0.0.1:3000"),
            (SIGN_IN, "github"),
            (STORE, store.to_str().unwrap()),
            (SEALING_KEY, "2026:0123456789abcdef0123456789abcdef"),
            ("MCP_GITHUB_CLIENT_ID", "id"),
            ("MCP_GITHUB_CLIENT_SECRET", "secret"),
        ];
        let with = |name, value| problems(&good.into_iter().chain([(name, value)]).collect::<Vec<_>>());
        for (name, right, wrong) in [
            ("MCP_AUTH_ALLOW_EMAIL_DOMAINS", "example.com, *.example.org", "alice@example.com"),
            ("MCP_AUTH_ALLOW_EMAILS", "alice@example.com", "example.com"),
            ("MCP_AUTH_ALLOW_PEOPLE", "github:583231,github:1", "octocat"),
            ("MCP_AUTH_ALLOW_GITHUB_ORGANIZATIONS", "acme", "acme/core"),
            ("MCP_AUTH_ALLOW_GITHUB_TEAMS", "acme/core", "acme"),
        ] {
            assert_eq!(with(name, right), [""; 0], "{name}");
            for wrong in [wrong, "", " ", ","] {
                assert_eq!(with(name, wrong), [name], "{name}={wrong}");
            }
        }
        assert_eq!(with("MCP_AUTH_ENTRY_SECONDS", "60"), [""; 0]);
        assert_eq!(with("MCP_AUTH_ENTRY_SECONDS", "86400"), ["MCP_AUTH_ENTRY_SECONDS"]);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn without_an_authorization_server_its_variables_are_problems() {
        let vars = ALL[1..].iter().map(|name| (*name, "1"));
        let issuer = ("MCP_AUTH_ISSUER", "https://auth.example.com");
        assert_eq!(problems(&vars.chain([issuer]).collect::<Vec<_>>()), ALL[1..]);
    }
}
