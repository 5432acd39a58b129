//! What a client reads about the authorization server (RFC 8414 section 2): built once, the same for everybody.

use serde::Serialize;

use super::{Core, Endpoints};

/// The document. It says nothing that is not implemented.
#[derive(Serialize)]
struct Metadata<'a> {
    issuer: &'a str,
    authorization_endpoint: String,
    token_endpoint: String,
    registration_endpoint: String,
    revocation_endpoint: String,
    jwks_uri: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes_supported: Vec<&'static str>,
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 1],
    grant_types_supported: [&'static str; 2],
    token_endpoint_auth_methods_supported: [&'static str; 3],
    revocation_endpoint_auth_methods_supported: [&'static str; 3],
    code_challenge_methods_supported: [&'static str; 1],
    authorization_response_iss_parameter_supported: bool,
    /// Only where it is so: a client looks at nothing else before it names a URL as its id.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    client_id_metadata_document_supported: bool,
    protected_resources: Vec<&'a str>,
    #[serde(flatten)]
    of_openid: Option<OfOpenId>,
}

/// What OpenID Connect Discovery section 3 requires of the document at its own places. We issue no ID tokens and list no
/// scope `openid`; but clients that find a document there refuse to read it without these.
#[derive(Serialize)]
struct OfOpenId {
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: [&'static str; 1],
}

/// The real ones of RFC 7591 section 2, `none` first: it is what every client is registered with.
pub(super) const AUTH_METHODS: [&str; 3] = ["none", "client_secret_basic", "client_secret_post"];

pub(super) const TOKEN: &str = "/token";
pub(super) const REGISTER: &str = "/register";
pub(super) const REVOKE: &str = "/revoke";
pub(super) const AUTHORIZE: &str = "/authorize";
pub(super) const JWKS: &str = "/.well-known/jwks.json";
const RFC_8414: &str = "/.well-known/oauth-authorization-server";
const OPENID: &str = "/.well-known/openid-configuration";

/// Every place where clients look, with its document: RFC 8414 section 3.1, then both forms of OpenID Connect Discovery,
/// inserted and appended.
pub(super) fn documents(endpoints: &Endpoints) -> Vec<(String, Vec<u8>)> {
    let path = endpoints.core.issuer.path();
    let plain = document(endpoints, None);
    let openid =
        OfOpenId { subject_types_supported: ["public"], id_token_signing_alg_values_supported: ["ES256"] };
    let openid = document(endpoints, Some(openid));
    let mut documents =
        vec![(format!("{RFC_8414}{path}"), plain), (format!("{OPENID}{path}"), openid.clone())];
    if !path.is_empty() {
        documents.push((format!("{path}{OPENID}"), openid));
    }
    documents
}

fn document(endpoints: &Endpoints, of_openid: Option<OfOpenId>) -> Vec<u8> {
    let Core { issuer, documents, .. } = endpoints.core.as_ref();
    let metadata = Metadata {
        issuer: issuer.as_str(),
        authorization_endpoint: issuer.url_of(AUTHORIZE),
        token_endpoint: issuer.url_of(TOKEN),
        registration_endpoint: issuer.url_of(REGISTER),
        revocation_endpoint: issuer.url_of(REVOKE),
        jwks_uri: issuer.url_of(JWKS),
        scopes_supported: scopes(endpoints),
        response_types_supported: ["code"],
        response_modes_supported: ["query"],
        grant_types_supported: ["authorization_code", "refresh_token"],
        token_endpoint_auth_methods_supported: AUTH_METHODS,
        revocation_endpoint_auth_methods_supported: AUTH_METHODS,
        code_challenge_methods_supported: ["S256"],
        authorization_response_iss_parameter_supported: true,
        client_id_metadata_document_supported: documents.is_some(),
        protected_resources: endpoints.servers.iter().map(|server| server.resource.as_str()).collect(),
        of_openid,
    };
    serde_json::to_vec(&metadata).unwrap_or_default()
}

/// The scopes of all servers, each once. Some clients ask for all of them.
fn scopes(endpoints: &Endpoints) -> Vec<&'static str> {
    let mut names = Vec::new();
    for scope in endpoints.servers.iter().flat_map(|server| &server.scopes) {
        if !names.contains(&scope.name()) {
            names.push(scope.name());
        }
    }
    names
}
