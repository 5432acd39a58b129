//! Tokens: none is believed that the issuer has not signed, byte for byte.

use std::sync::{Arc, LazyLock};

use futures_util::FutureExt as _;

use super::{fuzz, seeds};
use crate::{
    DevelopmentIssuer,
    authenticate::{Authenticator, VerificationLimits},
    authorize::Catalog,
    clock::Clock,
};

const NOW: u64 = 1_800_000_000;
const RESOURCE: &str = "http://127.0.0.1:3000/mcp";

struct World {
    authenticator: Authenticator,
    /// What the issuer has signed.
    good: Vec<String>,
    seeds: Vec<Vec<u8>>,
}

/// Seeds of the corpus are of other issuers and of none; those of this one are made at each start.
static WORLD: LazyLock<World> = LazyLock::new(|| {
    let clock = Clock::fixed(NOW);
    let issuer = DevelopmentIssuer::with_clock("http://127.0.0.1:3000", clock.clone()).unwrap();
    let good = ["alice", "bob"].map(|subject| {
        issuer.token(subject).audience(RESOURCE).scopes("notes:read").issue().expose().to_owned()
    });
    let expired = issuer.token("alice").audience(RESOURCE).expired().issue().expose().to_owned();
    let bad = issuer.token("alice").audience(RESOURCE).badly_signed().issue().expose().to_owned();
    let made = good.iter().chain([&expired, &bad]).map(|token| token.clone().into_bytes());
    let seeds = seeds("jwt").into_iter().chain(made).collect();
    let catalog = Arc::new(Catalog::new([]));
    let limits = VerificationLimits::default();
    let authenticator = Authenticator::new(&issuer.issuer(), RESOURCE, catalog, limits, clock).unwrap();
    World { authenticator, good: good.to_vec(), seeds }
});

#[test]
fn jwt_fuzz() {
    for good in &WORLD.good {
        assert!(accepts(good), "the control");
    }
    fuzz(&WORLD.seeds, target);
}

fn target(token: &[u8]) {
    let Ok(token) = std::str::from_utf8(token) else { return };
    assert_eq!(accepts(token), WORLD.good.iter().any(|good| good == token), "{token}");
}

/// The keys are given: nothing is waited for.
fn accepts(token: &str) -> bool {
    WORLD.authenticator.authenticate(token).now_or_never().unwrap().is_ok()
}
