//! `client_credentials`: machines.

use std::time::Duration;

use http::StatusCode;
use serde_json::Value;

use super::{
    Answer, Bed, CALLBACK, RESOURCE,
    failing_store::{FAILS, FailingStore, PANICS, READS, WORKS},
    memory,
    preregistered::{SECRET, basic},
    settings,
};
use crate::PreregisteredClient;

fn machine() -> PreregisteredClient {
    PreregisteredClient::with_secret("nightly", SECRET).machine().scopes(["notes:read"])
}

async fn ask(bed: &Bed, more: &[(&str, &str)]) -> Answer {
    let form = [&[("grant_type", "client_credentials")], more].concat();
    bed.form_by("/token", &basic("nightly", SECRET), &form).await
}

#[tokio::test]
async fn s1_a_machine_gets_a_token_of_its_own_and_calls_with_it() {
    let bed = Bed::of(settings(memory()).client(machine()));
    let answer = ask(&bed, &[("resource", RESOURCE)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.header(http::header::CACHE_CONTROL), "no-store");
    let mut members: Vec<_> = answer.body.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["access_token", "expires_in", "scope", "token_type"], "no refresh token");
    assert_eq!(
        (&answer.body["scope"], &answer.body["expires_in"]),
        (&Value::from("notes:read"), &Value::from(3600))
    );
    let token = bed.core.signer.read(&answer.text("access_token")).unwrap();
    assert_eq!(
        (token.sub.as_str(), token.client_id.as_str(), token.aud.as_str()),
        ("client:nightly", "nightly", RESOURCE)
    );
    assert_eq!(bed.call(&answer.text("access_token")).await, StatusCode::OK);
    // No token without a grant, and a grant no longer than its token.
    let grant = bed.core.store.grant(&token.grant).await.unwrap().unwrap();
    assert_eq!((grant.client_id.as_str(), grant.expires_at.as_secs()), ("nightly", token.exp));
    assert_eq!(grant.person.subject(), "client:nightly");
}

#[tokio::test]
async fn s78_a_machines_token_ends_at_once_and_alone() {
    let bed = Bed::of(settings(memory()).client(machine()));
    let (one, two) = (ask(&bed, &[]).await.text("access_token"), ask(&bed, &[]).await.text("access_token"));
    let answer = bed.form_by("/revoke", &basic("nightly", SECRET), &[("token", &one)]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(bed.call(&one).await, StatusCode::UNAUTHORIZED);
    assert_eq!(bed.call(&two).await, StatusCode::OK, "another machine of this client goes on");
}

#[tokio::test]
async fn s53_s57_a_machine_has_the_scopes_that_were_written_down() {
    let bed = Bed::of(settings(memory()).client(machine()));
    for scope in ["notes:write", "notes:read notes:write", "unknown", "openid", "notes:read offline_access"] {
        ask(&bed, &[("scope", scope)]).await.assert_error(400, "invalid_scope");
    }
    for scope in ["notes:read", " notes:read ", ""] {
        assert_eq!(ask(&bed, &[("scope", scope)]).await.body["scope"], "notes:read");
    }
    // Not everywhere.
    for resource in ["http://127.0.0.1:3000/other", "", "x", "http://127.0.0.1:3000/mcp#x"] {
        let answer = ask(&bed, &[("resource", resource)]).await;
        if resource.is_empty() {
            assert_eq!(answer.status, StatusCode::OK, "there is but one");
        } else {
            answer.assert_error(400, "invalid_target");
        }
    }
    let two = [("resource", RESOURCE), ("resource", "http://127.0.0.1:3000/other")];
    ask(&bed, &two).await.assert_error(400, "invalid_target");
}

#[tokio::test]
async fn t25_s45_s57_nobody_else_may_ask_without_a_person() {
    let app = PreregisteredClient::with_secret("app", SECRET).redirect_uri(CALLBACK);
    let bed = Bed::of(settings(memory()).client(machine()).client(app));
    let form = [("grant_type", "client_credentials")];
    bed.form_by("/token", &basic("app", SECRET), &form).await.assert_error(400, "unauthorized_client");
    bed.form_by("/token", &basic("nightly", "wrong"), &form).await.assert_error(401, "invalid_client");
    let public = bed.client().await;
    for id in [public.as_str(), "nightly", "unknown"] {
        let form = [("grant_type", "client_credentials"), ("client_id", id)];
        let answer = bed.form("/token", &form).await;
        let expected = if id == public { (400, "unauthorized_client") } else { (401, "invalid_client") };
        answer.assert_error(expected.0, expected.1);
    }
    // And a machine asks nobody.
    let given = bed.code("nightly").await;
    let answer = bed.form_by("/token", &basic("nightly", SECRET), &given.form()).await;
    answer.assert_error(400, "unauthorized_client");
    let form = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    bed.form_by("/token", &basic("nightly", SECRET), &form).await.assert_error(400, "unauthorized_client");
}

/// A person of the same name at a provider is somebody else, and no provider can be called as machines are.
#[test]
fn a_person_is_never_a_machine() {
    use crate::{GitHub, authorization_server::MACHINE};
    let ids = [GitHub::new("id", "secret").into_id(), crate::DevelopmentSignIn::new().into_id()];
    assert!(ids.iter().all(|id| *id != MACHINE), "{ids:?}");
}

trait Id {
    fn into_id(self) -> String;
}

impl<T: crate::upstream::AnyProvider> Id for T {
    fn into_id(self) -> String {
        self.id().to_owned()
    }
}

/// A token whose grant is not kept is not given.
#[tokio::test]
async fn c14_without_the_store_no_machine_gets_a_token() {
    let store = FailingStore::new(memory());
    let bed = Bed::of(settings(store.clone()).client(machine()));
    for mode in [FAILS, READS, PANICS] {
        store.set(mode);
        ask(&bed, &[]).await.assert_error(503, "temporarily_unavailable");
    }
    store.set(WORKS);
    assert_eq!(ask(&bed, &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_a_machine_leaves_goes_a_day_after_its_token() {
    let bed = Bed::of(settings(memory()).client(machine()));
    let token = ask(&bed, &[]).await.text("access_token");
    let grant = bed.core.signer.read(&token).unwrap().grant;
    bed.clock.advance(Duration::from_secs(26 * 60 * 60));
    assert_eq!(bed.core.store.expire(bed.core.now(), 100).await.unwrap(), 1);
    assert!(bed.core.store.grant(&grant).await.unwrap().is_none());
}
