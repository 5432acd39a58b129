//! Who somebody is.

use std::fmt;

/// Somebody's account at a provider.
#[derive(Clone)]
pub struct ProviderAccount {
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) email_addresses: Option<Vec<String>>,
    pub(super) groups: Option<Vec<String>>,
}

impl ProviderAccount {
    /// The account with this id, which must be one that the service never gives to anybody else: a number or a UUID, and never
    /// a login or an e-mail address, because these change hands.
    pub fn new(id: impl fmt::Display) -> Self {
        Self { id: id.to_string(), name: None, email_addresses: None, groups: None }
    }

    /// What to call them on pages. It identifies nobody.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The e-mail addresses that the service has verified, and no others: they may decide who enters.
    #[must_use]
    pub fn with_verified_email_addresses<T: Into<String>>(
        mut self,
        addresses: impl IntoIterator<Item = T>,
    ) -> Self {
        self.email_addresses = Some(addresses.into_iter().map(Into::into).collect());
        self
    }

    /// The groups or organisations in which they are an active member, all of them: these may decide who enters.
    #[must_use]
    pub fn with_groups<T: Into<String>>(mut self, groups: impl IntoIterator<Item = T>) -> Self {
        self.groups = Some(groups.into_iter().map(|group| group.into().to_lowercase()).collect());
        self
    }
}

/// People's addresses are not for logs.
impl fmt::Debug for ProviderAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderAccount").field("id", &self.id).finish_non_exhaustive()
    }
}
