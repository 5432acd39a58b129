//! A closed loop: each caller has one connection, and asks for the next thing when it has its answer.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{task::JoinSet, time::Instant};

use super::{
    Issuer,
    check::Tokens,
    wire::{Answer, Connection, get},
};
use crate::{Child, Result, cpu};

pub(super) struct Load {
    processes: Vec<u32>,
    connections: Vec<Connection>,
    /// What access tokens are signed with.
    algorithm: &'static str,
}

/// One run.
#[derive(Clone, Copy)]
pub(super) struct Sample {
    /// Microseconds of the server's CPU time per grant.
    pub(super) cpu: f64,
    /// Grants a second.
    pub(super) rate: f64,
}

impl Load {
    /// One connection for each caller, known to the server.
    pub(super) async fn connect(issuer: &Issuer, callers: usize) -> Result<Self> {
        let mut connections = Vec::new();
        for child in issuer.children.iter().cycle().take(callers) {
            let mut connection = Connection::open(child.address()).await?;
            connection.exchange(&get(issuer.kind.keys(), "")).await?;
            connections.push(connection);
        }
        let processes = issuer.children.iter().map(Child::id).collect();
        Ok(Self { processes, connections, algorithm: issuer.kind.algorithm() })
    }

    /// Sends all `requests`. The answers are judged afterwards, so that it costs the servers nothing.
    #[expect(clippy::cast_precision_loss, reason = "a number of requests is small")]
    pub(super) async fn run(self, requests: Vec<Vec<u8>>) -> Result<(Sample, Vec<Tokens>)> {
        let count = requests.len() as f64;
        let requests = Arc::new(Mutex::new(requests.into_iter()));
        let mut callers = JoinSet::<Result<Vec<Answer>>>::new();
        let (before, start) = (used(&self.processes)?, Instant::now());
        for mut connection in self.connections {
            let requests = Arc::clone(&requests);
            callers.spawn(async move {
                let next = || requests.lock().unwrap_or_else(PoisonError::into_inner).next();
                let mut answers = Vec::new();
                while let Some(request) = next() {
                    answers.push(connection.exchange(&request).await?);
                }
                Ok(answers)
            });
        }
        let mut answers = Vec::new();
        while let Some(caller) = callers.join_next().await {
            answers.extend(caller??);
        }
        let (took, used) = (start.elapsed(), used(&self.processes)?.saturating_sub(before));
        let each = |time: Duration| time.as_secs_f64() / count;
        let sample = Sample { cpu: each(used) * 1e6, rate: each(took).recip() };
        let tokens = answers.iter().map(|answer| Tokens::of(answer, self.algorithm));
        Ok((sample, tokens.collect::<Result<_>>()?))
    }
}

/// The CPU time of all of them.
fn used(processes: &[u32]) -> Result<Duration> {
    processes.iter().map(|process| cpu::used(*process)).sum()
}
