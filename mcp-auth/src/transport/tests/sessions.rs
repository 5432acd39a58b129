//! Whoever a session id was not made for cannot open it, whatever they do to it.

use std::sync::LazyLock;

use proptest::prelude::*;

use crate::{
    AuthInfo,
    authorize::{Caller, Catalog},
    clock::Clock,
    transport::session::Sessions,
};

static SESSIONS: LazyLock<Sessions> = LazyLock::new(|| Sessions::new(None, Clock::fixed(0)).unwrap());

fn caller(subject: Option<&str>) -> Caller {
    let catalog = Catalog::new([]);
    subject.map_or(Caller::Anonymous, |subject| Caller::Known(AuthInfo::for_tests(subject, &[], &catalog)))
}

/// Subjects of which one is the beginning of another, or contains what separates parts elsewhere.
fn subject() -> impl Strategy<Value = Option<String>> {
    let tricky = prop::sample::select(vec!["a", "ab", "a.b", "a\u{0}", "a\u{1}", "A", "", "alice", "ä"]);
    prop_oneof![
        1 => Just(None),
        4 => tricky.prop_map(|text| Some(text.to_owned())),
        2 => "\\PC{0,8}".prop_map(Some),
    ]
}

proptest! {
    #[test]
    fn a_session_opens_for_its_owner_and_for_nobody_else(
        id in "[!-~]{1,40}",
        owner in subject().prop_filter("with an owner", Option::is_some),
        other in subject(),
    ) {
        let sealed = SESSIONS.seal(&id, &caller(owner.as_deref()));
        let opened = SESSIONS.open(&sealed, &caller(owner.as_deref()));
        prop_assert_eq!(opened.map(|opened| opened.id), Some(id));
        prop_assert_eq!(SESSIONS.open(&sealed, &caller(other.as_deref())).is_some(), owner == other);
        // Nor under the key of another process.
        let elsewhere = Sessions::new(None, Clock::fixed(0)).unwrap();
        prop_assert!(elsewhere.open(&sealed, &caller(owner.as_deref())).is_none());
    }

    #[test]
    fn a_changed_id_is_nobodys(
        id in "[a-z0-9-]{1,36}",
        owner in subject().prop_filter("with an owner", Option::is_some),
        at in any::<prop::sample::Index>(),
        with in "[ -~]{0,2}",
    ) {
        let owner = caller(owner.as_deref());
        let sealed = SESSIONS.seal(&id, &owner);
        let mut changed = sealed.clone();
        let at = at.index(changed.len());
        changed.replace_range(at..=at, &with);
        prop_assume!(changed != sealed);
        prop_assert!(SESSIONS.open(&changed, &owner).is_none(), "{} opens as {}", sealed, changed);
    }
}
