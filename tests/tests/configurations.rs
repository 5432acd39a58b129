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
/// Where the issuers are in the document: the one of the variables, and the one of code.
const ISSUERS: [&str; 2] = ["127.0.0.1:9000", "127.0.0.1:9001"];

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
    code: Code,
    from: From,
    issuer: TestIssuer,
    clock: TestClock,
}

impl Settings {
    async fn start<S: Server + Clone>(self, server: S) -> Result<TestServer, ConfigError> {
        if !self.code.is_empty() {
            assert!(self.from == From::Code, "no variable says this");
            return self.mounted(&server);
        }
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

    /// What only code says: several issuers, several servers.
    fn mounted<S: Server + Clone>(self, server: &S) -> Result<TestServer, ConfigError> {
        let builder = in_code(&self.variables).test_clock(&self.clock);
        let auth = self.code.issuer().into_iter().fold(builder, AuthBuilder::issuer).build()?;
        let (own, elsewhere) = self.code.servers();
        let mount = (0..own).fold(auth.mount(), |mount, _| mount.server(server.clone()));
        let mount = elsewhere.iter().fold(mount, |mount, url| mount.server_at(url, server.clone()));
        let resource = self.variables.iter().find(|(name, _)| name == "MCP_AUTH_RESOURCE").unwrap();
        Ok(TestServer::around(mount.router()?, &resource.1, &self.issuer))
    }
}

/// Lines of code: what no variable says. `…` is the server.
#[derive(Clone, Default)]
struct Code {
    /// `.issuer(Issuer::new("…"))`, with what is said of it.
    issuer: Option<String>,
    /// `auth.mount().server(…).server_at("…", …)`
    mount: Option<String>,
}

impl Code {
    /// Whether the line is code.
    fn reads(&mut self, line: &str) -> bool {
        let place = match line {
            _ if line.starts_with(".issuer(") => &mut self.issuer,
            _ if line.starts_with("auth.mount()") => &mut self.mount,
            _ => return false,
        };
        assert!(place.replace(line.to_owned()).is_none(), "two of `{line}`");
        true
    }

    fn is_empty(&self) -> bool {
        self.issuer.is_none() && self.mount.is_none()
    }

    fn issuer(&self) -> Option<Issuer> {
        let inner = self.issuer.as_ref()?.strip_prefix(".issuer(Issuer::new(\"")?.strip_suffix(')')?;
        let (url, mut rest) = inner.split_once("\")").unwrap();
        let mut issuer = Issuer::new(url);
        while !rest.is_empty() {
            if let Some(behind) = rest.strip_prefix(".accept_any_token_type()") {
                (issuer, rest) = (issuer.accept_any_token_type(), behind);
            } else {
                let audience = rest.strip_prefix(".with_audience(\"").unwrap_or_else(|| panic!("{rest}"));
                let (audience, behind) = audience.split_once("\")").unwrap();
                (issuer, rest) = (issuer.with_audience(audience), behind);
            }
        }
        Some(issuer)
    }

    /// The audience of the issuer's tokens, where it is not the resource.
    fn audience(&self) -> Option<&str> {
        self.issuer.as_ref()?.split_once(".with_audience(\"")?.1.split('"').next()
    }

    /// How many servers are at the resource of the settings, and where the others are.
    fn servers(&self) -> (usize, Vec<&str>) {
        let Some(mount) = &self.mount else { return (1, Vec::new()) };
        let mut rest = mount.strip_prefix("auth.mount()").unwrap();
        let (mut own, mut elsewhere) = (0, Vec::new());
        while !rest.is_empty() {
            if let Some(behind) = rest.strip_prefix(".server(…)") {
                (own, rest) = (own + 1, behind);
            } else {
                let url = rest.strip_prefix(".server_at(\"").unwrap_or_else(|| panic!("{rest}"));
                let (url, behind) = url.split_once("\", …)").unwrap();
                elsewhere.push(url);
                rest = behind;
            }
        }
        (own, elsewhere)
    }

