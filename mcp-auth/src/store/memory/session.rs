//! Browsers in which somebody signed in.

use super::{MemoryStore, taken};
use crate::store::{Digest, Person, SessionRecord, SessionStore, StoreFuture, Timestamp};

impl SessionStore for MemoryStore {
    fn insert_session(&self, session: SessionRecord) -> StoreFuture<'_, ()> {
        self.run(move |records| {
            if records.sessions.contains_key(&session.session) {
                return Err(taken("session"));
            }
            records.sessions.insert(session.session, session);
            Ok(())
        })
    }

    fn session<'a>(&'a self, session: &'a Digest, now: Timestamp) -> StoreFuture<'a, Option<SessionRecord>> {
        self.run(move |records| {
            Ok(records.sessions.get(session).filter(|session| session.expires_at > now).cloned())
        })
    }

    fn end_sessions<'a>(&'a self, person: Option<&'a Person>) -> StoreFuture<'a, ()> {
        self.run(move |records| {
            records.sessions.retain(|_, session| person.is_some_and(|person| session.person != *person));
            Ok(())
        })
    }

    fn end_session<'a>(&'a self, session: &'a Digest) -> StoreFuture<'a, ()> {
        self.run(move |records| {
            records.sessions.remove(session);
            Ok(())
        })
    }
}
