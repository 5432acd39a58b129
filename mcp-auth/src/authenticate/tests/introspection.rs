//! R38 to R41, T12, F15: a stub that answers questions about tokens, and every lie that it can tell.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    AuthInfo, AuthenticateError, Authenticator, NOW, RESOURCE, Reason, Signer, VerificationLimits,
    assert_refused, catalog, good_claims,
    log::Log,
    stub::{Answer, Stub},
};
use crate::{Auth, Introspection, authenticate::Trust, clock::Clock};

const TOKEN: &str = "opaque_5f3a+/=";

struct Bench {
    stub: Stub,
    clock: Clock,
    authenticator: Arc<Authenticator>,
}

impl Bench {
    /// A server that asks the stub, whose metadata say where.
    async fn start(answer: Answer) -> Self {
        let stub = Stub::start(Answer::text(404, "")).await;
        stub.set(
            "/.well-known/oauth-authorization-server",
            Answer::json(&json!({
                "issuer": stub.url,
                "introspection_endpoint": format!("{}/introspect", stub.url),
                "response_types_supported": ["code"],
            })),
        );
        stub.set("/introspect", answer);
        let introspection = Introspection::new(&stub.url, "notes:server", "hunter2 & co");
        Self::with(stub, introspection)
    }

    fn with(stub: Stub, introspection: Introspection) -> Self {
        let clock = Clock::fixed(NOW);
        let trusted = [Trust::verifier(Arc::new(introspection)).unwrap()];
        let limits = VerificationLimits { time: Duration::from_millis(500), ..VerificationLimits::default() };
        let authenticator =
            Authenticator::trusting(&trusted, RESOURCE, catalog(), &limits, clock.clone()).unwrap();
        Self { stub, clock, authenticator: Arc::new(authenticator) }
    }

    async fn judge(&self) -> Result<AuthInfo, AuthenticateError> {
        self.authenticator.authenticate(TOKEN).await
    }

    /// A good answer, about a token of the stub.
    fn good(&self) -> Value {
        active(&self.stub.url)
    }

    fn asked(&self) -> usize {
        self.stub.forms().len()
    }
}

fn active(issuer: &str) -> Value {
    let mut answer = good_claims();
    answer["iss"] = json!(issuer);
    answer["active"] = json!(true);
    answer["token_type"] = json!("Bearer");
    answer
}

fn answer(body: &Value) -> Answer {
    Answer::json(body).header("content-type", "application/json")
}

#[track_caller]
fn assert_unavailable(result: &Result<AuthInfo, AuthenticateError>, what: &str) {
    assert!(matches!(result, Err(AuthenticateError::Unavailable { .. })), "{what}: {result:?}");
}

#[tokio::test]
async fn r38_an_active_token_is_good() {
    let bench = Bench::start(Answer::text(500, "")).await;
    bench.stub.set("/introspect", answer(&bench.good()));
    let info = bench.judge().await.unwrap();
    assert_eq!((info.issuer(), info.subject()), (bench.stub.url.as_str(), "alice"));
    assert!(info.has_scope("notes:read"));
}

