//! Clients that the operator wrote down.

use axum::body::Body;
use http::{StatusCode, header};
use serde_json::json;

use super::{Bed, CALLBACK, Given, encoded, memory, post, settings, with};
use crate::{ConfigError, PreregisteredClient};

pub(super) const SECRET: &str = "p%ss word+:&=ü 0123456789abcdef0";

pub(super) fn basic(id: &str, secret: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let coded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", coded(id), coded(secret))))
}

impl Bed {
    /// A form, with this header.
    pub(super) async fn form_by(&self, path: &str, header: &str, form: &[(&str, &str)]) -> super::Answer {
        let request = post(path).header(header::AUTHORIZATION, header);
        self.send(request.body(Body::from(encoded(form))).unwrap()).await
    }
}

fn confidential(client: PreregisteredClient) -> PreregisteredClient {
    client.redirect_uri(CALLBACK)
}

#[tokio::test]
async fn s1_a_client_that_was_written_down_gets_tokens_without_registering() {
    let bed = Bed::of(settings(memory()).client(PreregisteredClient::public("app").redirect_uri(CALLBACK)));
    let given = bed.code("app").await;
    let tokens = bed.redeem(&given).await;
    assert_eq!(tokens.status, StatusCode::OK, "{tokens:?}");
    let tokens = bed.refresh("app", &tokens.text("refresh_token")).await;
    assert_eq!(bed.call(&tokens.text("access_token")).await, StatusCode::OK);
    // It is not in the store: nothing expires, and nobody else can register with its id.
    assert!(bed.core.store.client("app", bed.core.now()).await.unwrap().is_none());
    // A public client has nothing to authenticate with.
    let wrong = with(&given.form(), "client_secret", Some("made up"));
    bed.form("/token", &wrong).await.assert_error(401, "invalid_client");
}

/// Every way in which a client can present itself, against every way in which it can be registered.
#[tokio::test]
async fn t25_s45_s46_each_registered_method_takes_itself_and_nothing_else() {
    let keys = super::assertion::keys();
    let bed = Bed::of(
        settings(memory())
            .client(confidential(PreregisteredClient::public("none")))
            .client(confidential(PreregisteredClient::with_secret("basic", SECRET)))
            .client(confidential(PreregisteredClient::with_secret_in_form("post", SECRET)))
            .client(confidential(PreregisteredClient::with_keys("key", keys))),
    );
    for registered in ["none", "basic", "post", "key"] {
        let given = bed.code(registered).await;
        for presented in ["none", "basic", "post", "key"] {
            if presented == registered {
                continue;
            }
            let answer = present(&bed, &given, presented).await;
            answer.assert_error(401, "invalid_client");
            let challenge = answer.header(header::WWW_AUTHENTICATE);
            assert_eq!(challenge.starts_with("Basic "), presented == "basic", "{registered} {presented}");
        }
        // Two methods at once say nothing, whichever of them is right (S46).
        let assertion = super::assertion::of(registered);
        let two = [
            &given.form()[..],
            &[("client_secret", SECRET), ("client_assertion", &assertion), super::assertion::TYPE],
        ]
        .concat();
        bed.form("/token", &two).await.assert_error(400, "invalid_request");
        let by_header = basic(registered, SECRET);
        for more in
            [("client_secret", SECRET), ("client_assertion", assertion.as_str()), super::assertion::TYPE]
        {
            let two = [&given.form()[..], &[more]].concat();
            bed.form_by("/token", &by_header, &two).await.assert_error(400, "invalid_request");
        }
        // None of it has used the code up.
        let answer = present(&bed, &given, registered).await;
        assert_eq!(answer.status, StatusCode::OK, "{registered}: {answer:?}");
    }
}

/// The request for tokens, with the client presented in this way. `none` and the registered method stand for themselves.
async fn present(bed: &Bed, given: &Given, method: &str) -> super::Answer {
    let form = given.form();
    match method {
        "basic" => bed.form_by("/token", &basic(&given.client, SECRET), &form).await,
        "post" => bed.form("/token", &[&form[..], &[("client_secret", SECRET)]].concat()).await,
        "key" => {
            let assertion = super::assertion::of(&given.client);
            let proof = [("client_assertion", assertion.as_str()), super::assertion::TYPE];
            bed.form("/token", &[&form[..], &proof].concat()).await
        }
        _ => bed.form("/token", &form).await,
    }
}

