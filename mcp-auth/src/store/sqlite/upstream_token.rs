//! Tokens of providers.

use rusqlite::{Connection, OptionalExtension as _, Row, named_params, params};

use super::{
    SqliteStore, grant,
    job::Fault,
    value::{integer, millis, read_number, read_optional_time, read_person},
};
use crate::store::{Person, StoreFuture, Timestamp, UpstreamTokenRecord, UpstreamTokenStore};

impl UpstreamTokenStore for SqliteStore {
    fn upstream_token_id<'a>(
        &'a self,
        person: &'a Person,
        scopes: &'a str,
    ) -> StoreFuture<'a, Option<String>> {
        let (person, scopes) = (person.clone(), scopes.to_owned());
        self.read(move |connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT id FROM upstream_tokens
                     WHERE person_provider = ? AND person_id = ? AND scopes = ? AND ended_at IS NULL",
                )?
                .query_row(params![person.provider, person.id, scopes], |row| row.get(0))
                .optional()?)
        })
    }

    fn put_upstream_token(&self, token: UpstreamTokenRecord) -> StoreFuture<'_, bool> {
        self.write(move |connection| put(connection, &token))
    }

    fn upstream_token<'a>(&'a self, id: &'a str) -> StoreFuture<'a, Option<UpstreamTokenRecord>> {
        let id = id.to_owned();
        self.read(move |connection| {
            Ok(connection
                .prepare_cached("SELECT * FROM upstream_tokens WHERE id = ? AND ended_at IS NULL")?
                .query_row([&id], record)
                .optional()?)
        })
    }

    fn lease_upstream_token<'a>(
        &'a self,
        id: &'a str,
        version: u64,
        holder: &'a str,
        until: Timestamp,
        now: Timestamp,
    ) -> StoreFuture<'a, bool> {
        let (id, holder) = (id.to_owned(), holder.to_owned());
        self.write(move |connection| {
            let leased = connection
                .prepare_cached(
                    "UPDATE upstream_tokens SET lease_holder = :holder, lease_until = :until
                     WHERE id = :id AND version = :version AND ended_at IS NULL
                        AND (lease_holder IS NULL OR lease_holder = :holder OR lease_until <= :now)",
                )?
                .execute(named_params! {
                    ":id": id,
                    ":version": integer(version),
                    ":holder": holder,
                    ":until": millis(until),
                    ":now": millis(now),
                })?;
            Ok(leased == 1)
        })
    }

    fn swap_upstream_token(&self, token: UpstreamTokenRecord) -> StoreFuture<'_, bool> {
        self.write(move |connection| {
            let swapped = connection
                .prepare_cached(
                    "UPDATE upstream_tokens SET sealed = ?, expires_at = ?, version = version + 1,
                        lease_holder = NULL, lease_until = NULL
                     WHERE id = ? AND version = ? AND ended_at IS NULL",
                )?
                .execute(params![
                    token.sealed,
                    token.expires_at.map(millis),
                    token.id,
                    integer(token.version)
                ])?;
            Ok(swapped == 1)
        })
    }

    fn upstream_tokens<'a>(
        &'a self,
        after: Option<&'a str>,
        most: usize,
    ) -> StoreFuture<'a, Vec<UpstreamTokenRecord>> {
        let after = after.unwrap_or_default().to_owned();
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT * FROM upstream_tokens WHERE id > ? AND ended_at IS NULL ORDER BY id LIMIT ?",
            )?;
            let tokens = statement.query_map(params![after, integer(most as u64)], record)?;
            Ok(tokens.collect::<Result<_, _>>()?)
        })
    }

    fn reseal_upstream_token<'a>(
        &'a self,
        id: &'a str,
        before: &'a [u8],
        after: Vec<u8>,
    ) -> StoreFuture<'a, bool> {
        let (id, before) = (id.to_owned(), before.to_owned());
        self.write(move |connection| {
            let resealed = connection
                .prepare_cached(
                    "UPDATE upstream_tokens SET sealed = ? WHERE id = ? AND sealed = ? AND ended_at IS NULL",
                )?
                .execute(params![after, id, before])?;
            Ok(resealed == 1)
        })
    }

    fn release_upstream_token<'a>(
        &'a self,
        id: &'a str,
        now: Timestamp,
    ) -> StoreFuture<'a, Option<UpstreamTokenRecord>> {
        let id = id.to_owned();
        self.write(move |connection| release(connection, &id, now))
    }

    fn end_upstream_token<'a>(
        &'a self,
        id: &'a str,
        version: u64,
        now: Timestamp,
    ) -> StoreFuture<'a, Vec<String>> {
        let id = id.to_owned();
        self.write(move |connection| end(connection, &id, version, now))
    }
}

