//! A client that never gives up: it asks again what was not answered, and remembers what was.

use http::StatusCode;

use super::{
    super::{Answer, Given, process::Http},
    Contents,
};
use crate::store::Digest;

/// How often it refreshes before it revokes.
const REFRESHES: usize = 3;

/// What a server answered, and what has to be true for ever after.
#[derive(Debug)]
enum Said {
    /// 201: the client is there.
    Registered(String),
    /// 200 or, when it is asked again, 400: the code is used.
    Used(Digest),
    /// 200: the old token has this successor.
    Rotated(Digest, Digest),
    /// 200: the grant of this token has ended.
    Revoked(Digest),
}

pub(super) struct Worker {
    number: usize,
    clients: usize,
    client: Option<String>,
    given: Option<Given>,
    refresh_token: Option<String>,
    refreshes: usize,
    /// Whether the last request was not answered: it may have happened, or not.
    unanswered: bool,
    /// A code that is used and whose grant has ended.
    used: Option<Given>,
    journal: Vec<Said>,
    checked: usize,
}

impl Worker {
    pub(super) fn new(number: usize) -> Self {
        Self {
            number,
            clients: 0,
            client: None,
            given: None,
            refresh_token: None,
            refreshes: 0,
            unanswered: false,
            used: None,
            journal: Vec::new(),
            checked: 0,
        }
    }

    pub(super) fn said(&self) -> usize {
        self.journal.len()
    }

    /// The next request. An error means that nobody answers any more.
    pub(super) async fn step(&mut self, http: &Http) -> Result<(), reqwest::Error> {
        let done = self.ask(http).await;
        self.unanswered = done.is_err();
        done
    }

    async fn ask(&mut self, http: &Http) -> Result<(), reqwest::Error> {
        let Some(client) = self.client.clone() else { return self.register(http).await };
        if let Some(used) = self.used.take() {
            http.redeem(&used).await?.assert_error(400, "invalid_grant");
        }
        let Some(given) = &self.given else {
            self.given = Some(http.code(&client).await?);
            return Ok(());
        };
        let Some(token) = self.refresh_token.clone() else {
            let answer = http.redeem(given).await?;
            self.redeemed(&answer);
            return Ok(());
        };
        if self.refreshes < REFRESHES {
            let answer = http.refresh(&client, &token).await?;
            self.refreshed(&token, &answer);
            return Ok(());
        }
        let answer = http.revoke(&client, &token).await?;
        assert_eq!(answer.status, StatusCode::OK);
        self.journal.push(Said::Revoked(Digest::of(&token)));
        http.refresh(&client, &token).await?.assert_error(400, "invalid_grant");
        self.used = self.given.take();
        (self.refresh_token, self.refreshes, self.client) = (None, 0, None);
        Ok(())
    }

    async fn register(&mut self, http: &Http) -> Result<(), reqwest::Error> {
        self.clients += 1;
        let answer = http.register(&format!("{}-{}", self.number, self.clients)).await?;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        let client = answer.text("client_id");
        self.journal.push(Said::Registered(client.clone()));
        self.client = Some(client);
        Ok(())
    }

    /// A code is good once. Whoever did not get the answer has to sign in again.
    fn redeemed(&mut self, answer: &Answer) {
        let Some(given) = &self.given else { return };
        self.journal.push(Said::Used(Digest::of(&given.code)));
        if answer.status == StatusCode::OK {
            self.refresh_token = Some(answer.text("refresh_token"));
            return;
        }
        assert!(self.unanswered, "it was asked for the first time: {answer:?}");
        answer.assert_error(400, "invalid_grant");
        self.given = None;
    }

    /// Whether the last answer was lost or not: there is a successor.
    fn refreshed(&mut self, token: &str, answer: &Answer) {
        assert_eq!(answer.status, StatusCode::OK, "asked again: {}: {answer:?}", self.unanswered);
        let successor = answer.text("refresh_token");
        self.journal.push(Said::Rotated(Digest::of(token), Digest::of(&successor)));
        self.refresh_token = Some(successor);
        self.refreshes += 1;
    }

    /// What was said is true in the file: all of it, or what was said since the last time.
    pub(super) fn check(&mut self, contents: &Contents, all: bool) {
        let from = if all { 0 } else { self.checked };
        for said in &self.journal[from..] {
            match said {
                Said::Registered(client) => assert!(contents.clients.contains(client), "{said:?}"),
                Said::Used(code) => {
                    assert!(contents.codes[code].is_some(), "it works twice: {said:?}");
                }
                Said::Rotated(old, new) => assert_eq!(contents.tokens[old].successor, Some(*new), "{said:?}"),
                Said::Revoked(token) => {
                    assert!(contents.grants[&contents.tokens[token].grant], "it was lost: {said:?}");
                }
            }
        }
        self.checked = self.journal.len();
    }
}
