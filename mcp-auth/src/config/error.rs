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
