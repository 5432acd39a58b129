//! What every store must do: one suite for every back end, your own too.
//!
//! [`store_contract!`] makes one test of each check. What it is given makes an empty store each time:
//!
//! ```
//! # mod tests {
//! use mcp_auth::store::{MemoryStore, contract::Opened};
//!
//! mod my_store_keeps_the_contract {
//!     use super::*;
//!
//!     mcp_auth::store::contract::store_contract!(async || Opened::new(MemoryStore::new()));
//! }
//! # }
//! ```
//!
//! A store that several processes share is opened as often, and one that outlives its process says how to kill it:
//!
//! ```
//! use mcp_auth::store::{SqliteStore, contract::{self, Opened}};
//! # let folder = std::env::temp_dir().join(format!("mcp-auth-contract-{}", std::process::id()));
//! # drop(std::fs::remove_dir_all(&folder));
//! # std::fs::create_dir(&folder)?;
//!
//! let (file, left) = (folder.join("auth.db"), folder.join("left.db"));
//! let open = async || {
//!     let (file, left) = (file.clone(), left.clone());
//!     Opened::new(SqliteStore::open(&file).unwrap())
//!         // A second handle to the same data, as another process has. Verbs go through both in turn.
//!         .node(SqliteStore::open(&file).unwrap())
//!         // What a crash leaves: here, what is on the disk while nobody has closed anything.
//!         .crash(async move || {
//!             std::fs::copy(&file, &left).unwrap();
//!             std::fs::copy(file.with_extension("db-wal"), left.with_extension("db-wal")).unwrap();
//!             Opened::new(SqliteStore::open(left).unwrap())
//!         })
//! };
//! contract::run("c17_a_redemption_that_was_answered_survives_a_crash", open);
//! # std::fs::remove_dir_all(folder)?;
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! What is looked at: each verb by itself, fifty at once through all handles (on threads that race for real), expiry to the
//! millisecond, clocks that jump back, to 1970 and to the end of time, futures that are dropped, and what a crash leaves. A
//! check panics where the store fails it, so that the test's name says what does not hold.

#![expect(clippy::unwrap_used, reason = "a check fails by panicking")]

mod assertion;
mod client;
mod clock;
mod code;
mod consent;
mod crash;
mod expire;
mod grant;
mod key;
mod nodes;
mod opened;
mod refresh_token;
mod sample;
mod session;
mod sign_in;
#[cfg(test)]
mod tests;
mod upstream_token;

pub use opened::Opened;

use nodes::Nodes;

use std::{future::Future, pin::Pin};

/// One thing that every store must do.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// What must hold, with the ids of the requirements.
    pub name: &'static str,
    run: fn(Nodes) -> Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Check {
    /// Runs it on an empty store.
    ///
    /// # Panics
    ///
    /// Where the store fails it.
    pub async fn run(&self, opened: Opened) {
        (self.run)(Nodes::new(opened)).await;
    }
}

/// Runs the check of this name on the empty store that `open` makes, on a runtime of four threads. This is what a test of
/// [`store_contract!`] does.
///
/// # Panics
///
/// Where the store fails it, and where there is no such check.
#[expect(clippy::panic, reason = "a check fails by panicking")]
pub fn run<F>(name: &str, open: impl FnOnce() -> F)
where
    F: Future<Output = Opened>,
{
    let check = CHECKS.iter().find(|check| check.name == name);
    let check = check.unwrap_or_else(|| panic!("there is no check {name}"));
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(async { check.run(open().await).await });
}

/// One test for each check of the [contract](crate::store::contract). In brackets: an async closure that gives an empty
/// store, [`Opened`](crate::store::contract::Opened), each time it is called.
#[doc(hidden)]
#[macro_export]
macro_rules! __store_contract {
    ($open:expr $(,)?) => {
        $crate::__each_store_check! { [$crate::__store_contract_tests] [$open] }
    };
}
pub use crate::__store_contract as store_contract;

#[doc(hidden)]
#[macro_export]
macro_rules! __store_contract_tests {
    ([$open:expr] $($module:ident::$name:ident)+) => {
        $(
            #[test]
            fn $name() {
                $crate::store::contract::run(stringify!($name), $open);
            }
        )+
    };
}

