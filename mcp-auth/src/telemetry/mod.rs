//! What is measured, under OpenTelemetry's names: the only place that knows the facade. Without the feature `metrics`
//! nothing of it is left.
//!
//! A label has one of a few values that are known here or come from settings and tables: never what a stranger writes, so
//! that nobody can fill the memory of whoever collects, and nobody's name stands in a chart.

mod catalog;
mod observe;
#[cfg(all(test, feature = "metrics"))]
pub(crate) mod tests;

use std::time::Duration;

pub(crate) use catalog::Metric;
pub(crate) use observe::{known, observe, observed};

use crate::clock::Stopwatch;

/// A label: its name, and its value.
type Label = (&'static str, String);

/// One more.
pub(crate) fn count(metric: &'static Metric, labels: impl FnOnce() -> Vec<Label>) {
    #[cfg(feature = "metrics")]
    recorded(metric, labels(), |recorder, key, metadata| {
        recorder.register_counter(key, metadata).increment(1);
    });
    #[cfg(not(feature = "metrics"))]
    let _ = (metric, labels);
}

/// It took so long.
pub(crate) fn time(metric: &'static Metric, took: Duration, labels: impl FnOnce() -> Vec<Label>) {
    #[cfg(feature = "metrics")]
    recorded(metric, labels(), |recorder, key, metadata| {
        recorder.register_histogram(key, metadata).record(took.as_secs_f64());
    });
    #[cfg(not(feature = "metrics"))]
    let _ = (metric, took, labels);
}

#[cfg(feature = "metrics")]
fn recorded(
    metric: &'static Metric,
    labels: Vec<Label>,
    record: impl FnOnce(&dyn metrics::Recorder, &metrics::Key, &metrics::Metadata<'_>),
) {
    let labels: Vec<_> = labels.into_iter().map(|(name, value)| metrics::Label::new(name, value)).collect();
    let key = metrics::Key::from_parts(metric.name, labels);
    let metadata = metrics::Metadata::new("mcp_auth", metrics::Level::INFO, Some(module_path!()));
    metrics::with_recorder(|recorder| record(recorder, &key, &metadata));
}

/// Counted while it lives: what waits.
#[cfg(feature = "authorization-server")]
pub(crate) struct Waiting(&'static Metric);

#[cfg(feature = "authorization-server")]
impl Waiting {
    pub(crate) fn begin(metric: &'static Metric) -> Self {
        let waiting = Self(metric);
        waiting.change(true);
        waiting
    }

    fn change(&self, more: bool) {
        #[cfg(feature = "metrics")]
        recorded(self.0, Vec::new(), |recorder, key, metadata| {
            let gauge = recorder.register_gauge(key, metadata);
            if more { gauge.increment(1.0) } else { gauge.decrement(1.0) }
        });
        #[cfg(not(feature = "metrics"))]
        let _ = (self.0, more);
    }
}

#[cfg(feature = "authorization-server")]
impl Drop for Waiting {
    fn drop(&mut self) {
        self.change(false);
    }
}

/// The call of one tool, from its arrival to its answer, or until nobody waits for it.
pub(crate) struct Operation {
    begun: Stopwatch,
    tool: Option<String>,
    error: Option<String>,
}

impl Operation {
    pub(crate) fn begin() -> Self {
        Self { begun: Stopwatch::start(), tool: None, error: Some("cancelled".to_owned()) }
    }

    /// The tool exists.
    pub(crate) fn is(&mut self, tool: &str) {
        if cfg!(feature = "metrics") {
            self.tool = Some(tool.to_owned());
        }
    }

    /// It has its answer; `error`: what kind of error that is.
    pub(crate) fn end(mut self, error: Option<String>) {
        self.error = error;
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        let (tool, error) = (self.tool.take(), self.error.take());
        time(&catalog::OPERATION, self.begun.elapsed(), || {
            let other = || "_OTHER".to_owned();
            let mut labels = vec![
                ("mcp.method.name", "tools/call".to_owned()),
                ("gen_ai.tool.name", tool.unwrap_or_else(other)),
            ];
            labels.extend(error.map(|error| ("error.type", error)));
            labels
        });
    }
}

/// A token was looked at, with this outcome.
pub(crate) fn verified(outcome: &'static str) {
    count(&catalog::VERIFICATIONS, || vec![("outcome", outcome.to_owned())]);
}

/// A token comes from the future, by more than the tolerance: a clock is wrong (C27).
pub(crate) fn clock_differs() {
    count(&catalog::CLOCK_SKEW, Vec::new);
}

/// The keys of an issuer were asked for.
pub(crate) fn keys_fetched(found: bool) {
    count(&catalog::KEY_FETCHES, || vec![("outcome", outcome(found))]);
}

/// `/token` has answered.
#[cfg(feature = "authorization-server")]
pub(crate) fn token_answered(grant_type: &'static str, error: Option<&'static str>) {
    count(&catalog::TOKEN_REQUESTS, || {
        let mut labels = vec![("oauth.grant.type", grant_type.to_owned())];
        labels.extend(error.map(|error| ("error.type", error.to_owned())));
        labels
    });
}

/// `/register` has answered.
#[cfg(feature = "authorization-server")]
pub(crate) fn registration_answered(error: Option<&'static str>) {
    count(&catalog::REGISTRATIONS, || {
        error.map(|error| ("error.type", error.to_owned())).into_iter().collect()
    });
}

/// The store has read or written.
#[cfg(feature = "authorization-server")]
pub(crate) fn stored(operation: &'static str, took: Duration, well: bool) {
    time(&catalog::STORE, took, || vec![("operation", operation.to_owned()), ("outcome", outcome(well))]);
}

/// Something waits for its turn to be written.
#[cfg(feature = "authorization-server")]
pub(crate) fn waits_for_the_store() -> Waiting {
    Waiting::begin(&catalog::STORE_QUEUE)
}

/// A provider was asked for a new token.
#[cfg(feature = "authorization-server")]
pub(crate) fn upstream_refreshed(provider: &str, outcome: &'static str) {
    count(&catalog::UPSTREAM_REFRESHES, || {
        vec![("provider", provider.to_owned()), ("outcome", outcome.to_owned())]
    });
}

fn outcome(well: bool) -> String {
    if well { "ok" } else { "error" }.to_owned()
}
