//! `/token`: codes and refresh tokens become access tokens (RFC 6749 sections 4.1.3 and 6, OAuth 2.1 sections 4.1.3 and 4.3).
//!
//! Every check comes before the one write, so that an error changes nothing: whoever knows a code or a refresh token and
//! nothing else can neither use it up nor end the grant with it. The write is one transaction, which goes on in a task of its
//! own where the client goes away: it is not torn.

mod answer;
mod authorization_code;
mod client_credentials;
mod redeemed;
mod refresh_token;
mod resource;

pub(crate) use redeemed::RedeemedCodes;

use redeemed::Arrival;

use std::sync::Arc;

use axum::{body::Body, response::Response};
use http::Request;

use super::{Client, Endpoints, OAuthError, client::authenticate, form::Form};
use crate::telemetry;

pub(super) async fn handle(
    endpoints: Arc<Endpoints>,
    request: Request<Body>,
) -> Result<Response, OAuthError> {
    let mut measured = "_OTHER";
    let answer = judged(&endpoints, request, &mut measured).await;
    telemetry::token_answered(measured, answer.as_ref().err().map(|error| error.code));
    answer
}

/// `measured`: which of the types of grants it is.
async fn judged(
    endpoints: &Endpoints,
    request: Request<Body>,
    measured: &mut &'static str,
) -> Result<Response, OAuthError> {
    let core = Arc::clone(&endpoints.core);
    // Before anything is waited for: it tells who raced and who came later.
    let arrival = Arrival { moment: core.redeemed.arrival(), at: core.now() };
    let headers = request.headers().clone();
    let form = Form::read(request).await?;
    let grant_type = form.required("grant_type")?;
    let known = ["authorization_code", "refresh_token", "client_credentials"];
    let Some(known) = known.into_iter().find(|known| *known == grant_type) else {
        let message = "grant_type is none of authorization_code, refresh_token and client_credentials";
        return Err(OAuthError::new("unsupported_grant_type", message));
    };
    *measured = known;
    let client = authenticate(&core, &headers, &form).await?;
    let answer = answer(endpoints, &client, &form, grant_type, arrival).await;
    answer.map_err(|error| error.of_client(&client.id))
}

async fn answer(
    endpoints: &Endpoints,
    client: &Client,
    form: &Form,
    grant_type: &str,
    arrival: Arrival,
) -> Result<Response, OAuthError> {
    let core = &endpoints.core;
    if !client.metadata.grant_types.iter().any(|registered| registered == grant_type) {
        let message = "the client is not registered for this grant_type";
        return Err(OAuthError::new("unauthorized_client", message));
    }
    match grant_type {
        "authorization_code" => authorization_code::redeem(core, client, form, arrival).await,
        "client_credentials" => client_credentials::grant(endpoints, client, form).await,
        _ => refresh_token::refresh(core, client, form).await,
    }
}
