//! What the pages show, as data. Every text may come from a stranger; the pages escape it.

use crate::store::Timestamp;

/// A form field that a person does not see.
#[derive(Debug, Clone)]
pub(crate) struct Hidden {
    pub(crate) name: &'static str,
    pub(crate) value: String,
}

/// The client, as far as it is known.
#[derive(Debug, Clone)]
pub(crate) struct ClientShown {
    /// The name it gave itself.
    pub(crate) name: String,
    /// The operator wrote it down, name included.
    pub(crate) known: bool,
    /// The domain that it proved to be, if it did.
    pub(crate) verified_domain: Option<String>,
    /// Where the answer goes: the host of the redirect URI (in ASCII, as the URI has it), or its scheme for an app.
    pub(crate) redirect_host: String,
    /// The whole redirect URI.
    pub(crate) redirect_uri: String,
    /// Whether that is this machine, where any program may wait for it.
    pub(crate) loopback: bool,
    /// Whether it has a scheme of its own, such as `cursor:`, which any app may claim (RFC 8252 section 7.1).
    pub(crate) private_scheme: bool,
}

/// One scope that is asked for.
#[derive(Debug, Clone)]
pub(crate) struct AskedScope {
    pub(crate) name: String,
    /// The words of its doc comment; the name where there are none.
    pub(crate) description: Option<String>,
    /// It cannot be unticked. It is posted like the others.
    pub(crate) required: bool,
    /// Whether it is ticked when the page opens.
    pub(crate) ticked: bool,
    /// The person has agreed to others before, and not to this one.
    pub(crate) new: bool,
}

/// What is asked of a person at a provider.
#[derive(Debug, Clone)]
pub(crate) struct Permission {
    /// In words.
    pub(crate) text: String,
    /// The person is signed in and has not granted it yet.
    pub(crate) new: bool,
}

/// Something to say above a consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notice {
    /// The form was too old, or not made for this browser: here is a fresh one.
    Renewed,
    /// The person wants to be somebody else, and is no longer signed in.
    SignedOut,
}

/// `Allow or deny`. The form posts `decision=allow|deny`, and `scope=NAME` for each ticked scope.
#[derive(Debug, Clone)]
pub(crate) struct ConsentView {
    /// Path to which the form is posted.
    pub(crate) action: String,
    pub(crate) hidden: Vec<Hidden>,
    pub(crate) client: ClientShown,
    /// The person allowed it before, and it is answered elsewhere now, or proves itself otherwise.
    pub(crate) client_changed: bool,
    /// The title of the server that the client wants to use, and its URL.
    pub(crate) server: String,
    pub(crate) resource: String,
    pub(crate) scopes: Vec<AskedScope>,
    /// Name of a provider, and what is asked of it there.
    pub(crate) upstream: Vec<(String, Vec<Permission>)>,
    /// Who is signed in in this browser. There is a button `decision=switch` to be somebody else.
    pub(crate) person: Option<String>,
    /// Where `Allow` leads when nobody is signed in and there is one provider only, or when more is needed there than the
    /// person has granted: its name.
    pub(crate) continues_with: Option<String>,
    pub(crate) notice: Option<Notice>,
}

/// One way to sign in: a button that posts `provider=ID`.
#[derive(Debug, Clone)]
pub(crate) struct SignInChoice {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// Choice of providers.
#[derive(Debug, Clone)]
pub(crate) struct SignInView {
    pub(crate) action: String,
    pub(crate) hidden: Vec<Hidden>,
    pub(crate) client_name: String,
    pub(crate) choices: Vec<SignInChoice>,
}

/// What was wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameProblem {
    /// There was none.
    Missing,
    /// It is too long, or has characters that a name cannot have.
    Refused,
}

/// The development sign-in: posts `name=…`.
#[derive(Debug, Clone)]
pub(crate) struct PickNameView {
    pub(crate) action: String,
    pub(crate) hidden: Vec<Hidden>,
    /// Names to pick from.
    pub(crate) suggestions: Vec<String>,
    /// What was wrong with the name before.
    pub(crate) problem: Option<NameProblem>,
}

/// Something to say above a person's own page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GrantsNotice {
    /// One app has no access any more.
    Ended,
    /// None has.
    AllEnded,
    /// The person has allowed nothing, or it has ended.
    Nothing,
    /// The person has signed out.
    SignedOut,
    /// The form was too old, or not made for this browser: here is a fresh one.
    Renewed,
}

/// One grant, to the person who gave it.
#[derive(Debug, Clone)]
pub(crate) struct GrantShown {
    pub(crate) id: String,
    pub(crate) client_id: String,
    /// Whether the operator wrote it down.
    pub(crate) known: bool,
    /// The name that the client gave itself.
    pub(crate) client_name: String,
    /// The domain that it proved to be, if it did.
    pub(crate) verified_domain: Option<String>,
    /// The title of the server that it uses, and its URL.
    pub(crate) server: String,
    pub(crate) resource: String,
    /// Each with the words of its doc comment.
    pub(crate) scopes: Vec<(String, Option<String>)>,
    pub(crate) since: Timestamp,
    pub(crate) until: Timestamp,
}

/// A person's own page. Its forms post `end=GRANT`, or `decision=end-all|sign-out`.
#[derive(Debug, Clone)]
pub(crate) struct GrantsView {
    pub(crate) action: String,
    pub(crate) hidden: Vec<Hidden>,
    pub(crate) person: String,
    pub(crate) grants: Vec<GrantShown>,
    pub(crate) notice: Option<GrantsNotice>,
}

/// The same while nobody is signed in: `provider=ID` signs in.
#[derive(Debug, Clone)]
pub(crate) struct GrantsSignInView {
    pub(crate) action: String,
    pub(crate) hidden: Vec<Hidden>,
    pub(crate) choices: Vec<SignInChoice>,
    pub(crate) notice: Option<GrantsNotice>,
}

/// Why somebody may not enter, as far as they are to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotEntered {
    /// This account is not one of those who may.
    NotListed,
    /// The provider was not allowed to say what has to be known.
    NotTold,
    /// A policy's own words.
    Said(String),
    /// It cannot be known now.
    Unknown,
}

/// They signed in and may not enter. The form posts `decision=switch|retry|deny`.
#[derive(Debug, Clone)]
pub(crate) struct NotEnteredView {
    pub(crate) action: String,
    pub(crate) hidden: Vec<Hidden>,
    pub(crate) client: String,
    pub(crate) server: String,
    /// What the provider calls them.
    pub(crate) person: String,
    pub(crate) provider: String,
    pub(crate) why: NotEntered,
    pub(crate) reference: String,
}
