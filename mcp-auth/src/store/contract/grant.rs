//! Grants.

use std::time::Duration;

use super::{
    Nodes,
    sample::{MILLI, MINUTE, START, code, grant, person, refresh_token},
};
use crate::store::{Digest, GrantFilter, GrantRecord, Redemption, Rotation, Timestamp};

/// A grant with a refresh token, both of this name.
pub(super) async fn begin(nodes: &Nodes, name: &str) {
    let code = code(name);
    nodes.next().insert_code(code.clone()).await.unwrap();
    let redeemed = nodes.next().redeem(&code.code, grant(name), refresh_token(name, name), START);
    assert_eq!(redeemed.await.unwrap(), Redemption::Done);
}

pub(super) async fn a_grant_without_a_code_is_kept_as_it_is(nodes: Nodes) {
    nodes.next().insert_grant(grant("machine")).await.unwrap();
    assert_eq!(nodes.next().grant("machine").await.unwrap(), Some(grant("machine")));
    let taken = GrantRecord { client_id: "another".to_owned(), ..grant("machine") };
    assert!(nodes.next().insert_grant(taken).await.is_err());
    assert_eq!(nodes.next().grant("machine").await.unwrap(), Some(grant("machine")));
    assert!(nodes.next().end_grant("machine", START.plus(MINUTE)).await.unwrap());
    assert_eq!(
        nodes.next().grants_ended_since(START).await.unwrap(),
        [("machine".to_owned(), START.plus(MINUTE))]
    );
}

pub(super) async fn a_grant_ends_once(nodes: Nodes) {
    begin(&nodes, "one").await;
    begin(&nodes, "two").await;
    assert_eq!(nodes.next().grant("one").await.unwrap(), Some(grant("one")));
    assert!(nodes.next().end_grant("one", START.plus(MINUTE)).await.unwrap());
    assert!(!nodes.next().end_grant("one", START.plus(MINUTE * 2)).await.unwrap());
    assert!(!nodes.next().end_grant("unknown", START).await.unwrap());
    let ended = nodes.next().grant("one").await.unwrap().unwrap();
    assert_eq!(ended.ended_at, Some(START.plus(MINUTE)));
    assert_eq!(nodes.next().grant("two").await.unwrap(), Some(grant("two")));
}

pub(super) async fn a_grant_that_ran_out_is_not_revived_by_a_clock_that_goes_back(nodes: Nodes) {
    begin(&nodes, "one").await;
    assert!(!nodes.next().end_grant("one", grant("one").expires_at).await.unwrap());
    let one = Digest::of("one");
    let rotated = nodes.next().rotate(&one, refresh_token("next", "one"), Vec::new(), Duration::ZERO, START);
    assert_eq!(rotated.await.unwrap(), Rotation::Refused);
}

pub(super) async fn ended_grants_are_told_from_the_given_moment_on(nodes: Nodes) {
    for (minute, name) in [(2, "b"), (1, "a"), (3, "c")] {
        begin(&nodes, name).await;
        nodes.next().end_grant(name, START.plus(MINUTE * minute)).await.unwrap();
    }
    begin(&nodes, "alive").await;
    let two = START.plus(MINUTE * 2);
    let told = |mut ended: Vec<(String, _)>| {
        ended.sort();
        ended.into_iter().map(|(id, _)| id).collect::<Vec<_>>()
    };
    assert_eq!(told(nodes.next().grants_ended_since(two).await.unwrap()), ["b", "c"]);
    assert_eq!(told(nodes.next().grants_ended_since(two.plus(MILLI)).await.unwrap()), ["c"]);
    let all = nodes.next().grants_ended_since(START).await.unwrap();
    assert!(all.contains(&("b".to_owned(), two)));
    assert_eq!(told(all), ["a", "b", "c"]);
}

pub(super) async fn f17_a_grant_that_ended_takes_its_refresh_tokens_along(nodes: Nodes) {
    begin(&nodes, "one").await;
    nodes.next().end_grant("one", START).await.unwrap();
    let (token, grant) = nodes.next().refresh_token(&Digest::of("one")).await.unwrap().unwrap();
    assert_eq!((token, grant.ended_at), (refresh_token("one", "one"), Some(START)));
    let one = Digest::of("one");
    let rotated = nodes.next().rotate(&one, refresh_token("next", "one"), Vec::new(), MINUTE, START);
    assert_eq!(rotated.await.unwrap(), Rotation::Refused);
    assert_eq!(nodes.next().refresh_token(&Digest::of("next")).await.unwrap(), None);
}

pub(super) async fn of_fifty_who_end_a_grant_one_does(nodes: Nodes) {
    for round in 0..20 {
        let name = format!("round {round}");
        begin(&nodes, &name).await;
        let results = nodes.race(move |store, _| {
            let name = name.clone();
            Box::pin(async move { store.end_grant(&name, START).await })
        });
        assert_eq!(results.await.into_iter().filter(|ended| *ended).count(), 1);
    }
}

