//! A store in memory that hands every verb on, except where it has a fault.
#![expect(clippy::elidable_lifetime_names, reason = "the macro writes one signature for all verbs")]

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use crate::store::{
    AssertionRecord, AssertionStore, AssertionUse, ClientRecord, ClientStore, CodeRecord, CodeStore,
    ConsentRecord, ConsentStore, Digest, GrantFilter, GrantRecord, GrantStore, KeyRecord, KeyStore,
    MemoryStore, Person, Redemption, RefreshTokenRecord, RefreshTokenStore, Registration, Rotation,
    SessionRecord, SessionStore, SignInRecord, SignInStore, Store, StoreFuture, Timestamp,
    UpstreamTokenRecord, UpstreamTokenStore,
};

/// What can be wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    ReadsThenWrites,
    IgnoresExpiry,
    OffByOne,
    LosesRevocations,
    HidesRevocations,
    TwoSuccessors,
    SwapsBlindly,
    ConsumesFirst,
    ReusesIds,
    SharesSecrets,
    ExpiresTheLiving,
    IssuesLater,
    ForgetsInACrash,
}

/// A store with at most one fault.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) inner: MemoryStore,
    pub(super) fault: Option<Fault>,
    notes: Mutex<Notes>,
}

/// What a fault remembers beside the store.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Codes, and the grants that they became.
    pub(super) redeemed: HashMap<Digest, String>,
    /// Second successors, and the tokens that they are good for.
    pub(super) successors: HashMap<Digest, Digest>,
    /// Ids of upstream tokens that were used again, and under which they are kept.
    pub(super) reused: HashMap<String, String>,
    pub(super) clients: HashMap<Digest, ClientRecord>,
}

impl Broken {
    pub(super) fn new(fault: Option<Fault>) -> Self {
        Self { inner: MemoryStore::new(), fault, notes: Mutex::default() }
    }

    pub(super) fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    pub(super) fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap()
    }

    /// The time by which it judges expiry.
    pub(super) fn judged(&self, now: Timestamp) -> Timestamp {
        match self.fault {
            Some(Fault::IgnoresExpiry) => Timestamp::from_millis(0),
            Some(Fault::OffByOne) => now.minus(Duration::from_millis(1)),
            _ => now,
        }
    }
}

/// Verbs that are handed on. Those with a fault have a `_` behind the name, and stand in `faults`.
macro_rules! delegate {
    ($($trait:ident { $($name:ident $(=> $faulty:ident)? ($($argument:ident: $type:ty),*) -> $result:ty;)* })*) => {$(
        impl $trait for std::sync::Arc<Broken> {
            $(fn $name<'a>(&'a self, $($argument: $type),*) -> StoreFuture<'a, $result> {
                delegate!(@call self $name $($faulty)? ($($argument),*))
            })*
        }
    )*};
    (@call $self:ident $name:ident $faulty:ident ($($argument:ident),*)) => {
        Box::pin($self.$faulty($($argument),*))
    };
    (@call $self:ident $name:ident ($($argument:ident),*)) => { $self.inner.$name($($argument),*) };
}

