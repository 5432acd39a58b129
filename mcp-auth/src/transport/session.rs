//! Sessions of the older protocol versions, bound to their owner.
//!
//! What the client holds is rmcp's id plus an HMAC over (id, owner): nobody can present an id that was not made for
//! them, and nothing can be fixed in advance. Whoever is not the owner is treated as if the id did not exist. The owner
//! is (issuer, subject, client), not the token, so that a refreshed token goes on.
//!
//! How many there are is bounded: what strangers can open all together, and what one owner can.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio_util::sync::CancellationToken;

use super::binding::Binding;
use crate::{AuthInfo, Principal, authorize::Caller, clock::Clock};

/// How many sessions opened without a token may wait for their owner.
const MAX_UNOWNED: usize = 10_000;
/// How many one owner may hold. One more ends that of theirs which nobody has used for longest.
const MAX_OWNED: usize = 256;
/// How often it is looked which of them still live: when strangers find no room, and otherwise.
const LOOK_AFTER_WHEN_FULL: Duration = Duration::from_secs(1);
const LOOK_AFTER: Duration = Duration::from_secs(60);

/// Whose session an id names.
pub(super) struct Sessions {
    binding: Arc<Binding>,
    book: Mutex<Book>,
    clock: Clock,
}

/// The sessions that were opened and have not ended, as far as is known.
#[derive(Default)]
struct Book {
    /// By rmcp's id.
    sessions: HashMap<String, Session>,
    of: HashMap<Principal, HashSet<String>>,
    unowned: usize,
    /// When it was last looked which of them still live.
    looked: Option<Duration>,
}

struct Session {
    /// None, if it was opened without a token: it gets its owner once, from the first good token that comes with it.
    owner: Option<Principal>,
    /// When somebody last came with it.
    used: Duration,
    /// Ends the streams that were opened before the session had an owner.
    unowned_streams: CancellationToken,
}

/// A session that the caller may use.
pub(super) struct Opened {
    /// rmcp's id.
    pub(super) id: String,
    /// For the caller without a token: when their streams must end.
    pub(super) until_adopted: Option<CancellationToken>,
    /// A session of the same owner that has to end, because this one is now theirs as well.
    pub(super) surplus: Option<String>,
}

/// A session that has just been opened.
pub(super) struct Sealed {
    /// What the client gets.
    pub(super) id: String,
    /// A session of the same owner that has to end for it.
    pub(super) surplus: Option<String>,
}

impl Sessions {
    pub(super) fn new(binding: Arc<Binding>, clock: Clock) -> Self {
        Self { binding, book: Mutex::default(), clock }
    }

    /// The id that `caller` gets for the session that rmcp has just opened for them.
    pub(super) fn seal(&self, id: &str, caller: &Caller) -> Sealed {
        let owner = owner(caller);
        let surplus = self.lock().add(id, owner, self.clock.monotonic());
        Sealed { id: self.binding.session_id(id, owner), surplus }
    }

    /// rmcp's id, if `sealed` names a session of this caller. A session opened without a token is given to the first
    /// good token that presents it.
    pub(super) fn open(&self, sealed: &str, caller: &Caller) -> Option<Opened> {
        let owner = owner(caller);
        let own = owner.and_then(|_| self.binding.own_session_id(sealed, owner));
        let id = own.or_else(|| self.binding.own_session_id(sealed, None))?;
        let now = self.clock.monotonic();
        let mut book = self.lock();
        let mut opened = Opened { id: id.to_owned(), until_adopted: None, surplus: None };
        let session = book.sessions.get_mut(id);
        if own.is_some() {
            // Where another node opened it, rmcp has the last word.
            if let Some(session) = session {
                session.used = now;
            }
            return Some(opened);
        }
        let session = session?;
        session.used = now;
        match (owner, &session.owner) {
            (None, None) => opened.until_adopted = Some(session.unowned_streams.clone()),
            (Some(owner), Some(adopted)) if owner == adopted => {}
            (Some(owner), None) => opened.surplus = book.adopt(id, owner),
            _ => return None,
        }
        Some(opened)
    }

    /// The session is over.
    pub(super) fn forget(&self, id: &str) {
        self.lock().remove(id);
    }

    /// Whether another session may be opened without a token.
    pub(super) fn has_room(&self) -> bool {
        self.lock().unowned < MAX_UNOWNED
    }

