//! What is let through for tests starts on this machine only.

use super::{ClientDocuments, Host};
use crate::{authorization_server::IssuerUrl, clock::Clock};

fn problem(issuer: &str, settings: ClientDocuments) -> Option<String> {
    let issuer = IssuerUrl::parse(issuer, "test").unwrap();
    let started = settings.start(&issuer, &Clock::fixed(0));
    started.err().map(|problem| format!("{}: {}", problem.setting, problem.message))
}

#[tokio::test]
async fn s68_t20_a_public_server_with_a_hole_for_tests_does_not_start() {
    let host = Host::start().await;
    let with_hole = || ClientDocuments::new().loopback(host.origin(), host.root());
    for issuer in
        ["http://127.0.0.1:3000", "http://localhost:3000", "http://[::1]:3000", "https://localhost:3000"]
    {
        assert_eq!(problem(issuer, with_hole()), None, "{issuer}");
    }
    for issuer in ["https://mcp.example.com", "https://mcp.example.com/auth", "https://192.168.1.1"] {
        let message = format!(
            "ClientDocuments::loopback: `{issuer}` is public, and strangers could reach this machine"
        );
        assert_eq!(problem(issuer, with_hole()), Some(message));
        assert_eq!(problem(issuer, ClientDocuments::new()), None);
        assert_eq!(problem(issuer, ClientDocuments::off()), None);
    }
}

#[tokio::test]
async fn s68_the_hole_is_one_https_origin_of_this_machine() {
    let host = Host::start().await;
    for origin in [
        "http://localhost:8643",
        "https://localhost:8643/",
        "https://localhost:8643/app.json",
        "https://localhost:443",
        "https://app.example.com",
        "https://10.0.0.1:8643",
        "https://0.0.0.0:8643",
        "https://user@localhost:8643",
        "https://LOCALHOST:8643",
        "localhost:8643",
        "",
    ] {
        let settings = ClientDocuments::new().loopback(origin, host.root());
        let found = problem("http://127.0.0.1:3000", settings);
        assert_eq!(
            found.as_deref().and_then(|text| text.split(':').nth(2)),
            Some("loopback"),
            "{origin}: {found:?}"
        );
    }
    for root in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let settings = ClientDocuments::new().loopback(host.origin(), root);
        assert!(problem("http://127.0.0.1:3000", settings).is_some(), "{root}");
    }
}
