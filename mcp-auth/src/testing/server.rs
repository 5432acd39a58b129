//! A server in memory: the whole of it but the sockets.

use std::fmt;

use axum::{Router, body::Body};
use http::{Method, Request};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{
    Answer, TestClock, TestIssuer, TestRequest, TestServerBuilder, TestTokenBuilder, request::Content,
};
use crate::{Server, config::ResourceUrl};

/// A protected server in memory, with an issuer that it trusts. Requests take the way of real ones, from the HTTP headers
/// to the tool, without a socket.
#[derive(Clone)]
pub struct TestServer {
    router: Router,
    resource: ResourceUrl,
    issuer: TestIssuer,
    clock: Option<TestClock>,
}

impl TestServer {
    /// This server with an issuer of its own.
    ///
    /// # Panics
    ///
    /// Where the server does not start; [`TestServerBuilder::try_start`] gives the error instead.
    pub async fn start<S: Server>(server: S) -> Self {
        Self::builder(server).start().await
    }

    /// This server with settings, an issuer or a clock of the test's.
    pub fn builder<S: Server>(server: S) -> TestServerBuilder<S> {
        TestServerBuilder::new(server)
    }

    /// A router of the test's own, such as a whole application around an [`Auth`](crate::Auth), whose MCP endpoint is at
    /// `resource` and which trusts `issuer`.
    ///
    /// # Panics
    ///
    /// Where `resource` is no URL of a resource.
    #[track_caller]
    pub fn around(router: Router, resource: &str, issuer: &TestIssuer) -> Self {
        let resource = ResourceUrl::parse(resource, "TestServer::around");
        let resource = resource.unwrap_or_else(|problem| panic!("{}: {}", problem.setting, problem.message));
        Self::new(router, resource, issuer.clone(), None)
    }

    pub(super) fn new(
        router: Router,
        resource: ResourceUrl,
        issuer: TestIssuer,
        clock: Option<TestClock>,
    ) -> Self {
        Self { router, resource, issuer, clock }
    }

    /// The call of a tool.
    pub fn call(&self, tool: &str, arguments: Value) -> TestRequest {
        let mut params = json!({ "name": tool });
        params["arguments"] = arguments;
        self.request("tools/call", params)
    }

    /// `tools/list`; [`Answer::tool_names`] reads it.
    pub fn list_tools(&self) -> TestRequest {
        self.request("tools/list", json!({}))
    }

    /// Any method of the protocol.
    pub fn request(&self, method: &str, params: Value) -> TestRequest {
        self.post(Content::Message(method.to_owned(), params))
    }

    /// Any notification of the protocol.
    pub fn notify(&self, method: &str, params: Value) -> TestRequest {
        self.post(Content::Notification(method.to_owned(), params))
    }

    /// `initialize` of this protocol version; [`Answer::session`] is the session.
    pub fn initialize(&self, version: &str) -> TestRequest {
        self.request("initialize", super::wire::hello(version)).version(version)
    }

    /// Plain HTTP: GET of this path, for example of metadata.
    pub fn get(&self, path: &str) -> TestRequest {
        self.http(Method::GET, path)
    }

    /// Plain HTTP with any method.
    pub fn http(&self, method: Method, path: &str) -> TestRequest {
        TestRequest::new(self, method, path, Content::Raw(String::new()))
    }

    /// The metadata that clients read before they sign in (RFC 9728).
    pub fn metadata(&self) -> TestRequest {
        self.get(&self.resource.metadata_path())
    }

    /// A token of the server's issuer for this server: good for an hour, without scopes.
    pub fn token(&self, subject: &str) -> TestTokenBuilder {
        self.issuer.token(subject).audience(self.resource())
    }

    /// The issuer that the server trusts.
    pub fn issuer(&self) -> &TestIssuer {
        &self.issuer
    }

    /// The clock of server and issuer, where the test has given one.
    pub fn clock(&self) -> Option<&TestClock> {
        self.clock.as_ref()
    }

    /// The URL of the protected resource.
    pub fn resource(&self) -> &str {
        self.resource.as_str()
    }

    /// Host and port of the resource, as a request names them.
    pub(super) fn host(&self) -> &str {
        self.resource.origin().split_once("://").map_or("", |(_, host)| host)
    }

    fn post(&self, content: Content) -> TestRequest {
        let path = self.resource.path();
        TestRequest::new(self, Method::POST, if path.is_empty() { "/" } else { path }, content)
    }

    /// The whole answer; of a stream, until it ends.
    pub(super) async fn answer(&self, request: Request<Body>, secret: Option<String>) -> Answer {
        let Ok(response) = self.router.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap_or_else(|error| panic!("half an answer: {error}")).to_bytes();
        let body = String::from_utf8_lossy(&body).into_owned();
        Answer::new(parts.status, parts.headers, body, secret)
    }
}

impl fmt::Debug for TestServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestServer")
            .field("resource", &self.resource())
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}
