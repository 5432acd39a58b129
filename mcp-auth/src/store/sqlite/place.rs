//! The file under its full name: made if it is not there, with care not to begin anew beside what is left of a store.

use std::{
    ffi::OsStr,
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
    thread::sleep,
    time::Duration,
};

use super::refusal::Refusal;

/// The full name of the file, and whether it was made now. Files are only looked at by name here: to close a handle of our
/// own would drop the locks that SQLite holds on the same file in this process.
pub(super) fn find_or_create(path: &Path) -> Result<(PathBuf, bool), Refusal> {
    let name = path.file_name().ok_or(Refusal::NoName)?;
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let folder = folder.canonicalize().map_err(Refusal::NoFolder)?;
    let path = folder.join(name);
    if path.is_dir() {
        return Err(Refusal::Folder);
    }
    if let Ok(path) = path.canonicalize() {
        return existing(path);
    }
    // SQLite would throw it away.
    if log_of(&path).exists() {
        return Err(Refusal::LogAlone);
    }
    match create(&path, &folder) {
        Ok(()) => Ok((path, true)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            existing(path.canonicalize().map_err(Refusal::Unwritable)?)
        }
        Err(error) => Err(Refusal::Unwritable(error)),
    }
}

pub(super) fn log_of(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push(OsStr::new("-wal"));
    log.into()
}

pub(super) fn length(path: &Path) -> Result<u64, Refusal> {
    Ok(fs::metadata(path).map_err(Refusal::Unwritable)?.len())
}

/// For nobody else on this machine; what SQLite puts beside it is as readable as the file.
#[cfg(unix)]
fn create(path: &Path, folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;

    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    // The name has to be as durable as what will be written.
    fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn create(path: &Path, _folder: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(path).map(drop)
}

/// An empty file is being filled by another process now, or it has lost what it held.
fn existing(path: PathBuf) -> Result<(PathBuf, bool), Refusal> {
    for _ in 0..50 {
        if length(&path)? > 0 {
            return Ok((path, false));
        }
        sleep(Duration::from_millis(20));
    }
    Err(Refusal::Empty)
}
