//! Faults of disks, clocks, load and the system, as clients meet them. `tests/faults.md` says which test shows which.

mod cancelled;
mod clocks;
#[cfg(unix)]
mod disk;
mod herd;
mod randomness;
mod restored;
#[cfg(target_os = "linux")]
mod system;
mod table;
