//! Sign-ins on their way.

use rusqlite::{Connection, OptionalExtension as _, Row, named_params, params};

use super::{
    SqliteStore,
    job::Fault,
    value::{millis, read_digest, read_time},
};
use crate::store::{Digest, SignInRecord, SignInStore, StoreFuture, Timestamp};

impl SignInStore for SqliteStore {
    fn begin_sign_in(&self, sign_in: SignInRecord, most: usize, now: Timestamp) -> StoreFuture<'_, ()> {
        self.write(move |connection| {
            make_room(connection, most, now)?;
            connection
                .prepare_cached(
                    "INSERT INTO sign_ins (state, browser, provider, sealed, expires_at)
                     VALUES (:state, :browser, :provider, :sealed, :expires_at)",
                )?
                .execute(named_params! {
                    ":state": sign_in.state.as_bytes(),
                    ":browser": sign_in.browser.as_bytes(),
                    ":provider": sign_in.provider,
                    ":sealed": sign_in.sealed,
                    ":expires_at": millis(sign_in.expires_at),
                })?;
            Ok(())
        })
    }

    fn sign_in<'a>(&'a self, state: &'a Digest, now: Timestamp) -> StoreFuture<'a, Option<SignInRecord>> {
        let state = *state;
        self.read(move |connection| {
            Ok(connection
                .prepare_cached("SELECT * FROM sign_ins WHERE state = ? AND expires_at > ?")?
                .query_row(params![state.as_bytes(), millis(now)], record)
                .optional()?)
        })
    }

    fn take_sign_in<'a>(
        &'a self,
        state: &'a Digest,
        browser: &'a Digest,
        now: Timestamp,
    ) -> StoreFuture<'a, Option<SignInRecord>> {
        let (state, browser) = (*state, *browser);
        self.write(move |connection| {
            Ok(connection
                .prepare_cached(
                    "DELETE FROM sign_ins WHERE state = ? AND browser = ? AND expires_at > ? RETURNING *",
                )?
                .query_row(params![state.as_bytes(), browser.as_bytes(), millis(now)], record)
                .optional()?)
        })
    }
}

/// For one more.
fn make_room(connection: &Connection, most: usize, now: Timestamp) -> Result<(), Fault> {
    let live: usize = connection
        .prepare_cached("SELECT count(*) FROM sign_ins WHERE expires_at > ?")?
        .query_row([millis(now)], |row| row.get(0))?;
    let excess = (live + 1).saturating_sub(most);
    if excess > 0 {
        connection
            .prepare_cached(
                "DELETE FROM sign_ins WHERE state IN (
                    SELECT state FROM sign_ins WHERE expires_at > ? ORDER BY expires_at, state LIMIT ?)",
            )?
            .execute(params![millis(now), excess])?;
    }
    Ok(())
}

fn record(row: &Row<'_>) -> rusqlite::Result<SignInRecord> {
    Ok(SignInRecord {
        state: read_digest(row, "state")?,
        browser: read_digest(row, "browser")?,
        provider: row.get("provider")?,
        sealed: row.get("sealed")?,
        expires_at: read_time(row, "expires_at")?,
    })
}
