//! R43: with everything logged, nothing of a token is in the log.

use std::{
    io,
    sync::{Arc, LazyLock, Mutex},
};

use serde_json::json;
use tracing::{Dispatch, subscriber::DefaultGuard};
use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter};

use crate::support::{Anonymous, Message, Plain, READ, exchange, start};

#[derive(Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<Vec<u8>>>);

impl Memory {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Memory {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What this thread logs at `level` or above, while the guard lives.
///
/// A second subscriber, which never ends, is there for the tests beside: where there is only one, tracing asks the thread
/// that comes to a line first whether anybody listens, and a thread without one answers for all.
pub(crate) fn listen(memory: &Memory, level: LevelFilter) -> DefaultGuard {
    static SECOND: LazyLock<Dispatch> = LazyLock::new(|| {
        Dispatch::new(
            tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_writer(io::sink).finish(),
        )
    });
    LazyLock::force(&SECOND);
    let subscriber = tracing_subscriber::fmt().with_max_level(level).with_ansi(false);
    tracing::subscriber::set_default(subscriber.with_writer(memory.clone()).finish())
}

/// One thread, so that the subscriber of this thread sees the server as well.
#[tokio::test]
async fn r43_no_token_reaches_the_log_however_much_is_logged() {
    let memory = Memory::default();
    let guard = listen(&memory, LevelFilter::TRACE);

    let server = start::<Plain>().await;
    let open = start::<Anonymous>().await;
    let good = server.token("alice", READ);
    let narrow = server.token("alice", "");
    let expired = server.expired();
    let badly_signed = server.issuer.token("alice").audience(&server.resource).badly_signed().issue();
    let elsewhere = server.token("alice", READ).replace('.', "-");
    let theirs = open.token("bob", READ);
    let tokens = [&good, &narrow, &expired, badly_signed.expose(), &elsewhere, &theirs, "not.a.token-at-all"];
    for token in tokens {
        for message in [
            Message::call("read"),
            Message::call("status"),
            Message::initialize(),
            Message::new("tools/list", json!({})),
            Message::new("prompts/list", json!({})),
            Message::post("{"),
            Message::listen().session("unknown"),
            Message::end().session("unknown"),
        ] {
            server.send(&message.clone().token(token)).await;
            open.send(&message.clone().token(token)).await;
            server.send(&message.clone().with("authorization", &format!("Basic {token}"))).await;
            server.send(&message.clone().with("authorization", &format!("Bearer {token} {token}"))).await;
            server.send(&message.clone().token(token).token(token)).await;
            server.send(&message.token(token).with("origin", "https://evil.example")).await;
        }
    }
    let id = server.session(Some(&good)).await;
    let anonymous = open.session(None).await;
    assert_eq!(server.send(&Message::old_call("whoami").session(&id).token(&good)).await.text(), "alice");
    assert_eq!(
        open.send(&Message::old_call("whoami").session(&anonymous).token(&theirs)).await.text(),
        "bob"
    );
    assert_eq!(crate::http2::send(&server, &server.host(), None, &good).await.0, 200);
    let folded = format!("POST /mcp HTTP/1.1\r\nauthorization: Bearer {good}\0\r\n\r\n");
    let _ = exchange(server.address, folded.as_bytes()).await;
    drop(guard);

    let log = memory.text();
    // The control: this is a log of everything, ours and of what stands beneath.
    // (hyper itself logs under an unstable flag only.)
    for seen in ["mcp_auth", "rmcp", "h2::", "refused: invalid token", "lacks a scope", "whoami"] {
        assert!(log.contains(seen), "{seen} is not in the log");
    }
    for token in tokens {
        let parts = token.split('.').filter(|part| part.len() > 20);
        for secret in parts.chain([token]) {
            assert!(
                !log.contains(secret),
                "{secret} in {:?}",
                log.lines().find(|line| line.contains(secret))
            );
        }
    }
    let value = log.lines().find(|line| line.to_ascii_lowercase().contains("bearer ey"));
    assert_eq!(value, None);
}

/// The id of a request is the caller's, and rmcp logs it as it stands.
#[tokio::test]
async fn no_caller_writes_a_line_of_the_log() {
    let memory = Memory::default();
    let guard = listen(&memory, LevelFilter::TRACE);
    let server = start::<Plain>().await;
    let good = server.token("alice\nFORGED \u{1b}[31m", READ);
    for end in ["\\nFORGED", "\\rFORGED", "\\u001b[31mFORGED", "\\u0085FORGED", "\\u2028FORGED"] {
        for call in [Message::call("nothing"), Message::call("whoami")] {
            let id = format!("\"id\":\"7{end}\"");
            let body = String::from_utf8(call.body.clone()).unwrap().replace("\"id\":1", &id);
            server.send(&call.body(body).token(&good)).await;
        }
    }
    server.send(&Message::call("whoami").token(&good)).await;
    drop(guard);
    let log = memory.text();
    assert!(log.contains("FORGED"), "the control: the subject is logged, with escapes");
    let forged =
        |line: &&str| line.starts_with("FORGED") || line.contains(['\r', '\u{1b}', '\u{85}', '\u{2028}']);
    assert_eq!(log.lines().find(forged), None);
}
