//! What an issuer has to show, whatever it remembers of the person (`prompt`, OpenID Connect Core section 3.1.2.1).

use super::{Oidc, metadata::Metadata};
use crate::Problem;

const SETTING: &str = "Oidc::with_prompt";

impl Oidc {
    /// What the issuer has to show at each sign-in, whatever it remembers: words of `prompt` (OpenID Connect Core section
    /// 3.1.2.1), such as `consent` or `login`. Unless set, that is for the issuer to say.
    ///
    /// Some issuers, Logto among them, give a refresh token only to those who ask for the scope `offline_access` *and* for
    /// `consent` (section 11).
    ///
    /// ```
    /// use mcp_auth::Oidc;
    ///
    /// let corp = Oidc::new("corp", "https://login.example.com/oidc", "client id", "client secret")
    ///     .scopes(["profile", "email", "offline_access"])
    ///     .with_prompt("consent");
    /// # let _ = corp;
    /// ```
    pub fn with_prompt(mut self, words: impl Into<String>) -> Self {
        self.prompt = Some(words.into());
        self
    }

    pub(super) fn prompt_problem(&self) -> Option<Problem> {
        let words = self.prompt.as_deref()?;
        let is_word = |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let why = if words.split(' ').any(|word| word.is_empty() || !is_word(word)) {
            "is not words with a space between them"
        } else if words.split(' ').any(|word| word == "none") {
            "would show nobody a page to sign in on"
        } else {
            return None;
        };
        let help = "name what the issuer is to show: `consent`, `login` or both";
        Some(Problem::new(SETTING, format!("`{}` {why}", crate::config::shown(words)), help))
    }

    /// The words of one sign-in: for `another` account than the one that the issuer remembers, more of them.
    pub(super) fn prompt(&self, another: bool, metadata: &Metadata) -> Option<String> {
        let other = another.then(|| self.another_account.unwrap_or_else(|| metadata.another_account()));
        let own = self.prompt.as_deref().into_iter().flat_map(|words| words.split(' '));
        let words: Vec<_> = own.filter(|word| Some(*word) != other).chain(other).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }
}

impl Metadata {
    /// How it lets people choose another account. Of those who do not name `select_account` some refuse it, and some show
    /// nothing; the page of `login` is everybody's.
    fn another_account(&self) -> &'static str {
        let knows = |words: &Vec<String>| words.iter().any(|word| word == "select_account");
        if self.prompt_values_supported.as_ref().is_some_and(knows) { "select_account" } else { "login" }
    }
}
