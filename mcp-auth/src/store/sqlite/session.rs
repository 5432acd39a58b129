//! Browsers in which somebody signed in.

use rusqlite::{OptionalExtension as _, Row, named_params, params};

use super::{
    SqliteStore,
    value::{millis, read_digest, read_person, read_time},
};
use crate::store::{Digest, Person, SessionRecord, SessionStore, StoreFuture, Timestamp};

impl SessionStore for SqliteStore {
    fn insert_session(&self, session: SessionRecord) -> StoreFuture<'_, ()> {
        self.write(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO sessions
                        (session, person_provider, person_id, person_name, upstream, expires_at)
                     VALUES (:session, :person_provider, :person_id, :person_name, :upstream, :expires_at)",
                )?
                .execute(named_params! {
                    ":session": session.session.as_bytes(),
                    ":person_provider": session.person.provider,
                    ":person_id": session.person.id,
                    ":person_name": session.person.name,
                    ":upstream": session.upstream,
                    ":expires_at": millis(session.expires_at),
                })?;
            Ok(())
        })
    }

    fn session<'a>(&'a self, session: &'a Digest, now: Timestamp) -> StoreFuture<'a, Option<SessionRecord>> {
        let session = *session;
        self.read(move |connection| {
            Ok(connection
                .prepare_cached("SELECT * FROM sessions WHERE session = ? AND expires_at > ?")?
                .query_row(params![session.as_bytes(), millis(now)], record)
                .optional()?)
        })
    }

    fn end_sessions<'a>(&'a self, person: Option<&'a Person>) -> StoreFuture<'a, ()> {
        let person = person.cloned();
        self.write(move |connection| {
            match &person {
                Some(person) => connection
                    .prepare_cached("DELETE FROM sessions WHERE person_provider = ? AND person_id = ?")?
                    .execute(params![person.provider, person.id])?,
                None => connection.prepare_cached("DELETE FROM sessions")?.execute([])?,
            };
            Ok(())
        })
    }

    fn end_session<'a>(&'a self, session: &'a Digest) -> StoreFuture<'a, ()> {
        let session = *session;
        self.write(move |connection| {
            connection
                .prepare_cached("DELETE FROM sessions WHERE session = ?")?
                .execute([session.as_bytes()])?;
            Ok(())
        })
    }
}

fn record(row: &Row<'_>) -> rusqlite::Result<SessionRecord> {
    Ok(SessionRecord {
        session: read_digest(row, "session")?,
        person: read_person(row)?,
        upstream: row.get("upstream")?,
        expires_at: read_time(row, "expires_at")?,
    })
}
