//! What one authenticated `tools/call` costs, side by side: see README.md of this package.

mod allocations;
mod callgrind;
mod child;
mod compile;
mod cpu;
mod grants;
mod issuer;
mod load;
mod measure;
mod memory;
mod server;
mod table;

use child::Child;
use issuer::TestIssuer;
use load::{Ask, Load};
use server::{Kind, Subject};

type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

const USAGE: &str = "\
usage: mcp-auth-benches [--rounds N] [--requests N]           CPU and allocations per request
       mcp-auth-benches lists [--rounds N] [--requests N]     only those of `tools/list`
       mcp-auth-benches instructions [--requests N]           instructions per request (needs valgrind)
       mcp-auth-benches compile [--rounds N] [--most N]       CPU to compile 1, 10, 100, 300 tools, against rmcp's macros
       mcp-auth-benches grants [--rounds N] [--requests N] [--warm-up N] [--callers N] [--alone]
                                                              codes and refresh tokens, against oidc-provider
       mcp-auth-benches memory [PROGRAM]                      of the example `quickstart` at rest
       mcp-auth-benches --smoke                               are the answers right? (CI)";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve", kind, tools, rest @ ..] => {
            server::serve(Subject::parse(kind, tools)?, rest.contains(&"--count"))
        }
        ["serve-grants", folder] => grants::serve(folder.as_ref()),
        ["--smoke"] => smoke().and_then(|()| grants::smoke()),
        ["grants", options @ ..] => grants::run(&grants::Plan {
            rounds: option(options, "--rounds", 5)?,
            requests: option(options, "--requests", 1000)?,
            warm_up: option(options, "--warm-up", 3000)?,
            callers: match option(options, "--callers", 0)? {
                0 => grants::CALLERS.to_vec(),
                callers => vec![callers],
            },
            alone: options.contains(&"--alone"),
        }),
        ["memory"] => memory::run(None),
        ["memory", program] => memory::run(Some(program)),
        ["compile", options @ ..] => {
            let most = option(options, "--most", 300)?;
            let sizes: Vec<usize> = [1, 10, 100, 300].into_iter().filter(|size| *size <= most).collect();
            compile::run(&sizes, option(options, "--rounds", 3)?)
        }
        ["instructions", options @ ..] => callgrind::run(option(options, "--requests", 2000)?),
        ["lists", options @ ..] => {
            table::lists(option(options, "--rounds", 15)?, option(options, "--requests", 1000)?)
        }
        [] | ["--rounds" | "--requests", ..] => {
            table::run(option(&words, "--rounds", 15)?, option(&words, "--requests", 1000)?)
        }
        _ => Err(USAGE.into()),
    }
}

/// The number behind `name`.
fn option(options: &[&str], name: &str, default: usize) -> Result<usize> {
    match options.iter().position(|option| *option == name) {
        Some(at) => Ok(options.get(at + 1).ok_or(USAGE)?.parse()?),
        None => Ok(default),
    }
}

/// Every server answers rightly, and the guarded ones refuse a request without a token. Nothing is timed.
fn smoke() -> Result<()> {
    let issuer = TestIssuer::new(10)?;
    for subject in Subject::all() {
        let child = Child::start(subject, &issuer, false)?;
        Load::connect(child.address(), 2, issuer.tokens(), Ask::Call)?.run(40)?;
        if Subject::that_list().contains(&subject) {
            Load::connect(child.address(), 2, issuer.tokens(), Ask::List(subject.tools))?.run(20)?;
        }
        let refused = load::without_token(child.address())?;
        let guarded = matches!(subject.kind, Kind::Middleware | Kind::McpAuth);
        if refused != guarded {
            return Err(format!("{subject}: a request without a token was refused: {refused}").into());
        }
        println!("{subject}: ok");
    }
    Ok(())
}
