//! The configurations of the documentation, each started and asked.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what cannot be had fails the test")]

use std::time::Duration;

use axum::{Router, routing::get};
use http::Method;
use mcp_auth::{
    Auth, AuthBuilder, ConfigError, Issuer, Server,
    testing::{Answer, TestClock, TestIssuer, TestRequest, TestServer, TestTokenBuilder},
};
use serde_json::{Value, json};

const DOCUMENT: &str = include_str!("../../mcp-auth/docs/configurations.md");
/// Where the issuer is in the document.
const ISSUER: &str = "127.0.0.1:9000";

/// The server of the document, once for each attribute.
macro_rules! servers {
    ($($name:ident $text:literal $(($($attribute:tt)*))?;)+) => {
        $(
            #[derive(Clone)]
            struct $name;

            #[mcp_auth::server$(($($attribute)*))?]
            impl $name {
                #[tool(authenticated)]
                async fn whoami(&self, user: mcp_auth::AuthInfo) -> String {
                    user.subject().to_owned()
                }

                #[tool(scopes = "notes:read")]
                async fn read(&self) {}

                #[tool(public)]
                async fn ping(&self) {}
            }
        )+

        /// Starts the server with this attribute.
        async fn start(attribute: &str, settings: Settings) -> Result<TestServer, ConfigError> {
            match attribute {
                $($text => settings.start($name).await,)+
                _ => panic!("no server has `{attribute}`"),
            }
        }
    };
}

servers! {
    Plain "#[server]";
    Anonymous "#[server(anonymous)]" (anonymous);
    Requires "#[server(requires(\"mcp:tools\"))]" (requires("mcp:tools"));
    Declared "#[server(resource = \"https://declared.example.com/mcp\")]"
        (resource = "https://declared.example.com/mcp");
    Callable "#[server(anonymous, list = mcp_auth::ListPolicy::CALLABLE)]"
        (anonymous, list = mcp_auth::ListPolicy::CALLABLE);
    Contradiction "#[server(anonymous, requires(\"mcp:tools\"))]" (anonymous, requires("mcp:tools"));
}

/// How settings reach the server.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    Environment,
    Code,
}

struct Settings {
    variables: Vec<(String, String)>,
    from: From,
    issuer: TestIssuer,
    clock: TestClock,
}

impl Settings {
    async fn start(self, server: impl Server) -> Result<TestServer, ConfigError> {
        let builder = TestServer::builder(server)
            .issuer(&self.issuer)
            .clock(&self.clock)
            .app(|router| Router::new().route("/health", get(async || "well")).merge(router));
        let (variables, clock) = (self.variables, self.clock);
        let builder = match self.from {
            From::Environment => builder.environment(variables),
            From::Code => builder.auth(move |_| in_code(&variables).test_clock(&clock)),
        };
        builder.try_start().await
    }
}

/// The same settings by the methods that code would call.
fn in_code(variables: &[(String, String)]) -> AuthBuilder {
    let value = |name: &str| variables.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
    let list = |text: &str| text.split(',').map(|item| item.trim().to_owned()).collect::<Vec<_>>();
    let mut issuer = value("MCP_AUTH_ISSUER").map(Issuer::new);
    let mut builder = Auth::builder();
    for (name, value) in variables {
        let with = |change: &dyn Fn(Issuer) -> Issuer| issuer.clone().map(change);
        match name.as_str() {
            "MCP_AUTH_ISSUER" => {}
            "MCP_AUTH_JWKS_URL" => issuer = with(&|issuer| issuer.with_jwks_url(value)),
            "MCP_AUTH_AUDIENCE" => issuer = with(&|issuer| issuer.with_audience(value)),
            "MCP_AUTH_LEEWAY_SECONDS" => {
                let leeway = Duration::from_secs(value.parse().unwrap());
                issuer = with(&|issuer| issuer.with_leeway(leeway));
            }
            "MCP_AUTH_TOKEN_TYPE" if value == "any" => issuer = with(&Issuer::accept_any_token_type),
            "MCP_AUTH_PRIVATE_NETWORK" if value == "true" => issuer = with(&Issuer::allow_private_network),
            "MCP_AUTH_RESOURCE" => builder = builder.resource(value),
            "MCP_AUTH_LISTEN" => builder = builder.listen(value),
            "MCP_AUTH_ALLOWED_HOSTS" => builder = builder.allowed_hosts(list(value)),
            "MCP_AUTH_ALLOWED_ORIGINS" => builder = builder.allowed_origins(list(value)),
            "MCP_AUTH_SESSION_KEY" => builder = builder.session_key(value.as_str()),
            _ => panic!("`{name}={value}` has no method"),
        }
    }
    match issuer {
        Some(issuer) => builder.issuer(issuer),
        None => builder,
    }
}

/// One heading of the third level: settings, and rows of requests and answers.
struct Case {
    title: String,
    attribute: String,
    variables: Vec<(String, String)>,
    /// What the issuer calls itself, where that is not what is configured.
    itself: Option<String>,
    rows: Vec<(String, String)>,
}

