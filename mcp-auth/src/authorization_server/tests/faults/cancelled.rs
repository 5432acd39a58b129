//! A client that hangs up, at any moment of its request: what it asked for happens wholly or not, and nothing stays stuck.

use std::{
    future::Future as _,
    task::{Context, Waker},
    time::Duration,
};

use axum::body::Body;
use http::StatusCode;
use tower::ServiceExt as _;

use super::super::{Bed, Folder, encoded, post, refresh_form, settings};
use crate::store::{Digest, SqliteStore};

/// Moments at which a client hangs up: more than a request has.
const MOMENTS: u32 = 40;

/// Sends the form, and drops the request after so many looks at it. True if it was over before.
async fn abandoned(bed: &Bed, path: &str, form: &[(&str, &str)], looks: u32) -> bool {
    let request = post(path).body(Body::from(encoded(form))).unwrap();
    let mut asked = Box::pin(bed.router.clone().oneshot(request));
    for _ in 0..looks {
        if asked.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
            return true;
        }
        // Long enough for a thread of the store to do something, and sometimes not.
        tokio::time::sleep(Duration::from_micros(u64::from(looks % 4) * 300)).await;
    }
    false
}

fn bed(folder: &Folder) -> Bed {
    Bed::of(settings(SqliteStore::open(folder.file("auth.db")).unwrap()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c50_a_redemption_that_is_dropped_at_any_moment_happened_wholly_or_not() {
    let folder = Folder::new();
    let bed = bed(&folder);
    let client = bed.client().await;
    let (mut happened, mut not) = (0, 0);
    for looks in 0..MOMENTS {
        let given = bed.code(&client).await;
        abandoned(&bed, "/token", &given.form(), looks).await;
        let again = bed.redeem(&given).await;
        let code = bed.core.store.code(&Digest::of(&given.code)).await.unwrap().unwrap();
        let grant = bed.core.store.grant(&code.redeemed.unwrap()).await.unwrap();
        assert!(grant.is_some(), "after {looks} looks");
        if again.status == StatusCode::OK {
            not += 1;
        } else {
            again.assert_error(400, "invalid_grant");
            happened += 1;
        }
    }
    assert!(happened > 0 && not > 0, "{happened} {not}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c50_a_refresh_that_is_dropped_at_any_moment_can_be_asked_again() {
    let folder = Folder::new();
    let bed = bed(&folder);
    let (client, tokens) = bed.signed_in().await;
    let mut token = tokens.text("refresh_token");
    for looks in 0..MOMENTS {
        abandoned(&bed, "/token", &refresh_form(&client, &token), looks).await;
        let again = bed.refresh(&client, &token).await;
        assert_eq!(again.status, StatusCode::OK, "after {looks} looks: {again:?}");
        token = again.text("refresh_token");
    }
}

/// A revocation that was not waited for has happened, or will be asked again; what was answered holds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c50_a_revocation_that_is_dropped_at_any_moment_can_be_asked_again() {
    let folder = Folder::new();
    let bed = bed(&folder);
    for looks in 0..MOMENTS / 2 {
        let (client, tokens) = bed.signed_in().await;
        let (access, refresh) = (tokens.text("access_token"), tokens.text("refresh_token"));
        let form = [("client_id", client.as_str()), ("token", refresh.as_str())];
        let answered = abandoned(&bed, "/revoke", &form, looks).await;
        if answered {
            assert_eq!(bed.call(&access).await, StatusCode::UNAUTHORIZED, "after {looks} looks");
        }
        assert_eq!(bed.form("/revoke", &form).await.status, StatusCode::OK);
        assert_eq!(bed.call(&access).await, StatusCode::UNAUTHORIZED);
        bed.refresh(&client, &refresh).await.assert_error(400, "invalid_grant");
    }
}
