//! The right to renew a token, which one process has at a time: GitHub's refresh tokens are good once (C31).

use std::time::Duration;

use super::VaultError;
use crate::{
    authorization_server::Core,
    random,
    store::{StoreError, UpstreamTokenRecord},
};

/// How long the right lasts: longer than a provider takes to answer, and a store to keep it. Who dies meanwhile is waited
/// for until then.
pub(super) const LEASE: Duration = Duration::from_secs(20);
/// How often others look whether the one who has the right is done, and the pause between: less than five seconds.
const LOOKS: u32 = 90;
const PAUSE: Duration = Duration::from_millis(50);

/// The right to renew this version of a row.
pub(super) struct Lease {
    pub(super) record: UpstreamTokenRecord,
    holder: String,
}

/// What became of the wish to renew.
pub(super) enum Taken {
    Ours(Lease),
    /// Somebody else was faster.
    Renewed(UpstreamTokenRecord),
}

impl Lease {
    /// Takes the right to renew what was `seen`, or waits for whoever has it. Not for long: the caller's client waits too,
    /// and the old token may still be good.
    pub(super) async fn take(core: &Core, seen: &UpstreamTokenRecord) -> Result<Taken, VaultError> {
        let holder = random::identifier().map_err(StoreError::new)?;
        let (id, version) = (seen.id.as_str(), seen.version);
        for _ in 0..LOOKS {
            // The right first: what is read then is what nobody else renews.
            let now = core.now();
            let leased = core.store.lease_upstream_token(id, version, &holder, now.plus(LEASE), now).await?;
            let Some(record) = core.store.upstream_token(id).await? else { return Err(VaultError::Ended) };
            if record.version != version {
                return Ok(Taken::Renewed(record));
            }
            if leased {
                return Ok(Taken::Ours(Self { record, holder }));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(VaultError::Unavailable("another process is renewing the token".into()))
    }

    /// Nothing came of it: the next one need not wait.
    pub(super) async fn give_back(self, core: &Core) {
        let (Self { record, holder }, now) = (self, core.now());
        let given = core.store.lease_upstream_token(&record.id, record.version, &holder, now, now).await;
        if let Err(error) = given {
            tracing::warn!(%error, "the right to renew a token was not given back; others wait until it ends");
        }
    }
}
