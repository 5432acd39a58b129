//! Client assertions that have been used.

use rusqlite::{Connection, params};

use super::{SqliteStore, job::Fault, value::millis};
use crate::store::{AssertionRecord, AssertionStore, AssertionUse, StoreFuture, Timestamp};

impl AssertionStore for SqliteStore {
    fn use_assertion(
        &self,
        assertion: AssertionRecord,
        most: usize,
        now: Timestamp,
    ) -> StoreFuture<'_, AssertionUse> {
        self.write(move |connection| first(connection, &assertion, most, now))
    }
}

fn first(
    connection: &Connection,
    assertion: &AssertionRecord,
    most: usize,
    now: Timestamp,
) -> Result<AssertionUse, Fault> {
    let AssertionRecord { client_id, jti, expires_at } = assertion;
    let inserted = connection
        .prepare_cached(
            "INSERT INTO assertions (client_id, jti, expires_at)
             SELECT ?1, ?2, ?3 WHERE ?5 > (SELECT count(*) FROM
                (SELECT 1 FROM assertions WHERE client_id = ?1 AND expires_at > ?4 LIMIT ?5))
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![client_id, jti.as_bytes(), millis(*expires_at), millis(now), most])?;
    if inserted > 0 {
        return Ok(AssertionUse::First);
    }
    let known = connection
        .prepare_cached("SELECT 1 FROM assertions WHERE client_id = ? AND jti = ?")?
        .exists(params![client_id, jti.as_bytes()])?;
    Ok(if known { AssertionUse::Again } else { AssertionUse::Full })
}
