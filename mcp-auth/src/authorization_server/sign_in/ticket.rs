//! Tickets: what a form has to carry so that it counts.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::super::{Core, Unsealed, authorization_endpoint::Checked, browser::Browser};
use crate::store::{Person, Timestamp};

/// What one page said, in one browser. Its ticket opens for the same and nothing else, so a form that is forged, comes
/// from another browser, or was made for another request, scope or person does not count. Nothing is stored, and each
/// tab has tickets of its own.
pub(super) struct Page<'a> {
    kind: &'static str,
    browser: &'a Browser,
    checked: &'a Checked<'a>,
    scopes: String,
    /// The subject of the person that the page named, or nothing.
    person: String,
}

impl<'a> Page<'a> {
    /// The consent page: these scopes, and perhaps a person.
    pub(super) fn consent(browser: &'a Browser, checked: &'a Checked<'a>, person: Option<String>) -> Self {
        let scopes = joined(checked.scopes.iter().map(crate::ScopeInfo::name));
        Self { kind: "consent", browser, checked, scopes, person: person.unwrap_or_default() }
    }

    /// The choice of providers, after these scopes were agreed to.
    pub(super) fn choice(browser: &'a Browser, checked: &'a Checked<'a>, agreed: &[String]) -> Self {
        let scopes = joined(agreed.iter().map(String::as_str));
        Self { kind: "choice", browser, checked, scopes, person: String::new() }
    }

    pub(super) fn ticket(&self, core: &Core) -> Result<String, Unsealed> {
        self.with(|page| sealed(core, page))
    }

    /// Whether `ticket` is one of this page, and in time.
    pub(super) fn admits(&self, core: &Core, ticket: Option<&str>) -> bool {
        self.with(|page| is_sealed(core, page, ticket))
    }

    fn with<T>(&self, act: impl FnOnce(&[&str]) -> T) -> T {
        let Self { kind, browser, checked, scopes, person } = self;
        let resource = checked.server.resource.as_str();
        // The whole of what it says about itself, of which the person has seen the name and where it is answered.
        let client = serde_json::to_string(&checked.client.metadata).unwrap_or_default();
        act(&[kind, browser.key(), checked.asked.text(), resource, &client, scopes, person])
    }
}

/// A person's own page, of nobody or of this person.
pub(super) struct OwnPage<'a> {
    browser: &'a Browser,
    person: String,
}

impl<'a> OwnPage<'a> {
    pub(super) fn of(browser: &'a Browser, person: Option<&Person>) -> Self {
        Self { browser, person: person.map(Person::subject).unwrap_or_default() }
    }

    pub(super) fn ticket(&self, core: &Core) -> Result<String, Unsealed> {
        sealed(core, &["grants", self.browser.key(), &self.person])
    }

    /// Whether `ticket` is one of this page, and in time.
    pub(super) fn admits(&self, core: &Core, ticket: Option<&str>) -> bool {
        is_sealed(core, &["grants", self.browser.key(), &self.person], ticket)
    }
}

/// The end of its time, sealed for `page` and nothing else.
fn sealed(core: &Core, page: &[&str]) -> Result<String, Unsealed> {
    let expires_at = core.now().plus(core.lifetimes.sign_in).as_millis().to_be_bytes();
    Ok(URL_SAFE_NO_PAD.encode(core.sealer.seal(page, &expires_at)?))
}

fn is_sealed(core: &Core, page: &[&str], ticket: Option<&str>) -> bool {
    let sealed = ticket.and_then(|ticket| URL_SAFE_NO_PAD.decode(ticket).ok()).unwrap_or_default();
    let opened = core.sealer.open(page, &sealed).ok();
    let expires_at = opened.and_then(|bytes| bytes.try_into().ok()).map(u64::from_be_bytes);
    expires_at.is_some_and(|expires_at| core.now() < Timestamp::from_millis(expires_at))
}

fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(" ")
}
