//! `private_key_jwt`: clients that sign.

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    Answer, Bed, CALLBACK, Folder, Given, ISSUER, RESOURCE, memory,
    preregistered::{SECRET, basic},
    settings,
};
use crate::{
    PreregisteredClient,
    authenticate::tests::signer::{Signer, key_set},
    random,
    store::SqliteStore,
    testing::TestClock,
};

pub(super) const TYPE: (&str, &str) =
    ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");

/// The keys of the client that signs.
pub(super) fn keys() -> Value {
    let signers = [Signer::es256(), Signer::rs256(), Signer::ps256(), Signer::eddsa()];
    key_set(&signers.map(|signer| signer.jwk.clone()))
}

/// Of a test clock that was never moved.
fn claims(client: &str) -> Value {
    let now = TestClock::new().unix_seconds();
    json!({
        "iss": client, "sub": client, "aud": ISSUER, "exp": now + 60, "iat": now,
        "jti": random::identifier().unwrap(),
    })
}

fn signed(signer: &Signer, claims: &Value) -> String {
    let mut header = signer.header();
    header["typ"] = json!("JWT");
    signer.sign_with_header(&header, claims)
}

/// A good one.
pub(super) fn of(client: &str) -> String {
    signed(Signer::es256(), &claims(client))
}

fn bed() -> Bed {
    let signing = PreregisteredClient::with_keys("key", keys()).redirect_uri(CALLBACK);
    let other = PreregisteredClient::with_keys("other", key_set(&[Signer::generate_es256("ec-1").jwk]));
    let machine = other.machine().scopes(["notes:read"]);
    Bed::of(settings(memory()).client(signing).client(machine))
}

async fn redeem(bed: &Bed, given: &Given, assertion: &str) -> Answer {
    let proof = [("client_assertion", assertion), TYPE];
    let form = given.form();
    bed.form("/token", &[&form[..], &proof].concat()).await
}

#[tokio::test]
async fn s45_a_client_signs_with_each_algorithm_for_issuer_or_token_endpoint() {
    let bed = bed();
    for signer in [Signer::es256(), Signer::rs256(), Signer::ps256(), Signer::eddsa()] {
        for aud in [
            json!(ISSUER),
            json!(format!("{ISSUER}/token")),
            json!([ISSUER]),
            json!([ISSUER, format!("{ISSUER}/token")]),
        ] {
            let mut claims = claims("key");
            claims["aud"] = aud.clone();
            let answer = redeem(&bed, &bed.code("key").await, &signed(signer, &claims)).await;
            assert_eq!(answer.status, StatusCode::OK, "{:?} {aud}: {answer:?}", signer.algorithm);
        }
    }
    // The id may be left out, and the header may say more than JWT.
    let given = bed.code("key").await;
    let assertion = of("key");
    let form = super::with(&given.form(), "client_id", None);
    let answer =
        bed.form("/token", &[&form[..], &[("client_assertion", assertion.as_str()), TYPE]].concat()).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    for kind in [Value::Null, json!("client-authentication+jwt"), json!("application/JWT")] {
        let mut header = Signer::es256().header();
        header["typ"] = kind.clone();
        if kind.is_null() {
            header.as_object_mut().unwrap().remove("typ");
        }
        let assertion = Signer::es256().sign_with_header(&header, &claims("key"));
        let answer = redeem(&bed, &bed.code("key").await, &assertion).await;
        assert_eq!(answer.status, StatusCode::OK, "{kind}: {answer:?}");
    }
}

