//! The suite of every back end.

use super::MemoryStore;
use crate::store::contract::{Opened, store_contract};

store_contract!(async || Opened::new(MemoryStore::new()));
