//! A person's own page: what they allowed, with a button that ends each.

use axum::body::Body;
use http::{Response, StatusCode};
use maud::{Markup, html};

use super::{
    clean::{clean, clean_name},
    document::document,
    fill::markup,
    form::form,
    response::{Forms, respond},
    view::{GrantShown, GrantsNotice, GrantsSignInView, GrantsView},
};
use crate::{Branding, Texts, store::Timestamp};

/// A name longer than this is a story.
const NAME: usize = 80;

/// The list.
pub(crate) fn grants(branding: &Branding, view: &GrantsView) -> Response<Body> {
    let texts = branding.words();
    let content = html! {
        (notice(texts, view.notice))
        h1 { (texts.grants_title) }
        p { (texts.person_label) " " strong { bdi { (clean(&view.person, NAME)) } } }
        @if view.grants.is_empty() {
            p { (texts.grants_none) }
        } @else {
            p.help { (texts.grants_help) }
            (form(&view.action, &view.hidden, &html! { @for grant in &view.grants { (one(texts, grant)) } }))
        }
        (form(&view.action, &view.hidden, &html! {
            @if view.grants.len() > 1 {
                p.help { (texts.end_all_help) }
                div.buttons { button name="decision" value="end-all" { (texts.end_all) } }
            }
            p.other { button.quiet name="decision" value="sign-out" { (texts.sign_out) } }
        }))
    };
    respond(StatusCode::OK, document(branding, &texts.grants_title, &content), Forms::Some)
}

/// Sign in to see it.
pub(crate) fn grants_sign_in(branding: &Branding, view: &GrantsSignInView) -> Response<Body> {
    let texts = branding.words();
    let content = html! {
        (notice(texts, view.notice))
        h1 { (texts.grants_title) }
        p { (texts.grants_sign_in_help) }
        (form(&view.action, &view.hidden, &html! {
            div.choices {
                @for choice in &view.choices {
                    button name="provider" value=(choice.id) {
                        (markup(&texts.continue_with, &[("provider", &clean(&choice.name, NAME))]))
                    }
                }
            }
        }))
    };
    respond(StatusCode::OK, document(branding, &texts.grants_title, &content), Forms::Some)
}

fn notice(texts: &Texts, notice: Option<GrantsNotice>) -> Markup {
    let text = notice.map(|notice| match notice {
        GrantsNotice::Ended => &texts.grant_ended,
        GrantsNotice::AllEnded => &texts.all_ended,
        GrantsNotice::Nothing => &texts.grants_none,
        GrantsNotice::SignedOut => &texts.grants_signed_out,
        GrantsNotice::Renewed => &texts.renewed,
    });
    html! { @if let Some(text) = text { p.notice role="status" { (text) } } }
}

fn one(texts: &Texts, grant: &GrantShown) -> Markup {
    let name = clean_name(&grant.client_name, NAME);
    // A name that shows nothing: then it goes by its id.
    let name = if name.is_empty() { clean(&grant.client_id, NAME).into_owned() } else { name };
    html! {
        section.grant {
            h2 {
                bdi { (name) } " "
                @match &grant.verified_domain {
                    Some(domain) => span.badge.proof { (markup(&texts.verified, &[("domain", &clean(domain, 260))])) },
                    None if grant.known => span.badge.proof { (texts.known) },
                    None => span.badge.doubt { (texts.unverified) },
                }
            }
            dl {
                div {
                    dt { (texts.server_label) }
                    dd { bdi { (clean(&grant.server, NAME)) } small { bdi { (clean(&grant.resource, 400)) } } }
                }
                div { dt { (texts.since_label) } dd { (date(grant.since)) } }
                div { dt { (texts.until_label) } dd { (date(grant.until)) } }
            }
            @if !grant.scopes.is_empty() {
                ul {
                    @for (scope, description) in &grant.scopes {
                        li {
                            @if let Some(text) = description { bdi { (clean(text, usize::MAX)) } " " }
                            code { (scope) }
                        }
                    }
                }
            }
            div.buttons {
                button name="end" value=(grant.id) { (markup(&texts.end_grant, &[("client", &name)])) }
            }
        }
    }
}

/// The day, by UTC, in the one form that every language reads.
fn date(time: Timestamp) -> Markup {
    let (year, month, day) = civil(time.as_secs() / 86_400);
    let text = format!("{year:04}-{month:02}-{day:02}");
    html! { time datetime=(text) { (text) } }
}

/// The date of a day since 1970 (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn civil(day: u64) -> (u64, u64, u64) {
    let shifted = day + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let part = (5 * of_year + 2) / 153;
    let (month, day) = (if part < 10 { part + 3 } else { part - 9 }, of_year - (153 * part + 2) / 5 + 1);
    (year + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::civil;

    #[test]
    fn days_are_dates() {
        for (day, date) in [
            (0, (1970, 1, 1)),
            (58, (1970, 2, 28)),
            (59, (1970, 3, 1)),
            (11_016, (2000, 2, 29)),
            (19_782, (2024, 2, 29)),
            (20_780, (2026, 11, 23)),
            (47_540, (2100, 2, 28)),
            (47_541, (2100, 3, 1)),
        ] {
            assert_eq!(civil(day), date, "{day}");
        }
    }
}
