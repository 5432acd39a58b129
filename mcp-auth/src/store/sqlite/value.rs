//! What our types are in the file.

use rusqlite::{Row, types::Type};

use crate::store::{Digest, Person, Timestamp};

/// Milliseconds; the end of time is where SQLite's integers end.
pub(super) fn millis(time: Timestamp) -> i64 {
    integer(time.as_millis())
}

pub(super) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Scopes as JSON.
pub(super) fn list(scopes: &[String]) -> Result<String, serde_json::Error> {
    serde_json::to_string(scopes)
}

pub(super) fn read_number(row: &Row<'_>, column: &str) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}

pub(super) fn read_time(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    read_number(row, column).map(Timestamp::from_millis)
}

pub(super) fn read_optional_time(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    let millis: Option<i64> = row.get(column)?;
    Ok(millis.map(|millis| Timestamp::from_millis(u64::try_from(millis).unwrap_or(0))))
}

pub(super) fn read_digest(row: &Row<'_>, column: &str) -> rusqlite::Result<Digest> {
    row.get(column).map(Digest::from_bytes)
}

pub(super) fn read_optional_digest(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Digest>> {
    Ok(row.get::<_, Option<[u8; 32]>>(column)?.map(Digest::from_bytes))
}

/// The person of a row.
pub(super) fn read_person(row: &Row<'_>) -> rusqlite::Result<Person> {
    Ok(Person {
        provider: row.get("person_provider")?,
        id: row.get("person_id")?,
        name: row.get("person_name")?,
    })
}

/// The scopes of a row.
pub(super) fn read_list(row: &Row<'_>) -> rusqlite::Result<Vec<String>> {
    let text: String = row.get("scopes")?;
    serde_json::from_str(&text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(text.len(), Type::Text, Box::new(error)))
}
