//! The quickstart as a newcomer meets it: start it, paste what it prints, sign in, start it twice, stop it, start it again.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking, its helpers too")]

use std::{
    io::{BufRead, BufReader, Read},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use mcp_auth::testing::{Person, TestClient, TestTokens};

const RESOURCE: &str = "http://127.0.0.1:3000/mcp";
const ADDRESS: &str = "127.0.0.1:3000";

/// The running program; it does not outlive the test.
struct Quickstart {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Drop for Quickstart {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Quickstart {
    fn start(database: &Path) -> Self {
        let mut child = command(database).stdout(Stdio::piped()).spawn().expect("the quickstart starts");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines }
    }

    /// Everything up to the last line of the welcome.
    fn welcome(&self) -> String {
        let mut text = String::new();
        while !text.contains("Stop with Ctrl-C") {
            let line = self.lines.recv_timeout(Duration::from_secs(10));
            text.push_str(&line.unwrap_or_else(|_| panic!("the welcome ends early:\n{text}")));
            text.push('\n');
        }
        text
    }

    /// Ctrl-C, and how it ended within two seconds.
    fn interrupt(&mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill runs").success());
        for _ in 0..100 {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                return status;
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("Ctrl-C does not end it within two seconds");
    }
}

fn command(database: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quickstart"));
    command.arg(database);
    command.env_remove("RUST_BACKTRACE");
    command
}

/// The commands of the welcome, as somebody would mark them with a mouse.
fn curl_commands(welcome: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut lines = welcome.lines();
    while let Some(first) = lines.by_ref().find(|line| line.starts_with("curl ")) {
        let mut command = first.to_owned();
        while command.ends_with('\\') {
            command.push('\n');
            command.push_str(lines.next().expect("a line that goes on"));
        }
        commands.push(command);
    }
    commands
}

fn paste(command: &str) -> String {
    let Output { status, stdout, stderr } =
        Command::new("bash").args(["-c", command]).output().expect("bash runs");
    assert!(status.success(), "{command}\n{}", String::from_utf8_lossy(&stderr));
    String::from_utf8_lossy(&stdout).into_owned()
}

/// One test, because there is one port.
#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer() {
    // The listener is gone at the end of the line.
    if let Err(error) = TcpListener::bind(ADDRESS) {
        panic!("{ADDRESS} must be free for this test, and is not ({error}); stop what listens there");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("quickstart.db");
    let mut quickstart = Quickstart::start(&database);
    let welcome = quickstart.welcome();

    let commands = curl_commands(&welcome);
    let [stranger] = &commands[..] else { panic!("one command to paste:\n{welcome}") };
    let refused = paste(stranger);
    assert!(refused.starts_with("HTTP/1.1 401 "), "{refused}");
    assert!(refused.contains("resource_metadata=\"http://127.0.0.1:3000/.well-known/"), "{refused}");

    // Alice signs in, and leaves one scope out.
    let client = TestClient::at(RESOURCE).await;
    let alice = Person::named("alice").unticking("notes:write");
    let tokens = client.sign_in(&alice).await.expect("alice allows the rest");
    assert_eq!(tokens.scopes().collect::<Vec<_>>(), ["notes:read"]);
    let (status, answer) = call(&tokens, "add_note", r#"{"text":"buy milk"}"#);
    assert_eq!(status, 403, "{answer}");
    assert!(answer.contains("scope=\"notes:write\""), "{answer}");
    let tokens =
        client.sign_in_with(&Person::named("alice"), "notes:read notes:write").await.expect("now all");
    let (status, answer) = call(&tokens, "add_note", r#"{"text":"buy milk"}"#);
    assert_eq!(status, 200, "{answer}");
    assert!(answer.contains("kept: buy milk"), "{answer}");

    // A second one beside it.
    let second = command(&folder.path().join("other.db")).output().expect("the second starts");
    assert!(!second.status.success());
    let message = String::from_utf8_lossy(&second.stderr);
    assert!(message.contains("cannot listen on 127.0.0.1:3000"), "{message}");
    assert!(message.contains("help: another program listens there"), "{message}");
    assert!(
        !String::from_utf8_lossy(&second.stdout).contains("curl"),
        "a welcome of a server that never ran"
    );

    // Connections that wait do not hold it up.
    let mut idle = TcpStream::connect(ADDRESS).expect("it still listens");
    assert_eq!(quickstart.interrupt().code(), Some(0));
    idle.set_read_timeout(Some(Duration::from_secs(2))).expect("a timeout");
    assert_eq!(idle.read(&mut [0]).unwrap_or(0), 0);

    // After a restart everybody is still known, and old tokens are good.
    let again = Quickstart::start(&database);
    again.welcome();
    assert_eq!(call(&tokens, "whoami", "{}").0, 200);
    client.refresh(&tokens).await.expect("the grant is still there");
}

/// One `tools/call` with curl: the status, and headers and body together.
fn call(tokens: &TestTokens, tool: &str, arguments: &str) -> (u16, String) {
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}","arguments":{arguments},"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{{"name":"curl","version":"8"}},"io.modelcontextprotocol/clientCapabilities":{{}}}}}}}}"#
    );
    let answer = paste(&format!(
        "curl -si {RESOURCE} -H 'Authorization: Bearer {}' -H 'Content-Type: application/json' \
         -H 'Accept: application/json, text/event-stream' -H 'MCP-Protocol-Version: 2026-07-28' \
         -H 'Mcp-Method: tools/call' -H 'Mcp-Name: {tool}' -d '{body}'",
        tokens.access_token()
    ));
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or_default(), answer)
}
