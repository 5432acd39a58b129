//! Files of earlier versions, as they are found in the world: each becomes one of today with everything in it.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use aws_lc_rs::digest::{SHA256, digest};
use rusqlite::Connection;

use super::{Folder, LATER, NOW, person};
use crate::store::{
    ClientStore as _, CodeStore as _, ConsentStore as _, Digest, GrantStore as _, KeyStore as _, Redemption,
    RefreshTokenRecord, RefreshTokenStore as _, Rotation, SessionStore as _, SignInStore as _, SqliteStore,
    Store as _, UpstreamTokenStore as _,
    sqlite::schema::{self, MIGRATIONS, migrate_by},
};

/// What a store of the first schema held: a row of everything, written when there was no other schema.
const FIRST: &str = include_str!("first.sql");

/// A file of the schema that `version` migrations make, with what the first one could hold.
fn file_of(version: usize, path: &Path) {
    let connection = Connection::open(path).unwrap();
    migrate_by(&connection, &MIGRATIONS[..1]).unwrap();
    connection.execute_batch(FIRST).unwrap();
    migrate_by(&connection, &MIGRATIONS[..version]).unwrap();
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

fn version(path: &Path) -> usize {
    Connection::open(path).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

/// Every row of the fixture is found by the verb that looks for it.
async fn assert_holds_everything(store: &SqliteStore) {
    let client = store.client("client", NOW).await.unwrap().unwrap();
    assert_eq!((client.used, client.secret), (true, Some(Digest::of("secret"))));
    let waiting = store.code(&Digest::of("waiting")).await.unwrap().unwrap();
    assert_eq!((waiting.scopes, waiting.redeemed), (vec!["notes:read".to_owned()], None));
    let used = store.code(&Digest::of("used")).await.unwrap().unwrap();
    assert_eq!(used.redeemed.as_deref(), Some("grant"));
    let (token, grant) = store.refresh_token(&Digest::of("token")).await.unwrap().unwrap();
    assert_eq!((token.grant.as_str(), grant.person.subject()), ("grant", person().subject()));
    assert!(grant.ended_at.is_none());
    let consent = store.consent(&person(), "client", "https://notes.example.com/mcp").await.unwrap().unwrap();
    assert_eq!(consent.scopes, ["notes:read"]);
    assert!(store.session(&Digest::of("session"), NOW).await.unwrap().is_some());
    assert!(store.sign_in(&Digest::of("state"), NOW).await.unwrap().is_some());
    let upstream = store.upstream_token("upstream").await.unwrap().unwrap();
    assert_eq!((upstream.version, upstream.sealed.as_slice()), (3, b"sealed".as_slice()));
    assert_eq!(store.keys("sign").await.unwrap().len(), 1);
    let ended = store.grants_ended_since(crate::store::Timestamp::from_millis(0)).await.unwrap();
    assert_eq!(ended, [("ended".to_owned(), NOW)]);
}

/// It works on as before: what was used stays used, what was not can be used once.
async fn assert_goes_on(store: &SqliteStore) {
    let successor = |name: &str, grant: &str| RefreshTokenRecord {
        token: Digest::of(name),
        grant: grant.to_owned(),
        issued_at: NOW,
        expires_at: LATER,
    };
    let token = Digest::of("token");
    let rotation = store.rotate(&token, successor("next", "grant"), Vec::new(), Duration::ZERO, NOW);
    assert_eq!(rotation.await.unwrap(), Rotation::Rotated);
    let mut grant = store.grant("grant").await.unwrap().unwrap();
    grant.id = "new".to_owned();
    for (code, result) in
        [("used", Redemption::Refused), ("waiting", Redemption::Done), ("waiting", Redemption::Refused)]
    {
        let digest = Digest::of(code);
        let done = store.redeem(&digest, grant.clone(), successor("first", "new"), NOW);
        assert_eq!(done.await.unwrap(), result, "{code}");
    }
    store.expire(NOW, 1000).await.unwrap();
    store.check().await.unwrap();
}

#[tokio::test]
async fn c51_a_file_of_each_earlier_schema_becomes_one_of_today() {
    for earlier in 1..=MIGRATIONS.len() {
        let folder = Folder::new();
        file_of(earlier, &folder.file());
        assert_eq!(version(&folder.file()), earlier);
        let store = folder.open();
        assert_holds_everything(&store).await;
        assert_goes_on(&store).await;
        drop(store);
        assert_eq!(version(&folder.file()), MIGRATIONS.len());
        let check: String = Connection::open(folder.file())
            .unwrap()
            .pragma_query_value(None, "integrity_check", |row| row.get(0))
            .unwrap();
        assert_eq!(check, "ok");
    }
}

/// A process that has the file open goes on while a later version, which only adds, takes it over.
#[tokio::test]
async fn c51_a_process_of_the_version_before_goes_on() {
    let folder = Folder::new();
    file_of(MIGRATIONS.len(), &folder.file());
    let store = folder.open();
    assert_holds_everything(&store).await;
    let tables = ["clients", "codes", "consents", "grants", "keys", "refresh_tokens", "sessions", "sign_ins"];
    let add = |table| ["ALTER TABLE ", table, " ADD COLUMN later TEXT; "];
    let mut later: String = tables.into_iter().flat_map(add).collect();
    later.push_str(
        "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT; CREATE INDEX later_later ON grants (later);",
    );
    let other = Connection::open(folder.file()).unwrap();
    let all: Vec<_> = MIGRATIONS.iter().copied().chain([later.as_str()]).collect();
    migrate_by(&other, &all).unwrap();
    assert_holds_everything(&store).await;
    assert_goes_on(&store).await;
}

/// A later migration that takes long, and shows how far it came.
const LONG: &str = "CREATE TABLE long (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
    INSERT INTO long SELECT value, hex(randomblob(200)) FROM
        (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 60000) SELECT value FROM n);
    ALTER TABLE grants ADD COLUMN long TEXT;
    UPDATE grants SET long = 'done';";

const FILE: &str = "MCP_AUTH_TEST_MIGRATED_STORE";

fn long() -> Vec<&'static str> {
    MIGRATIONS.iter().copied().chain([LONG]).collect()
}