/// One conditional write: an id that is taken by another person, by other scopes or by a token that has ended changes
/// nothing, and neither does another id for the same person and scopes.
fn put(connection: &Connection, token: &UpstreamTokenRecord) -> Result<bool, Fault> {
    let kept = connection
        .prepare_cached(
            "INSERT INTO upstream_tokens
                (id, person_provider, person_id, person_name, scopes, sealed, version, expires_at)
             VALUES (:id, :person_provider, :person_id, :person_name, :scopes, :sealed, :version, :expires_at)
             ON CONFLICT (id) DO UPDATE SET person_name = excluded.person_name, sealed = excluded.sealed,
                version = version + 1, expires_at = excluded.expires_at,
                lease_holder = NULL, lease_until = NULL, looked_at = 0, unused_since = NULL
                WHERE person_provider = excluded.person_provider AND person_id = excluded.person_id
                    AND scopes = excluded.scopes AND ended_at IS NULL
             ON CONFLICT (person_provider, person_id, scopes) WHERE ended_at IS NULL DO NOTHING",
        )?
        .execute(named_params! {
            ":id": token.id,
            ":person_provider": token.person.provider,
            ":person_id": token.person.id,
            ":person_name": token.person.name,
            ":scopes": token.scopes,
            ":sealed": token.sealed,
            ":version": integer(token.version),
            ":expires_at": token.expires_at.map(millis),
        })?;
    Ok(kept == 1)
}

fn end(connection: &Connection, id: &str, version: u64, now: Timestamp) -> Result<Vec<String>, Fault> {
    let ended = connection
        .prepare_cached(
            "UPDATE upstream_tokens SET ended_at = ?, sealed = x'' WHERE id = ? AND version = ? AND ended_at IS NULL",
        )?
        .execute(params![millis(now), id, integer(version)])?;
    if ended == 0 {
        return Ok(Vec::new());
    }
    connection.prepare_cached("DELETE FROM sessions WHERE upstream = ?")?.execute([id])?;
    // What nobody has redeemed yet would become a grant whose tools cannot work.
    connection.prepare_cached("DELETE FROM codes WHERE upstream = ? AND redeemed IS NULL")?.execute([id])?;
    grant::end_all_of(connection, id, now)
}

fn release(connection: &Connection, id: &str, now: Timestamp) -> Result<Option<UpstreamTokenRecord>, Fault> {
    let found = connection
        .prepare_cached(
            "SELECT * FROM upstream_tokens WHERE id = :id AND ended_at IS NULL
                AND NOT EXISTS (SELECT 1 FROM grants
                    WHERE upstream = :id AND ended_at IS NULL AND expires_at > :now)
                AND NOT EXISTS (SELECT 1 FROM codes
                    WHERE upstream = :id AND redeemed IS NULL AND expires_at > :now)",
        )?
        .query_row(named_params! { ":id": id, ":now": millis(now) }, record)
        .optional()?;
    if let Some(token) = &found {
        end(connection, id, token.version, now)?;
    }
    Ok(found)
}

fn record(row: &Row<'_>) -> rusqlite::Result<UpstreamTokenRecord> {
    Ok(UpstreamTokenRecord {
        id: row.get("id")?,
        person: read_person(row)?,
        scopes: row.get("scopes")?,
        sealed: row.get("sealed")?,
        version: read_number(row, "version")?,
        expires_at: read_optional_time(row, "expires_at")?,
    })
}