#[tokio::test]
async fn r40_the_question_carries_the_servers_own_credentials() {
    let bench = Bench::start(answer(&json!({"active": false}))).await;
    assert_refused(&bench.judge().await, Reason::Inactive, "inactive");
    let forms = bench.stub.forms();
    let [form] = forms.as_slice() else { panic!("{forms:?}") };
    assert_eq!(form.path, "/introspect");
    assert_eq!(form.body, "token=opaque_5f3a%2B%2F%3D&token_type_hint=access_token");
    assert_eq!(form.headers["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(form.headers["accept"], "application/json");
    let basic = STANDARD.encode("notes%3Aserver:hunter2+%26+co");
    assert_eq!(form.headers["authorization"], format!("Basic {basic}"));
}

/// Each is an answer that says yes, but not in a way that may be believed.
#[tokio::test]
async fn r38_t12_f15_lies_and_garbage_are_a_fault_of_the_issuer() {
    let good = |bench: &Bench| bench.good().to_string();
    let bench = Bench::start(Answer::text(500, "")).await;
    let yes = good(&bench);
    let json = |status, body: &str| Answer::text(status, body).header("content-type", "application/json");
    for (answer, what) in [
        (json(401, &yes), "401 with a positive body"),
        (json(502, &yes), "502 with a positive body"),
        (json(201, &yes), "201"),
        (json(204, ""), "204"),
        (json(302, &yes).header("location", format!("{}/yes", bench.stub.url)), "a redirect"),
        (json(307, &yes).header("location", format!("{}/yes", bench.stub.url)), "a redirect of the form"),
        (Answer::text(200, yes.as_str()), "no content type"),
        (Answer::text(200, yes.as_str()).header("content-type", "text/html"), "a page"),
        (Answer::text(200, yes.as_str()).header("content-type", "application/jwt"), "a JWT, it says"),
        (json(200, ""), "nothing"),
        (json(200, "true"), "a bare truth"),
        (json(200, "[{\"active\":true}]"), "a list"),
        (json(200, &yes[..yes.len() - 1]), "half"),
        (json(200, &format!("{yes}{yes}")), "two"),
        (json(200, &yes.replacen('{', "{\"active\":false,", 1)), "active twice"),
        (json(200, &yes.replace("\"active\":true", "\"active\":\"true\"")), "a string"),
        (json(200, &yes.replace("\"active\":true", "\"active\":1")), "a number"),
        (json(200, &yes.replace("\"active\":true", "\"active\":null")), "null"),
        (json(200, &yes.replace("\"active\":true", "\"Active\":true")), "missing"),
        (json(200, &format!("{}{}", " ".repeat(513 * 1024), yes)), "a megabyte"),
        (json(200, &yes).after(Duration::from_secs(60)), "silence"),
    ] {
        bench.stub.set("/yes", self::answer(&bench.good()));
        bench.stub.set("/introspect", answer);
        assert_unavailable(&bench.judge().await, what);
        assert!(!bench.stub.paths().iter().any(|path| path == "/yes"), "{what}");
        assert!(bench.authenticator.cached(TOKEN).is_none(), "{what}");
    }
    // The control, and the content type in other words.
    bench
        .stub
        .set("/introspect", Answer::text(200, yes).header("content-type", "Application/JSON; charset=utf-8"));
    assert!(bench.judge().await.is_ok());
}

/// Active, but not good here: the same checks as for a JWT.
#[tokio::test]
async fn r38_r26_an_active_token_is_checked_like_any_other() {
    for (name, value, reason) in [
        ("aud", json!("https://other.example/mcp"), Reason::WrongAudience),
        ("aud", Value::Null, Reason::BadClaim("aud")),
        ("iss", json!("https://other.example"), Reason::WrongIssuer),
        ("iss", json!(["https://other.example"]), Reason::BadClaim("iss")),
        ("exp", json!(NOW - 31), Reason::Expired),
        ("exp", json!("1900000000"), Reason::BadClaim("exp")),
        ("nbf", json!(NOW + 31), Reason::NotYetValid),
        ("sub", json!(7), Reason::BadClaim("sub")),
        ("scope", json!(["notes:read"]), Reason::BadClaim("scope")),
        ("cnf", json!({"jkt": "x"}), Reason::SenderConstrained),
        ("token_type", json!("DPoP"), Reason::Inactive),
        ("typ", json!("Refresh"), Reason::BadType),
    ] {
        let bench = Bench::start(Answer::text(500, "")).await;
        let mut body = bench.good();
        body[name] = value.clone();
        bench.stub.set("/introspect", answer(&body));
        assert_refused(&bench.judge().await, reason, &format!("{name}: {value}"));
    }
    for (name, reason) in [("aud", Some("aud")), ("exp", Some("exp")), ("sub", Some("sub")), ("iss", None)] {
        let bench = Bench::start(Answer::text(500, "")).await;
        let mut body = bench.good();
        body.as_object_mut().unwrap().remove(name);
        bench.stub.set("/introspect", answer(&body));
        match reason {
            Some(name) => assert_refused(&bench.judge().await, Reason::MissingClaim(name), name),
            None => assert!(bench.judge().await.is_ok(), "{name} may be missing"),
        }
    }
}

/// A refresh token is active too, and the client that stole it would name the same audience.
#[tokio::test]
async fn r36_what_is_not_called_an_access_token_is_none() {
    let bench = Bench::start(Answer::text(500, "")).await;
    let mut body = bench.good();
    body.as_object_mut().unwrap().remove("token_type");
    bench.stub.set("/introspect", answer(&body));
    assert_refused(&bench.judge().await, Reason::Inactive, "no type");
    for (name, value, good) in [
        ("token_type", json!("bearer"), true),
        ("token_type", json!("N_A"), false),
        ("token_type", json!(["Bearer"]), false),
        ("token_use", json!("access_token"), true),
        ("token_use", json!("refresh_token"), false),
        ("typ", json!("Bearer"), true),
        ("typ", json!("Refresh"), false),
    ] {
        let bench = Bench::start(Answer::text(500, "")).await;
        let mut body = bench.good();
        body.as_object_mut().unwrap().remove("token_type");
        body[name] = value.clone();
        bench.stub.set("/introspect", answer(&body));
        assert_eq!(bench.judge().await.is_ok(), good, "{name}: {value}");
    }
}

#[tokio::test]
async fn r43_only_tokens_of_its_form_are_shown_to_the_issuer() {
    let stub = Stub::start(Answer::text(404, "")).await;
    stub.set("/ask", answer(&json!({"active": false})));
    let introspection = Introspection::new(&stub.url, "server", "secret");
    let introspection = introspection.with_endpoint(format!("{}/ask", stub.url)).with_token_prefix("at_");
    let bench = Bench::with(stub, introspection);
    for (token, asked) in [("other", 0), ("at_1", 1), ("AT_1", 1), ("at_", 2)] {
        assert!(bench.authenticator.authenticate(token).await.is_err());
        assert_eq!(bench.asked(), asked, "{token}");
    }
}

#[tokio::test]
async fn r39_an_answer_is_used_again_for_a_minute() {
    let bench = Bench::start(Answer::text(500, "")).await;
    bench.stub.set("/introspect", answer(&bench.good()));
    for _ in 0..10 {
        bench.judge().await.unwrap();
    }
    assert_eq!(bench.asked(), 1);
    bench.clock.advance(Duration::from_secs(60));
    bench.stub.set("/introspect", answer(&json!({"active": false})));
    assert_refused(&bench.judge().await, Reason::Inactive, "revoked");
    assert_eq!(bench.asked(), 2);
}

#[tokio::test]
async fn r39_and_not_at_all_where_that_is_turned_off() {
    let stub = Stub::start(Answer::text(404, "")).await;
    let url = format!("{}/ask", stub.url);
    let introspection =
        Introspection::new(&stub.url, "server", "secret").with_endpoint(url).with_cache(Duration::ZERO);
    stub.set("/ask", answer(&active(&stub.url)));
    let bench = Bench::with(stub, introspection);
    for count in 1..=3 {
        bench.judge().await.unwrap();
        assert_eq!(bench.asked(), count);
    }
    assert!(bench.stub.paths().iter().all(|path| path == "/ask"), "no discovery");
}

#[tokio::test]
async fn a_jwt_of_the_issuer_is_asked_about_too_and_a_foreign_one_is_shown_to_nobody() {
    let bench = Bench::start(answer(&json!({"active": false}))).await;
    let mut claims = good_claims();
    let foreign = Signer::es256().sign(&claims);
    assert_refused(&bench.authenticator.authenticate(&foreign).await, Reason::WrongIssuer, "foreign");
    assert_eq!(bench.asked(), 0);
    claims["iss"] = json!(bench.stub.url);
    let own = Signer::es256().sign(&claims);
    assert_refused(&bench.authenticator.authenticate(&own).await, Reason::Inactive, "own");
    assert_eq!(bench.asked(), 1);
}

#[tokio::test]
async fn where_to_ask_is_looked_for_once_and_again_after_a_failure() {
    let stub = Stub::start(Answer::text(404, "")).await;
    let introspection = Introspection::new(&stub.url, "server", "secret");
    let bench = Bench::with(stub, introspection);
    assert_unavailable(&bench.judge().await, "no metadata");
    let looked = bench.stub.paths().len();
    assert_unavailable(&bench.authenticator.authenticate("another").await, "no metadata");
    assert_eq!(bench.stub.paths().len(), looked, "a flood is not passed on");
    bench.stub.set("/introspect", answer(&bench.good()));
    let metadata = |issuer: &str| {
        let endpoint = format!("{}/introspect", bench.stub.url);
        Answer::json(&json!({"issuer": issuer, "introspection_endpoint": endpoint}))
    };
    // The metadata of somebody else lead nowhere.
    bench.stub.set("/.well-known/openid-configuration", metadata("https://other.example"));
    tokio::time::sleep(Duration::from_millis(2100)).await;
    assert_unavailable(&bench.judge().await, "foreign metadata");
    assert_eq!(bench.asked(), 0);
    bench.stub.set("/.well-known/openid-configuration", metadata(&bench.stub.url));
    tokio::time::sleep(Duration::from_millis(2100)).await;
    assert!(bench.judge().await.is_ok());
    let looked = bench.stub.paths().len();
    bench.clock.advance(Duration::from_secs(61));
    assert!(bench.judge().await.is_ok());
    assert_eq!(bench.stub.paths().len(), looked + 1, "the question only");
}

#[tokio::test]
async fn an_issuer_that_is_down_and_comes_back() {
    let bench = Bench::start(Answer::text(503, "")).await;
    let results: Vec<_> = [bench.judge().await, bench.judge().await].into();
    for result in &results {
        assert_unavailable(result, "down");
    }
    bench.stub.set("/introspect", answer(&bench.good()));
    assert!(bench.judge().await.is_ok(), "a failure is not remembered");
}

#[tokio::test]
async fn r43_neither_the_secret_nor_the_token_reaches_the_log() {
    let log = Log::capture();
    let bench = Bench::start(Answer::text(401, "{}")).await;
    assert_unavailable(&bench.judge().await, "not known there");
    bench.stub.set("/introspect", answer(&json!({"active": false})));
    assert!(bench.judge().await.is_err());
    let introspection = Introspection::new("https://me:hunter2@auth.example.com", "server", "hunter2")
        .with_endpoint("https://me:hunter2@auth.example.com/?key=hunter2");
    let printed = format!("{introspection:?}");
    let printed = format!("{printed} {:?}", Auth::builder().verifier(introspection).build());
    assert!(!printed.contains("hunter2"), "{printed}");
    let log = log.text();
    assert!(log.contains("the answer has status 401"), "{log}");
    assert!(!log.contains("hunter2") && !log.contains("opaque_5f3a"), "{log}");
}

#[test]
fn what_is_wrong_with_its_settings_is_told_at_start() {
    let settings = |introspection: Introspection| match Auth::builder().verifier(introspection).build() {
        Ok(_) => Vec::new(),
        Err(error) => error.problems().iter().map(|problem| problem.setting.clone()).collect(),
    };
    let at = |url: &str| Introspection::new(url, "server", "secret");
    assert!(settings(at("https://auth.example.com")).is_empty());
    assert_eq!(settings(at("http://auth.example.com")), ["TokenVerifier::issuer"]);
    assert_eq!(
        settings(Introspection::new("https://auth.example.com", "", "")),
        ["Introspection::new(client_id)", "Introspection::new(client_secret)"]
    );
    for url in
        ["", "http://auth.example.com/ask", "https://10.0.0.1/ask", "https://me:x@auth.example.com/ask"]
    {
        let introspection = at("https://auth.example.com").with_endpoint(url);
        assert_eq!(settings(introspection), ["Introspection::with_endpoint"], "{url}");
    }
    let private =
        at("https://auth.example.com").with_endpoint("https://10.0.0.1/ask").allow_private_network();
    assert!(settings(private).is_empty());
    assert_eq!(settings(at("https://auth.example.com").with_audience("")), ["TokenVerifier::audience"]);
    assert_eq!(
        settings(at("https://auth.example.com").with_leeway(Duration::from_secs(61))),
        ["TokenVerifier::leeway"]
    );
}
