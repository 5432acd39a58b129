//! Who raced for a code, and who came later with one that somebody else has used: only the second is a replay.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::store::{Digest, Timestamp};

/// When a request arrived: in the order of this process, and by the clock that processes have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival {
    pub(super) moment: Moment,
    pub(super) at: Timestamp,
}

impl Arrival {
    /// How long after a redemption in another process a request still counts as its racer: the store waits for two seconds
    /// for others at most, and the answer has to get to the client.
    const AFTER: Duration = Duration::from_secs(5);
    /// And how long before it a request may have arrived, while its body is on the way. Who arrives earlier than that has a
    /// clock that was set back.
    const BEFORE: Duration = Duration::from_secs(60);

    /// Whether it can have raced with a redemption at `redeemed` of which this process knows nothing else.
    pub(super) fn is_near(self, redeemed: Timestamp) -> bool {
        self.at >= redeemed.minus(Self::BEFORE) && self.at < redeemed.plus(Self::AFTER)
    }
}

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
    /// that asked twice at once. `None`: of a code that another process redeemed, or before a restart, nothing is known.
    pub(super) fn raced(&self, code: &Digest, arrival: Moment) -> Option<bool> {
        match self.lock().codes.get(code)? {
            Code::Redeeming(_) => Some(true),
            Code::Answered(answered) => Some(arrival < *answered),
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
        assert_eq!(codes.raced(&code, early), None, "nothing is known");
        codes.begin(code);
        codes.begin(code);
        assert_eq!(codes.raced(&code, early), Some(true));
        let racer = codes.arrival();
        codes.end(code, true);
        let late = codes.arrival();
        for (arrival, raced) in [(early, true), (racer, true), (late, false)] {
            assert_eq!(codes.raced(&code, arrival), Some(raced), "{arrival:?}");
        }
        codes.end(code, false);
        assert_eq!(codes.raced(&code, racer), Some(true), "a loser that ends later changes nothing");
    }

    #[test]
    fn t22_c27_a_racer_of_another_process_is_near_and_a_clock_that_was_set_back_makes_none() {
        let arrival = |millis| Arrival { moment: Moment(0), at: Timestamp::from_millis(millis) };
        let redeemed = Timestamp::from_millis(1_000_000);
        for (millis, near) in [
            (1_000_000, true),
            (1_004_999, true),
            (1_005_000, false),
            (940_000, true),
            (939_999, false),
            (0, false),
        ] {
            assert_eq!(arrival(millis).is_near(redeemed), near, "{millis}");
        }
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
