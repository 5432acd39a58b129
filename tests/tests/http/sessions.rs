//! Sessions belong to the principal who opened them. Everybody else gets, byte for byte, what an unknown id gets.

use serde_json::json;

use crate::support::{Anonymous, Answer, Message, Plain, READ, Running, start, within};

/// What can be tried on a session.
fn attempts() -> Vec<Message> {
    vec![
        Message::old("tools/list", &json!({})),
        Message::old("ping", &json!({})),
        Message::old_call("read"),
        Message::old_call("status"),
        Message::old_call("nothing"),
        Message::old("prompts/list", &json!({})),
        Message::old("tools/destroy", &json!({})),
        Message::old("initialize", &json!({})),
        Message::initialize(),
        Message::notification("notifications/initialized", &json!({})),
        Message::notification("notifications/cancelled", &json!({ "requestId": 1 })),
        Message::notification("notifications/progress", &json!({ "progressToken": 1, "progress": 1 })),
        Message::notification("notifications/roots/list_changed", &json!({})),
        Message::notification("notifications/own", &json!({})),
        Message::post(r#"{"jsonrpc":"2.0","id":0,"result":{}}"#),
        Message::post(r#"{"jsonrpc":"2.0","id":0,"error":{"code":1,"message":"no"}}"#),
        Message::post("{"),
        Message::listen(),
        Message::listen().with("last-event-id", "0"),
        Message::listen().with("last-event-id", "0/0"),
        Message::listen().with("last-event-id", "1/0"),
        Message::listen().without("accept"),
        Message::end(),
        Message::end().instead("mcp-protocol-version", "1999-01-01"),
    ]
}

/// Has the same shape as the id of a session, and is none.
fn unknown(id: &str) -> String {
    id.chars().map(|c| if c == 'a' { 'b' } else { c }).map(|c| if c == '1' { '2' } else { c }).collect()
}

async fn answer(server: &Running, message: &Message) -> Answer {
    let (head, mut connection) = server.open(message).await;
    // A stream without an end is as much an answer as its head.
    let stream = message.method == "GET" && head.status == 200;
    if stream { head } else { server.read(head, &mut connection).await }.without_date()
}

/// Everything that `stranger` tries on `id` looks as if there were no such session.
async fn is_unknown_to(server: &Running, stranger: Option<&str>, id: &str) {
    for message in attempts() {
        let message = message.maybe(stranger);
        let theirs = answer(server, &message.clone().session(id)).await;
        let nobodys = answer(server, &message.clone().session(&unknown(id))).await;
        assert_eq!(theirs, nobodys, "{message:?}");
    }
    let listen = answer(server, &Message::listen().maybe(stranger).session(id)).await;
    assert!([401, 404].contains(&listen.status), "{listen:?}");
}

#[tokio::test]
async fn t3_f4_another_principal_finds_no_session() {
    let server = start::<Plain>().await;
    let alice = server.token("alice", READ);
    let id = server.session(Some(&alice)).await;
    let claim = |name: &str, value: &str| {
        let token =
            server.issuer.token("alice").audience(&server.resource).scopes(READ).claim(name, value).issue();
        token.expose().to_owned()
    };
    for stranger in [server.token("mallory", READ), claim("client_id", "another"), claim("sub", "Alice")] {
        is_unknown_to(&server, Some(&stranger), &id).await;
        let call = Message::old_call("read").session(&id).token(&stranger);
        assert_eq!(server.send(&call).await.status, 404);
    }
    is_unknown_to(&server, None, &id).await;
    assert_eq!(server.ledger.ran(), [""; 0]);
    // Nothing of it has reached the owner's session.
    assert_eq!(server.send(&Message::old_call("read").session(&id).token(&alice)).await.text(), "read ran");
    assert_eq!(answer(&server, &Message::listen().session(&id).token(&alice)).await.status, 200);
}

#[tokio::test]
async fn t3_the_owner_goes_on_with_a_refreshed_token_and_with_no_other_scopes_than_its_own() {
    let server = start::<Plain>().await;
    let id = server.session(Some(&server.token("alice", READ))).await;
    let call = Message::old_call("read").session(&id);
    let again = server
        .issuer
        .token("alice")
        .audience(&server.resource)
        .scopes("files:read files:write")
        .claim("jti", "2");
    assert_eq!(server.send(&call.clone().token(again.issue().expose())).await.text(), "read ran");
    assert_eq!(
        server.send(&call.token(&server.token("alice", ""))).await.status,
        403,
        "identity per request"
    );
}

#[tokio::test]
async fn f11_a_stranger_cannot_cancel_a_call_and_the_owner_can() {
    let server = start::<Plain>().await;
    let alice = server.token("alice", READ);
    let mallory = server.token("mallory", READ);
    let id = server.session(Some(&alice)).await;
    let cancel = Message::notification("notifications/cancelled", &json!({ "requestId": 1 })).session(&id);
    let slow = Message::old_call("slow").session(&id).token(&alice);

    let (head, mut stream) = server.open(&slow).await;
    assert_eq!(head.status, 200);
    server.ledger.begun().await;
    assert_eq!(server.send(&cancel.clone().token(&mallory)).await.status, 404);
    assert_eq!(server.send(&Message::end().session(&id).token(&mallory)).await.status, 202);
    // Nor does anything else that a stranger tries change the call that runs.
    is_unknown_to(&server, Some(&mallory), &id).await;
    is_unknown_to(&server, None, &id).await;
    server.ledger.let_one_end();
    assert!(within(stream.reads("slow ran")).await);
    assert_eq!(server.ledger.ran(), ["slow"]);

    // The control: from the owner the same notification ends the call.
    let (_, mut stream) = server.open(&slow).await;
    server.ledger.begun().await;
    assert_eq!(server.send(&cancel.token(&alice)).await.status, 202);
    assert!(!within(stream.reads("slow ran")).await);
    assert_eq!(server.ledger.ran(), ["slow"]);
}

#[tokio::test]
async fn t3_nothing_can_be_resumed_by_a_stranger() {
    let server = start::<Plain>().await;
    let alice = server.token("alice", READ);
    let id = server.session(Some(&alice)).await;
    let call = server.send(&Message::old_call("read").session(&id).token(&alice)).await;
    let event = call.body.lines().rev().find_map(|line| line.strip_prefix("id:")).unwrap().trim().to_owned();
    let resume = Message::listen().with("last-event-id", &event);
    let mallory = server.token("mallory", READ);
    let own = server.session(Some(&mallory)).await;
    assert_eq!(answer(&server, &resume.clone().session(&id).token(&mallory)).await.status, 404);
    // In a session of their own the event id leads to their own events.
    let answer = within(server.send(&resume.session(&own).token(&mallory))).await;
    assert_eq!((answer.status, answer.events()), (200, vec![]), "{answer:?}");
}

#[tokio::test]
async fn r57_ids_that_were_made_up_or_changed_open_nothing() {
    let server = start::<Plain>().await;
    let alice = server.token("alice", READ);
    let id = server.session(Some(&alice)).await;
    let other = server.session(Some(&alice)).await;
    let (name, tag) = id.rsplit_once('.').unwrap();
    let (other_name, other_tag) = other.rsplit_once('.').unwrap();
    assert_ne!(tag, other_tag);
    let flipped = if tag.starts_with('A') { "B" } else { "A" };
    for forged in [
        String::new(),
        ".".to_owned(),
        name.to_owned(),
        format!("{name}."),
        format!("{name}.{}", &tag[..tag.len() - 1]),
        format!("{name}.{}", &tag[..10]),
        format!("{name}.{tag}A"),
        format!("{name}.{tag}="),
        format!("{name}.{flipped}{}", &tag[1..]),
        format!("{name}.{other_tag}"),
        format!("{other_name}.{tag}"),
        format!("{}.{tag}", name.to_uppercase()),
        format!("{}.{tag}", &name[1..]),
        format!("x{id}"),
        format!("{name}.x.{tag}"),
        format!("{id}.{tag}"),
        format!("{name}.{}", tag.to_lowercase()),
        "unknown".to_owned(),
        "a".repeat(10_000),
        "\u{e9}".to_owned(),
    ] {
        let answer = server.send(&Message::old_call("read").session(&forged).token(&alice)).await;
        assert_eq!((answer.status, answer.code()), (404, Some(-32001)), "{forged}");
    }
    assert_eq!(server.ledger.ran(), [""; 0]);
    assert_eq!(server.send(&Message::old_call("read").session(&id).token(&alice)).await.text(), "read ran");
}

#[tokio::test]
async fn r53_r57_ids_are_long_and_never_the_same() {
    let server = start::<Plain>().await;
    let alice = server.token("alice", READ);
    let mut seen = std::collections::HashSet::new();
    for _ in 0..20 {
        let id = server.session(Some(&alice)).await;
        assert!(id.len() > 64 && seen.insert(id));
    }
}

#[tokio::test]
async fn t3_an_ended_session_is_unknown_to_its_owner_too() {
    let server = start::<Plain>().await;
    let alice = server.token("alice", READ);
    let id = server.session(Some(&alice)).await;
    assert_eq!(server.send(&Message::end().session(&id).token(&alice)).await.status, 202);
    let after = server.send(&Message::old_call("read").session(&id).token(&alice)).await;
    assert_eq!((after.status, after.code()), (404, Some(-32001)));
}

/// Open point: a session that a token opened is not for callers without one, where those may open their own.
#[tokio::test]
async fn t3_a_session_of_a_token_is_unknown_without_it_also_where_anonymous_ones_exist() {
    let server = start::<Anonymous>().await;
    let id = server.session(Some(&server.token("alice", READ))).await;
    is_unknown_to(&server, None, &id).await;
    for message in [Message::old("tools/list", &json!({})), Message::old_call("status")] {
        assert_eq!(server.send(&message.session(&id)).await.status, 404);
    }
    assert_eq!(server.ledger.ran(), [""; 0]);
}

/// One owner holds 256 sessions. One more ends that of theirs which nobody has used for longest.
#[tokio::test]
async fn r57_t3_one_owner_cannot_open_sessions_without_end() {
    let server = start::<Plain>().await;
    let [alice, bob] = ["alice", "bob"].map(|name| server.token(name, READ));
    let of_bob = server.session(Some(&bob)).await;
    let first = server.session(Some(&alice)).await;
    let second = server.session(Some(&alice)).await;
    let (_, mut stream) = server.open(&Message::listen().session(&second).token(&alice)).await;
    assert!(within(stream.chunk()).await.is_some(), "it is open");
    let list = |id: &str| Message::old("tools/list", &json!({})).session(id);
    let status = async |id: &str, token: &str| server.send(&list(id).token(token)).await.status;
    assert_eq!(status(&first, &alice).await, 200, "used after the second");
    for _ in 2..=256 {
        server.session(Some(&alice)).await;
    }
    assert_eq!(status(&second, &alice).await, 404, "the one that was idle has ended");
    while within(stream.chunk()).await.is_some() {}
    assert_eq!(status(&first, &alice).await, 200);
    assert_eq!(status(&of_bob, &bob).await, 200, "nobody pays for another");
}

/// Streams without a token take at most half of the connections.
#[tokio::test]
async fn strangers_cannot_take_all_streams() {
    let limits = mcp_auth::Limits { connections: 8, ..Default::default() };
    let server =
        crate::support::start_with::<Anonymous>(crate::support::Setup { limits, ..Default::default() }).await;
    let mut open = Vec::new();
    for _ in 0..4 {
        let id = server.session(None).await;
        let (head, stream) = server.open(&Message::listen().session(&id)).await;
        assert_eq!(head.status, 200);
        open.push(stream);
    }
    let id = server.session(None).await;
    let refused = server.send(&Message::listen().session(&id)).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("60")), "{refused:?}");
    let alice = server.token("alice", READ);
    let own = server.session(Some(&alice)).await;
    let (head, _stream) = server.open(&Message::listen().session(&own).token(&alice)).await;
    assert_eq!(head.status, 200, "with a token there is room");
    open.pop();
    let again = async {
        while server.open(&Message::listen().session(&id)).await.0.status != 200 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    within(again).await;
}

/// What is open outlives its token by the grace and no more; what is new needs a token that is good.
#[tokio::test]
async fn t3_streams_and_calls_that_outlive_their_token_end_and_new_work_needs_a_good_one() {
    let limits =
        mcp_auth::Limits { stream_grace: std::time::Duration::from_millis(200), ..Default::default() };
    let server =
        crate::support::start_with::<Plain>(crate::support::Setup { limits, ..Default::default() }).await;
    let short = server.issuer.token("alice").audience(&server.resource).scopes(READ);
    let short = short.expires_in(std::time::Duration::from_secs(2)).issue();
    let id = server.session(Some(short.expose())).await;
    let (_, mut call) = server.open(&Message::old_call("slow").session(&id).token(short.expose())).await;
    let (_, mut stream) = server.open(&Message::listen().session(&id).token(short.expose())).await;
    server.ledger.begun().await;
    assert!(!within(call.reads("slow ran")).await, "the stream of the call ends");
    while within(stream.chunk()).await.is_some() {}

    let expired = Message::old_call("read").session(&id).token(&server.expired());
    assert_eq!(server.send(&expired).await.status, 401);
    let refreshed = server.token("alice", READ);
    let call = Message::old_call("read").session(&id).token(&refreshed);
    assert_eq!(server.send(&call).await.text(), "read ran", "the owner goes on");
}

/// A key from the configuration makes ids good for every node; they still belong to one principal.
#[tokio::test]
async fn t3_ids_under_a_shared_key_are_bound_as_well() {
    let with_key = || crate::support::Setup {
        build: Some(Box::new(|builder| builder.session_key([7; 32]))),
        ..Default::default()
    };
    let first = crate::support::start_with::<Plain>(with_key()).await;
    let second = crate::support::start_with::<Plain>(with_key()).await;
    let id = first.session(Some(&first.token("alice", READ))).await;
    is_unknown_to(&first, Some(&first.token("mallory", READ)), &id).await;
    // The other node cannot tell it from an unknown one either: rmcp's sessions live on one node.
    let call = Message::old_call("read").session(&id).token(&second.token("alice", READ));
    assert_eq!(second.send(&call).await.status, 404);
}

/// An owner may do odd things in their own session; nobody else notices, and nothing is an error of the server.
#[tokio::test]
async fn odd_orders_inside_of_a_session_break_nothing() {
    let server = start::<Plain>().await;
    let alice = server.token("alice", READ);
    let opened = server.send(&Message::initialize().token(&alice)).await;
    let id = opened.session();
    let early = Message::old_call("read").session(&id).token(&alice);
    assert!(server.send(&early).await.status < 500, "before `notifications/initialized`");

    let id = server.session(Some(&alice)).await;
    let own = |message: Message| message.session(&id).token(&alice);
    assert!(server.send(&own(Message::initialize())).await.status < 500, "once more");
    assert!(server.send(&own(Message::post(r#"{"jsonrpc":"2.0","id":99,"result":{}}"#))).await.status < 500);
    let (_, mut first) = server.open(&own(Message::old_call("slow"))).await;
    server.ledger.begun().await;
    let (head, mut second) = server.open(&own(Message::old_call("slow"))).await;
    assert!(head.status < 500, "an id that is in use: {head:?}");
    server.ledger.let_one_end();
    server.ledger.let_one_end();
    // rmcp answers on one of the two streams: who uses an id twice loses an answer, their own.
    let answered = async {
        tokio::select! { yes = first.reads("slow ran") => yes, yes = second.reads("slow ran") => yes }
    };
    assert!(within(answered).await);
    let (one, _stream) = server.open(&own(Message::listen())).await;
    let (two, _stream) = server.open(&own(Message::listen())).await;
    assert!(one.status == 200 && two.status < 500, "{one:?} {two:?}");
    for _ in 0..2 {
        assert_eq!(server.send(&own(Message::end())).await.status, 202);
    }
    assert_eq!(crate::support::panics(), 0);
    let next = server.session(Some(&alice)).await;
    assert_eq!(server.send(&Message::old_call("read").session(&next).token(&alice)).await.text(), "read ran");
}
