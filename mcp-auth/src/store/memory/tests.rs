//! The suite of every back end.

use std::sync::Arc;

use super::MemoryStore;
use crate::store::contract::{CHECKS, each_check};

macro_rules! tests {
    ($($module:ident::$name:ident)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                let check = CHECKS.iter().find(|check| check.name == stringify!($name)).unwrap();
                check.run(vec![Arc::new(MemoryStore::new())]).await;
            }
        )+
    };
}
each_check!(tests);
