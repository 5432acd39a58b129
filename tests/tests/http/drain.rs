//! C46: a server that is told to stop under load answers all that it has accepted, and what it answered is in its file.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use mcp_auth::{
    Auth, DevelopmentSignIn, RegistrationLimits, SqliteStore,
    store::{ClientStore as _, Timestamp},
};
use tokio::{net::TcpStream, task::JoinSet, time::Instant};

use crate::support::{Connection, Kind as _, Ledger, Plain, free_port, request, within};

const PROGRAM: &str = "drain::program_with_an_authorization_server";
const CALLERS: usize = 12;

#[tokio::test]
#[ignore = "run by the tests below, as a program"]
async fn program_with_an_authorization_server() {
    let (origin, file) = (std::env::var("ORIGIN").unwrap(), std::env::var("FILE").unwrap());
    let mut limits = RegistrationLimits::default();
    (limits.clients, limits.per_minute) = (1_000_000, 1_000_000);
    let auth = Auth::authorization_server(&origin)
        .sign_in(DevelopmentSignIn::new())
        .store(SqliteStore::open(file).unwrap())
        .registration(limits)
        .build()
        .unwrap();
    let server = Plain::around(Ledger::default());
    let bound = auth.mount().server_at(&format!("{origin}/mcp"), server).bind().await.unwrap();
    println!("\nbound");
    bound.run().await.unwrap();
}

struct Program {
    child: Child,
    address: SocketAddr,
    folder: PathBuf,
}

impl Program {
    fn start() -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let folder = std::env::temp_dir().join(format!("mcp-auth-drain-{}", address.port()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture", PROGRAM])
            .env("ORIGIN", format!("http://{address}"))
            .env("FILE", folder.join("auth.db"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap() == "bound"));
        Self { child, address, folder }
    }

    fn terminate(&self) {
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
    }

    /// Ends well, within this time.
    async fn ends_within(&mut self, time: Duration) {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert_eq!(status.code(), Some(0));
                return;
            }
            assert!(begin.elapsed() < time, "it does not end");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The ids of the clients that one caller has registered, on connections that it keeps as long as it may.
async fn register(address: SocketAddr, caller: usize, answered: Arc<AtomicUsize>) -> Vec<String> {
    let mut ids = Vec::new();
    // Nothing listens any more: nobody has been promised an answer.
    while let Ok(stream) = TcpStream::connect(address).await {
        let mut connection = Connection::over(stream);
        loop {
            let body = format!(
                r#"{{"redirect_uris":["http://127.0.0.1/{caller}/{}"],"token_endpoint_auth_method":"none"}}"#,
                ids.len()
            );
            let message = request("POST", "/register").with("content-type", "application/json").body(body);
            connection.write(&message.bytes(&address.to_string())).await.unwrap();
            let answer = within(connection.answer()).await.expect("what was accepted is answered");
            assert_eq!(answer.status, 201, "{}", answer.text());
            ids.push(answer.json()["client_id"].as_str().unwrap().to_owned());
            answered.fetch_add(1, Ordering::Relaxed);
            if answer.header("connection") == Some("close") {
                break;
            }
        }
    }
    ids
}

#[tokio::test]
async fn c46_under_load_nothing_is_lost_and_the_file_is_closed() {
    let mut program = Program::start();
    let answered = Arc::new(AtomicUsize::new(0));
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        callers.spawn(register(program.address, caller, Arc::clone(&answered)));
    }
    while answered.load(Ordering::Relaxed) < 300 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    program.terminate();
    program.ends_within(Duration::from_secs(10)).await;
    let ids = callers.join_all().await;
    let mut names: Vec<_> =
        std::fs::read_dir(&program.folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["auth.db", "auth.db.key"], "the log has been written back");
    let store = SqliteStore::open(program.folder.join("auth.db")).unwrap();
    for ids in &ids {
        assert!(!ids.is_empty());
        for id in ids {
            let found = store.client(id, Timestamp::from_millis(0)).await.unwrap();
            assert!(found.is_some(), "a client that was answered");
        }
    }
}

#[tokio::test]
async fn c46_readiness_ends_with_the_signal_and_an_idle_connection_hears_that_it_closes() {
    let mut program = Program::start();
    let host = program.address.to_string();
    let mut idle = Connection::open(program.address).await;
    let mut ask = async |path: &str| {
        idle.write(&request("GET", path).bytes(&host)).await.unwrap();
        within(idle.answer()).await.unwrap()
    };
    assert_eq!((ask("/livez").await.status, ask("/readyz").await.status), (200, 200));
    program.terminate();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let answer = ask("/readyz").await;
    assert_eq!((answer.status, answer.body.as_str()), (503, "not ready\n"));
    assert_eq!(answer.header("connection"), Some("close"));
    program.ends_within(Duration::from_secs(3)).await;
}
