//! A recorder that remembers, for the tests of those who measure; and the table for people.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Mutex;

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

use super::catalog::ALL;

const PAGE: &str = include_str!("../../docs/operations.md");

/// What was measured on this thread.
#[derive(Default)]
pub(crate) struct Heard(Mutex<Vec<(String, Labels)>>);

type Labels = Vec<(String, String)>;

impl Heard {
    fn hear(&self, key: &Key) {
        let labels = key.labels().map(|label| (label.key().to_owned(), label.value().to_owned()));
        self.0.lock().unwrap().push((key.name().to_owned(), labels.collect()));
    }

    /// The names of all metrics, each once, in order. Their labels are those of the catalogue.
    pub(crate) fn names(&self) -> Vec<String> {
        let heard = self.0.lock().unwrap();
        for (name, labels) in &*heard {
            let metric = ALL.iter().find(|metric| metric.name == name).unwrap();
            assert!(
                labels.iter().all(|(label, _)| metric.labels.contains(&label.as_str())),
                "{name} {labels:?}"
            );
        }
        let mut names: Vec<_> = heard.iter().map(|(name, _)| name.clone()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Every value of a label of a metric, in the order in which they came.
    pub(crate) fn values(&self, metric: &str, label: &str) -> Vec<String> {
        let heard = self.0.lock().unwrap();
        let labels = heard.iter().filter(|(name, _)| name == metric).flat_map(|(_, labels)| labels);
        labels.filter(|(name, _)| name == label).map(|(_, value)| value.clone()).collect()
    }
}

impl Recorder for Heard {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.hear(key);
        Counter::noop()
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.hear(key);
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.hear(key);
        Histogram::noop()
    }
}

/// The names of all metrics there are.
pub(crate) fn all() -> Vec<String> {
    let mut names: Vec<_> = ALL.iter().map(|metric| metric.name.to_owned()).collect();
    names.sort();
    names
}

/// The words in backquotes of a cell.
fn words(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[cfg(feature = "authorization-server")]
#[test]
fn the_page_for_operators_has_every_metric_with_its_labels() {
    let rows = PAGE.lines().filter(|line| line.starts_with("| `mcp") || line.starts_with("| `http."));
    let mut told: Vec<(String, Vec<String>)> = rows
        .map(|row| {
            let cells: Vec<_> = row.split('|').map(str::trim).collect();
            (words(cells[1]).remove(0), words(cells[3]))
        })
        .collect();
    told.sort();
    let mut known: Vec<(String, Vec<String>)> = ALL
        .iter()
        .map(|metric| (metric.name.to_owned(), metric.labels.iter().map(|&label| label.to_owned()).collect()))
        .collect();
    known.sort();
    assert_eq!(told, known);
}