/// Grants of two people with two clients each, `person/client`.
async fn begin_several(nodes: &Nodes) {
    for (id, client) in [("1", "a"), ("1", "b"), ("2", "a"), ("2", "b")] {
        let name = format!("{id}/{client}");
        let (mut code, mut grant) = (code(&name), grant(&name));
        (code.person, grant.person) = (person(id), person(id));
        (code.client_id, grant.client_id) = (client.to_owned(), client.to_owned());
        let mut waiting = code.clone();
        waiting.code = Digest::of(format!("waiting {name}"));
        nodes.next().insert_code(waiting).await.unwrap();
        nodes.next().insert_code(code.clone()).await.unwrap();
        let redeemed = nodes.next().redeem(&code.code, grant, refresh_token(&name, &name), START);
        assert_eq!(redeemed.await.unwrap(), Redemption::Done);
    }
}

fn of(id: Option<&str>, client: Option<&str>) -> GrantFilter {
    GrantFilter { person: id.map(person), client_id: client.map(str::to_owned) }
}

async fn listed(nodes: &Nodes, filter: &GrantFilter, now: Timestamp) -> Vec<String> {
    let (mut ids, mut after) = (Vec::new(), None::<String>);
    loop {
        let page = nodes.next().grants(filter, after.as_deref(), 2, now).await.unwrap();
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { return ids };
        after = Some(last.id.clone());
        ids.extend(page.into_iter().map(|grant| grant.id));
    }
}

async fn is_waiting(nodes: &Nodes, name: &str) -> bool {
    nodes.next().code(&Digest::of(format!("waiting {name}"))).await.unwrap().is_some()
}

pub(super) async fn grants_are_listed_page_by_page(nodes: Nodes) {
    begin_several(&nodes).await;
    assert_eq!(listed(&nodes, &of(None, None), START).await, ["1/a", "1/b", "2/a", "2/b"]);
    assert_eq!(listed(&nodes, &of(Some("1"), None), START).await, ["1/a", "1/b"]);
    assert_eq!(listed(&nodes, &of(None, Some("b")), START).await, ["1/b", "2/b"]);
    assert_eq!(listed(&nodes, &of(Some("2"), Some("a")), START).await, ["2/a"]);
    assert_eq!(listed(&nodes, &of(Some("3"), None), START).await, Vec::<String>::new());
    nodes.next().end_grant("1/a", START).await.unwrap();
    assert_eq!(listed(&nodes, &of(Some("1"), None), START).await, ["1/b"]);
    let over = grant("any").expires_at;
    assert_eq!(listed(&nodes, &of(None, None), over.minus(MILLI)).await.len(), 3);
    assert_eq!(listed(&nodes, &of(None, None), over).await, Vec::<String>::new());
}

pub(super) async fn grants_end_by_person_and_by_client(nodes: Nodes) {
    begin_several(&nodes).await;
    let now = START.plus(MINUTE / 2);
    let ended = nodes.next().end_grants(&of(Some("1"), Some("a")), 10, now).await.unwrap();
    assert_eq!(ended.len(), 1);
    assert_eq!((ended[0].id.as_str(), ended[0].ended_at), ("1/a", Some(now)));
    assert!(!is_waiting(&nodes, "1/a").await && is_waiting(&nodes, "1/b").await);
    let ended = nodes.next().end_grants(&of(None, Some("a")), 10, now).await.unwrap();
    assert_eq!(ended.into_iter().map(|grant| grant.id).collect::<Vec<_>>(), ["2/a"]);
    assert_eq!(listed(&nodes, &of(None, None), now).await, ["1/b", "2/b"]);
    let one = Digest::of("2/a");
    let rotated = nodes.next().rotate(&one, refresh_token("next", "2/a"), Vec::new(), MINUTE, now);
    assert_eq!(rotated.await.unwrap(), Rotation::Refused);
    // The replay of a code is still known as one.
    assert!(nodes.next().code(&Digest::of("2/a")).await.unwrap().is_some());
    assert_eq!(nodes.next().end_grants(&of(None, Some("a")), 10, now).await.unwrap(), []);
    let told = nodes.next().grants_ended_since(now).await.unwrap();
    assert_eq!(told.len(), 2);
}

pub(super) async fn c26_all_grants_end_and_no_code_becomes_one(nodes: Nodes) {
    begin_several(&nodes).await;
    let mut ended = Vec::new();
    loop {
        let some = nodes.next().end_grants(&GrantFilter::default(), 3, START).await.unwrap();
        assert!(some.len() <= 3);
        let last = some.len() < 3;
        ended.extend(some);
        if last {
            break;
        }
    }
    assert_eq!(ended.len(), 4);
    assert_eq!(listed(&nodes, &of(None, None), START).await, Vec::<String>::new());
    for name in ["1/a", "1/b", "2/a", "2/b"] {
        assert!(!is_waiting(&nodes, name).await, "{name}");
    }
    let waiting = Digest::of("waiting 1/a");
    let late = nodes.next().redeem(&waiting, grant("late"), refresh_token("late", "late"), START);
    assert_eq!(late.await.unwrap(), Redemption::Refused);
}

pub(super) async fn of_fifty_who_end_all_grants_each_ends_with_one(nodes: Nodes) {
    for number in 0..40 {
        begin(&nodes, &format!("grant {number}")).await;
    }
    let results = nodes
        .race(|store, _| Box::pin(async move { store.end_grants(&GrantFilter::default(), 1, START).await }));
    let mut ended: Vec<_> = results.await.into_iter().flatten().map(|grant| grant.id).collect();
    assert_eq!(ended.len(), 40);
    ended.sort();
    ended.dedup();
    assert_eq!(ended.len(), 40, "no grant ends twice");
}
