//! Records to begin with. Everything begins at [`START`].

use std::time::Duration;

use crate::store::{
    ClientRecord, CodeRecord, ConsentRecord, Digest, GrantRecord, KeyRecord, Person, RefreshTokenRecord,
    SessionRecord, SignInRecord, Timestamp, UpstreamTokenRecord,
};

pub(super) const RESOURCE: &str = "https://notes.example.com/mcp";

/// When the checks begin.
pub(super) const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

pub(super) const MINUTE: Duration = Duration::from_secs(60);
pub(super) const HOUR: Duration = Duration::from_secs(3600);
pub(super) const DAY: Duration = Duration::from_secs(24 * 3600);
pub(super) const MILLI: Duration = Duration::from_millis(1);

pub(super) fn person(id: &str) -> Person {
    Person { provider: "github".to_owned(), id: id.to_owned(), name: format!("name of {id}") }
}

fn scopes() -> Vec<String> {
    vec!["notes:read".to_owned(), "notes:write".to_owned()]
}

/// Expires after an hour.
pub(super) fn client(id: &str, fingerprint: &str) -> ClientRecord {
    ClientRecord {
        id: id.to_owned(),
        metadata: r#"{"client_name":"a client"}"#.to_owned(),
        fingerprint: Digest::of(fingerprint),
        secret: None,
        registered_at: START,
        expires_at: START.plus(HOUR),
        used: false,
    }
}

/// Expires after a minute.
pub(super) fn code(code: &str) -> CodeRecord {
    CodeRecord {
        code: Digest::of(code),
        client_id: "client".to_owned(),
        client: Some(r#"{"client_name":"as it was"}"#.to_owned()),
        redirect_uri: "http://127.0.0.1:7777/callback?a=b".to_owned(),
        code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned(),
        resource: RESOURCE.to_owned(),
        scopes: scopes(),
        person: person("583231"),
        upstream: Some("upstream".to_owned()),
        expires_at: START.plus(MINUTE),
        redeemed: None,
    }
}

/// Expires after thirty days.
pub(super) fn grant(id: &str) -> GrantRecord {
    GrantRecord {
        id: id.to_owned(),
        person: person("583231"),
        client_id: "client".to_owned(),
        resource: RESOURCE.to_owned(),
        scopes: scopes(),
        upstream: Some("upstream".to_owned()),
        created_at: START,
        expires_at: START.plus(DAY * 30),
        ended_at: None,
    }
}

/// Expires after seven days.
pub(super) fn refresh_token(token: &str, grant: &str) -> RefreshTokenRecord {
    RefreshTokenRecord {
        token: Digest::of(token),
        grant: grant.to_owned(),
        issued_at: START,
        expires_at: START.plus(DAY * 7),
    }
}

pub(super) fn consent(person: Person, client_id: &str) -> ConsentRecord {
    ConsentRecord {
        person,
        client_id: client_id.to_owned(),
        client: Some(Digest::of("where it is answered")),
        resource: RESOURCE.to_owned(),
        scopes: scopes(),
        given_at: START,
    }
}

/// Expires after an hour.
pub(super) fn session(session: &str) -> SessionRecord {
    SessionRecord {
        session: Digest::of(session),
        person: person("583231"),
        upstream: Some("upstream".to_owned()),
        expires_at: START.plus(HOUR),
    }
}

/// Expires after a minute.
pub(super) fn sign_in(state: &str) -> SignInRecord {
    SignInRecord {
        state: Digest::of(state),
        browser: Digest::of("browser"),
        provider: "github".to_owned(),
        sealed: b"what happens afterwards".to_vec(),
        expires_at: START.plus(MINUTE),
    }
}

pub(super) fn upstream_token(id: &str, person: Person) -> UpstreamTokenRecord {
    UpstreamTokenRecord {
        id: id.to_owned(),
        person,
        scopes: "read:user".to_owned(),
        sealed: b"sealed".to_vec(),
        version: 1,
        expires_at: Some(START.plus(HOUR)),
    }
}

pub(super) fn key(id: &str, purpose: &str) -> KeyRecord {
    KeyRecord {
        id: id.to_owned(),
        purpose: purpose.to_owned(),
        sealed: b"sealed".to_vec(),
        created_at: START,
    }
}
