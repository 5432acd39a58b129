//! Migrations.

use rusqlite::Connection;

use super::Folder;
use crate::store::sqlite::{refusal::Refusal, schema::migrate_by};

const FIRST: &str = "CREATE TABLE first (id INTEGER) STRICT;";
const SECOND: &str = "CREATE TABLE second (id INTEGER) STRICT;";
const BROKEN: &str = "CREATE TABLE third (id INTEGER) STRICT; CREATE TABLE first (id INTEGER) STRICT;";

fn state(connection: &Connection) -> (usize, String) {
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    let tables = connection
        .query_row("SELECT ifnull(group_concat(name, ' '), '') FROM sqlite_schema", [], |row| row.get(0))
        .unwrap();
    (version, tables)
}

#[test]
fn c51_an_older_file_gets_what_it_lacks() {
    let folder = Folder::new();
    let connection = Connection::open(folder.file()).unwrap();
    migrate_by(&connection, &[FIRST]).unwrap();
    assert_eq!(state(&connection), (1, "first".to_owned()));
    migrate_by(&connection, &[FIRST, SECOND]).unwrap();
    migrate_by(&connection, &[FIRST, SECOND]).unwrap();
    assert_eq!(state(&connection), (2, "first second".to_owned()));
    let refused = migrate_by(&connection, &[FIRST]).unwrap_err();
    assert!(matches!(refused, Refusal::Newer { found: 2, known: 1 }), "{refused}");
}

#[test]
fn c51_a_migration_happens_wholly_or_not() {
    let folder = Folder::new();
    let connection = Connection::open(folder.file()).unwrap();
    migrate_by(&connection, &[FIRST]).unwrap();
    migrate_by(&connection, &[FIRST, SECOND, BROKEN]).unwrap_err();
    assert_eq!(state(&connection), (1, "first".to_owned()));
}
