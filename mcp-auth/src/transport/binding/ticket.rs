//! Tickets: what a person carries from a tool to a page of the same application.

use std::time::Duration;

use super::{NotSealed, StateKey, key::parts, sealed::Sealer};
use crate::clock::Clock;

/// Makes and reads tickets. They are bound to (issuer, subject): a browser is no client of the protocol.
#[derive(Clone)]
pub(crate) struct TicketSealer {
    key: StateKey,
    clock: Clock,
}

/// (issuer, subject)
type Person<'a> = (&'a str, &'a str);

impl TicketSealer {
    pub(crate) fn new(key: StateKey, clock: Clock) -> Self {
        Self { key, clock }
    }

    /// Pages belong to the application, not to one of its servers: no resource.
    fn sealer(&self) -> Option<Sealer> {
        Some(Sealer::new(&self.key.derive("ticket", "").ok()?, self.clock.clone()))
    }

    pub(crate) fn seal(
        &self,
        person: Person<'_>,
        purpose: &str,
        value: &[u8],
        lifetime: Duration,
    ) -> Result<String, NotSealed> {
        self.sealer().ok_or(NotSealed)?.seal(&context(person, purpose), value, lifetime)
    }

    pub(crate) fn open(&self, person: Person<'_>, purpose: &str, ticket: &str) -> Option<Vec<u8>> {
        self.sealer()?.open(&context(person, purpose), ticket)
    }
}

fn context((issuer, subject): Person<'_>, purpose: &str) -> Vec<u8> {
    parts(&[Some(purpose), Some(issuer), Some(subject)])
}
