//! The sealing key of the development sign-in: a file beside the store, for this user alone.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::{
    Secret,
    random::{self, NoRandomness},
};

/// Why the key cannot be had from its file.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoKeyFile {
    #[error("the store was begun with the key file `{}`, which is not there", .0.display())]
    Gone(PathBuf),
    #[error("others on this machine can read the key file `{}`", .0.display())]
    ReadableByOthers(PathBuf),
    #[error("`{}` is not a key file", .0.display())]
    NotAKey(PathBuf),
    #[error("the key file `{}` cannot be read or written: {}", .0.display(), .1)]
    Io(PathBuf, io::Error),
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

impl NoKeyFile {
    pub(super) fn help(&self) -> &'static str {
        match self {
            Self::Gone(_) => "put it back, or remove the store as well: then everybody signs in again",
            Self::ReadableByOthers(_) => "run `chmod 600` on it",
            Self::NotAKey(_) => "put back the one that was made with the store",
            Self::Io(..) => "check the rights on the folder",
            Self::Randomness(_) => "check the system's source of randomness (/dev/urandom)",
        }
    }
}

/// The key that was made on the first start.
pub(super) fn read(path: &Path) -> Result<Secret, NoKeyFile> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => NoKeyFile::Gone(path.to_owned()),
        _ => NoKeyFile::Io(path.to_owned(), error),
    };
    if is_readable_by_others(&fs::metadata(path).map_err(failed)?) {
        return Err(NoKeyFile::ReadableByOthers(path.to_owned()));
    }
    let text = fs::read_to_string(path).map_err(failed)?;
    let key = text.trim_end();
    // What `random::identifier` makes; a file that was cut or overwritten is no key.
    if key.len() == 43 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
        Ok(Secret::new(key))
    } else {
        Err(NoKeyFile::NotAKey(path.to_owned()))
    }
}

/// The first start: makes the file, unless another process has made it just now.
pub(super) fn find_or_make(path: &Path) -> Result<Secret, NoKeyFile> {
    let key = random::identifier()?;
    match put(path, &format!("{key}\n")) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(NoKeyFile::Io(path.to_owned(), error))
        }
        _ => read(path),
    }
}

/// The file appears with its content, or not at all.
fn put(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", random::reference()));
    let draft = PathBuf::from(name);
    let mut file = private().write(true).create_new(true).open(&draft)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    linked?;
    sync_folder(path)
}

#[cfg(unix)]
fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(not(unix))]
fn private() -> OpenOptions {
    OpenOptions::new()
}

#[cfg(unix)]
fn is_readable_by_others(file: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_readable_by_others(_file: &fs::Metadata) -> bool {
    false
}

/// The name has to be as durable as the content.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}
