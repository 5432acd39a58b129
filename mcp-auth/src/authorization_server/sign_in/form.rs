//! Forms that are posted.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use http::Request;

use super::super::{
    authorization_endpoint::{MOST_BYTES, Parameters, Refused},
    form,
    page::Fault,
};

/// A request within a form is encoded once more, at most three bytes for one.
const MOST_BYTES_AROUND: usize = 4 * MOST_BYTES;
const TIME: Duration = Duration::from_secs(10);

/// Reads forms.
pub(crate) struct Form;

impl Form {
    /// What one of our own pages posts.
    pub(super) async fn of_page(request: Request<Body>) -> Result<Parameters, Refused> {
        Self::read(request, MOST_BYTES_AROUND).await
    }

    /// The form, of at most `most` bytes.
    pub(crate) async fn read(request: Request<Body>, most: usize) -> Result<Parameters, Refused> {
        if form::media_type(request.headers()) != Some("application/x-www-form-urlencoded") {
            return Err(unreadable("its content type is no form's"));
        }
        let body = tokio::time::timeout(TIME, to_bytes(request.into_body(), most)).await;
        let body = body
            .map_err(|_late| unreadable("it took too long"))?
            .map_err(|_| unreadable("it broke off, or is too large"))?;
        let text = std::str::from_utf8(&body).map_err(|_| unreadable("it is not UTF-8"))?;
        Parameters::parse(text, most).map_err(|_| unreadable("it is not UTF-8"))
    }
}

fn unreadable(why: &str) -> Refused {
    Refused::person(Fault::Request, &format!("a form cannot be read: {why}"))
}
