//! Every way in, with every answer that GitHub can give.

use serde_json::json;

use super::*;

const NOT_LISTED: &str = "This account may not use";
const NOT_KNOWN: &str = "Try again in a moment";
const NOT_TOLD: &str = "allow everything";

#[tokio::test]
async fn whoever_fulfils_a_way_enters_and_who_does_not_is_turned_away() {
    for (way, world, _) in worlds().await {
        assert!(world.sign_in("octocat").await.is_ok(), "{way}");
        assert!(world.sign_in("hubot").await.is_err(), "{way}");
    }
    let person = World::of(WhoMayEnter::any().person("github:583231")).await;
    assert!(person.sign_in("octocat").await.is_ok());
    assert!(person.sign_in("hubot").await.is_err());
    person.github.rename_person("octocat", "monalisa");
    person.github.add_person("octocat", 1);
    assert!(person.sign_in("monalisa").await.is_ok(), "it is the number that counts");
    assert!(person.sign_in("octocat").await.is_err());
    assert!(World::of(WhoMayEnter::everybody()).await.sign_in("hubot").await.is_ok());
}

#[tokio::test]
async fn unverified_addresses_and_invitations_never_count() {
    for (way, world, _) in worlds().await {
        world
            .github
            .set_email_addresses("octocat", &[("octocat@acme.example", false), ("me@home.example", true)]);
        world.github.set_organizations("octocat", &[]);
        world.github.invite("octocat", "acme");
        world.github.invite("octocat", "acme/core");
        let page = world.turned_away(403, NOT_LISTED).await;
        for leak in ["acme", "organi", "domain", "hubot"] {
            assert!(!page.to_lowercase().contains(leak), "{way}: the page says `{leak}`");
        }
    }
}

#[tokio::test]
async fn c37_a_lookup_that_fails_turns_away_and_says_try_again() {
    for (way, world, path) in worlds().await {
        for (status, message) in [
            (500, "Server Error"),
            (503, "Unavailable"),
            (403, "API rate limit exceeded for user ID 583231."),
            (429, "You have exceeded a secondary rate limit."),
            (301, "Moved Permanently"),
            (200, "not what is asked for"),
        ] {
            world.github.answer_with(path, status, json!({ "message": message }));
            world.turned_away(503, NOT_KNOWN).await;
        }
        world.github.answer_as_always(path);
        assert!(world.sign_in("octocat").await.is_ok(), "{way}: and then it works again");
    }
}

#[tokio::test]
async fn c36_where_github_is_down_altogether_the_client_is_told() {
    let (_, world, _) = worlds().await.into_iter().next().unwrap();
    world.github.fail_with(GitHubPart::Api, 500);
    let refused = world.sign_in("octocat").await.unwrap_err();
    assert_eq!(refused.error, "temporarily_unavailable");
    world.keeps_nothing().await;
}

#[tokio::test]
async fn who_takes_the_scope_away_is_told_to_leave_it_in() {
    for (way, world, _) in worlds().await {
        world.github.allow_only(Some(&["read:user"]));
        let page = world.turned_away(403, NOT_TOLD).await;
        assert!(page.contains("value=\"retry\""), "{way}");
        world.github.allow_only(None);
        assert!(world.sign_in("octocat").await.is_ok(), "{way}");
    }
}

/// A GitHub App has permissions: without them GitHub says 403, and there is no scope to see.
#[tokio::test]
async fn an_app_without_the_permission_turns_away() {
    for (_, world, path) in worlds().await {
        world.github.expire_tokens_after(Duration::from_secs(8 * 3600));
        assert!(world.sign_in("octocat").await.is_ok());
        world.later();
        world.github.answer_with(path, 403, json!({ "message": "Resource not accessible by integration" }));
        let refused = world.sign_in("octocat").await.unwrap_err();
        assert!(refused.description.contains(NOT_TOLD), "{refused:?}");
    }
}

#[tokio::test]
async fn addresses_are_read_on_every_page_and_the_token_goes_to_no_other_place() {
    let world = World::of(WhoMayEnter::any().email_domain("acme.example")).await;
    let many: Vec<_> = (0..250).map(|number| (format!("me{number}@home.example"), true)).collect();
    let mut many: Vec<_> = many.iter().map(|(address, verified)| (address.as_str(), *verified)).collect();
    world.github.set_email_addresses("octocat", &many);
    world.turned_away(403, NOT_LISTED).await;
    many.push(("me@acme.example", true));
    world.github.set_email_addresses("octocat", &many);
    // The fake names another host in its links: whoever follows those fails.
    assert!(world.sign_in("octocat").await.is_ok());
    let calls = world.github.api_calls();
    assert!(calls.iter().any(|(_, path, _)| path == "/user/emails?per_page=100&page=3"), "{calls:?}");
}

#[tokio::test]
async fn what_a_way_needs_is_asked_for_and_named_on_the_consent_page() {
    let world = World::of(WhoMayEnter::any().email_domain("acme.example").github_organization("acme")).await;
    let provider = world.core().provider("github").unwrap();
    assert_eq!(provider.scopes(), ["read:org", "user:email"]);
    assert_eq!(
        provider.asks(provider.scopes()),
        ["See your organizations and teams", "Read your e-mail addresses"]
    );
    let nothing = World::of(WhoMayEnter::any().person("github:583231")).await;
    assert_eq!(nothing.core().provider("github").unwrap().scopes(), [""; 0]);
}
