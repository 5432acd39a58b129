//! Which client ids are URLs of documents (draft section 3), in the one spelling that no two parsers read differently.

use url::{Host, Url};

const LONGEST: usize = 1024;

/// Whether this id leads to a document. No other client has such an id: ours are 43 characters of base64url (S73).
pub(in crate::authorization_server) fn is_document_url(id: &str) -> bool {
    id.starts_with("https://")
}

/// A URL whose document may be fetched.
#[derive(Debug, Clone)]
pub(super) struct DocumentUrl {
    /// As the client wrote it, which is also its normal form.
    pub(super) text: String,
    /// Host and port: `app.example.com`, `app.example.com:8443`.
    pub(super) authority: String,
}

impl DocumentUrl {
    /// Parses a client id; `on_this_machine` is an origin that is let through for tests (`https://localhost:8643`).
    pub(super) fn parse(id: &str, on_this_machine: Option<&str>) -> Result<Self, &'static str> {
        if id.len() > LONGEST {
            return Err("it is too long");
        }
        if !id.bytes().all(|byte| byte.is_ascii_graphic()) || id.contains('\\') {
            return Err("it has a character that cannot stand in a URL");
        }
        if id.contains('#') {
            return Err("it has a fragment");
        }
        let url = Url::parse(id).map_err(|_| "it cannot be parsed")?;
        if url.scheme() != "https" {
            return Err("it is not https");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it has a user name");
        }
        // What the parser changes (case, port, dot segments, an address in decimal, octal or hexadecimal), another parser
        // reads as something else: it would be checked in one form and fetched in another.
        if url.as_str() != id {
            return Err("it is not in its normal form");
        }
        if url.path() == "/" {
            return Err("it has no path");
        }
        let origin = url.origin().ascii_serialization();
        if on_this_machine != Some(origin.as_str()) {
            public_name(&url)?;
        }
        let authority = origin.strip_prefix("https://").unwrap_or_default().to_owned();
        Ok(Self { text: id.to_owned(), authority })
    }
}

/// A name of the public internet, as far as a name can show it: its addresses are judged where they are used.
fn public_name(url: &Url) -> Result<(), &'static str> {
    let Some(Host::Domain(name)) = url.host() else {
        return Err("its host is an address, and no domain");
    };
    let special = ["localhost", "local", "internal", "onion", "invalid", "test", "arpa"];
    match name.rsplit_once('.') {
        None => Err("its host is no domain"),
        Some((_, "")) => Err("its host ends with a dot"),
        Some((_, last)) if special.contains(&last) => Err("its host is no public domain"),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{DocumentUrl, LONGEST, is_document_url};

    fn parse(id: &str) -> Result<DocumentUrl, &'static str> {
        DocumentUrl::parse(id, Some("https://localhost:8643"))
    }

    #[test]
    fn s66_a_url_with_a_path_in_its_normal_form() {
        for (id, authority) in [
            ("https://claude.ai/oauth/mcp-oauth-client-metadata", "claude.ai"),
            ("https://chatgpt.com/oauth/IbUR3zxyNQ16/client.json", "chatgpt.com"),
            ("https://app.example.com:8443/client.json", "app.example.com:8443"),
            // Not recommended, and not forbidden.
            ("https://app.example.com/client?v=1", "app.example.com"),
            ("https://app.example.com/a/", "app.example.com"),
            ("https://xn--pp-uia.example.com/c", "xn--pp-uia.example.com"),
            ("https://localhost:8643/app.json", "localhost:8643"),
        ] {
            assert!(is_document_url(id), "{id}");
            let url = parse(id).unwrap_or_else(|why| panic!("{id}: {why}"));
            assert_eq!((url.text.as_str(), url.authority.as_str()), (id, authority));
        }
    }

    #[test]
    fn s66_f7_every_other_spelling_is_refused() {
        for id in [
            "https://",
            "https://app.example.com",
            "https://app.example.com/",
            "https://app.example.com?a=b",
            "https://app.example.com/?a=b",
            "https:///app.example.com/c",
            "https://APP.example.com/c",
            "https://app.example.com:443/c",
            "https://app.example.com:0443/c",
            "https://app.example.com:/c",
            "https://app.example.com/a/../c",
            "https://app.example.com/a/./c",
            "https://app.example.com/a/%2e%2E/c",
            "https://app.example.com/..",
            "https://app.example.com/c#top",
            "https://app.example.com/c#",
            "https://user@app.example.com/c",
            "https://user:password@app.example.com/c",
            "https://@app.example.com/c",
            "https://:@app.example.com/c",
            "https://app.example.com\\@evil.example/c",
            "https://app.example.com/c d",
            "https://app.example.com/c\t",
            "https://app.example.com/c\n",
            "https://app.example.com/ä",
            "https://äpp.example.com/c",
            "https://ap%70.example.com/c",
            "https://app.example.com./c",
            "https://app.example.com/\"c\"",
            "http://app.example.com/c",
            "HTTPS://app.example.com/c",
        ] {
            assert!(parse(id).is_err(), "{id:?}");
        }
        assert!(parse(&format!("https://app.example.com/{}", "a".repeat(LONGEST))).is_err());
    }

    /// Whatever an address is written as, also a public one: a certificate shows a domain to a person, not a number.
    #[test]
    fn t20_s68_f6_no_form_of_an_address_is_a_host() {
        for host in [
            "127.0.0.1",
            "127.1",
            "0177.0.0.1",
            "0x7f.0.0.1",
            "0x7f000001",
            "2130706433",
            "017700000001",
            "127.0.0.1.",
            "10.0.0.1",
            "169.254.169.254",
            "0xa9fea9fe",
            "2852039166",
            "0251.0376.0251.0376",
            "0.0.0.0",
            "0",
            "8.8.8.8",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b:1::a00:1]",
            "[2002:7f00:1::]",
            "[2001:0:4136:e378::]",
            "[fe80::1]",
            "[fd00::1]",
            "[2606:4700::1111]",
            "%31%32%37.0.0.1",
            "①②⑦.⓪.⓪.①",
            "ⓛocalhost",
            "localhost",
            "localhost.",
            "LOCALHOST",
            "app.localhost",
            "metadata",
            "metadata.google.internal",
            "printer.local",
            "1.0.0.127.in-addr.arpa",
        ] {
            assert!(parse(&format!("https://{host}/client.json")).is_err(), "{host}");
            assert!(
                parse(&format!("https://{host}:8643/client.json")).is_err() || host == "localhost",
                "{host}"
            );
        }
        assert!(DocumentUrl::parse("https://localhost:8643/app.json", None).is_err());
        for other in ["https://localhost:8644/a", "https://localhost/a", "https://127.0.0.1:8643/a"] {
            assert!(parse(other).is_err(), "only the one origin: {other}");
        }
    }
}
