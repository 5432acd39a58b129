//! Authorization servers in processes of their own, which a test can race and kill.

mod client;
mod server;

pub(crate) use client::Http;

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde::{Deserialize, Serialize};

use super::ISSUER;

/// What the process reads its [`Plan`] from.
const PLAN: &str = "MCP_AUTH_TEST_SERVER";

/// What a server is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) file: PathBuf,
    pub(crate) issuer: String,
    pub(crate) listen: String,
    /// URL, client id and secret of the GitHub that signs people in; without it they pick a name.
    pub(crate) github: Option<(String, String, String)>,
    /// So many requests look for a code before any of them goes on; zero: nobody waits.
    pub(crate) gate: usize,
    /// Where it ends, as by a crash.
    pub(crate) crash_at: Option<String>,
    /// What the shell does before it becomes the server, such as `ulimit -n 64`.
    pub(crate) shell: Option<String>,
}

impl Plan {
    /// At a port of the system's choice, under the name of a proxy in front of all of them.
    pub(crate) fn behind_a_name(file: impl Into<PathBuf>) -> Self {
        Self {
            file: file.into(),
            issuer: ISSUER.to_owned(),
            listen: "127.0.0.1:0".to_owned(),
            github: None,
            gate: 0,
            crash_at: None,
            shell: None,
        }
    }

    /// At a port that stays the same when the server is started again.
    pub(crate) fn at_a_port(file: impl Into<PathBuf>) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (issuer, listen) = (format!("http://{address}"), address.to_string());
        Self { issuer, listen, ..Self::behind_a_name(file) }
    }

    pub(crate) fn crashing_at(&self, point: &str) -> Self {
        Self { crash_at: Some(point.to_owned()), ..self.clone() }
    }

    pub(crate) fn resource(&self) -> String {
        format!("{}/mcp", self.issuer)
    }
}

/// A server that runs until it is killed, or until this is dropped.
pub(crate) struct Process {
    child: Child,
    pub(crate) http: Http,
}

impl Process {
    /// Starts it, and waits until it listens.
    pub(crate) fn start(plan: &Plan) -> Self {
        let mut child = command(plan)
            .env(PLAN, serde_json::to_string(plan).unwrap())
            .envs(plan.crash_at.iter().map(|point| (crate::crash::VARIABLE, point)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(if std::env::var_os("SHOW_SERVERS").is_some() { Stdio::inherit() } else { Stdio::null() })
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find_map(|line| line.strip_prefix("listening ").map(str::to_owned));
        let Some(address) = address else {
            panic!("the server does not start: {}", child.wait().unwrap());
        };
        Self { http: Http::new(&address, &plan.issuer), child }
    }

    /// Ends it as `kill -9` does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until it has ended by itself, at the point where it was told to.
    pub(crate) async fn crashed(mut self) {
        for _ in 0..2000 {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert!(!status.success(), "{status}");
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("it never came to the point");
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// This test binary once more, as a server.
fn command(plan: &Plan) -> Command {
    let program = std::env::current_exe().unwrap();
    let arguments = ["--exact", server::NAME, "--ignored", "--nocapture"];
    let mut command = match &plan.shell {
        None => Command::new(program),
        Some(first) => {
            let mut shell = Command::new("sh");
            shell.args(["-c", &format!("{first}; exec \"$@\""), "sh"]).arg(program);
            shell
        }
    };
    command.args(arguments);
    command
}

/// The files of a store, as they are on the disk now.
pub(crate) fn copy(from: &Path, to: &Path) {
    for end in ["", "-wal", ".key"] {
        let with = |path: &Path| PathBuf::from(format!("{}{end}", path.display()));
        drop(std::fs::copy(with(from), with(to)));
    }
}
