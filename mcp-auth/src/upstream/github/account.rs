//! What GitHub says about an account: verified e-mail addresses, organisations, teams.
//!
//! Each answer is read by its meaning: a yes lets in, a no does not, and everything else is neither.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use http::{Method, StatusCode, header};
use serde::{Deserialize, de::DeserializeOwned};

use super::{GitHub, answers, person, scopes};
use crate::{
    http::{Incoming, Outgoing},
    store::Timestamp,
    upstream::{Account, Fact, Outage, SignInError, Tokens, Untold, Wanted},
};

const TIME: Duration = Duration::from_secs(10);
const SIZE: usize = 256 * 1024;
/// Of e-mail addresses, a hundred each.
const MOST_PAGES: usize = 10;

#[derive(Deserialize)]
struct Address {
    email: String,
    /// What does not say so is not.
    #[serde(default)]
    verified: bool,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

#[derive(Deserialize)]
struct Membership {
    state: String,
}

/// A request that comes to nothing: for this fact alone, or because of the token for all of them.
enum Failed {
    Fact(Untold),
    Token,
}

impl GitHub {
    pub(super) async fn tell(
        &self,
        tokens: &Tokens,
        wanted: &Wanted,
        now: Timestamp,
    ) -> Result<Account, SignInError> {
        let mut asked = Asked { github: self, tokens, now, silent: None, login: None };
        let email_addresses =
            if wanted.email_addresses { fact(asked.email_addresses().await)? } else { Err(Untold::Unknown) };
        let mut memberships = BTreeMap::new();
        for of in &wanted.memberships {
            let answer = match of.split_once('/') {
                Some((organization, team)) => asked.in_team(organization, team).await,
                None => asked.membership(&format!("user/memberships/orgs/{of}")).await,
            };
            memberships.insert(of.clone(), fact(answer)?);
        }
        Ok(Account { email_addresses, memberships })
    }
}

fn fact<T>(answer: Result<T, Failed>) -> Result<Fact<T>, SignInError> {
    match answer {
        Ok(fact) => Ok(Ok(fact)),
        Err(Failed::Fact(untold)) => Ok(Err(untold)),
        Err(Failed::Token) => Err(SignInError::Refused("the token is not good".to_owned())),
    }
}

struct Asked<'a> {
    github: &'a GitHub,
    tokens: &'a Tokens,
    now: Timestamp,
    /// It did not answer at all: nobody waits for it a second time.
    silent: Option<Outage>,
    login: Option<String>,
}