/// Everything in the document that is a case; whatever does not read as one fails.
fn cases() -> Vec<Case> {
    let (cases, _) = DOCUMENT.split_once("\n## What does not start").unwrap();
    cases.split("\n### ").skip(1).map(case).collect()
}

fn case(section: &str) -> Case {
    let (title, rest) = section.split_once('\n').unwrap();
    let (_, rest) = rest.split_once("```env\n").unwrap_or_else(|| panic!("{title}: no settings"));
    let (settings, rest) = rest.split_once("\n```").unwrap();
    let mut case = Case {
        title: title.to_owned(),
        attribute: "#[server]".to_owned(),
        variables: Vec::new(),
        itself: None,
        rows: rows(rest).into_iter().map(|[request, answer]| (request, answer)).collect(),
    };
    for line in settings.lines() {
        if line.starts_with("#[") {
            line.clone_into(&mut case.attribute);
        } else if let Some(url) = line.strip_prefix("the issuer calls itself ") {
            case.itself = Some(url.to_owned());
        } else {
            let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("{title}: `{line}`"));
            case.variables.push((name.to_owned(), value.to_owned()));
        }
    }
    assert!(!case.rows.is_empty(), "{title}: no requests");
    case
}

/// The cells of a table, without its head.
fn rows<const N: usize>(text: &str) -> Vec<[String; N]> {
    let lines = text.lines().filter(|line| line.starts_with('|')).skip(2);
    let cells = |line: &str| {
        let cells: Vec<_> = line
            .trim_matches('|')
            .split(" |")
            .map(|cell| cell.trim_start_matches('|').trim().to_owned())
            .collect();
        cells.try_into().unwrap_or_else(|cells| panic!("{line}: {cells:?}"))
    };
    lines.map(cells).collect()
}

async fn check(case: &Case, from: From) {
    let clock = TestClock::new();
    let configured = case.variables.iter().find(|(name, _)| name == "MCP_AUTH_ISSUER").unwrap();
    let itself = case.itself.as_ref().unwrap_or(&configured.1);
    let path = itself.strip_prefix(&format!("http://{ISSUER}")).unwrap_or_else(|| panic!("{itself}"));
    let issuer = TestIssuer::builder().path(path).clock(&clock).serve().await;
    let address = issuer.url().strip_prefix("http://").unwrap().split('/').next().unwrap().to_owned();
    let here = |(name, value): &(String, String)| (name.clone(), value.replace(ISSUER, &address));
    let settings =
        Settings { variables: case.variables.iter().map(here).collect(), from, issuer, clock: clock.clone() };
    let audience = settings
        .variables
        .iter()
        .find(|(name, _)| name == "MCP_AUTH_AUDIENCE")
        .map(|(_, value)| value.clone());
    let server =
        start(&case.attribute, settings).await.unwrap_or_else(|error| panic!("{}: {error}", case.title));
    for (asked, wanted) in &case.rows {
        let place = format!("{}: {asked}", case.title);
        let asked = read(&server, asked, audience.as_deref(), &clock);
        let answer = asked.request.await;
        let found = describe(&answer, &asked.shows, wanted).replace(&address, ISSUER);
        assert_eq!(&found, wanted, "{place}: {answer}");
    }
}

/// A request, and what of its answer a cell shows.
struct Asked {
    request: TestRequest,
    shows: Shows,
}

#[derive(PartialEq, Eq)]
enum Shows {
    Refusal,
    Tools,
    Member,
}

/// A request by its words; an unknown word fails.
fn read(server: &TestServer, words: &str, audience: Option<&str>, clock: &TestClock) -> Asked {
    let mut asked = Asked { request: server.call("whoami", json!({})), shows: Shows::Refusal };
    let mut token = None;
    for phrase in words.split(", ") {
        let parts: Vec<&str> = phrase.split('`').map(str::trim).collect();
        match parts.as_slice() {
            ["no token"] => token = None,
            ["good token"] => {
                let good = server.token("alice").scopes("notes:read mcp:tools");
                token = Some(audience.map_or(good.clone(), |audience| good.audience(audience)));
            }
            ["lists"] => asked = Asked { request: server.list_tools(), shows: Shows::Tools },
            ["calls", tool, ""] => asked.request = server.call(tool, json!({})),
            [method @ ("GET" | "PUT"), path, ""] => {
                let method = Method::from_bytes(method.as_bytes()).unwrap();
                asked = Asked { request: server.http(method, path), shows: Shows::Member };
            }
            ["at", path, ""] => asked.request = asked.request.path(path),
            ["no", "Host", ""] => asked.request = asked.request.without_header("host"),
            ["", header, ""] if header.starts_with("Host: ") || header.starts_with("Origin: ") => {
                let (name, value) = header.split_once(": ").unwrap();
                asked.request = asked.request.header(name, value);
            }
            of_token => {
                let good = token.unwrap_or_else(|| panic!("`{phrase}` in `{words}` has no token before it"));
                token = Some(changed(good, of_token, server.issuer(), clock));
            }
        }
    }
    if let Some(token) = token {
        asked.request = asked.request.bearer(token.issue().expose());
    }
    asked
}

