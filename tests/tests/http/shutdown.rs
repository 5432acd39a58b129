//! The end of a server: what runs may end, what only waits does not hold it up.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use mcp_auth::{Auth, DevelopmentIssuer, Limits};
use tokio::time::{Instant, timeout};

use crate::support::{
    Broken, Connection, Kind, Ledger, Message, Plain, READ, Setup, exchange, free_port, start, start_with,
    within,
};

#[tokio::test]
async fn an_open_call_ends_well_and_streams_that_only_wait_are_closed() {
    let mut server = start::<Plain>().await;
    let alice = server.token("alice", READ);
    let id = server.session(Some(&alice)).await;
    let (_, mut waiting) = server.open(&Message::listen().session(&id).token(&alice)).await;
    assert!(within(waiting.chunk()).await.is_some());
    let mut idle = Connection::open(server.address).await;
    idle.write(&Message::call("read").token(&alice).bytes(&server.host())).await.unwrap();
    assert_eq!(within(idle.answer()).await.unwrap().status, 200);
    let (_, mut in_session) = server.open(&Message::old_call("slow").session(&id).token(&alice)).await;
    server.ledger.begun().await;
    let mut call = Connection::open(server.address).await;
    call.write(&Message::call("slow").token(&alice).bytes(&server.host())).await.unwrap();
    server.ledger.begun().await;

    let address = server.address;
    let ledger = server.ledger.clone();
    let end = server.stop();
    while within(waiting.chunk()).await.is_some() {}
    assert!(within(idle.is_closed()).await, "a connection without a request is closed");
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nothing new is accepted");
    assert!(timeout(Duration::from_millis(200), &mut *end).await.is_err(), "the calls still run");
    ledger.let_one_end();
    ledger.let_one_end();
    assert_eq!(within(call.answer()).await.unwrap().text(), "slow ran");
    assert!(within(in_session.reads("slow ran")).await);
    within(end).await.unwrap();
    assert_eq!(ledger.ran(), ["read", "slow", "slow"]);
}

#[tokio::test]
async fn a_call_that_does_not_end_is_given_up() {
    let limits = Limits { shutdown_time: Duration::from_millis(300), ..Limits::default() };
    let mut server = start_with::<Plain>(Setup { limits, ..Setup::default() }).await;
    let alice = server.token("alice", READ);
    let mut call = Connection::open(server.address).await;
    call.write(&Message::call("slow").token(&alice).bytes(&server.host())).await.unwrap();
    server.ledger.begun().await;
    let begin = Instant::now();
    within(server.stop()).await.unwrap();
    assert!(begin.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn silent_connections_do_not_hold_the_end_up() {
    let mut server = start::<Plain>().await;
    let mut silent = Connection::open(server.address).await;
    let mut begun = Connection::open(server.address).await;
    begun.write(b"PRI * HT").await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    timeout(Duration::from_secs(2), server.stop()).await.expect("it ends").unwrap();
    for connection in [&mut silent, &mut begun] {
        assert_eq!(within(connection.answer()).await, Err(Broken::Closed));
    }
}

/// This test as a program of its own, which can be sent signals.
#[tokio::test]
#[ignore = "run by the tests below, as a program"]
async fn program_that_serves_until_it_is_told_to_stop() {
    let origin = std::env::var("ORIGIN").unwrap();
    let issuer = DevelopmentIssuer::new(&origin).unwrap();
    let resource = format!("{origin}/mcp");
    let auth = Auth::builder().development_issuer(issuer.clone()).resource(&resource).build().unwrap();
    let bound = auth.bind(Plain::around(Ledger::default())).await.unwrap();
    println!("\ntoken {}", issuer.token("alice").audience(&resource).scopes(READ).issue().expose());
    bound.run().await.unwrap();
    println!("\nended");
}

struct Program {
    child: Child,
    token: String,
    address: std::net::SocketAddr,
}

impl Program {
    fn start() -> Self {
        let address = std::net::SocketAddr::from(([127, 0, 0, 1], free_port()));
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--ignored",
                "--exact",
                "--nocapture",
                "shutdown::program_that_serves_until_it_is_told_to_stop",
            ])
            .env("ORIGIN", format!("http://{address}"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
        let token =
            lines.map_while(Result::ok).find_map(|line| Some(line.strip_prefix("token ")?.to_owned()));
        Self { token: token.unwrap(), child, address }
    }

    async fn slow_call(&self) -> Connection {
        let mut call = Connection::open(self.address).await;
        call.write(&Message::call("slow").token(&self.token).bytes(&self.address.to_string())).await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        call
    }

    fn signal(&self, name: &str) {
        let killed = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
    }

    async fn ends_within(&mut self, time: Duration) -> bool {
        let begin = Instant::now();
        while begin.elapsed() < time {
            if self.child.try_wait().unwrap().is_some_and(|status| status.success()) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn one_signal_waits_for_open_calls_and_the_second_does_not() {
    for name in ["-TERM", "-INT"] {
        let mut program = Program::start();
        let _call = program.slow_call().await;
        program.signal(name);
        assert!(!program.ends_within(Duration::from_millis(300)).await, "{name}: the call still runs");
        program.signal(name);
        assert!(program.ends_within(Duration::from_secs(3)).await, "{name}");
    }
}

#[tokio::test]
async fn one_signal_ends_a_server_that_does_nothing() {
    let mut program = Program::start();
    // Its first answer says that it serves, and so listens to signals.
    let status = Message::call("status").bytes(&program.address.to_string());
    assert_eq!(exchange(program.address, &status).await.unwrap().text(), "status ran");
    program.signal("-TERM");
    assert!(program.ends_within(Duration::from_secs(3)).await);
}
