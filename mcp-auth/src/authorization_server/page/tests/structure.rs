//! What is on each page, and what a person can do there.

use super::{body, html, html::Html, views};
use crate::{
    Branding, Texts,
    authorization_server::page::{self, AskedScope, ConsentView, NameProblem},
};

fn consent(view: &ConsentView) -> Html {
    html(page::consent(&Branding::new(), view))
}

fn main_text(page: &Html) -> &str {
    &page.one("main").text
}

#[test]
fn every_page_has_a_language_a_title_one_headline_and_labelled_fields() {
    for (name, page) in views::all(&Branding::new().name("Example")) {
        let page = html(page);
        assert_eq!(page.one("html").attribute("lang"), Some("en"), "{name}");
        assert!(page.one("title").text.ends_with(" – Example"), "{name}");
        assert!(!page.one("h1").text.trim().is_empty(), "{name}");
        assert_eq!(page.one("header").text, "Example");
        let viewport = page.all("meta").find(|meta| meta.attribute("name") == Some("viewport")).unwrap();
        assert_eq!(viewport.attribute("content"), Some("width=device-width, initial-scale=1"), "{name}");
        for field in page.all("input").filter(|input| input.attribute("type") == Some("text")) {
            let id = field.attribute("id");
            assert!(id.is_some() && page.all("label").any(|label| label.attribute("for") == id), "{name}");
        }
        let boxes = page.all("input").filter(|input| input.attribute("type") == Some("checkbox")).count();
        assert_eq!(boxes, page.all("label").filter(|label| label.has_class("scope")).count(), "{name}");
    }
}

#[test]
fn pages_run_nothing_and_load_nothing() {
    let logo = r#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
    for (name, page) in views::all(&Branding::new().name("Example").logo_svg(logo)) {
        let page = html(page);
        for element in &page.elements {
            assert!(
                !["script", "iframe", "object", "embed", "base", "a", "svg"].contains(&&*element.tag),
                "{name}"
            );
            for (attribute, value) in &element.attributes {
                assert!(!attribute.starts_with("on") && attribute != "style", "{name}: {attribute}");
                match attribute.as_str() {
                    "src" | "href" => assert!(value.starts_with("data:"), "{name}: {value}"),
                    "action" => {
                        assert!(value.starts_with('/') && !value.starts_with("//"), "{name}: {value}");
                    }
                    _ => (),
                }
            }
        }
        let style = &page.one("style").text;
        assert!(!style.contains("url(") && !style.contains("@import"), "{name}");
        for form in page.all("form") {
            assert_eq!(form.attribute("method"), Some("post"), "{name}");
        }
    }
}

#[test]
fn s29_consent_names_client_server_destination_scopes_and_what_is_asked_of_the_provider() {
    let page = consent(&views::consent());
    assert_eq!(page.one("h1").text, "Claude wants to use Notes");
    assert_eq!(page.one("title").text, "Claude wants to use Notes");
    let text = main_text(&page);
    for part in [
        "verified: claude.ai",
        "https://claude.ai/api/mcp/auth_callback",
        "https://notes.example.com/mcp",
        "octocat (GitHub)",
        "See your notes.",
        "notes:read",
        "At GitHub",
        "Read your e-mail addresses",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("unverified") && !text.contains("this computer"), "{text}");
}

#[test]
fn s29_an_unproven_client_is_called_unverified_and_a_destination_that_others_can_claim_is_warned_of() {
    let page = consent(&views::loopback());
    let text = main_text(&page);
    assert!(page.all("span").any(|span| span.has_class("doubt") && span.text == "unverified"));
    assert!(text.contains("Nobody has checked this name."));
    assert!(text.contains("any program on this computer can receive it"));
    assert!(text.contains("127.0.0.1"));
    let page = consent(&views::step_up());
    assert!(main_text(&page).contains("the app on this device that opens cursor: links"));
    assert!(!main_text(&page).contains("this computer"));
}

#[test]
fn s29_a_name_that_shows_nothing_is_replaced_by_the_destination() {
    let mut view = views::loopback();
    for name in ["", " ", "\u{200b}\u{3164}", "✅"] {
        view.client.name = name.to_owned();
        assert_eq!(consent(&view).one("h1").text, "127.0.0.1 wants to use Notes");
    }
}

