//! What has ended and is needed for nothing any more.

use std::time::Duration;

use rusqlite::{Connection, named_params, params};

use super::{job::Fault, value::millis};
use crate::store::Timestamp;

/// How long what has ended is kept: access tokens and answers on their way are long over then, and until then a replay is
/// recognised.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// When something goes.
#[derive(Clone, Copy)]
pub(super) enum Gone {
    AtOnce,
    Kept,
}

/// Each statement takes the time and how many rows at most. What hangs on something goes before it; rotated refresh tokens
/// and redeemed codes go with their grant.
///
/// Each walks an index from its beginning and looks at no more than it may remove, so that it costs what it removes: also
/// where very much has ended and nothing hangs on it any more.
pub(super) const STATEMENTS: [(Gone, &str); 10] = [
    (
        Gone::AtOnce,
        "DELETE FROM assertions WHERE (client_id, jti) IN
            (SELECT client_id, jti FROM assertions WHERE expires_at <= ? LIMIT ?)",
    ),
    (
        Gone::AtOnce,
        "DELETE FROM sign_ins WHERE state IN (SELECT state FROM sign_ins WHERE expires_at <= ? LIMIT ?)",
    ),
    (
        Gone::AtOnce,
        "DELETE FROM sessions WHERE session IN (SELECT session FROM sessions WHERE expires_at <= ? LIMIT ?)",
    ),
    (
        Gone::Kept,
        "DELETE FROM codes WHERE code IN
            (SELECT code FROM codes WHERE redeemed IS NULL AND expires_at <= ? LIMIT ?)",
    ),
    (
        Gone::Kept,
        "DELETE FROM refresh_tokens WHERE token IN
            (SELECT token FROM (SELECT id FROM grants WHERE over_at <= ?1 ORDER BY over_at, id LIMIT ?2)
             CROSS JOIN refresh_tokens ON grant_id = id LIMIT ?2)",
    ),
    (
        Gone::Kept,
        "DELETE FROM codes WHERE code IN
            (SELECT code FROM (SELECT id FROM grants WHERE over_at <= ?1 ORDER BY over_at, id LIMIT ?2)
             CROSS JOIN codes ON redeemed = id LIMIT ?2)",
    ),
    (
        Gone::Kept,
        "DELETE FROM grants WHERE id IN (SELECT id FROM grants WHERE over_at <= ? ORDER BY over_at, id LIMIT ?)",
    ),
    (
        Gone::AtOnce,
        "DELETE FROM consents WHERE (client_id, resource, person_provider, person_id) IN
            (SELECT client_id, resource, person_provider, person_id
             FROM (SELECT id FROM clients WHERE expires_at <= ?1 ORDER BY expires_at, id LIMIT ?2)
             CROSS JOIN consents ON client_id = id LIMIT ?2)",
    ),
    (
        Gone::AtOnce,
        "DELETE FROM clients WHERE id IN
            (SELECT id FROM clients WHERE expires_at <= ? ORDER BY expires_at, id LIMIT ?)",
    ),
    (
        Gone::Kept,
        "DELETE FROM upstream_tokens WHERE id IN (SELECT id FROM upstream_tokens WHERE ended_at <= ? LIMIT ?)",
    ),
];

/// Removes at most `most` rows; how many it were.
pub(super) fn expire(connection: &Connection, now: Timestamp, most: usize) -> Result<usize, Fault> {
    let mut left = most;
    for (gone, statement) in STATEMENTS {
        // What comes later may have something that hangs on it, as long as not all of that is gone.
        if left == 0 {
            break;
        }
        let before = match gone {
            Gone::AtOnce => now,
            Gone::Kept => now.minus(KEPT),
        };
        left -= connection.prepare_cached(statement)?.execute(params![millis(before), left])?;
    }
    left -= end_unused_tokens(connection, now, left)?;
    Ok(most - left)
}

/// Whether something that lives uses the token of a row.
const USED: &str = "EXISTS (SELECT 1 FROM grants WHERE upstream = upstream_tokens.id AND over_at > :now)
    OR EXISTS (SELECT 1 FROM sessions WHERE upstream = upstream_tokens.id AND expires_at > :now)
    OR EXISTS (SELECT 1 FROM codes
               WHERE upstream = upstream_tokens.id AND redeemed IS NULL AND expires_at > :now)";

/// Ends the tokens that nothing has used for a day; how many it were. Each row is looked at once a day, those that waited
/// for longest first. That a token is not used for a moment is usual: it is kept before the session and the code.
fn end_unused_tokens(connection: &Connection, now: Timestamp, most: usize) -> Result<usize, Fault> {
    let times = named_params! { ":now": millis(now), ":kept": millis(now.minus(KEPT)), ":most": most };
    connection
        .prepare_cached(&format!(
            "UPDATE upstream_tokens
             SET looked_at = :now, unused_since = CASE WHEN {USED} THEN NULL ELSE ifnull(unused_since, :now) END
             WHERE id IN (SELECT id FROM upstream_tokens
                          WHERE ended_at IS NULL AND looked_at <= :kept ORDER BY looked_at LIMIT :most)"
        ))?
        .execute(times)?;
    let mut end = connection.prepare_cached(&format!(
        "UPDATE upstream_tokens SET ended_at = :now, sealed = x'', unused_since = NULL
         WHERE id IN (SELECT id FROM upstream_tokens WHERE unused_since <= :kept AND ended_at IS NULL LIMIT :most)
            AND NOT ({USED})
         RETURNING id, person_provider"
    ))?;
    let mut ended = 0;
    let mut rows = end.query(times)?;
    while let Some(row) = rows.next()? {
        let (id, provider): (String, String) = (row.get(0)?, row.get(1)?);
        tracing::info!(id, provider, "a token that nothing uses has ended; the provider may still honour it");
        ended += 1;
    }
    Ok(ended)
}
