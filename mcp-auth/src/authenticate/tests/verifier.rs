//! Verifiers of users: what they forget, the framework checks; what they break, stays theirs.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Map, Value, json};

use super::{
    AuthInfo, AuthenticateError, Authenticator, ISSUER, NOW, RESOURCE, Reason, Signer, VerificationLimits,
    assert_refused, catalog, good_claims, issuer, log::Log, with, without,
};
use crate::{
    Auth, ConfigError, Problem, TokenVerifier, VerifyError,
    authenticate::{AnyVerifier, Trust},
    clock::Clock,
};

/// How a verifier behaves.
#[derive(Clone)]
enum Says {
    Claims(Value),
    Invalid,
    Io,
    Later(Duration),
    Panic,
    Never,
}

struct Database {
    issuer: &'static str,
    prefix: &'static str,
    says: Arc<Mutex<Says>>,
    asked: Arc<AtomicUsize>,
    /// How many are asked about now, and how many were at most.
    busy: Arc<[AtomicUsize; 2]>,
    delay: Duration,
    remember: Duration,
}

impl Database {
    fn new(says: Says) -> Self {
        Self {
            issuer: "https://database.example",
            prefix: "db_",
            says: Arc::new(Mutex::new(says)),
            asked: Arc::default(),
            busy: Arc::default(),
            delay: Duration::ZERO,
            remember: Duration::from_secs(60),
        }
    }
}

impl TokenVerifier for Database {
    fn issuer(&self) -> &str {
        self.issuer
    }

    fn recognizes(&self, token: &str) -> bool {
        assert_ne!(token, "panic");
        token.starts_with(self.prefix)
    }

    fn remember(&self) -> Duration {
        self.remember
    }

    async fn verify(&self, token: &str) -> Result<Map<String, Value>, VerifyError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let busy = self.busy[0].fetch_add(1, Ordering::SeqCst) + 1;
        self.busy[1].fetch_max(busy, Ordering::SeqCst);
        let _busy = Busy(&self.busy[0]);
        tokio::time::sleep(self.delay).await;
        let says = self.says.lock().unwrap().clone();
        match says {
            Says::Claims(claims) => Ok(claims.as_object().unwrap().clone()),
            Says::Invalid => Err(VerifyError::invalid("not in the database")),
            Says::Io => Err(std::io::Error::other(format!("GET https://db.example/?token={token} failed")))?,
            Says::Later(time) => Err(VerifyError::unavailable("maintenance").retry_after(time)),
            Says::Panic => panic!("a mistake in the verifier"),
            Says::Never => std::future::pending().await,
        }
    }
}

struct Busy<'a>(&'a AtomicUsize);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn claims() -> Value {
    with("iss", "https://database.example")
}

fn authenticator(verifiers: Vec<Database>, clock: &Clock) -> Arc<Authenticator> {
    let mut trusted = vec![Trust::issuer(issuer(), clock.clone()).unwrap()];
    trusted.extend(verifiers.into_iter().map(|verifier| Trust::verifier(Arc::new(verifier)).unwrap()));
    let limits = VerificationLimits { time: Duration::from_millis(300), ..VerificationLimits::default() };
    Arc::new(Authenticator::trusting(&trusted, RESOURCE, catalog(), &limits, clock.clone()).unwrap())
}

async fn judge(says: Says) -> Result<AuthInfo, AuthenticateError> {
    authenticator(vec![Database::new(says)], &Clock::fixed(NOW)).authenticate("db_token").await
}

fn retry_after(result: &Result<AuthInfo, AuthenticateError>) -> Duration {
    match result {
        Err(AuthenticateError::Unavailable { retry_after }) => *retry_after,
        other => panic!("expected 503, got {other:?}"),
    }
}