    /// All sessions, to look which of them still live. None, if somebody has just looked: when there is no room,
    /// strangers ask as often as they like.
    pub(super) fn to_look_after(&self) -> Vec<String> {
        let now = self.clock.monotonic();
        let mut book = self.lock();
        let pause = if book.unowned < MAX_UNOWNED { LOOK_AFTER } else { LOOK_AFTER_WHEN_FULL };
        if book.looked.is_some_and(|at| now.saturating_sub(at) < pause) {
            return Vec::new();
        }
        book.looked = Some(now);
        book.sessions.keys().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn owner(caller: &Caller) -> Option<&Principal> {
    caller.auth().map(AuthInfo::principal)
}

impl Book {
    fn add(&mut self, id: &str, owner: Option<&Principal>, used: Duration) -> Option<String> {
        let session = Session { owner: None, used, unowned_streams: CancellationToken::new() };
        self.sessions.insert(id.to_owned(), session);
        self.unowned += 1;
        owner.and_then(|owner| self.adopt(id, owner))
    }

    /// Gives a session without an owner to `owner`. Returns the one that is too many for them.
    fn adopt(&mut self, id: &str, owner: &Principal) -> Option<String> {
        let session = self.sessions.get_mut(id)?;
        session.owner = Some(owner.clone());
        session.unowned_streams.cancel();
        self.unowned -= 1;
        let theirs = self.of.entry(owner.clone()).or_default();
        let full = theirs.len() >= MAX_OWNED;
        let idle = theirs.iter().min_by_key(|id| self.sessions.get(*id).map(|session| session.used));
        let surplus = idle.filter(|_| full).cloned();
        theirs.insert(id.to_owned());
        if let Some(surplus) = &surplus {
            self.remove(surplus);
        }
        surplus
    }

    fn remove(&mut self, id: &str) {
        let Some(session) = self.sessions.remove(id) else { return };
        session.unowned_streams.cancel();
        let Some(owner) = session.owner else {
            self.unowned -= 1;
            return;
        };
        if let Some(theirs) = self.of.get_mut(&owner) {
            theirs.remove(id);
            if theirs.is_empty() {
                self.of.remove(&owner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authorize::Catalog;

    fn sessions() -> (Sessions, Clock) {
        let clock = Clock::fixed(1_800_000_000);
        (Sessions::new(Binding::for_tests(), clock.clone()), clock)
    }

    fn known(subject: &str) -> Caller {
        Caller::Known(AuthInfo::for_tests(subject, &[], &Catalog::new(std::iter::empty())))
    }

    #[test]
    fn strangers_do_not_make_us_look_after_all_sessions_at_each_request() {
        let (sessions, clock) = sessions();
        sessions.seal("a", &Caller::Anonymous);
        sessions.seal("b", &known("alice"));
        assert_eq!(sessions.to_look_after().len(), 2);
        assert_eq!(sessions.to_look_after(), [""; 0]);
        clock.advance(LOOK_AFTER);
        assert_eq!(sessions.to_look_after().len(), 2);
    }

    #[test]
    fn r57_one_owner_holds_so_many_and_the_idle_one_ends_first() {
        let (sessions, clock) = sessions();
        let [alice, bob] = ["alice", "bob"].map(known);
        let sealed = |number: usize| {
            clock.advance(Duration::from_secs(1));
            sessions.seal(&number.to_string(), &alice)
        };
        let all: Vec<_> = (0..MAX_OWNED).map(sealed).collect();
        assert!(all.iter().all(|sealed| sealed.surplus.is_none()));
        assert!(sessions.open(&all[0].id, &alice).is_some());
        assert_eq!(sealed(MAX_OWNED).surplus.as_deref(), Some("1"), "0 has just been used");
        assert_eq!(sessions.seal("of bob", &bob).surplus, None, "nobody pays for another");
        sessions.forget("2");
        assert_eq!(sealed(MAX_OWNED + 1).surplus, None, "there is room again");
    }

    /// Who opens without a token and then signs in has no more than others.
    #[test]
    fn t3_an_adopted_session_counts_for_its_owner_and_no_longer_for_strangers() {
        let (sessions, clock) = sessions();
        let alice = known("alice");
        for number in 0..=MAX_OWNED {
            clock.advance(Duration::from_secs(1));
            let sealed = sessions.seal(&number.to_string(), &Caller::Anonymous);
            assert_eq!(sessions.lock().unowned, 1);
            let opened = sessions.open(&sealed.id, &alice).unwrap();
            assert_eq!(opened.surplus.as_deref(), (number == MAX_OWNED).then_some("0"));
            assert_eq!(sessions.lock().unowned, 0);
            assert!(sessions.open(&sealed.id, &known("bob")).is_none());
            assert!(sessions.open(&sealed.id, &Caller::Anonymous).is_none());
        }
        for number in 0..=MAX_OWNED {
            sessions.forget(&number.to_string());
        }
        let book = sessions.lock();
        assert!(
            book.sessions.is_empty() && book.of.is_empty() && book.unowned == 0,
            "nothing is left behind"
        );
    }
}
