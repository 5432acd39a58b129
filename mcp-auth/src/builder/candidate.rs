//! Issuers and verifiers, from what was given to what is trusted.

use std::{fmt, sync::Arc};

use super::setting;
use crate::{
    Issuer, Problem,
    authenticate::{AnyVerifier, Trust},
    clock::Clock,
    config::shown,
    random,
};

/// An issuer to be trusted, not checked yet.
#[derive(Clone)]
pub(super) enum Candidate {
    Issuer(Issuer),
    Verifier(Arc<dyn AnyVerifier>),
}

/// Those whose settings can work; everything else is a problem. `own`: the URL of an authorization server in this process,
/// which is trusted besides.
pub(super) fn check(
    candidates: &[Candidate],
    own: Option<&str>,
    environment: bool,
    clock: &Clock,
    problems: &mut Vec<Problem>,
) -> Vec<Trust> {
    if candidates.is_empty() && own.is_none() {
        problems.push(Problem::new(
            setting(environment, "ISSUER"),
            "no issuer is trusted, so that every token would be refused",
            "give the URL of your authorization server, such as https://auth.example.com; to try things on this \
             machine without one, write `Auth::builder().development_issuer(…)`",
        ));
    }
    let mut trusted: Vec<Trust> = Vec::new();
    for candidate in candidates {
        if own == Some(candidate.url()) || trusted.iter().any(|known| known.url() == candidate.url()) {
            problems.push(Problem::new(
                setting(environment, "ISSUER"),
                format!("`{}` is trusted twice", shown(candidate.url())),
                "one URL is one issuer, with one set of keys and rules: keep one of the two",
            ));
            continue;
        }
        match candidate.trust(clock) {
            Ok(trust) => trusted.push(trust),
            Err(found) => problems.extend(found.into_iter().map(|problem| named(environment, problem))),
        }
    }
    problems.extend(ambiguous(candidates));
    trusted
}

/// An opaque token that two would take for theirs would be shown to a stranger, or to nobody.
fn ambiguous(candidates: &[Candidate]) -> Option<Problem> {
    let token = random::identifier().ok()?;
    let all = candidates.iter().filter(|candidate| candidate.recognizes(&token));
    let all: Vec<_> = all.map(|candidate| format!("`{}`", shown(candidate.url()))).collect();
    let problem = || {
        Problem::new(
            "AuthBuilder::verifier",
            format!("every opaque token would be taken for one of {}", all.join(" and of ")),
            "let each take its own only, by a prefix: `TokenVerifier::recognizes`, `Introspection::with_token_prefix`",
        )
    };
    (all.len() > 1).then(problem)
}

impl Candidate {
    fn url(&self) -> &str {
        match self {
            Self::Issuer(issuer) => issuer.url(),
            Self::Verifier(verifier) => verifier.issuer(),
        }
    }

    fn recognizes(&self, token: &str) -> bool {
        match self {
            Self::Issuer(_) => false,
            Self::Verifier(verifier) => verifier.recognizes(token),
        }
    }

    fn trust(&self, clock: &Clock) -> Result<Trust, Vec<Problem>> {
        match self {
            Self::Issuer(issuer) => Trust::issuer(issuer.clone(), clock.clone()),
            Self::Verifier(verifier) => Trust::verifier(Arc::clone(verifier)),
        }
    }
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Issuer(issuer) => issuer.fmt(f),
            Self::Verifier(_) => write!(f, "TokenVerifier({})", shown(self.url())),
        }
    }
}

/// A problem of the issuer, under the name of the variable that the operator set.
fn named(environment: bool, mut problem: Problem) -> Problem {
    let variable = match problem.setting.as_str() {
        "Issuer::new" | "TokenVerifier::issuer" | "Introspection::new" => "ISSUER",
        "Issuer::with_jwks_url" => "JWKS_URL",
        "Issuer::with_audience" | "TokenVerifier::audience" => "AUDIENCE",
        "Issuer::with_leeway" | "TokenVerifier::leeway" => "LEEWAY_SECONDS",
        "Introspection::new(client_id)" => "INTROSPECTION_CLIENT_ID",
        "Introspection::new(client_secret)" => "INTROSPECTION_CLIENT_SECRET",
        "Introspection::with_endpoint" => "INTROSPECTION_URL",
        _ => return problem,
    };
    if environment {
        problem.setting = setting(true, variable);
        problem.help = problem.help.replace("`allow_private_network`", "MCP_AUTH_PRIVATE_NETWORK=true");
    }
    problem
}
