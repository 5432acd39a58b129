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
    match create(&path) {
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

/// The name has to be as durable as what will be written.
fn create(path: &Path) -> io::Result<()> {
    create_private(path)?;
    sync_folder(path)
}

/// An empty file for nobody else on this machine; what SQLite puts beside it is as readable as the file.
pub(super) fn create_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Makes the name of a file durable.
#[cfg_attr(
    not(unix),
    expect(clippy::unnecessary_wraps, unused_variables, reason = "only Unix opens folders")
)]
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
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
