//! F6, F7: what can be an issuer, and where requests are sent.

use std::time::Duration;

use super::{Authenticator, ISSUER, Issuer, NOW, RESOURCE, Signer, VerificationLimits, catalog};
use crate::{
    authenticate::{Trust, check_issuer_url},
    clock::Clock,
    http::{FetchError, HttpClient, Reach, check},
};

const PUBLIC: Reach = Reach { loopback: false, private: false };
const LOOPBACK: Reach = Reach { loopback: true, private: false };

/// The settings that are complained about.
fn problems(issuer: &Issuer, resource: &str) -> Vec<String> {
    let limits = VerificationLimits::default();
    match Authenticator::new(issuer, resource, catalog(), limits, Clock::fixed(NOW)) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.into_iter().map(|problem| problem.setting).collect(),
    }
}

#[test]
fn f7_urls_that_can_be_issuers() {
    for url in [
        "https://issuer.example",
        "https://issuer.example/",
        "https://issuer.example/realms/a",
        "https://issuer.example:8443",
        "http://127.0.0.1:3000",
        "http://127.1.2.3",
        "http://[::1]:3000/a",
        "http://localhost:8080",
    ] {
        assert_eq!(check_issuer_url(url), Ok(()), "{url}");
    }
}

#[test]
fn f7_urls_that_cannot_be_issuers() {
    for url in [
        "",
        "issuer.example",
        "//issuer.example",
        "http://issuer.example",
        "ftp://issuer.example",
        "HTTPS://issuer.example",
        "https://",
        "https:///path",
        "https://issuer.example?x",
        "https://issuer.example/?",
        "https://issuer.example#",
        "https://issuer.example/#a",
        "https://alice@issuer.example",
        "https://a:b@issuer.example",
        "https://@issuer.example",
        "http://127.0.0.1:80@evil.example",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://10.0.0.1",
        "https://issuer.example ",
        " https://issuer.example",
        "https://issuer.example\n",
        "https://issuer\t.example",
        "https:\\\\issuer.example",
        "https://issuer.example\\@evil.example",
        "http://0.0.0.0",
        "http://[::]",
        "javascript:alert(1)",
    ] {
        assert!(check_issuer_url(url).is_err(), "{url:?}");
    }
}

#[test]
fn every_problem_names_its_setting_and_they_come_together() {
    let keys = Signer::all_keys().to_string();
    let good = Issuer::new(ISSUER).with_keys(&keys);
    assert!(problems(&good, RESOURCE).is_empty());
    assert_eq!(good.url(), ISSUER);
    let bad = Issuer::new("issuer").with_keys(&keys).with_leeway(Duration::from_secs(3600)).with_audience("");
    assert_eq!(problems(&bad, RESOURCE), ["Issuer::new", "Issuer::with_leeway", "Issuer::with_audience"]);
    for json in ["", "{", "null", "{\"keys\":[]}", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}"] {
        assert_eq!(problems(&Issuer::new(ISSUER).with_keys(json), RESOURCE), ["Issuer::with_keys"], "{json}");
    }
    for url in [
        "",
        "keys",
        "http://issuer.example/keys",
        "https://127.0.0.1/keys",
        "https://10.0.0.1/keys",
        "file:///keys",
    ] {
        assert_eq!(
            problems(&Issuer::new(ISSUER).with_jwks_url(url), RESOURCE),
            ["Issuer::with_jwks_url"],
            "{url}"
        );
    }
    assert!(
        problems(
            &Issuer::new(ISSUER).with_jwks_url("https://10.0.0.1/keys").allow_private_network(),
            RESOURCE
        )
        .is_empty()
    );
    assert!(problems(&Issuer::new(ISSUER), RESOURCE).is_empty(), "discovery is checked when keys are needed");
}

/// What mounting and start-up ask of those who are trusted.
#[test]
fn those_who_are_trusted_say_whom_they_are_and_for_which_audience() {
    let trust = |issuer: Issuer| Trust::issuer(issuer, Clock::fixed(NOW));
    let good = Issuer::new(ISSUER).with_keys(Signer::all_keys().to_string());
    let plain = trust(good.clone()).unwrap();
    assert_eq!((plain.url(), plain.audience(), plain.fake()), (ISSUER, None, None));
    let named = trust(good.clone().with_audience("api://notes")).unwrap();
    assert_eq!(named.audience(), Some("api://notes"));
    assert!(format!("{named:?}").contains("api://notes"), "{named:?}");
    // Keys that are good do not make up for the rest, nor the other way round.
    let settings =
        |issuer| trust(issuer).unwrap_err().into_iter().map(|problem| problem.setting).collect::<Vec<_>>();
    assert_eq!(settings(good.with_audience("")), ["Issuer::with_audience"]);
    assert_eq!(settings(Issuer::new(ISSUER).with_keys("")), ["Issuer::with_keys"]);
    assert_eq!(settings(Issuer::new("issuer").with_keys("")), ["Issuer::new", "Issuer::with_keys"]);
    let longest = Issuer::new(ISSUER).with_leeway(Duration::from_secs(60));
    assert!(trust(longest.clone()).is_ok());
    assert_eq!(settings(longest.with_leeway(Duration::from_millis(60_001))), ["Issuer::with_leeway"]);
}

#[test]
fn f6_literal_addresses_are_judged_in_every_spelling() {
    for url in [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://0/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://169.254.169.254/",
        "https://[fd00::1]/",
        "https://10.0.0.1/",
        "https://192.168.0.1/",
        "https://172.16.0.1/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[2002:7f00:1::]/",
        "https://0x7f000001/",
        "https://127。0。0。1/",
        "https://①②⑦.0.0.1/",
    ] {
        assert!(check(url, PUBLIC).is_err(), "{url}");
    }
    assert!(check("https://8.8.8.8/", PUBLIC).is_ok());
    assert!(check("https://[2606:4700::1111]/", PUBLIC).is_ok());
    assert!(check("https://issuer.example/keys?x=1", PUBLIC).is_ok());
    assert!(check("http://127.0.0.1:1/", LOOPBACK).is_ok());
    assert!(check("http://localhost:1/", LOOPBACK).is_ok());
    assert!(check("http://localhost:1/", PUBLIC).is_err());
    assert!(check("http://8.8.8.8/", LOOPBACK).is_err(), "http is for this machine only");
    assert!(check("https://a:b@issuer.example/", PUBLIC).is_err());
}

#[tokio::test]
async fn f6_names_that_lead_to_this_machine_are_refused_after_resolution() {
    // `localhost` goes through the resolver, as every name does.
    let error = HttpClient::new(PUBLIC).unwrap().get("https://localhost:9/keys").await.unwrap_err();
    assert!(matches!(&error, FetchError::Transport(_)), "{error}");
    assert!(error.to_string().contains("no address on the public internet"), "{error}");
    // The control: allowed, but nobody listens there.
    let error = HttpClient::new(LOOPBACK).unwrap().get("http://localhost:9/keys").await.unwrap_err();
    assert!(!error.to_string().contains("public internet"), "{error}");
}

#[test]
fn f6_a_proxy_of_the_environment_is_not_used() {
    // The environment belongs to the process, so another one fetches keys with a proxy that nobody serves.
    let test = "authenticate::tests::key_fetching::keys_are_fetched_for_the_first_caller_and_once_for_many";
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    for variable in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        child.env(variable, "http://127.0.0.1:9");
    }
    for variable in ["NO_PROXY", "no_proxy"] {
        child.env_remove(variable);
    }
    let output = child.args(["--exact", test]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}
