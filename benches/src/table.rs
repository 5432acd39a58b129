//! The results as tables: of a call, and of a list.

use crate::{
    Result,
    measure::{self, Cost},
    server::Kind,
};

/// Every measurement.
pub(crate) fn run(rounds: usize, requests: usize) -> Result<()> {
    println!("\n`tools/call`\n");
    print(&measure::calls(rounds, requests)?);
    lists(rounds, requests)
}

/// Only that of `tools/list`.
pub(crate) fn lists(rounds: usize, requests: usize) -> Result<()> {
    println!("\n`tools/list`\n");
    print(&measure::lists(rounds, requests)?);
    Ok(())
}

fn print(costs: &[Cost]) {
    println!("| server | CPU µs | ÷ rmcp | ÷ rmcp+jwt | ÷ itself with 1 tool | allocations | bytes |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for cost in costs {
        let subject = cost.subject;
        let to = |kind: Kind, tools: usize| {
            let other = costs.iter().find(|one| one.subject.kind == kind && one.subject.tools == tools);
            other.map_or(f64::NAN, |other| cost.cpu_ratio(other))
        };
        let (cpu, allocations, bytes) = (cost.cpu(), cost.allocations, cost.bytes);
        let (rmcp, jwt) = (to(Kind::Rmcp, subject.tools), to(Kind::Middleware, subject.tools));
        let own = to(subject.kind, 1);
        // Not every server is asked for lists.
        let jwt = if jwt.is_nan() { "–".to_owned() } else { format!("{jwt:.2}") };
        println!("| {subject} | {cpu:.1} | {rmcp:.3} | {jwt} | {own:.2} | {allocations:.0} | {bytes:.0} |");
    }
}
