//! Form bodies of `/token`: read as RFC 6749 says, answered as it says, and nobody gets a token who did not prove who they are.

use std::sync::{Arc, LazyLock};

use super::{fuzz, seeds};
use crate::{
    AuthorizationServer, DevelopmentSignIn, PreregisteredClient, SqliteStore,
    authorization_server::{
        Core,
        fuzzed::{parse_form, try_authenticate},
    },
    clock::Clock,
};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

struct World {
    core: Arc<Core>,
    runtime: tokio::runtime::Runtime,
}

static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| seeds("form"));
static WORLD: LazyLock<World> = LazyLock::new(|| {
    let machine = PreregisteredClient::with_secret_in_form("machine", SECRET);
    let server = AuthorizationServer::new("http://127.0.0.1:3000")
        .sign_in(DevelopmentSignIn::new())
        .store(SqliteStore::in_memory().unwrap())
        .client(machine.machine().scopes(["notes:read"]))
        .client(PreregisteredClient::public("app").redirect_uri("http://127.0.0.1/cb"));
    let core = server.start("fuzz", Clock::fixed(1_800_000_000)).unwrap();
    World { core, runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap() }
});

#[test]
fn t25_s46_form_fuzz() {
    let proven = |seed: &Vec<u8>| who(seed).as_deref() == Some("machine");
    assert!(SEEDS.iter().any(proven), "the control");
    fuzz(&SEEDS, target);
}

/// The client that a body proves to be.
fn who(body: &[u8]) -> Option<String> {
    let World { core, runtime } = &*WORLD;
    let _entered = runtime.enter();
    runtime.block_on(try_authenticate(core, body))
}

/// Against a reading of its own: pairs, split and decoded by hand.
fn target(body: &[u8]) {
    let pairs = pairs(body);
    let values = |name: &str| -> Vec<&String> {
        pairs
            .iter()
            .filter(|(known, value)| known == name && !value.is_empty())
            .map(|(_, value)| value)
            .collect()
    };
    let twice =
        pairs.iter().any(|(name, value)| name != "resource" && !value.is_empty() && values(name).len() > 1);
    match parse_form(body) {
        None => assert!(twice, "nothing but a repeated parameter is refused"),
        Some(read) => {
            assert!(!twice);
            let kept: Vec<_> = pairs.iter().filter(|(_, value)| !value.is_empty()).cloned().collect();
            assert_eq!(read, kept);
        }
    }
    match who(body).as_deref() {
        None => {}
        Some("app") => {
            assert_eq!(values("client_id"), ["app"]);
            assert!(values("client_secret").is_empty() && values("client_assertion").is_empty());
        }
        Some("machine") => {
            assert_eq!((values("client_id").len(), values("client_secret").len()), (1, 1));
            assert_eq!(
                (values("client_id")[0].as_str(), values("client_secret")[0].as_str()),
                ("machine", SECRET)
            );
        }
        Some(other) => panic!("there is no client {other}"),
    }
}

/// `application/x-www-form-urlencoded` (WHATWG URL section 5.1), in the plainest way.
fn pairs(body: &[u8]) -> Vec<(String, String)> {
    let decoded = |text: &[u8]| {
        let mut bytes = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let hex = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
            match (text[at], hex(at + 1), hex(at + 2)) {
                (b'+', ..) => bytes.push(b' '),
                (b'%', Some(high), Some(low)) => {
                    bytes.push(u8::try_from(high * 16 + low).unwrap());
                    at += 2;
                }
                (byte, ..) => bytes.push(byte),
            }
            at += 1;
        }
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let pair = |part: &[u8]| {
        let at = part.iter().position(|byte| *byte == b'=').unwrap_or(part.len());
        (decoded(&part[..at]), decoded(part.get(at + 1..).unwrap_or_default()))
    };
    body.split(|byte| *byte == b'&').filter(|part| !part.is_empty()).map(pair).collect()
}
