//! The result as one table.

use crate::{
    Result,
    measure::{self, Cost},
    server::Kind,
};

pub(crate) fn run(rounds: usize, requests: usize) -> Result<()> {
    let costs = measure::costs(rounds, requests)?;
    let cpu = |kind: Kind, tools: usize| {
        let found = costs.iter().find(|cost| cost.subject.kind == kind && cost.subject.tools == tools);
        found.map_or(f64::NAN, |cost| cost.cpu_microseconds)
    };
    println!("| server | CPU µs | of rmcp | of rmcp+jwt | of its own 1 | allocations | bytes |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for Cost { subject, cpu_microseconds, allocations, bytes } in &costs {
        let of = |kind| cpu_microseconds / cpu(kind, subject.tools);
        let own = cpu_microseconds / cpu(subject.kind, 1);
        println!(
            "| {subject} | {cpu_microseconds:.1} | {:.2} | {:.2} | {own:.2} | {allocations:.1} | {bytes:.0} |",
            of(Kind::Rmcp),
            of(Kind::Middleware),
        );
    }
    Ok(())
}
