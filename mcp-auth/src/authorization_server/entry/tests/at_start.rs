//! A policy that cannot work does not start.

use super::*;
use crate::{DevelopmentSignIn, GitHub};

/// The problems: setting, and what is wrong.
fn problems(settings: AuthorizationServer) -> Vec<(String, String)> {
    let settings = settings
        .sealing_key("test", "0123456789abcdef0123456789abcdef")
        .store(SqliteStore::in_memory().unwrap());
    let Err(error) = settings.build() else { return Vec::new() };
    error
        .problems()
        .iter()
        .map(|problem| (problem.setting.clone(), format!("{} {}", problem.message, problem.help)))
        .collect()
}

fn github() -> AuthorizationServer {
    AuthorizationServer::new("http://localhost:3000").sign_in(GitHub::new("id", "secret"))
}

fn development() -> AuthorizationServer {
    AuthorizationServer::new("http://localhost:3000").sign_in(DevelopmentSignIn::new())
}

#[track_caller]
fn refuses(settings: AuthorizationServer, setting: &str, words: &str) {
    let found = problems(settings);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, setting);
    assert!(found[0].1.contains(words), "{found:?}");
}

#[test]
fn what_is_written_wrongly_is_told_with_what_to_write() {
    let any = WhoMayEnter::any;
    for domain in [
        "",
        "com",
        "me@acme.example",
        "acme..example",
        "https://acme.example",
        "acme.example.",
        "*",
        "*.com",
        "a b.example",
    ] {
        refuses(
            github().who_may_enter(any().email_domain(domain)),
            "WhoMayEnter::email_domain",
            "example.com",
        );
    }
    refuses(
        github().who_may_enter(any().email_domain("bücher.example")),
        "WhoMayEnter::email_domain",
        "xn--bcher-kva.example",
    );
    for address in
        ["acme.example", "@acme.example", "a@b", "*@acme.example", "a@b.example,c@d.example", "a@*.b.example"]
    {
        refuses(
            github().who_may_enter(any().email_address(address)),
            "WhoMayEnter::email_address",
            "alice@example.com",
        );
    }
    for person in ["octocat", "github:", ":1", "github:octocat", "github:1 2"] {
        refuses(github().who_may_enter(any().person(person)), "WhoMayEnter::person", "github:583231");
    }
    for name in ["", "acme/core", "ac me", "../user", "https://github.com/acme"] {
        refuses(
            github().who_may_enter(any().github_organization(name)),
            "WhoMayEnter::github_organization",
            "acme",
        );
    }
    for name in ["acme", "acme/", "/core", "acme/core/x", "acme/..", "acme/a b"] {
        refuses(github().who_may_enter(any().github_team(name)), "WhoMayEnter::github_team", "acme/core");
    }
}

#[test]
fn a_policy_that_can_never_let_anybody_in_does_not_start() {
    let (any, all) = (WhoMayEnter::any, WhoMayEnter::all);
    refuses(github().who_may_enter(any()), "WhoMayEnter", "no way in");
    refuses(github().who_may_enter(all()), "WhoMayEnter", "no way in");
    refuses(github().who_may_enter(any().person("github:1").group(all())), "WhoMayEnter", "no way in");
    let two = all().person("github:1").person("github:2");
    refuses(github().who_may_enter(two), "AuthorizationServer::who_may_enter", "nobody could ever enter");
    let two = development().sign_in(GitHub::new("id", "secret"));
    let policy = all().person("development:alice").github_organization("acme");
    refuses(two.who_may_enter(policy), "AuthorizationServer::who_may_enter", "nobody could ever enter");
    refuses(
        github().who_may_enter(WhoMayEnter::everybody().email_domain("acme.example")),
        "WhoMayEnter::everybody",
        "mean nothing",
    );
    let twice = github().who_may_enter(any().person("github:1")).who_may_enter(any().person("github:2"));
    refuses(twice, "AuthorizationServer::who_may_enter", "two policies");
}

#[test]
fn a_policy_that_asks_what_no_provider_knows_does_not_start() {
    let any = WhoMayEnter::any;
    for (policy, setting) in [
        (any().email_domain("acme.example"), "WhoMayEnter::email_domain"),
        (any().email_address("a@acme.example"), "WhoMayEnter::email_address"),
        (any().github_organization("acme"), "WhoMayEnter::github_organization"),
        (any().github_team("acme/core"), "WhoMayEnter::github_team"),
        (any().person("github:1"), "WhoMayEnter::person"),
        (any().person("development:a").asks_for_email_addresses(), "WhoMayEnter::asks_for_email_addresses"),
        (any().person("development:a").asks_for_membership("acme"), "WhoMayEnter::asks_for_membership"),
    ] {
        refuses(development().who_may_enter(policy), setting, "no provider");
    }
    assert_eq!(problems(development().who_may_enter(any().person("development:alice"))), []);
    let both = development().sign_in(GitHub::new("id", "secret"));
    assert_eq!(problems(both.who_may_enter(any().email_domain("acme.example"))), []);
}

#[test]
fn a_membership_that_two_providers_could_vouch_for_does_not_start() {
    let two = || {
        github()
            .sign_in(GitHub::new("id", "secret").with_id("ghe").with_base_url("https://github.example.com"))
    };
    let acme = |policy: WhoMayEnter| policy.github_organization("acme");
    refuses(
        two().who_may_enter(acme(WhoMayEnter::any())),
        "AuthorizationServer::who_may_enter",
        "two providers",
    );
    let nested = WhoMayEnter::all().provider("ghe").group(acme(WhoMayEnter::any()));
    assert_eq!(problems(two().who_may_enter(nested)), []);
    assert_eq!(problems(two().who_may_enter(acme(WhoMayEnter::all().provider("ghe")))), []);
    refuses(
        github().who_may_enter(WhoMayEnter::any().provider("ghe")),
        "WhoMayEnter::provider",
        "no provider",
    );
}

#[test]
fn addresses_are_not_printed() {
    let policy = WhoMayEnter::any().email_address("hunter2@acme.example");
    assert!(!format!("{policy:?} {:?}", github().who_may_enter(policy.clone())).contains("hunter2"));
}
