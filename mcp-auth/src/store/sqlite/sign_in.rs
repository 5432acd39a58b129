//! Sign-ins on their way.

use rusqlite::{OptionalExtension as _, Row, named_params, params};

use super::{
    SqliteStore,
    value::{millis, read_digest, read_time},
};
use crate::store::{Digest, SignInRecord, SignInStore, StoreFuture, Timestamp};

impl SignInStore for SqliteStore {
    fn begin_sign_in(&self, sign_in: SignInRecord, most: usize, now: Timestamp) -> StoreFuture<'_, bool> {
        self.write(move |connection| {
            let inserted = connection
                .prepare_cached(
                    "INSERT INTO sign_ins (state, browser, provider, sealed, expires_at)
                     SELECT :state, :browser, :provider, :sealed, :expires_at
                     WHERE (SELECT count(*) FROM sign_ins WHERE expires_at > :now) < :most",
                )?
                .execute(named_params! {
                    ":state": sign_in.state.as_bytes(),
                    ":browser": sign_in.browser.as_bytes(),
                    ":provider": sign_in.provider,
                    ":sealed": sign_in.sealed,
                    ":expires_at": millis(sign_in.expires_at),
                    ":now": millis(now),
                    ":most": i64::try_from(most).unwrap_or(i64::MAX),
                })?;
            Ok(inserted == 1)
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

fn record(row: &Row<'_>) -> rusqlite::Result<SignInRecord> {
    Ok(SignInRecord {
        state: read_digest(row, "state")?,
        browser: read_digest(row, "browser")?,
        provider: row.get("provider")?,
        sealed: row.get("sealed")?,
        expires_at: read_time(row, "expires_at")?,
    })
}
