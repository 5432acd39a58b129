//! Tokens of providers.

use super::{MemoryStore, Records, grant};
use crate::store::{Person, StoreFuture, Timestamp, UpstreamTokenRecord, UpstreamTokenStore};

/// A token, or what is left of it so that its id never comes back.
pub(super) enum Token {
    Live(Box<Live>),
    Ended(Timestamp),
}

pub(super) struct Live {
    pub(super) record: UpstreamTokenRecord,
    /// Who renews it, and until when.
    lease: Option<(String, Timestamp)>,
    /// Since when nothing was found that uses it.
    pub(super) unused_since: Option<Timestamp>,
}

impl Token {
    pub(super) fn live(&self) -> Option<&UpstreamTokenRecord> {
        match self {
            Self::Live(live) => Some(&live.record),
            Self::Ended(_) => None,
        }
    }
}

impl UpstreamTokenStore for MemoryStore {
    fn upstream_token_id<'a>(
        &'a self,
        person: &'a Person,
        scopes: &'a str,
    ) -> StoreFuture<'a, Option<String>> {
        self.run(move |records| Ok(find(records, person, scopes).map(|token| token.id.clone())))
    }

    fn put_upstream_token(&self, token: UpstreamTokenRecord) -> StoreFuture<'_, bool> {
        self.run(move |records| Ok(put(records, token)))
    }

    fn upstream_token<'a>(&'a self, id: &'a str) -> StoreFuture<'a, Option<UpstreamTokenRecord>> {
        self.run(move |records| Ok(records.upstream_tokens.get(id).and_then(Token::live).cloned()))
    }

    fn lease_upstream_token<'a>(
        &'a self,
        id: &'a str,
        version: u64,
        holder: &'a str,
        until: Timestamp,
        now: Timestamp,
    ) -> StoreFuture<'a, bool> {
        self.run(move |records| {
            let Some(Token::Live(live)) = records.upstream_tokens.get_mut(id) else { return Ok(false) };
            let taken = |(other, until): &(String, Timestamp)| other != holder && now < *until;
            if live.record.version != version || live.lease.as_ref().is_some_and(taken) {
                return Ok(false);
            }
            live.lease = Some((holder.to_owned(), until));
            Ok(true)
        })
    }

    fn swap_upstream_token(&self, token: UpstreamTokenRecord) -> StoreFuture<'_, bool> {
        self.run(move |records| {
            let Some(Token::Live(live)) = records.upstream_tokens.get_mut(&token.id) else {
                return Ok(false);
            };
            let found = &mut live.record;
            if found.version != token.version {
                return Ok(false);
            }
            found.sealed = token.sealed;
            found.expires_at = token.expires_at;
            found.version += 1;
            live.lease = None;
            Ok(true)
        })
    }

    fn upstream_tokens<'a>(
        &'a self,
        after: Option<&'a str>,
        most: usize,
    ) -> StoreFuture<'a, Vec<UpstreamTokenRecord>> {
        self.run(move |records| {
            let live = records.upstream_tokens.values().filter_map(Token::live);
            let later = live.filter(|token| after.is_none_or(|after| token.id.as_str() > after));
            let mut tokens: Vec<_> = later.cloned().collect();
            tokens.sort_by(|one, other| one.id.cmp(&other.id));
            tokens.truncate(most);
            Ok(tokens)
        })
    }

    fn reseal_upstream_token<'a>(
        &'a self,
        id: &'a str,
        before: &'a [u8],
        after: Vec<u8>,
    ) -> StoreFuture<'a, bool> {
        self.run(move |records| match records.upstream_tokens.get_mut(id) {
            Some(Token::Live(live)) if live.record.sealed == before => {
                live.record.sealed = after;
                Ok(true)
            }
            _ => Ok(false),
        })
    }

    fn release_upstream_token<'a>(
        &'a self,
        id: &'a str,
        now: Timestamp,
    ) -> StoreFuture<'a, Option<UpstreamTokenRecord>> {
        self.run(move |records| {
            let uses = |upstream: &Option<String>| upstream.as_deref() == Some(id);
            let granted = records
                .grants
                .values()
                .any(|grant| uses(&grant.upstream) && grant.ended_at.is_none() && grant.expires_at > now);
            let coming = records
                .codes
                .values()
                .any(|code| uses(&code.upstream) && code.redeemed.is_none() && code.expires_at > now);
            let found = records.upstream_tokens.get(id).and_then(Token::live).cloned();
            let Some(token) = found.filter(|_| !granted && !coming) else { return Ok(None) };
            end(records, id, token.version, now);
            Ok(Some(token))
        })
    }

    fn end_upstream_token<'a>(
        &'a self,
        id: &'a str,
        version: u64,
        now: Timestamp,
    ) -> StoreFuture<'a, Vec<String>> {
        self.run(move |records| Ok(end(records, id, version, now)))
    }
}

fn find<'a>(records: &'a Records, person: &Person, scopes: &str) -> Option<&'a UpstreamTokenRecord> {
    let mut live = records.upstream_tokens.values().filter_map(Token::live);
    live.find(|token| token.person == *person && token.scopes == scopes)
}

fn put(records: &mut Records, mut token: UpstreamTokenRecord) -> bool {
    match (find(records, &token.person, &token.scopes), records.upstream_tokens.get(&token.id)) {
        (Some(there), _) if there.id == token.id => token.version = there.version + 1,
        (None, None) => {}
        _ => return false,
    }
    let live = Live { record: token, lease: None, unused_since: None };
    records.upstream_tokens.insert(live.record.id.clone(), Token::Live(Box::new(live)));
    true
}

fn end(records: &mut Records, id: &str, version: u64, now: Timestamp) -> Vec<String> {
    match records.upstream_tokens.get_mut(id) {
        Some(token) if token.live().is_some_and(|token| token.version == version) => {
            *token = Token::Ended(now);
        }
        _ => return Vec::new(),
    }
    let uses = |upstream: &Option<String>| upstream.as_deref() == Some(id);
    records.sessions.retain(|_, session| !uses(&session.upstream));
    records.codes.retain(|_, code| code.redeemed.is_some() || !uses(&code.upstream));
    let grants = records.grants.values().filter(|grant| uses(&grant.upstream) && grant.ended_at.is_none());
    let ids: Vec<_> = grants.map(|grant| grant.id.clone()).collect();
    for id in &ids {
        grant::end(records, id, now);
    }
    ids
}
