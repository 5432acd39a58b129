//! Who raced for a code, and who came later with one that somebody else has used: only the second is a replay.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::store::Digest;

/// The place of an event in the order of all of them. Not a time: a clock has a resolution, and two events can share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(u64);

/// Codes that are being redeemed, and those of which a redemption was answered lately.
#[derive(Debug, Default)]
pub(crate) struct RedeemedCodes {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    moments: u64,
    codes: HashMap<Digest, Code>,
    /// The answered ones, the first first.
    answered: VecDeque<Digest>,
}

#[derive(Debug, Clone, Copy)]
enum Code {
    /// By how many requests.
    Redeeming(usize),
    Answered(Moment),
}

/// So many are remembered: the requests that are still on their way when one is answered.
const MOST: usize = 10_000;

impl RedeemedCodes {
    /// A request arrives.
    pub(crate) fn arrival(&self) -> Moment {
        self.lock().next()
    }

    /// From now on `code` is being redeemed.
    pub(super) fn begin(&self, code: Digest) {
        let mut state = self.lock();
        match state.codes.entry(code).or_insert(Code::Redeeming(0)) {
            Code::Redeeming(requests) => *requests += 1,
            Code::Answered(_) => {}
        }
    }

    /// One of them has its answer; `won`: the tokens.
    pub(super) fn end(&self, code: Digest, won: bool) {
        let mut state = self.lock();
        let now = state.next();
        match state.codes.get_mut(&code) {
            Some(entry) if won => {
                *entry = Code::Answered(now);
                state.answered.push_back(code);
            }
            Some(Code::Redeeming(requests)) if *requests > 1 => *requests -= 1,
            Some(Code::Redeeming(_)) => drop(state.codes.remove(&code)),
            Some(Code::Answered(_)) | None => {}
        }
        if state.answered.len() > MOST
            && let Some(first) = state.answered.pop_front()
        {
            state.codes.remove(&first);
        }
    }

    /// Whether a request that finds `code` used was on its way before anybody knew its tokens: then it is an honest client
    /// that asked twice at once. Of a code that another process redeemed, or before a restart, nothing is known.
    pub(super) fn raced(&self, code: &Digest, arrival: Moment) -> bool {
        match self.lock().codes.get(code) {
            Some(Code::Redeeming(_)) => true,
            Some(Code::Answered(answered)) => arrival < *answered,
            None => false,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn next(&mut self) -> Moment {
        self.moments += 1;
        Moment(self.moments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t22_whoever_arrived_before_the_answer_raced_and_whoever_came_later_did_not() {
        let (codes, code) = (RedeemedCodes::default(), Digest::of("code"));
        let early = codes.arrival();
        assert!(!codes.raced(&code, early), "nothing is known");
        codes.begin(code);
        codes.begin(code);
        assert!(codes.raced(&code, early));
        let racer = codes.arrival();
        codes.end(code, true);
        let late = codes.arrival();
        assert!(codes.raced(&code, early) && codes.raced(&code, racer) && !codes.raced(&code, late));
        codes.end(code, false);
        assert!(codes.raced(&code, racer), "a loser that ends later changes nothing");
    }

    #[test]
    fn c44_what_was_lost_or_is_old_takes_no_memory() {
        let codes = RedeemedCodes::default();
        for number in 0..MOST + 10 {
            let code = Digest::of(number.to_string());
            codes.begin(code);
            codes.end(code, true);
            let lost = Digest::of(format!("lost {number}"));
            codes.begin(lost);
            codes.end(lost, false);
        }
        let state = codes.lock();
        assert_eq!((state.codes.len(), state.answered.len()), (MOST, MOST));
    }
}
