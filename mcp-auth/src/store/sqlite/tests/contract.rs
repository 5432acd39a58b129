//! The suite of every back end, in memory, on a file, and with two writers on one file.

use super::Folder;
use crate::store::{
    SqliteStore,
    contract::{Opened, store_contract},
};

mod in_memory {
    use super::*;

    store_contract!(async || Opened::new(SqliteStore::in_memory().unwrap()));
}

mod one_file {
    use super::*;

    store_contract!(async || opened(Folder::new(), 1));
}

mod two_writers {
    use super::*;

    store_contract!(async || opened(Folder::new(), 2));
}

/// By so many handles. A crash leaves what is on the disk while nobody has closed anything.
fn opened(folder: Folder, handles: usize) -> Opened {
    let mut opened = Opened::new(folder.open());
    for _ in 1..handles {
        opened = opened.node(folder.open());
    }
    let left = Folder::new();
    let (from, to) = (folder.path().to_owned(), left.path().to_owned());
    let crash = move || async move {
        for name in ["auth.db", "auth.db-wal"] {
            std::fs::copy(from.join(name), to.join(name)).unwrap();
        }
        opened_again(left, handles)
    };
    opened.crash(crash).keep(folder)
}

fn opened_again(left: Folder, handles: usize) -> Opened {
    let mut opened = Opened::new(left.open());
    for _ in 1..handles {
        opened = opened.node(left.open());
    }
    opened.keep(left)
}
