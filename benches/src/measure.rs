//! One number per server, out of interleaved rounds: the machine is never quiet, but it disturbs all alike.

use crate::{Ask, Child, Load, Result, TestIssuer, cpu, server::Subject};

/// Connections of the load.
pub(crate) const CONNECTIONS: usize = 16;

/// What one request costs one server.
pub(crate) struct Cost {
    pub(crate) subject: Subject,
    /// CPU microseconds, one number per round.
    cpu: Vec<f64>,
    pub(crate) allocations: f64,
    pub(crate) bytes: f64,
}

impl Cost {
    /// CPU microseconds, the median of the rounds.
    pub(crate) fn cpu(&self) -> f64 {
        median(self.cpu.clone())
    }

    /// How many times the CPU time of `other`: the median of the ratios within each round, so that what disturbs a
    /// round disturbs both.
    pub(crate) fn cpu_ratio(&self, other: &Self) -> f64 {
        median(self.cpu.iter().zip(&other.cpu).map(|(own, other)| own / other).collect())
    }
}

/// Costs of a call over `rounds`, in each of which every server answers `requests` requests.
pub(crate) fn calls(rounds: usize, requests: usize) -> Result<Vec<Cost>> {
    costs(&TestIssuer::new(1000)?, &Subject::all(), |_| Ask::Call, rounds, requests)
}

/// The same of a list. A long list costs rmcp what fifty calls cost: there are fewer of them.
pub(crate) fn lists(rounds: usize, requests: usize) -> Result<Vec<Cost>> {
    let requests = (requests / 10).max(1);
    costs(&TestIssuer::new(100)?, &Subject::that_list(), |subject| Ask::List(subject.tools), rounds, requests)
}

fn costs(
    issuer: &TestIssuer,
    subjects: &[Subject],
    ask: fn(Subject) -> Ask,
    rounds: usize,
    requests: usize,
) -> Result<Vec<Cost>> {
    let mut costs = Vec::new();
    for (subject, cpu) in cpu_time(issuer, subjects, ask, rounds, requests)? {
        let (allocations, bytes) = allocations(subject, issuer, ask(subject))?;
        costs.push(Cost { subject, cpu, allocations, bytes });
    }
    Ok(costs)
}

#[expect(clippy::cast_precision_loss, reason = "a number of requests is small")]
fn cpu_time(
    issuer: &TestIssuer,
    subjects: &[Subject],
    ask: fn(Subject) -> Ask,
    rounds: usize,
    requests: usize,
) -> Result<Vec<(Subject, Vec<f64>)>> {
    let mut servers = Vec::new();
    for &subject in subjects {
        let child = Child::start(subject, issuer, false)?;
        let mut load = Load::connect(child.address(), CONNECTIONS, issuer.tokens(), ask(subject))?;
        // Every token has been seen, every buffer has its size.
        load.run(2 * issuer.tokens().len())?;
        servers.push((subject, child, load, Vec::new()));
    }
    for round in 0..rounds {
        eprintln!("round {} of {rounds}", round + 1);
        for (_, child, load, samples) in &mut servers {
            let before = cpu::used(child.id())?;
            load.run(requests)?;
            let used = cpu::used(child.id())?.saturating_sub(before);
            samples.push(used.as_secs_f64() * 1e6 / requests as f64);
        }
    }
    Ok(servers.into_iter().map(|(subject, _, _, samples)| (subject, samples)).collect())
}

/// Allocations and bytes per request: the difference of a long and a short run, so that what happens once drops out.
#[expect(clippy::cast_precision_loss, reason = "a number of allocations is small")]
fn allocations(subject: Subject, issuer: &TestIssuer, ask: Ask) -> Result<(f64, f64)> {
    let (short, long) = (issuer.tokens().len(), 3 * issuer.tokens().len());
    let mut child = Child::start(subject, issuer, true)?;
    let mut load = Load::connect(child.address(), CONNECTIONS, issuer.tokens(), ask)?;
    load.run(2 * issuer.tokens().len())?;
    let mut run = |requests| -> Result<(u64, u64)> {
        let before = child.allocations()?;
        load.run(requests)?;
        let after = child.allocations()?;
        Ok((after.0 - before.0, after.1 - before.1))
    };
    let (few, many) = (run(short)?, run(long)?);
    let each = |few: u64, many: u64| (many as f64 - few as f64) / (long - short) as f64;
    Ok((each(few.0, many.0), each(few.1, many.1)))
}

pub(crate) fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied().unwrap_or_default()
}
