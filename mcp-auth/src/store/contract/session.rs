//! Sessions of browsers.

use super::{
    Nodes,
    sample::{MILLI, START, person, session},
};
use crate::store::Digest;

pub(super) async fn a_session_is_kept_until_it_expires(nodes: Nodes) {
    let one = session("one");
    nodes.next().insert_session(one.clone()).await.unwrap();
    let last = one.expires_at.minus(MILLI);
    assert_eq!(nodes.next().session(&one.session, last).await.unwrap(), Some(one.clone()));
    assert_eq!(nodes.next().session(&one.session, one.expires_at).await.unwrap(), None);
    assert_eq!(nodes.next().session(&Digest::of("unknown"), START).await.unwrap(), None);
    nodes.next().insert_session(one).await.unwrap_err();
}

pub(super) async fn a_session_ends(nodes: Nodes) {
    let (one, mut two) = (session("one"), session("two"));
    two.upstream = None;
    nodes.next().insert_session(one.clone()).await.unwrap();
    nodes.next().insert_session(two.clone()).await.unwrap();
    nodes.next().end_session(&one.session).await.unwrap();
    nodes.next().end_session(&one.session).await.unwrap();
    assert_eq!(nodes.next().session(&one.session, START).await.unwrap(), None);
    assert_eq!(nodes.next().session(&two.session, START).await.unwrap(), Some(two));
}

pub(super) async fn sessions_of_a_person_end(nodes: Nodes) {
    for (name, id) in [("one", "1"), ("two", "1"), ("three", "2")] {
        let mut session = session(name);
        session.person = person(id);
        nodes.next().insert_session(session).await.unwrap();
    }
    let lives = async |name| nodes.next().session(&session(name).session, START).await.unwrap().is_some();
    nodes.next().end_sessions(Some(&person("1"))).await.unwrap();
    assert!(!lives("one").await && !lives("two").await && lives("three").await);
    nodes.next().end_sessions(None).await.unwrap();
    assert!(!lives("three").await);
}
