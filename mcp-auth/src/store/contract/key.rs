//! Keys of the authorization server itself.

use super::{
    Nodes,
    sample::{MILLI, START, key},
};

pub(super) async fn keys_of_one_purpose_the_oldest_first(nodes: Nodes) {
    assert_eq!(nodes.next().keys("sign").await.unwrap(), []);
    assert!(nodes.next().insert_first_key(key("one", "sign")).await.unwrap());
    assert!(!nodes.next().insert_first_key(key("two", "sign")).await.unwrap());
    assert!(nodes.next().insert_first_key(key("three", "seal")).await.unwrap());
    assert_eq!(nodes.next().keys("sign").await.unwrap(), [key("one", "sign")]);
    assert_eq!(nodes.next().keys("seal").await.unwrap(), [key("three", "seal")]);
}

pub(super) async fn of_fifty_first_keys_one_is_kept(nodes: Nodes) {
    for round in 0..20 {
        let purpose = format!("purpose {round}");
        let results = nodes.race({
            let purpose = purpose.clone();
            move |store, number| store.insert_first_key(key(&format!("{round}-{number}"), &purpose))
        });
        assert_eq!(results.await.into_iter().filter(|kept| *kept).count(), 1);
        assert_eq!(nodes.next().keys(&purpose).await.unwrap().len(), 1);
    }
}

pub(super) async fn of_fifty_next_keys_one_is_kept(nodes: Nodes) {
    assert!(!nodes.next().insert_next_key(key("one", "sign"), "none").await.unwrap());
    nodes.next().insert_first_key(key("first", "sign")).await.unwrap();
    let mut newest = "first".to_owned();
    for round in 1..20_u32 {
        let results = nodes.race({
            let newest = newest.clone();
            move |store, number| {
                let (newest, mut next) = (newest.clone(), key(&format!("{round}-{number}"), "sign"));
                next.created_at = START.plus(MILLI * round);
                Box::pin(async move { store.insert_next_key(next, &newest).await })
            }
        });
        assert_eq!(results.await.into_iter().filter(|kept| *kept).count(), 1, "{round}");
        let keys = nodes.next().keys("sign").await.unwrap();
        assert_eq!(keys.len(), 1 + round as usize);
        keys.last().unwrap().id.clone_into(&mut newest);
    }
}

pub(super) async fn all_keys_but_the_newest_can_go(nodes: Nodes) {
    nodes.next().insert_first_key(key("one", "sign")).await.unwrap();
    nodes.next().insert_first_key(key("other", "seal")).await.unwrap();
    assert!(!nodes.next().remove_key("one").await.unwrap(), "the newest stays");
    let mut two = key("two", "sign");
    two.created_at = START.plus(MILLI);
    assert!(nodes.next().insert_next_key(two.clone(), "one").await.unwrap());
    assert!(nodes.next().remove_key("one").await.unwrap());
    assert!(!nodes.next().remove_key("one").await.unwrap() && !nodes.next().remove_key("two").await.unwrap());
    assert_eq!(nodes.next().keys("sign").await.unwrap(), [two]);
    nodes.next().replace_keys(key("three", "sign")).await.unwrap();
    assert_eq!(nodes.next().keys("sign").await.unwrap(), [key("three", "sign")]);
    assert_eq!(nodes.next().keys("seal").await.unwrap(), [key("other", "seal")]);
}

pub(super) async fn a_key_is_sealed_anew_by_whoever_has_read_it(nodes: Nodes) {
    let mut kept = key("one", "sign");
    nodes.next().insert_first_key(kept.clone()).await.unwrap();
    assert!(!nodes.next().reseal_key("one", b"other", b"anew".to_vec()).await.unwrap());
    assert!(nodes.next().reseal_key("one", &kept.sealed, b"anew".to_vec()).await.unwrap());
    assert!(!nodes.next().reseal_key("one", &kept.sealed, b"late".to_vec()).await.unwrap());
    kept.sealed = b"anew".to_vec();
    assert_eq!(nodes.next().keys("sign").await.unwrap(), [kept]);
}