#[tokio::test]
async fn s45_t25_an_assertion_that_says_anything_else_proves_nothing() {
    let bed = bed();
    let given = bed.code("key").await;
    let now = bed.clock.unix_seconds();
    let remove = Value::Null;
    for (name, value) in [
        ("iss", remove.clone()),
        ("iss", json!("other")),
        ("sub", remove.clone()),
        ("sub", json!("other")),
        ("sub", json!(["key"])),
        ("aud", remove.clone()),
        ("aud", json!([])),
        ("aud", json!("https://elsewhere.example")),
        ("aud", json!([ISSUER, "https://elsewhere.example"])),
        ("aud", json!(format!("{ISSUER}/"))),
        ("aud", json!(format!("{ISSUER}/revoke"))),
        ("aud", json!(RESOURCE)),
        ("exp", remove.clone()),
        ("exp", json!(now - 60)),
        ("exp", json!((now + 60).to_string())),
        ("exp", json!(now + 3661)),
        ("exp", json!(1e300)),
        ("nbf", json!(now + 61)),
        ("iat", json!(now + 61)),
        ("iat", json!("now")),
        ("jti", remove.clone()),
        ("jti", json!("")),
        ("jti", json!(1)),
    ] {
        let mut claims = claims("key");
        claims[name] = value.clone();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        }
        let answer = redeem(&bed, &given, &signed(Signer::es256(), &claims)).await;
        // Without `sub`, or with another one, it is not even the client that `client_id` names.
        let status = if name == "sub" && value == "other" {
            (400, "invalid_request")
        } else {
            (401, "invalid_client")
        };
        answer.assert_error(status.0, status.1);
    }
    // Within the leeway, which is a minute.
    for (name, value) in [("exp", now - 59), ("nbf", now + 60), ("iat", now + 60), ("exp", now + 3600)] {
        let mut claims = claims("key");
        claims[name] = json!(value);
        let answer = redeem(&bed, &bed.code("key").await, &signed(Signer::es256(), &claims)).await;
        assert_eq!(answer.status, StatusCode::OK, "{name} {value}: {answer:?}");
    }
    assert_eq!(redeem(&bed, &given, &of("key")).await.status, StatusCode::OK, "nothing was used up");
}

#[tokio::test]
async fn s45_t25_r31_r34_r36_what_the_client_has_not_signed_is_refused() {
    let bed = bed();
    let given = bed.code("key").await;
    let es256 = Signer::es256();
    let good = es256.header();
    let header = |name: &str, value: Value| {
        let mut header = good.clone();
        header["typ"] = json!("JWT");
        header[name] = value;
        es256.sign_with_header(&header, &claims("key"))
    };
    let stranger = Signer::generate_es256("ec-1");
    let mut tampered = of("key");
    tampered.replace_range(
        tampered.len() - 10..tampered.len() - 9,
        if tampered.as_bytes()[tampered.len() - 10] == b'A' { "B" } else { "A" },
    );
    let unsigned = {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        let coded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.", coded(&json!({ "alg": "none" })), coded(&claims("key")))
    };
    let our_own = bed.signed_in().await.1.text("access_token");
    for (what, assertion) in [
        ("another key", signed(&stranger, &claims("key"))),
        ("tampered", tampered),
        ("none", unsigned),
        ("no algorithm", header("alg", json!("HS256"))),
        ("another algorithm", header("alg", json!("ES384"))),
        ("another key's name", header("kid", json!("rsa-1"))),
        ("an unknown key", header("kid", json!("unknown"))),
        ("an access token's type", header("typ", json!("at+jwt"))),
        ("an ID-JAG's type", header("typ", json!("oauth-id-jag+jwt"))),
        ("a DPoP proof's type", header("typ", json!("dpop+jwt"))),
        ("critical", header("crit", json!(["b64"]))),
        ("an access token of ours", our_own),
        ("nothing", "e30.e30.x".to_owned()),
        ("no JWT", "assertion".to_owned()),
    ] {
        let form = super::with(&given.form(), "client_id", None);
        let form = [&form[..], &[("client_assertion", assertion.as_str()), TYPE]].concat();
        let answer = bed.form("/token", &form).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["error"]),
            (401, &json!("invalid_client")),
            "{what}: {answer:?}"
        );
    }
    let mut own_key = good.clone();
    own_key["jwk"] = stranger.jwk.clone();
    own_key["jku"] = json!("https://evil.example/keys");
    let assertion = stranger.sign_with_header(&own_key, &claims("key"));
    redeem(&bed, &given, &assertion).await.assert_error(401, "invalid_client");
    assert_eq!(redeem(&bed, &given, &of("key")).await.status, StatusCode::OK, "nothing was used up");
}

