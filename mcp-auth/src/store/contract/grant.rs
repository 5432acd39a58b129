//! Grants.

use std::time::Duration;

use super::{
    Nodes,
    sample::{MILLI, MINUTE, START, code, grant, refresh_token},
};
use crate::store::{Digest, GrantRecord, Redemption, Rotation};

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
