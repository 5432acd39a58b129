//! A store that can be told to fail, and what its failure looks like from outside.
#![expect(clippy::elidable_lifetime_names, reason = "the macro writes one signature for all verbs")]

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
    time::Duration,
};

use http::{StatusCode, header};
use serde_json::json;
use tokio::sync::Barrier;

use super::{Bed, CALLBACK, memory, settings};
use crate::store::{
    AssertionRecord, AssertionStore, AssertionUse, ClientRecord, ClientStore, CodeRecord, CodeStore,
    ConsentRecord, ConsentStore, Digest, GrantFilter, GrantRecord, GrantStore, KeyRecord, KeyStore, Person,
    Redemption, RefreshTokenRecord, RefreshTokenStore, Registration, Rotation, SessionRecord, SessionStore,
    SignInRecord, SignInStore, SqliteStore, Store, StoreError, StoreFuture, Timestamp, UpstreamTokenRecord,
    UpstreamTokenStore,
};

/// What it does.
pub(super) const WORKS: u8 = 0;
pub(super) const FAILS: u8 = 1;
pub(super) const PANICS: u8 = 2;
/// It reads, and cannot write: a full disk.
pub(super) const READS: u8 = 3;

#[derive(Debug, Clone)]
pub(super) struct FailingStore {
    inner: Arc<SqliteStore>,
    pub(super) mode: Arc<AtomicU8>,
    /// Where everybody who looks for a code waits for the others.
    pub(super) gate: Arc<Mutex<Option<Arc<Barrier>>>>,
    pub(super) slow: Arc<AtomicBool>,
}

impl FailingStore {
    pub(super) fn new(inner: SqliteStore) -> Self {
        Self::shared(Arc::new(inner))
    }

    pub(super) fn shared(inner: Arc<SqliteStore>) -> Self {
        Self { inner, mode: Arc::default(), gate: Arc::default(), slow: Arc::default() }
    }

    pub(super) fn set(&self, mode: u8) {
        self.mode.store(mode, Ordering::SeqCst);
    }

    fn ready<'a, T: Send + 'a>(&self, writes: bool, work: StoreFuture<'a, T>) -> StoreFuture<'a, T> {
        match self.mode.load(Ordering::SeqCst) {
            FAILS => Box::pin(async { Err(StoreError::new("database or disk is full")) }),
            READS if writes => Box::pin(async { Err(StoreError::new("database or disk is full")) }),
            PANICS if writes => Box::pin(async { panic!("the store panics") }),
            _ => work,
        }
    }
}

macro_rules! delegate {
    ($($trait:ident { $($writes:literal $name:ident ($($argument:ident: $type:ty),*) -> $result:ty;)* })*) => {$(
        impl $trait for FailingStore {
            $(fn $name<'a>(&'a self, $($argument: $type),*) -> StoreFuture<'a, $result> {
                self.ready($writes, self.inner.$name($($argument),*))
            })*
        }
    )*};
}

