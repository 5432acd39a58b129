//! What a person agreed to before.

use super::{
    Nodes,
    sample::{HOUR, RESOURCE, START, consent, person},
};

pub(super) async fn a_consent_takes_the_place_of_the_one_before(nodes: Nodes) {
    let me = person("1");
    assert_eq!(nodes.next().consent(&me, "client", RESOURCE).await.unwrap(), None);
    let first = consent(me.clone(), "client");
    nodes.next().remember_consent(first.clone()).await.unwrap();
    assert_eq!(nodes.next().consent(&me, "client", RESOURCE).await.unwrap(), Some(first.clone()));
    let mut second = first;
    second.client = None;
    second.scopes = vec!["notes:read".to_owned()];
    second.given_at = START.plus(HOUR);
    nodes.next().remember_consent(second.clone()).await.unwrap();
    assert_eq!(nodes.next().consent(&me, "client", RESOURCE).await.unwrap(), Some(second));
}

pub(super) async fn f17_a_consent_is_for_one_person_client_and_resource(nodes: Nodes) {
    let me = person("1");
    nodes.next().remember_consent(consent(me.clone(), "client")).await.unwrap();
    let mut elsewhere = me.clone();
    elsewhere.provider = String::from("gitlab");
    for (person, client, resource) in [
        (&person("2"), "client", RESOURCE),
        (&elsewhere, "client", RESOURCE),
        (&me, "other", RESOURCE),
        (&me, "client", "https://notes.example.com/"),
    ] {
        assert_eq!(nodes.next().consent(person, client, resource).await.unwrap(), None);
    }
    // They are known by what identifies them, not by what they are called.
    let mut renamed = me.clone();
    renamed.name = String::from("new name");
    assert!(nodes.next().consent(&renamed, "client", RESOURCE).await.unwrap().is_some());
}

pub(super) async fn a_consent_is_forgotten(nodes: Nodes) {
    let (me, you) = (person("1"), person("2"));
    for (person, client) in [(&me, "one"), (&me, "two"), (&me, "three"), (&you, "one")] {
        nodes.next().remember_consent(consent(person.clone(), client)).await.unwrap();
    }
    let known =
        async |person, client| nodes.next().consent(person, client, RESOURCE).await.unwrap().is_some();
    nodes.next().forget_consent(&me, "one", RESOURCE).await.unwrap();
    nodes.next().forget_consent(&me, "two", "https://notes.example.com/").await.unwrap();
    assert!(!known(&me, "one").await && known(&me, "two").await && known(&you, "one").await);
    nodes.next().forget_consents(&me).await.unwrap();
    assert!(!known(&me, "two").await && !known(&me, "three").await && known(&you, "one").await);
}
