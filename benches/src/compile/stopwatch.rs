//! The CPU time of a command and of everything it starts.

use std::{fs, process::Command};

use crate::Result;

/// Ticks of `/proc/PID/stat` in a second, on every Linux that people run.
const TICKS: f64 = 100.0;

/// CPU seconds that `command` takes, user and system, all its processes together.
pub(super) fn cpu_seconds(command: &mut Command) -> Result<f64> {
    let before = of_children()?;
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(of_children()? - before)
}

/// What all children that have ended used so far, and theirs.
fn of_children() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name stands in parentheses and may hold anything; fields are counted from behind it.
    let (_, rest) = stat.rsplit_once(')').ok_or("/proc/self/stat reads differently here")?;
    let field = |number: usize| -> Result<f64> {
        let text = rest.split_whitespace().nth(number - 3).ok_or("/proc/self/stat is too short")?;
        Ok(text.parse()?)
    };
    Ok((field(16)? + field(17)?) / TICKS)
}
