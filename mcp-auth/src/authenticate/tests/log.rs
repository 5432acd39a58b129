//! What reaches the log.

use std::{
    cell::RefCell,
    io::Write,
    sync::{Arc, Mutex, Once},
};

/// Collects everything that this thread logs, at every level.
///
/// There is one subscriber for the whole process, which writes to the collector of its thread: subscribers that come and
/// go with their tests lose events of tests beside them, because tracing remembers who is interested.
pub(crate) struct Log(Lines);

type Lines = Arc<Mutex<Vec<u8>>>;

thread_local! {
    static COLLECTOR: RefCell<Option<Lines>> = const { RefCell::new(None) };
}

impl Log {
    pub(crate) fn capture() -> Self {
        static INSTALL: Once = Once::new();
        INSTALL.call_once(|| {
            let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
            subscriber.with_writer(|| ToCollector).init();
        });
        let lines = Lines::default();
        COLLECTOR.set(Some(lines.clone()));
        Self(lines)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        COLLECTOR.set(None);
    }
}

struct ToCollector;

impl Write for ToCollector {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        COLLECTOR.with_borrow(|collector| {
            if let Some(lines) = collector {
                lines.lock().unwrap().extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
