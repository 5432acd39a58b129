//! How long things live, and how many there may be.

use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long what the authorization server hands out lives.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Lifetimes {
    /// From the consent page until the code: 10 minutes unless set, and at most.
    pub sign_in: Duration,
    /// An authorization code: 1 minute unless set, 10 at most (RFC 6749 section 4.1.2).
    pub authorization_code: Duration,
    /// An access token: 1 hour unless set, and at most.
    pub access_token: Duration,
    /// A refresh token that nobody uses: 30 days unless set.
    pub refresh_token: Duration,
    /// For how long a refresh token that was rotated gives its successor again, because the answer may have been lost: 30
    /// seconds unless set, 120 at most. Zero: never.
    pub refresh_grace: Duration,
    /// What a person allowed a client, from the consent: 180 days unless set.
    pub grant: Duration,
    /// A browser in which somebody signed in: 8 hours unless set.
    pub session: Duration,
    /// What a provider said about an account, for [who may enter](crate::WhoMayEnter): 5 minutes unless set, 1 hour at most.
    /// For so long somebody who has left an organisation can still refresh. Zero: each refresh asks the provider, and
    /// meets its rate limit.
    pub entry: Duration,
    /// After how long a new signing key takes the place of the one before, by itself: never unless set, a day at least. See
    /// [`Admin::rotate_signing_key`](crate::Admin::rotate_signing_key).
    pub signing_key: Option<Duration>,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            sign_in: 10 * MINUTE,
            authorization_code: MINUTE,
            access_token: HOUR,
            refresh_token: 30 * DAY,
            refresh_grace: MINUTE / 2,
            grant: 180 * DAY,
            session: 8 * HOUR,
            entry: 5 * MINUTE,
            signing_key: None,
        }
    }
}

/// How many clients may register themselves, and how often (RFC 7591 section 5).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RegistrationLimits {
    /// How many clients are kept: 10,000 unless set. Of more, those that nobody has used make room.
    pub clients: usize,
    /// How many new clients a minute, from everywhere together: 120 unless set. Who registers the same again is not
    /// counted.
    pub per_minute: u32,
    /// How many of these from one address (IPv6: one /64): 30 unless set, so that one stranger leaves places to others.
    /// It counts where the address is certain: of public addresses that connect to [`Auth::serve`](crate::Auth::serve),
    /// and behind [trusted proxies](crate::AuthorizationServer::trusted_proxies). An application that serves the router itself
    /// has to tell who connects (`into_make_service_with_connect_info::<SocketAddr>()`).
    pub per_address: u32,
    /// How long a client is kept that nobody signs in with: 1 day unless set.
    pub unused: Duration,
    /// How long a client is kept after somebody got tokens with it: 180 days unless set.
    pub used: Duration,
}

impl Default for RegistrationLimits {
    fn default() -> Self {
        Self { clients: 10_000, per_minute: 120, per_address: 30, unused: DAY, used: 180 * DAY }
    }
}
