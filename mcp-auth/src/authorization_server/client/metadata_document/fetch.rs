//! One document, from its host (draft section 4).

use std::{sync::OnceLock, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::{MOST_BYTES, NoDocument, content, document_url::DocumentUrl, freshness, settings::Loopback};
use crate::{
    authorization_server::ClientMetadata,
    http::{FetchError, HttpClient, Incoming, Outgoing, Reach},
};

/// For the whole of it, names and TLS included.
const TIME: Duration = Duration::from_secs(5);

/// A good document.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) metadata: ClientMetadata,
    pub(super) fresh_for: Duration,
}

/// Fetches documents. Every connection is vetted in `http.rs`: no special-use address, however it is written or which name
/// leads to it, no redirect, no proxy.
#[derive(Debug)]
pub(super) struct Fetcher {
    /// Made for the first document: it reads the system's certificates.
    public: OnceLock<HttpClient>,
    loopback: Option<(Loopback, HttpClient)>,
}

impl Fetcher {
    pub(super) fn new(loopback: Option<Loopback>) -> Result<Self, FetchError> {
        let reach = Reach { loopback: true, ..Reach::default() };
        let with_client = |loopback: Loopback| {
            let client = HttpClient::for_strangers(reach, Some(&loopback.root))?;
            Ok::<_, FetchError>((loopback, client))
        };
        Ok(Self { public: OnceLock::new(), loopback: loopback.map(with_client).transpose()? })
    }

    /// The origin of this machine that is let through.
    pub(super) fn loopback(&self) -> Option<&str> {
        self.loopback.as_ref().map(|(loopback, _)| loopback.origin.as_str())
    }

    /// The client for this URL: only the one origin gets the one that reaches this machine.
    pub(super) fn client(&self, url: &DocumentUrl) -> Result<HttpClient, FetchError> {
        if let Some((loopback, client)) = &self.loopback
            && loopback.origin.strip_prefix("https://") == Some(url.authority.as_str())
        {
            return Ok(client.clone());
        }
        if let Some(client) = self.public.get() {
            return Ok(client.clone());
        }
        let client = HttpClient::for_strangers(Reach::default(), None)?;
        Ok(self.public.get_or_init(|| client).clone())
    }

    pub(super) async fn fetch(&self, url: &DocumentUrl) -> Result<Fetched, NoDocument> {
        let client = self.client(url).map_err(|error| unreachable(&error))?;
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        let request = Outgoing {
            method: Method::GET,
            url: url.text.clone(),
            headers,
            body: Bytes::new(),
            time: TIME,
            limit: MOST_BYTES,
        };
        let answer = client.send(request).await.map_err(|error| match error {
            FetchError::TooLarge => invalid(format!("the document is larger than {MOST_BYTES} bytes")),
            error => unreachable(&error),
        })?;
        judge(url, &answer)
    }
}

/// 200 and JSON, or nothing. Statuses by which a host, or what guards it, says "not now" or "not you" are an outage; every
/// other one says that there is no document.
fn judge(url: &DocumentUrl, answer: &Incoming) -> Result<Fetched, NoDocument> {
    let status = answer.status.as_u16();
    match answer.status {
        StatusCode::OK => {}
        status if status.is_redirection() => {
            return Err(invalid(format!("there is a redirect ({status}), and redirects are not followed")));
        }
        status if status.is_server_error() || matches!(status.as_u16(), 401 | 403 | 408 | 425 | 429) => {
            return Err(NoDocument::Unreachable(format!("the host answers with status {status}")));
        }
        _ => return Err(invalid(format!("there is no document: the host answers with status {status}"))),
    }
    if !is_json(&answer.headers) {
        return Err(invalid("the document is not served as application/json".to_owned()));
    }
    let metadata = content::read(&url.text, &answer.body).map_err(invalid)?;
    Ok(Fetched { metadata, fresh_for: freshness::fresh_for(&answer.headers) })
}

/// `application/json` or `application/…+json`.
fn is_json(headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else { return false };
    let essence = line.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    let Some(subtype) = essence.strip_prefix("application/") else { return false };
    subtype == "json" || subtype.strip_suffix("+json").is_some_and(|prefix| !prefix.is_empty())
}

fn invalid(why: String) -> NoDocument {
    NoDocument::Invalid(why)
}

/// An address that is refused is told apart in the log only: a page that did would tell strangers which names mean something
/// in our network.
fn unreachable(error: &FetchError) -> NoDocument {
    NoDocument::Unreachable(error.to_string())
}
