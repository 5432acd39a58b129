//! Whoever a session id was not made for cannot open it, whatever they do to it. Task ids are made the same way.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use proptest::prelude::*;

use crate::{
    AuthInfo, Principal,
    authorize::{Caller, Catalog},
    clock::Clock,
    transport::{Binding, StateKey, session::Sessions},
};

static SESSIONS: LazyLock<Sessions> = LazyLock::new(|| sessions(7));

fn sessions(key: u8) -> Sessions {
    Sessions::new(binding(key), Clock::fixed(0))
}

fn binding(key: u8) -> Arc<Binding> {
    let key = StateKey::new(&[key; 32]).unwrap();
    let resource = "https://resource.example/mcp";
    Arc::new(Binding::new(&key, resource, Duration::from_secs(600), &Clock::fixed(0)).unwrap())
}

fn caller(subject: Option<&str>) -> Caller {
    let catalog = Catalog::new([]);
    subject.map_or(Caller::Anonymous, |subject| Caller::Known(AuthInfo::for_tests(subject, &[], &catalog)))
}

/// Names of which one is the beginning of another, or contains what separates parts elsewhere.
fn name() -> impl Strategy<Value = String> {
    let tricky = prop::sample::select(vec!["a", "ab", "a.b", "a\u{0}", "a\u{1}", "A", "", "alice", "ä"]);
    prop_oneof![4 => tricky.prop_map(str::to_owned), 1 => "\\PC{0,8}"]
}

/// Somebody, or nobody.
fn owner() -> impl Strategy<Value = Option<Principal>> {
    let somebody = (name(), name(), prop::option::of(name()));
    prop::option::weighted(
        0.9,
        somebody.prop_map(|(issuer, subject, client)| Principal::new(issuer, subject, client)),
    )
}

/// `text` with one piece of it replaced.
fn changed(text: &str, at: prop::sample::Index, with: &str) -> String {
    let at = at.index(text.len());
    format!("{}{with}{}", &text[..at], &text[at + 1..])
}

proptest! {
    #[test]
    fn a_session_opens_for_its_owner_and_for_nobody_else(
        id in "[!-~]{1,40}",
        owner in name(),
        other in prop::option::of(name()),
        at in any::<prop::sample::Index>(),
        with in "[ -~]{0,2}",
    ) {
        let alice = caller(Some(&owner));
        let sealed = SESSIONS.seal(&id, &alice).id;
        prop_assert_eq!(SESSIONS.open(&sealed, &alice).map(|opened| opened.id), Some(id));
        let opens = SESSIONS.open(&sealed, &caller(other.as_deref())).is_some();
        prop_assert_eq!(opens, other.as_ref() == Some(&owner));
        prop_assert!(sessions(8).open(&sealed, &alice).is_none(), "under another key");
        let changed = changed(&sealed, at, &with);
        prop_assert_eq!(SESSIONS.open(&changed, &alice).is_some(), changed == sealed);
    }

    /// Issuer, subject and client: no two owners are the same one because of where one part ends.
    #[test]
    fn an_id_is_one_owners(id in "[!-~]{0,12}", a in owner(), b in owner(), other in "[!-~]{0,12}") {
        let binding = binding(7);
        let of_session = binding.session_id(&id, a.as_ref());
        prop_assert_eq!(binding.own_session_id(&of_session, b.as_ref()), (a == b).then_some(id.as_str()));
        let of_task = binding.task_id(&id, a.as_ref());
        prop_assert_eq!(binding.own_task_id(&of_task, b.as_ref()), (a == b).then_some(id.as_str()));
        // What is made for one purpose is nothing for another.
        prop_assert_eq!(binding.own_task_id(&of_session, a.as_ref()), None);
        prop_assert_eq!(binding.session_id(&other, b.as_ref()) == of_session, other == id && a == b);
    }
}
