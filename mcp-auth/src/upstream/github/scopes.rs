//! GitHub's scopes: in words for people, and in the one order in which they are compared.

use crate::upstream::Wanted;

/// Each of these opens the list of e-mail addresses, and the first asks for the least.
pub(super) const EMAIL_ADDRESSES: [&str; 2] = ["user:email", "user"];
/// The same for memberships.
pub(super) const MEMBERSHIPS: [&str; 3] = ["read:org", "write:org", "admin:org"];

/// What has to be asked for besides `scopes`, so that GitHub says what is wanted.
pub(super) fn to_tell(wanted: &Wanted, scopes: &[String]) -> Vec<&'static str> {
    let enough = |any_of: &[&str]| scopes.iter().any(|scope| any_of.contains(&scope.as_str()));
    let mut more = Vec::new();
    if wanted.email_addresses && !enough(&EMAIL_ADDRESSES) {
        more.push(EMAIL_ADDRESSES[0]);
    }
    if !wanted.memberships.is_empty() && !enough(&MEMBERSHIPS) {
        more.push(MEMBERSHIPS[0]);
    }
    more
}

/// What is asked of the person there.
pub(super) fn words(scopes: &[String]) -> Vec<String> {
    if scopes.is_empty() {
        return vec!["See who you are: your public profile".to_owned()];
    }
    scopes
        .iter()
        .map(|scope| word(scope).map_or_else(|| format!("Use the scope `{scope}`"), str::to_owned))
        .collect()
}

fn word(scope: &str) -> Option<&'static str> {
    Some(match scope {
        "read:user" => "Read your whole profile",
        "user:email" => "Read your e-mail addresses",
        "user:follow" => "Follow and unfollow people for you",
        "user" => "Read and change your whole profile",
        "public_repo" => "Read and change your public repositories",
        "repo" => "Read and change all your repositories, private ones too",
        "repo:status" => "Read and change the commit statuses of your repositories",
        "repo:invite" => "Accept and decline invitations to repositories for you",
        "delete_repo" => "Delete your repositories",
        "read:org" => "See your organizations and teams",
        "write:org" => "See your organizations and change your membership",
        "admin:org" => "Manage your organizations and teams",
        "gist" => "Create and change your gists",
        "notifications" => "Read your notifications and mark them as read",
        "workflow" => "Change the workflow files of your repositories",
        "read:packages" => "Download your packages",
        "write:packages" => "Publish packages for you",
        "delete:packages" => "Delete your packages",
        "read:project" => "Read your projects",
        "project" => "Read and change your projects",
        "codespace" => "Create and manage your codespaces",
        _ => return None,
    })
}

/// Whether `held` is `scope`, or includes it: GitHub leaves out of a grant what another scope of it includes.
pub(super) fn includes(held: &str, scope: &str) -> bool {
    held == scope || included(held).iter().any(|inner| includes(inner, scope))
}

/// What a scope includes at once ("Scopes for OAuth apps" in GitHub's documentation).
fn included(scope: &str) -> &'static [&'static str] {
    match scope {
        "repo" => &["repo:status", "repo_deployment", "public_repo", "repo:invite", "security_events"],
        "user" => &["read:user", "user:email", "user:follow"],
        "admin:org" => &["write:org", "manage_runners:org"],
        "write:org" => &["read:org"],
        "admin:public_key" => &["write:public_key"],
        "write:public_key" => &["read:public_key"],
        "admin:gpg_key" => &["write:gpg_key"],
        "write:gpg_key" => &["read:gpg_key"],
        "admin:ssh_signing_key" => &["write:ssh_signing_key"],
        "write:ssh_signing_key" => &["read:ssh_signing_key"],
        "admin:repo_hook" => &["write:repo_hook"],
        "write:repo_hook" => &["read:repo_hook"],
        "admin:enterprise" => &["manage_runners:enterprise", "manage_billing:enterprise", "read:enterprise"],
        "write:packages" => &["read:packages"],
        "project" => &["read:project"],
        "write:discussion" => &["read:discussion"],
        "codespace" => &["codespace:secrets"],
        _ => &[],
    }
}

/// GitHub's syntax: no white space, and no comma, which would make two of one.
pub(super) fn is_scope(scope: &str) -> bool {
    !scope.is_empty() && scope.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',' && byte != b'"')
}

/// What GitHub says was granted: commas where RFC 6749 section 3.3 has spaces.
pub(super) fn granted(text: &str) -> String {
    let mut scopes: Vec<_> = text.split([',', ' ']).filter(|scope| !scope.is_empty()).collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_includes_what_github_leaves_out_for_it() {
        for (held, scope) in [
            ("repo", "repo"),
            ("repo", "public_repo"),
            ("user", "read:user"),
            ("admin:org", "read:org"),
            ("admin:repo_hook", "read:repo_hook"),
        ] {
            assert!(includes(held, scope), "{held} {scope}");
        }
        for (held, scope) in [
            ("public_repo", "repo"),
            ("read:user", "user"),
            ("repo", "read:org"),
            ("", "repo"),
            ("read:org", "admin:org"),
        ] {
            assert!(!includes(held, scope), "{held} {scope}");
        }
    }
}
