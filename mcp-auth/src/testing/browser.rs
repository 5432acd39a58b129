//! The browser of a [`Person`](super::Person): cookies, redirects, forms, and no scripts.

use std::collections::HashMap;

use axum::{Router, body::Body};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::{Person, html};
use crate::http::loopback;

/// Pages and redirects until somebody gives up.
const STEPS: usize = 30;

/// One browser. What it opens at the router's origin it asks the router for, everything else by HTTP, on this machine only.
#[derive(Debug, Clone)]
pub(super) struct Browser {
    server: Reached,
    /// Origin -> name -> value.
    cookies: HashMap<String, HashMap<String, String>>,
}

/// The server that is tested: in memory, or where it listens.
#[derive(Debug, Clone)]
pub(super) struct Reached {
    pub(super) router: Option<Router>,
    pub(super) origin: String,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Browser {
    pub(super) fn new(server: Reached) -> Self {
        Self { server, cookies: HashMap::new() }
    }

    /// Walks from `url` until it is sent to `redirect_uri`; that URL, or the page at which nothing leads on.
    pub(super) async fn walk(
        &mut self,
        url: &str,
        person: &Person,
        redirect_uri: &str,
    ) -> Result<String, Seen> {
        let (mut url, mut form) = (url.to_owned(), None);
        let mut seen = None;
        for _ in 0..STEPS {
            let answer = self.open(&url, form.take()).await;
            if let Some(target) = location(&answer.headers, &url) {
                if target.starts_with(redirect_uri) {
                    return Ok(target);
                }
                url = target;
            } else {
                let forms = html::forms(&answer.body);
                let Some((chosen, fields)) = person.answer(&forms).filter(|_| answer.status.is_success())
                else {
                    return Err(answer);
                };
                let fields = encoded(&fields);
                let action =
                    if chosen.action.is_empty() { url.clone() } else { joined(&url, &chosen.action) };
                if chosen.posts {
                    (url, form) = (action, Some(fields));
                } else {
                    url = format!("{}?{fields}", action.split('?').next().unwrap_or_default());
                }
            }
            seen = Some(answer);
        }
        Err(seen.unwrap_or_else(|| panic!("no step was taken")))
    }

    /// One request: GET, or POST of a form.
    pub(super) async fn open(&mut self, url: &str, form: Option<String>) -> Seen {
        let origin = origin_of(url).to_owned();
        let mut request = Request::builder().uri(url).header(header::ACCEPT, "text/html");
        if let Some(cookies) = self.cookies.get(&origin).filter(|cookies| !cookies.is_empty()) {
            let pairs: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        request = match &form {
            None => request,
            Some(_) => request
                .method("POST")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(header::ORIGIN, &origin)
                .header("sec-fetch-site", "same-origin"),
        };
        let request =
            request.body(form.unwrap_or_default()).unwrap_or_else(|error| panic!("`{url}`: {error}"));
        let seen = self.server.exchange(request).await;
        self.keep(&origin, &seen.headers);
        seen
    }

    fn keep(&mut self, origin: &str, headers: &HeaderMap) {
        let cookies = self.cookies.entry(origin.to_owned()).or_default();
        for cookie in headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            let Some((name, value)) = cookie.split(';').next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            if cookie.to_ascii_lowercase().contains("max-age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Reached {
    /// One request: to the router, or by HTTP on this machine.
    pub(super) async fn exchange(&self, request: Request<String>) -> Seen {
        let url = request.uri().to_string();
        let router = self.router.as_ref().filter(|_| origin_of(&url) == self.origin);
        let Some(router) = router else {
            let response = loopback(request).await.unwrap_or_else(|error| panic!("`{url}`: {error}"));
            let (parts, body) = response.into_parts();
            return Seen { status: parts.status, headers: parts.headers, body };
        };
        let (mut parts, body) = request.into_parts();
        let path = url[self.origin.len()..].to_owned();
        parts.uri = path.parse().unwrap_or_else(|error| panic!("`{path}`: {error}"));
        let host = self.origin.split_once("://").map_or("", |(_, host)| host);
        if let Ok(host) = host.parse() {
            parts.headers.insert(header::HOST, host);
        }
        let Ok(response) = router.clone().oneshot(Request::from_parts(parts, Body::from(body))).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap_or_else(|error| panic!("half an answer: {error}")).to_bytes();
        let body = String::from_utf8_lossy(&body).into_owned();
        Seen { status: parts.status, headers: parts.headers, body }
    }
}

fn location(headers: &HeaderMap, from: &str) -> Option<String> {
    let target = headers.get(header::LOCATION)?.to_str().ok()?;
    Some(joined(from, target))
}

fn joined(base: &str, target: &str) -> String {
    if target.starts_with('/') {
        return format!("{}{target}", origin_of(base));
    }
    target.to_owned()
}

fn origin_of(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let end = url[authority..].find(['/', '?', '#']).map_or(url.len(), |at| authority + at);
    &url[..end]
}

/// `application/x-www-form-urlencoded`
pub(super) fn encoded(fields: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