/// Gives the list of all checks to a macro, behind what else it is to be given.
#[doc(hidden)]
#[macro_export]
macro_rules! __each_store_check {
    ([$($then:tt)+] $($arguments:tt)*) => {
        $($then)+! {
            $($arguments)*
            assertion::s45_an_assertion_is_good_once_for_each_client
            assertion::s45_a_full_memory_refuses_its_own_client_and_forgets_nothing
            assertion::s45_an_assertion_that_is_over_is_removed
            assertion::s45_of_fifty_uses_of_an_assertion_one_is_the_first
            client::a_client_is_kept_until_it_expires
            client::the_same_registered_again_is_the_same_client
            client::one_that_has_expired_is_registered_anew
            client::a_client_with_a_secret_is_never_shared
            client::f17_the_oldest_that_nobody_has_used_makes_room
            client::f17_clients_in_use_never_make_room
            client::a_client_that_is_used_lives_on
            client::an_id_that_is_taken_is_an_error
            client::of_fifty_registrations_of_the_same_one_is_kept
            clock::c27_a_clock_that_goes_back_revives_nothing_that_was_removed
            clock::c27_what_ended_stays_ended_whatever_the_clock_says
            clock::c27_at_either_end_of_time_every_verb_answers
            clock::c28_nodes_whose_clocks_differ_agree_on_one_winner
            code::a_code_is_kept_as_it_is
            code::s40_a_code_is_good_once
            code::s40_a_code_is_too_late_when_it_expires
            code::c17_grant_and_refresh_token_come_with_the_redemption
            code::f16_an_error_does_not_burn_the_code
            code::s40_f16_c29_t22_of_fifty_redemptions_one_wins
            code::c50_a_redemption_that_nobody_waits_for_happens_wholly_or_not
            consent::a_consent_takes_the_place_of_the_one_before
            consent::a_consent_is_forgotten
            consent::f17_a_consent_is_for_one_person_client_and_resource
            expire::a_store_that_works_says_so_and_goes_on_after_a_flush
            crash::c17_a_redemption_that_was_answered_survives_a_crash
            crash::c18_a_rotation_that_was_answered_survives_a_crash
            crash::c19_an_end_that_was_answered_survives_a_crash
            crash::c20_a_registration_that_was_answered_survives_a_crash
            crash::c15_upstream_tokens_and_sign_ins_that_were_answered_survive_a_crash
            expire::nothing_that_lives_is_removed
            expire::everything_goes_in_the_end_and_never_more_at_once_than_asked
            expire::s40_a_redeemed_code_is_known_as_long_as_its_grant
            expire::s52_a_rotated_token_is_known_as_long_as_its_grant
            expire::a_code_is_known_for_a_day
            expire::a_grant_that_ended_is_told_for_a_day
            expire::consents_go_with_a_registered_client
            expire::c15_a_token_that_nothing_uses_for_a_day_ends
            expire::a_token_that_is_used_stays
            grant::a_grant_without_a_code_is_kept_as_it_is
            grant::a_grant_ends_once
            grant::a_grant_that_ran_out_is_not_revived_by_a_clock_that_goes_back
            grant::ended_grants_are_told_from_the_given_moment_on
            grant::f17_a_grant_that_ended_takes_its_refresh_tokens_along
            grant::of_fifty_who_end_a_grant_one_does
            grant::grants_are_listed_page_by_page
            grant::grants_end_by_person_and_by_client
            grant::c26_all_grants_end_and_no_code_becomes_one
            grant::of_fifty_who_end_all_grants_each_ends_with_one
            key::keys_of_one_purpose_the_oldest_first
            key::of_fifty_first_keys_one_is_kept
            key::of_fifty_next_keys_one_is_kept
            key::all_keys_but_the_newest_can_go
            key::a_key_is_sealed_anew_by_whoever_has_read_it
            refresh_token::a_token_is_kept_with_its_grant
            refresh_token::s82_a_live_token_is_one_that_can_be_exchanged
            refresh_token::s52_t24_reuse_ends_the_grant
            refresh_token::t24_within_the_grace_the_same_comes_again
            refresh_token::f17_the_grace_is_over_when_the_successor_is_used
            refresh_token::f17_without_a_grace_a_reuse_in_the_same_millisecond_is_one
            refresh_token::s52_reuse_is_recognised_after_the_token_has_run_out
            refresh_token::c28_a_clock_that_is_behind_sees_the_grace
            refresh_token::a_token_is_too_late_when_it_or_its_grant_expires
            refresh_token::an_error_does_not_use_the_token
            refresh_token::c30_t24_of_fifty_rotations_one_wins_and_all_get_the_same
            refresh_token::s52_c30_of_fifty_rotations_without_a_grace_one_wins
            session::a_session_is_kept_until_it_expires
            session::a_session_ends
            session::sessions_of_a_person_end
            sign_in::a_sign_in_is_taken_once_by_its_browser
            sign_in::a_sign_in_is_too_late_when_it_expires
            sign_in::f17_of_too_many_the_first_make_room
            sign_in::f16_of_fifty_who_take_a_sign_in_one_gets_it
            sign_in::of_fifty_who_begin_as_many_stay_as_may
            upstream_token::there_is_one_for_a_person_and_scopes
            upstream_token::an_id_is_never_anybody_elses
            upstream_token::an_id_never_comes_back
            upstream_token::it_is_replaced_by_whoever_has_read_it
            upstream_token::c33_its_end_is_the_end_of_what_uses_it
            upstream_token::its_end_is_for_the_version_that_was_refused
            upstream_token::of_fifty_who_put_one_is_kept
            upstream_token::c31_of_fifty_swaps_one_wins
            upstream_token::c31_one_holds_the_lease_until_its_time_is_over
            upstream_token::c31_a_lease_ends_with_the_version
            upstream_token::c31_of_fifty_who_want_the_lease_one_has_it
            upstream_token::they_are_listed_and_sealed_anew
            upstream_token::it_is_released_when_nobody_uses_it
        }
    };
}

macro_rules! list {
    ($($module:ident::$name:ident)+) => {
        /// All checks.
        pub const CHECKS: &[Check] =
            &[$(Check { name: stringify!($name), run: |nodes| Box::pin($module::$name(nodes)) }),+];
    };
}
crate::__each_store_check!([list]);
