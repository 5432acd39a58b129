//! Policies of users, and what people see.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use super::{
    super::{
        custom::{self, AnyPolicy},
        judge::Verdict,
    },
    *,
};
use crate::{Entry, EntryDecision, EntryError, EntryPolicy};

#[tokio::test]
async fn a_policy_gets_the_account_and_its_words_are_shown_as_text() {
    let policy = async |entry: Entry| {
        assert_eq!((entry.person().provider.as_str(), entry.resource()), ("github", RESOURCE));
        assert!(!entry.client_id().is_empty() && entry.client_name() == "mcp-auth test client");
        if entry.is_member_of("Acme")? && !entry.is_member_of("other")? && entry.email_addresses()?.len() == 1
        {
            return Ok::<_, EntryError>(EntryDecision::Allow);
        }
        Ok(EntryDecision::deny("No <b>seat</b> for you."))
    };
    let world =
        World::of(WhoMayEnter::any().policy(policy).asks_for_email_addresses().asks_for_membership("acme"))
            .await;
    let page = world.turned_away(403, "No &lt;b&gt;seat&lt;/b&gt; for you.").await;
    assert!(!page.contains("<b>"));
    world.github.set_organizations("octocat", &["acme"]);
    assert!(world.sign_in("octocat").await.is_ok());
}

/// Says a number, and fails as the number says.
struct Failing(Arc<AtomicU32>);

impl EntryPolicy for Failing {
    async fn decide(&self, entry: Entry) -> Result<EntryDecision, EntryError> {
        match self.0.load(Ordering::SeqCst) {
            0 => return Ok(EntryDecision::Allow),
            1 => drop(std::fs::read("/no/such/file")?),
            2 => panic!("a policy with a mistake"),
            3 => drop(entry.email_addresses()?),
            _ => std::future::pending().await,
        }
        Ok(EntryDecision::Allow)
    }
}

#[tokio::test]
async fn a_policy_that_does_not_answer_cannot_say() {
    let policy: Arc<dyn AnyPolicy> = Arc::new(Failing(Arc::new(AtomicU32::new(4))));
    let verdict = custom::within(Duration::from_millis(20), &policy, table::entry(Ok(vec![]), &[])).await;
    assert!(matches!(verdict, Verdict::Unknown(_)), "{verdict:?}");
}

#[tokio::test]
async fn c37_c49_a_policy_that_fails_or_panics_lets_nobody_in_and_ends_nothing() {
    let mode = Arc::new(AtomicU32::new(0));
    let world =
        World::of(WhoMayEnter::any().policy(Failing(Arc::clone(&mode))).asks_for_email_addresses()).await;
    let tokens = world.sign_in("octocat").await.unwrap();
    world.github.answer_with("/user/emails", 500, serde_json::json!({}));
    world.later();
    for failure in 1..=3 {
        mode.store(failure, Ordering::SeqCst);
        let refused = world.sign_in("octocat").await.unwrap_err();
        assert_eq!(refused.status.map(|status| status.as_u16()), Some(503), "{failure}: {refused:?}");
        assert_eq!(
            world.client.refresh(&tokens).await.unwrap_err().error,
            "temporarily_unavailable",
            "{failure}"
        );
        assert_eq!(world.call(&tokens).await, 200, "{failure}");
    }
    mode.store(0, Ordering::SeqCst);
    world.github.answer_as_always("/user/emails");
    world.later();
    assert!(world.client.refresh(&tokens).await.is_ok());
}