/// A token by the words behind `good token`.
fn changed(
    token: TestTokenBuilder,
    words: &[&str],
    issuer: &TestIssuer,
    clock: &TestClock,
) -> TestTokenBuilder {
    let seconds = |text: &str, before: &str, behind: &str| -> Option<u64> {
        text.strip_prefix(before)?.strip_suffix(behind)?.parse().ok()
    };
    match words {
        ["badly signed"] => token.badly_signed(),
        ["ID token"] => token.id_token(),
        ["no scopes"] => token.narrow(),
        ["scopes", scopes, ""] => token.scopes(scopes),
        ["", "iss", "with a slash behind"] => token.claim("iss", format!("{}/", issuer.url())),
        ["", "iss", "without the slash behind"] => token.claim("iss", issuer.url().trim_end_matches('/')),
        ["", name @ ("iss" | "aud"), "is", value, ""] => {
            token.claim(name, serde_json::from_str(value).unwrap_or_else(|_| Value::from(*value)))
        }
        ["", "typ", "is", value, ""] => token.header("typ", *value),
        ["no", "aud", ""] => token.without("aud"),
        ["no", "typ", ""] => token.without_header("typ"),
        [time] => {
            let now = clock.unix_seconds();
            let ended = seconds(time, "expired ", " s ago").map(|ago| now - ago);
            let begins = seconds(time, "begins in ", " s").map(|wait| now + wait);
            match (ended, begins) {
                (Some(ended), None) => token.claim("exp", ended),
                (None, Some(begins)) => token.claim("nbf", begins),
                _ => panic!("unknown words: {time}"),
            }
        }
        _ => panic!("unknown words: {words:?}"),
    }
}

/// The answer as a cell would say it; of a document, the member that the cell names.
fn describe(answer: &Answer, shows: &Shows, wanted: &str) -> String {
    let status = answer.status();
    if let Some(challenge) = answer.challenge() {
        return match challenge.error() {
            Some("invalid_token") => format!("{status} invalid"),
            _ => format!("{status} `{}`", challenge.scopes().join(" ")),
        };
    }
    match (shows, wanted.split('`').nth(1)) {
        (Shows::Tools, _) => format!("{status} `{}`", answer.tool_names().join(" ")),
        (Shows::Member, Some(member)) => format!("{status} `{member}` `{}`", answer.json()[member]),
        (Shows::Refusal, _) if status == 200 => {
            assert!(!answer.is_tool_error(), "{answer}");
            answer.error_code().map_or("200".to_owned(), |code| format!("200 `{code}`"))
        }
        _ => status.to_string(),
    }
}

#[tokio::test]
async fn every_case_is_true_of_the_environment() {
    for case in cases() {
        check(&case, From::Environment).await;
    }
}

#[tokio::test]
async fn every_case_is_true_of_code() {
    for case in cases() {
        check(&case, From::Code).await;
    }
}

#[test]
fn the_document_has_all_its_cases() {
    let cases = cases();
    let requests: usize = cases.iter().map(|case| case.rows.len()).sum();
    assert!(cases.len() >= 20 && requests >= 90, "{} cases, {requests} requests", cases.len());
}

/// The settings that one cell describes: good ones, with these instead.
fn bad(cell: &str) -> (String, Vec<(String, String)>) {
    let mut attribute = "#[server]".to_owned();
    let mut variables = vec![
        ("MCP_AUTH_ISSUER".to_owned(), "https://auth.example.com".to_owned()),
        ("MCP_AUTH_RESOURCE".to_owned(), "https://mcp.example.com/mcp".to_owned()),
    ];
    let parts: Vec<_> = cell.split('`').collect();
    for pair in parts.chunks(2).filter(|pair| pair.len() == 2) {
        let (word, text) = (pair[0].trim(), pair[1]);
        if text.starts_with("#[") {
            text.clone_into(&mut attribute);
            continue;
        }
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        variables.retain(|(own, _)| own != name);
        match (word, value) {
            ("without", "") => {}
            ("", value) if text.contains('=') => variables.push((name.to_owned(), value.to_owned())),
            _ => panic!("unknown words: {cell}"),
        }
    }
    (attribute, variables)
}

#[tokio::test]
async fn what_does_not_start_names_its_setting() {
    let (_, section) = DOCUMENT.split_once("\n## What does not start").unwrap();
    let rows = rows::<3>(section);
    assert!(rows.len() > 20);
    for [cell, variable, method] in rows {
        for (from, wanted) in [(From::Environment, variable), (From::Code, method)] {
            let wanted = wanted.trim_matches('`');
            if wanted.is_empty() {
                // What code cannot even say.
                assert!(from == From::Code, "{cell}");
                continue;
            }
            let (attribute, variables) = bad(&cell);
            let settings = Settings { variables, from, issuer: TestIssuer::new(), clock: TestClock::new() };
            let error = start(&attribute, settings).await.err().unwrap_or_else(|| panic!("{cell} starts"));
            let found: Vec<_> = error.problems().iter().map(|problem| problem.setting.as_str()).collect();
            assert_eq!(found, [wanted], "{cell}: {error}");
        }
    }
}