#[tokio::test]
async fn what_it_returns_becomes_the_caller() {
    let info = judge(Says::Claims(claims())).await.unwrap();
    assert_eq!((info.issuer(), info.subject()), ("https://database.example", "alice"));
    assert_eq!(info.client_id(), Some("editor"));
    assert!(info.has_scope("notes:read"));
    assert!(info.scope_set().contains_all(catalog().resolve(["notes:read"])));
}

#[tokio::test]
async fn r26_r29_r38_what_it_forgets_is_checked_all_the_same() {
    let changed = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        claims
    };
    let left_out = |name: &str| {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(name);
        claims
    };
    for (claims, reason) in [
        (left_out("aud"), Reason::MissingClaim("aud")),
        (changed("aud", json!("https://other.example/mcp")), Reason::WrongAudience),
        (changed("aud", json!([])), Reason::WrongAudience),
        (changed("aud", Value::Null), Reason::BadClaim("aud")),
        (left_out("iss"), Reason::MissingClaim("iss")),
        (changed("iss", json!(ISSUER)), Reason::WrongIssuer),
        (changed("iss", json!("https://database.example/")), Reason::WrongIssuer),
        (left_out("exp"), Reason::MissingClaim("exp")),
        (changed("exp", json!(NOW - 31)), Reason::Expired),
        (changed("exp", json!("never")), Reason::BadClaim("exp")),
        (changed("nbf", json!(NOW + 31)), Reason::NotYetValid),
        (changed("iat", json!(NOW + 31)), Reason::NotYetValid),
        (left_out("sub"), Reason::MissingClaim("sub")),
        (changed("sub", json!("")), Reason::BadClaim("sub")),
        (changed("scope", json!(["notes:read"])), Reason::BadClaim("scope")),
        (changed("cnf", json!({"jkt": "x"})), Reason::SenderConstrained),
        (changed("token_type", json!("DPoP")), Reason::BadType),
        (changed("typ", json!("Refresh")), Reason::BadType),
    ] {
        assert_refused(&judge(Says::Claims(claims.clone())).await, reason, &claims.to_string());
    }
}

#[tokio::test]
async fn a_fault_is_not_the_tokens_fault() {
    assert_refused(&judge(Says::Invalid).await, Reason::Inactive, "invalid");
    assert_eq!(retry_after(&judge(Says::Io).await), Duration::from_secs(5));
    assert_eq!(retry_after(&judge(Says::Later(Duration::from_secs(90))).await), Duration::from_secs(90));
    assert_eq!(retry_after(&judge(Says::Later(Duration::ZERO)).await), Duration::from_secs(1));
    assert_eq!(retry_after(&judge(Says::Later(Duration::MAX)).await), Duration::from_secs(3600));
    retry_after(&judge(Says::Never).await);
    retry_after(&judge(Says::Panic).await);
    let authenticator = authenticator(vec![Database::new(Says::Invalid)], &Clock::fixed(NOW));
    retry_after(&authenticator.authenticate("panic").await);
    // It goes on afterwards.
    assert_refused(&authenticator.authenticate("db_token").await, Reason::Inactive, "the next one");
}

#[tokio::test]
async fn r43_a_token_that_an_error_repeats_does_not_reach_the_log() {
    let log = Log::capture();
    retry_after(&judge(Says::Io).await);
    let log = log.text();
    assert!(log.contains("https://db.example/?token=… failed"), "{log}");
    assert!(!log.contains("db_token"), "{log}");
}

