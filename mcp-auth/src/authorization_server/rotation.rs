//! New signing keys while the server runs: by the operator, or when the newest has had its time.

use std::{sync::Arc, time::Duration};

use super::{
    Core, OAuthError,
    key::{self, NoKey},
    token::{AccessToken, signs_from},
};
use crate::{
    AuditEvent, AuditKind,
    store::{KeyRecord, StoreError, Timestamp},
};

/// How often a stranger's token of an unknown key may make us read the store.
const PAUSE: Duration = Duration::from_secs(1);

impl From<NoKey> for StoreError {
    fn from(error: NoKey) -> Self {
        match error {
            NoKey::Store(error) => error,
            other => Self::new(other),
        }
    }
}

impl Core {
    /// Reads which keys there are now: others may have made or removed some.
    pub(super) async fn learn_keys(&self) -> Result<(), StoreError> {
        let known = self.signer.ring();
        let ring = key::ring(&*self.store, &self.sealer, Some(&known)).await?;
        let ids =
            |ring: &super::token::KeyRing| ring.keys().iter().map(|key| key.id.clone()).collect::<Vec<_>>();
        if ids(&known) != ids(&ring) {
            self.signer.replace(ring);
        }
        Ok(())
    }

    /// The same at once, for a token whose key is not known here: another process may have made it a moment ago. False
    /// where the store cannot say.
    pub(crate) async fn learn_unknown_key(&self) -> bool {
        let mut looked = self.signer.looked.lock().await;
        let now = self.clock.monotonic();
        if let Some((before, answered)) = *looked
            && now.saturating_sub(before) < PAUSE
        {
            return answered;
        }
        let learned = self.learn_keys().await;
        *looked = Some((now, learned.is_ok()));
        if let Err(error) = &learned {
            tracing::warn!(%error, "it is not known which signing keys there are");
        }
        learned.is_ok()
    }

    /// What an access token of ours says, whether it is over or not. Another process may have signed it, with a key that it
    /// made a moment ago.
    pub(super) async fn read_access_token(&self, token: &str) -> Result<Option<AccessToken>, OAuthError> {
        let read = self.signer.read(token);
        if read.is_some() || token.split('.').count() != 3 {
            return Ok(read);
        }
        if self.learn_unknown_key().await {
            Ok(self.signer.read(token))
        } else {
            Err(OAuthError::unavailable())
        }
    }

    /// What has to be done about keys now and then: learn of new ones, remove those whose last token is over, make the next
    /// one when the newest has had its time.
    pub(super) async fn look_after_keys(self: &Arc<Self>) -> Result<(), StoreError> {
        self.learn_keys().await?;
        let now = self.now();
        let ring = self.signer.ring();
        let mut removed = 0;
        for over in ring.over(now) {
            if self.store.remove_key(&over.id).await? {
                removed += 1;
                let event = AuditEvent::new(AuditKind::SigningKeyChanged);
                self.audit(event.reason(format!("{} is not needed any more", over.signer.id())));
            }
        }
        let due = |lifetime| ring.newest().is_some_and(|newest| newest.created_at.plus(lifetime) <= now);
        if self.lifetimes.signing_key.is_some_and(due) {
            self.rotate_signing_key("the newest has had its time").await?;
        } else if removed > 0 {
            self.learn_keys().await?;
        }
        Ok(())
    }

    /// Makes the next key; it signs when everybody has had time to learn of it. Where one is on its way already, that is
    /// the next: of many who ask at once, one makes it.
    pub(super) async fn rotate_signing_key(
        self: &Arc<Self>,
        why: &'static str,
    ) -> Result<Timestamp, StoreError> {
        self.learn_keys().await?;
        let now = self.now();
        if let [.., _, newest] = self.signer.ring().keys()
            && now < signs_from(newest.created_at)
        {
            return Ok(signs_from(newest.created_at));
        }
        let ring = self.signer.ring();
        let newest = ring.newest().ok_or_else(|| StoreError::new("there is no signing key"))?;
        // Also by a clock that went back it is newer.
        let next = self.next_key(now.max(newest.created_at.plus(Duration::from_millis(1))))?;
        let (core, after) = (Arc::clone(self), newest.id.clone());
        let written = self.tasks.spawn(async move { core.store.insert_next_key(next, &after).await });
        let made = written.await.map_err(StoreError::new)??;
        self.learn_keys().await?;
        let ring = self.signer.ring();
        let newest = ring.newest().ok_or_else(|| StoreError::new("there is no signing key"))?;
        if made {
            let event = AuditEvent::new(AuditKind::SigningKeyChanged);
            self.audit(event.reason(format!("{} is made: {why}", newest.signer.id())));
        }
        Ok(signs_from(newest.created_at))
    }

    /// A new key in place of all others, at once: every access token that is out is worth nothing any more.
    pub(super) async fn replace_signing_keys(self: &Arc<Self>, why: &'static str) -> Result<(), StoreError> {
        let key = self.next_key(self.now())?;
        let core = Arc::clone(self);
        let written = self.tasks.spawn(async move { core.store.replace_keys(key).await });
        written.await.map_err(StoreError::new)??;
        self.learn_keys().await?;
        self.audit(AuditEvent::new(AuditKind::SigningKeyChanged).reason(format!("all are replaced: {why}")));
        Ok(())
    }

    fn next_key(&self, made: Timestamp) -> Result<KeyRecord, StoreError> {
        Ok(key::make(&self.sealer, made)?)
    }
}
