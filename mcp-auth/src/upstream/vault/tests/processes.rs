//! Two real processes on one file, fifty calls in each, and one refresh token that is good once.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use super::*;
use crate::GitHub;

const FILE: &str = "MCP_AUTH_TEST_LEASE_STORE";
const GITHUB: &str = "MCP_AUTH_TEST_LEASE_GITHUB";
const ID: &str = "MCP_AUTH_TEST_LEASE_ID";
const CALLS: usize = 50;

fn core_at(file: &std::path::Path, github: GitHub) -> Arc<Core> {
    let settings = AuthorizationServer::new("http://localhost:3000")
        .sign_in(github.scopes(["read:user", "repo"]))
        .sealing_key("test", KEY)
        .store(SqliteStore::open(file).unwrap());
    settings.start("test", crate::clock::Clock::system()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c31_a_hundred_calls_in_two_processes_cause_one_refresh() {
    let github = FakeGitHub::start().await;
    github.add_person("octocat", 583_231);
    github.expire_tokens_after(LIFETIME);
    github.answer_slowly(GitHubPart::Token, Duration::from_millis(200));
    let folder = std::env::temp_dir().join(format!("mcp-auth-c31-processes-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("auth.db");
    let core = core_at(&file, github.sign_in());
    for round in 1..=5 {
        let (access, refresh) = github.pair_for("octocat");
        let over = Tokens {
            refresh_token: Some(Secret::from(refresh)),
            expires_at: Some(core.now()),
            ..tokens(&access)
        };
        let id = keep(&core, &octocat(), &scopes(), over).await.unwrap();
        let mut children = [start(&file, &github, &id), start(&file, &github, &id)];
        let said = tokio::task::spawn_blocking(move || {
            // All begin at once.
            let mut lines: Vec<_> = children
                .iter_mut()
                .map(|child| BufReader::new(child.stdout.take().unwrap()).lines())
                .collect();
            for lines in &mut lines {
                assert!(lines.by_ref().map_while(Result::ok).any(|line| line.ends_with("ready")));
            }
            for child in &mut children {
                child.stdin.take().unwrap().write_all(b"go\n").unwrap();
            }
            let said: Vec<String> = lines
                .iter_mut()
                .flat_map(|lines| lines.by_ref().map_while(Result::ok))
                .filter_map(|line| line.split_once("token ").map(|(_, token)| token.to_owned()))
                .collect();
            for child in &mut children {
                assert!(child.wait().unwrap().success());
            }
            said
        });
        let said = said.await.unwrap();
        assert_eq!(said.len(), 2 * CALLS);
        assert!(said.iter().all(|token| *token == said[0] && *token != access), "{said:?}");
        assert_eq!(github.requests(GitHubPart::Token), round, "one refresh for all of them");
    }
    drop(core);
    std::fs::remove_dir_all(&folder).unwrap();
}

fn start(file: &std::path::Path, github: &FakeGitHub, id: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "upstream::vault::tests::processes::child", "--ignored", "--nocapture"])
        .env(FILE, file)
        .env(GITHUB, format!("{} {} {}", github.url(), github.client_id(), github.client_secret()))
        .env(ID, id)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The child: fifty calls that need a token which has run out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "is run by the test above"]
async fn child() {
    let file = std::env::var_os(FILE).map(PathBuf::from).expect("this is the child of another test");
    let github = std::env::var(GITHUB).unwrap();
    let [url, client_id, client_secret] =
        github.split(' ').collect::<Vec<_>>().try_into().expect("three parts");
    let github = GitHub::new(client_id, client_secret).with_base_url(url);
    let core = core_at(&file, github);
    let id = std::env::var(ID).unwrap();
    writeln!(std::io::stdout(), "\nready").unwrap();
    std::io::stdin().read_line(&mut String::new()).unwrap();
    let calls = (0..CALLS).map(|_| now_current(&core, &id));
    for current in futures_util::future::join_all(calls).await {
        let token = current.unwrap().tokens.access_token;
        writeln!(std::io::stdout(), "token {}", token.expose()).unwrap();
    }
}
