//! What has ended and is needed for nothing any more.

use std::{collections::HashMap, hash::Hash, time::Duration};

use super::{Records, upstream_token::Token};
use crate::store::{GrantRecord, Timestamp};

/// How long what has ended is kept, so that a replay is recognised.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Removes at most `most` records; how many it were. What hangs on something goes before it.
pub(super) fn expire(records: &mut Records, now: Timestamp, most: usize) -> usize {
    let kept = now.minus(KEPT);
    let mut left = most;
    remove(&mut records.assertions, &mut left, |until| *until <= now);
    remove(&mut records.sign_ins, &mut left, |sign_in| sign_in.expires_at <= now);
    remove(&mut records.sessions, &mut left, |session| session.expires_at <= now);
    let grants = &records.grants;
    let is_over = |id: &str| grants.get(id).is_none_or(|grant| over_at(grant) <= kept);
    remove(&mut records.codes, &mut left, |code| match &code.redeemed {
        Some(grant) => is_over(grant),
        None => code.expires_at <= kept,
    });
    remove(&mut records.refresh_tokens, &mut left, |token| is_over(token.grant()));
    remove(&mut records.grants, &mut left, |grant| over_at(grant) <= kept);
    let clients = &records.clients;
    records.consents.retain(|consent| {
        let gone = clients.get(&consent.client_id).is_some_and(|client| client.expires_at <= now);
        !(gone && take(&mut left))
    });
    remove(&mut records.clients, &mut left, |client| client.expires_at <= now);
    remove(
        &mut records.upstream_tokens,
        &mut left,
        |token| matches!(token, Token::Ended(ended_at) if *ended_at <= kept),
    );
    end_unused_tokens(records, now, &mut left);
    most - left
}

/// Ends the tokens that nothing has used for a day.
fn end_unused_tokens(records: &mut Records, now: Timestamp, left: &mut usize) {
    let uses = |upstream: &Option<String>, id: &str| upstream.as_deref() == Some(id);
    let (grants, sessions, codes) = (&records.grants, &records.sessions, &records.codes);
    let used = |id: &str| {
        grants.values().any(|grant| uses(&grant.upstream, id) && now < over_at(grant))
            || sessions.values().any(|session| uses(&session.upstream, id) && now < session.expires_at)
            || codes
                .values()
                .any(|code| uses(&code.upstream, id) && code.redeemed.is_none() && now < code.expires_at)
    };
    for (id, token) in &mut records.upstream_tokens {
        let Token::Live(live) = token else { continue };
        live.unused_since = if used(id) { None } else { Some(live.unused_since.unwrap_or(now)) };
        let long = live.unused_since.is_some_and(|since| since <= now.minus(KEPT));
        if long && take(left) {
            tracing::info!(id, "a token that nothing uses has ended; the provider may still honour it");
            *token = Token::Ended(now);
        }
    }
}

fn over_at(grant: &GrantRecord) -> Timestamp {
    grant.ended_at.unwrap_or(grant.expires_at).min(grant.expires_at)
}

fn remove<K: Eq + Hash, V>(map: &mut HashMap<K, V>, left: &mut usize, gone: impl Fn(&V) -> bool) {
    map.retain(|_, value| !(gone(value) && take(left)));
}

/// Whether one more may go.
fn take(left: &mut usize) -> bool {
    let any = *left > 0;
    *left = left.saturating_sub(1);
    any
}
