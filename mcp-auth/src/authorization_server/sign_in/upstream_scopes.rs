//! What a sign-in asks for at the provider, and whether an earlier one has brought it already.

use std::sync::Arc;

use super::super::{Core, authorization_endpoint::Checked};
use crate::{
    ScopeInfo,
    store::{SessionRecord, StoreError},
    upstream::{self, AnyProvider, Held},
};

/// What `provider` is asked for where the person agreed to these of our scopes: what every sign-in asks for, what the
/// server needs, and what the tools need that these scopes open. Sorted, each once.
pub(super) fn needed(checked: &Checked<'_>, agreed: &[String], provider: &dyn AnyProvider) -> Vec<String> {
    let of_tools = checked.server.upstream.at(provider, agreed).map(str::to_owned);
    let mut scopes: Vec<String> = provider.scopes().iter().cloned().chain(of_tools).collect();
    scopes.sort();
    scopes.dedup();
    scopes
}

/// The names of everything that the client asks for.
pub(super) fn all(checked: &Checked<'_>) -> Vec<String> {
    checked.scopes.iter().map(ScopeInfo::name).map(str::to_owned).collect()
}

/// Somebody who is signed in here, with the token that their session brings.
pub(super) struct SignedInHere<'a> {
    pub(super) provider: &'a Arc<dyn AnyProvider>,
    held: Option<Held>,
}

impl<'a> SignedInHere<'a> {
    /// `None`: their provider is none of ours any more.
    pub(super) async fn of(core: &'a Core, session: &SessionRecord) -> Result<Option<Self>, StoreError> {
        let Some(provider) = core.provider(&session.person.provider) else { return Ok(None) };
        let held = match &session.upstream {
            Some(token) => upstream::held(core, token).await?,
            None => None,
        };
        Ok(Some(Self { provider, held }))
    }

    /// Whether the token serves whoever agrees to these of our scopes: otherwise they go to the provider once more, and
    /// what is new is said.
    pub(super) fn suffices(&self, checked: &Checked<'_>, agreed: &[String]) -> bool {
        let needed = needed(checked, agreed, &**self.provider);
        match &self.held {
            Some(held) => held.covers(&**self.provider, &needed),
            None => needed.is_empty(),
        }
    }

    /// Whether the person has granted `scope` already.
    pub(super) fn has(&self, scope: &str) -> bool {
        let scope = [scope.to_owned()];
        self.held.as_ref().is_some_and(|held| held.covers(&**self.provider, &scope))
    }

    /// What the token can do already.
    pub(super) fn scopes(&self) -> &[String] {
        self.held.as_ref().map_or(&[], Held::scopes)
    }
}
