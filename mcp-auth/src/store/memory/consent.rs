//! What a person agreed to before.

use super::MemoryStore;
use crate::store::{ConsentRecord, ConsentStore, Person, StoreFuture};

impl ConsentStore for MemoryStore {
    fn consent<'a>(
        &'a self,
        person: &'a Person,
        client_id: &'a str,
        resource: &'a str,
    ) -> StoreFuture<'a, Option<ConsentRecord>> {
        self.run(move |records| {
            let found = records.consents.iter().find(|consent| is_for(consent, person, client_id, resource));
            Ok(found.cloned())
        })
    }

    fn forget_consent<'a>(
        &'a self,
        person: &'a Person,
        client_id: &'a str,
        resource: &'a str,
    ) -> StoreFuture<'a, ()> {
        self.run(move |records| {
            records.consents.retain(|consent| !is_for(consent, person, client_id, resource));
            Ok(())
        })
    }

    fn forget_consents<'a>(&'a self, person: &'a Person) -> StoreFuture<'a, ()> {
        self.run(move |records| {
            records.consents.retain(|consent| consent.person != *person);
            Ok(())
        })
    }

    fn remember_consent(&self, consent: ConsentRecord) -> StoreFuture<'_, ()> {
        self.run(move |records| {
            records
                .consents
                .retain(|before| !is_for(before, &consent.person, &consent.client_id, &consent.resource));
            records.consents.push(consent);
            Ok(())
        })
    }
}

fn is_for(consent: &ConsentRecord, person: &Person, client_id: &str, resource: &str) -> bool {
    consent.person == *person && consent.client_id == client_id && consent.resource == resource
}
