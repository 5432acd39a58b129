//! Who answers where: two servers on one path, or for one audience, do not start.

use axum::routing::MethodRouter;

use super::assemble::Checked;
use crate::{DevelopmentIssuer, Problem, builder::setting, config::ResourceUrl, discovery::public_json};

/// The development issuers of all servers, each once.
pub(super) fn development_issuers(servers: &[Checked]) -> Vec<DevelopmentIssuer> {
    let mut issuers: Vec<DevelopmentIssuer> = Vec::new();
    for issuer in servers.iter().flat_map(|server| &server.auth.settings.development) {
        if !issuers.iter().any(|known| known.is(issuer)) {
            issuers.push(issuer.clone());
        }
    }
    issuers
}

/// Its metadata and its keys.
pub(super) fn development_routes(issuer: &DevelopmentIssuer) -> [(String, MethodRouter); 2] {
    let json = |value: serde_json::Value| public_json(value.to_string().into());
    let (metadata, keys) = issuer.paths();
    [(metadata, json(issuer.metadata())), (keys, json(issuer.jwks()))]
}

/// A path that somebody answers at, and who that is.
pub(super) struct Taken {
    pub(super) path: String,
    pub(super) setting: String,
    pub(super) by: String,
}

/// Every path of servers and development issuers.
pub(super) fn taken(servers: &[Checked], issuers: &[DevelopmentIssuer]) -> Vec<Taken> {
    servers.iter().flat_map(of_server).chain(issuers.iter().flat_map(of_issuer)).collect()
}

/// Paths that two would answer at. A slash at the end makes no difference: MCP endpoints answer with and without.
pub(super) fn problems(all: Vec<Taken>) -> Vec<Problem> {
    let mut taken: Vec<Taken> = Vec::new();
    let mut problems = Vec::new();
    for one in all {
        match taken.iter().find(|other| other.path == one.path) {
            None => taken.push(one),
            Some(other) => problems.push(Problem::new(
                one.setting,
                format!("{} and {} would both answer at `{}`", other.by, one.by, shown(&one.path)),
                "give each a path of its own, such as /notes/mcp and /repos/mcp",
            )),
        }
    }
    problems
}

fn of_server(server: &Checked) -> [Taken; 2] {
    let resource = &server.resource;
    let setting = setting(server.auth.settings.environment, "RESOURCE");
    let taken = |path: &str, by: String| Taken {
        path: path.trim_end_matches('/').to_owned(),
        setting: setting.clone(),
        by,
    };
    [
        taken(resource.path(), format!("the server `{resource}`")),
        taken(&resource.metadata_path(), format!("the metadata of `{resource}`")),
    ]
}

fn of_issuer(issuer: &DevelopmentIssuer) -> [Taken; 2] {
    let (metadata, keys) = issuer.paths();
    let taken = |path: String| Taken {
        path: path.trim_end_matches('/').to_owned(),
        setting: "DevelopmentIssuer::new".to_owned(),
        by: format!("the development issuer `{}`", issuer.url()),
    };
    [taken(metadata), taken(keys)]
}

fn shown(path: &str) -> &str {
    if path.is_empty() { "/" } else { path }
}

/// Audiences by which a token for one server would open another.
pub(super) fn shared_audiences(servers: &[Checked]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (at, one) in servers.iter().enumerate() {
        for other in servers.iter().skip(at + 1).filter(|other| other.resource != one.resource) {
            problems.extend(shared_audience(one, other));
        }
    }
    problems
}

fn shared_audience(one: &Checked, other: &Checked) -> Option<Problem> {
    let shared = audiences(one).find(|audience| audiences(other).any(|own| own == *audience))?;
    Some(Problem::new(
        setting(one.auth.settings.environment, "AUDIENCE")
            .replace("AuthBuilder::audience", "Issuer::with_audience"),
        format!(
            "a token for `{}` would be good for `{}` too: both take the audience `{}` of the issuer `{}`",
            one.resource, other.resource, shared.1, shared.0
        ),
        "let the issuer name the resource in `aud`, or give each server an audience of its own: `Auth::mount` of \
         other settings, and `Mount::join`",
    ))
}

/// Issuer and audience of the tokens that open a server.
fn audiences(server: &Checked) -> impl Iterator<Item = (&str, &str)> {
    let resource = ResourceUrl::as_str(&server.resource);
    server.auth.settings.trusted.iter().map(move |trust| (trust.url(), trust.audience().unwrap_or(resource)))
}