/// Another client's assertion, whoever sends it.
#[tokio::test]
async fn t25_s45_a_client_proves_itself_and_nobody_else() {
    let bed = bed();
    let given = bed.code("key").await;
    redeem(&bed, &given, &of("other")).await.assert_error(400, "invalid_request");
    let form = super::with(&given.form(), "client_id", None);
    // Signed by a key of `key`, for `other`.
    let assertion = of("other");
    let answer =
        bed.form("/token", &[&form[..], &[("client_assertion", assertion.as_str()), TYPE]].concat()).await;
    answer.assert_error(401, "invalid_client");
    for form in [
        vec![("client_assertion", assertion.as_str())],
        vec![TYPE],
        vec![
            ("client_assertion", assertion.as_str()),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"),
        ],
    ] {
        let form = [&given.form()[..], &form].concat();
        bed.form("/token", &form).await.assert_error(400, "invalid_request");
    }
}

#[tokio::test]
async fn s45_t25_an_assertion_is_good_once_at_whichever_endpoint() {
    let bed = bed();
    let assertion = of("key");
    assert_eq!(redeem(&bed, &bed.code("key").await, &assertion).await.status, StatusCode::OK);
    let given = bed.code("key").await;
    redeem(&bed, &given, &assertion).await.assert_error(401, "invalid_client");
    for path in ["/revoke", "/introspect"] {
        let form = [("client_assertion", assertion.as_str()), TYPE, ("token", "x")];
        bed.form(path, &form).await.assert_error(401, "invalid_client");
        let fresh = of("key");
        let form = [("client_assertion", fresh.as_str()), TYPE, ("token", "x")];
        assert_eq!(bed.form(path, &form).await.status, StatusCode::OK);
    }
    assert_eq!(redeem(&bed, &given, &of("key")).await.status, StatusCode::OK);
}

/// Two processes on one file: what one has seen, the other has.
#[tokio::test(flavor = "multi_thread")]
async fn s45_c29_two_processes_believe_an_assertion_once() {
    let folder = Folder::new();
    let path = folder.file("auth.db");
    let client = || PreregisteredClient::with_keys("key", keys()).redirect_uri(CALLBACK);
    let store = std::sync::Arc::new(SqliteStore::open(&path).unwrap());
    let beds = [(); 2].map(|()| {
        Bed::of(
            settings(super::failing_store::FailingStore::shared(std::sync::Arc::clone(&store)))
                .client(client()),
        )
    });
    let assertion = of("key");
    let form = [("client_assertion", assertion.as_str()), TYPE, ("token", "x")];
    let asked = (0..20).map(|number| beds[number % 2].form("/revoke", &form));
    let answers = futures_util::future::join_all(asked).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == StatusCode::OK).count(), 1);
}

