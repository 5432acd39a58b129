//! Keys of the authorization server itself.

use rusqlite::{Row, named_params, params};

use super::{
    SqliteStore,
    value::{millis, read_time},
};
use crate::store::{KeyRecord, KeyStore, StoreFuture};

impl KeyStore for SqliteStore {
    fn keys<'a>(&'a self, purpose: &'a str) -> StoreFuture<'a, Vec<KeyRecord>> {
        let purpose = purpose.to_owned();
        self.read(move |connection| {
            let mut statement =
                connection.prepare_cached("SELECT * FROM keys WHERE purpose = ? ORDER BY created_at, id")?;
            let keys = statement.query_map([&purpose], record)?;
            Ok(keys.collect::<Result<_, _>>()?)
        })
    }

    fn insert_next_key<'a>(&'a self, key: KeyRecord, after: &'a str) -> StoreFuture<'a, bool> {
        let after = after.to_owned();
        self.write(move |connection| {
            let inserted = connection
                .prepare_cached(
                    "INSERT INTO keys (id, purpose, sealed, created_at)
                     SELECT :id, :purpose, :sealed, :created_at
                     WHERE (SELECT id FROM keys WHERE purpose = :purpose
                            ORDER BY created_at DESC, id DESC LIMIT 1) = :after",
                )?
                .execute(named_params! {
                    ":id": key.id,
                    ":purpose": key.purpose,
                    ":sealed": key.sealed,
                    ":created_at": millis(key.created_at),
                    ":after": after,
                })?;
            Ok(inserted == 1)
        })
    }

    fn replace_keys(&self, key: KeyRecord) -> StoreFuture<'_, ()> {
        self.write(move |connection| {
            connection.prepare_cached("DELETE FROM keys WHERE purpose = ?")?.execute([&key.purpose])?;
            connection
                .prepare_cached("INSERT INTO keys (id, purpose, sealed, created_at) VALUES (?, ?, ?, ?)")?
                .execute(params![key.id, key.purpose, key.sealed, millis(key.created_at)])?;
            Ok(())
        })
    }

    fn remove_key<'a>(&'a self, id: &'a str) -> StoreFuture<'a, bool> {
        let id = id.to_owned();
        self.write(move |connection| {
            let removed = connection
                .prepare_cached(
                    "DELETE FROM keys WHERE id = :id AND EXISTS
                        (SELECT 1 FROM keys newer WHERE newer.purpose = keys.purpose
                            AND (newer.created_at, newer.id) > (keys.created_at, keys.id))",
                )?
                .execute(named_params! { ":id": id })?;
            Ok(removed == 1)
        })
    }

    fn reseal_key<'a>(&'a self, id: &'a str, before: &'a [u8], after: Vec<u8>) -> StoreFuture<'a, bool> {
        let (id, before) = (id.to_owned(), before.to_owned());
        self.write(move |connection| {
            let resealed = connection
                .prepare_cached("UPDATE keys SET sealed = ? WHERE id = ? AND sealed = ?")?
                .execute(params![after, id, before])?;
            Ok(resealed == 1)
        })
    }

    fn insert_first_key(&self, key: KeyRecord) -> StoreFuture<'_, bool> {
        self.write(move |connection| {
            let inserted = connection
                .prepare_cached(
                    "INSERT INTO keys (id, purpose, sealed, created_at)
                     SELECT :id, :purpose, :sealed, :created_at
                     WHERE NOT EXISTS (SELECT 1 FROM keys WHERE purpose = :purpose)",
                )?
                .execute(named_params! {
                    ":id": key.id,
                    ":purpose": key.purpose,
                    ":sealed": key.sealed,
                    ":created_at": millis(key.created_at),
                })?;
            Ok(inserted == 1)
        })
    }
}

fn record(row: &Row<'_>) -> rusqlite::Result<KeyRecord> {
    Ok(KeyRecord {
        id: row.get("id")?,
        purpose: row.get("purpose")?,
        sealed: row.get("sealed")?,
        created_at: read_time(row, "created_at")?,
    })
}
