//! Mistakes and what the compiler says about them: `ui/<mistake>/<case>.rs` with its `.stderr`.
//!
//! After a deliberate change of a message: `TRYBUILD=overwrite cargo test -p mcp-auth-tests --test ui`, then read the
//! difference. The texts belong to the compiler of `rust-toolchain.toml`.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// `pass` is a test of its own (`tests/pass.rs`).
#[test]
fn mistakes() {
    let cases = trybuild::TestCases::new();
    for folder in folders() {
        cases.compile_fail(folder.join("*.rs"));
    }
}

#[test]
fn each_fixture_has_exactly_one_error() {
    let mut fixtures = 0;
    for file in folders().iter().flat_map(|folder| entries(folder)) {
        if file.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(file.with_extension("stderr")).unwrap();
            let reports = |word| text.lines().filter(|line| line.starts_with(word)).count();
            assert_eq!(reports("error"), 1, "{}", file.display());
            assert_eq!(reports("warning"), 0, "{}", file.display());
            fixtures += 1;
        }
    }
    assert!(fixtures >= 80, "{fixtures} fixtures found: were they moved?");
}

/// Every word of the attributes is written somewhere in `ui`.
#[test]
fn each_attribute_key_is_tried() {
    let keys = include_str!("../../mcp-auth-macros/src/attribute/key.rs");
    let keys: Vec<&str> = keys
        .lines()
        .filter_map(|line| {
            line.strip_prefix("pub(crate) const ")?.split_once("&str = \"")?.1.strip_suffix("\";")
        })
        .collect();
    assert!(keys.len() >= 30, "{keys:?}");
    let folders = entries(Path::new("ui"));
    let code: String = folders
        .iter()
        .flat_map(|folder| entries(folder))
        .filter(|file| file.extension().is_some_and(|extension| extension == "rs"))
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    for key in keys {
        let used = ["(", " = ", ")", ","].iter().any(|next| code.contains(&format!("{key}{next}")));
        assert!(used, "no fixture and no case of ui/pass uses the key `{key}`");
    }
}

fn folders() -> Vec<PathBuf> {
    entries(Path::new("ui"))
        .into_iter()
        .filter(|folder| folder.is_dir() && !folder.ends_with("pass"))
        .collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}
