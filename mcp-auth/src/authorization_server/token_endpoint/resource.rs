//! `resource` at the token endpoint (RFC 8707 section 2.2): it may repeat what was asked for before, and choose nothing.

use super::super::{OAuthError, form::Form};

/// Every `resource` of the request is the one of the grant.
pub(super) fn check(form: &Form, granted: &str) -> Result<(), OAuthError> {
    if form.all("resource").all(|asked| is_same(granted, asked)) {
        return Ok(());
    }
    Err(OAuthError::new("invalid_target", "the grant is for another resource"))
}

/// The same, but for a slash behind an origin or a path, which some URL libraries add.
fn is_same(granted: &str, asked: &str) -> bool {
    let bare = |url: &str| url.strip_suffix('/').map(str::to_owned);
    granted == asked || bare(asked).as_deref() == Some(granted) || bare(granted).as_deref() == Some(asked)
}
