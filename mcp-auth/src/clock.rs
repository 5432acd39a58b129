//! Time: the only place that reads it, so that tests can move it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

#[cfg(any(test, feature = "testing"))]
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Where the time comes from. Cheap to clone; clones of a test clock move together.
///
/// Expiries are judged by the wall clock, because the issuer wrote them by its own. Intervals of ours (cool-downs,
/// refresh, staleness) are measured by the monotonic clock, because the wall clock jumps.
#[derive(Clone, Debug)]
pub(crate) struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System {
        origin: Instant,
    },
    #[cfg(any(test, feature = "testing"))]
    Fixed(Arc<Fixed>),
}

impl Clock {
    /// The clock of the machine.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the time")]
    pub(crate) fn system() -> Self {
        Self(Source::System { origin: Instant::now() })
    }

    /// The wall clock as time since 1970; zero when the machine believes in an earlier date.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the time")]
    pub(crate) fn unix(&self) -> Duration {
        match &self.0 {
            Source::System { .. } => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            #[cfg(any(test, feature = "testing"))]
            Source::Fixed(fixed) => Duration::from_millis(fixed.wall.load(Ordering::Relaxed)),
        }
    }

    /// Time since this clock was made; never goes back.
    pub(crate) fn monotonic(&self) -> Duration {
        match &self.0 {
            Source::System { origin } => origin.elapsed(),
            #[cfg(any(test, feature = "testing"))]
            Source::Fixed(fixed) => Duration::from_millis(fixed.monotonic.load(Ordering::Relaxed)),
        }
    }
}

/// How long something takes, for measurements alone: nothing is decided by it. It reads no time where nothing is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch {
    #[cfg(feature = "metrics")]
    begun: Instant,
}

impl Stopwatch {
    #[cfg_attr(
        feature = "metrics",
        expect(clippy::disallowed_methods, reason = "this is the one place that reads the time")
    )]
    pub(crate) fn start() -> Self {
        Self {
            #[cfg(feature = "metrics")]
            begun: Instant::now(),
        }
    }

    #[cfg_attr(not(feature = "metrics"), expect(clippy::unused_self, reason = "nothing is measured"))]
    pub(crate) fn elapsed(self) -> Duration {
        #[cfg(feature = "metrics")]
        return self.begun.elapsed();
        #[cfg(not(feature = "metrics"))]
        Duration::ZERO
    }
}

/// Both times of a test clock, in milliseconds.
#[cfg(any(test, feature = "testing"))]
#[derive(Debug)]
struct Fixed {
    wall: AtomicU64,
    monotonic: AtomicU64,
}

#[cfg(any(test, feature = "testing"))]
impl Clock {
    /// A clock that stands at `unix_seconds` until it is moved.
    pub(crate) fn fixed(unix_seconds: u64) -> Self {
        Self(Source::Fixed(Arc::new(Fixed {
            wall: AtomicU64::new(unix_seconds.saturating_mul(1000)),
            monotonic: AtomicU64::new(0),
        })))
    }

    /// Moves both times of a fixed clock on.
    pub(crate) fn advance(&self, by: Duration) {
        let by = milliseconds(by);
        self.as_fixed().wall.fetch_add(by, Ordering::Relaxed);
        self.as_fixed().monotonic.fetch_add(by, Ordering::Relaxed);
    }

    /// Lets the wall clock of a fixed clock jump; intervals do not notice.
    pub(crate) fn set_wall(&self, unix_seconds: u64) {
        self.as_fixed().wall.store(unix_seconds.saturating_mul(1000), Ordering::Relaxed);
    }

    fn as_fixed(&self) -> &Fixed {
        match &self.0 {
            Source::Fixed(fixed) => fixed,
            Source::System { .. } => unreachable!("only a fixed clock can be moved"),
        }
    }
}

/// A test moves the clock by less than the age of the universe.
#[cfg(any(test, feature = "testing"))]
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