#[tokio::test]
async fn t25_s45_a_wrong_secret_is_none() {
    let bed = Bed::of(
        settings(memory())
            .client(confidential(PreregisteredClient::with_secret("basic", SECRET)))
            .client(confidential(PreregisteredClient::with_secret_in_form("post", SECRET))),
    );
    let wrong = ["wrong", &SECRET[1..], &SECRET[..SECRET.len() - 1], &SECRET.to_uppercase(), "%"];
    let given = bed.code("basic").await;
    for secret in wrong {
        let answer = bed.form_by("/token", &basic("basic", secret), &given.form()).await;
        answer.assert_error(401, "invalid_client");
    }
    for id in ["Basic", "basic ", "post", ""] {
        let form = with(&given.form(), "client_id", None);
        let answer = bed.form_by("/token", &basic(id, SECRET), &form).await;
        answer.assert_error(401, "invalid_client");
    }
    let given = bed.code("post").await;
    for secret in wrong {
        let form = [&given.form()[..], &[("client_secret", secret)]].concat();
        bed.form("/token", &form).await.assert_error(401, "invalid_client");
    }
    // The same at /revoke.
    let form = [("client_id", "post"), ("client_secret", "wrong"), ("token", "x")];
    bed.form("/revoke", &form).await.assert_error(401, "invalid_client");
}

/// A client's id is no secret: whoever knows it can try secrets, and must not keep the client out by that.
#[tokio::test]
async fn s47_f17_whoever_guesses_is_slowed_down_and_locks_nobody_out() {
    let bed = Bed::of(
        settings(memory())
            .client(confidential(PreregisteredClient::with_secret("basic", SECRET)))
            .client(confidential(PreregisteredClient::with_secret_in_form("post", SECRET))),
    );
    let form = |secret: &'static str| [("client_id", "post"), ("client_secret", secret), ("token", "x")];
    let mut refused = 0;
    for _ in 0..100 {
        let answer = bed.form("/revoke", &form("wrong")).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            answer.assert_error(429, "invalid_client");
            let wait: u64 = answer.header(header::RETRY_AFTER).parse().unwrap();
            assert!((6..=12).contains(&wait), "{wait}");
            refused += 1;
        } else {
            answer.assert_error(401, "invalid_client");
        }
    }
    assert_eq!(refused, 90);
    assert_eq!(bed.form("/revoke", &form(SECRET)).await.status, StatusCode::OK, "it is not locked out");
    bed.form("/revoke", &form("wrong")).await.assert_error(429, "invalid_client");
    // Nobody else waits for it.
    let other = [("token", "x")];
    bed.form_by("/revoke", &basic("basic", "wrong"), &other).await.assert_error(401, "invalid_client");
    assert_eq!(bed.form_by("/revoke", &basic("basic", SECRET), &other).await.status, StatusCode::OK);
}

#[tokio::test]
async fn s47_secrets_and_assertions_in_the_url_are_refused() {
    let bed = Bed::of(
        settings(memory()).client(confidential(PreregisteredClient::with_secret_in_form("post", SECRET))),
    );
    for path in ["/token", "/revoke", "/introspect"] {
        for name in ["client_secret", "client_assertion", "token"] {
            let form = [("client_id", "post"), ("client_secret", SECRET), ("token", "x")];
            let answer = bed.form(&format!("{path}?{name}=value"), &form).await;
            answer.assert_error(400, "invalid_request");
        }
    }
}

