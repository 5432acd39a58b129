//! Keys of the authorization server itself.

use rusqlite::{Row, named_params};

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
            let keys = statement.query_map([purpose], record)?;
            Ok(keys.collect::<Result<_, _>>()?)
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
