//! `GitHub::from_env`: the variables that the tutorials use.

use super::GitHub;
use crate::{ConfigError, Problem, config};

/// Each with the doubled name that pydantic makes of it in the tutorials of the Python SDK.
const CLIENT_ID: [&str; 2] = ["MCP_GITHUB_CLIENT_ID", "MCP_GITHUB_GITHUB_CLIENT_ID"];
const CLIENT_SECRET: [&str; 2] = ["MCP_GITHUB_CLIENT_SECRET", "MCP_GITHUB_GITHUB_CLIENT_SECRET"];
const BASE_URL: [&str; 2] = ["MCP_GITHUB_BASE_URL", "MCP_GITHUB_GITHUB_BASE_URL"];

impl GitHub {
    /// The app that the environment names.
    ///
    /// | variable | also read | meaning |
    /// |---|---|---|
    /// | `MCP_GITHUB_CLIENT_ID` | `MCP_GITHUB_GITHUB_CLIENT_ID` | the app's client id |
    /// | `MCP_GITHUB_CLIENT_SECRET` | `MCP_GITHUB_GITHUB_CLIENT_SECRET` | the app's client secret |
    /// | `MCP_GITHUB_BASE_URL` | `MCP_GITHUB_GITHUB_BASE_URL` | an Enterprise server, or a fake GitHub on this machine; unless set, `https://github.com` |
    ///
    /// # Errors
    ///
    /// [`ConfigError`] that names every variable that is missing.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_vars(config::process())
    }

    /// A value is `None` where it is no UTF-8: as good as missing.
    pub(crate) fn from_vars(
        vars: impl IntoIterator<Item = (String, Option<String>)>,
    ) -> Result<Self, ConfigError> {
        let vars: Vec<_> = vars.into_iter().filter(|(name, _)| name.starts_with("MCP_GITHUB_")).collect();
        let value = |names: [&str; 2]| {
            let of = |name: &str| vars.iter().find(|(set, _)| set == name)?.1.as_deref().map(str::trim);
            names.into_iter().filter_map(of).find(|value| !value.is_empty()).map(str::to_owned)
        };
        match (value(CLIENT_ID), value(CLIENT_SECRET)) {
            (Some(id), Some(secret)) => {
                let github = Self::new(id, secret);
                Ok(value(BASE_URL).into_iter().fold(github, Self::with_base_url))
            }
            (id, secret) => {
                let missing = [(id.is_none(), CLIENT_ID), (secret.is_none(), CLIENT_SECRET)];
                let missing: Vec<_> =
                    missing.iter().filter(|(missing, _)| *missing).map(|(_, names)| *names).collect();
                Err(missing_error(&missing).into())
            }
        }
    }
}

fn missing_error(missing: &[[&'static str; 2]]) -> Problem {
    let names = |which: usize| {
        let names: Vec<_> = missing.iter().filter_map(|names| names.get(which).copied()).collect();
        names.join(" and ")
    };
    let verb = if missing.len() == 1 { "is" } else { "are" };
    Problem::new(
        names(0),
        format!("{verb} not set, and nobody can sign in with GitHub"),
        format!(
            "register an OAuth app at https://github.com/settings/developers and set {} (or {})",
            names(0),
            names(1)
        ),
    )
}
