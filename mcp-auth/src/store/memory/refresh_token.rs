//! Refresh tokens.

use std::time::Duration;

use super::{MemoryStore, Records, grant, taken};
use crate::store::{
    Digest, GrantRecord, RefreshTokenRecord, RefreshTokenStore, Rotation, StoreError, StoreFuture, Timestamp,
};

/// A refresh token, and how it was rotated.
pub(super) struct Token {
    record: RefreshTokenRecord,
    rotated: Option<Rotated>,
}

#[derive(Clone)]
struct Rotated {
    at: Timestamp,
    successor: Digest,
    sealed: Vec<u8>,
}

impl Token {
    pub(super) fn new(record: RefreshTokenRecord) -> Self {
        Self { record, rotated: None }
    }

    pub(super) fn grant(&self) -> &str {
        &self.record.grant
    }
}

impl RefreshTokenStore for MemoryStore {
    fn refresh_token<'a>(
        &'a self,
        token: &'a Digest,
    ) -> StoreFuture<'a, Option<(RefreshTokenRecord, GrantRecord)>> {
        self.run(move |records| {
            let Some(token) = records.refresh_tokens.get(token) else { return Ok(None) };
            Ok(records.grants.get(token.grant()).map(|grant| (token.record.clone(), grant.clone())))
        })
    }

    fn live_refresh_token<'a>(
        &'a self,
        token: &'a Digest,
        now: Timestamp,
    ) -> StoreFuture<'a, Option<(RefreshTokenRecord, GrantRecord)>> {
        self.run(move |records| {
            let token = records.refresh_tokens.get(token);
            let live = token.filter(|token| token.rotated.is_none() && token.record.expires_at > now);
            let Some(token) = live else { return Ok(None) };
            let grant = records.grants.get(token.grant());
            let grant = grant.filter(|grant| grant.ended_at.is_none() && grant.expires_at > now);
            Ok(grant.map(|grant| (token.record.clone(), grant.clone())))
        })
    }

    fn rotate<'a>(
        &'a self,
        token: &'a Digest,
        successor: RefreshTokenRecord,
        sealed: Vec<u8>,
        grace: Duration,
        now: Timestamp,
    ) -> StoreFuture<'a, Rotation> {
        self.run(move |records| {
            let Some(found) = records.refresh_tokens.get(token) else { return Ok(Rotation::Refused) };
            let (record, rotated) = (found.record.clone(), found.rotated.clone());
            let grant = records.grants.get(&record.grant);
            if grant.is_none_or(|grant| grant.ended_at.is_some() || grant.expires_at <= now) {
                return Ok(Rotation::Refused);
            }
            match rotated {
                Some(before) => Ok(repeat_or_end(records, record, before, grace, now)),
                None if record.expires_at <= now => Ok(Rotation::Refused),
                None => replace(records, &record, successor, sealed, now),
            }
        })
    }
}

fn replace(
    records: &mut Records,
    token: &RefreshTokenRecord,
    successor: RefreshTokenRecord,
    sealed: Vec<u8>,
    now: Timestamp,
) -> Result<Rotation, StoreError> {
    if successor.grant != token.grant {
        return Err(StoreError::new("the successor is for another grant"));
    }
    if records.refresh_tokens.contains_key(&successor.token) {
        return Err(taken("successor"));
    }
    let rotated = Rotated { at: now, successor: successor.token, sealed };
    if let Some(found) = records.refresh_tokens.get_mut(&token.token) {
        found.rotated = Some(rotated);
    }
    records.refresh_tokens.insert(successor.token, Token::new(successor));
    Ok(Rotation::Rotated)
}

fn repeat_or_end(
    records: &mut Records,
    token: RefreshTokenRecord,
    rotated: Rotated,
    grace: Duration,
    now: Timestamp,
) -> Rotation {
    let successor = records.refresh_tokens.get(&rotated.successor);
    let unused = successor.is_some_and(|successor| successor.rotated.is_none());
    if unused && now < rotated.at.plus(grace) {
        return Rotation::Repeated { sealed: rotated.sealed };
    }
    grant::end(records, &token.grant, now);
    Rotation::Reused { grant: token.grant }
}
