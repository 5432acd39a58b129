//! Reading a request's body within its limits.

use std::{sync::Arc, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::Refusal;
use crate::challenge::Rpc;

/// Permits are counted in this many bytes.
const UNIT: usize = 1024;

/// The limits on bodies, shared by all requests.
#[derive(Clone)]
pub(super) struct Bodies {
    size: usize,
    time: Duration,
    in_flight: Arc<Semaphore>,
}

impl Bodies {
    pub(super) fn new(size: usize, time: Duration, in_flight: usize) -> Self {
        let permits = (in_flight.max(size) / UNIT).clamp(1, Semaphore::MAX_PERMITS);
        Self { size, time, in_flight: Arc::new(Semaphore::new(permits)) }
    }

    /// The whole body, and a claim on memory that lasts as long as the permit.
    pub(super) async fn read(
        &self,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<(Bytes, OwnedSemaphorePermit), Refusal> {
        let announced = announced(headers);
        if announced.is_some_and(|length| length > self.size as u64) {
            return Err(self.too_large());
        }
        let claim = announced.and_then(|length| usize::try_from(length).ok()).unwrap_or(self.size);
        let permits = u32::try_from(claim.div_ceil(UNIT).max(1)).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.in_flight).try_acquire_many_owned(permits).map_err(|_| {
            tracing::warn!("refused: too many request bodies at once; see `Limits::bodies_in_flight`");
            Refusal::unavailable("too many requests at once", Duration::from_secs(1))
        })?;
        match timeout(self.time, Limited::new(body, self.size).collect()).await {
            Err(_) => Err(Refusal::new(
                StatusCode::REQUEST_TIMEOUT,
                Rpc::InvalidRequest,
                "the request body took too long",
            )
            .with(header::CONNECTION, HeaderValue::from_static("close"))),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Err(self.too_large()),
            Ok(Err(_)) => Err(Refusal::bad_request("the request body broke off")),
            Ok(Ok(body)) => Ok((body.to_bytes(), permit)),
        }
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

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
