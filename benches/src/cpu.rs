//! CPU time of another process, user and system together.

use std::{fs, time::Duration};

use crate::Result;

/// What all threads of `process` have used so far. The scheduler's count has nanoseconds, that of `/proc/PID/stat`
/// only hundredths of a second.
pub(crate) fn used(process: u32) -> Result<Duration> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let line = fs::read_to_string(thread?.path().join("schedstat"))?;
        let running = line.split(' ').next().unwrap_or_default();
        nanoseconds += running.parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}
