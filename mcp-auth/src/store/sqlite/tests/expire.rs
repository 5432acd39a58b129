//! To remove what has ended costs what is removed, however much waits: nobody is held up for longer than one batch.

use rusqlite::{Connection, StatementStatus, params};

use super::{Folder, NOW};
use crate::store::{
    Store as _, Timestamp,
    sqlite::{
        expire::{STATEMENTS, expire},
        schema,
    },
};

const BATCH: usize = 500;

/// `count` grants that ended long ago, with a code and two tokens each, and as many of everything else.
fn ended(connection: &Connection, count: usize) {
    schema::migrate(connection).unwrap();
    let fill = |sql: &str| {
        let numbered =
            format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) {sql}");
        connection.execute(&numbered, [count]).unwrap();
    };
    connection.execute_batch("BEGIN").unwrap();
    fill(
        "INSERT INTO grants (id, person_provider, person_id, person_name, client_id, resource, scopes, created_at,
            expires_at) SELECT 'grant ' || i, '', '', '', '', '', '[]', 0, i FROM n",
    );
    for kind in ["old", "new"] {
        let rotated = if kind == "old" { "1, zeroblob(32)" } else { "NULL, NULL" };
        fill(&format!(
            "INSERT INTO refresh_tokens (token, grant_id, issued_at, expires_at, rotated_at, successor)
             SELECT CAST(format('{kind}%029d', i) AS BLOB), 'grant ' || i, 0, 0, {rotated} FROM n"
        ));
    }
    fill(
        "INSERT INTO codes (code, client_id, redirect_uri, code_challenge, resource, scopes, person_provider,
            person_id, person_name, expires_at, redeemed)
         SELECT CAST(format('%032d', i) AS BLOB), '', '', '', '', '[]', '', '', '', 0, 'grant ' || i FROM n",
    );
    fill(
        "INSERT INTO clients (id, metadata, fingerprint, registered_at, expires_at, used)
         SELECT 'client ' || i, '{}', CAST(format('%032d', i) AS BLOB), 0, i, 0 FROM n",
    );
    fill(
        "INSERT INTO sessions (session, person_provider, person_id, person_name, expires_at)
         SELECT CAST(format('%032d', i) AS BLOB), '', '', '', i FROM n",
    );
    fill(
        "INSERT INTO sign_ins (state, browser, provider, sealed, expires_at)
         SELECT CAST(format('%032d', i) AS BLOB), zeroblob(32), '', x'', i FROM n",
    );
    connection.execute_batch("COMMIT").unwrap();
}

/// The steps of SQLite's machine that one batch takes.
fn steps(connection: &Connection) -> i32 {
    for (_, statement) in STATEMENTS {
        connection.prepare_cached(statement).unwrap().reset_status(StatementStatus::VmStep);
    }
    assert!(expire(connection, NOW, BATCH).unwrap() > 0);
    STATEMENTS
        .iter()
        .map(|(_, statement)| {
            connection.prepare_cached(statement).unwrap().get_status(StatementStatus::VmStep)
        })
        .sum()
}

/// The most that any batch takes until all is gone.
fn worst(count: usize) -> i32 {
    let connection = Connection::open_in_memory().unwrap();
    connection.set_prepared_statement_cache_capacity(96);
    ended(&connection, count);
    let mut worst = 0;
    let left = |table: &str| {
        let sql = format!("SELECT count(*) FROM {table}");
        connection.query_row(&sql, [], |row| row.get::<_, usize>(0)).unwrap()
    };
    while ["grants", "clients", "sessions", "sign_ins"].into_iter().any(|table| left(table) > 0) {
        worst = worst.max(steps(&connection));
    }
    assert_eq!(left("refresh_tokens") + left("codes"), 0);
    worst
}

#[test]
fn c45_a_batch_costs_the_same_however_much_has_ended() {
    let (few, many) = (worst(1000), worst(15_000));
    assert!(many < few * 2, "{few} steps with few, {many} with many");
    assert!(many < 60_000, "{many} steps");
}

/// Whatever else it looks at, it finds by an index.
#[test]
fn c45_no_table_is_read_through() {
    let connection = Connection::open_in_memory().unwrap();
    ended(&connection, 1);
    for (_, statement) in STATEMENTS {
        let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
        let lines = plan.query_map(params![1, 1], |row| row.get::<_, String>("detail")).unwrap();
        for line in lines {
            let line = line.unwrap();
            // The few rows that were chosen.
            let chosen = line.starts_with("SCAN (subquery-");
            assert!(!line.starts_with("SCAN") || chosen, "{line}: {statement}");
        }
    }
}

/// Refreshes go on between the batches.
#[tokio::test]
async fn c45_who_writes_waits_for_one_batch_at_most() {
    let folder = Folder::new();
    let store = folder.open();
    store
        .write(|connection| {
            ended_within(connection);
            Ok(())
        })
        .await
        .unwrap();
    let later = Timestamp::from_millis(NOW.as_millis());
    let first = store.expire(later, BATCH);
    let second = store.expire(later, BATCH);
    let (first, second) = tokio::join!(first, second);
    assert_eq!((first.unwrap(), second.unwrap()), (BATCH, BATCH), "a batch ends where it has to");
}

fn ended_within(connection: &Connection) {
    connection
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
             INSERT INTO sign_ins (state, browser, provider, sealed, expires_at)
             SELECT CAST(format('%032d', i) AS BLOB), zeroblob(32), '', x'', i FROM n",
        )
        .unwrap();
}
