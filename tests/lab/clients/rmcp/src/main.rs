//! rmcp's own client: `lab-rmcp-client URL legacy|modern`
//!
//! Meets the challenge, registers, sends the person to the authorization server, and calls `LAB_TOOL` with `LAB_ARGS`,
//! which must answer `LAB_EXPECT`.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context as _, Result, bail, ensure};
use axum::extract::Query;
use axum::{Router, routing};
use rmcp::model::ClientConfig;
use rmcp::transport::auth::{
    AuthorizationManager, AuthorizationRequest, ClientCredentialsConfig, OAuthState,
};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::transport::{AuthClient, StreamableHttpClientTransport};
use rmcp::{ClientLifecycleMode, ClientServiceExt as _};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [url, era] = arguments.as_slice() else { bail!("usage: lab-rmcp-client URL legacy|modern") };

    let challenge = challenge(url, era).await?;
    let authorized = if env::var_os("LAB_MACHINE").is_some() {
        machine(url).await?
    } else {
        sign_in(url, challenge).await?
    };
    keep_token(&authorized.get_access_token().await?)?;
    call(url, era, authorized).await
}

fn lifecycle(era: &str) -> Result<ClientLifecycleMode> {
    Ok(match era {
        "modern" => ClientLifecycleMode::Discover {
            preferred_versions: vec![serde_json::from_value(json!("2026-07-28"))?],
        },
        "legacy" => ClientLifecycleMode::Initialize,
        other => bail!("{other} is neither legacy nor modern"),
    })
}

fn config(url: &str) -> StreamableHttpClientTransportConfig {
    StreamableHttpClientTransportConfig::with_uri(url.to_owned())
}

/// What the server says to a client without a token.
async fn challenge(url: &str, era: &str) -> Result<String> {
    let transport = StreamableHttpClientTransport::with_client(reqwest::Client::default(), config(url));
    match ClientConfig::default().serve_with_lifecycle(transport, lifecycle(era)?).await {
        Ok(_) => bail!("the server did not ask for authorization"),
        Err(error) => {
            Ok(error.auth_challenge().with_context(|| format!("no challenge: {error}"))?.to_owned())
        }
    }
}

/// Without a person: `LAB_CLIENT_ID` with `LAB_CLIENT_SECRET`, in the form.
async fn machine(url: &str) -> Result<AuthorizationManager> {
    let mut oauth = OAuthState::new(url, None).await?;
    let config = ClientCredentialsConfig::ClientSecret {
        client_id: env::var("LAB_CLIENT_ID")?,
        client_secret: env::var("LAB_CLIENT_SECRET")?,
        scopes: Vec::new(),
        resource: Some(url.to_owned()),
    };
    oauth.authenticate_client_credentials(config).await?;
    oauth.into_authorization_manager().context("not authorized")
}

async fn sign_in(url: &str, challenge: String) -> Result<AuthorizationManager> {
    let (redirect_uri, mut answers) = callback().await?;
    let mut oauth = OAuthState::new(url, None).await?;
    let mut request =
        AuthorizationRequest::new(&redirect_uri).with_client_name("lab rmcp").with_challenge(challenge);
    // The URL of a document that says who it is, in place of a registration.
    if let Ok(document) = env::var("LAB_DOCUMENT") {
        request = request.with_client_metadata_url(&document);
    }
    // A client that the server knows.
    if let Ok(id) = env::var("LAB_CLIENT_ID") {
        request = request.with_preregistered_client(id);
    }
    if let Ok(secret) = env::var("LAB_CLIENT_SECRET") {
        request = request.with_client_secret(secret);
    }
    oauth.start_authorization(request).await?;
    open_browser(&oauth.get_authorization_url().await?)?;

    let answer = tokio::time::timeout(Duration::from_secs(20), answers.recv()).await?.context("no answer")?;
    ensure!(answer.contains_key("code"), "the authorization server answered {:?}", answer.get("error"));
    let issuer = answer.get("iss").map(String::as_str);
    oauth.handle_callback_with_issuer(&answer["code"], &answer["state"], issuer).await?;
    oauth.into_authorization_manager().context("not authorized")
}

/// The loopback listener that the authorization server redirects to.
async fn callback() -> Result<(String, mpsc::Receiver<HashMap<String, String>>)> {
    let (sender, receiver) = mpsc::channel(1);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let redirect_uri = format!("http://{}/callback", listener.local_addr()?);
    let handler = move |Query(query): Query<HashMap<String, String>>| async move {
        // A second answer finds the channel closed, and nobody waits for it.
        let _ = sender.send(query).await;
        "done"
    };
    let app = Router::new().route("/callback", routing::get(handler));
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok((redirect_uri, receiver))
}

fn open_browser(url: &str) -> Result<()> {
    let scripts = PathBuf::from(env::var("LAB_SCRIPTS").context("LAB_SCRIPTS is not set")?);
    tokio::process::Command::new(scripts.join("person.py")).arg(url).stdout(Stdio::null()).spawn()?;
    Ok(())
}

/// Notes the token for scan-log.py.
fn keep_token(token: &str) -> Result<()> {
    if let Ok(path) = env::var("LAB_TOKENS") {
        writeln!(fs::OpenOptions::new().create(true).append(true).open(path)?, "{token}")?;
    }
    Ok(())
}

async fn call(url: &str, era: &str, authorized: AuthorizationManager) -> Result<()> {
    let setting = |name, default: &str| env::var(name).unwrap_or_else(|_| default.to_owned());
    let tool = setting("LAB_TOOL", "add_numbers");
    let arguments: Value = serde_json::from_str(&setting("LAB_ARGS", r#"{"a":17,"b":25}"#))?;
    let expected = setting("LAB_EXPECT", "42");

    let http = AuthClient::new(reqwest::Client::default(), authorized);
    let transport = StreamableHttpClientTransport::with_client(http, config(url));
    let client = ClientConfig::default().serve_with_lifecycle(transport, lifecycle(era)?).await?;

    let tools: Vec<String> =
        client.list_all_tools().await?.into_iter().map(|tool| tool.name.into_owned()).collect();
    // Long enough for a token of a few seconds to end.
    tokio::time::sleep(Duration::from_secs(setting("LAB_PAUSE", "0").parse()?)).await;
    let request = serde_json::from_value(json!({ "name": tool, "arguments": arguments }))?;
    let result = serde_json::to_value(client.call_tool(request).await?)?;
    client.cancel().await?;

    let answer: String = result["content"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|block| block["text"].as_str())
        .collect();
    println!("{}", json!({ "era": era, "tools": tools, "answer": answer }));
    ensure!(tools.contains(&tool), "{tool} is not in the list of tools");
    ensure!(
        result["isError"] != true && answer.trim() == expected,
        "{tool} answered {answer}, expected {expected}"
    );
    Ok(())
}
