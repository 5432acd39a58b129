//! Grants.

use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, named_params, params};

use super::{
    SqliteStore,
    job::Fault,
    value::{integer, list, millis, read_list, read_optional_time, read_person, read_time},
};
use crate::store::{GrantFilter, GrantRecord, GrantStore, StoreFuture, Timestamp};

impl GrantStore for SqliteStore {
    fn grant<'a>(&'a self, id: &'a str) -> StoreFuture<'a, Option<GrantRecord>> {
        let id = id.to_owned();
        self.read(move |connection| find(connection, &id))
    }

    fn insert_grant(&self, grant: GrantRecord) -> StoreFuture<'_, ()> {
        self.write(move |connection| insert(connection, &grant))
    }

    fn end_grant<'a>(&'a self, id: &'a str, now: Timestamp) -> StoreFuture<'a, bool> {
        let id = id.to_owned();
        self.write(move |connection| end(connection, &id, now))
    }

    fn grants<'a>(
        &'a self,
        filter: &'a GrantFilter,
        after: Option<&'a str>,
        most: usize,
        now: Timestamp,
    ) -> StoreFuture<'a, Vec<GrantRecord>> {
        let (filter, after) = (filter.clone(), after.unwrap_or_default().to_owned());
        self.read(move |connection| {
            let sql = format!(
                "SELECT * FROM grants WHERE ended_at IS NULL AND expires_at > :now AND id > :after {}
                 ORDER BY id LIMIT :most",
                condition(&filter)
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let mut values = values(&filter);
            let (now, most) = (millis(now), integer(most as u64));
            values.extend([(":now", &now as &dyn ToSql), (":after", &after), (":most", &most)]);
            let grants = statement.query_map(values.as_slice(), record)?;
            Ok(grants.collect::<Result<_, _>>()?)
        })
    }

    fn end_grants<'a>(
        &'a self,
        filter: &'a GrantFilter,
        most: usize,
        now: Timestamp,
    ) -> StoreFuture<'a, Vec<GrantRecord>> {
        let filter = filter.clone();
        self.write(move |connection| end_some(connection, &filter, most, now))
    }

    fn grants_ended_since(&self, since: Timestamp) -> StoreFuture<'_, Vec<(String, Timestamp)>> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, ended_at FROM grants WHERE ended_at >= ? ORDER BY ended_at, id",
            )?;
            let grants = statement
                .query_map([millis(since)], |row| Ok((row.get("id")?, read_time(row, "ended_at")?)))?;
            Ok(grants.collect::<Result<_, _>>()?)
        })
    }
}

pub(super) fn find(connection: &Connection, id: &str) -> Result<Option<GrantRecord>, Fault> {
    Ok(connection.prepare_cached("SELECT * FROM grants WHERE id = ?")?.query_row([id], record).optional()?)
}

/// Ends a grant; its refresh tokens end with it, because they are judged together. One that ran out by the clock is
/// marked too, so that a clock that goes back cannot revive it.
pub(super) fn end(connection: &Connection, id: &str, now: Timestamp) -> Result<bool, Fault> {
    let was_alive: Option<bool> = connection
        .prepare_cached(
            "UPDATE grants SET ended_at = :now WHERE id = :id AND ended_at IS NULL RETURNING expires_at > :now",
        )?
        .query_row(named_params! { ":id": id, ":now": millis(now) }, |row| row.get(0))
        .optional()?;
    Ok(was_alive.unwrap_or(false))
}

/// Ends all grants that use this upstream token; their ids.
pub(super) fn end_all_of(
    connection: &Connection,
    upstream: &str,
    now: Timestamp,
) -> Result<Vec<String>, Fault> {
    let mut statement = connection.prepare_cached(
        "UPDATE grants SET ended_at = ? WHERE upstream = ? AND ended_at IS NULL RETURNING id",
    )?;
    let ids = statement.query_map(params![millis(now), upstream], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

fn end_some(
    connection: &Connection,
    filter: &GrantFilter,
    most: usize,
    now: Timestamp,
) -> Result<Vec<GrantRecord>, Fault> {
    let condition = condition(filter);
    let codes = format!("DELETE FROM codes WHERE redeemed IS NULL {condition}");
    connection.prepare_cached(&codes)?.execute(values(filter).as_slice())?;
    let grants = format!(
        "UPDATE grants SET ended_at = :now WHERE id IN
            (SELECT id FROM grants WHERE ended_at IS NULL {condition} LIMIT :most) RETURNING *"
    );
    let mut statement = connection.prepare_cached(&grants)?;
    let (now, most) = (millis(now), integer(most as u64));
    let mut values = values(filter);
    values.extend([(":now", &now as &dyn ToSql), (":most", &most)]);
    let ended = statement.query_map(values.as_slice(), record)?;
    Ok(ended.collect::<Result<_, _>>()?)
}

/// Of grants and of codes. Each filter is a statement of its own, so that each finds its index.
fn condition(filter: &GrantFilter) -> &'static str {
    match (&filter.person, &filter.client_id) {
        (None, None) => "",
        (Some(_), None) => "AND person_provider = :provider AND person_id = :person",
        (None, Some(_)) => "AND client_id = :client",
        (Some(_), Some(_)) => {
            "AND person_provider = :provider AND person_id = :person AND client_id = :client"
        }
    }
}

fn values(filter: &GrantFilter) -> Vec<(&'static str, &dyn ToSql)> {
    let mut values: Vec<(&'static str, &dyn ToSql)> = Vec::new();
    if let Some(person) = &filter.person {
        values.extend([(":provider", &person.provider as &dyn ToSql), (":person", &person.id)]);
    }
    values.extend(filter.client_id.iter().map(|client| (":client", client as &dyn ToSql)));
    values
}

pub(super) fn insert(connection: &Connection, grant: &GrantRecord) -> Result<(), Fault> {
    connection
        .prepare_cached(
            "INSERT INTO grants (id, person_provider, person_id, person_name, client_id, resource, scopes,
                upstream, created_at, expires_at, ended_at)
             VALUES (:id, :person_provider, :person_id, :person_name, :client_id, :resource, :scopes,
                :upstream, :created_at, :expires_at, :ended_at)",
        )?
        .execute(named_params! {
            ":id": grant.id,
            ":person_provider": grant.person.provider,
            ":person_id": grant.person.id,
            ":person_name": grant.person.name,
            ":client_id": grant.client_id,
            ":resource": grant.resource,
            ":scopes": list(&grant.scopes)?,
            ":upstream": grant.upstream,
            ":created_at": millis(grant.created_at),
            ":expires_at": millis(grant.expires_at),
            ":ended_at": grant.ended_at.map(millis),
        })?;
    Ok(())
}

fn record(row: &Row<'_>) -> rusqlite::Result<GrantRecord> {
    Ok(GrantRecord {
        id: row.get("id")?,
        person: read_person(row)?,
        client_id: row.get("client_id")?,
        resource: row.get("resource")?,
        scopes: read_list(row)?,
        upstream: row.get("upstream")?,
        created_at: read_time(row, "created_at")?,
        expires_at: read_time(row, "expires_at")?,
        ended_at: read_optional_time(row, "ended_at")?,
    })
}
