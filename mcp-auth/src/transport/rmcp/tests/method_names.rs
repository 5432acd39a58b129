//! The trait's method names against the forwarder's. A method that rmcp adds must be forwarded here, or be listed with
//! the reason why it is not; `.ci/rmcp-versions` asks for the lowest and the newest rmcp allowed.

use std::{collections::BTreeSet, path::PathBuf, process::Command};

/// Methods that the forwarder leaves to rmcp's default, and why that is right.
const LEFT_OUT: &[(&str, &str)] = &[(
    "negotiate_initialize",
    "only `initialize` calls it, and that is forwarded: the user's handler negotiates with itself",
)];

#[test]
fn every_method_of_rmcps_trait_is_forwarded() {
    let theirs = trait_methods();
    let ours = methods(implementation(include_str!("../guarded.rs")));
    assert!(theirs.len() >= 32, "rmcp's trait was not read as a whole: {theirs:?}");

    let left_out: BTreeSet<String> = LEFT_OUT.iter().map(|(name, _)| (*name).to_owned()).collect();
    let missing: Vec<_> = theirs.difference(&ours).filter(|name| !left_out.contains(*name)).collect();
    assert!(
        missing.is_empty(),
        "rmcp's ServerHandler has methods that guarded.rs does not forward: {missing:?}; \
         give each an access rule, or add it to LEFT_OUT with the reason"
    );
    let gone: Vec<_> =
        left_out.iter().filter(|name| !theirs.contains(*name) || ours.contains(*name)).collect();
    assert!(gone.is_empty(), "LEFT_OUT is out of date: {gone:?}");
}

/// The user's own handler is erased by a trait of the same names, without those that would go around our table.
#[test]
fn the_users_call_tool_is_not_even_reachable() {
    let own = include_str!("../own.rs");
    for method in ["call_tool", "list_tools", "get_tool"] {
        assert!(!own.contains(&format!("ServerHandler::{method}(")), "{method}");
        assert!(!own.contains(&format!("\n        {method}(")), "{method}");
    }
}

/// The names in rmcp's source. All its handler methods come from one macro, used for the trait with and without `Send`.
fn trait_methods() -> BTreeSet<String> {
    let path = rmcp_manifest().with_file_name("src/handler/server.rs");
    let source = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let start = source.find("macro_rules! server_handler_methods").expect("the macro of the trait's methods");
    let end = source[start..].find("\n}").expect("the end of the macro");
    assert!(source[start + end..].contains("pub trait ServerHandler"), "the trait follows its macro");
    methods(&source[start..start + end])
}

/// Where the rmcp is that this was built with.
fn rmcp_manifest() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let found: Vec<_> = packages.iter().filter(|package| package["name"] == "rmcp").collect();
    let [rmcp] = found[..] else { panic!("{} packages named rmcp", found.len()) };
    println!("rmcp {}", rmcp["version"]);
    rmcp["manifest_path"].as_str().expect("a path").into()
}

/// The text of `impl ServerHandler for Guarded { … }`.
fn implementation(source: &str) -> &str {
    let start = source.find("impl ServerHandler for Guarded").expect("the forwarder");
    let end = source[start..].find("\n}").expect("its end");
    &source[start..start + end]
}

/// The names of the functions in `source`.
fn methods(source: &str) -> BTreeSet<String> {
    let lines = source.lines().map(str::trim_start);
    lines
        .filter_map(|line| line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn "))
        .map(|rest| {
            rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().to_owned()
        })
        .collect()
}
