//! The README's way, with a fake GitHub and a person who walks the pages.

use github_example::{ORIGIN, Profile, Profiles, auth};
use mcp_auth::testing::{FakeGitHub, Person, TestClient, TestIssuer, TestServer};
use serde_json::json;

const RESOURCE: &str = "http://localhost:3000/mcp";

#[tokio::test]
async fn somebody_signs_in_with_github_and_reads_their_profile() {
    let github = FakeGitHub::start().await;
    github.add_person("octocat", 583_231);
    github.register_callback(&format!("{ORIGIN}/github/callback"));
    let folder = std::env::temp_dir().join(format!("github-example-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let database = folder.join("github.db");
    let auth = auth(github.sign_in(), database.to_str().unwrap(), &"k".repeat(64)).unwrap();

    let router = auth.router(Profiles).unwrap();
    let client = TestClient::new(router.clone(), RESOURCE).await;
    let octocat = Person::named("octocat");
    let tokens = client.sign_in_with(&octocat, "user").await.unwrap();
    assert_eq!(tokens.scopes().collect::<Vec<_>>(), ["user"]);

    let server = TestServer::around(router, RESOURCE, &TestIssuer::new());
    let answer = server.call("get_user_profile", json!({})).bearer(tokens.access_token()).await;
    let profile: Profile = serde_json::from_value(answer.structured().unwrap().clone()).unwrap();
    assert_eq!((profile.login.as_str(), profile.id), ("octocat", 583_231));

    // The other tool needs more, of the server and of GitHub: the client steps up for both at once.
    let answer = server.call("list_private_repositories", json!({})).bearer(tokens.access_token()).await;
    let challenge = answer.challenge().unwrap();
    assert_eq!((answer.status(), challenge.scopes()), (403, vec!["user", "repositories"]));
    let tokens = client.sign_in_with(&octocat, "user repositories").await.unwrap();
    let answer = server.call("list_private_repositories", json!({})).bearer(tokens.access_token()).await;
    assert_eq!(answer.text(), Some("octocat/notes"));

    github.revoke("octocat");
    let answer = server.call("get_user_profile", json!({})).bearer(tokens.access_token()).await;
    assert_eq!(answer.status(), 401);
    std::fs::remove_dir_all(&folder).unwrap();
}
