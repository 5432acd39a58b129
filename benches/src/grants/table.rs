//! The result as a table.

use super::{Kind, Measured, Sample};
use crate::measure::median;

pub(super) fn print(measured: &[Measured]) {
    println!(
        "\n| callers | server | CPU µs per exchange | per refresh | exchanges/s | refreshes/s | CPU ÷ mcp-auth |"
    );
    println!("|---:|---|---:|---:|---:|---:|---:|");
    for one in measured {
        let ours = measured.iter().find(|ours| ours.kind == Kind::McpAuth && ours.callers == one.callers);
        let ratios = ours.map_or_else(String::new, |ours| {
            let (exchange, refresh) =
                (ratio(&one.exchanges, &ours.exchanges), ratio(&one.refreshes, &ours.refreshes));
            format!("{exchange:.1}, {refresh:.1}")
        });
        println!(
            "| {} | {} | {:.0} | {:.0} | {:.0} | {:.0} | {ratios} |",
            one.callers,
            one.kind.name(),
            middle(&one.exchanges, |sample| sample.cpu),
            middle(&one.refreshes, |sample| sample.cpu),
            middle(&one.exchanges, |sample| sample.rate),
            middle(&one.refreshes, |sample| sample.rate),
        );
    }
}

fn middle(samples: &[Sample], of: fn(&Sample) -> f64) -> f64 {
    median(samples.iter().map(of).collect())
}

/// The median of the ratios within the rounds: what disturbs a round disturbs both.
fn ratio(samples: &[Sample], ours: &[Sample]) -> f64 {
    median(samples.iter().zip(ours).map(|(one, ours)| one.cpu / ours.cpu).collect())
}
