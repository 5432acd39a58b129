//! What a person agreed to before.

use rusqlite::{OptionalExtension as _, Row, named_params, params};

use super::{
    SqliteStore,
    value::{list, millis, read_list, read_optional_digest, read_person, read_time},
};
use crate::store::{ConsentRecord, ConsentStore, Digest, Person, StoreFuture};

impl ConsentStore for SqliteStore {
    fn consent<'a>(
        &'a self,
        person: &'a Person,
        client_id: &'a str,
        resource: &'a str,
    ) -> StoreFuture<'a, Option<ConsentRecord>> {
        let (person, client_id, resource) = (person.clone(), client_id.to_owned(), resource.to_owned());
        self.read(move |connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT * FROM consents
                     WHERE client_id = ? AND resource = ? AND person_provider = ? AND person_id = ?",
                )?
                .query_row(params![client_id, resource, person.provider, person.id], record)
                .optional()?)
        })
    }

    fn forget_consent<'a>(
        &'a self,
        person: &'a Person,
        client_id: &'a str,
        resource: &'a str,
    ) -> StoreFuture<'a, ()> {
        let (person, client_id, resource) = (person.clone(), client_id.to_owned(), resource.to_owned());
        self.write(move |connection| {
            connection
                .prepare_cached(
                    "DELETE FROM consents
                     WHERE client_id = ? AND resource = ? AND person_provider = ? AND person_id = ?",
                )?
                .execute(params![client_id, resource, person.provider, person.id])?;
            Ok(())
        })
    }

    fn forget_consents<'a>(&'a self, person: &'a Person) -> StoreFuture<'a, ()> {
        let person = person.clone();
        self.write(move |connection| {
            connection
                .prepare_cached("DELETE FROM consents WHERE person_provider = ? AND person_id = ?")?
                .execute(params![person.provider, person.id])?;
            Ok(())
        })
    }

    fn remember_consent(&self, consent: ConsentRecord) -> StoreFuture<'_, ()> {
        self.write(move |connection| {
            connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO consents
                        (client_id, client, resource, person_provider, person_id, person_name, scopes, given_at)
                     VALUES (:client_id, :client, :resource, :person_provider, :person_id, :person_name, :scopes, :given_at)",
                )?
                .execute(named_params! {
                    ":client_id": consent.client_id,
                    ":client": consent.client.as_ref().map(Digest::as_bytes),
                    ":resource": consent.resource,
                    ":person_provider": consent.person.provider,
                    ":person_id": consent.person.id,
                    ":person_name": consent.person.name,
                    ":scopes": list(&consent.scopes)?,
                    ":given_at": millis(consent.given_at),
                })?;
            Ok(())
        })
    }
}

fn record(row: &Row<'_>) -> rusqlite::Result<ConsentRecord> {
    Ok(ConsentRecord {
        person: read_person(row)?,
        client_id: row.get("client_id")?,
        client: read_optional_digest(row, "client")?,
        resource: row.get("resource")?,
        scopes: read_list(row)?,
        given_at: read_time(row, "given_at")?,
    })
}
