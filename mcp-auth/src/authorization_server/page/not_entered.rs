//! Somebody who is known may not enter: what they can do, and nothing about who may.

use axum::body::Body;
use http::{Response, StatusCode};
use maud::html;

use super::{
    clean::{clean, clean_name},
    document::document,
    fill::{Values, markup, plain},
    form::form,
    response::{Forms, respond},
    view::{NotEntered, NotEnteredView},
};
use crate::Branding;

/// A name longer than this is a story.
const NAME: usize = 80;
/// A policy's own words.
const REASON: usize = 600;

/// Who they are, why not, and the ways on: as somebody else, once more, back to the client.
pub(crate) fn not_entered(branding: &Branding, view: &NotEnteredView) -> Response<Body> {
    let texts = branding.words();
    let (person, provider) = (clean(&view.person, NAME), clean(&view.provider, NAME));
    let (client, server) = (clean_name(&view.client, NAME), clean(&view.server, NAME));
    let values: Values<'_> =
        &[("person", &person), ("provider", &provider), ("client", &client), ("server", &server)];
    let (title, message, help) = match &view.why {
        NotEntered::NotListed | NotEntered::Said(_) => {
            (&texts.not_entered_title, &texts.not_entered, &texts.not_entered_help)
        }
        NotEntered::NotTold => (&texts.not_told_title, &texts.not_told, &texts.not_told_help),
        NotEntered::Unknown => (&texts.not_known_title, &texts.not_known, &texts.not_known_help),
    };
    let again = matches!(view.why, NotEntered::NotTold | NotEntered::Unknown);
    let content = html! {
        h1 { (markup(title, values)) }
        @if let NotEntered::Said(reason) = &view.why {
            p { bdi { (clean(reason, REASON)) } }
        } @else {
            p { (markup(message, values)) }
        }
        p.next { (markup(help, values)) }
        (form(&view.action, &view.hidden, &html! {
            div.buttons {
                button name="decision" value="deny" { (markup(&texts.back_to_client, values)) }
                @if again {
                    button.go name="decision" value="retry" { (texts.try_again) }
                } @else {
                    button.go name="decision" value="switch" { (texts.another_account) }
                }
            }
            @if again {
                p.other { button.quiet name="decision" value="switch" { (texts.another_account) } }
            }
        }))
        p.reference {
            (texts.reference_help) " "
            span { (texts.reference_label) ": " code { (clean(&view.reference, NAME)) } }
        }
    };
    let status =
        if view.why == NotEntered::Unknown { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::FORBIDDEN };
    respond(status, document(branding, &plain(title, values), &content), Forms::Some)
}
