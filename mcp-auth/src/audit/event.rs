//! One decision.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Serialize, Serializer, ser::SerializeMap as _};

/// What a text of an event can have, in characters: strangers write some of them.
const MOST: usize = 300;

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuditKind {
    /// A client registered itself, or came again with the same registration.
    ClientRegistered,
    /// Somebody signed in with a provider.
    SignedIn,
    /// A provider did not confirm who somebody is, or they may not enter.
    SignInRefused,
    /// Somebody signed out of this server's pages.
    SignedOut,
    /// A person allowed a client something.
    ConsentGiven,
    /// A person said no to a client.
    ConsentDenied,
    /// A client got its first tokens: a grant began.
    TokensIssued,
    /// A client got tokens for a refresh token.
    TokensRefreshed,
    /// A grant ended, and all its tokens with it.
    GrantEnded,
    /// A request to the authorization server was refused.
    Refused,
    /// A provider was told that a token of theirs is not needed any more, or could not be told.
    UpstreamRevoked,
    /// There is a new signing key, or an old one is gone.
    SigningKeyChanged,
    /// What is kept was sealed anew under the first sealing key.
    Resealed,
    /// The kill switch: every grant, session and signing key ended.
    EverythingEnded,
    /// A tool was called, and may run.
    ToolAllowed,
    /// A tool was called, and may not run, or refused by itself.
    ToolRefused,
}

impl AuditKind {
    /// The name that stands in logs. It does not change.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientRegistered => "client.registered",
            Self::SignedIn => "person.signed_in",
            Self::SignInRefused => "person.sign_in_refused",
            Self::SignedOut => "person.signed_out",
            Self::ConsentGiven => "consent.given",
            Self::ConsentDenied => "consent.denied",
            Self::TokensIssued => "tokens.issued",
            Self::TokensRefreshed => "tokens.refreshed",
            Self::GrantEnded => "grant.ended",
            Self::Refused => "request.refused",
            Self::UpstreamRevoked => "upstream.revoked",
            Self::SigningKeyChanged => "signing_key.changed",
            Self::Resealed => "sealing_key.applied",
            Self::EverythingEnded => "everything.ended",
            Self::ToolAllowed => "tool.allowed",
            Self::ToolRefused => "tool.refused",
        }
    }
}

/// One decision: who, which client, which tool, and why not. Made of ids and words: a [`Secret`](crate::Secret) does not
/// become text, so none gets in.
///
/// It serializes as one flat JSON object, without the members that are empty.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuditEvent {
    /// What was decided.
    pub kind: AuditKind,
    /// When.
    pub time: SystemTime,
    /// Who: the subject of their tokens, such as `github:583231`.
    pub subject: Option<String>,
    /// With which client. Before a client has proven who it is, this is what it says.
    pub client_id: Option<String>,
    /// The grant that it is about.
    pub grant: Option<String>,
    /// The resource that the tokens are for, or that was called.
    pub resource: Option<String>,
    /// Scopes that were given; of a tool that was refused, those that it needs.
    pub scopes: Vec<String>,
    /// The tool.
    pub tool: Option<String>,
    /// The endpoint that refused: `token`, `authorize` …
    pub endpoint: Option<String>,
    /// Why, in words for the operator. What strangers wrote may be quoted in it.
    pub reason: Option<String>,
    /// The reference that the person or the client was shown, and that stands in the log.
    pub reference: Option<String>,
}

impl AuditEvent {
    /// An event of this kind, of nobody yet. The server sets its time.
    pub fn new(kind: AuditKind) -> Self {
        Self {
            kind,
            time: UNIX_EPOCH,
            subject: None,
            client_id: None,
            grant: None,
            resource: None,
            scopes: Vec::new(),
            tool: None,
            endpoint: None,
            reason: None,
            reference: None,
        }
    }

    /// Sets [`subject`](Self::subject).
    #[must_use]
    pub fn subject(mut self, subject: impl AsRef<str>) -> Self {
        self.subject = Some(clean(subject.as_ref()));
        self
    }

    /// Sets [`client_id`](Self::client_id).
    #[must_use]
    pub fn client_id(mut self, client_id: impl AsRef<str>) -> Self {
        self.client_id = Some(clean(client_id.as_ref()));
        self
    }

    /// Sets [`grant`](Self::grant).
    #[must_use]
    pub fn grant(mut self, grant: impl AsRef<str>) -> Self {
        self.grant = Some(clean(grant.as_ref()));
        self
    }

    /// Sets [`resource`](Self::resource).
    #[must_use]
    pub fn resource(mut self, resource: impl AsRef<str>) -> Self {
        self.resource = Some(clean(resource.as_ref()));
        self
    }

    /// Sets [`scopes`](Self::scopes).
    #[must_use]
    pub fn scopes<T: AsRef<str>>(mut self, scopes: impl IntoIterator<Item = T>) -> Self {
        self.scopes = scopes.into_iter().map(|scope| clean(scope.as_ref())).collect();
        self
    }

    /// Sets [`tool`](Self::tool).
    #[must_use]
    pub fn tool(mut self, tool: impl AsRef<str>) -> Self {
        self.tool = Some(clean(tool.as_ref()));
        self
    }

    /// Sets [`endpoint`](Self::endpoint).
    #[must_use]
    pub fn endpoint(mut self, endpoint: impl AsRef<str>) -> Self {
        self.endpoint = Some(clean(endpoint.as_ref()));
        self
    }

    /// Sets [`reason`](Self::reason).
    #[must_use]
    pub fn reason(mut self, reason: impl AsRef<str>) -> Self {
        self.reason = Some(clean(reason.as_ref()));
        self
    }

    /// Sets [`reference`](Self::reference).
    #[must_use]
    pub fn reference(mut self, reference: impl AsRef<str>) -> Self {
        self.reference = Some(clean(reference.as_ref()));
        self
    }
}

/// One line of a log, and not a story: what strangers write ends nobody's line.
fn clean(text: &str) -> String {
    text.chars().take(MOST).map(|char| if char.is_control() { ' ' } else { char }).collect()
}

impl Serialize for AuditEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let since = self.time.duration_since(UNIX_EPOCH).unwrap_or_default();
        map.serialize_entry("time_unix_ms", &u64::try_from(since.as_millis()).unwrap_or(u64::MAX))?;
        map.serialize_entry("kind", self.kind.as_str())?;
        for (name, value) in [
            ("subject", &self.subject),
            ("client_id", &self.client_id),
            ("grant", &self.grant),
            ("resource", &self.resource),
            ("tool", &self.tool),
            ("endpoint", &self.endpoint),
            ("reason", &self.reason),
            ("reference", &self.reference),
        ] {
            if let Some(value) = value {
                map.serialize_entry(name, value)?;
            }
        }
        if !self.scopes.is_empty() {
            map.serialize_entry("scopes", &self.scopes)?;
        }
        map.end()
    }
}
