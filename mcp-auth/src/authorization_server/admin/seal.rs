//! Sealing keys: what is kept is sealed anew under the first, so that the others can be taken away.

use std::collections::BTreeMap;

use super::{
    super::{Core, key},
    Admin,
};
use crate::{
    AuditEvent, AuditKind,
    store::{StoreError, UpstreamTokenRecord},
    upstream,
};

/// Rows that are read at once.
const PAGE: usize = 200;

/// Under which sealing keys the store's rows are sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SealReport {
    /// The key that seals now: the first of the settings.
    pub first: String,
    /// Key id -> rows. A row that is sealed under several counts for each.
    pub rows: BTreeMap<String, u64>,
    /// How many rows were sealed anew.
    pub resealed: u64,
    /// Rows that no key of the settings opens. What they hold is lost: their people sign in again.
    pub unreadable: u64,
}

impl SealReport {
    /// Whether every key but the first can be taken out of the settings: ten minutes later
    /// ([`Lifetimes::sign_in`](crate::Lifetimes::sign_in)), when the sign-ins that are on their way have ended, and once
    /// every process has the same key first.
    pub fn is_done(&self) -> bool {
        self.rows.keys().all(|id| *id == self.first)
    }

    fn count(&mut self, id: Option<&str>) {
        *self.rows.entry(id.unwrap_or_default().to_owned()).or_default() += 1;
    }
}

impl Admin {
    /// Seals what is kept anew under the first sealing key, while everything goes on, and reports what is under which key
    /// then. Nobody is logged out.
    ///
    /// # Errors
    ///
    /// Where the store cannot answer; what was done stays, and the rest is done when it is tried again.
    pub async fn reseal(&self) -> Result<SealReport, StoreError> {
        let core = &self.core;
        let mut resealed = 0;
        for key in core.store.keys(key::PURPOSE).await? {
            if key::sealed_under(&key).iter().any(|id| Some(id.as_str()) != core.sealer.ids().next()) {
                let anew = key::resealed(&core.sealer, &key)?;
                resealed += u64::from(core.store.reseal_key(&key.id, &key.sealed, anew).await?);
            }
        }
        let mut after = None;
        loop {
            let page = core.store.upstream_tokens(after.as_deref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id.clone());
            for token in page {
                resealed += u64::from(reseal(core, &token).await?);
            }
        }
        let report = SealReport { resealed, ..self.sealed_under().await? };
        let done = if report.is_done() { "nothing is" } else { "something is" };
        let reason =
            format!("{resealed} rows were sealed anew; {done} under another key than `{}`", report.first);
        core.audit(AuditEvent::new(AuditKind::Resealed).reason(reason));
        Ok(report)
    }

    /// Under which sealing keys the rows are now; nothing changes.
    ///
    /// # Errors
    ///
    /// Where the store cannot answer.
    pub async fn sealed_under(&self) -> Result<SealReport, StoreError> {
        let core = &self.core;
        let first = core.sealer.ids().next().unwrap_or_default().to_owned();
        let mut report = SealReport { first, ..SealReport::default() };
        for key in core.store.keys(key::PURPOSE).await? {
            for id in key::sealed_under(&key) {
                report.count(Some(&id));
            }
        }
        let mut after = None;
        loop {
            let page = core.store.upstream_tokens(after.as_deref(), PAGE).await?;
            let Some(last) = page.last() else { return Ok(report) };
            after = Some(last.id.clone());
            for token in page {
                report.count(super::super::Sealer::id_of(&token.sealed));
                report.unreadable += u64::from(!upstream::opens(core, &token));
            }
        }
    }
}

/// One token. Whoever renews it meanwhile seals it under the first key themselves, and one that no key opens stays as it is:
/// it is for whoever needs it to say so.
async fn reseal(core: &Core, token: &UpstreamTokenRecord) -> Result<bool, StoreError> {
    if super::super::Sealer::id_of(&token.sealed) == core.sealer.ids().next() {
        return Ok(false);
    }
    let Some(anew) = upstream::sealed_anew(core, token)? else { return Ok(false) };
    core.store.reseal_upstream_token(&token.id, &token.sealed, anew).await
}