#[test]
fn s29_names_cannot_turn_the_writing_around_or_fill_the_page() {
    let view = views::hostile();
    let html = body(page::consent(&Branding::new(), &view));
    for control in ['\u{202e}', '\u{202c}', '\u{2066}', '\u{200f}', '✅'] {
        assert!(!html.contains(control), "{control:?}");
    }
    let page = Html::parse(&html);
    assert!(page.one("h1").text.chars().count() < 200);
    // The end of a host is what matters; all of it is there.
    assert!(page.all("bdi").any(|bdi| bdi.text == view.client.redirect_host));
    // Nothing is cut off from what a person agrees to.
    let longest = view.scopes[3].description.clone().unwrap();
    assert!(main_text(&page).contains(longest.trim()));
    assert!(page.button("decision", "allow").is_some());
}

/// The form posts what is ticked, and what is required whatever a person does.
#[test]
fn optional_scopes_can_be_unticked_and_required_ones_are_posted_anyway() {
    let page = consent(&views::consent());
    let posted: Vec<_> = page
        .inputs("scope")
        .into_iter()
        .filter(|input| input.attribute("type") == Some("hidden") || input.attribute("checked").is_some())
        .map(|input| (input.attribute("value").unwrap(), input.attribute("type").unwrap()))
        .collect();
    assert_eq!(posted, [("notes:read", "hidden"), ("notes:write", "checkbox")]);
    let disabled: Vec<_> = page.all("input").filter(|input| input.attribute("disabled").is_some()).collect();
    assert_eq!(disabled.len(), 1);
    assert!(disabled[0].attribute("name").is_none() && disabled[0].attribute("checked").is_some());
    assert!(main_text(&page).contains("Untick what you do not want"));
    let mut view = views::consent();
    view.scopes.truncate(1);
    assert!(!main_text(&consent(&view)).contains("Untick"));
    view.scopes.clear();
    assert!(main_text(&consent(&view)).contains("asks for no particular permission"));
}

#[test]
fn hidden_fields_and_the_path_are_those_of_the_view() {
    let page = consent(&views::consent());
    assert_eq!(page.one("form").attribute("action"), Some("/consent"));
    assert_eq!(page.inputs("request")[0].attribute("value"), Some(&*views::hidden()[0].value));
    // Both forms of the development sign-in carry them.
    let page = html(page::pick_name(&Branding::new(), &views::pick_name(None)));
    assert_eq!((page.all("form").count(), page.inputs("request").len()), (2, 2));
}

#[test]
fn the_button_that_enter_presses_allows_nothing() {
    for view in [views::consent(), views::loopback(), views::step_up(), views::bare()] {
        let page = consent(&view);
        let first = page.all("button").next().unwrap();
        assert_eq!(first.attribute("value"), Some("deny"));
    }
}

#[test]
fn allow_says_where_it_leads() {
    let allow = |view: &ConsentView| consent(view).button("decision", "allow").unwrap().text.clone();
    assert_eq!(allow(&views::consent()), "Allow");
    assert_eq!(allow(&views::loopback()), "Allow and continue with GitHub");
    assert_eq!(allow(&views::bare()), "Allow and sign in");
}

#[test]
fn who_is_signed_in_can_be_somebody_else() {
    assert!(consent(&views::consent()).button("decision", "switch").is_some());
    assert!(consent(&views::loopback()).button("decision", "switch").is_none());
}

#[test]
fn what_is_new_at_a_step_up_is_marked() {
    let page = consent(&views::step_up());
    let marked: Vec<_> = page
        .all("label")
        .filter(|label| label.text.ends_with(" new"))
        .map(|label| label.text.as_str())
        .collect();
    assert_eq!(marked, ["Write, change and delete your notes. notes:write new"]);
    assert!(main_text(&page).contains("You have allowed Cursor something before."));
    assert!(main_text(&page).contains("GitHub tells Notes who you are."));
    assert!(!main_text(&consent(&views::consent())).contains("something before"));
    let both = AskedScope { required: true, new: true, ..views::scope("a", None) };
    let page = consent(&ConsentView { scopes: vec![both], ..views::consent() });
    assert_eq!(page.all("span").filter(|span| span.has_class("badge")).count(), 3);
}

#[test]
fn the_choice_of_providers_is_one_button_each() {
    let page = html(page::sign_in(&Branding::new(), &views::sign_in()));
    assert_eq!(page.button("provider", "github").unwrap().text, "Continue with GitHub");
    assert!(page.button("provider", "development").is_some());
    assert!(main_text(&page).contains("return to Claude."));
}

