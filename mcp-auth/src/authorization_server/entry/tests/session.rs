//! A browser's session stands for a sign-in, as long as the person may enter.

use serde_json::json;

use super::*;

#[tokio::test]
async fn a_session_of_who_may_not_enter_any_more_is_worth_nothing() {
    for (way, world, path) in worlds().await {
        world.github.approve_everything_as(Some("octocat"));
        let octocat = Person::named("octocat");
        world.client.sign_in(&octocat).await.unwrap();
        let at_github = world.github.requests(GitHubPart::Token);
        world.client.sign_in(&octocat).await.unwrap();
        assert_eq!(
            world.github.requests(GitHubPart::Token),
            at_github,
            "{way}: the session stood for a sign-in"
        );

        world.github.answer_with(path, 500, json!({}));
        world.later();
        let refused = world.client.sign_in(&octocat).await.unwrap_err();
        assert_eq!(refused.status.map(|status| status.as_u16()), Some(503), "{way}: {refused:?}");

        world.github.answer_as_always(path);
        world.github.set_email_addresses("octocat", &[]);
        world.github.set_organizations("octocat", &[]);
        world.later();
        let refused = world.client.sign_in(&octocat).await.unwrap_err();
        assert_eq!(refused.status.map(|status| status.as_u16()), Some(403), "{way}: {refused:?}");
    }
}

/// Scopes are known when the person has agreed: a session is judged for these, not for what was asked.
#[tokio::test]
async fn a_session_is_judged_for_what_was_agreed_to() {
    let world = World::of(WhoMayEnter::any().policy(async |entry: crate::Entry| {
        let writes = entry.scopes().iter().any(|scope| scope == "notes:write");
        Ok::<_, crate::EntryError>(if writes {
            crate::EntryDecision::Allow
        } else {
            crate::EntryDecision::deny("Not to read.")
        })
    }))
    .await;
    world.github.approve_everything_as(Some("octocat"));
    let octocat = Person::named("octocat");
    world.client.sign_in_with(&octocat, "notes:read notes:write").await.unwrap();
    let unticking = octocat.unticking("notes:write");
    let refused = world.client.sign_in_with(&unticking, "notes:read notes:write").await.unwrap_err();
    assert!(refused.description.contains("Not to read."), "{refused:?}");
}
