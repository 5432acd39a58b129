//! One event for each decision, of a whole flow.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use http::StatusCode;
use serde_json::json;

use super::{Bed, RESOURCE, memory, settings};
use crate::{
    AuditEvent, AuditLog, AuditSink,
    authenticate::tests::log::Log,
    testing::{Person, TestClient, TestIssuer, TestServer},
};

/// Remembers everything.
#[derive(Clone, Default)]
pub(super) struct Heard(Arc<Mutex<Vec<AuditEvent>>>);

impl AuditSink for Heard {
    fn record(&self, event: &AuditEvent) {
        self.0.lock().unwrap().push(event.clone());
    }
}

impl Heard {
    /// What was heard since the last time.
    pub(super) fn take(&self) -> Vec<AuditEvent> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// The same in one line each: what, who, why.
    #[track_caller]
    pub(super) fn lines(&self) -> Vec<String> {
        let line = |event: AuditEvent| {
            let words = [Some(event.kind.as_str().to_owned()), event.subject, event.tool, event.reason];
            words.into_iter().flatten().collect::<Vec<_>>().join(" | ")
        };
        self.take().into_iter().map(line).collect()
    }
}

const BAD: &str = "request.refused | invalid_grant: ";

#[tokio::test]
async fn c47_a_whole_flow_is_told_event_by_event_and_no_secret_is() {
    let log = Log::capture();
    let heard = Heard::default();
    let bed = Bed::of(settings(memory()).audit_first(heard.clone()).audit_first(AuditLog));
    let client = TestClient::new(bed.router.clone(), RESOURCE).await;
    let mut all = heard.take();
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].kind.as_str(), all[0].client_id.as_deref()), ("client.registered", Some(client.id())));

    client.sign_in(&Person::named("mallory").denying()).await.unwrap_err();
    assert_eq!(heard.lines(), ["consent.denied | access_denied: the person said no"]);

    let tokens = client.sign_in(&Person::named("alice")).await.unwrap();
    let began = heard.take();
    let kinds: Vec<_> = began.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["person.signed_in", "consent.given", "tokens.issued"]);
    for event in &began {
        let who = (event.subject.as_deref(), event.client_id.as_deref());
        assert_eq!(who, (Some("development:alice"), Some(client.id())), "{event:?}");
    }
    assert_eq!(began[1].scopes, ["notes:read", "notes:write"]);
    assert_eq!((began[2].scopes.len(), began[2].resource.as_deref()), (2, Some(RESOURCE)));
    let grant = began[2].grant.clone().unwrap();

    let server = TestServer::around(bed.router.clone(), RESOURCE, &TestIssuer::new());
    server.call("count", json!({})).bearer(tokens.access_token()).await;
    let told = heard.take();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].kind.as_str(), "tool.allowed");
    let who = [&told[0].subject, &told[0].client_id, &told[0].tool, &told[0].grant, &told[0].resource];
    let expected = ["development:alice", client.id(), "count", grant.as_str(), RESOURCE];
    assert_eq!(who.map(|text| text.as_deref().unwrap()), expected);

    let second = client.refresh(&tokens).await.unwrap();
    let again = client.refresh(&tokens).await.unwrap();
    let third = client.refresh(&again).await.unwrap();
    bed.clock.advance(Duration::from_secs(60));
    client.refresh(&tokens).await.unwrap_err();
    client.refresh(&third).await.unwrap_err();
    server.call("count", json!({})).bearer(third.access_token()).await;
    let refreshed = "tokens.refreshed | development:alice";
    assert_eq!(
        heard.lines(),
        [
            refreshed,
            "tokens.refreshed | development:alice | the answer before was asked for again",
            refreshed,
            "grant.ended | development:alice | a refresh token was used again",
            &format!("{BAD}the refresh token has been used"),
            &format!("{BAD}the refresh token or its grant has ended"),
        ]
    );

    // The browser is signed in by now.
    let narrow = client.sign_in(&Person::named("alice").unticking("notes:read")).await.unwrap();
    server.call("count", json!({})).bearer(narrow.access_token()).await;
    server.call("count", json!({})).bearer("").without_header("authorization").await;
    client.revoke(&narrow).await.unwrap();
    client.revoke(&narrow).await.unwrap();
    client.refresh(&narrow).await.unwrap_err();
    bed.form("/token", &[("grant_type", "password")]).await.assert_error(400, "unsupported_grant_type");
    assert_eq!(bed.get("/authorize?client_id=nobody").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        heard.lines(),
        [
            "consent.given | development:alice",
            "tokens.issued | development:alice",
            "tool.refused | development:alice | count | a scope is missing",
            "grant.ended | development:alice | revoked by the client",
            &format!("{BAD}the refresh token or its grant has ended"),
            "request.refused | unsupported_grant_type: grant_type is none of authorization_code, refresh_token and client_credentials",
            "request.refused | UnknownClient",
        ]
    );

    all.extend(began);
    let everything = format!("{all:?} {}", log.text());
    assert!(everything.contains("kind=\"grant.ended\""), "the log is on");
    for tokens in [&tokens, &second, &again, &third, &narrow] {
        for secret in [tokens.access_token(), tokens.refresh_token()] {
            assert!(!everything.contains(secret), "{secret} is told");
        }
    }
}

/// A code that came twice, and a provider that says no.
#[tokio::test]
async fn s41_the_end_of_a_grant_whose_code_came_twice_is_told() {
    let heard = Heard::default();
    let bed = Bed::of(settings(memory()).audit_first(heard.clone()));
    let client = bed.client().await;
    let given = bed.code(&client).await;
    assert_eq!(bed.redeem(&given).await.status, StatusCode::OK);
    heard.take();
    bed.redeem(&given).await.assert_error(400, "invalid_grant");
    let told = heard.take();
    assert_eq!(told[0].client_id.as_deref(), Some(client.as_str()));
    let kinds: Vec<_> = told.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["grant.ended", "request.refused"]);
    assert_eq!(told[1].endpoint.as_deref(), Some("token"));
    assert_eq!(told[1].client_id.as_deref(), Some(client.as_str()));
}
