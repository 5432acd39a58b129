//! Keys of the authorization server itself.

use super::{Nodes, sample::key};

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
