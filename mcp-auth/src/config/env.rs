//! Settings from environment variables.

#[cfg(feature = "authorization-server")]
mod authorization_server;

#[cfg(feature = "authorization-server")]
pub(crate) use authorization_server::variable;

use std::time::Duration;

use super::Problem;
use crate::{AuthBuilder, Introspection, Issuer};

const PREFIX: &str = "MCP_AUTH_";
#[cfg(feature = "authorization-server")]
const PROVIDER_PREFIX: &str = "MCP_";

pub(crate) const ISSUER: &str = "MCP_AUTH_ISSUER";
const JWKS_URL: &str = "MCP_AUTH_JWKS_URL";
const AUDIENCE: &str = "MCP_AUTH_AUDIENCE";
const TOKEN_TYPE: &str = "MCP_AUTH_TOKEN_TYPE";
const LEEWAY_SECONDS: &str = "MCP_AUTH_LEEWAY_SECONDS";
const PRIVATE_NETWORK: &str = "MCP_AUTH_PRIVATE_NETWORK";
const RESOURCE: &str = "MCP_AUTH_RESOURCE";
const LISTEN: &str = "MCP_AUTH_LISTEN";
const ALLOWED_HOSTS: &str = "MCP_AUTH_ALLOWED_HOSTS";
const ALLOWED_ORIGINS: &str = "MCP_AUTH_ALLOWED_ORIGINS";
const HEALTH: &str = "MCP_AUTH_HEALTH";
const SESSION_KEY: &str = "MCP_AUTH_SESSION_KEY";

/// For `serve_stdio`; a program may serve both ways, so that `Auth::from_env` knows them too.
pub(crate) const LOCAL_SUBJECT: &str = "MCP_AUTH_LOCAL_SUBJECT";
pub(crate) const LOCAL_SCOPES: &str = "MCP_AUTH_LOCAL_SCOPES";

const INTROSPECTION_CLIENT_ID: &str = "MCP_AUTH_INTROSPECTION_CLIENT_ID";
const INTROSPECTION_CLIENT_SECRET: &str = "MCP_AUTH_INTROSPECTION_CLIENT_SECRET";
const INTROSPECTION_URL: &str = "MCP_AUTH_INTROSPECTION_URL";

const ALL: [&str; 17] = [
    ISSUER,
    JWKS_URL,
    AUDIENCE,
    TOKEN_TYPE,
    LEEWAY_SECONDS,
    PRIVATE_NETWORK,
    RESOURCE,
    LISTEN,
    ALLOWED_HOSTS,
    ALLOWED_ORIGINS,
    SESSION_KEY,
    HEALTH,
    LOCAL_SUBJECT,
    LOCAL_SCOPES,
    INTROSPECTION_CLIENT_ID,
    INTROSPECTION_CLIENT_SECRET,
    INTROSPECTION_URL,
];

/// Every variable there is. Those of the authorization server do not exist where it was not compiled.
fn names() -> impl Iterator<Item = &'static str> {
    #[cfg(feature = "authorization-server")]
    let more = authorization_server::ALL;
    #[cfg(not(feature = "authorization-server"))]
    let more: [&str; 0] = [];
    ALL.into_iter().chain(more)
}

/// The variables of this process; a value is `None` where it is no UTF-8.
pub(crate) fn process() -> impl Iterator<Item = (String, Option<String>)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok())))
}

/// The builder that the variables of this process describe.
pub(crate) fn from_process() -> AuthBuilder {
    from_vars(process())
}

