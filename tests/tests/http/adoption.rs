//! A session opened without a token gets its owner once, from the first good token that comes with it.

use serde_json::json;

use crate::support::{Anonymous, Message, READ, start, within};

fn list() -> Message {
    Message::old("tools/list", &json!({}))
}

#[tokio::test]
async fn t3_the_first_token_gets_an_anonymous_session_and_nobody_else_keeps_it() {
    let server = start::<Anonymous>().await;
    let id = server.session(None).await;
    assert_eq!(server.send(&list().session(&id)).await.status, 200);
    let alice = server.token("alice", READ);
    assert_eq!(server.send(&Message::old_call("read").session(&id).token(&alice)).await.text(), "read ran");
    for stranger in [None, Some(server.token("mallory", READ))] {
        for message in [list(), Message::old_call("status"), Message::listen(), Message::end()] {
            let message = message.maybe(stranger.as_deref());
            let theirs = server.send(&message.clone().session(&id)).await.without_date();
            let nobodys = server.send(&message.clone().session("unknown")).await.without_date();
            assert_eq!(theirs, nobodys, "{message:?}");
        }
    }
    assert_eq!(server.ledger.ran(), ["read"]);
    let refreshed = server.token("alice", "files:read files:write");
    assert_eq!(server.send(&list().session(&id).token(&refreshed)).await.status, 200, "the owner goes on");
}

#[tokio::test]
async fn t3_a_bad_token_and_one_for_too_little_adopt_differently() {
    let server = start::<Anonymous>().await;
    let id = server.session(None).await;
    assert_eq!(server.send(&list().session(&id).token(&server.expired())).await.status, 401);
    assert_eq!(server.send(&list().session(&id)).await.status, 200, "a bad token owns nothing");
    let mallory = server.token("mallory", "");
    assert_eq!(server.send(&Message::old_call("read").session(&id).token(&mallory)).await.status, 403);
    assert_eq!(server.send(&list().session(&id)).await.status, 200, "a refused request owns nothing");
    assert_eq!(server.send(&list().session(&id).token(&server.token("alice", ""))).await.status, 200);
    assert_eq!(server.send(&list().session(&id)).await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn t3_of_twenty_tokens_at_once_exactly_one_gets_the_session() {
    let server = std::sync::Arc::new(start::<Anonymous>().await);
    for round in 0..5 {
        let id = server.session(None).await;
        let race = (0..20).map(|number| {
            let (server, id) = (std::sync::Arc::clone(&server), id.clone());
            tokio::spawn(async move {
                let token = server.token(&format!("person-{number}"), READ);
                (token.clone(), server.send(&list().session(&id).token(&token)).await.status)
            })
        });
        let mut winners = Vec::new();
        for racer in race.collect::<Vec<_>>() {
            match racer.await.unwrap() {
                (token, 200) => winners.push(token),
                (_, status) => assert_eq!(status, 404),
            }
        }
        assert_eq!(winners.len(), 1, "round {round}");
        assert_eq!(server.send(&list().session(&id).token(&winners[0])).await.status, 200);
    }
}

#[tokio::test]
async fn t3_streams_opened_before_the_owner_came_are_closed() {
    let server = start::<Anonymous>().await;
    let id = server.session(None).await;
    let (head, mut before) = server.open(&Message::listen().session(&id)).await;
    assert_eq!(head.status, 200);
    assert!(within(before.chunk()).await.is_some(), "it is open");
    let alice = server.token("alice", READ);
    assert_eq!(server.send(&list().session(&id).token(&alice)).await.status, 200);
    assert_eq!(within(before.chunk()).await, None, "it is closed");
    let (head, mut own) = server.open(&Message::listen().session(&id).token(&alice)).await;
    assert_eq!(head.status, 200);
    assert!(within(own.chunk()).await.is_some());
    assert_eq!(server.send(&list().session(&id).token(&alice)).await.status, 200);
    let open = tokio::time::timeout(std::time::Duration::from_millis(200), own.chunk()).await;
    assert!(open.is_err(), "the owner's stream stays open: {open:?}");
}

/// What was asked before the session had an owner is not answered to the stranger who asked.
#[tokio::test]
async fn t3_a_session_that_was_prepared_for_somebody_shows_nothing_of_them() {
    let server = start::<Anonymous>().await;
    let id = server.session(None).await;
    let (_, mut mallory) = server.open(&Message::listen().session(&id)).await;
    assert!(within(mallory.chunk()).await.is_some());
    let alice = server.token("alice", READ);
    assert_eq!(server.send(&Message::old_call("whoami").session(&id).token(&alice)).await.text(), "alice");
    assert!(!within(mallory.reads("alice")).await);
    let resume = Message::listen().with("last-event-id", "0/0").session(&id);
    assert_eq!(server.send(&resume).await.status, 404);
}

/// What strangers can open is bounded; whoever has a token still gets a session.
#[tokio::test]
#[ignore = "takes half a minute: ten thousand sessions; CI runs it as a step of its own"]
async fn strangers_cannot_open_sessions_without_end() {
    let server = start::<Anonymous>().await;
    let mut connection = crate::support::Connection::open(server.address).await;
    let initialize = Message::initialize().bytes(&server.host());
    let mut opened = 0;
    let refused = loop {
        connection.write(&initialize).await.unwrap();
        let answer = within(connection.answer()).await.unwrap();
        if answer.status != 200 || opened > 10_000 {
            break answer;
        }
        opened += 1;
    };
    assert_eq!((opened, refused.status, refused.header("retry-after")), (10_000, 503, Some("60")));
    server.session(Some(&server.token("alice", READ))).await;
    let begin = tokio::time::Instant::now();
    assert_eq!(server.send(&Message::initialize()).await.status, 503);
    assert!(begin.elapsed().as_millis() < 500, "a refusal stays cheap: {:?}", begin.elapsed());
}
