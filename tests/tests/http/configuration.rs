//! Mistakes in the configuration stop the start: all of them at once, each naming its setting and what to do.

use std::process::Command;

use mcp_auth::{Auth, AuthBuilder, ConfigError, DevelopmentIssuer, Error, Issuer};

use crate::support::{Closed, Kind, Ledger, Plain, start};

fn settings(error: &ConfigError) -> Vec<&str> {
    error.problems().iter().map(|problem| problem.setting.as_str()).collect()
}

fn good() -> AuthBuilder {
    Auth::builder().issuer(Issuer::new("https://auth.example.com")).resource("https://mcp.example.com/mcp")
}

fn plain() -> Plain {
    Plain::around(Ledger::default())
}

#[test]
fn all_problems_of_a_builder_are_reported_at_once() {
    let error = Auth::builder()
        .resource("http://mcp.example.com/mcp")
        .listen("here")
        .allowed_hosts(["https://mcp.example.com", "mcp.example.com:port", "a@b", "*.example.com"])
        .allowed_origins(["app.example.com", "https://app.example.com/page", "null", "https://*.example.com"])
        .session_key("tell-nobody")
        .build()
        .unwrap_err();
    assert_eq!(
        settings(&error),
        [
            "AuthBuilder::resource",
            "AuthBuilder::listen",
            "AuthBuilder::allowed_hosts",
            "AuthBuilder::allowed_hosts",
            "AuthBuilder::allowed_hosts",
            "AuthBuilder::allowed_hosts",
            "AuthBuilder::allowed_origins",
            "AuthBuilder::allowed_origins",
            "AuthBuilder::allowed_origins",
            "AuthBuilder::allowed_origins",
            "AuthBuilder::session_key",
            "AuthBuilder::issuer",
        ]
    );
    let text = error.to_string();
    assert!(text.starts_with("the configuration has 12 problems:"), "{text}");
    assert!(error.problems().iter().all(|problem| !problem.help.is_empty()));
    assert!(!text.contains("tell-nobody"), "the key is a secret: {text}");
    assert_eq!(format!("{error:?}"), text, "`main` prints Debug");
}

#[test]
fn the_issuer_is_checked_with_the_rest() {
    for url in [
        "http://auth.example.com",
        "auth.example.com",
        "",
        "https://auth.example.com/?x",
        "https://u@a.example",
    ] {
        let error = Auth::builder().issuer(Issuer::new(url)).listen("x").build().unwrap_err();
        assert_eq!(settings(&error), ["AuthBuilder::listen", "Issuer::new"], "{url}");
    }
    let issuer = Issuer::new("https://auth.example.com").with_leeway(std::time::Duration::from_secs(61));
    assert_eq!(settings(&Auth::builder().issuer(issuer).build().unwrap_err()), ["Issuer::with_leeway"]);
}