/// The builder that these variables describe; a value is `None` where it is no UTF-8. Problems are kept in it and
/// reported with all others.
pub(crate) fn from_vars(vars: impl IntoIterator<Item = (String, Option<String>)>) -> AuthBuilder {
    let mut vars = Vars::default().read(vars);
    let mut builder = vars.issuer(AuthBuilder::new());
    #[cfg(feature = "authorization-server")]
    {
        builder = vars.authorization_server(builder);
    }
    if let Some(resource) = vars.take(RESOURCE) {
        builder = builder.resource(resource);
    }
    if let Some(listen) = vars.take(LISTEN) {
        builder = builder.listen(listen);
    }
    if let Some(hosts) = vars.take(ALLOWED_HOSTS) {
        builder = builder.allowed_hosts(list(&hosts));
    }
    if let Some(origins) = vars.take(ALLOWED_ORIGINS) {
        builder = builder.allowed_origins(list(&origins));
    }
    if let Some(key) = vars.take(SESSION_KEY) {
        builder = builder.session_key(key);
    }
    if let Some(paths) = vars.take(HEALTH) {
        builder = match paths.split_once(',') {
            _ if paths == "off" => builder.without_health(),
            Some((live, ready)) => builder.health(live.trim(), ready.trim()),
            None => {
                vars.refuse(HEALTH, &paths, "write two paths such as `/livez,/readyz`, or `off`");
                builder
            }
        };
    }
    builder.with_environment(vars.problems)
}

/// The identity that these variables declare for `serve_stdio`, if they declare one.
#[cfg(feature = "stdio")]
pub(crate) fn local_identity(
    vars: impl IntoIterator<Item = (String, Option<String>)>,
) -> Result<Option<crate::LocalIdentity>, super::ConfigError> {
    let mut vars = Vars::default().read(vars);
    let (subject, scopes) = (vars.take(LOCAL_SUBJECT), vars.take(LOCAL_SCOPES));
    if subject.is_none() && scopes.is_some() {
        let message = "there are scopes, and nobody who holds them";
        vars.problems.push(Problem::new(LOCAL_SUBJECT, message, "name the person whose process this is"));
    }
    super::ConfigError::check(vars.problems)?;
    let scopes = scopes.unwrap_or_default();
    let scopes = scopes.split(' ').filter(|scope| !scope.is_empty());
    Ok(subject.map(|subject| crate::LocalIdentity::new(subject).scopes(scopes).named_by_variables()))
}

fn list(value: &str) -> impl Iterator<Item = String> + '_ {
    value.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned)
}

#[derive(Default)]
struct Vars {
    set: Vec<(String, String)>,
    problems: Vec<Problem>,
    /// Variables of the providers, which have prefixes of their own.
    #[cfg(feature = "authorization-server")]
    providers: Vec<(String, Option<String>)>,
}

impl Vars {
    /// Keeps what is ours. A name that does not exist is an error: the operator believes it does something.
    fn read(mut self, vars: impl IntoIterator<Item = (String, Option<String>)>) -> Self {
        for (name, value) in vars {
            #[cfg(feature = "authorization-server")]
            if name.starts_with(PROVIDER_PREFIX) && !name.starts_with(PREFIX) {
                self.providers.push((name, value));
                continue;
            }
            if !name.starts_with(PREFIX) {
                continue;
            }
            let known = names().any(|known| known == name);
            match value {
                Some(value) if known => self.set.push((name, value.trim().to_owned())),
                // Bytes that are replaced are lost: of a key, that would be its strength.
                None if known => {
                    self.problems.push(Problem::new(
                        name,
                        "the value is not UTF-8",
                        "write text, a key as hex digits",
                    ));
                }
                _ => {
                    let help = format!("the variables are {}", names().collect::<Vec<_>>().join(", "));
                    self.problems.push(Problem::new(name, "there is no such setting", help));
                }
            }
        }
        self
    }

    /// The value of a variable; empty is absent.
    fn take(&mut self, name: &str) -> Option<String> {
        self.take_as_is(name).filter(|value| !value.is_empty())
    }

    /// The same, where empty is something else than absent.
    fn take_as_is(&mut self, name: &str) -> Option<String> {
        let at = self.set.iter().position(|(set, _)| set == name)?;
        Some(self.set.swap_remove(at).1)
    }

    /// The issuer; without a URL its details are checked all the same.
    fn issuer(&mut self, builder: AuthBuilder) -> AuthBuilder {
        let details = Details {
            audience: self.take(AUDIENCE),
            leeway: self.leeway(),
            private_network: self.switch(PRIVATE_NETWORK),
        };
        let url = self.take(ISSUER);
        if let Some((client_id, client_secret)) = self.introspection() {
            let asked = self.asked(url.as_deref().unwrap_or_default(), client_id, client_secret, details);
            return if url.is_some() { builder.verifier(asked) } else { builder };
        }
        let issuer = self.signing(url.as_deref().unwrap_or_default(), details);
        if url.is_some() { builder.issuer(issuer) } else { builder }
    }

