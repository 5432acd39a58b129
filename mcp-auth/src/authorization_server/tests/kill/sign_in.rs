//! A crash while somebody signs in: they begin again, and nothing is left that could hurt them.

use super::{
    super::{
        Folder,
        process::{Plan, Process},
    },
    checker::{Contents, contents},
};
use crate::testing::{FakeGitHub, Person, TestClient};

struct SignIn {
    plan: Plan,
    _github: FakeGitHub,
    _folder: Folder,
}

impl SignIn {
    async fn new() -> Self {
        let (folder, github) = (Folder::new(), FakeGitHub::start().await);
        github.add_person("octocat", 583_231);
        github.approve_everything_as(Some("octocat"));
        let credentials =
            (github.url().to_owned(), github.client_id().to_owned(), github.client_secret().to_owned());
        let plan = Plan { github: Some(credentials), ..Plan::at_a_port(folder.file("auth.db")) };
        Self { plan, _github: github, _folder: folder }
    }

    /// A client whose sign-in meets a crash at `point`, and what is in the file then.
    async fn crash_at(&self, point: &str) -> (TestClient, Contents) {
        let server = Process::start(&self.plan.crashing_at(point));
        let client = TestClient::at(&self.plan.resource()).await;
        let walk = tokio::spawn({
            let client = client.clone();
            async move { client.sign_in(&Person::named("octocat")).await.is_ok() }
        });
        // The browser gives up where nobody answers.
        assert!(walk.await.is_err(), "{point}");
        server.crashed().await;
        (client, contents(&self.plan.file))
    }

    /// The same person in the same browser tries again.
    async fn again(&self, client: &TestClient) -> Contents {
        let server = Process::start(&self.plan);
        let tokens = client.sign_in(&Person::named("octocat")).await.unwrap();
        client.refresh(&tokens).await.unwrap();
        server.kill();
        contents(&self.plan.file)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c14_a_crash_after_the_consent_and_before_the_provider() {
    let sign_in = SignIn::new().await;
    let (client, left) = sign_in.crash_at("sign_in.begun").await;
    assert_eq!((left.sign_ins, left.codes.len(), left.sessions), (1, 0, 0));
    let after = sign_in.again(&client).await;
    // What was begun waits for its end; nobody has its state.
    assert_eq!((after.sign_ins, after.grants.len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c15_a_crash_after_the_provider_gave_a_token_and_before_it_is_kept() {
    let sign_in = SignIn::new().await;
    let (client, left) = sign_in.crash_at("callback.exchanged").await;
    assert_eq!((left.sign_ins, left.upstream_tokens, left.codes.len(), left.grants.len()), (0, 0, 0, 0));
    let after = sign_in.again(&client).await;
    assert_eq!((after.upstream_tokens, after.grants.len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c15_a_crash_after_the_token_of_the_provider_is_kept() {
    let sign_in = SignIn::new().await;
    let (client, left) = sign_in.crash_at("callback.token_kept").await;
    assert_eq!((left.upstream_tokens, left.sessions, left.codes.len()), (1, 0, 0));
    let after = sign_in.again(&client).await;
    // The same place for the newer token: they do not pile up.
    assert_eq!((after.upstream_tokens, after.grants.len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c16_a_crash_after_the_code_is_kept_and_before_it_is_sent() {
    let sign_in = SignIn::new().await;
    let (client, left) = sign_in.crash_at("code.kept").await;
    assert_eq!((left.codes.len(), left.grants.len()), (1, 0), "a code is no grant");
    let after = sign_in.again(&client).await;
    assert_eq!((after.codes.len(), after.grants.len()), (2, 1), "the lost code stays unused");
}