#[test]
fn a_name_is_written_or_chosen_and_a_bad_one_is_explained() {
    let page = html(page::pick_name(&Branding::new(), &views::pick_name(None)));
    let field = page.inputs("name")[0];
    assert!(field.attribute("autofocus").is_some() && field.attribute("required").is_some());
    assert_eq!(field.attribute("aria-invalid"), None);
    assert!(page.button("name", "alice").is_some() && page.button("name", "bob").is_some());
    for (problem, text) in
        [(NameProblem::Missing, "Write a name first."), (NameProblem::Refused, "cannot be used")]
    {
        let response = page::pick_name(&Branding::new(), &views::pick_name(Some(problem)));
        assert_eq!(response.status(), 400);
        let page = html(response);
        let field = page.inputs("name")[0];
        assert_eq!(field.attribute("aria-describedby"), Some("problem"));
        assert!(page.all("p").any(|p| p.attribute("id") == Some("problem") && p.text.contains(text)));
    }
}

#[test]
fn every_error_says_what_to_do_and_gives_its_reference() {
    for (name, fault) in views::FAULTS {
        let response = page::fault(&Branding::new(), fault, Some("1f2e3d4c"));
        let status = response.status();
        assert!(
            status.is_client_error() || response.headers().contains_key("retry-after"),
            "{name}: {status}"
        );
        let page = html(response);
        assert!(page.all("p").any(|p| p.has_class("next") && p.text.ends_with('.')), "{name}");
        assert_eq!(page.one("code").text, "1f2e3d4c", "{name}");
        assert!(!main_text(&page).contains('{'), "{name}");
        assert!(page.all("form").next().is_none());
    }
    let page = html(page::fault(&Branding::new(), views::FAULTS[0].1, None));
    assert!(!main_text(&page).contains("eference"));
}

#[test]
fn every_text_can_be_replaced() {
    let mut texts = Texts {
        language: "he".into(),
        right_to_left: true,
        consent_title: "{server} עבור {client}".into(),
        allow: "אישור".into(),
        ..Texts::default()
    };
    texts.errors.expired.title = "הזמן עבר".into();
    let branding = Branding::new().texts(texts);
    assert!(branding.problems().is_empty());
    let page = html(page::consent(&branding, &views::consent()));
    assert_eq!(
        (page.one("html").attribute("lang"), page.one("html").attribute("dir")),
        (Some("he"), Some("rtl"))
    );
    assert_eq!(page.one("h1").text, "Notes עבור Claude");
    assert_eq!(page.button("decision", "allow").unwrap().text, "אישור");
    let page = html(page::fault(&branding, page::Fault::Expired, None));
    assert_eq!(page.one("h1").text, "הזמן עבר");
}

#[test]
fn name_logo_and_colour_are_shown_and_a_wrong_one_is_a_problem() {
    let svg = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>"#;
    let branding = Branding::new().name("Ex & Co").logo_svg(svg).color("#FE0");
    assert!(branding.problems().is_empty());
    let page = html(page::sign_in(&branding, &views::sign_in()));
    assert_eq!(page.one("header").text, "Ex & Co");
    assert!(page.one("img").attribute("src").unwrap().starts_with("data:image/svg+xml;base64,PHN2Zy"));
    assert!(page.one("style").text.ends_with(":root{--accent:#ffee00;--on-accent:#000000}"));
    let wrong = Branding::new()
        .color("red;}body{display:none")
        .logo_png("<svg")
        .texts(Texts { allow: "".into(), ..Texts::default() });
    let problems = wrong.problems();
    let settings: Vec<_> = problems.iter().map(|problem| problem.setting.as_str()).collect();
    assert_eq!(settings, ["Branding::logo_png", "Branding::color", "Texts::allow"]);
    let page = html(page::sign_in(&wrong, &views::sign_in()));
    assert!(page.one("style").text.ends_with(":root{--accent:#1f5fbf;--on-accent:#ffffff}"));
    assert!(page.all("header").next().is_none());
}

#[test]
fn a_page_is_small() {
    for (name, page) in views::all(&Branding::new().name("Example")) {
        let size = body(page).len();
        assert!(size < 20_000, "{name}: {size} bytes");
    }
}
