//! The gate in front of rmcp: host and origin, bearer, verification, then the body, then the rule of what is called.
//!
//! It exists to answer 401 and 403 with a challenge before a stream opens. The decision that security rests on is
//! taken again on the parsed call (`tool/dispatch.rs`, `rmcp/guarded.rs`).

mod late;

use std::{sync::Arc, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header, request::Parts};
use http_body_util::Full;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::{
    Changes, McpService, Origins, Refusal,
    binding::Binding,
    body::Bodies,
    direct,
    envelope::{Envelope, Unreadable},
    headers::{self, MCP_METHOD, SESSION},
    identify::{Challenged, identify},
    listening, normalize, origin,
    session::{Opened, Sessions},
    stream,
    unread::Unread,
};
use crate::{
    Limits,
    authenticate::Authenticator,
    authorize::{Caller, Decision, Operation},
    challenge::{RequestId, Rpc, Terms},
    clock::Clock,
    layer::Admitted,
    tool::Registry,
};

/// Bytes of an `initialize`: rmcp keeps what it says for as long as the session lives.
const INITIALIZE_SIZE: usize = 32 * 1024;

/// What a gate is made of.
pub(crate) struct GateParts {
    pub(crate) registry: Arc<Registry>,
    pub(crate) authenticator: Arc<Authenticator>,
    pub(crate) service: McpService,
    pub(crate) binding: Arc<Binding>,
    /// Places for streams that callers without a token keep open, on all servers of one listener together: the other half of
    /// the connections stays for those with one.
    pub(crate) strangers: Arc<Semaphore>,
    pub(crate) origins: Origins,
    pub(crate) limits: Limits,
    pub(crate) clock: Clock,
    /// Where the metadata are, for challenges.
    pub(crate) resource_metadata: String,
    /// Ends streams that wait for nothing in particular.
    pub(crate) closing: CancellationToken,
    /// Where tools find the caller's tokens of other services.
    #[cfg(feature = "authorization-server")]
    pub(crate) upstreams: Option<crate::upstream::Upstreams>,
}

/// One protected server on HTTP.
pub(crate) struct Gate {
    parts: GateParts,
    sessions: Sessions,
    bodies: Bodies,
    terms: Arc<Terms>,
}

impl Gate {
    pub(crate) fn new(parts: GateParts) -> Self {
        let limits = &parts.limits;
        let catalog = Arc::clone(&parts.registry.catalog);
        let terms = Arc::new(Terms { resource_metadata: parts.resource_metadata.clone(), catalog });
        Self {
            sessions: Sessions::new(Arc::clone(&parts.binding), parts.clock.clone()),
            bodies: Bodies::new(limits.body_size, limits.body_time, limits.bodies_in_flight),
            terms,
            parts,
        }
    }

    /// Half of the connections.
    pub(crate) fn places_of_strangers(connections: usize) -> Semaphore {
        Semaphore::new((connections / 2).clamp(1, Semaphore::MAX_PERMITS))
    }

    /// The whole way of one request.
    pub(crate) async fn handle(&self, mut request: Request<Body>) -> Response<Body> {
        let origin = request.headers().get(header::ORIGIN).cloned();
        let mut unread = Unread::of(&mut request, self.parts.limits.body_time);
        if let Err(refusal) =
            headers::refuse_repeated(request.headers()).and_then(|()| self.parts.origins.check(&request))
        {
            unread.discard();
            return refused(refusal);
        }
        let mut response = if request.method() == Method::OPTIONS {
            preflight(&request)
        } else {
            match self.admit(request, &mut unread).await {
                Ok(response) => response,
                Err(refusal) => {
                    unread.discard();
                    refused(refusal)
                }
            }
        };
        origin::expose(response.headers_mut(), origin);
        response
    }

