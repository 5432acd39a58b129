//! What is wrong with the configuration: all problems at once, each naming its setting.

use std::fmt;

/// One setting that cannot work, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The setting as the operator knows it: an environment variable or a builder method.
    pub setting: String,
    /// What is wrong, without any secret in it.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Problem {
    /// A problem of `setting`.
    pub(crate) fn new(
        setting: impl Into<String>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { setting: setting.into(), message: message.into(), help: help.into() }
    }
}

/// A configured URL as it may be printed: a password before the host and a query stay out, both can be secrets.
pub(crate) fn shown(url: &str) -> String {
    let (bare, query) = match url.split_once('?') {
        Some((bare, _)) => (bare, "?…"),
        None => (url, ""),
    };
    let authority = bare.find("://").map_or(0, |at| at + 3);
    let end = bare[authority..].find('/').map_or(bare.len(), |at| authority + at);
    match bare[authority..end].rfind('@') {
        Some(at) => format!("{}…{}{query}", &bare[..authority], &bare[authority + at..]),
        None => format!("{bare}{query}"),
    }
}

/// The server does not start: every problem found in its configuration.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<Problem>,
}

impl ConfigError {
    /// All problems, in the order in which they were found; never empty.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// `Ok` when nothing was found.
    pub(crate) fn check(problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self { problems }) }
    }

    /// The error of these problems, of which there is at least one.
    pub(crate) fn from_problems(problems: Vec<Problem>) -> Self {
        Self { problems }
    }
}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.problems.len() == 1 { "" } else { "s" };
        write!(f, "the configuration has {} problem{plural}:", self.problems.len())?;
        for problem in &self.problems {
            write!(f, "\n  {}: {}\n    help: {}", problem.setting, problem.message, problem.help)?;
        }
        Ok(())
    }
}

/// `fn main() -> mcp_auth::Result<()>` prints errors with `Debug`: the operator reads this.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn r43_passwords_and_queries_of_urls_are_not_printed() {
        for (url, printed) in [
            ("https://me:hunter2@auth.example.com/keys?key=hunter2", "https://…@auth.example.com/keys?…"),
            ("https://me:p@hunter2@auth.example.com", "https://…@auth.example.com"),
            ("me:hunter2@auth.example.com", "…@auth.example.com"),
            ("https://auth.example.com/@handle", "https://auth.example.com/@handle"),
            ("https://auth.example.com", "https://auth.example.com"),
            ("", ""),
        ] {
            assert_eq!(shown(url), printed);
        }
    }
}
