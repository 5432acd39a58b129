//! Reading a request's body within its limits.

use std::{sync::Arc, time::Duration};

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::BodyExt;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::Refusal;
use crate::{authorize::Caller, challenge::Rpc};

/// Permits are counted in this many bytes.
const UNIT: usize = 1024;

/// The limits on bodies, shared by all requests.
pub(super) struct Bodies {
    size: usize,
    time: Duration,
    /// Memory for all bodies.
    all: Arc<Semaphore>,
    /// The half of it that callers without a token may fill: the other half stays for those with one.
    strangers: Arc<Semaphore>,
}

impl Bodies {
    pub(super) fn new(size: usize, time: Duration, in_flight: usize) -> Self {
        let pool = |bytes: usize| {
            let permits = bytes.max(size).div_ceil(UNIT).clamp(1, Semaphore::MAX_PERMITS);
            Arc::new(Semaphore::new(permits))
        };
        Self { size, time, all: pool(in_flight), strangers: pool(in_flight / 2) }
    }

    /// The whole body, and a claim on memory that lasts as long as it is kept.
    pub(super) async fn read(
        &self,
        headers: &HeaderMap,
        body: Body,
        caller: &Caller,
    ) -> Result<(Bytes, Claim), Refusal> {
        if announced(headers).is_some_and(|length| length > self.size as u64) {
            return Err(self.too_large());
        }
        let read = timeout(self.time, self.collect(body, self.claim(caller))).await;
        read.unwrap_or_else(|_late| Err(too_slow()))
    }

    /// Memory is claimed as bytes arrive: what is only announced takes no room.
    async fn collect(&self, mut body: Body, mut claim: Claim) -> Result<(Bytes, Claim), Refusal> {
        let mut whole = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Refusal::bad_request("the request body broke off"))?;
            let Ok(data) = frame.into_data() else { continue };
            let length = whole.len().saturating_add(data.len());
            if length > self.size {
                return Err(self.too_large());
            }
            if !claim.grow(length) {
                tracing::warn!("refused: too many request bodies at once; see `Limits::bodies_in_flight`");
                return Err(Refusal::unavailable("too many requests at once", Duration::from_secs(1)));
            }
            whole.extend_from_slice(&data);
        }
        Ok((whole.freeze(), claim))
    }

    fn claim(&self, caller: &Caller) -> Claim {
        let stranger = caller.auth().is_none().then_some(&self.strangers);
        let pools = [&self.all].into_iter().chain(stranger);
        Claim { units: 0, pools: pools.map(|pool| (Arc::clone(pool), None)).collect() }
    }

    fn too_large(&self) -> Refusal {
        Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            Rpc::InvalidRequest,
            format!("the request body is larger than {} bytes", self.size),
        )
        .with(header::CONNECTION, HeaderValue::from_static("close"))
    }
}

/// A share of the memory for bodies; given back when it is dropped.
pub(super) struct Claim {
    units: usize,
    pools: Vec<(Arc<Semaphore>, Option<OwnedSemaphorePermit>)>,
}

impl Claim {
    /// Whether there is room for this many bytes in all.
    fn grow(&mut self, bytes: usize) -> bool {
        let units = bytes.div_ceil(UNIT);
        let Ok(more @ 1..) = u32::try_from(units.saturating_sub(self.units)) else { return true };
        self.units = units;
        self.pools.iter_mut().all(|(pool, held)| {
            let Ok(permit) = Arc::clone(pool).try_acquire_many_owned(more) else { return false };
            match held {
                Some(held) => held.merge(permit),
                None => *held = Some(permit),
            }
            true
        })
    }
}

fn too_slow() -> Refusal {
    Refusal::new(StatusCode::REQUEST_TIMEOUT, Rpc::InvalidRequest, "the request body took too long")
        .with(header::CONNECTION, HeaderValue::from_static("close"))
}

pub(super) fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