    async fn admit(&self, mut request: Request<Body>, body: &mut Unread) -> Result<Response<Body>, Refusal> {
        if request.extensions().get::<Admitted>().is_some() {
            tracing::error!(
                "`auth.layer()` lies around an MCP endpoint, which protects itself: take it away there"
            );
            return Err(Refusal::internal("the server is not set up correctly"));
        }
        let caller = self.identify(request.headers()).await?;
        // The token has done its work: neither a tool nor a log line shall find it.
        request.headers_mut().remove(header::AUTHORIZATION);
        if matches!(caller, Caller::Anonymous) && !self.parts.registry.table().admits_anonymous() {
            return Err(self.first_sign_in());
        }
        let (parts, _) = request.into_parts();
        match parts.method {
            Method::POST => self.post(parts, body, caller).await,
            Method::GET | Method::DELETE => self.stream(parts, caller).await,
            _ => Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, Rpc::InvalidRequest, "method not allowed")
                .with(header::ALLOW, HeaderValue::from_static("GET, POST, DELETE"))),
        }
    }

    /// Who calls. A token that is present and bad is 401 whatever is asked for, public tools included.
    async fn identify(&self, headers: &HeaderMap) -> Result<Caller, Refusal> {
        let table = self.parts.registry.table();
        let challenged = self.challenged(table.first_sign_in());
        identify(headers, &self.parts.authenticator, self.parts.limits.verification_time, &challenged).await
    }

    fn challenged<'a>(&'a self, scope: &'a [&'static str]) -> Challenged<'a> {
        Challenged { scope, resource_metadata: &self.parts.resource_metadata }
    }

    async fn post(
        &self,
        mut parts: Parts,
        unread: &mut Unread,
        caller: Caller,
    ) -> Result<Response<Body>, Refusal> {
        if !is_json(&parts) {
            return Err(Refusal::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                Rpc::InvalidRequest,
                "Content-Type must be application/json",
            ));
        }
        let (body, _claim) = self.bodies.read(&parts.headers, unread.take(), &caller).await?;
        let envelope = Envelope::read(&body).map_err(unreadable)?;
        let id = envelope.id();
        let initializes = envelope.method() == Some("initialize");
        let listens = envelope.method() == Some(listening::METHOD);
        let operation = if listens {
            listening::operation(&self.parts.registry, listening::requested(&body).as_ref())
        } else {
            envelope.operation()
        };
        tracing::trace!(?operation, "a message");
        self.decide(operation, &caller).map_err(|refusal| refusal.answering(id.clone()))?;
        if envelope.method() == Some("tools/list")
            && let Some(answer) = direct::list_tools(&self.parts.registry, &parts.headers, &body, &caller)
        {
            return Ok(answer);
        }
        if envelope.method() == Some("tools/call")
            && let Some(call) = direct::call_tool(&self.parts.registry, &parts.headers, &body, &caller)
        {
            let step_up = self.equip(&mut parts, caller);
            let response = self.parts.service.call(call, parts).await;
            return Ok(self.stepped_up(normalize::errors(response, &id), &step_up, &id));
        }
        if let (true, Some(live)) = (listens, self.parts.registry.live()) {
            parts.extensions.insert(Changes(live.changes()));
        }
        if initializes {
            let room = self.make_room(&caller, body.len()).await;
            room.map_err(|refusal| refusal.answering(id.clone()))?;
        }
        // Where no session is opened without a token, none can be used without one either.
        let stranger = !self.parts.registry.anonymous && caller.auth().is_none();
        let needs_token = stranger && parts.headers.contains_key(SESSION);
        let place = if listens { self.place(&caller) } else { Ok(None) };
        let place = place.map_err(|refusal| refusal.answering(id.clone()))?;
        let session = self.open_session(&mut parts, &caller).await;
        let response = self.forward(parts, body, caller, session, &id, place).await;
        if needs_token && response.status() == StatusCode::NOT_FOUND {
            return Err(self.first_sign_in().answering(id));
        }
        Ok(response)
    }

    /// GET opens a stream of a session, DELETE ends a session.
    async fn stream(&self, mut parts: Parts, caller: Caller) -> Result<Response<Body>, Refusal> {
        self.decide(Operation::Open, &caller)?;
        let deletes = parts.method == Method::DELETE;
        let place = if deletes { None } else { self.place(&caller)? };
        let session = self.open_session(&mut parts, &caller).await;
        let id = session.as_ref().map(|session| session.id.clone());
        let response = self.forward(parts, Bytes::new(), caller, session, &None, place).await;
        if let (true, true, Some(id)) = (deletes, response.status().is_success(), id) {
            self.sessions.forget(&id);
        }
        Ok(response)
    }

    fn decide(&self, operation: Operation<'_>, caller: &Caller) -> Result<(), Refusal> {
        let table = self.parts.registry.table();
        let rule = self.parts.registry.rule(&table, operation, caller);
        let decision = rule.decide(caller);
        // What passes here is decided, and told, once more on the parsed call.
        if let (Operation::Tool(tool), Some(audit)) = (operation, &self.parts.registry.audit)
            && decision != Decision::Allowed
        {
            let token = decision == Decision::NeedsToken;
            let why = if token { "there is no token" } else { "a scope is missing" };
            audit.refused(tool, rule, caller.auth(), why);
        }
        match decision {
            Decision::Allowed => Ok(()),
            // What is asked for: the operation's scopes, or those of a first sign-in where it needs none.
            Decision::NeedsToken if rule.wanted().is_empty() => Err(self.first_sign_in()),
            Decision::NeedsToken => Err(self.unauthorized(rule.wanted())),
            Decision::NeedsScope => {
                tracing::info!(
                    ?caller,
                    ?operation,
                    needs = rule.wanted().join(" "),
                    "refused: a scope is missing"
                );
                Err(Refusal::insufficient_scope(rule.wanted(), &self.parts.resource_metadata))
            }
        }
    }

    fn first_sign_in(&self) -> Refusal {
        self.unauthorized(self.parts.registry.table().first_sign_in())
    }

    fn unauthorized(&self, scope: &[&'static str]) -> Refusal {
        self.challenged(scope).unauthorized()
    }

    /// Replaces the client's session id by rmcp's. Whoever may not use the session presents an id that rmcp does not
    /// know either, so that the answer is the same to the byte.
    async fn open_session(&self, parts: &mut Parts, caller: &Caller) -> Option<Opened> {
        let sealed = parts.headers.remove(SESSION)?;
        let mut opened = sealed.to_str().ok().and_then(|sealed| self.sessions.open(sealed, caller));
        let id = opened.as_ref().and_then(|session| HeaderValue::from_str(&session.id).ok());
        parts.headers.insert(SESSION, id.unwrap_or(HeaderValue::from_static("unknown")));
        self.end(opened.as_mut().and_then(|session| session.surplus.take())).await;
        opened
    }

    /// Ends the session that is too many for its owner.
    async fn end(&self, surplus: Option<String>) {
        if let Some(id) = surplus {
            tracing::info!(
                "the session that its owner has not used for longest has ended: they hold too many"
            );
            self.parts.service.end_session(&id).await;
        }
    }

    /// Bounds what sessions keep, and what strangers can open: sessions without an owner.
    async fn make_room(&self, caller: &Caller, size: usize) -> Result<(), Refusal> {
        if size > INITIALIZE_SIZE {
            return Err(Refusal::bad_request(format!("`initialize` is larger than {INITIALIZE_SIZE} bytes")));
        }
        for id in self.sessions.to_look_after() {
            if !self.parts.service.has_session(&id).await {
                self.sessions.forget(&id);
            }
        }
        if caller.auth().is_some() || self.sessions.has_room() {
            return Ok(());
        }
        Err(Refusal::unavailable("too many sessions", Duration::from_secs(60)))
    }

    /// Hands the request to rmcp and mends what comes back.
    async fn forward(
        &self,
        mut parts: Parts,
        body: Bytes,
        caller: Caller,
        session: Option<Opened>,
        id: &RequestId,
        place: Option<OwnedSemaphorePermit>,
    ) -> Response<Body> {
        // Both wait for nothing in particular.
        let waits = parts.method == Method::GET
            || parts.headers.get(MCP_METHOD).is_some_and(|method| method == listening::METHOD);
        let step_up = self.equip(&mut parts, caller.clone());
        let response = self.parts.service.handle(Request::from_parts(parts, Full::new(body))).await;
        let mut response = normalize::errors(response.map(Body::new), id);
        if let Some(new) = response.headers().get(SESSION).and_then(|id| id.to_str().ok().map(str::to_owned))
        {
            let sealed = self.sessions.seal(&new, &caller);
            self.end(sealed.surplus).await;
            response.headers_mut().remove(SESSION);
            if let Ok(sealed) = HeaderValue::from_str(&sealed.id) {
                response.headers_mut().insert(SESSION, sealed);
            }
        }
        if normalize::is_stream(&response) {
            let lifetime = caller.auth().map(|auth| {
                self.parts.authenticator.remaining(auth).saturating_add(self.parts.limits.stream_grace)
            });
            let adopted = session.and_then(|session| session.until_adopted);
            let closing = waits.then(|| self.parts.closing.clone());
            return stream::bound(response, lifetime, adopted.into_iter().chain(closing), place);
        }
        self.stepped_up(response, &step_up, id)
    }

    /// A place for one more stream that may wait for ever; only strangers need one.
    fn place(&self, caller: &Caller) -> Result<Option<OwnedSemaphorePermit>, Refusal> {
        if caller.auth().is_some() {
            return Ok(None);
        }
        let place = Arc::clone(&self.parts.strangers).try_acquire_owned();
        place.map(Some).map_err(|_| Refusal::unavailable("too many streams", Duration::from_secs(60)))
    }
}

fn is_json(parts: &Parts) -> bool {
    let value = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

fn unreadable(reason: Unreadable) -> Refusal {
    match reason {
        Unreadable::Json => {
            Refusal::new(StatusCode::BAD_REQUEST, Rpc::ParseError, "the body is not a JSON object")
        }
        Unreadable::Batch => Refusal::bad_request("JSON-RPC batches are not accepted; send one message"),
        Unreadable::Message => Refusal::bad_request("the body is not a JSON-RPC message"),
    }
}

fn preflight(request: &Request<Body>) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    origin::preflight(request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS), response.headers_mut());
    response
}

fn refused(refusal: Refusal) -> Response<Body> {
    tracing::debug!(%refusal, "refused");
    refusal.into_response().map(Body::new)
}
