//! The quickstart as a newcomer meets it: start it, paste what it prints, start it twice, stop it.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking, its helpers too")]

use std::{
    io::{BufRead, BufReader, Read},
    net::{TcpListener, TcpStream},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

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
    fn start() -> Self {
        let mut child = command().stdout(Stdio::piped()).spawn().expect("the quickstart starts");
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

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quickstart"));
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
#[test]
fn a_newcomer() {
    // The listener is gone at the end of the line.
    if let Err(error) = TcpListener::bind(ADDRESS) {
        panic!("{ADDRESS} must be free for this test, and is not ({error}); stop what listens there");
    }
    let mut quickstart = Quickstart::start();
    let welcome = quickstart.welcome();

    let commands = curl_commands(&welcome);
    let [narrow, wide] = &commands[..] else { panic!("two commands to paste:\n{welcome}") };
    let refused = paste(narrow);
    assert!(refused.starts_with("HTTP/1.1 403 "), "{refused}");
    let challenge = refused.lines().find(|line| line.to_ascii_lowercase().starts_with("www-authenticate: "));
    let challenge = challenge.unwrap_or_else(|| panic!("no challenge:\n{refused}"));
    assert!(challenge.contains("scope=\"notes:write\""), "{challenge}");
    assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
    let written = paste(wide);
    assert!(written.starts_with("HTTP/1.1 200 "), "{written}");
    assert!(written.contains("kept; there are 1 notes now"), "{written}");

    // A second one beside it.
    let second = command().output().expect("the second starts");
    assert!(!second.status.success());
    let message = String::from_utf8_lossy(&second.stderr);
    assert!(message.contains("cannot listen on 127.0.0.1:3000"), "{message}");
    assert!(message.contains("help: another program listens there"), "{message}");
    assert!(!String::from_utf8_lossy(&second.stdout).contains("curl"), "tokens of a server that never ran");

    // Connections that wait do not hold it up.
    let mut idle = TcpStream::connect(ADDRESS).expect("it still listens");
    assert_eq!(quickstart.interrupt().code(), Some(0));
    idle.set_read_timeout(Some(Duration::from_secs(2))).expect("a timeout");
    assert_eq!(idle.read(&mut [0]).unwrap_or(0), 0);
    assert!(TcpListener::bind(ADDRESS).is_ok(), "the port is free again");
}