    /// With the addresses at which the issuers really are.
    fn here(&self, here: impl Fn(&str) -> String) -> Self {
        Self { issuer: self.issuer.as_deref().map(&here), mount: self.mount.as_deref().map(&here) }
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
            "MCP_AUTH_HEALTH" if value == "off" => builder = builder.without_health(),
            "MCP_AUTH_HEALTH" => {
                let (live, ready) = value.split_once(',').unwrap();
                builder = builder.health(live, ready);
            }
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
    code: Code,
    /// What the issuer calls itself, where that is not what is configured.
    itself: Option<String>,
    second_is_down: bool,
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
        code: Code::default(),
        itself: None,
        second_is_down: false,
        rows: rows(rest).into_iter().map(|[request, answer]| (request, answer)).collect(),
    };
    for line in settings.lines() {
        if line.starts_with("#[") {
            line.clone_into(&mut case.attribute);
        } else if let Some(url) = line.strip_prefix("the issuer calls itself ") {
            case.itself = Some(url.to_owned());
        } else if line == "the second issuer is down" {
            case.second_is_down = true;
        } else if !case.code.reads(line) {
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
    let first = serve(case.itself.as_ref().unwrap_or(&configured.1), ISSUERS[0], &clock).await;
    let second = match &case.code.issuer {
        Some(line) => Some(serve(line.split('"').nth(1).unwrap(), ISSUERS[1], &clock).await),
        None => None,
    };
    if case.second_is_down {
        second.as_ref().unwrap().fail_with(503);
    }
    let addresses: Vec<_> = [Some(&first), second.as_ref()].into_iter().flatten().map(address).collect();
    let pairs = || ISSUERS.iter().zip(&addresses);
    let here =
        |text: &str| pairs().fold(text.to_owned(), |text, (written, real)| text.replace(written, real));
    let written =
        |text: &str| pairs().fold(text.to_owned(), |text, (written, real)| text.replace(real, written));
    let settings = Settings {
        variables: case.variables.iter().map(|(name, value)| (name.clone(), here(value))).collect(),
        code: case.code.here(here),
        from,
        issuer: first.clone(),
        clock: clock.clone(),
    };
    let audience = case.variables.iter().find(|(name, _)| name == "MCP_AUTH_AUDIENCE");
    let server =
        start(&case.attribute, settings).await.unwrap_or_else(|error| panic!("{}: {error}", case.title));
    let tokens = Tokens {
        first: (first, audience.map(|(_, audience)| audience.as_str())),
        second: second.map(|issuer| (issuer, case.code.audience())),
        clock,
    };
    for (asked, wanted) in &case.rows {
        let place = format!("{}: {asked}", case.title);
        let asked = read(&server, &here(asked), &tokens);
        let answer = asked.request.await;
        let found = written(&describe(&answer, &asked.shows, wanted));
        assert_eq!(&found, wanted, "{place}: {answer}");
    }
}

/// An issuer of this URL, but for its address.
async fn serve(url: &str, address: &str, clock: &TestClock) -> TestIssuer {
    let path = url.strip_prefix(&format!("http://{address}")).unwrap_or_else(|| panic!("{url}"));
    TestIssuer::builder().path(path).clock(clock).serve().await
}

fn address(issuer: &TestIssuer) -> String {
    issuer.url().strip_prefix("http://").unwrap().split('/').next().unwrap().to_owned()
}

/// Who gives tokens, each with the audience that they are for, where that is not the resource.
struct Tokens<'a> {
    first: (TestIssuer, Option<&'a str>),
    second: Option<(TestIssuer, Option<&'a str>)>,
    clock: TestClock,
}

impl Tokens<'_> {
    fn good(&self, server: &TestServer, second: bool) -> TestTokenBuilder {
        let (issuer, audience) = if second { self.second.as_ref().unwrap() } else { &self.first };
        let token = issuer.token("alice").scopes("notes:read mcp:tools");
        token.audience(audience.unwrap_or(server.resource()))
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
fn read(server: &TestServer, words: &str, tokens: &Tokens<'_>) -> Asked {
    let mut asked = Asked { request: server.call("whoami", json!({})), shows: Shows::Refusal };
    let mut token = None;
    for phrase in words.split(", ") {
        let parts: Vec<&str> = phrase.split('`').map(str::trim).collect();
        match parts.as_slice() {
            ["no token"] => token = None,
            ["good token"] => token = Some(tokens.good(server, false)),
            ["good token of the second issuer"] => token = Some(tokens.good(server, true)),
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
                token = Some(changed(good, of_token, server.issuer(), &tokens.clock));
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
    for case in cases().into_iter().filter(|case| case.code.is_empty()) {
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
    assert!(cases.len() >= 25 && requests >= 120, "{} cases, {requests} requests", cases.len());
    assert!(cases.iter().filter(|case| !case.code.is_empty()).count() >= 5);
}

/// The settings that one cell describes: good ones, with these instead.
fn bad(cell: &str) -> (String, Vec<(String, String)>, Code) {
    let mut code = Code::default();
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
        if code.reads(text) {
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
    (attribute, variables, code)
}

#[tokio::test]
async fn what_does_not_start_names_its_setting() {
    let (_, section) = DOCUMENT.split_once("\n## What does not start").unwrap();
    let rows = rows::<3>(section);
    assert!(rows.len() > 20);
    for [cell, variable, method] in rows {
        for (from, wanted) in [(From::Environment, variable), (From::Code, method)] {
            let wanted = wanted.trim_matches('`');
            let (attribute, variables, code) = bad(&cell);
            if wanted.is_empty() {
                // What code cannot even say, or only code.
                assert!((from == From::Code) == code.is_empty(), "{cell}");
                continue;
            }
            let settings =
                Settings { variables, code, from, issuer: TestIssuer::new(), clock: TestClock::new() };
            let error = start(&attribute, settings).await.err().unwrap_or_else(|| panic!("{cell} starts"));
            let mut found: Vec<_> = error.problems().iter().map(|problem| problem.setting.as_str()).collect();
            found.dedup();
            assert_eq!(found, [wanted], "{cell}: {error}");
        }
    }
}
