//! Named points at which a test ends the process, as a crash would. In every other build they are nothing.

/// Here the process may end.
macro_rules! crash_point {
    ($name:literal) => {
        #[cfg(test)]
        $crate::crash::reach($name);
    };
}
pub(crate) use crash_point;

/// Names the point at which the process ends.
#[cfg(test)]
pub(crate) const VARIABLE: &str = "MCP_AUTH_TEST_CRASH_AT";

/// Ends the process where this is the point: nothing is written back, closed or answered.
#[cfg(test)]
pub(crate) fn reach(name: &str) {
    use std::sync::LazyLock;

    static WHERE: LazyLock<Option<String>> = LazyLock::new(|| std::env::var(VARIABLE).ok());
    if WHERE.as_deref() == Some(name) {
        std::process::abort();
    }
}
