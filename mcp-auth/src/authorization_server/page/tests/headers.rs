//! Headers: framing, caching, what may run and be loaded.

use super::{body, views};
use crate::Branding;

#[test]
fn s25_s26_every_page_forbids_framing_caching_referrers_and_everything_active() {
    for (name, page) in views::all(&Branding::new()) {
        let header = |header: &str| {
            let mut values = page.headers().get_all(header).iter();
            let value = values.next().map(|value| value.to_str().unwrap().to_owned());
            assert!(values.next().is_none(), "{name}: {header} twice");
            value.unwrap_or_default()
        };
        assert_eq!(header("content-type"), "text/html; charset=utf-8", "{name}");
        assert_eq!(header("cache-control"), "no-store", "{name}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{name}");
        assert_eq!(header("x-frame-options"), "DENY", "{name}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{name}");
        assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{name}");
        assert!(header("permissions-policy").contains("camera=()"), "{name}");
        let policy = header("content-security-policy");
        for directive in ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "img-src data:"]
        {
            assert!(policy.split("; ").any(|part| part == directive), "{name}: {policy}");
        }
        assert!(
            !policy.contains("script-src") && !policy.contains("unsafe") && !policy.contains("http"),
            "{policy}"
        );
    }
}

/// Chromium holds the redirects after a POST to `form-action`, and ours lead to any URI of a client.
#[test]
fn forms_may_lead_to_any_client_and_pages_without_one_have_none() {
    for (name, page) in views::all(&Branding::new()) {
        let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
        let has_form = body(page).contains("<form");
        assert_eq!(policy.contains("form-action"), !has_form, "{name}");
        assert_eq!(policy.ends_with("form-action 'none'"), !has_form, "{name}");
    }
}

/// The policy names the style sheet that the page has, whatever the colour.
#[test]
fn the_style_sheet_is_the_one_of_the_policy() {
    for branding in [Branding::new(), Branding::new().color("#fe0"), Branding::new().color("none")] {
        for (name, page) in views::all(&branding) {
            let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
            let html = body(page);
            let (_, rest) = html.split_once("<style>").unwrap();
            let (style, rest) = rest.split_once("</style>").unwrap();
            assert!(!rest.contains("<style") && !html.contains(" style="), "{name}");
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, style.as_bytes());
            let digest = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, digest);
            assert!(policy.contains(&format!("style-src 'sha256-{digest}';")), "{name}: {policy}");
        }
    }
}
