//! The suite finds what it is there for: each of these stores has one classic fault, and the check that is named fails.

mod broken;
mod faults;

use std::sync::Arc;

use broken::{Broken, Fault};
use tokio::runtime::Builder;

use super::{CHECKS, Opened};
use crate::store::MemoryStore;

/// Whether the check of this name fails on a store with this fault.
fn fails(name: &str, fault: Option<Fault>) -> bool {
    let runtime = Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let check = CHECKS.iter().find(|check| check.name == name).unwrap_or_else(|| panic!("no check {name}"));
    runtime.block_on(async {
        let store = Arc::new(Broken::new(fault));
        let opened = Opened::new(Arc::clone(&store)).node(store);
        let opened = match fault {
            // It answers before anything is durable.
            Some(Fault::ForgetsInACrash) => opened.crash(|| async { Opened::new(MemoryStore::new()) }),
            _ => opened,
        };
        tokio::spawn(check.run(opened)).await.is_err()
    })
}

macro_rules! broken_stores {
    ($($test:ident: $fault:ident => $($check:literal)+;)+) => {
        $(
            #[test]
            fn $test() {
                for check in [$($check),+] {
                    assert!(fails(check, Some(Fault::$fault)), "{check} does not notice {:?}", Fault::$fault);
                }
            }
        )+

        /// So it is the fault that is found, and not the wrapper.
        #[test]
        fn the_same_store_without_a_fault_keeps_the_contract() {
            for check in [$($($check),+),+] {
                assert!(!fails(check, None), "{check}");
            }
        }
    };
}

broken_stores! {
    a_code_that_is_read_and_then_written: ReadsThenWrites =>
        "s40_f16_c29_t22_of_fifty_redemptions_one_wins" "c28_nodes_whose_clocks_differ_agree_on_one_winner";
    expiry_that_is_ignored: IgnoresExpiry =>
        "s40_a_code_is_too_late_when_it_expires" "a_session_is_kept_until_it_expires"
        "a_client_is_kept_until_it_expires";
    expiry_that_is_off_by_a_millisecond: OffByOne =>
        "s40_a_code_is_too_late_when_it_expires" "a_session_is_kept_until_it_expires"
        "a_sign_in_is_too_late_when_it_expires" "a_token_is_too_late_when_it_or_its_grant_expires";
    a_revocation_that_is_lost: LosesRevocations =>
        "a_grant_ends_once" "f17_a_grant_that_ended_takes_its_refresh_tokens_along"
        "c27_what_ended_stays_ended_whatever_the_clock_says";
    a_revocation_that_other_nodes_never_learn_of: HidesRevocations =>
        "ended_grants_are_told_from_the_given_moment_on" "s52_t24_reuse_ends_the_grant";
    a_rotation_with_two_successors: TwoSuccessors =>
        "t24_within_the_grace_the_same_comes_again" "c30_t24_of_fifty_rotations_one_wins_and_all_get_the_same";
    a_swap_that_forgets_the_version: SwapsBlindly =>
        "it_is_replaced_by_whoever_has_read_it" "c31_of_fifty_swaps_one_wins";
    a_sign_in_that_is_consumed_before_it_is_checked: ConsumesFirst =>
        "a_sign_in_is_taken_once_by_its_browser";
    an_id_of_an_upstream_token_that_comes_back: ReusesIds =>
        "an_id_never_comes_back";
    clients_with_secrets_that_are_the_same_client: SharesSecrets =>
        "a_client_with_a_secret_is_never_shared";
    a_clean_up_that_removes_what_lives: ExpiresTheLiving =>
        "nothing_that_lives_is_removed" "a_code_is_known_for_a_day" "a_grant_that_ended_is_told_for_a_day";
    a_redemption_in_two_steps: IssuesLater =>
        "f16_an_error_does_not_burn_the_code" "c50_a_redemption_that_nobody_waits_for_happens_wholly_or_not";
    a_store_that_answers_before_it_is_durable: ForgetsInACrash =>
        "c17_a_redemption_that_was_answered_survives_a_crash" "c18_a_rotation_that_was_answered_survives_a_crash"
        "c19_an_end_that_was_answered_survives_a_crash" "c20_a_registration_that_was_answered_survives_a_crash"
        "c15_upstream_tokens_and_sign_ins_that_were_answered_survive_a_crash";
}
