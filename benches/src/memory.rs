//! How much memory the example `quickstart` has while nobody asks for anything.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::Duration,
};

use crate::Result;

/// KiB, of which it may have less.
const LIMIT: u64 = 30 * 1024;
const REST: Duration = Duration::from_secs(4);

/// Starts it, the one beside this program unless another is given, and prints what is resident a while later.
pub(crate) fn run(program: Option<&str>) -> Result<()> {
    let own = std::env::current_exe()?;
    let folder = own.parent().ok_or("the program is nowhere")?;
    let program = program.map_or_else(|| folder.join("quickstart"), PathBuf::from);
    if !program.is_file() {
        return Err(format!("no {}: cargo build --release -p quickstart", program.display()).into());
    }
    let store = tempfile::tempdir_in(folder)?;
    let mut command = Command::new(program);
    let quickstart =
        command.arg(store.path().join("quickstart.db")).stdin(Stdio::null()).stdout(Stdio::null());
    let mut quickstart = Running(quickstart.spawn()?);
    sleep(REST);
    if quickstart.0.try_wait()?.is_some() {
        return Err("quickstart has ended: is its port 3000 taken?".into());
    }
    let status = fs::read_to_string(format!("/proc/{}/status", quickstart.0.id()))?;
    drop(quickstart);
    let resident = kibibytes(&status, "VmRSS:")?;
    println!("quickstart at rest: {:.1} MiB resident", mebibytes(resident));
    for part in ["RssAnon:", "RssFile:", "VmHWM:"] {
        println!("  {part:<9} {:.1} MiB", mebibytes(kibibytes(&status, part)?));
    }
    if resident < LIMIT { Ok(()) } else { Err("that is 30 MiB or more".into()) }
}

fn kibibytes(status: &str, name: &str) -> Result<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such line")?;
    Ok(line.split_whitespace().next().unwrap_or_default().parse()?)
}

#[expect(clippy::cast_precision_loss, reason = "a number of kibibytes is small")]
fn mebibytes(kibibytes: u64) -> f64 {
    kibibytes as f64 / 1024.0
}

/// It ends when this value does.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
