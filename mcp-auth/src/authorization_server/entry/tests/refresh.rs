//! Whoever is in stays in while they may, and not longer.

use serde_json::json;

use super::*;

async fn entered(world: &World) -> TestTokens {
    world.sign_in("octocat").await.unwrap_or_else(|refused| panic!("{refused:?}"))
}

#[tokio::test]
async fn a_refresh_of_who_may_not_enter_any_more_is_invalid_grant_and_ends_the_grant() {
    for (way, world, _) in worlds().await {
        let tokens = entered(&world).await;
        world.github.set_email_addresses("octocat", &[("octocat@acme.example", false)]);
        world.github.set_organizations("octocat", &[]);
        world.github.invite("octocat", "acme");
        world.github.invite("octocat", "acme/core");
        let tokens = world.client.refresh(&tokens).await.expect("what was said counts for some minutes");
        world.later();
        world.ends(&tokens).await;
        // And it stays ended, whatever comes.
        world.github.set_email_addresses("octocat", &[("octocat@acme.example", true)]);
        world.github.set_organizations("octocat", &["acme", "acme/core"]);
        world.later();
        world.ends(&tokens).await;
        assert!(world.sign_in("octocat").await.is_ok(), "{way}: they sign in anew");
    }
}

#[tokio::test]
async fn c34_c35_c37_a_lookup_that_fails_is_503_and_changes_nothing() {
    for (way, world, path) in worlds().await {
        let mut tokens = entered(&world).await;
        for (status, message) in [
            (500, "down"),
            (403, "API rate limit exceeded for user ID 583231."),
            (429, "slow down"),
            (200, "odd"),
        ] {
            world.later();
            world.github.answer_with(path, status, json!({ "message": message }));
            for _ in 0..2 {
                let refused = world.client.refresh(&tokens).await.unwrap_err();
                assert_eq!(
                    refused.status.map(|status| status.as_u16()),
                    Some(503),
                    "{way} {status}: {refused:?}"
                );
                assert_eq!(refused.error, "temporarily_unavailable");
            }
            assert_eq!(world.call(&tokens).await, 200, "the grant lives");
            world.github.answer_as_always(path);
            world.later();
            tokens = world.client.refresh(&tokens).await.expect("the same refresh token is good afterwards");
        }
        world.later();
        world.github.fail_with(GitHubPart::Api, 502);
        assert_eq!(world.client.refresh(&tokens).await.unwrap_err().error, "temporarily_unavailable");
        assert_eq!(world.call(&tokens).await, 200);
    }
}

#[tokio::test]
async fn c35_a_hundred_refreshes_ask_once_and_a_github_in_trouble_is_left_alone() {
    let (_, world, path) = worlds().await.into_iter().next().unwrap();
    let mut clients = Vec::new();
    for _ in 0..20 {
        clients.push(entered(&world).await);
    }
    world.later();
    let before = world.github.requests(GitHubPart::Api);
    let refreshed = clients.iter().map(|tokens| world.client.refresh(tokens));
    let refreshed = futures_util::future::join_all(refreshed).await;
    assert!(refreshed.iter().all(Result::is_ok));
    assert_eq!(world.github.requests(GitHubPart::Api) - before, 1);

    world.later();
    world.github.answer_with(path, 500, json!({ "message": "down" }));
    let before = world.github.requests(GitHubPart::Api);
    let refused = refreshed.iter().map(|tokens| world.client.refresh(tokens.as_ref().unwrap()));
    let refused = futures_util::future::join_all(refused).await;
    assert!(
        refused
            .iter()
            .all(|refused| refused.as_ref().is_err_and(|refused| refused.error == "temporarily_unavailable"))
    );
    assert_eq!(world.github.requests(GitHubPart::Api) - before, 1);
}

#[tokio::test]
async fn c32_c33_a_sign_in_that_github_has_ended_ends_the_grant_at_the_next_refresh() {
    for (_, world, _) in worlds().await {
        let tokens = entered(&world).await;
        world.github.revoke("octocat");
        world.later();
        world.ends(&tokens).await;
        assert!(world.sign_in("octocat").await.is_ok());
    }
}

#[tokio::test]
async fn a_token_that_runs_out_is_renewed_for_the_question() {
    let (_, world, _) = worlds().await.into_iter().next().unwrap();
    world.github.expire_tokens_after(Duration::from_secs(3600));
    let tokens = entered(&world).await;
    world.clock.advance(Duration::from_secs(3500));
    let tokens = world.client.refresh(&tokens).await.expect("the token of GitHub is renewed");
    world.later();
    world.github.expire_now("octocat");
    world.clock.advance(Duration::from_secs(1));
    world.client.refresh(&tokens).await.expect("and renewed when GitHub refuses it early");
}

/// The operator takes people out: the file of settings is the policy of every refresh.
#[tokio::test]
async fn who_is_taken_off_the_list_is_out_at_the_next_refresh() {
    let world = World::of(WhoMayEnter::any().policy(async |entry: crate::Entry| {
        Ok::<_, crate::EntryError>(match entry.scopes() {
            [only] if only == "notes:read" => crate::EntryDecision::deny(""),
            _ => crate::EntryDecision::Allow,
        })
    }))
    .await;
    world.github.approve_everything_as(Some("octocat"));
    let narrow = world.client.sign_in_with(&Person::named("octocat"), "notes:read").await;
    assert!(narrow.is_err(), "the policy sees the scopes");
    let tokens = entered(&world).await;
    assert!(world.client.refresh(&tokens).await.is_ok());
}
