//! `AuthInfo<C>`: claims of the user's own, over HTTP.

use std::sync::atomic::{AtomicUsize, Ordering};

use mcp_auth::AuthInfo;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tracing_subscriber::filter::LevelFilter;

use crate::{
    log::{Memory, listen},
    support::{Answer, Kind, Ledger, Message, Running, exchange, start},
};

/// Counts how often it is read.
macro_rules! counted {
    ($name:ident, $counter:ident, $($field:ident: $type:ty),+) => {
        static $counter: AtomicUsize = AtomicUsize::new(0);

        struct $name { $($field: $type),+ }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(Deserialize)]
                struct Read { $($field: $type),+ }

                $counter.fetch_add(1, Ordering::SeqCst);
                let read = Read::deserialize(deserializer)?;
                Ok(Self { $($field: read.$field),+ })
            }
        }
    };
}

counted!(Employee, EMPLOYEES, department: String);
counted!(Member, MEMBERS, groups: Vec<String>, sub: String);
counted!(Numbered, NUMBERED, number: u64);

/// Code of a user's that has an error in it.
struct Panicking;

static PANICKING: AtomicUsize = AtomicUsize::new(0);

impl<'de> Deserialize<'de> for Panicking {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        PANICKING.fetch_add(1, Ordering::SeqCst);
        panic!("an error in the user's code")
    }
}

#[derive(Clone, Default)]
struct Staff;

#[mcp_auth::server(name = "staff")]
impl Staff {
    /// The one type.
    #[tool(authenticated)]
    async fn department(&self, user: AuthInfo<Employee>) -> String {
        format!("{} of {}", user.subject(), user.claims().department)
    }

    /// The other.
    #[tool(authenticated)]
    async fn groups(&self, user: AuthInfo<Member>) -> String {
        assert_eq!(user.subject(), user.claims().sub);
        user.claims().groups.join(" ")
    }

    /// What the token says, as it stands.
    #[tool(authenticated)]
    async fn raw(&self, user: AuthInfo) -> String {
        let claims = user.claims();
        assert_eq!(claims.get("sub"), Some(&Value::from(claims.subject())));
        assert_eq!(Some(claims.issuer()), claims.raw()["iss"].as_str());
        assert_eq!(claims.audience(), user.audience());
        assert_eq!(claims.expires_at(), user.expires_at());
        assert_eq!(claims.principal(), user.principal());
        assert_eq!(claims.client_id(), user.client_id());
        assert!(claims.scopes().eq(user.scopes()));
        format!("{:?} {user:?} {claims:?}", claims.get("department"))
    }

    /// Also without a token; but with one, its claims have to fit.
    #[tool(public)]
    async fn number(&self, user: Option<AuthInfo<Numbered>>) -> String {
        user.map_or_else(|| "nobody".to_owned(), |user| user.claims().number.to_string())
    }

    #[tool(authenticated)]
    async fn panics(&self, user: AuthInfo<Panicking>) -> String {
        let _ = user;
        "never".to_owned()
    }
}

impl Kind for Staff {
    const REQUIRES: &str = "";

    fn around(_: Ledger) -> Self {
        Self
    }
}

fn token(server: &Running, claims: &[(&str, Value)]) -> String {
    let token = server.issuer.token("alice").audience(&server.resource);
    let token = claims.iter().fold(token, |token, (name, value)| token.claim(name, value.clone()));
    token.issue().expose().to_owned()
}

/// A refusal that the model reads: nothing to sign in for, and nothing of the token.
#[track_caller]
fn assert_refused(answer: &Answer) {
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.challenge(), None, "{answer:?}");
    let result = &answer.json()["result"];
    assert_eq!(result["isError"], true, "{answer:?}");
    assert_eq!(answer.text(), "the access token does not carry the claims that this needs");
    assert!(!answer.body.contains("www_authenticate"), "{answer:?}");
}

/// One token, two tools with different claims, a thousand calls, fifty at a time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claims_are_read_once_per_token_and_type() {
    let server = start::<Staff>().await;
    let claims = [("department", json!("sales")), ("groups", json!(["a", "b"]))];
    let alice = token(&server, &claims);
    for _ in 0..20 {
        let mut calls = JoinSet::new();
        for i in 0..50 {
            let (tool, answer) = [("department", "alice of sales"), ("groups", "a b")][i % 2];
            let bytes = Message::call(tool).token(&alice).bytes(&server.host());
            let address = server.address;
            calls.spawn(async move { assert_eq!(exchange(address, &bytes).await.unwrap().text(), answer) });
        }
        while let Some(call) = calls.join_next().await {
            call.expect("the call is answered");
        }
    }
    assert_eq!((EMPLOYEES.load(Ordering::SeqCst), MEMBERS.load(Ordering::SeqCst)), (1, 1));
    // The control: another token is read again, by the type that is asked for.
    let other = token(&server, &[("department", json!("law"))]);
    assert_eq!(server.send(&Message::call("department").token(&other)).await.text(), "alice of law");
    assert_refused(&server.send(&Message::call("groups").token(&other)).await);
    assert_eq!((EMPLOYEES.load(Ordering::SeqCst), MEMBERS.load(Ordering::SeqCst)), (2, 2));
}

/// One thread, so that the subscriber of this thread sees the server as well.
#[tokio::test]
async fn claims_that_do_not_fit_are_a_refusal_that_the_log_explains() {
    let memory = Memory::default();
    let _guard = listen(&memory, LevelFilter::WARN);
    let server = start::<Staff>().await;
    let number = Message::call("number");
    let fitting = token(&server, &[("number", json!(7))]);
    assert_eq!(server.send(&number.clone().token(&fitting)).await.text(), "7");
    assert_eq!(server.send(&number).await.text(), "nobody");
    assert_eq!(memory.text(), "");

    let before = NUMBERED.load(Ordering::SeqCst);
    let other = token(&server, &[("number", json!("four-hundred"))]);
    for _ in 0..3 {
        let answer = server.send(&number.clone().token(&other)).await;
        assert_refused(&answer);
        assert!(!answer.body.contains("four-hundred"), "{answer:?}");
    }
    assert_eq!(NUMBERED.load(Ordering::SeqCst) - before, 1, "the failure is remembered");
    let log = memory.text();
    for word in ["Numbered", "invalid type: string", "alice"] {
        assert!(log.contains(word), "{word} is not in {log}");
    }
}

#[tokio::test]
async fn a_panic_of_the_users_deserialize_is_a_refusal_and_remembered() {
    let server = start::<Staff>().await;
    let alice = token(&server, &[("department", json!("sales"))]);
    for _ in 0..3 {
        assert_refused(&server.send(&Message::call("panics").token(&alice)).await);
    }
    assert_eq!(PANICKING.load(Ordering::SeqCst), 1);
    let raw = server.send(&Message::call("raw").token(&alice)).await.text();
    assert!(raw.starts_with("Some(String(\"sales\"))"), "{raw}");
    assert_eq!(raw.matches("sales").count(), 1, "debug output shows no claims: {raw}");
}