delegate! {
    ClientStore {
        true register(client: ClientRecord, most: usize, now: Timestamp) -> Registration;
        false client(id: &'a str, now: Timestamp) -> Option<ClientRecord>;
        true keep_client(id: &'a str, expires_at: Timestamp) -> ();
    }
    ConsentStore {
        false consent(person: &'a Person, client_id: &'a str, resource: &'a str) -> Option<ConsentRecord>;
        true forget_consent(person: &'a Person, client_id: &'a str, resource: &'a str) -> ();
        true forget_consents(person: &'a Person) -> ();
        true remember_consent(consent: ConsentRecord) -> ();
    }
    AssertionStore {
        true use_assertion(assertion: AssertionRecord, most: usize, now: Timestamp) -> AssertionUse;
    }
    GrantStore {
        true insert_grant(grant: GrantRecord) -> ();
        false grant(id: &'a str) -> Option<GrantRecord>;
        true end_grant(id: &'a str, now: Timestamp) -> bool;
        false grants(filter: &'a GrantFilter, after: Option<&'a str>, most: usize, now: Timestamp) -> Vec<GrantRecord>;
        true end_grants(filter: &'a GrantFilter, most: usize, now: Timestamp) -> Vec<GrantRecord>;
        false grants_ended_since(since: Timestamp) -> Vec<(String, Timestamp)>;
    }
    KeyStore {
        false keys(purpose: &'a str) -> Vec<KeyRecord>;
        true insert_next_key(key: KeyRecord, after: &'a str) -> bool;
        true replace_keys(key: KeyRecord) -> ();
        true remove_key(id: &'a str) -> bool;
        true reseal_key(id: &'a str, before: &'a [u8], after: Vec<u8>) -> bool;
        true insert_first_key(key: KeyRecord) -> bool;
    }
    RefreshTokenStore {
        false refresh_token(token: &'a Digest) -> Option<(RefreshTokenRecord, GrantRecord)>;
        false live_refresh_token(token: &'a Digest, now: Timestamp) -> Option<(RefreshTokenRecord, GrantRecord)>;
        true rotate(token: &'a Digest, successor: RefreshTokenRecord, sealed: Vec<u8>, grace: Duration, now: Timestamp) -> Rotation;
    }
    SessionStore {
        true insert_session(session: SessionRecord) -> ();
        false session(session: &'a Digest, now: Timestamp) -> Option<SessionRecord>;
        true end_sessions(person: Option<&'a Person>) -> ();
        true end_session(session: &'a Digest) -> ();
    }
    SignInStore {
        true begin_sign_in(sign_in: SignInRecord, most: usize, now: Timestamp) -> ();
        false sign_in(state: &'a Digest, now: Timestamp) -> Option<SignInRecord>;
        true take_sign_in(state: &'a Digest, browser: &'a Digest, now: Timestamp) -> Option<SignInRecord>;
    }
    UpstreamTokenStore {
        false upstream_token_id(person: &'a Person, scopes: &'a str) -> Option<String>;
        true put_upstream_token(token: UpstreamTokenRecord) -> bool;
        false upstream_token(id: &'a str) -> Option<UpstreamTokenRecord>;
        true lease_upstream_token(id: &'a str, version: u64, holder: &'a str, until: Timestamp, now: Timestamp) -> bool;
        true swap_upstream_token(token: UpstreamTokenRecord) -> bool;
        false upstream_tokens(after: Option<&'a str>, most: usize) -> Vec<UpstreamTokenRecord>;
        true reseal_upstream_token(id: &'a str, before: &'a [u8], after: Vec<u8>) -> bool;
        true release_upstream_token(id: &'a str, now: Timestamp) -> Option<UpstreamTokenRecord>;
        true end_upstream_token(id: &'a str, version: u64, now: Timestamp) -> Vec<String>;
    }
}

impl CodeStore for FailingStore {
    fn insert_code(&self, code: CodeRecord) -> StoreFuture<'_, ()> {
        self.ready(true, self.inner.insert_code(code))
    }

    fn code<'a>(&'a self, code: &'a Digest) -> StoreFuture<'a, Option<CodeRecord>> {
        let gate = self.gate.lock().unwrap().clone();
        let found = self.ready(false, self.inner.code(code));
        Box::pin(async move {
            if let Some(gate) = gate {
                gate.wait().await;
            }
            found.await
        })
    }

    fn redeem<'a>(
        &'a self,
        code: &'a Digest,
        grant: GrantRecord,
        refresh_token: RefreshTokenRecord,
        now: Timestamp,
    ) -> StoreFuture<'a, Redemption> {
        let done = self.ready(true, self.inner.redeem(code, grant, refresh_token, now));
        let slow = self.slow.load(Ordering::SeqCst);
        Box::pin(async move {
            if slow {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            done.await
        })
    }
}

impl Store for FailingStore {
    fn key_file(&self) -> Option<PathBuf> {
        self.inner.key_file()
    }

    fn expire(&self, now: Timestamp, most: usize) -> StoreFuture<'_, usize> {
        self.ready(true, self.inner.expire(now, most))
    }

    fn check(&self) -> StoreFuture<'_, ()> {
        self.ready(true, self.inner.check())
    }
}

pub(super) fn failing() -> (Bed, FailingStore) {
    let store = FailingStore::new(memory());
    (Bed::of(settings(store.clone())), store)
}

/// Every write of ours that cannot be done is our fault, and told as such; everything that needs no store goes on; and
/// afterwards all is as before.
#[tokio::test]
async fn c22_s80_a_full_disk_is_503_and_loses_nothing() {
    let (bed, store) = failing();
    let (client, tokens) = bed.signed_in().await;
    let (access, refresh) = (tokens.text("access_token"), tokens.text("refresh_token"));
    let given = bed.code(&client).await;
    for mode in [FAILS, READS, PANICS] {
        store.set(mode);
        let revoke = [("client_id", client.as_str()), ("token", &refresh)];
        for answer in [
            bed.redeem(&given).await,
            bed.refresh(&client, &refresh).await,
            bed.form("/revoke", &revoke).await,
            bed.register(json!({ "redirect_uris": [CALLBACK], "client_name": "new" })).await,
        ] {
            answer.assert_error(503, "temporarily_unavailable");
            assert!(answer.header(header::RETRY_AFTER).parse::<u64>().is_ok_and(|seconds| seconds > 0));
        }
        assert_eq!(bed.call(&access).await, StatusCode::OK, "the token lives: it was not revoked");
        let metadata = bed.get("/.well-known/oauth-authorization-server").await;
        assert_eq!(metadata.status, StatusCode::OK);
        assert_eq!(bed.get("/.well-known/jwks.json").await.status, StatusCode::OK);
    }
    store.set(WORKS);
    assert_eq!(bed.redeem(&given).await.status, StatusCode::OK, "the code is as good as before");
    assert_eq!(bed.refresh(&client, &refresh).await.status, StatusCode::OK);
}

/// A replay whose consequence cannot be written is not answered as if it had been.
#[tokio::test]
async fn c22_t22_a_replay_that_cannot_end_the_grant_says_so() {
    let (bed, store) = failing();
    let given = bed.code(&bed.client().await).await;
    let tokens = bed.redeem(&given).await;
    store.set(READS);
    bed.redeem(&given).await.assert_error(503, "temporarily_unavailable");
    store.set(WORKS);
    bed.redeem(&given).await.assert_error(400, "invalid_grant");
    assert_eq!(bed.call(&tokens.text("access_token")).await, StatusCode::UNAUTHORIZED);
}

/// A client that hangs up while its code is redeemed: the redemption happens wholly, and a second try with proof is a
/// replay, because somebody may have got the first answer.
#[tokio::test]
async fn c17_c50_a_client_that_goes_away_does_not_tear_the_write() {
    let (bed, store) = failing();
    let given = bed.code(&bed.client().await).await;
    store.slow.store(true, Ordering::SeqCst);
    let left = tokio::time::timeout(Duration::from_millis(20), bed.redeem(&given)).await;
    assert!(left.is_err(), "it went away");
    store.slow.store(false, Ordering::SeqCst);
    let code = || async { bed.core.store.code(&Digest::of(&given.code)).await.unwrap().unwrap() };
    for _ in 0..200 {
        if let Some(grant) = code().await.redeemed {
            let grant = bed.core.store.grant(&grant).await.unwrap().unwrap();
            assert!(grant.ended_at.is_none());
            bed.redeem(&given).await.assert_error(400, "invalid_grant");
            assert!(bed.core.store.grant(&grant.id).await.unwrap().unwrap().ended_at.is_some());
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it was never redeemed");
}

/// What has ended is removed, also after a round in which the store failed or panicked.
#[tokio::test]
async fn c45_housekeeping_survives_the_store() {
    let (bed, store) = failing();
    let digest = Digest::of(&bed.code("client").await.code);
    bed.clock.advance(Duration::from_secs(3 * 24 * 3600));
    store.set(PANICS);
    let core = Arc::clone(&bed.core);
    core.keep_house_every(Duration::from_millis(5));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(core.store.code(&digest).await.unwrap().is_some());
    store.set(FAILS);
    tokio::time::sleep(Duration::from_millis(50)).await;
    store.set(WORKS);
    for _ in 0..400 {
        if core.store.code(&digest).await.unwrap().is_none() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("nothing was removed");
}
