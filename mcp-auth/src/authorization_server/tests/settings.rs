//! Settings that cannot work: every one of them, all at once.

use std::time::Duration;

use super::memory;
use crate::{AuthorizationServer, DevelopmentSignIn, Lifetimes, RegistrationLimits};

fn problems(settings: AuthorizationServer) -> String {
    settings.build().map_or_else(|error| error.to_string(), |_| String::new())
}

#[test]
fn all_problems_are_told_at_once() {
    let mut registration = RegistrationLimits::default();
    (registration.clients, registration.per_minute) = (0, 0);
    registration.per_address = 0;
    (registration.unused, registration.used) = (Duration::ZERO, Duration::MAX);
    let hour = Duration::from_secs(3600);
    let lifetimes = Lifetimes {
        signing_key: Some(Duration::ZERO),
        sign_in: hour,
        authorization_code: Duration::from_secs(601),
        access_token: hour * 2,
        refresh_token: Duration::ZERO,
        refresh_grace: Duration::from_secs(121),
        grant: Duration::MAX,
        session: Duration::from_millis(999),
        entry: hour * 2,
    };
    let settings = AuthorizationServer::new("http://mcp.example.com")
        .sealing_key("", "short")
        .sealing_key("a", "0123456789abcdef0123456789abcdef")
        .sealing_key("a", "0123456789abcdef0123456789abcdef")
        .lifetimes(lifetimes)
        .registration(registration);
    let problems = problems(settings);
    for expected in [
        "the configuration has 20 problems",
        "`http://mcp.example.com` cannot be the URL of an authorization server",
        "AuthorizationServer::sign_in: nobody can sign in",
        "AuthorizationServer::store: there is no store",
        "an id that is empty",
        "the key `` is too short",
        "two keys have the id `a`",
        "Lifetimes::sign_in",
        "Lifetimes::authorization_code",
        "Lifetimes::access_token",
        "Lifetimes::refresh_token",
        "Lifetimes::refresh_grace",
        "Lifetimes::grant",
        "Lifetimes::session",
        "Lifetimes::entry",
        "RegistrationLimits::clients",
        "RegistrationLimits::per_minute",
        "RegistrationLimits::per_address",
        "RegistrationLimits::unused",
        "RegistrationLimits::used",
    ] {
        assert!(problems.contains(expected), "{expected}: {problems}");
    }
    assert!(
        !problems.contains("0123456789abcdef") && !problems.contains("short\""),
        "secrets are not printed"
    );
}

#[test]
fn the_limits_themselves_can_be_set() {
    let lifetimes = Lifetimes {
        signing_key: Some(Duration::from_secs(24 * 3600)),
        sign_in: Duration::from_secs(600),
        authorization_code: Duration::from_secs(600),
        access_token: Duration::from_secs(3600),
        refresh_grace: Duration::from_secs(120),
        ..Lifetimes::default()
    };
    assert_eq!(problems(super::settings(memory()).lifetimes(lifetimes)), "");
}

#[test]
fn the_development_sign_in_is_for_this_machine() {
    let settings =
        AuthorizationServer::new("https://mcp.example.com").sign_in(DevelopmentSignIn::new()).store(memory());
    assert!(problems(settings).contains("everybody could sign in as anybody"));
    let twice = super::settings(memory()).sign_in(DevelopmentSignIn::new());
    assert!(problems(twice).contains("there are two providers `development`"));
}
