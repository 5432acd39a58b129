//! A clock that stands still until a test moves it.

use std::time::Duration;

use crate::clock::Clock;

/// When a test clock begins: 2027-01-15T08:00:00Z.
const BEGINNING: u64 = 1_800_000_000;

/// A clock that stands still until it is moved. Clones move together: give one to the server
/// ([`AuthBuilder::test_clock`](crate::AuthBuilder::test_clock), [`TestServerBuilder::clock`](super::TestServerBuilder::clock))
/// and to the issuer ([`TestIssuerBuilder::clock`](super::TestIssuerBuilder::clock)).
///
/// It has two hands. The *wall clock* is what tokens are judged by, and it may jump. The *monotonic clock* is what
/// intervals are measured by (how old keys are, how long to wait before asking for them again), and only goes on.
///
/// It does not move what the runtime sleeps for: time-outs on the network stay real.
///
/// ```
/// use std::time::Duration;
/// use mcp_auth::testing::TestClock;
///
/// let clock = TestClock::new();
/// let before = clock.unix_seconds();
/// clock.advance(Duration::from_secs(90));
/// clock.jump_back(Duration::from_secs(60));
/// assert_eq!(clock.unix_seconds(), before + 30);
/// ```
#[derive(Clone, Debug)]
pub struct TestClock(Clock);

impl TestClock {
    /// A clock that stands at 2027-01-15T08:00:00Z.
    pub fn new() -> Self {
        Self::at(BEGINNING)
    }

    /// A clock that stands at this time since 1970.
    pub fn at(unix_seconds: u64) -> Self {
        Self(Clock::fixed(unix_seconds))
    }

    /// Time passes: both hands go on.
    pub fn advance(&self, by: Duration) {
        self.0.advance(by);
    }

    /// The wall clock is set back; intervals do not notice.
    pub fn jump_back(&self, by: Duration) {
        self.0.set_wall(self.unix_seconds().saturating_sub(by.as_secs()));
    }

    /// The wall clock is set; intervals do not notice.
    pub fn set(&self, unix_seconds: u64) {
        self.0.set_wall(unix_seconds);
    }

    /// What the wall clock shows, in seconds since 1970.
    pub fn unix_seconds(&self) -> u64 {
        self.0.unix().as_secs()
    }

    pub(crate) fn shared(&self) -> Clock {
        self.0.clone()
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}
