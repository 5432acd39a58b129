//! Documents from a host with TLS on this machine, which answers as told and counts.

mod address;
mod content;
mod fetching;
mod flow;
mod host;
mod settings;

use serde_json::{Value, json};

pub(super) use self::host::{Host, Reply};
use super::{ClientDocuments, Documents};
use crate::{authorization_server::IssuerUrl, clock::Clock};
use std::sync::Arc;

const ISSUER: &str = "http://127.0.0.1:3000";
const CALLBACK: &str = "https://client.example/callback";

/// A good document of the client at `id`.
fn document(id: &str) -> Value {
    json!({
        "client_id": id,
        "client_name": "An app",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "logo_uri": "https://tracker.example/pixel.png",
    })
}

/// `document` with some members changed; `null` takes one out.
fn with(mut document: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else { panic!("no object: {changes}") };
    let members = document.as_object_mut().unwrap();
    for (name, value) in changes {
        if value.is_null() {
            members.remove(&name);
        } else {
            members.insert(name, value);
        }
    }
    document
}

/// The documents of a server that lets this host through.
fn documents(host: &Host, clock: &Clock) -> Arc<Documents> {
    let issuer = IssuerUrl::parse(ISSUER, "test").unwrap();
    let settings = ClientDocuments::new().loopback(host.origin(), host.root());
    settings.start(&issuer, clock).unwrap().unwrap()
}
