//! What is in the file, and what must hold in it after any crash.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use rusqlite::{Connection, Row};

use crate::store::{Digest, SqliteStore};

/// What is in the file.
#[derive(Debug, Default)]
pub(in super::super) struct Contents {
    pub(in super::super) clients: HashSet<String>,
    /// Codes, and the grants that they became.
    pub(super) codes: HashMap<Digest, Option<String>>,
    /// Grants, and whether they have ended.
    pub(super) grants: HashMap<String, bool>,
    pub(super) tokens: HashMap<Digest, Token>,
    pub(super) upstream_tokens: usize,
    pub(super) sessions: usize,
    pub(super) sign_ins: usize,
}

#[derive(Debug)]
pub(super) struct Token {
    pub(super) grant: String,
    pub(super) successor: Option<Digest>,
}

/// Starts the store as the next process would, closes it, and reads everything; what must hold, holds.
pub(in super::super) fn contents(file: &Path) -> Contents {
    drop(SqliteStore::open(file).expect("a clean start"));
    let connection = Connection::open(file).unwrap();
    let contents = read(&connection);
    let damage: String = connection.pragma_query_value(None, "integrity_check", |row| row.get(0)).unwrap();
    assert_eq!(damage, "ok");
    let orphans = all(&connection, "PRAGMA foreign_key_check", |row| row.get::<_, String>(0));
    assert_eq!(orphans, Vec::<String>::new(), "a token without its grant");
    whole(&contents);
    contents
}

fn read(connection: &Connection) -> Contents {
    let count = |table: &str| {
        let sql = format!("SELECT count(*) FROM {table}");
        connection.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    Contents {
        clients: all(connection, "SELECT id FROM clients", |row| row.get(0)).into_iter().collect(),
        codes: all(connection, "SELECT code, redeemed FROM codes", |row| Ok((digest(row, 0)?, row.get(1)?)))
            .into_iter()
            .collect(),
        grants: all(connection, "SELECT id, ended_at IS NOT NULL FROM grants", |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .into_iter()
        .collect(),
        tokens: all(connection, "SELECT token, grant_id, successor FROM refresh_tokens", |row| {
            let successor = row.get::<_, Option<[u8; 32]>>(2)?.map(Digest::from_bytes);
            Ok((digest(row, 0)?, Token { grant: row.get(1)?, successor }))
        })
        .into_iter()
        .collect(),
        upstream_tokens: count("upstream_tokens"),
        sessions: count("sessions"),
        sign_ins: count("sign_ins"),
    }
}

fn digest(row: &Row<'_>, column: usize) -> rusqlite::Result<Digest> {
    row.get(column).map(Digest::from_bytes)
}

fn all<T>(connection: &Connection, sql: &str, read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>) -> Vec<T> {
    let mut statement = connection.prepare(sql).unwrap();
    statement.query_map([], read).unwrap().map(Result::unwrap).collect()
}

/// Nothing is half written: a code that is used has its grant, a grant comes from one code and has one line of tokens, of
/// which the last is good.
fn whole(contents: &Contents) {
    let redeemed: Vec<_> = contents.codes.values().flatten().collect();
    assert_eq!(redeemed.len(), contents.grants.len(), "a grant comes from one code");
    assert!(
        redeemed.iter().all(|grant| contents.grants.contains_key(*grant)),
        "a code whose grant is missing"
    );
    let mut last: HashMap<_, usize> = HashMap::new();
    let mut successors = HashSet::new();
    for token in contents.tokens.values() {
        match &token.successor {
            None => *last.entry(&token.grant).or_default() += 1,
            Some(successor) => {
                assert_eq!(contents.tokens[successor].grant, token.grant);
                assert!(successors.insert(successor), "two tokens with one successor");
            }
        }
    }
    for grant in contents.grants.keys() {
        assert_eq!(last.get(grant), Some(&1), "the tokens of {grant} are one line");
    }
}
