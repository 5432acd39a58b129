//! What the token endpoint costs: codes and refresh tokens become tokens, here and at npm oidc-provider.

mod check;
mod issuer;
mod load;
mod node;
mod pages;
mod server;
mod table;
mod wire;

pub(crate) use server::serve;

use crate::{
    Result,
    server::{RESOURCE, SCOPE},
};
use issuer::{Issuer, Kind};
use load::{Load, Sample};

/// What both servers believe to be, wherever they listen.
const HOST: &str = "127.0.0.1:3000";
const ORIGIN: &str = "http://127.0.0.1:3000";
/// Nobody listens there.
const REDIRECT_URI: &str = "http://127.0.0.1:1/callback";

pub(crate) const CALLERS: [usize; 3] = [1, 16, 64];

/// How much is measured.
pub(crate) struct Plan {
    pub(crate) rounds: usize,
    pub(crate) requests: usize,
    pub(crate) warm_up: usize,
    pub(crate) callers: Vec<usize>,
    /// Without oidc-provider, as for a profile.
    pub(crate) alone: bool,
}

/// One server at one number of callers: a sample per round.
struct Measured {
    kind: Kind,
    callers: usize,
    exchanges: Vec<Sample>,
    refreshes: Vec<Sample>,
}

/// Rounds in which the servers take turns, each with fresh codes.
pub(crate) fn run(plan: &Plan) -> Result<()> {
    let kinds: &[Kind] = if plan.alone { &Kind::OURS } else { &Kind::ALL };
    let measured = on_this_thread(async {
        let mut issuers = Vec::new();
        for &kind in kinds {
            let mut issuer = Issuer::start(kind).await?;
            eprintln!("{} warms up", kind.name());
            if plan.warm_up > 0 {
                both(&mut issuer, 16, plan.warm_up).await?;
            }
            issuers.push(issuer);
        }
        let mut measured: Vec<Measured> = Vec::new();
        for &callers in &plan.callers {
            let empty = |kind| Measured { kind, callers, exchanges: Vec::new(), refreshes: Vec::new() };
            measured.extend(kinds.iter().map(|kind| empty(*kind)));
        }
        for round in 0..plan.rounds {
            eprintln!("round {} of {}", round + 1, plan.rounds);
            for one in &mut measured {
                let issuer = issuers.iter_mut().find(|issuer| issuer.kind == one.kind);
                let issuer = issuer.ok_or("it was not started")?;
                let (exchange, refresh) = both(issuer, one.callers, plan.requests).await?;
                one.exchanges.push(exchange);
                one.refreshes.push(refresh);
            }
        }
        Ok(measured)
    })?;
    table::print(&measured);
    Ok(())
}

/// `requests` codes are redeemed, and then each refresh token is used.
async fn both(issuer: &mut Issuer, callers: usize, requests: usize) -> Result<(Sample, Sample)> {
    let codes = issuer.codes(requests).await?;
    let exchanges = codes.iter().map(|code| issuer.exchange(code)).collect();
    let (exchange, tokens) = Load::connect(issuer, callers).await?.run(exchanges).await?;
    let refreshes = tokens.iter().map(|tokens| issuer.refresh(tokens)).collect();
    let (refresh, newer) = Load::connect(issuer, callers).await?.run(refreshes).await?;
    check::all_different(&tokens, &newer)?;
    Ok((exchange, refresh))
}

/// The answers are right, on both servers where there are both. Nothing is timed.
pub(crate) fn smoke() -> Result<()> {
    for kind in Kind::ALL {
        if let Some(missing) = kind.missing() {
            println!("grants, {}: skipped, {missing}", kind.name());
            continue;
        }
        on_this_thread(async {
            let mut issuer = Issuer::start(kind).await?;
            for callers in CALLERS {
                both(&mut issuer, callers, callers.max(10)).await?;
            }
            check::refusals(&mut issuer).await
        })?;
        println!("grants, {}: ok", kind.name());
    }
    Ok(())
}

fn on_this_thread<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}
