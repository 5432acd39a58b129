//! A user's view from outside the workspace: the README's program with the README's dependencies builds without a
//! warning and runs.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking, its helpers too")]

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;

const NAME: &str = "readme-server";
/// The README's section about tests.
const TEST_IT: &str = "mcp-auth/docs/test-it.md";

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// The first block of this language in the README that contains `word`.
fn block(language: &str, word: &str) -> String {
    block_of("README.md", language, word)
}

fn block_of(document: &str, language: &str, word: &str) -> String {
    let readme = fs::read_to_string(workspace().join(document)).expect("the document");
    let start = format!("```{language}\n");
    let blocks = readme.split(&start).skip(1).filter_map(|rest| Some(rest.split_once("\n```")?.0));
    let mut blocks = blocks.filter(|block| block.contains(word));
    blocks.next().unwrap_or_else(|| panic!("{document} has no {language} block with `{word}`")).to_owned()
}

/// A crate as somebody would write it who read the README and nothing else.
fn generate() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(NAME);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(directory.join("src")).expect("a directory");
    let path = "path = \"../mcp-auth/mcp-auth\"";
    let dependencies = block("toml", "[dependencies]");
    assert!(dependencies.contains(path), "the README's dependency has moved:\n{dependencies}");
    let mut names: Vec<_> = dependencies
        .lines()
        .skip_while(|line| *line != "[dependencies]")
        .skip(1)
        .filter_map(|line| Some(line.split_once('=')?.0.trim()))
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["mcp-auth", "schemars", "serde", "tokio"]);
    let dependencies =
        dependencies.replace(path, &format!("path = \"{}\"", workspace().join("mcp-auth").display()));
    let manifest = format!(
        "[package]\nname = \"{NAME}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n{dependencies}\n\n[workspace]\n\n\
         # As in mcp-auth's workspace, so that dependencies are built once.\n\
         [profile.dev]\ndebug = \"line-tables-only\"\n[profile.dev.package.\"*\"]\ndebug = false\n"
    );
    let for_tests = block_of(TEST_IT, "toml", "[dev-dependencies]");
    assert!(for_tests.contains(path), "the dependency of tests has moved:\n{for_tests}");
    let for_tests =
        for_tests.replace(path, &format!("path = \"{}\"", workspace().join("mcp-auth").display()));
    fs::write(directory.join("Cargo.toml"), format!("{manifest}\n{for_tests}\n")).expect("Cargo.toml");
    let test = block_of(TEST_IT, "rust", "#[tokio::test]");
    let program =
        format!("{}\n\n#[cfg(test)]\nmod tests {{\nuse super::*;\n{test}\n}}\n", block("rust", "fn main"));
    fs::write(directory.join("src/main.rs"), program).expect("main.rs");
    // The same versions as here: nothing is resolved or downloaded anew.
    fs::copy(workspace().join("Cargo.lock"), directory.join("Cargo.lock")).expect("Cargo.lock");
    directory
}

fn cargo(directory: &Path) -> Command {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target directory");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(directory).env("CARGO_TARGET_DIR", target);
    cargo
}

/// Runs its tests.
fn test(directory: &Path) {
    let output = cargo(directory).arg("test").output().expect("cargo runs");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{stdout}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(stdout.contains("test tests::the_scopes_hold ... ok"), "{stdout}");
}

/// Builds it and returns the program.
fn build(directory: &Path) -> PathBuf {
    let output = cargo(directory).args(["build", "--message-format=json"]).output().expect("cargo runs");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let messages: Vec<Value> = stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let diagnostics = messages.iter().filter(|message| message["reason"] == "compiler-message");
    let rendered: String =
        diagnostics.filter_map(|message| message["message"]["rendered"].as_str()).collect();
    assert!(output.status.success(), "{rendered}\n{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(rendered, "", "what a user sees of the build");
    let program = messages.iter().find_map(|message| message["executable"].as_str());
    program.expect("cargo says where the program is").into()
}

/// The running server; it does not outlive the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its number").port()
}

/// One request of HTTP/1.1; the whole answer.
fn http(port: u16, request: &str, body: &str) -> String {
    let mut stream = None;
    for _ in 0..100 {
        stream = TcpStream::connect(("127.0.0.1", port)).ok();
        if stream.is_some() {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    let mut stream = stream.expect("the server listens within five seconds");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    let length = body.len();
    write!(
        stream,
        "{request} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .expect("the request is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn the_readme_builds_and_runs() {
    let directory = generate();
    test(&directory);
    let program = build(&directory);
    let port = free_port();
    let resource = format!("http://127.0.0.1:{port}/mcp");
    let child = Command::new(program)
        .env("MCP_AUTH_ISSUER", "http://127.0.0.1:9")
        .env("MCP_AUTH_RESOURCE", &resource)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("the program starts");
    let _running = Running(child);

    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"count_notes"}}"#;
    let answer = http(port, "POST /mcp", call);
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    let challenge = answer.lines().find(|line| line.to_ascii_lowercase().starts_with("www-authenticate: "));
    let metadata = format!("http://127.0.0.1:{port}/.well-known/oauth-protected-resource/mcp");
    let challenge = challenge.unwrap_or_else(|| panic!("no challenge: {answer}"));
    assert!(challenge.contains(&format!("resource_metadata=\"{metadata}\"")), "{challenge}");

    let answer = http(port, "GET /.well-known/oauth-protected-resource/mcp", "");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    let document: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(document["resource"], resource);
    assert_eq!(document["authorization_servers"][0], "http://127.0.0.1:9");
}
