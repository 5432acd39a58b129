//! Clients that registered themselves.

use rusqlite::{Connection, OptionalExtension as _, Row, named_params, params};

use super::{
    SqliteStore,
    job::Fault,
    value::{millis, read_digest, read_optional_digest, read_time},
};
use crate::store::{ClientRecord, ClientStore, Registration, StoreFuture, Timestamp};

impl ClientStore for SqliteStore {
    fn register(&self, client: ClientRecord, most: usize, now: Timestamp) -> StoreFuture<'_, Registration> {
        self.write(move |connection| register(connection, &client, most, now))
    }

    fn client<'a>(&'a self, id: &'a str, now: Timestamp) -> StoreFuture<'a, Option<ClientRecord>> {
        let id = id.to_owned();
        self.read(move |connection| {
            Ok(connection
                .prepare_cached("SELECT * FROM clients WHERE id = ? AND expires_at > ?")?
                .query_row(params![id, millis(now)], record)
                .optional()?)
        })
    }

    fn keep_client<'a>(&'a self, id: &'a str, expires_at: Timestamp) -> StoreFuture<'a, ()> {
        let id = id.to_owned();
        self.write(move |connection| {
            connection
                .prepare_cached("UPDATE clients SET used = 1, expires_at = max(expires_at, ?) WHERE id = ?")?
                .execute(params![millis(expires_at), id])?;
            Ok(())
        })
    }
}

fn register(
    connection: &Connection,
    client: &ClientRecord,
    most: usize,
    now: Timestamp,
) -> Result<Registration, Fault> {
    if client.secret.is_none() {
        if let Some(known) = known(connection, client, now)? {
            return Ok(Registration::Known(known));
        }
        // What is left of one that has expired is in the way of the unique index.
        connection
            .prepare_cached("DELETE FROM clients WHERE fingerprint = ? AND secret IS NULL")?
            .execute(params![client.fingerprint.as_bytes()])?;
    }
    if !make_room(connection, most, now)? {
        return Ok(Registration::Full);
    }
    insert(connection, client)?;
    Ok(Registration::New)
}

/// The client that registered the same; it lives on.
fn known(
    connection: &Connection,
    client: &ClientRecord,
    now: Timestamp,
) -> Result<Option<ClientRecord>, Fault> {
    Ok(connection
        .prepare_cached(
            "UPDATE clients SET expires_at = max(expires_at, :expires_at)
             WHERE fingerprint = :fingerprint AND secret IS NULL AND expires_at > :now
             RETURNING *",
        )?
        .query_row(
            named_params! {
                ":expires_at": millis(client.expires_at),
                ":fingerprint": client.fingerprint.as_bytes(),
                ":now": millis(now),
            },
            record,
        )
        .optional()?)
}

/// Whether one more may be kept, now.
fn make_room(connection: &Connection, most: usize, now: Timestamp) -> Result<bool, Fault> {
    let count: usize = connection
        .prepare_cached("SELECT count(*) FROM clients WHERE expires_at > ?")?
        .query_row([millis(now)], |row| row.get(0))?;
    if count < most {
        return Ok(true);
    }
    let excess = count - most + 1;
    let unused: usize = connection
        .prepare_cached("SELECT count(*) FROM clients WHERE used = 0 AND expires_at > ?")?
        .query_row([millis(now)], |row| row.get(0))?;
    if unused < excess {
        return Ok(false);
    }
    connection
        .prepare_cached(
            "DELETE FROM clients WHERE id IN (
                SELECT id FROM clients WHERE used = 0 AND expires_at > ? ORDER BY registered_at, id LIMIT ?)",
        )?
        .execute(params![millis(now), excess])?;
    Ok(true)
}

fn insert(connection: &Connection, client: &ClientRecord) -> Result<(), Fault> {
    connection
        .prepare_cached(
            "INSERT INTO clients (id, metadata, fingerprint, secret, registered_at, expires_at, used)
             VALUES (:id, :metadata, :fingerprint, :secret, :registered_at, :expires_at, :used)",
        )?
        .execute(named_params! {
            ":id": client.id,
            ":metadata": client.metadata,
            ":fingerprint": client.fingerprint.as_bytes(),
            ":secret": client.secret.as_ref().map(|secret| *secret.as_bytes()),
            ":registered_at": millis(client.registered_at),
            ":expires_at": millis(client.expires_at),
            ":used": client.used,
        })?;
    Ok(())
}

fn record(row: &Row<'_>) -> rusqlite::Result<ClientRecord> {
    Ok(ClientRecord {
        id: row.get("id")?,
        metadata: row.get("metadata")?,
        fingerprint: read_digest(row, "fingerprint")?,
        secret: read_optional_digest(row, "secret")?,
        registered_at: read_time(row, "registered_at")?,
        expires_at: read_time(row, "expires_at")?,
        used: row.get("used")?,
    })
}