/// A token ends for the client that it was given to, and for nobody else.
#[tokio::test]
async fn s77_a_confidential_client_revokes_its_own_tokens_and_proves_who_it_is() {
    let bed = Bed::of(
        settings(memory()).client(confidential(PreregisteredClient::with_secret("one", SECRET))).client(
            confidential(PreregisteredClient::with_secret("two", "0123456789abcdef0123456789abcdef")),
        ),
    );
    let given = bed.code("one").await;
    let tokens = bed.form_by("/token", &basic("one", SECRET), &given.form()).await;
    for member in ["access_token", "refresh_token"] {
        let token = tokens.text(member);
        bed.form("/revoke", &[("client_id", "one"), ("token", &token)])
            .await
            .assert_error(401, "invalid_client");
        let by_two = basic("two", "0123456789abcdef0123456789abcdef");
        bed.form_by("/revoke", &by_two, &[("token", &token)]).await.assert_error(400, "invalid_grant");
        assert_eq!(bed.call(&tokens.text("access_token")).await, StatusCode::OK, "nothing happened to it");
    }
    let answer =
        bed.form_by("/revoke", &basic("one", SECRET), &[("token", &tokens.text("access_token"))]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(bed.call(&tokens.text("access_token")).await, StatusCode::UNAUTHORIZED);
}

/// The consent page for this client, or what is said instead.
async fn consent(bed: &Bed, client: &str, scope: &str) -> (StatusCode, String) {
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;
    let query = encoded(&[
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", CALLBACK),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
        ("scope", scope),
    ]);
    let request = super::request("GET", &format!("/authorize?{query}")).body(Body::empty()).unwrap();
    let response = bed.router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let text = body.collect().await.unwrap().to_bytes();
    let place = parts.headers.get(header::LOCATION).map(|place| place.to_str().unwrap().to_owned());
    (parts.status, place.unwrap_or_else(|| String::from_utf8(text.to_vec()).unwrap()))
}

/// The operator vouches for it; where the answer goes is said all the same.
#[tokio::test]
async fn s27_s29_a_known_client_asks_the_person_and_is_shown_as_known() {
    let app = || PreregisteredClient::public("app").name("The App").redirect_uri(CALLBACK);
    let narrow = PreregisteredClient::public("narrow").redirect_uri(CALLBACK).scopes(["notes:read"]);
    let bed = Bed::of(settings(memory()).client(app()).client(narrow));
    let (status, page) = consent(&bed, "app", "notes:read notes:write").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("The App") && page.contains("known to this server"), "{page}");
    assert!(!page.contains("unverified") && !page.contains("Nobody has checked"), "{page}");
    assert!(page.contains("notes:read") && page.contains("notes:write"), "{page}");
    assert!(page.contains("any program on this computer"), "{page}");
    // Its scopes are the most that anybody can give it.
    for scope in ["notes:read notes:write", "notes:read", ""] {
        let (status, page) = consent(&bed, "narrow", scope).await;
        assert!(status == StatusCode::OK && page.contains("notes:read"), "{page}");
        assert!(!page.contains("name=\"scope\" value=\"notes:write\""), "{page}");
    }
    let (status, place) = consent(&bed, "narrow", "notes:write").await;
    assert!(status == StatusCode::SEE_OTHER && place.contains("error=invalid_scope"), "{place}");
    let (_, page) = consent(&bed, &bed.client().await, "notes:read").await;
    assert!(page.contains("unverified") && !page.contains("known to this server"), "a stranger");
    // A machine asks nobody.
    let machine = machine_named("nightly").scopes(["notes:write"]);
    let bed = Bed::of(settings(memory()).client(machine));
    assert_eq!(
        consent(&bed, "nightly", "notes:read").await.0,
        StatusCode::BAD_REQUEST,
        "it has no redirect URI"
    );
}

/// What is wrong with these clients, each problem as it is shown.
fn problems(clients: impl IntoIterator<Item = PreregisteredClient>) -> Vec<String> {
    let Err(error) = settings(memory()).clients(clients).build() else { return Vec::new() };
    shown(&error)
}

fn shown(error: &ConfigError) -> Vec<String> {
    error.problems().iter().map(|problem| format!("{}: {}", problem.setting, problem.message)).collect()
}

