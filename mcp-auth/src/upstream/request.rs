//! Requests to a provider's API, with the caller's token.

use std::time::Duration;

use ::url::Url;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    Outage, SignInError, Upstream, UpstreamError, UpstreamProvider, UpstreamResponse, service::Service,
};
use crate::http::{FetchError, Incoming, Outgoing};

const TIME: Duration = Duration::from_secs(15);
const SIZE: usize = 8 * 1024 * 1024;

impl<P: UpstreamProvider> Upstream<P> {
    /// GET `path`, such as `/user/repos?per_page=100`, read as JSON.
    ///
    /// # Errors
    ///
    /// [`UpstreamError`], for each request: `path` begins with a slash and stays inside of the API.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, UpstreamError> {
        self.request("GET", path).send().await?.json()
    }

    /// POST this to `path`; the answer is read as JSON.
    ///
    /// # Errors
    ///
    /// As of [`get`](Self::get).
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, UpstreamError> {
        self.request("POST", path).json(body).send().await?.json()
    }

    /// PUT this at `path`; the answer is read as JSON.
    ///
    /// # Errors
    ///
    /// As of [`get`](Self::get).
    pub async fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, UpstreamError> {
        self.request("PUT", path).json(body).send().await?.json()
    }

    /// PATCH `path` with this; the answer is read as JSON.
    ///
    /// # Errors
    ///
    /// As of [`get`](Self::get).
    pub async fn patch<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, UpstreamError> {
        self.request("PATCH", path).json(body).send().await?.json()
    }

    /// DELETE `path`.
    ///
    /// # Errors
    ///
    /// As of [`get`](Self::get).
    pub async fn delete(&self, path: &str) -> Result<(), UpstreamError> {
        self.request("DELETE", path).send().await.map(|_| ())
    }

    /// Any request: headers, bodies that are no JSON, answers that are none.
    pub fn request(&self, method: &str, path: &str) -> UpstreamRequest<'_, P> {
        let mut bad = None;
        let method = Method::from_bytes(method.as_bytes()).unwrap_or_else(|_| {
            bad = Some("there is no such method");
            Method::GET
        });
        let api = self.provider.service().map(Service::api_url).ok_or("it has no API");
        let url = api.and_then(|api| within(&api, path)).unwrap_or_else(|why| {
            bad = Some(why);
            String::new()
        });
        UpstreamRequest { upstream: self, method, url, headers: HeaderMap::new(), body: Bytes::new(), bad }
    }
}

/// The URL of `path`. What a model wrote may stand in it, so it must not lead out of the API, or to another part of it by
/// dots.
pub(super) fn within(api: &str, path: &str) -> Result<String, &'static str> {
    if !path.starts_with('/') {
        return Err("its path does not begin with a slash");
    }
    if path.chars().any(|char| char.is_whitespace() || char.is_control() || matches!(char, '\\' | '#')) {
        return Err("its path has white space, control characters, a backslash or a `#`");
    }
    // Some servers read `%2f` as a slash, and some of these a backslash too.
    let mut bare = path.split('?').next().unwrap_or_default().to_ascii_lowercase();
    for (encoded, plain) in [("%2e", "."), ("%2f", "/"), ("%5c", "/")] {
        bare = bare.replace(encoded, plain);
    }
    if bare.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err("its path has `.` or `..` as a segment");
    }
    let url = format!("{api}{path}");
    let (base, parsed) = (Url::parse(api), Url::parse(&url));
    match (base, parsed) {
        (Ok(base), Ok(parsed))
            if base.origin() == parsed.origin() && parsed.path().starts_with(base.path()) =>
        {
            Ok(url)
        }
        _ => Err("its path leaves the API"),
    }
}

/// Who calls; and what belongs to the connection, which requests of other people share: with a length of its own, a body
/// would go on as somebody else's request (RFC 9112 section 11.2).
const NOT_FOR_TOOLS: [HeaderName; 13] = [
    header::AUTHORIZATION,
    header::PROXY_AUTHORIZATION,
    header::COOKIE,
    header::HOST,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

/// A request to a provider's API; made by [`Upstream::request`].
#[must_use = "a request does nothing before `send`"]
pub struct UpstreamRequest<'a, P> {
    upstream: &'a Upstream<P>,
    method: Method,
    url: String,
    headers: HeaderMap,
    body: Bytes,
    /// What keeps it from being sent.
    bad: Option<&'static str>,
}

