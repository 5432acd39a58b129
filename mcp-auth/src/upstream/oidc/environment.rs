//! Sign-in from the environment.

use super::Oidc;
use crate::{ConfigError, Google, Problem, config};

/// The variables of one sign-in: `MCP_<ID>_CLIENT_ID` and so on, with dashes as underscores.
struct Variables {
    prefix: String,
    id: String,
    values: Vec<(String, Option<String>)>,
}

impl Variables {
    fn of(id: &str, vars: impl IntoIterator<Item = (String, Option<String>)>) -> Self {
        let prefix = format!("MCP_{}_", id.to_ascii_uppercase().replace('-', "_"));
        let values = vars.into_iter().filter(|(name, _)| name.starts_with(&prefix)).collect();
        Self { prefix, id: id.to_owned(), values }
    }

    /// `None` where it is not set, empty, or no UTF-8.
    fn value(&self, name: &str) -> Option<String> {
        let (_, value) = self.values.iter().find(|(set, _)| set.strip_prefix(&self.prefix) == Some(name))?;
        let value = value.as_deref()?.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// All of them, or one problem that names each that is missing.
    fn all<const N: usize>(&self, names: [&str; N]) -> Result<[String; N], ConfigError> {
        let values = names.map(|name| self.value(name));
        let missing: Vec<_> = names.iter().zip(&values).filter(|(_, value)| value.is_none()).collect();
        if missing.is_empty() {
            return Ok(values.map(Option::unwrap_or_default));
        }
        let names: Vec<_> = missing.iter().map(|(name, _)| format!("{}{name}", self.prefix)).collect();
        let verb = if names.len() == 1 { "is" } else { "are" };
        let help = "register this server there as a client, and set what it says";
        Err(Problem::new(
            names.join(" and "),
            format!("{verb} not set, and nobody can sign in with `{}`", self.id),
            help,
        )
        .into())
    }

    fn scopes(&self) -> Option<Vec<String>> {
        Some(
            self.value("SCOPES")?
                .split([' ', ','])
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect(),
        )
    }
}

impl Oidc {
    /// The sign-in called `id`, as the environment says. Of `corp`:
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `MCP_CORP_ISSUER` | the issuer's URL |
    /// | `MCP_CORP_CLIENT_ID` | the client id |
    /// | `MCP_CORP_CLIENT_SECRET` | the client secret; unset where the issuer gave none |
    /// | `MCP_CORP_NAME` | what pages call it |
    /// | `MCP_CORP_SCOPES` | what is asked for there, separated by spaces or commas |
    /// | `MCP_CORP_PROMPT` | what it has to show at each sign-in, such as `consent` ([`with_prompt`](Self::with_prompt)) |
    /// | `MCP_CORP_API_URL` | where the API for tools is |
    ///
    /// # Errors
    ///
    /// [`ConfigError`] that names every variable that is missing.
    pub fn from_env(id: &str) -> Result<Self, ConfigError> {
        Self::from_vars(id, config::process())
    }

    /// A value is `None` where it is no UTF-8: as good as missing.
    pub(crate) fn from_vars(
        id: &str,
        vars: impl IntoIterator<Item = (String, Option<String>)>,
    ) -> Result<Self, ConfigError> {
        let vars = Variables::of(id, vars);
        let [issuer, client_id] = vars.all(["ISSUER", "CLIENT_ID"])?;
        let mut oidc = match vars.value("CLIENT_SECRET") {
            Some(secret) => Self::new(id, issuer, client_id, secret),
            None => Self::without_secret(id, issuer, client_id),
        };
        if let Some(name) = vars.value("NAME") {
            oidc = oidc.with_name(name);
        }
        if let Some(scopes) = vars.scopes() {
            oidc = oidc.scopes(scopes);
        }
        if let Some(words) = vars.value("PROMPT") {
            oidc = oidc.with_prompt(words);
        }
        if let Some(url) = vars.value("API_URL") {
            oidc = oidc.with_api_url(url);
        }
        Ok(oidc)
    }
}

impl Google {
    /// The client that the environment names: `MCP_GOOGLE_CLIENT_ID`, `MCP_GOOGLE_CLIENT_SECRET`, and `MCP_GOOGLE_SCOPES`, which
    /// may be left out.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] that names every variable that is missing.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_vars(config::process())
    }

    pub(crate) fn from_vars(
        vars: impl IntoIterator<Item = (String, Option<String>)>,
    ) -> Result<Self, ConfigError> {
        let vars = Variables::of("google", vars);
        let [client_id, client_secret] = vars.all(["CLIENT_ID", "CLIENT_SECRET"])?;
        let google = Self::new(client_id, client_secret);
        let google = vars.scopes().into_iter().fold(google, Self::scopes);
        Ok(vars.value("ISSUER").into_iter().fold(google, Self::with_issuer))
    }
}