#[test]
#[expect(clippy::large_stack_arrays, reason = "they are settings, and few")]
fn a_server_and_settings_that_do_not_fit_do_not_start() {
    let issuer = DevelopmentIssuer::new("http://127.0.0.1:3000").unwrap();
    for (auth, setting, says) in [
        (
            Auth::builder().issuer(Issuer::new("https://a.example")),
            "AuthBuilder::resource",
            "no resource URL",
        ),
        (good().allowed_hosts(["other.example.com"]), "AuthBuilder::allowed_hosts", "add `mcp.example.com`"),
        (
            good().allowed_hosts(["mcp.example.com:8443"]),
            "AuthBuilder::allowed_hosts",
            "every request would be refused",
        ),
        (good().allowed_hosts([""; 0]), "AuthBuilder::allowed_hosts", "every request would be refused"),
        (good().development_issuer(issuer.clone()), "AuthBuilder::resource", "is public"),
        // However it is given.
        (good().issuer(issuer.issuer()), "AuthBuilder::resource", "is public"),
        (good().issuer(issuer.issuer().with_audience("api://notes")), "AuthBuilder::resource", "is public"),
    ] {
        let error = auth.build().unwrap().router(plain()).unwrap_err();
        assert_eq!(settings(&error), [setting], "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
    assert!(good().build().unwrap().router(plain()).is_ok());
}

#[test]
fn r23_a_development_issuer_is_of_this_machine() {
    for url in [
        "https://auth.example.com",
        "http://auth.example.com",
        "http://localhost.evil.example",
        "http://0.0.0.0:3000",
    ] {
        let error = DevelopmentIssuer::new(url).unwrap_err();
        assert_eq!(settings(&error), ["DevelopmentIssuer::new"], "{url}");
    }
}

mod contradiction {
    #[derive(Clone)]
    pub(super) struct Both(pub(super) &'static str);

    #[mcp_auth::server(anonymous, requires("mcp:tools"))]
    impl Both {
        /// For everybody.
        #[tool(authenticated)]
        fn whoami(&self) -> &'static str {
            self.0
        }
    }
}

#[test]
fn anonymous_and_requires_contradict_each_other() {
    let auth = Auth::builder().issuer(Issuer::new("https://auth.example.com")).build().unwrap();
    let error = auth.router(contradiction::Both("you")).unwrap_err();
    assert_eq!(settings(&error), ["AuthBuilder::resource", "#[server(anonymous, requires(…))]"], "{error}");
}

#[tokio::test]
async fn a_port_that_is_taken_says_what_to_do() {
    let server = start::<Closed>().await;
    let auth =
        Auth::builder().development_issuer(server.issuer.clone()).resource(&server.resource).build().unwrap();
    let error = auth.bind(plain()).await.unwrap_err();
    assert!(matches!(error, Error::Listen { address, .. } if address == server.address), "{error}");
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(text.contains(&format!("cannot listen on {}", server.address)), "{text}");
        assert!(text.contains("help: another program listens there"), "{text}");
        assert!(text.contains("MCP_AUTH_LISTEN"), "{text}");
    }
}

#[tokio::test]
async fn where_to_listen_for_a_public_name_has_to_be_said() {
    let error = good().build().unwrap().bind(plain()).await.unwrap_err();
    let Error::Config(error) = error else { panic!("{error}") };
    assert_eq!(settings(&error), ["AuthBuilder::listen"]);
    assert!(good().listen("127.0.0.1:0").build().unwrap().bind(plain()).await.is_ok());
}

/// This test as a program of its own: its environment is the configuration.
#[tokio::test]
#[ignore = "run by the tests below, with an environment"]
async fn program_that_is_configured_by_its_environment() {
    match Auth::from_env().await {
        Ok(_) => println!("<good>"),
        Err(error) => {
            for problem in error.problems() {
                println!("<{}>{}", problem.setting, problem.message);
            }
        }
    }
}

fn configured_by(variables: &[(&str, &str)]) -> Vec<String> {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "configuration::program_that_is_configured_by_its_environment",
        ])
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    assert!(!output.contains("tell-nobody"), "a secret: {output}");
    output.lines().filter_map(|line| Some(line.split_once('<')?.1.split_once('>')?.0.to_owned())).collect()
}

