//! What an operator does while the server runs.

mod grants;
mod keys;
mod seal;

use std::{fmt, sync::Arc};

pub use seal::SealReport;

use super::Core;
use crate::{Auth, ConfigError, Problem};

#[doc = include_str!("../../../docs/administration.md")]
#[derive(Clone)]
pub struct Admin {
    core: Arc<Core>,
}

impl Auth {
    /// What an operator does while the server runs: lists and ends grants, rotates keys. See [`Admin`].
    ///
    /// # Errors
    ///
    /// [`ConfigError`] where these settings have no authorization server.
    pub fn admin(&self) -> Result<Admin, ConfigError> {
        let missing = || {
            ConfigError::from_problems(vec![Problem::new(
                "AuthBuilder::authorization_server",
                "there is no authorization server to administer",
                "add `.authorization_server(…)`; another issuer is administered where it runs",
            )])
        };
        Ok(Admin { core: self.settings.authorization_server.clone().ok_or_else(missing)? })
    }
}

impl fmt::Debug for Admin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Admin").field(&self.core).finish()
    }
}
