//! An empty store, as a check is given it.

use std::{any::Any, fmt, future::Future, pin::Pin, sync::Arc};

use crate::store::Store;

type Crash = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = Opened> + Send>> + Send + Sync>;

/// An empty store, opened for one check: by one handle or several, and perhaps with a way to crash.
#[must_use = "this is for a check, or for `store_contract!`"]
pub struct Opened {
    pub(super) handles: Vec<Arc<dyn Store>>,
    pub(super) crash: Option<Crash>,
    /// Behind the handles, so that it goes after them.
    kept: Vec<Box<dyn Any + Send + Sync>>,
}

impl Opened {
    /// By one handle.
    pub fn new(store: impl Store) -> Self {
        Self { handles: vec![Arc::new(store)], crash: None, kept: Vec::new() }
    }

    /// And by one more handle to the same data, as another process has.
    pub fn node(mut self, store: impl Store) -> Self {
        self.handles.push(Arc::new(store));
        self
    }

    /// What is left if the process dies now: `crash` is called while the handles are still there, and what it opens is used
    /// in their place. Without it the checks for crashes pass unseen: a store that ends with its process has none.
    pub fn crash<F>(mut self, crash: impl FnOnce() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Self> + Send + 'static,
    {
        self.crash = Some(Box::new(move || Box::pin(crash())));
        self
    }

    /// Keeps something until the check is over, such as the folder of the file.
    pub fn keep(mut self, kept: impl Send + Sync + 'static) -> Self {
        self.kept.push(Box::new(kept));
        self
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("handles", &self.handles)
            .field("crash", &self.crash.is_some())
            .field("kept", &self.kept.len())
            .finish()
    }
}
