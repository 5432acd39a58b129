//! A crash at each point that has a name, and what the client meets afterwards.

use http::StatusCode;

use super::{
    super::{
        Folder, Given,
        process::{Plan, Process},
    },
    checker::{Contents, contents},
};
use crate::store::Digest;

/// A server with a client that has tokens, and a code that it has not used.
struct Begun {
    plan: Plan,
    client: String,
    given: Given,
    access_token: String,
    refresh_token: String,
    _folder: Folder,
}

impl Begun {
    async fn new() -> Self {
        let folder = Folder::new();
        let plan = Plan::behind_a_name(folder.file("auth.db"));
        let server = Process::start(&plan);
        let client = server.http.register("a client").await.unwrap().text("client_id");
        let tokens = server.http.redeem(&server.http.code(&client).await.unwrap()).await.unwrap();
        let given = server.http.code(&client).await.unwrap();
        let (access_token, refresh_token) = (tokens.text("access_token"), tokens.text("refresh_token"));
        server.kill();
        Self { plan, client, given, access_token, refresh_token, _folder: folder }
    }

    fn contents(&self) -> Contents {
        contents(&self.plan.file)
    }

    fn again(&self) -> Process {
        Process::start(&self.plan)
    }

    fn code(&self) -> Digest {
        Digest::of(&self.given.code)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c17_a_crash_after_the_redemption_and_before_its_answer() {
    let begun = Begun::new().await;
    let server = Process::start(&begun.plan.crashing_at("token.redeemed"));
    server.http.redeem(&begun.given).await.unwrap_err();
    server.crashed().await;
    // The grant with its tokens is there, nobody has them, and the code is used.
    let contents = begun.contents();
    let grant = contents.codes[&begun.code()].clone().unwrap();
    assert!(!contents.grants[&grant]);
    let server = begun.again();
    server.http.redeem(&begun.given).await.unwrap().assert_error(400, "invalid_grant");
    // What was there before goes on.
    assert_eq!(server.http.call(&begun.access_token).await.unwrap(), StatusCode::OK);
    let newer = server.http.refresh(&begun.client, &begun.refresh_token).await.unwrap();
    assert_eq!(newer.status, StatusCode::OK);
    // And whoever signs in again is served.
    let given = server.http.code(&begun.client).await.unwrap();
    assert_eq!(server.http.redeem(&given).await.unwrap().status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c18_a_crash_after_the_rotation_and_before_its_answer() {
    let begun = Begun::new().await;
    let server = Process::start(&begun.plan.crashing_at("refresh.rotated"));
    server.http.refresh(&begun.client, &begun.refresh_token).await.unwrap_err();
    server.crashed().await;
    let successor = begun.contents().tokens[&Digest::of(&begun.refresh_token)].successor.unwrap();
    // Within the grace the client gets the successor of which it never heard.
    let server = begun.again();
    let newer = server.http.refresh(&begun.client, &begun.refresh_token).await.unwrap();
    assert_eq!(Digest::of(newer.text("refresh_token")), successor);
    let next = server.http.refresh(&begun.client, &newer.text("refresh_token")).await.unwrap();
    assert_eq!(next.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c19_a_crash_before_or_after_a_revocation_and_before_its_answer() {
    for (point, ended) in [("grant.ending", false), ("grant.ended", true)] {
        let begun = Begun::new().await;
        let server = Process::start(&begun.plan.crashing_at(point));
        server.http.revoke(&begun.client, &begun.refresh_token).await.unwrap_err();
        server.crashed().await;
        let contents = begun.contents();
        let grant = &contents.tokens[&Digest::of(&begun.refresh_token)].grant;
        assert_eq!(contents.grants[grant], ended, "{point}");
        let server = begun.again();
        let expected = if ended { StatusCode::UNAUTHORIZED } else { StatusCode::OK };
        assert_eq!(server.http.call(&begun.access_token).await.unwrap(), expected, "{point}");
        // It was not answered, so it is asked again; then it holds.
        let answer = server.http.revoke(&begun.client, &begun.refresh_token).await.unwrap();
        assert_eq!(answer.status, StatusCode::OK);
        server.kill();
        assert!(begun.contents().grants[grant]);
        let server = begun.again();
        assert_eq!(server.http.call(&begun.access_token).await.unwrap(), StatusCode::UNAUTHORIZED);
        let refused = server.http.refresh(&begun.client, &begun.refresh_token).await.unwrap();
        refused.assert_error(400, "invalid_grant");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c20_a_crash_after_a_registration_and_before_its_answer() {
    let begun = Begun::new().await;
    let before = begun.contents().clients.len();
    let server = Process::start(&begun.plan.crashing_at("register.kept"));
    server.http.register("new").await.unwrap_err();
    server.crashed().await;
    assert_eq!(begun.contents().clients.len(), before + 1);
    // It registers again, and is the client that was kept.
    let server = begun.again();
    let client = server.http.register("new").await.unwrap().text("client_id");
    let given = server.http.code(&client).await.unwrap();
    assert_eq!(server.http.redeem(&given).await.unwrap().status, StatusCode::OK);
    server.kill();
    assert_eq!(begun.contents().clients.len(), before + 1);
}

/// In the middle of the transaction and just behind it: whatever the writer was at, it is there wholly or not at all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c17_c21_a_crash_around_the_commit() {
    for point in ["store.committing", "store.committed"] {
        let begun = Begun::new().await;
        let server = Process::start(&begun.plan.crashing_at(point));
        server.http.redeem(&begun.given).await.unwrap_err();
        server.crashed().await;
        let used = begun.contents().codes[&begun.code()].is_some();
        let server = begun.again();
        let answer = server.http.redeem(&begun.given).await.unwrap();
        assert_eq!(answer.status == StatusCode::OK, !used, "{point}");
        server.http.redeem(&begun.given).await.unwrap().assert_error(400, "invalid_grant");
    }
}
