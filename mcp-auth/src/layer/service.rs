//! The service behind `auth.layer()`: host, token, scopes, and then the route.

use std::{
    any::Any,
    future::Future,
    mem::replace,
    pin::Pin,
    task::{Context, Poll},
};

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Request, header};
use tower::Service;

use super::{Admitted, AuthLayer};
use crate::{
    authorize::Caller,
    transport::{Refusal, Unread, identify, refuse_repeated},
};

/// Routes behind an [`AuthLayer`].
#[derive(Clone, Debug)]
pub struct AuthService<S> {
    inner: S,
    layer: AuthLayer,
}

impl<S> AuthService<S> {
    pub(super) fn new(inner: S, layer: AuthLayer) -> Self {
        Self { inner, layer }
    }
}

impl<S, B> Service<Request<B>> for AuthService<S>
where
    S: Service<Request<B>> + Clone + Send + 'static,
    S::Response: IntoResponse,
    S::Future: Send,
    B: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // The service that is ready is the one to call, and not its clone.
        let clone = self.inner.clone();
        let mut inner = replace(&mut self.inner, clone);
        let layer = self.layer.clone();
        Box::pin(async move {
            match layer.admit(&mut request).await {
                Ok(()) => {
                    let mut response = inner.call(request).await?.into_response();
                    // What depends on who calls is nobody else's (RFC 6750 section 5.3).
                    let headers = response.headers_mut();
                    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private"));
                    Ok(response)
                }
                Err(refusal) => {
                    tracing::debug!(%refusal, "refused");
                    layer.discard(&mut request);
                    Ok(refusal.into_plain_response().into_response())
                }
            }
        })
    }
}

impl AuthLayer {
    async fn admit<B>(&self, request: &mut Request<B>) -> Result<(), Refusal> {
        let caller = match request.extensions().get::<Admitted>() {
            Some(admitted) if admitted.layer.door.resource == self.door.resource => admitted.caller.clone(),
            Some(_) => return Err(wrong_wiring("two layers of different resources lie around one route")),
            None => self.identify(request).await?,
        };
        self.decide(&caller)?;
        request.extensions_mut().insert(Admitted { caller, layer: self.clone() });
        Ok(())
    }

    /// The body that nobody will read. Under axum it is always axum's own.
    fn discard<B: 'static>(&self, request: &mut Request<B>) {
        if let Some(request) = (request as &mut dyn Any).downcast_mut() {
            Unread::of(request, self.door.body_time).discard();
        }
    }

    async fn identify<B>(&self, request: &mut Request<B>) -> Result<Caller, Refusal> {
        let door = &self.door;
        refuse_repeated(request.headers())?;
        door.origins.check_host(request)?;
        let headers = request.headers();
        let caller =
            identify(headers, &door.authenticator, door.verification_time, &self.challenged()).await?;
        // The token has done its work: neither a handler nor a log line shall find it.
        request.headers_mut().remove(header::AUTHORIZATION);
        Ok(caller)
    }
}

/// The developer must act: never 401, which would send clients to a sign-in that cannot help.
pub(super) fn wrong_wiring(message: &str) -> Refusal {
    tracing::error!("{message}: every request is refused");
    Refusal::internal("the server is not set up correctly")
}
