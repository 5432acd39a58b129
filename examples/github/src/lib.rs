//! People sign in with GitHub, and tools use it with their own token: one reads their profile, another needs more.

use mcp_auth::{AuthorizationServer, ConfigError, SqliteStore, prelude::*};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where clients and browsers find it. GitHub's app has its callback here: `http://localhost:3000/github/callback`.
pub const ORIGIN: &str = "http://localhost:3000";

/// See your GitHub profile.
#[derive(Scope)]
#[scope("user")]
pub struct ReadProfile;

/// See the names of your private repositories.
#[derive(Scope)]
#[scope("repositories")]
pub struct ListRepositories;

/// The server: it keeps nothing of anybody.
#[derive(Clone)]
pub struct Profiles;

/// What GitHub says about somebody.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Profile {
    /// What they are called at GitHub.
    pub login: String,
    /// The number that stays when the login changes.
    pub id: u64,
    /// Their own name.
    pub name: Option<String>,
    /// Where they work.
    pub company: Option<String>,
    /// How many public repositories they have.
    pub public_repos: Option<u64>,
}

/// One repository at GitHub.
#[derive(Debug, Deserialize)]
pub struct Repository {
    /// Whose it is, and what it is called.
    pub full_name: String,
    /// Whether others do not see it.
    pub private: bool,
}

#[server(
    resource = "http://localhost:3000/mcp",
    title = "GitHub profiles",
    scopes(ReadProfile, ListRepositories),
    requires(ReadProfile),
    upstream(GitHub, scopes = "read:user")
)]
impl Profiles {
    /// Your GitHub profile.
    #[tool(scopes(ReadProfile), annotations(read_only))]
    async fn get_user_profile(&self, github: Upstream<GitHub>) -> Result<Json<Profile>> {
        Ok(Json(github.get("/user").await?))
    }

    /// The names of your private repositories. GitHub is asked for `repo` when you allow this, and not before.
    #[tool(scopes(ListRepositories), upstream(GitHub, scopes = "repo"), annotations(read_only))]
    async fn list_private_repositories(&self, github: Upstream<GitHub>) -> Result<String> {
        let all: Vec<Repository> = github.get("/user/repos").await?;
        let names = all.into_iter().filter(|one| one.private).map(|one| one.full_name);
        Ok(names.collect::<Vec<_>>().join(", "))
    }
}

/// Who may sign in, where that is kept, and under which key.
///
/// # Errors
///
/// What cannot work, each by the name of its setting.
pub fn auth(github: GitHub, database: &str, sealing_key: &str) -> Result<Auth, ConfigError> {
    AuthorizationServer::new(ORIGIN)
        .sign_in(github)
        .store(SqliteStore::open(database)?)
        .sealing_key("2026", sealing_key)
        .build()
}
