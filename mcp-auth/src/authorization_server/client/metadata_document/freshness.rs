//! How long a document is taken as it is (RFC 9111 section 4.2, within bounds of our own: draft section 4.4).

use std::time::Duration;

use http::{HeaderMap, header};

/// Whatever the document says: so often it may be asked for, and no more.
pub(super) const LEAST: Duration = Duration::from_secs(60);
/// Whatever it says: a change counts after this time.
pub(super) const MOST: Duration = Duration::from_secs(60 * 60);
/// Where it says nothing.
pub(super) const UNSAID: Duration = Duration::from_secs(10 * 60);
/// How long after it was fetched the last good copy serves while the host cannot be reached.
pub(super) const LAST_GOOD: Duration = Duration::from_secs(24 * 60 * 60);

/// What the headers ask for, within the bounds.
pub(super) fn fresh_for(headers: &HeaderMap) -> Duration {
    let Some(asked) = asked(headers) else { return UNSAID };
    let age = headers.get(header::AGE).and_then(|age| age.to_str().ok()?.trim().parse().ok());
    asked.saturating_sub(Duration::from_secs(age.unwrap_or(0))).clamp(LEAST, MOST)
}

/// The lifetime in `Cache-Control`. Nothing may be kept that is not to be stored or is for one person; a number that cannot
/// be read is none (RFC 9111 section 4.2.1), and of several the smallest counts.
fn asked(headers: &HeaderMap) -> Option<Duration> {
    let lines = headers.get_all(header::CACHE_CONTROL).iter();
    let text = lines.map(|line| line.to_str().unwrap_or("no-store")).collect::<Vec<_>>().join(",");
    let text = text.to_ascii_lowercase();
    let mut ages = Vec::new();
    for directive in text.split(',').map(str::trim) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name {
            "no-store" | "no-cache" | "private" => return Some(Duration::ZERO),
            "max-age" | "s-maxage" => ages.push((name, value.trim_matches('"').parse().unwrap_or(0))),
            _ => {}
        }
    }
    // We answer many people from one copy: what is said to shared caches is said to us.
    let shared = ages.iter().any(|(name, _)| *name == "s-maxage");
    let ages = ages.into_iter().filter(|(name, _)| !shared || *name == "s-maxage");
    ages.map(|(_, seconds)| Duration::from_secs(seconds)).min()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::{LEAST, MOST, UNSAID, fresh_for};

    #[test]
    fn s70_what_the_host_says_counts_within_our_bounds() {
        for (lines, seconds) in [
            (&[][..], UNSAID.as_secs()),
            (&[("cache-control", "public")], UNSAID.as_secs()),
            (&[("cache-control", "max-age=300")], 300),
            (&[("cache-control", "Public, Max-Age=\"300\"")], 300),
            (&[("cache-control", "max-age=300"), ("age", "100")], 200),
            (&[("cache-control", "max-age=300"), ("age", "99999999999999999999")], 300),
            (&[("cache-control", "max-age=300"), ("age", "1000")], LEAST.as_secs()),
            (&[("cache-control", "max-age=300, s-maxage=600")], 600),
            (&[("cache-control", "max-age=300"), ("cache-control", "max-age=200")], 200),
            (&[("cache-control", "max-age=1")], LEAST.as_secs()),
            (&[("cache-control", "max-age=31536000, immutable")], MOST.as_secs()),
            (&[("cache-control", "max-age=99999999999999999999")], LEAST.as_secs()),
            (&[("cache-control", "max-age=soon")], LEAST.as_secs()),
            (&[("cache-control", "max-age=-1")], LEAST.as_secs()),
            (&[("cache-control", "no-store")], LEAST.as_secs()),
            (&[("cache-control", "max-age=600, no-store")], LEAST.as_secs()),
            (&[("cache-control", "max-age=600"), ("cache-control", "no-cache")], LEAST.as_secs()),
            (&[("cache-control", "private, max-age=600")], LEAST.as_secs()),
            (&[("cache-control", "\u{fc}")], LEAST.as_secs()),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in lines {
                let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
                headers.append(HeaderName::from_static(name), value);
            }
            assert_eq!(fresh_for(&headers).as_secs(), seconds, "{lines:?}");
        }
    }
}
