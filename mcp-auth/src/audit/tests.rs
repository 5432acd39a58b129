//! Sinks that are slow, stuck or broken.

use std::{
    sync::{Arc, Mutex, atomic::AtomicU64, atomic::Ordering, mpsc},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{AuditEvent, AuditKind, AuditSink, AuditTrail, Sinks, queue::MOST};
use crate::{authenticate::tests::log::Log, clock::Clock};

/// Waits for a word before each event.
struct Stuck {
    go: Mutex<mpsc::Receiver<()>>,
    seen: Arc<Mutex<Vec<String>>>,
    lost: Arc<AtomicU64>,
}

impl AuditSink for Stuck {
    fn record(&self, event: &AuditEvent) {
        let _ = self.go.lock().unwrap().recv();
        self.seen.lock().unwrap().push(event.grant.clone().unwrap());
    }

    fn lost(&self, count: u64) {
        self.lost.fetch_add(count, Ordering::SeqCst);
    }
}

fn event(number: usize) -> AuditEvent {
    AuditEvent::new(AuditKind::GrantEnded).grant(number.to_string())
}

#[test]
fn c47_a_sink_that_is_stuck_stops_nobody_and_what_is_lost_is_counted() {
    let (go, wait) = mpsc::channel();
    let (seen, lost) = (Arc::default(), Arc::default());
    let sink = Stuck { go: Mutex::new(wait), seen: Arc::clone(&seen), lost: Arc::clone(&lost) };
    let mut sinks = Sinks::default();
    sinks.queue(sink);
    let trail = AuditTrail::new(sinks, Clock::system()).unwrap();
    let sent = MOST + 100;
    // Were it waited for, this would never end.
    (0..sent).for_each(|number| trail.record(event(number)));
    // It reads again: everything that waited comes, in order, and the rest is told.
    drop(go);
    drop(trail);
    let seen = seen.lock().unwrap();
    assert!(seen.iter().map(|number| number.parse::<usize>().unwrap()).is_sorted());
    assert_eq!(seen.len() + usize::try_from(lost.load(Ordering::SeqCst)).unwrap(), sent);
    assert!(seen.len() >= MOST);
}

#[test]
fn c47_a_sink_that_stays_stuck_does_not_keep_the_process() {
    let (go, wait) = mpsc::channel();
    let sink = Stuck { go: Mutex::new(wait), seen: Arc::default(), lost: Arc::default() };
    let mut sinks = Sinks::default();
    sinks.queue(sink);
    let trail = AuditTrail::new(sinks, Clock::system()).unwrap();
    trail.record(event(0));
    let (ended, end) = mpsc::channel();
    std::thread::spawn(move || {
        drop(trail);
        ended.send(()).unwrap();
    });
    end.recv_timeout(Duration::from_secs(20)).expect("the end comes");
    drop(go);
}

struct Brittle(Arc<Mutex<Vec<SystemTime>>>);

impl AuditSink for Brittle {
    fn record(&self, event: &AuditEvent) {
        assert_ne!(event.grant.as_deref(), Some("0"), "the sink panics");
        self.0.lock().unwrap().push(event.time);
    }
}

#[test]
fn c47_a_sink_that_panics_gets_the_next_event() {
    let times = Arc::default();
    let mut sinks = Sinks::default();
    sinks.queue(Brittle(Arc::clone(&times)));
    let trail = AuditTrail::new(sinks, Clock::fixed(1_800_000_000)).unwrap();
    (0..2).for_each(|number| trail.record(event(number)));
    drop(trail);
    assert_eq!(*times.lock().unwrap(), [UNIX_EPOCH + Duration::from_secs(1_800_000_000)]);
}

/// The durable choice: the event is there when `record` returns.
#[test]
fn c47_a_sink_that_comes_first_has_recorded_before_anybody_is_answered() {
    let times = Arc::default();
    let mut sinks = Sinks::default();
    sinks.first(Brittle(Arc::clone(&times)));
    let trail = AuditTrail::new(sinks, Clock::system()).unwrap();
    trail.record(event(1));
    assert_eq!(times.lock().unwrap().len(), 1);
}

#[test]
fn without_a_sink_events_are_in_the_log_and_a_stranger_ends_no_line() {
    let log = Log::capture();
    let trail = AuditTrail::new(Sinks::default(), Clock::system()).unwrap();
    assert!(trail.is_read());
    let hostile =
        AuditEvent::new(AuditKind::Refused).client_id("x\nkind=\"forged\"").reason("y".repeat(5000));
    trail.record(hostile.scopes(["a", "b"]));
    let text = log.text();
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains("mcp_auth::audit") && text.contains("kind=\"request.refused\""), "{text}");
    assert!(text.contains("scopes=\"a b\"") && text.len() < 1000, "{text}");
}

#[test]
fn an_event_is_one_flat_object() {
    let event = AuditEvent::new(AuditKind::ToolRefused).subject("github:1").tool("count").scopes(["a"]);
    let expected = serde_json::json!({
        "time_unix_ms": 0, "kind": "tool.refused", "subject": "github:1", "tool": "count", "scopes": ["a"],
    });
    assert_eq!(serde_json::to_value(event).unwrap(), expected);
}