#[test]
fn all_problems_of_the_environment_are_reported_at_once_by_their_variables() {
    let found = configured_by(&[
        ("MCP_AUTH_ISSUER", "http://auth.example.com"),
        ("MCP_AUTH_JWKS_URL", "not a URL"),
        ("MCP_AUTH_TOKEN_TYPE", "jwt"),
        ("MCP_AUTH_LEEWAY_SECONDS", "long"),
        ("MCP_AUTH_PRIVATE_NETWORK", "yes"),
        ("MCP_AUTH_RESOURCE", "mcp.example.com"),
        ("MCP_AUTH_LISTEN", "3000"),
        ("MCP_AUTH_ALLOWED_HOSTS", "mcp.example.com, https://mcp.example.com"),
        ("MCP_AUTH_ALLOWED_ORIGINS", "https://app.example.com,*"),
        ("MCP_AUTH_SESSION_KEY", "tell-nobody"),
        ("MCP_AUTH_RESOURCES", "https://mcp.example.com"),
    ]);
    let mut found: Vec<_> = found.iter().map(String::as_str).collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "MCP_AUTH_ALLOWED_HOSTS",
            "MCP_AUTH_ALLOWED_ORIGINS",
            "MCP_AUTH_ISSUER",
            "MCP_AUTH_JWKS_URL",
            "MCP_AUTH_LEEWAY_SECONDS",
            "MCP_AUTH_LISTEN",
            "MCP_AUTH_PRIVATE_NETWORK",
            "MCP_AUTH_RESOURCE",
            "MCP_AUTH_RESOURCES",
            "MCP_AUTH_SESSION_KEY",
            "MCP_AUTH_TOKEN_TYPE",
        ]
    );
}

#[test]
fn an_environment_without_an_issuer_names_the_variable_and_a_good_one_works() {
    assert_eq!(configured_by(&[]), ["MCP_AUTH_ISSUER"]);
    assert_eq!(configured_by(&[("MCP_AUTH_ISSUER", "")]), ["MCP_AUTH_ISSUER"]);
    assert_eq!(configured_by(&[("MCP_AUTH_ISSUER", "https://auth.example.com")]), ["good"]);
    let prefixed = [("MCP_AUTH_ISSUER", "https://auth.example.com"), ("MCP_AUTHX", "1"), ("mcp_auth_x", "1")];
    assert_eq!(configured_by(&prefixed), ["good"]);
    // Introspection: both credentials or none, and nothing beside them that would have no effect.
    let asked = [
        ("MCP_AUTH_ISSUER", "https://auth.example.com"),
        ("MCP_AUTH_INTROSPECTION_CLIENT_ID", "notes"),
        ("MCP_AUTH_INTROSPECTION_CLIENT_SECRET", "tell-nobody"),
    ];
    assert_eq!(configured_by(&asked), ["good"]);
    let located = ("MCP_AUTH_INTROSPECTION_URL", "https://auth.example.com/introspect");
    let details = [("MCP_AUTH_LEEWAY_SECONDS", "5"), ("MCP_AUTH_AUDIENCE", "api://notes"), located];
    assert_eq!(configured_by(&[&asked[..], &details[..]].concat()), ["good"]);
    assert_eq!(configured_by(&asked[..2]), ["MCP_AUTH_INTROSPECTION_CLIENT_SECRET"]);
    assert_eq!(configured_by(&[asked[0], asked[2]]), ["MCP_AUTH_INTROSPECTION_CLIENT_ID"]);
    assert_eq!(configured_by(&[asked[0], located]), ["MCP_AUTH_INTROSPECTION_URL"]);
    assert_eq!(configured_by(&asked[1..]), ["MCP_AUTH_ISSUER"]);
    for (name, value) in [
        ("MCP_AUTH_TOKEN_TYPE", "any"),
        ("MCP_AUTH_JWKS_URL", "https://auth.example.com/keys"),
        ("MCP_AUTH_INTROSPECTION_URL", "http://auth.example.com/introspect"),
        ("MCP_AUTH_LEEWAY_SECONDS", "61"),
    ] {
        assert_eq!(configured_by(&[&asked[..], &[(name, value)]].concat()), [name]);
    }
    assert_eq!(
        configured_by(&[("MCP_AUTH_ISSUER", "auth.example.com"), asked[1], asked[2]]),
        ["MCP_AUTH_ISSUER"]
    );
    // Details of an issuer that is missing are not lost.
    let without = configured_by(&[
        ("MCP_AUTH_JWKS_URL", "https://auth.example.com/keys"),
        ("MCP_AUTH_TOKEN_TYPE", "x"),
    ]);
    assert!(without.contains(&"MCP_AUTH_TOKEN_TYPE".to_owned()), "{without:?}");
}
