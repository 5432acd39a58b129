//! How long a page takes.

use std::{hint::black_box, time::Duration};

use super::views;
use crate::{Branding, authorization_server::page, clock::Clock};

/// The consent page with everything on it, in debug builds too: people who wait for it are few, machines that ask for it
/// without end are not.
#[test]
fn page_rendering_under_1_ms() {
    let (branding, view, clock) = (Branding::new().name("Example"), views::consent(), Clock::system());
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..200 {
        let begun = clock.monotonic();
        black_box(page::consent(&branding, black_box(&view)));
        times.push(clock.monotonic().saturating_sub(begun));
    }
    times.sort();
    // The median: this machine may be doing other things.
    let median = times[times.len() / 2];
    println!("consent page: {median:?}");
    assert!(median < Duration::from_millis(1), "{median:?}");
}