#[test]
fn s73_every_mistake_is_a_start_error_by_client_and_member() {
    let client = || PreregisteredClient::public("app").redirect_uri(CALLBACK);
    let secret = "0123456789abcdef0123456789abcdef";
    let machine = || PreregisteredClient::with_secret("app", secret).machine().scopes(["notes:read"]);
    assert_eq!(problems([client(), machine_named("other")]), [""; 0]);
    let jwk = super::assertion::keys()["keys"][0].clone();
    let private =
        json!({ "keys": [{ "kty": "EC", "crv": "P-256", "x": jwk["x"], "y": jwk["y"], "d": "AA" }] });
    for (client, member) in [
        (PreregisteredClient::public("").redirect_uri(CALLBACK), "client_id"),
        (PreregisteredClient::public("a".repeat(256)).redirect_uri(CALLBACK), "client_id"),
        (PreregisteredClient::public("größe").redirect_uri(CALLBACK), "client_id"),
        (PreregisteredClient::public("a\nb").redirect_uri(CALLBACK), "client_id"),
        (PreregisteredClient::public("https://app.example.com/client").redirect_uri(CALLBACK), "client_id"),
        (PreregisteredClient::public("HTTPS://app.example.com").redirect_uri(CALLBACK), "client_id"),
        (client().name(""), "client_name"),
        (client().name("Good\u{202e}live"), "client_name"),
        (client().redirect_uri("http://app.example.com/cb"), "redirect_uris"),
        (client().redirect_uri("javascript:alert(1)"), "redirect_uris"),
        (PreregisteredClient::public("app"), "redirect_uris"),
        (PreregisteredClient::with_secret("app", &secret[1..]).redirect_uri(CALLBACK), "client_secret"),
        (PreregisteredClient::with_secret_in_form("app", "").redirect_uri(CALLBACK), "client_secret"),
        (PreregisteredClient::with_secret("app", "ab".repeat(32)).redirect_uri(CALLBACK), "client_secret"),
        (PreregisteredClient::with_keys("app", json!({})).redirect_uri(CALLBACK), "jwks"),
        (PreregisteredClient::with_keys("app", json!({ "keys": [] })).redirect_uri(CALLBACK), "jwks"),
        (
            PreregisteredClient::with_keys("app", json!({ "keys": [jwk, { "kty": "oct", "k": "AA" }] }))
                .redirect_uri(CALLBACK),
            "jwks",
        ),
        (PreregisteredClient::with_keys("app", private).redirect_uri(CALLBACK), "jwks"),
        (
            PreregisteredClient::with_keys_at("app", "http://app.example.com/keys").redirect_uri(CALLBACK),
            "jwks_uri",
        ),
        (
            PreregisteredClient::with_keys_at("app", "https://10.0.0.1/keys").redirect_uri(CALLBACK),
            "jwks_uri",
        ),
        (client().machine().scopes(["notes:read"]), "grant_types"),
        (PreregisteredClient::with_secret("app", secret).machine(), "scope"),
        (client().introspects("http://127.0.0.1:3000/mcp"), "introspects"),
        (client().scopes(["notes read"]), "scope"),
        (machine().scopes([""]), "scope"),
    ] {
        let shown = problems([client]);
        let expected = format!(": {member}: ");
        assert_eq!(shown.len(), 1, "{shown:?}");
        assert!(shown[0].starts_with("AuthorizationServer::client: client `"), "{shown:?}");
        assert!(shown[0].contains(&expected), "{member}: {shown:?}");
    }
    let twice = problems([client(), machine()]);
    assert!(twice.len() == 1 && twice[0].contains("same id"), "{twice:?}");
    let all = problems([client().name(""), PreregisteredClient::public("other")]);
    assert_eq!(all.len(), 2, "all at once");
}

fn machine_named(id: &str) -> PreregisteredClient {
    PreregisteredClient::with_secret(id, SECRET).machine().scopes(["notes:read"])
}

/// Scopes and resources that no server has are mistakes, too; they are known when the servers are.
#[test]
fn clients_fit_the_servers_that_are_mounted() {
    let clients = [
        machine_named("one").scopes(["notes:raed"]),
        PreregisteredClient::with_secret("two", SECRET).introspects("http://127.0.0.1:3000/other"),
    ];
    let auth = settings(memory()).clients(clients).build().unwrap();
    let shown = shown(&auth.router(super::Notes).unwrap_err());
    assert_eq!(shown.len(), 2, "{shown:?}");
    assert!(shown[0].contains("client `one`: scope: ") && shown[0].contains("notes:raed"), "{shown:?}");
    assert!(shown[1].contains("client `two`: introspects: "), "{shown:?}");
}

#[test]
fn r43_a_secret_is_never_printed() {
    let client = PreregisteredClient::with_secret("app", SECRET);
    let server = settings(memory()).client(PreregisteredClient::with_secret("app", "hunter2"));
    let error = server.clone().build().unwrap_err();
    let printed = format!("{client:?} {server:?} {error}");
    assert!(!printed.contains(SECRET) && !printed.contains("hunter2"), "{printed}");
}
