//! What the server hands out for somebody to bring back is bound to that somebody: session ids, task ids, the state
//! between two rounds of a request, handles and tickets of the user's own tools.
//!
//! The owner is (issuer, subject, client), not the token, so that a refreshed token goes on. Who has no token is
//! "nobody": what nobody was given, everybody without a token can bring back who holds it, and nobody with one.

mod key;
mod round;
mod sealed;
mod ticket;

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rmcp::model::Task;

use key::parts;
pub(crate) use key::{StateKey, TooShort};
pub(crate) use round::Round;
use sealed::{NotSealed, Sealer};
pub(crate) use ticket::TicketSealer;

use crate::{Principal, Problem, clock::Clock};

/// The keys of one server, each for one purpose.
pub(crate) struct Binding {
    sessions: hmac::Key,
    tasks: hmac::Key,
    state: Sealer,
    state_time: Duration,
    handles: Sealer,
    pub(crate) tickets: TicketSealer,
}

impl Binding {
    /// `state_time`: how long a `requestState` is good.
    pub(crate) fn new(
        key: &StateKey,
        resource: &str,
        state_time: Duration,
        clock: &Clock,
    ) -> Result<Self, Problem> {
        let derive = |purpose| {
            key.derive(purpose, resource).map_err(|_| {
                let help = "this is a fault of the system's cryptography: report it";
                Problem::new("AuthBuilder::session_key", "no key can be derived from it", help)
            })
        };
        Ok(Self {
            sessions: derive("session")?.hmac(),
            tasks: derive("task")?.hmac(),
            state: Sealer::new(&derive("request state")?, clock.clone()),
            state_time,
            handles: Sealer::new(&derive("handle")?, clock.clone()),
            tickets: TicketSealer::new(key.clone(), clock.clone()),
        })
    }

    /// The id under which a client knows a session of rmcp's.
    pub(super) fn session_id(&self, id: &str, owner: Option<&Principal>) -> String {
        sign(&self.sessions, id, owner)
    }

    /// rmcp's id, if this one was made for `owner`.
    pub(super) fn own_session_id<'a>(&self, id: &'a str, owner: Option<&Principal>) -> Option<&'a str> {
        verify(&self.sessions, id, owner)
    }

    /// The id under which `owner` knows a task of the user's handler. The same each time: clients compare.
    pub(crate) fn task_id(&self, id: &str, owner: Option<&Principal>) -> String {
        sign(&self.tasks, id, owner)
    }

    /// The handler's own id of a task, if it is one of `owner`'s.
    pub(crate) fn own_task_id<'a>(&self, id: &'a str, owner: Option<&Principal>) -> Option<&'a str> {
        verify(&self.tasks, id, owner)
    }

    /// A task on its way to `owner`.
    pub(crate) fn bind_task(&self, task: &mut Task, owner: Option<&Principal>) {
        task.task_id = self.task_id(&task.task_id, owner);
    }

    /// A value that `owner` brings back to the same `purpose` within `lifetime`.
    pub(crate) fn seal_handle(
        &self,
        owner: &Principal,
        purpose: &str,
        value: &[u8],
        lifetime: Duration,
    ) -> Result<String, NotSealed> {
        self.handles.seal(&context(purpose, Some(owner)), value, lifetime)
    }

    /// What [`seal_handle`](Self::seal_handle) sealed.
    pub(crate) fn open_handle(&self, owner: &Principal, purpose: &str, handle: &str) -> Option<Vec<u8>> {
        self.handles.open(&context(purpose, Some(owner)), handle)
    }
}

/// What something is for, and whose it is.
fn context(purpose: &str, owner: Option<&Principal>) -> Vec<u8> {
    parts(&[
        Some(purpose),
        owner.map(Principal::issuer),
        owner.map(Principal::subject),
        owner.and_then(Principal::client_id),
    ])
}

/// `id` and an HMAC over it and its owner.
fn sign(key: &hmac::Key, id: &str, owner: Option<&Principal>) -> String {
    format!("{id}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(key, &context(id, owner))))
}

fn verify<'a>(key: &hmac::Key, signed: &'a str, owner: Option<&Principal>) -> Option<&'a str> {
    let (id, tag) = signed.rsplit_once('.')?;
    let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
    hmac::verify(key, &context(id, owner), &tag).is_ok().then_some(id)
}

#[cfg(test)]
impl Binding {
    /// The keys that the tests of other stages share.
    pub(crate) fn for_tests() -> std::sync::Arc<Self> {
        let key = StateKey::new(&[7; 32]).unwrap();
        let resource = "https://resource.example/mcp";
        let binding = Self::new(&key, resource, Duration::from_secs(600), &Clock::system());
        std::sync::Arc::new(binding.unwrap())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r53_r57_an_id_is_good_for_its_owner_and_its_purpose_alone() {
        let binding = Binding::for_tests();
        let owner = |issuer: &str, subject: &str, client: Option<&str>| {
            Principal::new(issuer, subject, client.map(str::to_owned))
        };
        let alice = owner("https://a.example", "alice", Some("app"));
        let others = [
            owner("https://b.example", "alice", Some("app")),
            owner("https://a.example", "bob", Some("app")),
            owner("https://a.example", "alice", Some("other")),
            owner("https://a.example", "alice", None),
            owner("https://a.examplealice", "", Some("app")),
        ];
        for id in ["x", "", "a.b", "é"] {
            let task = binding.task_id(id, Some(&alice));
            assert_eq!(binding.own_task_id(&task, Some(&alice)), Some(id));
            assert_eq!(task, binding.task_id(id, Some(&alice)), "clients compare");
            for other in others.iter().map(Some).chain([None]) {
                assert_eq!(binding.own_task_id(&task, other), None, "{other:?}");
                assert_ne!(binding.task_id(id, other), task);
            }
            assert_eq!(binding.own_session_id(&task, Some(&alice)), None, "a task is no session");
            assert_eq!(binding.own_task_id(id, Some(&alice)), None, "the handler's own id is worth nothing");
        }
    }

    #[test]
    fn r53_handles_and_tickets_are_bound_to_purpose_and_person() {
        let binding = Binding::for_tests();
        let hour = Duration::from_secs(3600);
        let [alice, on_phone, bob] = [("alice", "app"), ("alice", "phone"), ("bob", "app")]
            .map(|(subject, client)| Principal::new("https://a.example", subject, Some(client.to_owned())));
        let handle = binding.seal_handle(&alice, "export", b"7", hour).unwrap();
        assert_eq!(binding.open_handle(&alice, "export", &handle).unwrap(), b"7");
        for (owner, purpose) in [(&bob, "export"), (&on_phone, "export"), (&alice, "import")] {
            assert_eq!(binding.open_handle(owner, purpose, &handle), None, "{owner:?} {purpose}");
        }
        let person = ("https://a.example", "alice");
        let ticket = binding.tickets.seal(person, "connect", b"7", hour).unwrap();
        assert_eq!(binding.tickets.open(person, "connect", &ticket).unwrap(), b"7");
        assert_eq!(binding.tickets.open(("https://a.example", "bob"), "connect", &ticket), None);
        assert_eq!(binding.tickets.open(("https://b.example", "alice"), "connect", &ticket), None);
        assert_eq!(binding.tickets.open(person, "export", &ticket), None);
        assert_eq!(binding.open_handle(&alice, "connect", &ticket), None, "a ticket is no handle");
    }
}
