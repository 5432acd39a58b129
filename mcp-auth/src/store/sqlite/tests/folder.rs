//! A folder that goes with the test.

use std::path::{Path, PathBuf};

use crate::{random, store::SqliteStore};

pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new() -> Self {
        let path = std::env::temp_dir().join(format!("mcp-auth-store-{}", random::identifier().unwrap()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn file(&self) -> PathBuf {
        self.0.join("auth.db")
    }

    pub(super) fn open(&self) -> SqliteStore {
        SqliteStore::open(self.file()).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
