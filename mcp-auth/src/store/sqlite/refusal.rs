//! Why a file is not opened, and what to do.

use std::{io, path::Path};

use rusqlite::ErrorCode;

use crate::{ConfigError, config::Problem};

/// Why a file is not opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("it names no file")]
    NoName,
    #[error("it is a folder")]
    Folder,
    #[error("its folder cannot be opened: {0}")]
    NoFolder(#[source] io::Error),
    #[error("the file is missing, and its log (-wal) is there")]
    LogAlone,
    #[error("it cannot be written: {0}")]
    Unwritable(#[source] io::Error),
    #[error("it is read-only")]
    ReadOnly,
    #[error("it is empty")]
    Empty,
    #[error("it is damaged: {0}")]
    Damaged(String),
    #[error("it is a SQLite file of another program")]
    Foreign,
    #[error("it was written by a later version: its schema is {found}, and this program knows {known}")]
    Newer { found: usize, known: usize },
    #[error("its journal mode stays {0}")]
    NoLog(String),
    #[error("its threads cannot start: {0}")]
    Threads(#[source] io::Error),
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
}

const NAME: &str = "name a file, such as /var/lib/my-server/auth.db";
const RIGHTS: &str = "let the user that runs this program write the file and its folder";
const RESTORE: &str = "restore a backup; or move the file away, with what is beside it under the same name, to begin with \
                       an empty store, where everybody has to sign in again";

impl Refusal {
    /// The problem with `path`, as the operator reads it.
    pub(super) fn at(self, path: &Path) -> ConfigError {
        Problem::new(format!("the store {}", path.display()), self.to_string(), self.help()).into()
    }

    fn help(&self) -> &'static str {
        match self {
            Self::NoName | Self::Folder => NAME,
            Self::NoFolder(_) => "create the folder, or name a file in one that exists",
            Self::LogAlone => "put the file back; or move its log away too, to begin with an empty store",
            Self::Unwritable(_) | Self::ReadOnly => RIGHTS,
            Self::Empty | Self::Damaged(_) => RESTORE,
            Self::Foreign => "name a file that is for this store alone",
            Self::Newer { .. } => "start the later version, or restore a backup from before it",
            Self::NoLog(_) => "keep it on a local file system: SQLite's log needs shared memory",
            Self::Threads(_) => "raise the number of threads that this process may have",
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => RESTORE,
                Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => RIGHTS,
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                    "end the other program that holds the file, such as a shell or a backup"
                }
                Some(ErrorCode::DiskFull) => "make room on the disk",
                _ => "see SQLite's documentation of this error",
            },
        }
    }
}
