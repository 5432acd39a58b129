//! Crude pages, until the real ones are merged.

use axum::body::Body;
use http::{Response, StatusCode};
use maud::{Markup, html};

use super::{ConsentView, ErrorView, Hidden, PickNameView, SignInView};
use crate::Branding;

fn page(status: StatusCode, body: &Markup) -> Response<Body> {
    let mut response = Response::new(Body::from(body.0.clone()));
    *response.status_mut() = status;
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("content-security-policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
    ] {
        response.headers_mut().insert(name, http::HeaderValue::from_static(value));
    }
    response
}

fn hidden(fields: &[Hidden]) -> Markup {
    html! { @for field in fields { input type="hidden" name=(field.name) value=(field.value); } }
}

pub(crate) fn consent(_: &Branding, view: &ConsentView) -> Response<Body> {
    page(
        StatusCode::OK,
        &html! {
            h1 { (view.client.name) " " (view.client.redirect_host) " " (view.server) " " (view.resource) }
            @if let Some(notice) = view.notice { p { (notice) } }
            @if let Some(person) = &view.person { p { "Signed in as " (person) } }
            @if let Some(provider) = &view.continues_with { p { "Goes on at " (provider) } }
            @for (name, asks) in &view.upstream { p { (name) (asks.join(", ")) } }
            form method="post" action=(view.action) {
                (hidden(&view.hidden))
                @for scope in &view.scopes {
                    input type="checkbox" name="scope" value=(scope.name) checked[scope.ticked] disabled[scope.required];
                    @if scope.new { em { "new" } }
                    @if let Some(description) = &scope.description { (description) }
                }
                button name="decision" value="deny" { "Deny" }
                button name="decision" value="allow" { "Allow" }
                @if view.person.is_some() { button name="decision" value="switch" { "Switch" } }
            }
        },
    )
}

pub(crate) fn sign_in(_: &Branding, view: &SignInView) -> Response<Body> {
    page(
        StatusCode::OK,
        &html! {
            form method="post" action=(view.action) {
                (hidden(&view.hidden))
                @for choice in &view.choices { button name="provider" value=(choice.id) { (choice.name) } }
            }
        },
    )
}

pub(crate) fn pick_name(_: &Branding, view: &PickNameView) -> Response<Body> {
    page(
        StatusCode::OK,
        &html! {
            @if let Some(problem) = view.problem { p { (problem) } }
            form method="post" action=(view.action) {
                (hidden(&view.hidden))
                input type="text" name="name";
            }
        },
    )
}

pub(crate) fn error(_: &Branding, status: StatusCode, view: &ErrorView) -> Response<Body> {
    page(
        status,
        &html! {
            h1 { (view.title) } p { (view.message) } p { (view.help) }
            @if let Some(reference) = &view.reference { p { (reference) } }
        },
    )
}
