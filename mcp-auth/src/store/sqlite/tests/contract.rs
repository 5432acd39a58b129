//! The suite of every back end, in memory, on a file, and with two writers on one file.

use std::sync::Arc;

use super::Folder;
use crate::store::{SqliteStore, contract::each_check};

macro_rules! tests {
    ($($module:ident::$name:ident)+) => {
        mod in_memory {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $name() {
                    check(stringify!($name), vec![Arc::new(SqliteStore::in_memory().unwrap())]).await;
                }
            )+
        }
        mod one_file {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $name() {
                    let folder = Folder::new();
                    check(stringify!($name), folder.open_many(1)).await;
                }
            )+
        }
        mod two_writers {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $name() {
                    let folder = Folder::new();
                    check(stringify!($name), folder.open_many(2)).await;
                }
            )+
        }
    };
}
each_check!(tests);

async fn check(name: &str, stores: Vec<Arc<dyn crate::store::Store>>) {
    crate::store::contract::CHECKS.iter().find(|check| check.name == name).unwrap().run(stores).await;
}
