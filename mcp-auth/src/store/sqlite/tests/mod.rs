//! What every store must do, and what is particular to the file.

mod backup;
mod check;
mod contract;
mod expire;
mod faults;
mod folder;
mod kill;
mod log;
mod migration;
mod open;
mod schema;
mod two_writers;

use folder::Folder;

use std::sync::Arc;

use crate::store::{
    CodeRecord, CodeStore as _, Digest, GrantRecord, GrantStore as _, Person, Redemption, RefreshTokenRecord,
    RefreshTokenStore as _, SqliteStore, StoreError, Timestamp,
};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const LATER: Timestamp = Timestamp::from_millis(1_900_000_000_000);

fn person() -> Person {
    Person { provider: "github".to_owned(), id: "1".to_owned(), name: "me".to_owned() }
}

/// The code of this name.
fn code(name: &str) -> CodeRecord {
    CodeRecord {
        code: Digest::of(name),
        client_id: "client".to_owned(),
        client: None,
        redirect_uri: "http://127.0.0.1/".to_owned(),
        code_challenge: "challenge".to_owned(),
        resource: "https://notes.example.com/mcp".to_owned(),
        scopes: Vec::new(),
        person: person(),
        upstream: None,
        expires_at: LATER,
        redeemed: None,
    }
}

/// Redeems the code of this name for a grant and a token of the same name.
async fn redeem(store: &SqliteStore, name: &str) -> Result<Redemption, StoreError> {
    let grant = GrantRecord {
        id: name.to_owned(),
        person: person(),
        client_id: "client".to_owned(),
        resource: "https://notes.example.com/mcp".to_owned(),
        scopes: Vec::new(),
        upstream: None,
        created_at: NOW,
        expires_at: LATER,
        ended_at: None,
    };
    let token = RefreshTokenRecord {
        token: Digest::of(name),
        grant: name.to_owned(),
        issued_at: NOW,
        expires_at: LATER,
    };
    store.redeem(&Digest::of(name), grant, token, NOW).await
}

/// Whether the code of this name is there, and redeemed: with all that belongs to it, or with nothing.
async fn is_redeemed(store: &SqliteStore, name: &str) -> Option<bool> {
    let code = store.code(&Digest::of(name)).await.unwrap()?;
    let redeemed = code.redeemed.is_some();
    assert_eq!(store.grant(name).await.unwrap().is_some(), redeemed, "{name}");
    assert_eq!(store.refresh_token(&Digest::of(name)).await.unwrap().is_some(), redeemed, "{name}");
    Some(redeemed)
}

/// Sets a pragma of the connection that writes.
async fn pragma(store: &SqliteStore, name: &'static str, value: i64) {
    store
        .write(move |connection| {
            Ok(connection.pragma_update_and_check(None, name, value, |_| Ok(())).or_else(none)?)
        })
        .await
        .unwrap();
}

/// Some pragmas answer, and some do not.
fn none(error: rusqlite::Error) -> rusqlite::Result<()> {
    if matches!(error, rusqlite::Error::QueryReturnedNoRows) { Ok(()) } else { Err(error) }
}

fn shared(store: SqliteStore) -> Arc<SqliteStore> {
    Arc::new(store)
}
