//! What a client reads about the authorization server (RFC 8414 section 2): built once, the same for everybody.

use serde::Serialize;

use super::{ClientAuthentication, Core, Endpoints, introspection_endpoint};
use crate::authenticate::ClientAssertion;

/// The document. It says nothing that is not implemented.
#[derive(Serialize)]
struct Metadata<'a> {
    issuer: &'a str,
    authorization_endpoint: String,
    token_endpoint: String,
    registration_endpoint: String,
    revocation_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    introspection_endpoint: Option<String>,
    jwks_uri: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes_supported: Vec<&'static str>,
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 1],
    grant_types_supported: Vec<&'static str>,
    #[serde(flatten)]
    authentication: Authentication,
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

/// How clients prove who they are, endpoint by endpoint (RFC 8414 section 2).
#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are those of RFC 8414")]
struct Authentication {
    token_endpoint_auth_methods_supported: Vec<ClientAuthentication>,
    token_endpoint_auth_signing_alg_values_supported: [&'static str; 4],
    revocation_endpoint_auth_methods_supported: Vec<ClientAuthentication>,
    revocation_endpoint_auth_signing_alg_values_supported: [&'static str; 4],
    #[serde(skip_serializing_if = "Option::is_none")]
    introspection_endpoint_auth_methods_supported: Option<Vec<ClientAuthentication>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    introspection_endpoint_auth_signing_alg_values_supported: Option<[&'static str; 4]>,
}

pub(super) const TOKEN: &str = "/token";
pub(super) const REGISTER: &str = "/register";
pub(super) const REVOKE: &str = "/revoke";
pub(super) const INTROSPECT: &str = "/introspect";
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
        introspection_endpoint: introspection_endpoint::is_needed(&endpoints.core)
            .then(|| issuer.url_of(INTROSPECT)),
        jwks_uri: issuer.url_of(JWKS),
        scopes_supported: endpoints.scopes(),
        response_types_supported: ["code"],
        response_modes_supported: ["query"],
        grant_types_supported: grant_types(&endpoints.core),
        authentication: authentication(&endpoints.core),
        code_challenge_methods_supported: ["S256"],
        authorization_response_iss_parameter_supported: true,
        client_id_metadata_document_supported: documents.is_some(),
        protected_resources: endpoints.servers.iter().map(|server| server.resource.as_str()).collect(),
        of_openid,
    };
    serde_json::to_vec(&metadata).unwrap_or_default()
}

/// `client_credentials` where somebody may use it.
fn grant_types(core: &Core) -> Vec<&'static str> {
    let machine = "client_credentials";
    let is_machine = |grants: &[String]| grants.iter().any(|grant| grant == machine);
    let machines = core.clients.all().any(|client| is_machine(&client.metadata.grant_types));
    ["authorization_code", "refresh_token"].into_iter().chain(machines.then_some(machine)).collect()
}

/// `none` first, which is what most clients are registered with. Every client can bring keys, but secrets have only those
/// that were written down: a method stands here if it works for somebody.
fn authentication(core: &Core) -> Authentication {
    use ClientAuthentication::{ClientSecretBasic, ClientSecretPost, None as Public, PrivateKeyJwt};
    let used = |method: &ClientAuthentication| {
        core.clients.all().any(|client| client.metadata.token_endpoint_auth_method == *method)
    };
    let is_there = |method: &ClientAuthentication| matches!(method, Public | PrivateKeyJwt) || used(method);
    let all = [Public, ClientSecretBasic, ClientSecretPost, PrivateKeyJwt];
    let all: Vec<_> = all.into_iter().filter(is_there).collect();
    let asking: Vec<_> = all.iter().copied().filter(|method| *method != Public && used(method)).collect();
    let asks_by_key = asking.contains(&PrivateKeyJwt);
    Authentication {
        token_endpoint_auth_methods_supported: all.clone(),
        token_endpoint_auth_signing_alg_values_supported: ClientAssertion::ALGORITHMS,
        revocation_endpoint_auth_methods_supported: all,
        revocation_endpoint_auth_signing_alg_values_supported: ClientAssertion::ALGORITHMS,
        introspection_endpoint_auth_methods_supported: (!asking.is_empty()).then_some(asking),
        introspection_endpoint_auth_signing_alg_values_supported: asks_by_key
            .then_some(ClientAssertion::ALGORITHMS),
    }
}