#[tokio::test]
async fn r43_tokens_reach_nobody_but_their_own_verifier() {
    let (mine, other) = (Database::new(Says::Invalid), Database::new(Says::Invalid));
    let other = Database { issuer: "https://other.example", prefix: "", ..other };
    let asked = [Arc::clone(&mine.asked), Arc::clone(&other.asked)];
    let counts = || [0, 1].map(|at: usize| asked[at].load(Ordering::SeqCst));
    let clock = Clock::fixed(NOW);
    let authenticator = authenticator(vec![mine, other], &clock);
    let signer = Signer::es256();
    // JWTs go by their issuer, whoever would recognise them.
    assert!(authenticator.authenticate(&signer.sign(&good_claims())).await.is_ok());
    let foreign = authenticator.authenticate(&signer.sign(&with("iss", "https://foreign.example"))).await;
    assert_refused(&foreign, Reason::WrongIssuer, "nobody's");
    let broken = authenticator.authenticate(&signer.sign_text(&signer.header().to_string(), "{")).await;
    assert_refused(&broken, Reason::NotAJwt, "a JWT that cannot be read is not opaque");
    assert_eq!(counts(), [0, 0]);
    assert!(
        authenticator.authenticate(&signer.sign(&with("iss", "https://database.example"))).await.is_err()
    );
    assert_eq!(counts(), [1, 0], "a JWT of its own");
    assert!(authenticator.authenticate("zz_token").await.is_err());
    assert_eq!(counts(), [1, 1], "the one that recognises it");
    // Both would take this one: neither is asked, and the client is not to blame.
    retry_after(&authenticator.authenticate("db_token").await);
    assert_eq!(counts(), [1, 1]);
    // A JWT without an issuer says no more than an opaque token.
    assert_refused(
        &authenticator.authenticate(&signer.sign(&without("iss"))).await,
        Reason::Inactive,
        "opaque",
    );
    assert_eq!(counts(), [1, 2]);
}

#[test]
fn verifiers_that_take_every_opaque_token_do_not_start() {
    let any = |issuer| Database { issuer, prefix: "", ..Database::new(Says::Invalid) };
    let error = Auth::builder()
        .verifier(any("https://a.example"))
        .verifier(any("https://b.example"))
        .build()
        .unwrap_err();
    assert!(error.to_string().contains("`https://a.example` and of `https://b.example`"), "{error}");
    assert!(Auth::builder().verifier(any("https://a.example")).build().is_ok());
    let error = Auth::builder().issuer(issuer()).verifier(any(ISSUER)).build().unwrap_err();
    assert!(error.to_string().contains("is trusted twice"), "{error}");
    let error = Auth::builder().verifier(any("http://a.example")).build().unwrap_err();
    assert_eq!(error.problems()[0].setting, "TokenVerifier::issuer");
}

#[tokio::test]
async fn r39_answers_are_remembered_for_their_time_and_never_beyond_exp() {
    for (remember, exp, kept) in [(60, 600, 60), (60, 20, 20), (3600, 600, 600)] {
        let mut claims = claims();
        claims["exp"] = json!(NOW + exp);
        let verifier =
            Database { remember: Duration::from_secs(remember), ..Database::new(Says::Claims(claims)) };
        let clock = Clock::fixed(NOW);
        let authenticator = authenticator(vec![verifier], &clock);
        authenticator.authenticate("db_token").await.unwrap();
        clock.advance(Duration::from_millis(kept * 1000 - 1));
        assert!(authenticator.cached("db_token").is_some(), "{remember} {exp}");
        clock.advance(Duration::from_millis(1));
        assert!(authenticator.cached("db_token").is_none(), "{remember} {exp}: without the leeway");
    }
}

#[tokio::test]
async fn r39_caching_can_be_turned_off() {
    let verifier = Database { remember: Duration::ZERO, ..Database::new(Says::Claims(claims())) };
    let (asked, says) = (Arc::clone(&verifier.asked), Arc::clone(&verifier.says));
    let authenticator = authenticator(vec![verifier], &Clock::fixed(NOW));
    for count in 1..=3 {
        authenticator.authenticate("db_token").await.unwrap();
        assert!(authenticator.cached("db_token").is_none());
        assert_eq!(asked.load(Ordering::SeqCst), count);
    }
    *says.lock().unwrap() = Says::Invalid;
    assert!(authenticator.authenticate("db_token").await.is_err(), "revoked at once");
}

