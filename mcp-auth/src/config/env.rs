//! Settings from environment variables.

use std::time::Duration;

use super::Problem;
use crate::{AuthBuilder, Issuer};

const PREFIX: &str = "MCP_AUTH_";

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
const SESSION_KEY: &str = "MCP_AUTH_SESSION_KEY";

/// For `serve_stdio`; a program may serve both ways, so that `Auth::from_env` knows them too.
pub(crate) const LOCAL_SUBJECT: &str = "MCP_AUTH_LOCAL_SUBJECT";
pub(crate) const LOCAL_SCOPES: &str = "MCP_AUTH_LOCAL_SCOPES";

const ALL: [&str; 13] = [
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
    LOCAL_SUBJECT,
    LOCAL_SCOPES,
];

/// The variables of this process; a value is `None` where it is no UTF-8.
pub(crate) fn process() -> impl Iterator<Item = (String, Option<String>)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok())))
}

/// The builder that these variables describe; a value is `None` where it is no UTF-8. Problems are kept in it and
/// reported with all others.
pub(crate) fn from_vars(vars: impl IntoIterator<Item = (String, Option<String>)>) -> AuthBuilder {
    let mut vars = Vars { set: Vec::new(), problems: Vec::new() }.read(vars);
    let mut builder = AuthBuilder::new(vars.issuer());
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
    builder.with_environment(vars.problems)
}

/// The identity that these variables declare for `serve_stdio`, if they declare one.
#[cfg(feature = "stdio")]
pub(crate) fn local_identity(
    vars: impl IntoIterator<Item = (String, Option<String>)>,
) -> Result<Option<crate::LocalIdentity>, super::ConfigError> {
    let mut vars = Vars { set: Vec::new(), problems: Vec::new() }.read(vars);
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

struct Vars {
    set: Vec<(String, String)>,
    problems: Vec<Problem>,
}

impl Vars {
    /// Keeps what is ours. A name that does not exist is an error: the operator believes it does something.
    fn read(mut self, vars: impl IntoIterator<Item = (String, Option<String>)>) -> Self {
        for (name, value) in vars.into_iter().filter(|(name, _)| name.starts_with(PREFIX)) {
            let known = ALL.contains(&name.as_str());
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
                    let help = format!("the variables are {}", ALL.join(", "));
                    self.problems.push(Problem::new(name, "there is no such setting", help));
                }
            }
        }
        self
    }

    /// The value of a variable; empty is absent.
    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.set.iter().position(|(set, _)| set == name)?;
        Some(self.set.swap_remove(at).1).filter(|value| !value.is_empty())
    }

    fn issuer(&mut self) -> Option<Issuer> {
        let details = [JWKS_URL, AUDIENCE, TOKEN_TYPE, LEEWAY_SECONDS, PRIVATE_NETWORK];
        let details = details.map(|name| self.take(name));
        let [jwks_url, audience, token_type, leeway, private_network] = details;
        let url = self.take(ISSUER);
        // Without a URL the details are checked all the same, and then dropped.
        let mut issuer = Issuer::new(url.as_deref().unwrap_or_default());
        if let Some(url) = jwks_url {
            issuer = issuer.with_jwks_url(url);
        }
        if let Some(audience) = audience {
            issuer = issuer.with_audience(audience);
        }
        match token_type.as_deref() {
            None | Some("at+jwt") => {}
            Some("any") => issuer = issuer.accept_any_token_type(),
            Some(other) => self.refuse(TOKEN_TYPE, other, "write `at+jwt` (RFC 9068) or `any`"),
        }
        match leeway.as_deref().map(str::parse) {
            None => {}
            Some(Ok(seconds)) => issuer = issuer.with_leeway(Duration::from_secs(seconds)),
            Some(Err(_)) => {
                self.refuse(LEEWAY_SECONDS, &leeway.unwrap_or_default(), "write a number from 0 to 60");
            }
        }
        match private_network.as_deref() {
            None | Some("false") => {}
            Some("true") => issuer = issuer.allow_private_network(),
            Some(other) => self.refuse(PRIVATE_NETWORK, other, "write `true` or `false`"),
        }
        url.map(|_| issuer)
    }

    fn refuse(&mut self, name: &str, value: &str, help: &str) {
        self.problems.push(Problem::new(name, format!("`{value}` is not a value of this setting"), help));
    }
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