/// The store cannot say whether it was used: then it is not believed.
#[tokio::test]
async fn s45_c14_without_the_store_no_assertion_is_believed() {
    use super::failing_store::{FAILS, FailingStore, READS, WORKS};
    let store = FailingStore::new(memory());
    let client = PreregisteredClient::with_keys("key", keys()).redirect_uri(CALLBACK);
    let bed = Bed::of(settings(store.clone()).client(client));
    let given = bed.code("key").await;
    for mode in [FAILS, READS] {
        store.set(mode);
        redeem(&bed, &given, &of("key")).await.assert_error(503, "temporarily_unavailable");
    }
    store.set(WORKS);
    assert_eq!(redeem(&bed, &given, &of("key")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn s64_a_client_can_register_its_keys() {
    let bed = Bed::new();
    let answer = bed
        .register(json!({ "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "private_key_jwt", "jwks": keys() }))
        .await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    assert_eq!(
        (&answer.body["token_endpoint_auth_method"], &answer.body["jwks"]),
        (&json!("private_key_jwt"), &keys())
    );
    let id = answer.text("client_id");
    let given = bed.code(&id).await;
    bed.redeem(&given).await.assert_error(401, "invalid_client");
    let answer = redeem(&bed, &given, &of(&id)).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    for (member, value) in [
        ("jwks", json!({ "keys": [] })),
        ("jwks", json!("keys")),
        ("jwks", json!({ "keys": [{ "kty": "oct", "k": "AA" }] })),
        ("jwks_uri", json!("http://app.example.com/keys")),
        ("jwks_uri", json!("https://127.0.0.1/keys")),
        ("jwks_uri", json!("https://169.254.169.254/keys")),
        ("jwks_uri", json!("keys")),
    ] {
        let mut metadata =
            json!({ "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "private_key_jwt" });
        metadata[member] = value;
        bed.register(metadata).await.assert_error(400, "invalid_client_metadata");
    }
    let at = json!({ "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://app.example.com/keys" });
    assert_eq!(bed.register(at).await.body["jwks_uri"], "https://app.example.com/keys");
    // It may sign, and is nobody that the operator knows.
    let assertion = of(&id);
    let form = [("client_assertion", assertion.as_str()), TYPE, ("token", "x")];
    assert_eq!(bed.form("/introspect", &form).await.status, StatusCode::NOT_FOUND);
    let known = PreregisteredClient::with_secret("known", SECRET).introspects(RESOURCE);
    let bed = Bed::of(settings(memory()).client(known));
    let answer = bed
        .register(json!({ "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "private_key_jwt", "jwks": keys() }))
        .await;
    let assertion = of(&answer.text("client_id"));
    let form = [("client_assertion", assertion.as_str()), TYPE, ("token", "x")];
    bed.form("/introspect", &form).await.assert_error(401, "invalid_client");
    assert_eq!(
        bed.form_by("/introspect", &basic("known", SECRET), &[("token", "x")]).await.status,
        StatusCode::OK
    );
}

/// Somebody else's server, with the keys of a client.
async fn key_server(answer: std::sync::Arc<std::sync::Mutex<Option<Value>>>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    let route = axum::routing::get(move || {
        let answer = answer.lock().unwrap().clone();
        async move {
            answer.map_or((StatusCode::BAD_GATEWAY, String::new()), |keys| (StatusCode::OK, keys.to_string()))
        }
    });
    let app = axum::Router::new().route("/keys", route);
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

/// Keys at a URL can be exchanged; while they cannot be had, nothing is said against the client.
#[tokio::test]
async fn s45_keys_at_a_url_are_fetched_and_an_outage_is_not_a_refusal() {
    let answer = std::sync::Arc::new(std::sync::Mutex::new(None));
    let url = key_server(std::sync::Arc::clone(&answer)).await;
    let client = PreregisteredClient::with_keys_at("key", url).redirect_uri(CALLBACK);
    let bed = Bed::of(settings(memory()).client(client));
    let ask = async |signer: &Signer| {
        let mut claims = claims("key");
        claims["exp"] = json!(bed.clock.unix_seconds() + 60);
        let assertion = signed(signer, &claims);
        let form = [("client_assertion", assertion.as_str()), TYPE, ("token", "x")];
        bed.form("/revoke", &form).await
    };
    ask(Signer::es256()).await.assert_error(503, "temporarily_unavailable");
    *answer.lock().unwrap() = Some(key_set(&[Signer::es256().jwk.clone()]));
    bed.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(ask(Signer::es256()).await.status, StatusCode::OK);
    ask(Signer::eddsa()).await.assert_error(401, "invalid_client");
    // The client has exchanged its key.
    *answer.lock().unwrap() = Some(key_set(&[Signer::eddsa().jwk.clone()]));
    bed.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(ask(Signer::eddsa()).await.status, StatusCode::OK);
    ask(Signer::es256()).await.assert_error(401, "invalid_client");
}