#[tokio::test]
async fn r41_an_answer_for_one_resource_is_not_used_for_another() {
    let verifier = Database::new(Says::Claims(claims()));
    let asked = Arc::clone(&verifier.asked);
    let trusted = [Trust::verifier(Arc::new(verifier)).unwrap()];
    let clock = Clock::fixed(NOW);
    let of = |resource| {
        let limits = VerificationLimits::default();
        Authenticator::trusting(&trusted, resource, catalog(), &limits, clock.clone()).unwrap()
    };
    let (notes, other) = (of(RESOURCE), of("https://other.example/mcp"));
    notes.authenticate("db_token").await.unwrap();
    assert!(other.cached("db_token").is_none());
    assert_refused(&other.authenticate("db_token").await, Reason::WrongAudience, "another resource");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_token_is_asked_about_once_for_many_callers() {
    let verifier = Database { delay: Duration::from_millis(100), ..Database::new(Says::Claims(claims())) };
    let asked = Arc::clone(&verifier.asked);
    let authenticator = authenticator(vec![verifier], &Clock::fixed(NOW));
    let mut calls = Vec::new();
    for _ in 0..50 {
        let authenticator = Arc::clone(&authenticator);
        calls.push(tokio::spawn(async move { authenticator.authenticate("db_token").await.is_ok() }));
    }
    // Callers that go away take nothing with them.
    for call in calls.drain(..25) {
        call.abort();
    }
    for call in calls {
        assert!(call.await.unwrap());
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_flood_of_tokens_reaches_the_verifier_as_a_trickle() {
    let verifier = Database { delay: Duration::from_millis(20), ..Database::new(Says::Invalid) };
    let busy = Arc::clone(&verifier.busy);
    let authenticator = authenticator(vec![verifier], &Clock::fixed(NOW));
    let calls: Vec<_> = (0..2000)
        .map(|number| {
            let authenticator = Arc::clone(&authenticator);
            tokio::spawn(async move { authenticator.authenticate(&format!("db_{number}")).await })
        })
        .collect();
    let mut at_once = 0;
    for call in calls {
        let result = call.await.unwrap();
        if result.as_ref().is_err_and(|error| *error != Reason::Inactive.into())
            && retry_after(&result) == Duration::from_secs(1)
        {
            at_once += 1;
        }
    }
    assert_eq!(at_once, 2000 - 1024 - 32, "more than can wait are refused at once");
    assert_eq!(busy[1].load(Ordering::SeqCst), 32);
}

#[tokio::test]
async fn a_refused_token_is_remembered_for_a_moment() {
    let verifier = Database::new(Says::Invalid);
    let (asked, says) = (Arc::clone(&verifier.asked), Arc::clone(&verifier.says));
    let clock = Clock::fixed(NOW);
    let authenticator = authenticator(vec![verifier], &clock);
    for _ in 0..100 {
        assert_refused(&authenticator.authenticate("db_token").await, Reason::Inactive, "bad");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    *says.lock().unwrap() = Says::Claims(claims());
    clock.advance(Duration::from_secs(5));
    assert!(authenticator.authenticate("db_token").await.is_ok(), "the issuer was behind");
}

/// A verifier that says no more than it must.
struct Quiet;

impl TokenVerifier for Quiet {
    fn issuer(&self) -> &'static str {
        "https://quiet.example"
    }

    async fn verify(&self, _token: &str) -> Result<Map<String, Value>, VerifyError> {
        Err(VerifyError::invalid("none is good"))
    }
}

/// A verifier that says all that it can.
#[derive(Clone)]
struct Outspoken {
    audience: &'static str,
    leeway: Duration,
    problem: Option<&'static str>,
}

impl TokenVerifier for Outspoken {
    fn issuer(&self) -> &'static str {
        "https://database.example"
    }

    fn audience(&self) -> Option<&str> {
        Some(self.audience)
    }

    fn leeway(&self) -> Duration {
        self.leeway
    }

    fn recognizes(&self, _token: &str) -> bool {
        true
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.problem.map_or(Ok(()), |setting| Err(Problem::new(setting, "it is wrong", "do it right").into()))
    }

    async fn verify(&self, _token: &str) -> Result<Map<String, Value>, VerifyError> {
        let mut claims = claims();
        claims["aud"] = json!("api://notes");
        claims["exp"] = json!(NOW - 10);
        Ok(claims.as_object().unwrap().clone())
    }
}

#[tokio::test]
async fn what_a_verifier_does_not_say_is_the_careful_choice() {
    let quiet: Arc<dyn AnyVerifier> = Arc::new(Quiet);
    assert!(!quiet.recognizes("anything") && quiet.problems().is_empty());
    assert_eq!((quiet.leeway(), quiet.remember()), (Duration::from_secs(30), Duration::from_secs(60)));
    let trust = Trust::verifier(quiet).unwrap();
    assert_eq!((trust.url(), trust.audience(), trust.fake()), ("https://quiet.example", None, None));
    assert_eq!(format!("{trust:?}"), "TokenVerifier(https://quiet.example)");
}

#[tokio::test]
async fn r26_r29_what_a_verifier_says_of_itself_counts() {
    let outspoken = Outspoken { audience: "api://notes", leeway: Duration::from_secs(11), problem: None };
    let trust = |verifier: &Outspoken| Trust::verifier(Arc::new(verifier.clone()));
    assert_eq!(trust(&outspoken).unwrap().audience(), Some("api://notes"));
    let judge = async |verifier: &Outspoken| {
        let (trusted, limits) = ([trust(verifier).unwrap()], VerificationLimits::default());
        let authenticator =
            Authenticator::trusting(&trusted, RESOURCE, catalog(), &limits, Clock::fixed(NOW)).unwrap();
        authenticator.authenticate("opaque").await
    };
    assert!(judge(&outspoken).await.is_ok(), "its audience, its leeway");
    let strict = Outspoken { leeway: Duration::from_secs(10), ..outspoken.clone() };
    assert_refused(&judge(&strict).await, Reason::Expired, "its leeway");
    let elsewhere = Outspoken { audience: "api://other", ..outspoken.clone() };
    assert_refused(&judge(&elsewhere).await, Reason::WrongAudience, "its audience");

    let longest = Outspoken { leeway: Duration::from_secs(60), ..outspoken };
    assert!(trust(&longest).is_ok());
    let settings = |verifier: Outspoken| {
        let problems = trust(&verifier).err().unwrap_or_default();
        problems.into_iter().map(|problem| problem.setting).collect::<Vec<_>>()
    };
    assert_eq!(settings(Outspoken { problem: Some("DATABASE_URL"), ..longest.clone() }), ["DATABASE_URL"]);
    assert_eq!(settings(Outspoken { audience: "", ..longest.clone() }), ["TokenVerifier::audience"]);
    let far = Outspoken { leeway: Duration::from_millis(60_001), ..longest };
    assert_eq!(settings(far), ["TokenVerifier::leeway"]);
}

#[test]
fn an_error_of_a_verifier_has_all_its_causes() {
    #[derive(Debug)]
    struct Query(std::io::Error);

    impl std::fmt::Display for Query {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("the query failed")
        }
    }

    impl std::error::Error for Query {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    let error = VerifyError::from(Query(std::io::Error::other("broken pipe")));
    assert_eq!(error.to_string(), "the query failed: broken pipe");
    assert_eq!(format!("{error:?}"), "Unavailable(\"the query failed: broken pipe\")");
    assert_eq!(format!("{:?}", VerifyError::invalid("revoked")), "Invalid(\"revoked\")");
}

#[test]
fn a_verifier_is_a_trait_object_behind_the_scenes() {
    let verifier: Arc<dyn AnyVerifier> = Arc::new(Database::new(Says::Invalid));
    assert!(verifier.problems().is_empty());
}
