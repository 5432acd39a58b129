//! The clients that were written down, as the running server knows them.

use std::{collections::HashMap, fmt, sync::Arc};

use super::{PreregisteredClient, Proof};
use crate::{
    Problem,
    authenticate::Keys,
    authorization_server::{
        IssuerUrl,
        client::{Attempts, ClientAuthentication, ClientMetadata, keys},
    },
    clock::Clock,
    http::{FetchError, HttpClient},
    store::Digest,
};

/// All of them, by id.
#[derive(Default)]
pub(crate) struct KnownClients(HashMap<String, Arc<KnownClient>>);

/// One of them.
pub(crate) struct KnownClient {
    pub(crate) settings: PreregisteredClient,
    pub(crate) metadata: ClientMetadata,
    pub(crate) secret: Option<Digest>,
    pub(crate) keys: Option<Arc<Keys>>,
    /// Wrong secrets of late.
    pub(crate) attempts: Attempts,
}

impl KnownClients {
    /// `clients` have been checked.
    pub(crate) fn new(
        clients: Vec<PreregisteredClient>,
        issuer: &IssuerUrl,
        clock: &Clock,
    ) -> Result<Self, FetchError> {
        let known = |client: PreregisteredClient| {
            Ok((client.id.clone(), Arc::new(KnownClient::new(client, issuer, clock)?)))
        };
        clients.into_iter().map(known).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Arc<KnownClient>> {
        self.0.get(id)
    }

    /// What does not fit the servers for which tokens are made.
    pub(crate) fn problems(&self, resources: &[String], scopes: &[&str]) -> Vec<Problem> {
        let mut problems: Vec<_> =
            self.all().flat_map(|client| client.settings.foreign(resources, scopes)).collect();
        problems.sort_by(|one, other| one.message.cmp(&other.message));
        problems
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &KnownClient> {
        self.0.values().map(|client| &**client)
    }
}

impl KnownClient {
    fn new(settings: PreregisteredClient, issuer: &IssuerUrl, clock: &Clock) -> Result<Self, FetchError> {
        let mut keys = None;
        let (mut secret, mut jwks, mut jwks_uri) = (None, None, None);
        let method = match &settings.proof {
            Proof::None => ClientAuthentication::None,
            Proof::Basic(text) => {
                secret = Some(Digest::of(text.expose()));
                ClientAuthentication::ClientSecretBasic
            }
            Proof::Post(text) => {
                secret = Some(Digest::of(text.expose()));
                ClientAuthentication::ClientSecretPost
            }
            Proof::Keys(set) => {
                keys = keys::given(&settings.id, set, clock);
                jwks = Some(set.clone());
                ClientAuthentication::PrivateKeyJwt
            }
            Proof::KeysAt(url) => {
                let reach = keys::reach_of_operator(url, Some(issuer));
                keys = Some(keys::fetched(&settings.id, url, HttpClient::new(reach)?, clock));
                jwks_uri = Some(url.clone());
                ClientAuthentication::PrivateKeyJwt
            }
        };
        let mut grant_types = Vec::new();
        if !settings.redirect_uris.is_empty() {
            grant_types.extend(["authorization_code".to_owned(), "refresh_token".to_owned()]);
        }
        if settings.machine {
            grant_types.push("client_credentials".to_owned());
        }
        let metadata = ClientMetadata {
            client_name: settings.name.clone(),
            redirect_uris: settings.redirect_uris.clone(),
            token_endpoint_auth_method: method,
            grant_types,
            response_types: vec!["code".to_owned()],
            scope: settings.scopes.as_ref().map(|scopes| scopes.join(" ")),
            application_type: None,
            client_uri: None,
            jwks,
            jwks_uri,
        };
        Ok(Self { settings, metadata, secret, keys, attempts: Attempts::default() })
    }

    pub(crate) fn is_confidential(&self) -> bool {
        self.settings.is_confidential()
    }

    /// The resources whose access tokens it may ask about.
    pub(crate) fn introspects(&self) -> &[String] {
        &self.settings.introspects
    }

    /// Whether it may have this scope.
    pub(crate) fn may_have(&self, scope: &str) -> bool {
        self.settings.scopes.as_ref().is_none_or(|scopes| scopes.iter().any(|one| one == scope))
    }
}

/// Which, and no secret.
impl fmt::Debug for KnownClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.settings.fmt(f)
    }
}