impl Asked<'_> {
    /// The verified ones, of all pages.
    async fn email_addresses(&mut self) -> Result<Vec<String>, Failed> {
        let mut verified = Vec::new();
        for page in 1..=MOST_PAGES {
            let answer = self.ask(&format!("user/emails?per_page=100&page={page}")).await?;
            // GitHub says "not found" of what the token may not see.
            if answer.status != StatusCode::OK {
                return Err(not_allowed(&answer, "the e-mail addresses"));
            }
            let addresses: Vec<Address> = read(&answer)?;
            verified.extend(addresses.into_iter().filter(|known| known.verified).map(|known| known.email));
            if !has_next(&answer) {
                return Ok(verified);
            }
        }
        // What was found counts. Whoever has a thousand addresses and needs another one is not let in by it.
        tracing::warn!(MOST_PAGES, "an account has more e-mail addresses than are read");
        Ok(verified)
    }

    async fn in_team(&mut self, organization: &str, team: &str) -> Result<bool, Failed> {
        let login = match &self.login {
            Some(login) => login.clone(),
            None => self.login().await?,
        };
        self.membership(&format!("orgs/{organization}/teams/{team}/memberships/{login}")).await
    }

    /// Their login of today: the one of their last sign-in may be somebody else's by now.
    async fn login(&mut self) -> Result<String, Failed> {
        let answer = self.ask("user").await?;
        if answer.status != StatusCode::OK {
            return Err(not_allowed(&answer, "whose token it is"));
        }
        let login = read::<User>(&answer)?.login;
        // It becomes part of a path.
        if !login.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
            return Err(Failed::Fact(Untold::Unavailable("its login is none".into())));
        }
        self.login = Some(login.clone());
        Ok(login)
    }

    /// Whether they are an active member: an invitation that nobody has accepted is none.
    async fn membership(&mut self, path: &str) -> Result<bool, Failed> {
        let answer = self.ask(path).await?;
        match answer.status {
            StatusCode::OK => Ok(read::<Membership>(&answer)?.state == "active"),
            // Without the scope it is "not found" too, or "forbidden".
            StatusCode::NOT_FOUND if self.may(&answer, &scopes::MEMBERSHIPS) => Ok(false),
            _ => Err(not_allowed(&answer, "a membership")),
        }
    }

    async fn ask(&mut self, path: &str) -> Result<Incoming, Failed> {
        let unavailable = |why: &str| Failed::Fact(Untold::Unavailable(why.into()));
        if let Some(outage) = &self.silent {
            return Err(Failed::Fact(Untold::Unavailable(outage.clone())));
        }
        let request = Outgoing {
            method: Method::GET,
            url: format!("{}/{path}", self.github.api_url()),
            headers: person::headers(&self.tokens.access_token),
            body: Bytes::new(),
            time: TIME,
            limit: SIZE,
        };
        let http = self.github.http().map_err(|error| unavailable(&error.to_string()))?;
        let answer = http.send(request).await.map_err(|error| {
            let outage = Outage::from(error.to_string());
            self.silent = Some(outage.clone());
            Failed::Fact(Untold::Unavailable(outage))
        })?;
        if let Some(outage) = answers::outage(&answer, self.now) {
            return Err(Failed::Fact(Untold::Unavailable(outage)));
        }
        match answer.status {
            StatusCode::UNAUTHORIZED => Err(Failed::Token),
            StatusCode::OK | StatusCode::NOT_FOUND | StatusCode::FORBIDDEN => Ok(answer),
            status => Err(unavailable(&format!("it answers {}", status.as_u16()))),
        }
    }

    /// Whether the token has one of these scopes, as far as GitHub says: the apps that have permissions instead say nothing.
    fn may(&self, answer: &Incoming, any_of: &[&str]) -> bool {
        let said = answer.headers.get("x-oauth-scopes").and_then(|value| value.to_str().ok());
        let Some(granted) = said.or(self.tokens.scopes.as_deref()) else { return true };
        granted.split([',', ' ']).any(|scope| any_of.contains(&scope))
    }
}

/// GitHub does not let us see it: the scope is missing, or an organisation keeps the app or this sign-in out. What it
/// says about that is for the operator.
fn not_allowed(answer: &Incoming, what: &str) -> Failed {
    let said: Option<Message> = serde_json::from_slice(&answer.body).ok();
    let message: String = said.map(|said| said.message.chars().take(300).collect()).unwrap_or_default();
    tracing::warn!(status = answer.status.as_u16(), what, message, "GitHub does not let us see this");
    Failed::Fact(Untold::NotAllowed)
}

#[derive(Deserialize)]
struct Message {
    message: String,
}

fn read<T: DeserializeOwned>(answer: &Incoming) -> Result<T, Failed> {
    let unreadable = |_| Failed::Fact(Untold::Unavailable("what it answers cannot be read".into()));
    serde_json::from_slice(&answer.body).map_err(unreadable)
}

/// Whether there is another page (RFC 8288). Its URL is made here: the token goes nowhere that an answer names.
fn has_next(answer: &Incoming) -> bool {
    let links = answer.headers.get_all(header::LINK).into_iter().filter_map(|link| link.to_str().ok());
    links
        .flat_map(|link| link.split(','))
        .any(|link| link.split(';').skip(1).any(|member| member.trim().eq_ignore_ascii_case("rel=\"next\"")))
}
