//! The authorization server's settings from environment variables.

use std::time::Duration;

use super::{Problem, Vars, list};
use crate::{
    AuthBuilder, AuthorizationServer, Branding, DevelopmentSignIn, GitHub, Lifetimes, RegistrationLimits,
    SqliteStore,
};

const AUTHORIZATION_SERVER: &str = "MCP_AUTH_AUTHORIZATION_SERVER";
const SIGN_IN: &str = "MCP_AUTH_SIGN_IN";
const STORE: &str = "MCP_AUTH_STORE";
const SEALING_KEY: &str = "MCP_AUTH_SEALING_KEY";
const BRAND_NAME: &str = "MCP_AUTH_BRAND_NAME";
const BRAND_COLOR: &str = "MCP_AUTH_BRAND_COLOR";
const BRAND_LOGO: &str = "MCP_AUTH_BRAND_LOGO";

/// The variables of the authorization server; those of the providers have names of their own.
pub(super) const ALL: [&str; 19] = [
    AUTHORIZATION_SERVER,
    SIGN_IN,
    STORE,
    SEALING_KEY,
    BRAND_NAME,
    BRAND_COLOR,
    BRAND_LOGO,
    LIFETIMES[0].0,
    LIFETIMES[1].0,
    LIFETIMES[2].0,
    LIFETIMES[3].0,
    LIFETIMES[4].0,
    LIFETIMES[5].0,
    LIFETIMES[6].0,
    SIGNING_KEY,
    REGISTRATION[0].0,
    REGISTRATION[1].0,
    UNUSED,
    USED,
];

type Lifetime = fn(&mut Lifetimes) -> &mut Duration;

/// Seconds each.
const LIFETIMES: [(&str, Lifetime); 7] = [
    ("MCP_AUTH_SIGN_IN_SECONDS", |lifetimes| &mut lifetimes.sign_in),
    ("MCP_AUTH_CODE_SECONDS", |lifetimes| &mut lifetimes.authorization_code),
    ("MCP_AUTH_ACCESS_TOKEN_SECONDS", |lifetimes| &mut lifetimes.access_token),
    ("MCP_AUTH_REFRESH_TOKEN_SECONDS", |lifetimes| &mut lifetimes.refresh_token),
    ("MCP_AUTH_REFRESH_GRACE_SECONDS", |lifetimes| &mut lifetimes.refresh_grace),
    ("MCP_AUTH_GRANT_SECONDS", |lifetimes| &mut lifetimes.grant),
    ("MCP_AUTH_SESSION_SECONDS", |lifetimes| &mut lifetimes.session),
];

const SIGNING_KEY: &str = "MCP_AUTH_SIGNING_KEY_SECONDS";

type Count = fn(&mut RegistrationLimits, u32);

const REGISTRATION: [(&str, Count); 2] = [
    ("MCP_AUTH_REGISTRATION_CLIENTS", |limits, count| limits.clients = count as usize),
    ("MCP_AUTH_REGISTRATION_PER_MINUTE", |limits, count| limits.per_minute = count),
];
const UNUSED: &str = "MCP_AUTH_REGISTRATION_UNUSED_SECONDS";
const USED: &str = "MCP_AUTH_REGISTRATION_USED_SECONDS";

/// The variable behind a setting of the code: the operator knows the one, not the other.
pub(crate) fn variable(setting: &str) -> Option<&'static str> {
    Some(match setting {
        "AuthorizationServer::sign_in" => SIGN_IN,
        "AuthorizationServer::store" => STORE,
        "AuthorizationServer::sealing_key" => SEALING_KEY,
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
        "RegistrationLimits::clients" => REGISTRATION[0].0,
        "RegistrationLimits::per_minute" => REGISTRATION[1].0,
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
                if self.take(name).is_some() {
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
        let branding = self.brand();
        builder.authorization_server(server.lifetimes(lifetimes).registration(limits).branding(branding))
    }

    /// `github`, `development`; several separated by commas.
    fn sign_in(&mut self, mut server: AuthorizationServer) -> AuthorizationServer {
        let Some(providers) = self.take(SIGN_IN) else {
            self.problems.push(Problem::new(
                SIGN_IN,
                "nobody can sign in",
                "write github, or on this machine development; several are separated by commas",
            ));
            return server;
        };
        for provider in list(&providers) {
            match provider.as_str() {
                "development" => server = server.sign_in(DevelopmentSignIn::new()),
                "github" => match GitHub::from_vars(self.providers.clone()) {
                    Ok(github) => server = server.sign_in(github),
                    Err(error) => {
                        self.problems.extend(error.problems().iter().cloned());
                        // Nothing is built with a problem; "nobody can sign in" would be a second one.
                        server = server.sign_in(GitHub::new("missing", "missing"));
                    }
                },
                other => self.refuse(SIGN_IN, other, "write github or development"),
            }
        }
        server
    }

    /// `id:secret`, several separated by commas: the first one seals.
    fn sealing_keys(&mut self, mut server: AuthorizationServer) -> AuthorizationServer {
        for key in list(&self.take(SEALING_KEY).unwrap_or_default()) {
            let (id, secret) = key.split_once(':').unwrap_or(("1", &key));
            server = server.sealing_key(id, secret);
        }
        server
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
        ];
        assert_eq!(problems(&good), [""; 0]);
        for (name, value) in [
            (SIGN_IN, ""),
            (SIGN_IN, "google"),
            (STORE, "/no/such/folder/auth.db"),
            (SEALING_KEY, ""),
            (SEALING_KEY, "2026:short"),
            ("MCP_AUTH_ACCESS_TOKEN_SECONDS", "an hour"),
            ("MCP_AUTH_ACCESS_TOKEN_SECONDS", "86400"),
            ("MCP_AUTH_REGISTRATION_CLIENTS", "-1"),
            ("MCP_AUTH_REGISTRATION_CLIENTS", "0"),
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
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn without_an_authorization_server_its_variables_are_problems() {
        let vars = ALL[1..].iter().map(|name| (*name, "1"));
        let issuer = ("MCP_AUTH_ISSUER", "https://auth.example.com");
        assert_eq!(problems(&vars.chain([issuer]).collect::<Vec<_>>()), ALL[1..]);
    }
}