impl<P: UpstreamProvider> UpstreamRequest<'_, P> {
    /// A header, in place of one of the same name. Those that say who calls, and where a message on the connection ends, cannot
    /// be set.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), _) if NOT_FOR_TOOLS.contains(&name) => {
                self.bad = Some("it sets a header that is not for a tool to set");
            }
            (Ok(name), Ok(value)) => drop(self.headers.insert(name, value)),
            _ => self.bad = Some("it has a header that cannot stand in a request"),
        }
        self
    }

    /// This as the JSON body.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => self.body = body.into(),
            Err(_) => self.bad = Some("its body cannot be written as JSON"),
        }
        self.header("content-type", "application/json")
    }

    /// These bytes as the body; say what they are with a `content-type`.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into().into();
        self
    }

    /// Sends it. A redirect is not followed.
    ///
    /// # Errors
    ///
    /// [`UpstreamError`] for every answer that is not 2xx. Nothing is tried again, but for one case: a token that the API
    /// has refused is renewed, once, because then nothing has been done yet.
    pub async fn send(self) -> Result<UpstreamResponse, UpstreamError> {
        let provider = self.upstream.provider.name().to_owned();
        if let Some(why) = self.bad {
            return Err(UpstreamError::Request { provider, why });
        }
        let mut first = true;
        loop {
            let used = self.upstream.used();
            let answer = self.once(&used.tokens.access_token).await?;
            if answer.status != StatusCode::UNAUTHORIZED {
                return UpstreamResponse::of(&provider, answer);
            }
            self.upstream.refused(&used, first).await?;
            if !first {
                // The second token is refused as well; a third one will not be tried.
                return Err(UpstreamError::Ended { provider });
            }
            first = false;
        }
    }

    async fn once(&self, token: &crate::Secret) -> Result<Incoming, UpstreamError> {
        let provider = &self.upstream.provider;
        let name = || provider.name().to_owned();
        let Some(service) = provider.service() else {
            return Err(UpstreamError::Request { provider: name(), why: "it has no API" });
        };
        let mut headers = service.headers(token);
        for (name, value) in &self.headers {
            headers.insert(name, value.clone());
        }
        let request = Outgoing {
            method: self.method.clone(),
            url: self.url.clone(),
            headers,
            body: self.body.clone(),
            time: TIME,
            limit: SIZE,
        };
        let unavailable = |outage: Outage| UpstreamError::outage(provider.name(), &outage);
        let http = service.http().map_err(|error: SignInError| unavailable(error.to_string().into()))?;
        let answer = http.send(request).await.map_err(|error| match error {
            FetchError::TooLarge => UpstreamError::Unreadable { provider: name(), why: error.to_string() },
            error => unavailable(error.to_string().into()),
        })?;
        match service.outage(&answer, self.upstream.core.now()) {
            Some(outage) => Err(unavailable(outage)),
            None => Ok(answer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn a_path_stays_inside_of_the_api() {
        let api = "https://github.example.com/api/v3";
        for path in ["/user", "/repos/a/b?per_page=1&q=../x", "/search/code?q=a+b", "/a..b/.c", "/a%2Fb", "/"]
        {
            assert_eq!(within(api, path), Ok(format!("{api}{path}")));
        }
        for path in [
            "user",
            "",
            "https://evil.example/",
            "@evil.example/",
            ".evil.example/",
            "/../login",
            "/repos/%2E%2e/user",
            "/repos/./b",
            "/a/..",
            "/..",
            "/a\\..\\b",
            "/repos/..%2Fuser",
            "/repos/%2e%2e%2fuser",
            "/repos/a%2f..%5cuser",
            "/..%5C..%5Cuser",
            "/a b",
            "/a\nb",
            "/a#b",
        ] {
            assert!(within(api, path).is_err(), "{path:?}");
        }
        assert!(
            within("https://api.github.com", "//evil.example/user")
                .is_ok_and(|url| url.starts_with("https://api.github.com//"))
        );
        assert!(within("https://api.github.com", ":8443/user").is_err());
    }
}
