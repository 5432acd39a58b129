//! The team: a second server of the same process, with a resource URL, scopes and metadata of its own.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mcp_auth::prelude::*;
use serde::Deserialize;

use crate::scopes::{ManageTeam, ReadTeam};

/// What this application's tokens say besides the usual: in which team somebody is.
#[derive(Deserialize)]
pub(crate) struct Membership {
    #[serde(default = "everybody")]
    team: String,
}

fn everybody() -> String {
    "everybody".to_owned()
}

type Members = Vec<(String, String)>;

#[derive(Clone, Default)]
pub(crate) struct Team {
    members: Arc<Mutex<Members>>,
}

// Who may not see the team has no business here: every request shows `team:read`, and it is what clients ask for first.
#[server(title = "Team", scopes(ReadTeam, ManageTeam), requires(ReadTeam))]
impl Team {
    /// Lists the people of your team.
    #[tool(authenticated, annotations(read_only))]
    async fn list_members(&self, user: AuthInfo<Membership>) -> Json<Vec<String>> {
        let team = &user.claims().team;
        Json(self.lock().iter().filter(|(of, _)| of == team).map(|(_, name)| name.clone()).collect())
    }

    /// Invites somebody to your team. Whoever invites more than three people has to be allowed to manage it.
    #[tool(authenticated)]
    async fn invite(
        &self,
        user: AuthInfo<Membership>,
        /// Who.
        name: String,
    ) -> Result<String> {
        let team = user.claims().team.clone();
        if self.lock().iter().filter(|(of, _)| *of == team).count() >= 3 {
            user.require::<ManageTeam>()?;
        }
        self.lock().push((team, name.clone()));
        Ok(format!("{name} is in"))
    }

    /// Removes somebody from your team.
    #[tool(scopes(ManageTeam), annotations(destructive, idempotent))]
    async fn remove_member(
        &self,
        user: AuthInfo<Membership>,
        /// Who.
        name: String,
    ) -> String {
        let team = &user.claims().team;
        self.lock().retain(|(of, member)| of != team || *member != name);
        format!("{name} is out")
    }

    fn lock(&self) -> MutexGuard<'_, Members> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
