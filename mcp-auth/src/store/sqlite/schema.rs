//! The tables, and how an older file gets them.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::refusal::Refusal;

/// Marks a file as ours: "mcpa".
pub(super) const APPLICATION_ID: i32 = 0x6d63_7061;

/// The migrations, in order: the file's `user_version` counts those that have been done.
///
/// Released ones never change. A new one only adds, so that a process of the version before goes on beside it with the same
/// file (C51): tables, indexes, and columns that may be NULL or have a default.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("../../../migrations/sqlite/0001_start.sql"),
    include_str!("../../../migrations/sqlite/0002_assertions.sql"),
    include_str!("../../../migrations/sqlite/0003_client_documents.sql"),
    include_str!("../../../migrations/sqlite/0004_upstream_tokens.sql"),
    include_str!("../../../migrations/sqlite/0005_grants.sql"),
];

/// Whose file this is.
pub(super) fn application_id(connection: &Connection) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, "application_id", |row| row.get(0))
}

/// Refuses a file of a later version, and does what an older one lacks, wholly or not at all. Of several processes that
/// start at once one does it, and the others wait.
pub(super) fn migrate(connection: &Connection) -> Result<(), Refusal> {
    migrate_by(connection, MIGRATIONS)
}

pub(super) fn migrate_by(connection: &Connection, migrations: &[&str]) -> Result<(), Refusal> {
    if missing(connection, migrations)?.is_empty() {
        return Ok(());
    }
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    // Once more: another process may have been faster.
    for migration in missing(&transaction, migrations)? {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", migrations.len())?;
    Ok(transaction.commit()?)
}

/// The migrations that have not been done yet.
fn missing<'a>(connection: &Connection, migrations: &'a [&'a str]) -> Result<&'a [&'a str], Refusal> {
    let found: usize = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    migrations.get(found..).ok_or(Refusal::Newer { found, known: migrations.len() })
}
