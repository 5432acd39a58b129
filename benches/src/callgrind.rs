//! Instructions per request, counted by callgrind: user space only, the same to a percent whatever else the machine
//! does.

use std::{fs, path::Path, process::Command};

use crate::{
    Child, Load, Result, TestIssuer,
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
    println!("| server | instructions | ÷ rmcp | ÷ itself with 1 tool |");
    println!("|---|---:|---:|---:|");
    for (subject, own) in &counts {
        let to = |kind: Kind, tools: usize| {
            let other = counts.iter().find(|(one, _)| one.kind == kind && one.tools == tools);
            other.map_or(f64::NAN, |(_, other)| own / other)
        };
        let (rmcp, first) = (to(Kind::Rmcp, subject.tools), to(subject.kind, 1));
        println!("| {subject} | {own:.0} | {rmcp:.3} | {first:.3} |");
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a number of requests is small")]
fn count(subject: Subject, issuer: &TestIssuer, requests: usize, profile: &Path) -> Result<f64> {
    let mut command = Command::new("valgrind");
    command.args(["--quiet", "--tool=callgrind"]);
    command.arg(format!("--callgrind-out-file={}", profile.display()));
    command.arg(std::env::current_exe()?);
    let child = Child::start_under(&mut command, subject, issuer, false)?;
    let mut load = Load::connect(child.address(), 4, issuer.tokens())?;
    load.run(issuer.tokens().len())?;
    control("--zero", child.id())?;
    load.run(requests)?;
    control("--dump", child.id())?;
    drop((load, child));
    // The first dump has the suffix 1; what comes at the end of the process is another.
    let text = fs::read_to_string(profile.with_extension("1"))?;
    let totals = text.lines().find_map(|line| line.strip_prefix("totals: ")).ok_or("no totals")?;
    Ok(totals.trim().parse::<f64>()? / requests as f64)
}

fn control(order: &str, process: u32) -> Result<()> {
    let output = Command::new("callgrind_control").args([order, &process.to_string()]).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("callgrind_control: {}", String::from_utf8_lossy(&output.stderr)).into())
}
