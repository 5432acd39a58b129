//! Who asks rmcp's service: it asks the handler for a tool's schema before it has a context to say for whom.

use std::future::Future;

use crate::authorize::Caller;

tokio::task_local! {
    static ASKING: Caller;
}

/// Runs what rmcp does for the request of `caller`.
pub(super) async fn asked_by<T>(caller: Caller, request: impl Future<Output = T>) -> T {
    ASKING.scope(caller, request).await
}

/// Who asks; `None` where no gate stands in front.
pub(super) fn asking() -> Option<Caller> {
    ASKING.try_get().ok()
}
