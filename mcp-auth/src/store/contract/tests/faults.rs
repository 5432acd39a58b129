//! What each fault does to its verb.

use std::time::Duration;

use super::broken::{Broken, Fault};
use crate::{
    random,
    store::{
        ClientRecord, ClientStore as _, CodeRecord, CodeStore as _, Digest, GrantRecord, GrantStore as _,
        Redemption, RefreshTokenRecord, RefreshTokenStore as _, Registration, Rotation, SessionRecord,
        SessionStore as _, SignInRecord, SignInStore as _, StoreError, Timestamp, UpstreamTokenRecord,
        UpstreamTokenStore as _,
    },
};

type Answer<T> = Result<T, StoreError>;

impl Broken {
    /// Everybody who registers the same is the same client, secret or not.
    pub(super) async fn faulty_register(
        &self,
        client: ClientRecord,
        most: usize,
        now: Timestamp,
    ) -> Answer<Registration> {
        let known = self.notes().clients.get(&client.fingerprint).cloned();
        if let (true, Some(known)) = (self.has(Fault::SharesSecrets), known) {
            return Ok(Registration::Known(known));
        }
        self.notes().clients.insert(client.fingerprint, client.clone());
        self.inner.register(client, most, now).await
    }

    pub(super) async fn faulty_client(&self, id: &str, now: Timestamp) -> Answer<Option<ClientRecord>> {
        self.inner.client(id, self.judged(now)).await
    }

    pub(super) async fn faulty_code(&self, code: &Digest) -> Answer<Option<CodeRecord>> {
        let mut found = self.inner.code(code).await?;
        if let (Some(found), Some(grant)) = (&mut found, self.notes().redeemed.get(code)) {
            found.redeemed = Some(grant.clone());
        }
        Ok(found)
    }

    pub(super) async fn faulty_redeem(
        &self,
        code: &Digest,
        grant: GrantRecord,
        refresh_token: RefreshTokenRecord,
        now: Timestamp,
    ) -> Answer<Redemption> {
        if self.has(Fault::ReadsThenWrites) {
            let Some(found) = self.faulty_code(code).await?.filter(|code| code.redeemed.is_none()) else {
                return Ok(Redemption::Refused);
            };
            // Here somebody else does the same.
            tokio::task::yield_now().await;
            let id = grant.id.clone();
            let done = self.issue(found, grant, refresh_token, now).await?;
            self.notes().redeemed.insert(*code, id);
            return Ok(done);
        }
        if self.has(Fault::IssuesLater) {
            let Some(found) = self.inner.code(code).await? else { return Ok(Redemption::Refused) };
            if self.notes().redeemed.contains_key(code) || found.expires_at <= now {
                return Ok(Redemption::Refused);
            }
            self.notes().redeemed.insert(*code, grant.id.clone());
            // The code is used. Whatever happens here, nobody gets anything for it.
            tokio::task::yield_now().await;
            return self.issue(found, grant, refresh_token, now).await;
        }
        self.inner.redeem(code, grant, refresh_token, self.judged(now)).await
    }

    /// Keeps grant and token without a look at the code.
    async fn issue(
        &self,
        mut code: CodeRecord,
        grant: GrantRecord,
        refresh_token: RefreshTokenRecord,
        now: Timestamp,
    ) -> Answer<Redemption> {
        code.code = Digest::of(random::identifier().unwrap());
        let digest = code.code;
        self.inner.insert_code(code).await?;
        self.inner.redeem(&digest, grant, refresh_token, now).await
    }

    pub(super) async fn faulty_end_grant(&self, id: &str, now: Timestamp) -> Answer<bool> {
        if self.has(Fault::LosesRevocations) {
            let grant = self.inner.grant(id).await?;
            return Ok(grant.is_some_and(|grant| grant.ended_at.is_none() && grant.expires_at > now));
        }
        self.inner.end_grant(id, now).await
    }

    pub(super) async fn faulty_grants_ended_since(
        &self,
        since: Timestamp,
    ) -> Answer<Vec<(String, Timestamp)>> {
        if self.has(Fault::HidesRevocations) {
            return Ok(Vec::new());
        }
        self.inner.grants_ended_since(since).await
    }

    pub(super) async fn faulty_refresh_token(
        &self,
        token: &Digest,
    ) -> Answer<Option<(RefreshTokenRecord, GrantRecord)>> {
        let token = self.notes().successors.get(token).copied().unwrap_or(*token);
        self.inner.refresh_token(&token).await
    }

    /// Who comes again within the grace gets a successor of their own, and both are good.
    pub(super) async fn faulty_rotate(
        &self,
        token: &Digest,
        successor: RefreshTokenRecord,
        sealed: Vec<u8>,
        grace: Duration,
        now: Timestamp,
    ) -> Answer<Rotation> {
        let kept = self.notes().successors.get(token).copied().unwrap_or(*token);
        let digest = successor.token;
        let rotated = self.inner.rotate(&kept, successor, sealed, grace, self.judged(now)).await?;
        if let (true, Rotation::Repeated { .. }) = (self.has(Fault::TwoSuccessors), &rotated) {
            self.notes().successors.insert(digest, kept);
            return Ok(Rotation::Rotated);
        }
        Ok(rotated)
    }

    pub(super) async fn faulty_session(
        &self,
        session: &Digest,
        now: Timestamp,
    ) -> Answer<Option<SessionRecord>> {
        self.inner.session(session, self.judged(now)).await
    }

    pub(super) async fn faulty_sign_in(
        &self,
        state: &Digest,
        now: Timestamp,
    ) -> Answer<Option<SignInRecord>> {
        self.inner.sign_in(state, self.judged(now)).await
    }

    pub(super) async fn faulty_take_sign_in(
        &self,
        state: &Digest,
        browser: &Digest,
        now: Timestamp,
    ) -> Answer<Option<SignInRecord>> {
        if self.has(Fault::ConsumesFirst) {
            let Some(found) = self.inner.sign_in(state, now).await? else { return Ok(None) };
            let taken = self.inner.take_sign_in(state, &found.browser, now).await?;
            return Ok(taken.filter(|taken| taken.browser == *browser));
        }
        self.inner.take_sign_in(state, browser, self.judged(now)).await
    }

    /// The id of a token that has ended is as good as a new one.
    pub(super) async fn faulty_put_upstream_token(&self, token: UpstreamTokenRecord) -> Answer<bool> {
        let id = token.id.clone();
        if self.inner.put_upstream_token(token.clone()).await? {
            return Ok(true);
        }
        let taken = self.inner.upstream_token(&id).await?.is_some();
        let other = self.inner.upstream_token_id(&token.person, &token.scopes).await?.is_some();
        if !self.has(Fault::ReusesIds) || taken || other {
            return Ok(false);
        }
        let kept = format!("{id} again");
        self.notes().reused.insert(id, kept.clone());
        self.inner.put_upstream_token(UpstreamTokenRecord { id: kept, ..token }).await
    }

    pub(super) async fn faulty_upstream_token(&self, id: &str) -> Answer<Option<UpstreamTokenRecord>> {
        let kept = self.notes().reused.get(id).cloned().unwrap_or_else(|| id.to_owned());
        self.inner.upstream_token(&kept).await
    }

    /// Whoever writes last wins.
    pub(super) async fn faulty_swap_upstream_token(&self, mut token: UpstreamTokenRecord) -> Answer<bool> {
        if self.has(Fault::SwapsBlindly) {
            let Some(found) = self.inner.upstream_token(&token.id).await? else { return Ok(false) };
            token.version = found.version;
        }
        self.inner.swap_upstream_token(token).await
    }
}
