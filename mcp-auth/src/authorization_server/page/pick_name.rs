//! The development sign-in: pick a name.

use axum::body::Body;
use http::{Response, StatusCode};
use maud::{Markup, html};

use super::{
    clean::clean,
    document::document,
    form::form,
    response::{Forms, respond},
    view::{NameProblem, PickNameView},
};
use crate::{Branding, Texts};

/// A field for a name, and buttons with names.
pub(crate) fn pick_name(branding: &Branding, view: &PickNameView) -> Response<Body> {
    let texts = branding.words();
    let content = html! {
        h1 { (texts.pick_name_title) }
        p { (texts.pick_name_help) }
        (form(&view.action, &view.hidden, &field(texts, view.problem)))
        // A form of its own: the field above would be posted too, and is required.
        @if !view.suggestions.is_empty() {
            (form(&view.action, &view.hidden, &suggestions(texts, &view.suggestions)))
        }
    };
    let status = if view.problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    respond(status, document(branding, &texts.pick_name_title, &content), Forms::Some)
}

fn field(texts: &Texts, problem: Option<NameProblem>) -> Markup {
    let problem = problem.map(|problem| match problem {
        NameProblem::Missing => &texts.name_missing,
        NameProblem::Refused => &texts.name_refused,
    });
    html! {
        label for="name" { (texts.pick_name_label) }
        @if let Some(problem) = problem { p.problem id="problem" role="alert" { (problem) } }
        input type="text" id="name" name="name" required autofocus autocapitalize="off" spellcheck="false"
            aria-invalid=[problem.map(|_| "true")] aria-describedby=[problem.map(|_| "problem")];
        div.buttons { button.go { (texts.pick_name_continue) } }
    }
}

fn suggestions(texts: &Texts, names: &[String]) -> Markup {
    html! {
        h2 { (texts.pick_name_suggestions) }
        div.choices {
            @for name in names { button name="name" value=(name) { bdi { (clean(name, 80)) } } }
        }
    }
}
