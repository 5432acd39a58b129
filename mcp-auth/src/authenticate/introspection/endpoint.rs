//! Where the issuer is asked: found by discovery, once an hour.

use std::{sync::Arc, time::Duration};

use tokio::sync::{Mutex, OnceCell};

use crate::{
    authenticate::{
        VerifyError,
        issuer::{Wanted, discover},
    },
    clock::Clock,
    http::{FetchError, HttpClient},
};

const KEPT: Duration = Duration::from_secs(60 * 60);
/// No flood of tokens becomes a flood of requests to an issuer that does not answer.
const COOL_DOWN: Duration = Duration::from_secs(2);

/// The introspection endpoint of one issuer.
pub(super) struct Endpoint {
    http: OnceCell<HttpClient>,
    state: Mutex<State>,
    clock: Clock,
}

#[derive(Default)]
struct State {
    url: Option<Arc<str>>,
    /// When it was last looked for, and whether it was found then.
    looked: Option<(Duration, bool)>,
}

impl Default for Endpoint {
    fn default() -> Self {
        Self { http: OnceCell::new(), state: Mutex::default(), clock: Clock::system() }
    }
}

impl Endpoint {
    pub(super) async fn http(
        &self,
        make: impl FnOnce() -> Result<HttpClient, FetchError>,
    ) -> Result<HttpClient, FetchError> {
        let http = self.http.get_or_try_init(|| std::future::ready(make())).await;
        http.cloned()
    }

    /// Its URL. Others wait for the one who looks; an old one serves on while a new one cannot be had.
    pub(super) async fn url(&self, issuer: &str, http: &HttpClient) -> Result<String, VerifyError> {
        let mut state = self.state.lock().await;
        let now = self.clock.monotonic();
        let looks = match state.looked {
            None => true,
            Some((at, found)) => now.saturating_sub(at) >= if found { KEPT } else { COOL_DOWN },
        };
        if looks {
            state.looked = Some((now, false));
            match discover(issuer, Wanted::Introspection, http).await {
                Ok(url) => {
                    state.looked = Some((now, true));
                    state.url = Some(url.into());
                }
                Err(error) => {
                    tracing::warn!(issuer, %error, "the introspection endpoint could not be found");
                }
            }
        }
        let url = state.url.as_deref().map(str::to_owned);
        url.ok_or_else(|| VerifyError::unavailable("the issuer's introspection endpoint is not known"))
    }
}
