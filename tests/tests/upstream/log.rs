//! R43: with everything logged, nothing secret is in the log.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use mcp_auth::testing::GitHubPart;
use serde_json::json;
use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter};

use crate::support::{EIGHT_HOURS, KEY, World, assert_ended};

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

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

#[test]
fn r43_no_token_of_a_provider_reaches_the_log_however_much_is_logged() {
    // For the whole process: what other tests log meanwhile holds secrets of theirs only.
    let memory = Memory::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_ansi(false);
    tracing::subscriber::set_global_default(subscriber.with_writer(memory.clone()).finish()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut secrets = runtime.block_on(whole_life());
    secrets.push(KEY.to_owned());
    let log = String::from_utf8_lossy(&memory.0.lock().unwrap()).into_owned();
    assert!(log.contains("cannot be renewed") && log.contains("sign in again"), "the log was heard: {log}");
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret} is in the log");
    }
}

/// Everything that can happen to a token, and everything secret that was about.
async fn whole_life() -> Vec<String> {
    let world = World::with(|github| github.expire_tokens_after(EIGHT_HOURS), |server| server).await;
    let first = world.grant().await;
    world.login(&first).await;
    world.call("read", json!({ "path": "/user?token=hunter2" }), &first).await;
    world.clock.advance(EIGHT_HOURS);
    let grant = world.grant().await;
    world.github.fail_with(GitHubPart::Token, 500);
    world.login(&grant).await;
    world.github.recover();
    world.clock.advance(Duration::from_secs(60));
    world.login(&grant).await;
    world.github.fail_with(GitHubPart::Api, 500);
    world.login(&grant).await;
    world.github.recover();
    world.github.revoke("octocat");
    assert_ended(&world.login(&grant).await);
    let mut secrets = world.github.secrets();
    secrets.extend([first, grant].iter().map(|grant| grant.access_token().to_owned()));
    secrets
}
