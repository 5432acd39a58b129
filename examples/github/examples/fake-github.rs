//! A GitHub on this machine, for the first steps without an account: `cargo run -p github-example --example fake-github`
//!
//! With arguments, such as `read:user`, its people grant these scopes and no others, whatever they are asked for.

use mcp_auth::testing::FakeGitHub;

#[tokio::main]
async fn main() {
    let github = FakeGitHub::start().await;
    github.add_person("octocat", 583_231);
    github.add_person("hubot", 480_938);
    let granted: Vec<String> = std::env::args().skip(1).collect();
    if !granted.is_empty() {
        github.allow_only(Some(&granted.iter().map(String::as_str).collect::<Vec<_>>()));
    }
    println!("export MCP_GITHUB_BASE_URL={}", github.url());
    println!("export MCP_GITHUB_CLIENT_ID={}", github.client_id());
    println!("export MCP_GITHUB_CLIENT_SECRET={}", github.client_secret());
    println!(
        "# people: octocat, hubot; they end what they approved at {}/settings/applications",
        github.url()
    );
    println!("# Ctrl-C ends it.");
    let _ = tokio::signal::ctrl_c().await;
}
