//! The choice of providers.

use axum::body::Body;
use http::{Response, StatusCode};
use maud::html;

use super::{
    clean::{clean, clean_name},
    document::document,
    fill::markup,
    form::form,
    response::{Forms, respond},
    view::SignInView,
};
use crate::Branding;

/// One button for each way to sign in.
pub(crate) fn sign_in(branding: &Branding, view: &SignInView) -> Response<Body> {
    let texts = branding.words();
    let client = clean_name(&view.client_name, 80);
    let content = html! {
        h1 { (texts.sign_in_title) }
        p { (markup(&texts.sign_in_help, &[("client", &client)])) }
        (form(&view.action, &view.hidden, &html! {
            div.choices {
                @for choice in &view.choices {
                    button name="provider" value=(choice.id) {
                        (markup(&texts.continue_with, &[("provider", &clean(&choice.name, 80))]))
                    }
                }
            }
        }))
    };
    respond(StatusCode::OK, document(branding, &texts.sign_in_title, &content), Forms::Some)
}
