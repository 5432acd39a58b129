//! Strangers' texts never become markup (T19).

use super::{body, html::Html, views};
use crate::{
    Branding, Texts,
    authorization_server::page::{self, Fault, SignInChoice},
};

/// What breaks out of a text, an attribute, a tag, a comment, a style sheet or a title.
const ATTACKS: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "\" autofocus onfocus=\"alert(1)",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "javascript:alert(1)",
    "<svg/onload=alert(1)>",
    "<base href=//evil.example><form action=//evil.example>",
    "{client}{server}{provider}{destination}",
];

/// The shape of a page: tags, with the names of their attributes.
fn shape(html: &str) -> Vec<(String, Vec<String>)> {
    let elements = Html::parse(html).elements;
    let shape = elements.into_iter().map(|element| {
        (element.tag, element.attributes.into_iter().map(|(name, _)| name).collect::<Vec<_>>())
    });
    shape.collect()
}

/// Each page is made with `text` in one field after the other. It must have the elements that it has with a harmless text,
/// and no script or handler.
fn same_shape(attack: &str, render: impl Fn(&str) -> http::Response<axum::body::Body>) {
    let harmless = body(render("harmless"));
    let attacked = body(render(attack));
    assert_eq!(shape(&attacked), shape(&harmless), "{attack}");
    for part in ["<script", "<img src=x", "<svg", "<base", "<!--"] {
        assert!(!attacked.contains(part), "{attack}: {part}");
    }
}

#[test]
fn t19_no_field_of_the_consent_page_becomes_markup() {
    let branding = Branding::new();
    let fields: [fn(&mut page::ConsentView, String); 13] = [
        |view, text| view.action = text,
        |view, text| view.hidden[0].value = text,
        |view, text| view.client.name = text,
        |view, text| view.client.verified_domain = Some(text),
        |view, text| view.client.redirect_host = text,
        |view, text| view.client.redirect_uri = text,
        |view, text| view.server = text,
        |view, text| view.resource = text,
        |view, text| view.scopes[0].name = text,
        |view, text| view.scopes[1].name = text,
        |view, text| view.scopes[0].description = Some(text),
        |view, text| view.upstream = vec![(text.clone(), vec![views::permission(&text)])],
        |view, text| view.person = Some(text),
    ];
    for attack in ATTACKS {
        for field in &fields {
            same_shape(attack, |text| {
                let mut view = views::consent();
                field(&mut view, text.to_owned());
                page::consent(&branding, &view)
            });
        }
        same_shape(attack, |text| {
            let continues_with = Some(text.to_owned());
            page::consent(&branding, &page::ConsentView { continues_with, ..views::loopback() })
        });
    }
}

#[test]
fn t19_no_field_of_the_sign_in_pages_becomes_markup() {
    let branding = Branding::new();
    for attack in ATTACKS {
        same_shape(attack, |text| {
            let mut view = views::sign_in();
            view.client_name = text.to_owned();
            view.action = text.to_owned();
            view.hidden[0].value = text.to_owned();
            view.choices = vec![SignInChoice { id: text.to_owned(), name: text.to_owned() }];
            page::sign_in(&branding, &view)
        });
        same_shape(attack, |text| {
            let mut view = views::pick_name(None);
            view.action = text.to_owned();
            view.hidden[0].value = text.to_owned();
            view.suggestions = vec![text.to_owned()];
            page::pick_name(&branding, &view)
        });
    }
}

#[test]
fn t19_no_field_of_an_error_page_becomes_markup() {
    let branding = Branding::new();
    for attack in ATTACKS {
        same_shape(attack, |text| page::fault(&branding, Fault::Request, Some(text)));
    }
}

/// Who writes these is trusted; a name with an ampersand should still read as it is.
#[test]
fn t19_a_branding_does_not_become_markup_either() {
    // The last one means something here.
    for attack in &ATTACKS[..ATTACKS.len() - 1] {
        same_shape(attack, |text| {
            let texts = Texts {
                language: text.to_owned().into(),
                allow_and_sign_in: text.to_owned().into(),
                consent_title: format!("{text} {{client}} {{server}}").into(),
                ..Texts::default()
            };
            let branding = Branding::new().name(text).color(text).texts(texts);
            page::consent(&branding, &views::bare())
        });
    }
}

/// The value that is posted is the one of the view, whatever is shown.
#[test]
fn what_is_posted_is_not_cleaned() {
    let mut view = views::pick_name(None);
    view.suggestions = vec!["a\u{202e}\"<b".to_owned()];
    let page = Html::parse(&body(page::pick_name(&Branding::new(), &view)));
    let button = page.button("name", "a\u{202e}\"<b").unwrap();
    assert_eq!(button.text, "a\"<b");
}

#[test]
fn t19_no_field_of_the_page_of_who_may_not_enter_becomes_markup() {
    let branding = Branding::new();
    let fields: [fn(&mut page::NotEnteredView, String); 8] = [
        |view, text| view.action = text,
        |view, text| view.hidden[0].value = text,
        |view, text| view.client = text,
        |view, text| view.server = text,
        |view, text| view.person = text,
        |view, text| view.provider = text,
        |view, text| view.reference = text,
        |view, text| view.why = page::NotEntered::Said(text),
    ];
    for attack in ATTACKS {
        for field in fields {
            same_shape(attack, |text| {
                let mut view = views::not_entered(page::NotEntered::NotListed);
                field(&mut view, text.to_owned());
                page::not_entered(&branding, &view)
            });
        }
    }
}