    /// The credentials of this server at the issuer; both or none.
    fn introspection(&mut self) -> Option<(String, String)> {
        let names = [INTROSPECTION_CLIENT_ID, INTROSPECTION_CLIENT_SECRET];
        match names.map(|name| self.take(name)) {
            [Some(client_id), Some(client_secret)] => return Some((client_id, client_secret)),
            [None, None] => {}
            [given, _] => {
                let missing = names[usize::from(given.is_some())];
                let message = "introspection needs both, the client id and the client secret";
                self.problems.push(Problem::new(missing, message, "set it too, or neither"));
            }
        }
        if self.take(INTROSPECTION_URL).is_some() {
            let help = format!("set {} and {}", names[0], names[1]);
            self.problems.push(Problem::new(INTROSPECTION_URL, "nobody is asked there", help));
        }
        None
    }

    /// An issuer that is asked about its tokens.
    fn asked(&mut self, url: &str, id: String, secret: String, details: Details) -> Introspection {
        for name in [JWKS_URL, TOKEN_TYPE] {
            if self.take(name).is_some() {
                let message = "it has no effect: the issuer is asked about every token (introspection)";
                self.problems.push(Problem::new(name, message, "take it out"));
            }
        }
        let mut issuer = Introspection::new(url, id, secret);
        if let Some(url) = self.take(INTROSPECTION_URL) {
            issuer = issuer.with_endpoint(url);
        }
        if let Some(audience) = details.audience {
            issuer = issuer.with_audience(audience);
        }
        if let Some(leeway) = details.leeway {
            issuer = issuer.with_leeway(leeway);
        }
        if details.private_network { issuer.allow_private_network() } else { issuer }
    }

    /// An issuer whose tokens are signed.
    fn signing(&mut self, url: &str, details: Details) -> Issuer {
        let mut issuer = Issuer::new(url);
        if let Some(url) = self.take(JWKS_URL) {
            issuer = issuer.with_jwks_url(url);
        }
        match self.take(TOKEN_TYPE).as_deref() {
            None | Some("at+jwt") => {}
            Some("any") => issuer = issuer.accept_any_token_type(),
            Some(other) => self.refuse(TOKEN_TYPE, other, "write `at+jwt` (RFC 9068) or `any`"),
        }
        if let Some(audience) = details.audience {
            issuer = issuer.with_audience(audience);
        }
        if let Some(leeway) = details.leeway {
            issuer = issuer.with_leeway(leeway);
        }
        if details.private_network { issuer.allow_private_network() } else { issuer }
    }

    fn leeway(&mut self) -> Option<Duration> {
        let seconds = self.take(LEEWAY_SECONDS)?;
        let parsed = seconds.parse().map(Duration::from_secs);
        parsed.map_err(|_| self.refuse(LEEWAY_SECONDS, &seconds, "write a number from 0 to 60")).ok()
    }

    fn switch(&mut self, name: &str) -> bool {
        match self.take(name).as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(other) => {
                self.refuse(name, other, "write `true` or `false`");
                false
            }
        }
    }

    fn refuse(&mut self, name: &str, value: &str, help: &str) {
        self.problems.push(Problem::new(name, format!("`{value}` is not a value of this setting"), help));
    }
}

/// What both kinds of issuers have.
struct Details {
    audience: Option<String>,
    leeway: Option<Duration>,
    private_network: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_are_no_text_and_names_that_are_none_are_problems_at_once() {
        let vars = [
            (ISSUER, Some("https://auth.example.com")),
            (SESSION_KEY, None),
            ("MCP_AUTH_ISSUR", Some("x")),
            (LOCAL_SUBJECT, Some("alice")),
            (LOCAL_SCOPES, Some("notes:read")),
            ("PATH", None),
        ];
        let vars = vars.map(|(name, value)| (name.to_owned(), value.map(str::to_owned)));
        let error = from_vars(vars).build().unwrap_err();
        let settings: Vec<_> = error.problems().iter().map(|problem| problem.setting.as_str()).collect();
        assert_eq!(settings, [SESSION_KEY, "MCP_AUTH_ISSUR"]);
    }
}
