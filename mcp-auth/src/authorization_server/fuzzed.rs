//! What `crate::fuzz` looks at from within.

use http::{HeaderMap, HeaderValue, header};

use super::{Core, client::authenticate, form::Form};
pub(crate) use super::{
    redirect_uri::{check as check_redirect_uri, matches as redirect_uri_matches},
    registration_endpoint::checked as check_registration,
};

/// The parameters of a body, if it is taken.
pub(crate) fn parse_form(body: &[u8]) -> Option<Vec<(String, String)>> {
    Form::parse(body).ok().map(Form::into_parameters)
}

/// The client that a body proves to be, and that it may also say in a header what the body does not.
pub(crate) async fn try_authenticate(core: &Core, body: &[u8]) -> Option<String> {
    let form = Form::parse(body).ok()?;
    let client = authenticate(core, &HeaderMap::new(), &form).await.ok().map(|client| client.id);
    // A second method beside whatever there is proves nobody.
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Basic eDp5"));
    assert!(authenticate(core, &headers, &form).await.is_err());
    client
}
