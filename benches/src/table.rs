//! The results as one table.

use crate::{Result, measure, server::Kind};

pub(crate) fn run(rounds: usize, requests: usize) -> Result<()> {
    let costs = measure::costs(rounds, requests)?;
    println!("| server | CPU µs | ÷ rmcp | ÷ rmcp+jwt | ÷ itself with 1 tool | allocations | bytes |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for cost in &costs {
        let subject = cost.subject;
        let to = |kind: Kind, tools: usize| {
            let other = costs.iter().find(|one| one.subject.kind == kind && one.subject.tools == tools);
            other.map_or(f64::NAN, |other| cost.cpu_ratio(other))
        };
        let (cpu, allocations, bytes) = (cost.cpu(), cost.allocations, cost.bytes);
        let (rmcp, jwt) = (to(Kind::Rmcp, subject.tools), to(Kind::Middleware, subject.tools));
        let own = to(subject.kind, 1);
        println!(
            "| {subject} | {cpu:.1} | {rmcp:.2} | {jwt:.2} | {own:.2} | {allocations:.0} | {bytes:.0} |"
        );
    }
    Ok(())
}
