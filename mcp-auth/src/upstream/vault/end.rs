//! The end of a provider's token that nobody uses any more.

use std::{sync::Arc, time::Duration};

use super::open;
use crate::{
    AuditEvent, AuditKind,
    authorization_server::{Core, Unsealed},
    store::{StoreError, UpstreamTokenRecord},
    upstream::SignInError,
};

/// How long after one try the next comes. What the provider has not heard by then it does not hear: its token lies nowhere
/// any more.
const PAUSES: [Duration; 3] = [Duration::ZERO, Duration::from_secs(2), Duration::from_secs(15)];

/// Tells the provider that `record`, which is not in the store any more, is not needed any more.
pub(crate) async fn tell_end(core: &Arc<Core>, record: &UpstreamTokenRecord) {
    let (Some(provider), Ok(tokens)) = (core.provider(&record.person.provider), open(&core.sealer, record))
    else {
        return;
    };
    let event = AuditEvent::new(AuditKind::UpstreamRevoked).subject(record.person.subject());
    for pause in PAUSES {
        tokio::time::sleep(pause).await;
        match provider.revoke(&tokens, core.now()).await {
            Ok(true) => return core.audit(event.reason(format!("{} was told", provider.name()))),
            Ok(false) => return,
            Err(SignInError::Unavailable(why)) => {
                tracing::warn!(provider = provider.id(), %why, "the provider does not hear that a token has ended");
            }
            Err(error) => {
                tracing::warn!(provider = provider.id(), %error, "the provider refuses to end a token");
                break;
            }
        }
    }
    core.audit(event.reason(format!("{} could not be told", provider.name())));
}

/// The same token under the first sealing key; `None` where no key opens it.
pub(crate) fn sealed_anew(core: &Core, record: &UpstreamTokenRecord) -> Result<Option<Vec<u8>>, StoreError> {
    let context = ["upstream", record.id.as_str()];
    match core.sealer.open(&context, &record.sealed) {
        Ok(plain) => core.sealer.seal(&context, &plain).map(Some).map_err(StoreError::new),
        Err(Unsealed::NoKey | Unsealed::Forged) => Ok(None),
        Err(error) => Err(StoreError::new(error)),
    }
}

/// Whether one of the sealing keys opens it.
pub(crate) fn opens(core: &Core, record: &UpstreamTokenRecord) -> bool {
    open(&core.sealer, record).is_ok()
}
