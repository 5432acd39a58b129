//! Two servers in processes of their own on one file: fifty at once, half of them at each, and one winner.

use http::{Method, StatusCode};
use tokio::task::JoinSet;

use super::{
    Answer, Folder,
    process::{Http, Plan, Process},
    races::rounds,
};

const CALLERS: usize = 50;

struct Two {
    processes: [Process; 2],
    _folder: Folder,
}

impl Two {
    fn start(gate: usize) -> Self {
        let folder = Folder::new();
        let plan = Plan { gate, ..Plan::behind_a_name(folder.file("auth.db")) };
        Self { processes: [(); 2].map(|()| Process::start(&plan)), _folder: folder }
    }

    fn at(&self, number: usize) -> Http {
        self.processes[number % 2].http.clone()
    }

    async fn client(&self) -> String {
        self.at(0).register("racer").await.unwrap().text("client_id")
    }

    /// What fifty get who ask at once, each of the server whose turn it is.
    async fn at_once<F>(&self, ask: impl Fn(Http, usize) -> F) -> Vec<Answer>
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let mut all = JoinSet::new();
        for number in 0..CALLERS {
            all.spawn(ask(self.at(number), number));
        }
        all.join_all().await
    }

    async fn assert_call(&self, token: &str, expected: StatusCode) {
        for number in 0..2 {
            assert_eq!(self.at(number).call(token).await.unwrap(), expected, "server {number}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t22_f17_c29_of_fifty_redemptions_over_two_processes_one_wins_and_its_tokens_work() {
    // At each server all have arrived before the first is answered; which server is first is left to chance.
    let two = Two::start(CALLERS / 2);
    let client = two.client().await;
    for round in 0..rounds() {
        two.at(1).send(Method::POST, "/test/gate", &[], String::new()).await.unwrap();
        let given = two.at(0).code(&client).await.unwrap();
        let form: Vec<_> = given.form().map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let answers = two.at_once(|http, _| {
            let form = form.clone();
            async move {
                let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                http.form("/token", &form).await.unwrap()
            }
        });
        let answers = answers.await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status.is_success());
        assert_eq!((won.len(), lost.len()), (1, CALLERS - 1), "round {round}");
        for answer in lost {
            answer.assert_error(400, "invalid_grant");
        }
        two.assert_call(&won[0].text("access_token"), StatusCode::OK).await;
        let newer = two.at(round).refresh(&client, &won[0].text("refresh_token")).await.unwrap();
        assert_eq!(newer.status, StatusCode::OK, "no racer ends it: round {round}: {newer:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t24_c30_fifty_refreshes_over_two_processes_get_one_successor() {
    let two = Two::start(0);
    let client = two.client().await;
    let tokens = two.at(0).redeem(&two.at(0).code(&client).await.unwrap()).await.unwrap();
    let mut token = tokens.text("refresh_token");
    for round in 0..rounds() {
        let answers = two.at_once(|http, _| {
            let (client, token) = (client.clone(), token.clone());
            async move { http.refresh(&client, &token).await.unwrap() }
        });
        let answers = answers.await;
        let mut successors: Vec<_> = answers.iter().map(|answer| answer.text("refresh_token")).collect();
        successors.sort_unstable();
        successors.dedup();
        assert_eq!(successors.len(), 1, "round {round}");
        two.assert_call(&answers[round % CALLERS].text("access_token"), StatusCode::OK).await;
        token = successors.remove(0);
    }
}

/// Who revokes races with who refreshes. Whoever was told that it is revoked can rely on it: no token of the grant is good at
/// either server, however it was got.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s76_c13_c19_fifty_who_revoke_and_refresh_over_two_processes_leave_nothing() {
    let two = Two::start(0);
    let client = two.client().await;
    for round in 0..rounds() {
        let given = two.at(round).code(&client).await.unwrap();
        let tokens = two.at(round + 1).redeem(&given).await.unwrap();
        let refresh = tokens.text("refresh_token");
        let answers = two.at_once(|http, number| {
            let (client, refresh) = (client.clone(), refresh.clone());
            async move {
                // Three of four revoke: at each server, before and after those that refresh.
                if number % 8 < 6 {
                    let answer = http.revoke(&client, &refresh).await.unwrap();
                    assert_eq!(answer.status, StatusCode::OK);
                    answer
                } else {
                    http.refresh(&client, &refresh).await.unwrap()
                }
            }
        });
        let answers = answers.await;
        let got = answers.iter().filter(|answer| answer.body["access_token"].is_string());
        for answer in [&tokens].into_iter().chain(got) {
            two.assert_call(&answer.text("access_token"), StatusCode::UNAUTHORIZED).await;
            for number in 0..2 {
                let again = two.at(number).refresh(&client, &answer.text("refresh_token")).await.unwrap();
                again.assert_error(400, "invalid_grant");
            }
        }
    }
}
