//! The authorization servers, and what is asked of them.

use std::{net::SocketAddr, process::Command};

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tempfile::TempDir;
use url::form_urlencoded::Serializer;

use super::{
    REDIRECT_URI, RESOURCE,
    check::Tokens,
    node,
    pages::Pages,
    wire::{Connection, FORM, JSON, post},
};
use crate::{Child, Result};

/// Of both, by their metadata.
const TOKEN_ENDPOINT: &str = "/token";

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Ours: every answer is durable.
    McpAuth,
    /// Ours, in two processes on one file; callers take turns.
    TwoProcesses,
    /// npm oidc-provider, in memory.
    OidcProvider,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::McpAuth, Self::TwoProcesses, Self::OidcProvider];
    pub(super) const OURS: [Self; 2] = [Self::McpAuth, Self::TwoProcesses];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::McpAuth => "mcp-auth",
            Self::TwoProcesses => "mcp-auth, two processes",
            Self::OidcProvider => "oidc-provider",
        }
    }

    /// What has to be installed first.
    pub(super) fn missing(self) -> Option<String> {
        match self {
            Self::McpAuth | Self::TwoProcesses => None,
            Self::OidcProvider => node::missing(),
        }
    }

    /// Costs little, and proves nothing.
    pub(super) fn keys(self) -> &'static str {
        match self {
            Self::McpAuth | Self::TwoProcesses => "/.well-known/jwks.json",
            Self::OidcProvider => "/jwks",
        }
    }
}

/// A running authorization server, and a client of it.
pub(super) struct Issuer {
    pub(super) kind: Kind,
    pub(super) children: Vec<Child>,
    client: String,
    way: Way,
    /// Of the file; it goes after those who use it.
    _folder: Option<TempDir>,
}

/// How codes are obtained.
enum Way {
    /// As people do.
    Pages(Box<Pages>),
    /// By a helper route.
    Route(Connection),
}

/// A code with its verifier (RFC 7636).
pub(super) struct Code {
    code: String,
    verifier: String,
}

impl Issuer {
    pub(super) async fn start(kind: Kind) -> Result<Self> {
        match kind {
            Kind::McpAuth => Self::of_ours(kind, 1).await,
            Kind::TwoProcesses => Self::of_ours(kind, 2).await,
            Kind::OidcProvider => {
                if let Some(missing) = kind.missing() {
                    return Err(format!("{missing} (or add --alone)").into());
                }
                let child = Child::launch(&mut node::command(), "")?;
                let way = Way::Route(Connection::open(child.address()).await?);
                Ok(Self { kind, children: vec![child], client: "bench".to_owned(), way, _folder: None })
            }
        }
    }

    /// The store is a file beside this program: what is in `/tmp` may never reach a disk.
    async fn of_ours(kind: Kind, processes: usize) -> Result<Self> {
        let program = std::env::current_exe()?;
        let folder = tempfile::tempdir_in(program.parent().ok_or("the program is nowhere")?)?;
        let mut children = Vec::new();
        for _ in 0..processes {
            let mut command = Command::new(&program);
            children.push(Child::launch(command.arg("serve-grants").arg(folder.path()), "")?);
        }
        let pages = Pages::open(children.first().ok_or("there is no process")?.address()).await?;
        let (client, way) = (pages.client().to_owned(), Way::Pages(Box::new(pages)));
        Ok(Self { kind, children, client, way, _folder: Some(folder) })
    }

    /// Fresh codes, each with a challenge of its own.
    pub(super) async fn codes(&mut self, count: usize) -> Result<Vec<Code>> {
        let pairs = (0..count).map(|_| pair()).collect::<Result<Vec<_>>>()?;
        let mut codes = Vec::new();
        let address = self.address()?;
        match &mut self.way {
            Way::Pages(pages) => {
                pages.connect_again(address).await?;
                for (verifier, challenge) in pairs {
                    codes.push(Code { code: pages.code(&challenge).await?, verifier });
                }
            }
            Way::Route(connection) => {
                // Its connections are closed when they are idle for a while.
                *connection = Connection::open(address).await?;
                let challenges: Vec<_> = pairs.iter().map(|(_, challenge)| challenge).collect();
                let body = json!({ "challenges": challenges }).to_string();
                let answer = connection.exchange(&post("/bench/codes", JSON, "", &body)).await?;
                let mut answer: Value = serde_json::from_slice(&answer.body)?;
                let minted: Vec<String> = serde_json::from_value(answer["codes"].take())?;
                let verifiers = pairs.into_iter().map(|(verifier, _)| verifier);
                codes.extend(
                    minted.into_iter().zip(verifiers).map(|(code, verifier)| Code { code, verifier }),
                );
            }
        }
        Ok(codes)
    }

    pub(super) fn address(&self) -> Result<SocketAddr> {
        Ok(self.children.first().ok_or("there is no process")?.address())
    }

    /// A code becomes tokens (RFC 6749 section 4.1.3).
    pub(super) fn exchange(&self, code: &Code) -> Vec<u8> {
        self.token_request(&[
            ("grant_type", "authorization_code"),
            ("code", &code.code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", &code.verifier),
            ("resource", RESOURCE),
        ])
    }

    /// A refresh token becomes newer ones (RFC 6749 section 6).
    pub(super) fn refresh(&self, tokens: &Tokens) -> Vec<u8> {
        self.token_request(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", &tokens.refresh_token),
            ("resource", RESOURCE),
        ])
    }

    fn token_request(&self, fields: &[(&str, &str)]) -> Vec<u8> {
        let mut form = Serializer::new(String::new());
        form.extend_pairs(fields).append_pair("client_id", &self.client);
        post(TOKEN_ENDPOINT, FORM, "Accept: application/json\r\n", &form.finish())
    }
}

impl Code {
    /// The same code with another verifier.
    pub(super) fn of_a_thief(&self) -> Result<Self> {
        Ok(Self { code: self.code.clone(), verifier: pair()?.0 })
    }
}

/// A verifier and its challenge.
fn pair() -> Result<(String, String)> {
    let mut random = [0; 32];
    rand::fill(&mut random)?;
    let verifier = URL_SAFE_NO_PAD.encode(random);
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
    Ok((verifier, challenge))
}
