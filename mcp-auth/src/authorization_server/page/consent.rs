//! The consent page: who asks, where the answer goes, and for what (SBP, "confused deputy").

use axum::body::Body;
use http::{Response, StatusCode};
use maud::{Markup, html};

use super::{
    clean::{clean, clean_name},
    document::document,
    fill::{Values, markup, plain},
    form::form,
    response::{Forms, respond},
    view::{AskedScope, ClientShown, ConsentView, Notice},
};
use crate::{Branding, Texts};

/// A name longer than this is a story.
const NAME: usize = 80;

/// `<client> wants to use <server>`: allow or deny.
pub(crate) fn consent(branding: &Branding, view: &ConsentView) -> Response<Body> {
    let texts = branding.words();
    let client = shown_name(&view.client);
    let server = clean(&view.server, NAME);
    let destination = clean(&view.client.redirect_host, 260);
    let values: Values<'_> = &[("client", &client), ("server", &server), ("destination", &destination)];
    let page = Page { texts, view, values };
    let content = html! {
        @if let Some(notice) = view.notice { p.notice role="status" { (page.notice(notice)) } }
        h1 { (page.say(&texts.consent_title)) }
        (page.facts())
        (page.warnings())
        (form(&view.action, &view.hidden, &html! {
            (page.scopes())
            (page.upstream())
            (page.buttons())
        }))
    };
    let document = document(branding, &plain(&texts.consent_title, values), &content);
    respond(StatusCode::OK, document, Forms::Some)
}

/// A client whose name shows nothing goes by the place that the answer is sent to.
fn shown_name(client: &ClientShown) -> String {
    let name = clean_name(&client.name, NAME);
    if name.is_empty() { clean(&client.redirect_host, NAME).into_owned() } else { name }
}

struct Page<'a> {
    texts: &'a Texts,
    view: &'a ConsentView,
    values: Values<'a>,
}

impl Page<'_> {
    fn say(&self, text: &str) -> Markup {
        markup(text, self.values)
    }

    fn notice(&self, notice: Notice) -> Markup {
        self.say(match notice {
            Notice::Renewed => &self.texts.renewed,
            Notice::SignedOut => &self.texts.signed_out,
        })
    }

    fn facts(&self) -> Markup {
        let Self { texts, view, .. } = self;
        html! {
            dl {
                div {
                    dt { (texts.client_label) }
                    dd {
                        (self.say("{client}")) " "
                        @match &view.client.verified_domain {
                            None if view.client.known => span.badge.proof { (texts.known) },
                            Some(domain) => span.badge.proof { (markup(&texts.verified, &[("domain", &clean(domain, 260))])) },
                            None => span.badge.doubt { (texts.unverified) },
                        }
                    }
                }
                div {
                    dt { (texts.destination_label) }
                    dd {
                        (self.say("{destination}"))
                        small { bdi { (clean(&view.client.redirect_uri, 400)) } }
                    }
                }
                div {
                    dt { (texts.server_label) }
                    dd { (self.say("{server}")) small { bdi { (clean(&view.resource, 400)) } } }
                }
                @if let Some(person) = &view.person {
                    div { dt { (texts.person_label) } dd { bdi { (clean(person, NAME)) } } }
                }
            }
        }
    }

    fn warnings(&self) -> Markup {
        let Self { texts, view, .. } = self;
        let client = &view.client;
        html! {
            @let here = client.loopback || client.private_scheme;
            @let doubtful = client.verified_domain.is_none() && !client.known;
            @if doubtful || here || view.client_changed {
                div.warning {
                    @if view.client_changed { p { (self.say(&texts.changed_help)) } }
                    @if doubtful {
                        p { (self.say(&texts.unverified_help)) }
                    } @else if here && !client.known {
                        p { (self.say(&texts.verified_elsewhere_help)) }
                    }
                    @if client.loopback { p { (self.say(&texts.loopback_warning)) } }
                    @if client.private_scheme { p { (self.say(&texts.private_scheme_warning)) } }
                }
            }
        }
    }

    fn scopes(&self) -> Markup {
        let Self { texts, view, .. } = self;
        if view.scopes.is_empty() {
            return html! { p { (self.say(&texts.no_scopes)) } };
        }
        html! {
            fieldset {
                legend { (self.say(&texts.scopes_title)) }
                @if view.scopes.iter().any(|scope| !scope.required) { p.help { (texts.scopes_help) } }
                @if view.scopes.iter().any(|scope| scope.new) { p.help { (self.say(&texts.new_help)) } }
                @for scope in &view.scopes { (self.scope(scope)) }
            }
        }
    }

    fn scope(&self, scope: &AskedScope) -> Markup {
        // Written by those who run the server: nothing is cut off from what a person agrees to.
        let description = scope.description.as_deref().map(|text| clean(text, usize::MAX));
        html! {
            label.scope {
                @if scope.required {
                    // What is disabled is not posted.
                    input type="hidden" name="scope" value=(scope.name);
                    input type="checkbox" checked disabled;
                } @else {
                    input type="checkbox" name="scope" value=(scope.name) checked[scope.ticked];
                }
                span {
                    @if let Some(text) = &description { bdi { (text) } " " }
                    code { (scope.name) }
                    @if scope.new { " " span.badge.new { (self.texts.new) } }
                    @if scope.required { " " span.badge { (self.texts.required) } }
                }
            }
        }
    }

    fn upstream(&self) -> Markup {
        let texts = self.texts;
        html! {
            @for (provider, permissions) in &self.view.upstream {
                @let provider = clean(provider, NAME);
                @let values = [self.values, &[("provider", &provider)]].concat();
                @if permissions.is_empty() {
                    p.help { (markup(&texts.upstream_identity, &values)) }
                } @else {
                    section {
                        h2 { (markup(&texts.upstream_title, &values)) }
                        p { (markup(&texts.upstream_permissions, &values)) }
                        ul {
                            @for permission in permissions {
                                li {
                                    bdi { (clean(&permission.text, 400)) }
                                    @if permission.new { " " span.badge.new { (texts.new) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The first button of a form is the one that Enter presses within a checkbox: it is the one that allows nothing.
    fn buttons(&self) -> Markup {
        let Self { texts, view, .. } = self;
        html! {
            div.buttons {
                button name="decision" value="deny" { (texts.deny) }
                button.go name="decision" value="allow" {
                    @match (&view.continues_with, &view.person) {
                        (Some(provider), _) => (markup(&texts.allow_and_continue, &[("provider", &clean(provider, NAME))])),
                        (None, None) => (texts.allow_and_sign_in),
                        (None, Some(_)) => (texts.allow),
                    }
                }
            }
            @if view.person.is_some() {
                p.other { button.quiet name="decision" value="switch" { (texts.another_account) } }
            }
        }
    }
}