delegate! {
    AssertionStore {
        use_assertion(assertion: AssertionRecord, most: usize, now: Timestamp) -> AssertionUse;
    }
    ClientStore {
        register => faulty_register(client: ClientRecord, most: usize, now: Timestamp) -> Registration;
        client => faulty_client(id: &'a str, now: Timestamp) -> Option<ClientRecord>;
        keep_client(id: &'a str, expires_at: Timestamp) -> ();
    }
    CodeStore {
        insert_code(code: CodeRecord) -> ();
        code => faulty_code(code: &'a Digest) -> Option<CodeRecord>;
        redeem => faulty_redeem(code: &'a Digest, grant: GrantRecord, refresh_token: RefreshTokenRecord, now: Timestamp) -> Redemption;
    }
    ConsentStore {
        consent(person: &'a Person, client_id: &'a str, resource: &'a str) -> Option<ConsentRecord>;
        forget_consent(person: &'a Person, client_id: &'a str, resource: &'a str) -> ();
        forget_consents(person: &'a Person) -> ();
        remember_consent(consent: ConsentRecord) -> ();
    }
    GrantStore {
        grant(id: &'a str) -> Option<GrantRecord>;
        insert_grant(grant: GrantRecord) -> ();
        end_grant => faulty_end_grant(id: &'a str, now: Timestamp) -> bool;
        grants(filter: &'a GrantFilter, after: Option<&'a str>, most: usize, now: Timestamp) -> Vec<GrantRecord>;
        end_grants(filter: &'a GrantFilter, most: usize, now: Timestamp) -> Vec<GrantRecord>;
        grants_ended_since => faulty_grants_ended_since(since: Timestamp) -> Vec<(String, Timestamp)>;
    }
    KeyStore {
        keys(purpose: &'a str) -> Vec<KeyRecord>;
        insert_next_key(key: KeyRecord, after: &'a str) -> bool;
        replace_keys(key: KeyRecord) -> ();
        remove_key(id: &'a str) -> bool;
        reseal_key(id: &'a str, before: &'a [u8], after: Vec<u8>) -> bool;
        insert_first_key(key: KeyRecord) -> bool;
    }
    RefreshTokenStore {
        refresh_token => faulty_refresh_token(token: &'a Digest) -> Option<(RefreshTokenRecord, GrantRecord)>;
        live_refresh_token(token: &'a Digest, now: Timestamp) -> Option<(RefreshTokenRecord, GrantRecord)>;
        rotate => faulty_rotate(token: &'a Digest, successor: RefreshTokenRecord, sealed: Vec<u8>, grace: Duration, now: Timestamp) -> Rotation;
    }
    SessionStore {
        insert_session(session: SessionRecord) -> ();
        session => faulty_session(session: &'a Digest, now: Timestamp) -> Option<SessionRecord>;
        end_sessions(person: Option<&'a Person>) -> ();
        end_session(session: &'a Digest) -> ();
    }
    SignInStore {
        begin_sign_in(sign_in: SignInRecord, most: usize, now: Timestamp) -> ();
        sign_in => faulty_sign_in(state: &'a Digest, now: Timestamp) -> Option<SignInRecord>;
        take_sign_in => faulty_take_sign_in(state: &'a Digest, browser: &'a Digest, now: Timestamp) -> Option<SignInRecord>;
    }
    UpstreamTokenStore {
        upstream_token_id(person: &'a Person, scopes: &'a str) -> Option<String>;
        put_upstream_token => faulty_put_upstream_token(token: UpstreamTokenRecord) -> bool;
        upstream_token => faulty_upstream_token(id: &'a str) -> Option<UpstreamTokenRecord>;
        lease_upstream_token(id: &'a str, version: u64, holder: &'a str, until: Timestamp, now: Timestamp) -> bool;
        swap_upstream_token => faulty_swap_upstream_token(token: UpstreamTokenRecord) -> bool;
        upstream_tokens(after: Option<&'a str>, most: usize) -> Vec<UpstreamTokenRecord>;
        reseal_upstream_token(id: &'a str, before: &'a [u8], after: Vec<u8>) -> bool;
        release_upstream_token(id: &'a str, now: Timestamp) -> Option<UpstreamTokenRecord>;
        end_upstream_token(id: &'a str, version: u64, now: Timestamp) -> Vec<String>;
    }
}

impl Store for std::sync::Arc<Broken> {
    fn expire(&self, now: Timestamp, most: usize) -> StoreFuture<'_, usize> {
        let day = Duration::from_secs(24 * 3600);
        let now = if self.has(Fault::ExpiresTheLiving) { now.plus(day) } else { now };
        self.inner.expire(now, most)
    }

    fn check(&self) -> StoreFuture<'_, ()> {
        self.inner.check()
    }
}
