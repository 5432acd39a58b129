//! The client's side: requests over connections that stay open.

use http::{Method, StatusCode, header};
use serde_json::{Value, json};

use super::super::{Answer, CALLBACK, Given, encoded, refresh_form};

/// What was asked, where there was no answer.
pub(crate) type Asked = Result<Answer, reqwest::Error>;

/// The way to one server.
#[derive(Clone)]
pub(crate) struct Http {
    client: reqwest::Client,
    address: String,
    host: String,
}

impl Http {
    pub(super) fn new(address: &str, issuer: &str) -> Self {
        let client = reqwest::Client::builder().no_proxy().timeout(std::time::Duration::from_secs(60));
        Self {
            client: client.build().unwrap(),
            address: address.to_owned(),
            host: issuer.trim_start_matches("http://").to_owned(),
        }
    }

    /// Where it listens.
    #[cfg(target_os = "linux")]
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(header::HeaderName, &str)],
        body: String,
    ) -> Asked {
        let mut request = self.client.request(method, format!("http://{}{path}", self.address));
        request = request.header(header::HOST, &self.host);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let answer = request.body(body).send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = serde_json::from_slice(&answer.bytes().await?).unwrap_or(Value::Null);
        Ok(Answer { status, headers, body })
    }

    pub(crate) async fn form(&self, path: &str, form: &[(&str, &str)]) -> Asked {
        let form_type = (header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(Method::POST, path, &[form_type], encoded(form)).await
    }

    /// A public client of this name.
    pub(crate) async fn register(&self, name: &str) -> Asked {
        let metadata = json!({ "redirect_uris": [CALLBACK], "client_name": name });
        let json_type = (header::CONTENT_TYPE, "application/json");
        self.send(Method::POST, "/register", &[json_type], metadata.to_string()).await
    }

    /// A code for the client.
    pub(crate) async fn code(&self, client: &str) -> Result<Given, reqwest::Error> {
        let given = self.send(Method::POST, "/test/code", &[], client.to_owned()).await?;
        Ok(Given { client: client.to_owned(), code: given.text("code"), verifier: given.text("verifier") })
    }

    pub(crate) async fn redeem(&self, given: &Given) -> Asked {
        self.form("/token", &given.form()).await
    }

    pub(crate) async fn refresh(&self, client: &str, token: &str) -> Asked {
        self.form("/token", &refresh_form(client, token)).await
    }

    pub(crate) async fn revoke(&self, client: &str, token: &str) -> Asked {
        self.form("/revoke", &[("client_id", client), ("token", token)]).await
    }

    /// What the MCP endpoint says to this token.
    pub(crate) async fn call(&self, access_token: &str) -> Result<StatusCode, reqwest::Error> {
        let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" },
        }});
        let headers = [
            (header::AUTHORIZATION, format!("Bearer {access_token}")),
            (header::CONTENT_TYPE, "application/json".to_owned()),
            (header::ACCEPT, "application/json, text/event-stream".to_owned()),
        ];
        let headers = headers.each_ref().map(|(name, value)| (name.clone(), value.as_str()));
        Ok(self.send(Method::POST, "/mcp", &headers, message.to_string()).await?.status)
    }
}
