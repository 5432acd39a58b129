//! Instructions per request, counted by callgrind: user space only, the same to a percent whatever else the machine
//! does.

use std::{collections::HashSet, fs, path::Path, process::Command};

use crate::{
    Ask, Child, Load, Result, TestIssuer,
    server::{Kind, Subject},
};

/// Counts all servers and prints them; the profiles stay in `target/callgrind` for `callgrind_annotate`.
pub(crate) fn run(requests: usize) -> Result<()> {
    let program = std::env::current_exe()?;
    let folder = program.parent().ok_or("no folder")?.join("callgrind");
    fs::create_dir_all(&folder)?;
    let issuer = TestIssuer::new(1000)?;
    let mut counts = Vec::new();
    for subject in Subject::all() {
        eprintln!("{subject}");
        let profile = folder.join(subject.arguments().join("-"));
        counts.push((subject, count(subject, &issuer, requests, &profile)?));
    }
    println!("| server | instructions | ÷ rmcp | ÷ itself with 1 tool | without SHA-256 | ÷ rmcp |");
    println!("|---|---:|---:|---:|---:|---:|");
    for (subject, own) in &counts {
        let to = |kind: Kind, tools: usize, of: fn(&Instructions) -> f64| {
            let other = counts.iter().find(|(one, _)| one.kind == kind && one.tools == tools);
            other.map_or(f64::NAN, |(_, other)| of(own) / of(other))
        };
        let rmcp = to(Kind::Rmcp, subject.tools, |count| count.all);
        let first = to(subject.kind, 1, |count| count.all);
        let rmcp_without = to(Kind::Rmcp, subject.tools, Instructions::without_hash);
        let (all, without) = (own.all, own.without_hash());
        println!("| {subject} | {all:.0} | {rmcp:.3} | {first:.3} | {without:.0} | {rmcp_without:.3} |");
    }
    Ok(())
}

/// Instructions of one request.
struct Instructions {
    all: f64,
    /// Those of SHA-256. Valgrind knows no processor with SHA instructions, so that it counts about twelve times as
    /// many as such a processor runs.
    hash: f64,
}

impl Instructions {
    fn without_hash(&self) -> f64 {
        self.all - self.hash
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number of requests is small")]
fn count(subject: Subject, issuer: &TestIssuer, requests: usize, profile: &Path) -> Result<Instructions> {
    let mut command = Command::new("valgrind");
    command.args(["--quiet", "--tool=callgrind"]);
    command.arg(format!("--callgrind-out-file={}", profile.display()));
    command.arg(std::env::current_exe()?);
    let child = Child::start_under(&mut command, subject, issuer, false)?;
    let mut load = Load::connect(child.address(), 4, issuer.tokens(), Ask::Call)?;
    load.run(issuer.tokens().len())?;
    control("--zero", child.id())?;
    load.run(requests)?;
    control("--dump", child.id())?;
    drop((load, child));
    // The first dump has the suffix 1; what comes at the end of the process is another.
    let text = fs::read_to_string(profile.with_extension("1"))?;
    let totals = text.lines().find_map(|line| line.strip_prefix("totals: ")).ok_or("no totals")?;
    let each = |count: u64| count as f64 / requests as f64;
    Ok(Instructions { all: each(totals.trim().parse()?), hash: each(of_function(&text, "sha256_block")) })
}

/// What the functions whose name contains `name` cost themselves. In a profile, `fn=(id) name` begins a function and
/// names it the first time (or `cfn=` has), `line cost` follows, and after `calls=` the cost of what is called.
fn of_function(profile: &str, name: &str) -> u64 {
    let mut ids = HashSet::new();
    let (mut inside, mut called, mut total) = (false, false, 0);
    for line in profile.lines() {
        let function = line.strip_prefix("fn=").or_else(|| line.strip_prefix("cfn="));
        if let Some((id, rest)) = function.and_then(|function| function.split_once(')')) {
            if rest.contains(name) {
                ids.insert(id);
            }
            if line.starts_with("fn=") {
                inside = ids.contains(id);
            }
        } else if line.starts_with("calls=") {
            called = true;
        } else if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first)) {
            if inside && !called {
                let cost = line.split(' ').nth(1).and_then(|cost| cost.parse::<u64>().ok());
                total += cost.unwrap_or_default();
            }
            called = false;
        }
    }
    total
}

fn control(order: &str, process: u32) -> Result<()> {
    let output = Command::new("callgrind_control").args([order, &process.to_string()]).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("callgrind_control: {}", String::from_utf8_lossy(&output.stderr)).into())
}
