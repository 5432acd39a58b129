//! The only HTTP client: time and size limits, no redirects, no proxies, no special-use addresses.

mod address;
#[cfg(feature = "authorization-server")]
mod send;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use http::{HeaderValue, header};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

pub(crate) use address::Reach;
#[cfg(feature = "authorization-server")]
pub(crate) use send::{Incoming, Outgoing};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(5);
/// The largest key sets in the field have about 50 KiB.
const MAX_BODY_BYTES: usize = 512 * 1024;

/// Fetches documents of an issuer.
#[derive(Debug, Clone)]
pub(crate) struct HttpClient {
    client: reqwest::Client,
    reach: Reach,
}

/// A document that was answered with 200.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) body: Vec<u8>,
    /// The value of `Cache-Control`, when it can be read.
    pub(crate) cache_control: Option<String>,
    /// The value of `Content-Type`, when it can be read.
    pub(crate) content_type: Option<String>,
}

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// We do not send this request.
    #[error("the URL is refused: {0}")]
    Refused(&'static str),
    /// The server answered, but not with a document.
    #[error("the answer has status {0} and not 200")]
    Status(u16),
    /// The answer is larger than anything sensible.
    #[error("the answer is larger than what is read of one")]
    TooLarge,
    /// No answer, or half of one.
    #[error("the request failed: {}", causes(.0))]
    Transport(#[source] reqwest::Error),
}

impl HttpClient {
    /// A client that reaches the public internet and what `reach` adds to it.
    ///
    /// TLS uses the process-level provider of rustls when the application installed one, and otherwise aws-lc, which
    /// reqwest's feature `rustls` brings along: there is no state in which a provider is missing.
    pub(crate) fn new(reach: Reach) -> Result<Self, FetchError> {
        let client = guarded(reach).build().map_err(FetchError::Transport)?;
        Ok(Self { client, reach })
    }

    /// A client for hosts that strangers name: no connection to one of them is kept. With `root`, the certificate of an
    /// authority in PEM, that one is trusted too.
    #[cfg(feature = "authorization-server")]
    pub(crate) fn for_strangers(reach: Reach, root: Option<&str>) -> Result<Self, FetchError> {
        let mut builder = guarded(reach).pool_max_idle_per_host(0);
        if let Some(pem) = root {
            let roots = reqwest::Certificate::from_pem_bundle(pem.as_bytes());
            let roots = roots.map_err(FetchError::Transport)?;
            if roots.is_empty() {
                return Err(FetchError::Refused("there is no certificate (PEM) in what was given"));
            }
            builder = builder.tls_certs_merge(roots);
        }
        Ok(Self { client: builder.build().map_err(FetchError::Transport)?, reach })
    }

    /// The document at `url`. Its content is not looked at before the status is known to be 200.
    pub(crate) async fn get(&self, url: &str) -> Result<Document, FetchError> {
        let url = check(url, self.reach).map_err(FetchError::Refused)?;
        read(self.client.get(url)).await
    }

    /// The document that a form is answered with; `authorization` does not follow anywhere else, because redirects are
    /// not followed.
    pub(crate) async fn post_form(
        &self,
        url: &str,
        authorization: &HeaderValue,
        form: String,
    ) -> Result<Document, FetchError> {
        let url = check(url, self.reach).map_err(FetchError::Refused)?;
        let request = self
            .client
            .post(url)
            .header(header::AUTHORIZATION, authorization)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .body(form);
        read(request).await
    }
}

fn guarded(reach: Reach) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(concat!("mcp-auth/", env!("CARGO_PKG_VERSION")))
        // A proxy from the environment would resolve names itself, past the guard.
        .no_proxy()
        // A redirect is an order to fetch what was never configured.
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TOTAL_TIMEOUT)
        .dns_resolver(Arc::new(GuardedResolver { reach }))
}

/// One request to this machine, whatever it is answered: for the browser of a test.
#[cfg(all(feature = "testing", feature = "authorization-server"))]
pub(crate) async fn loopback(
    request: http::Request<String>,
) -> Result<http::Response<String>, Box<dyn std::error::Error + Send + Sync>> {
    let url = request.uri().to_string();
    let url = check(&url, Reach { loopback: true, ..Reach::default() })?;
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TOTAL_TIMEOUT)
        .build()?;
    let (parts, body) = request.into_parts();
    let answer = client.request(parts.method, url).headers(parts.headers).body(body).send().await?;
    let mut response = http::Response::new(String::new());
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    *response.body_mut() = answer.text().await?;
    Ok(response)
}

/// The answer, of which nothing is read before its status is known to be 200.
async fn read(request: reqwest::RequestBuilder) -> Result<Document, FetchError> {
    let mut response = request.send().await.map_err(FetchError::Transport)?;
    if response.status() != reqwest::StatusCode::OK {
        return Err(FetchError::Status(response.status().as_u16()));
    }
    let header = |name| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
    let (cache_control, content_type) = (header(header::CACHE_CONTROL), header(header::CONTENT_TYPE));
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(FetchError::Transport)? {
        if body.len() + chunk.len() > MAX_BODY_BYTES {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Document { body, cache_control, content_type })
}

/// Whether a request to `url` may be sent: https, or http to this machine when the reach includes it.
///
/// Addresses written as such (also `2130706433`, `0x7f.1` and `[::ffff:127.0.0.1]`, which the URL parser turns into
/// plain ones) are judged here, because reqwest asks its resolver for names only.
pub(crate) fn check(url: &str, reach: Reach) -> Result<Url, &'static str> {
    let url = Url::parse(url).map_err(|_| "it cannot be parsed")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it contains credentials");
    }
    let on_this_machine = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) if reach.allows(address.into()) => address.is_loopback(),
        Some(Host::Ipv6(address)) if reach.allows(address.into()) => address.is_loopback(),
        Some(_) => return Err("its address is not one of the public internet"),
        None => return Err("it has no host"),
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if on_this_machine && reach.loopback => Ok(url),
        _ => Err("it is not https"),
    }
}

/// Resolves names and drops every address out of reach, so that the check and the connection see the same addresses.
struct GuardedResolver {
    reach: Reach,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(Box::new(within(reach, found)?.into_iter()) as Addrs)
        })
    }
}

/// The addresses within reach. Of a name that has others too these are left, and nothing is asked about it again: DNS64
/// gives such names to every server that has IPv4 only.
fn within(
    reach: Reach,
    found: impl Iterator<Item = SocketAddr>,
) -> Result<Vec<SocketAddr>, Box<dyn std::error::Error + Send + Sync>> {
    let allowed: Vec<_> = found.filter(|address| reach.allows(address.ip())).collect();
    if allowed.is_empty() {
        return Err("the name has no address on the public internet".into());
    }
    Ok(allowed)
}

/// The error with all its causes: reqwest's own text stops at "error sending request".
fn causes(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
