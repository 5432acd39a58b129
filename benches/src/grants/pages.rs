//! Somebody who walks our pages for codes: reads the consent page, allows it, and signs in the first time.

use std::{collections::BTreeMap, net::SocketAddr};

use serde_json::{Value, json};
use url::{Url, form_urlencoded::Serializer};

use super::{
    ORIGIN, REDIRECT_URI, RESOURCE, SCOPE,
    wire::{Answer, Connection, FORM, JSON, get, post},
};
use crate::Result;

/// Pages and redirects until something is wrong.
const STEPS: usize = 8;

pub(super) struct Pages {
    connection: Connection,
    client: String,
    cookies: BTreeMap<String, String>,
}

impl Pages {
    /// A browser, for a client that registers itself.
    pub(super) async fn open(address: SocketAddr) -> Result<Self> {
        let mut connection = Connection::open(address).await?;
        let metadata = json!({
            "client_name": "bench", "redirect_uris": [REDIRECT_URI], "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
        });
        let answer = connection.exchange(&post("/register", JSON, "", &metadata.to_string())).await?;
        let registered: Value = serde_json::from_slice(&answer.body)?;
        let client = registered["client_id"].as_str().ok_or("the client was not registered")?.to_owned();
        Ok(Self { connection, client, cookies: BTreeMap::new() })
    }

    /// A connection that was idle for a while may be closed.
    pub(super) async fn connect_again(&mut self, address: SocketAddr) -> Result<()> {
        self.connection = Connection::open(address).await?;
        Ok(())
    }

    pub(super) fn client(&self) -> &str {
        &self.client
    }

    /// One code, by the way that a person takes.
    pub(super) async fn code(&mut self, challenge: &str) -> Result<String> {
        let query = Serializer::new(String::new())
            .extend_pairs([
                ("response_type", "code"),
                ("client_id", self.client.as_str()),
                ("redirect_uri", REDIRECT_URI),
                ("code_challenge", challenge),
                ("code_challenge_method", "S256"),
                ("state", challenge),
                ("resource", RESOURCE),
                ("scope", SCOPE),
            ])
            .finish();
        let mut answer = self.get(&format!("/authorize?{query}")).await?;
        for _ in 0..STEPS {
            let Some(location) = &answer.location else {
                answer = self.send_form(&answer).await?;
                continue;
            };
            if location.starts_with(REDIRECT_URI) {
                let url = Url::parse(location)?;
                let code = url.query_pairs().find(|(name, _)| name == "code");
                return Ok(code.ok_or_else(|| format!("no code: {location}"))?.1.into_owned());
            }
            let path = location.strip_prefix(ORIGIN).unwrap_or(location).to_owned();
            answer = self.get(&path).await?;
        }
        Err("the pages lead nowhere".into())
    }

    async fn get(&mut self, path: &str) -> Result<Answer> {
        let request = get(path, &self.cookies());
        self.ask(&request).await
    }

    /// Sends the page's first form: as it is, with consent, and with a name where one is asked for.
    async fn send_form(&mut self, page: &Answer) -> Result<Answer> {
        let html = String::from_utf8_lossy(&page.body);
        let wrong = || format!("no form to send: {} {html}", page.status);
        let form = html.split("<form").nth(1).filter(|_| page.status == 200).ok_or_else(wrong)?;
        let form = form.split("</form>").next().unwrap_or_default();
        let action = attribute(form, "action").ok_or_else(wrong)?;
        let mut fields = Serializer::new(String::new());
        for input in form.split("<input").skip(1) {
            let input = input.split('>').next().unwrap_or_default();
            if let (Some(name), Some(value)) = (attribute(input, "name"), attribute(input, "value")) {
                fields.append_pair(&name, &value);
            } else if attribute(input, "id").as_deref() == Some("name") {
                fields.append_pair("name", "alice");
            }
        }
        if form.contains("name=\"decision\"") {
            fields.append_pair("decision", "allow");
        }
        let path = action.strip_prefix(ORIGIN).unwrap_or(&action);
        let request = post(path, FORM, &self.cookies(), &fields.finish());
        self.ask(&request).await
    }

    async fn ask(&mut self, request: &[u8]) -> Result<Answer> {
        let answer = self.connection.exchange(request).await?;
        for (name, value) in answer.cookies.iter().filter_map(|cookie| cookie.split_once('=')) {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Ok(answer)
    }

    fn cookies(&self) -> String {
        let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() { String::new() } else { format!("Cookie: {}\r\n", pairs.join("; ")) }
    }
}

/// What our pages write, and no more of HTML.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split_once(&format!(" {name}=\""))?.1.split('"').next()?;
    let value = value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    Some(value.replace("&amp;", "&"))
}