fn migrate_in_a_process(path: PathBuf) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::sqlite::tests::migration::child", "--ignored", "--nocapture"])
        .env(FILE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "is run by the tests below, and killed"]
fn child() {
    let Some(file) = std::env::var_os(FILE) else { panic!("this is the child of another test") };
    let connection = Connection::open(file).unwrap();
    connection.busy_timeout(Duration::from_secs(20)).unwrap();
    println!("begins");
    migrate_by(&connection, &long()).unwrap();
}

/// The whole of the long migration, or nothing of it.
fn assert_whole(path: &Path) -> bool {
    let connection = Connection::open(path).unwrap();
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, usize>(0)).unwrap();
    let version = version(path);
    if version == MIGRATIONS.len() {
        assert_eq!(number("SELECT count(*) FROM sqlite_schema WHERE name = 'long'"), 0);
        assert_eq!(number("SELECT count(*) FROM pragma_table_info('grants') WHERE name = 'long'"), 0);
        return false;
    }
    assert_eq!(version, MIGRATIONS.len() + 1);
    assert_eq!(number("SELECT count(*) FROM long"), 60_000);
    assert_eq!(number("SELECT count(*) FROM grants WHERE long = 'done'"), 2);
    true
}

#[test]
fn c51_of_processes_that_migrate_at_once_one_does_and_all_go_on() {
    let folder = Folder::new();
    file_of(MIGRATIONS.len(), &folder.file());
    let children: Vec<_> = (0..4).map(|_| migrate_in_a_process(folder.file())).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert!(assert_whole(&folder.file()));
}

#[test]
fn c51_c21_a_migration_that_is_killed_leaves_the_file_as_it_was() {
    let mut cut = 0;
    for round in 0..12 {
        let folder = Folder::new();
        file_of(1, &folder.file());
        migrate_by(&Connection::open(folder.file()).unwrap(), MIGRATIONS).unwrap();
        let mut child = migrate_in_a_process(folder.file());
        let mut begun = [0; 1];
        child.stdout.as_mut().unwrap().read_exact(&mut begun).unwrap();
        std::thread::sleep(Duration::from_millis(5 + round * 25));
        child.kill().unwrap();
        child.wait().unwrap();
        cut += usize::from(!assert_whole(&folder.file()));
        // Whoever comes next finds a file that it can use.
        migrate_by(&Connection::open(folder.file()).unwrap(), &long()).unwrap();
        assert!(assert_whole(&folder.file()));
    }
    assert!(cut > 0, "none was killed in the middle");
}

/// Files of it may be out in the world.
#[test]
fn c51_the_first_migration_is_as_it_was() {
    let digest = digest(&SHA256, MIGRATIONS[0].as_bytes());
    let hex: Vec<String> = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        hex.concat(),
        "0147537041f44a51d624a0ab635505ef0b78232cf53529504ebe105fedbc187b",
        "add a migration instead"
    );
    let connection = Connection::open_in_memory().unwrap();
    schema::migrate(&connection).unwrap();
}
