//! Refresh tokens.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{
    SqliteStore, grant,
    job::Fault,
    value::{millis, read_digest, read_optional_digest, read_optional_time, read_time},
};
use crate::store::{
    Digest, GrantRecord, RefreshTokenRecord, RefreshTokenStore, Rotation, StoreFuture, Timestamp,
};

impl RefreshTokenStore for SqliteStore {
    fn refresh_token<'a>(
        &'a self,
        token: &'a Digest,
    ) -> StoreFuture<'a, Option<(RefreshTokenRecord, GrantRecord)>> {
        let token = *token;
        self.read(move |connection| {
            let Some(token) = find(connection, &token)? else { return Ok(None) };
            let grant = grant::find(connection, &token.record.grant)?;
            Ok(grant.map(|grant| (token.record, grant)))
        })
    }

    fn live_refresh_token<'a>(
        &'a self,
        token: &'a Digest,
        now: Timestamp,
    ) -> StoreFuture<'a, Option<(RefreshTokenRecord, GrantRecord)>> {
        let token = *token;
        self.read(move |connection| {
            let live = |token: &Token| token.rotated.is_none() && token.record.expires_at > now;
            let Some(token) = find(connection, &token)?.filter(live) else { return Ok(None) };
            let grant = grant::find(connection, &token.record.grant)?;
            let grant = grant.filter(|grant| grant.ended_at.is_none() && grant.expires_at > now);
            Ok(grant.map(|grant| (token.record, grant)))
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
        let token = *token;
        self.write(move |connection| {
            let Some(token) = find_with_living_grant(connection, &token, now)? else {
                return Ok(Rotation::Refused);
            };
            match &token.rotated {
                Some(before) => repeat_or_end(connection, &token.record, before, grace, now),
                None if token.record.expires_at <= now => Ok(Rotation::Refused),
                None => replace(connection, &token.record, &successor, &sealed, now),
            }
        })
    }
}

/// A row: the token, and how it was rotated.
struct Token {
    record: RefreshTokenRecord,
    rotated: Option<Rotated>,
}

struct Rotated {
    at: Timestamp,
    successor: Digest,
    sealed: Option<Vec<u8>>,
}

fn replace(
    connection: &Connection,
    token: &RefreshTokenRecord,
    successor: &RefreshTokenRecord,
    sealed: &[u8],
    now: Timestamp,
) -> Result<Rotation, Fault> {
    if successor.grant != token.grant {
        return Err(Fault::new("the successor is for another grant"));
    }
    // Its predecessor can no longer be repeated, so nothing is kept for that.
    connection
        .prepare_cached("UPDATE refresh_tokens SET sealed = NULL WHERE grant_id = ? AND sealed IS NOT NULL")?
        .execute([&token.grant])?;
    connection
        .prepare_cached(
            "UPDATE refresh_tokens SET rotated_at = ?, successor = ?, sealed = ? WHERE token = ?",
        )?
        .execute(params![millis(now), successor.token.as_bytes(), sealed, token.token.as_bytes()])?;
    insert(connection, successor)?;
    Ok(Rotation::Rotated)
}

/// What was kept of the successor is there until somebody uses that.
fn repeat_or_end(
    connection: &Connection,
    token: &RefreshTokenRecord,
    rotated: &Rotated,
    grace: Duration,
    now: Timestamp,
) -> Result<Rotation, Fault> {
    match &rotated.sealed {
        Some(sealed) if now < rotated.at.plus(grace) && !is_rotated(connection, &rotated.successor)? => {
            Ok(Rotation::Repeated { sealed: sealed.clone() })
        }
        _ => {
            grant::end(connection, &token.grant, now)?;
            Ok(Rotation::Reused { grant: token.grant.clone() })
        }
    }
}

fn is_rotated(connection: &Connection, token: &Digest) -> Result<bool, Fault> {
    Ok(find(connection, token)?.is_none_or(|token| token.rotated.is_some()))
}

fn find(connection: &Connection, token: &Digest) -> Result<Option<Token>, Fault> {
    Ok(connection
        .prepare_cached("SELECT * FROM refresh_tokens WHERE token = ?")?
        .query_row([token.as_bytes()], read)
        .optional()?)
}

/// The token, if its grant lives; in one statement, because everybody else waits for the writer meanwhile.
fn find_with_living_grant(
    connection: &Connection,
    token: &Digest,
    now: Timestamp,
) -> Result<Option<Token>, Fault> {
    Ok(connection
        .prepare_cached(
            "SELECT * FROM refresh_tokens WHERE token = ? AND EXISTS
                (SELECT 1 FROM grants WHERE id = grant_id AND ended_at IS NULL AND grants.expires_at > ?)",
        )?
        .query_row(params![token.as_bytes(), millis(now)], read)
        .optional()?)
}

pub(super) fn insert(connection: &Connection, token: &RefreshTokenRecord) -> Result<(), Fault> {
    connection
        .prepare_cached(
            "INSERT INTO refresh_tokens (token, grant_id, issued_at, expires_at) VALUES (?, ?, ?, ?)",
        )?
        .execute(params![
            token.token.as_bytes(),
            token.grant,
            millis(token.issued_at),
            millis(token.expires_at)
        ])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Token> {
    let rotated = match (read_optional_time(row, "rotated_at")?, read_optional_digest(row, "successor")?) {
        (Some(at), Some(successor)) => Some(Rotated { at, successor, sealed: row.get("sealed")? }),
        _ => None,
    };
    Ok(Token {
        record: RefreshTokenRecord {
            token: read_digest(row, "token")?,
            grant: row.get("grant_id")?,
            issued_at: read_time(row, "issued_at")?,
            expires_at: read_time(row, "expires_at")?,
        },
        rotated,
    })
}
