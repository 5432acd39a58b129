//! Against a fake issuer: what is sent, what is believed, and whose fault it is when nothing comes back.

use std::time::Duration;

use super::*;
use crate::testing::{FakeOidc, OidcLie, OidcPart, TestClock};

const CALLBACK: &str = "http://localhost:3000/corp/callback";

fn alice(id: &str) -> Person {
    Person { provider: "corp".to_owned(), id: id.to_owned(), name: "alice".to_owned() }
}

fn leg() -> Leg {
    Leg {
        redirect_uri: CALLBACK.to_owned(),
        state: Secret::random().unwrap(),
        code_verifier: Secret::random().unwrap(),
        nonce: Secret::random().unwrap(),
        scopes: ["email", "openid", "profile"].map(str::to_owned).to_vec(),
    }
}

fn pair(url: &str, name: &str) -> Option<String> {
    let url = ::url::Url::parse(url).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// What the browser brings.
fn callback(url: &str) -> Callback {
    let answer = match pair(url, "code") {
        Some(code) => Answer::Code(code.into()),
        None => Answer::Error(pair(url, "error").unwrap()),
    };
    Callback { answer, issuer: pair(url, "iss") }
}

struct World {
    corp: FakeOidc,
    clock: TestClock,
    provider: Arc<dyn AnyProvider>,
}

impl World {
    async fn new() -> Self {
        Self::with(|oidc| oidc).await
    }

    async fn with(change: impl FnOnce(Oidc) -> Oidc) -> Self {
        let clock = TestClock::new();
        let corp = FakeOidc::start_with_clock(&clock).await;
        corp.add_person("alice", "b5a9-alice");
        let provider = started(change(corp.sign_in("corp")), &clock);
        Self { corp, clock, provider }
    }

    fn now(&self) -> Timestamp {
        self.clock.shared().unix().into()
    }

    /// The whole way of one person.
    async fn sign_in(&self) -> Result<SignedIn, SignInError> {
        self.sign_in_with(&[]).await
    }

    /// The same, asked for more.
    async fn sign_in_with(&self, scopes: &[&str]) -> Result<SignedIn, SignInError> {
        let mut leg = leg();
        leg.scopes.extend(scopes.iter().map(|&scope| scope.to_owned()));
        let url = self.provider.departure(&leg).await?;
        let back = callback(&self.corp.approve(&url, "alice"));
        self.provider.arrive(&back, &leg, self.now()).await
    }
}

fn started(oidc: impl IntoProvider, clock: &TestClock) -> Arc<dyn AnyProvider> {
    let provider = oidc.into_provider();
    provider.start(&clock.shared());
    provider
}

#[tokio::test]
async fn s36_the_way_to_an_issuer_has_its_own_state_nonce_and_pkce_and_its_own_callback() {
    let world = World::new().await;
    let (one, other) = (leg(), leg());
    let url = world.provider.departure(&one).await.unwrap();
    assert!(url.starts_with(&format!("{}/authorize?", world.corp.url())), "{url}");
    for (name, value) in [
        ("state", one.state.expose()),
        ("nonce", one.nonce.expose()),
        ("redirect_uri", CALLBACK),
        ("scope", "email openid profile"),
        ("code_challenge_method", "S256"),
        ("response_type", "code"),
        ("client_id", world.corp.client_id()),
    ] {
        assert_eq!(pair(&url, name).as_deref(), Some(value), "{name}");
    }
    assert!(!url.contains(one.code_verifier.expose()));
    let back = callback(&world.corp.approve(&url, "alice"));
    // Brought to another leg, with the verifier of that, the code is worth nothing.
    let stolen = world.provider.arrive(&back, &other, world.now()).await;
    assert!(matches!(stolen, Err(SignInError::Refused(_))), "{stolen:?}");
}

#[tokio::test]
async fn t13_the_person_is_the_subject_of_the_id_token_that_came_for_our_code() {
    let world = World::new().await;
    let signed_in = world.sign_in().await.unwrap();
    assert_eq!(signed_in.person.subject(), "corp:b5a9-alice");
    assert_eq!(signed_in.person.name, "alice");
    let tokens = signed_in.tokens.unwrap();
    assert!(tokens.refresh_token.is_some() && tokens.expires_at.is_some());
    assert_eq!(tokens.scopes.as_deref(), Some("email openid profile"));
    // A code is good once.
    let leg = leg();
    let url = world.provider.departure(&leg).await.unwrap();
    let back = callback(&world.corp.approve(&url, "alice"));
    world.provider.arrive(&back, &leg, world.now()).await.unwrap();
    let again = world.provider.arrive(&back, &leg, world.now()).await;
    assert!(matches!(again, Err(SignInError::Refused(why)) if why == "invalid_grant"));
    // Another name changes nothing about who somebody is, and neither does an e-mail address.
    world.corp.set_claim("alice", "preferred_username", "bob");
    world.corp.set_claim("alice", "email", "bob@example.com");
    let renamed = world.sign_in().await.unwrap().person;
    assert_eq!((renamed.subject().as_str(), renamed.name.as_str()), ("corp:b5a9-alice", "bob"));
}

#[tokio::test]
async fn t13_no_lie_of_an_issuer_or_of_somebody_in_its_place_signs_anybody_in() {
    for lie in OidcLie::ALL {
        let world = World::new().await;
        world.corp.name_people_in_user_info_only();
        world.sign_in().await.unwrap_or_else(|error| panic!("the control: {error}"));
        if lie == OidcLie::OtherIssuersMetadata {
            continue;
        }
        world.corp.lie(Some(lie));
        let refused = world.sign_in().await;
        assert!(matches!(refused, Err(SignInError::Refused(_))), "{lie:?}: {refused:?}");
        world.corp.lie(None);
        world.clock.advance(Duration::from_secs(60));
        world.sign_in().await.unwrap_or_else(|error| panic!("after {lie:?}: {error}"));
    }
}

/// T13: a token that another client of the same issuer was given is no answer to us.
#[tokio::test]
async fn t13_a_token_is_no_code() {
    let world = World::new().await;
    let tokens = world.sign_in().await.unwrap().tokens.unwrap();
    for token in [&tokens.access_token, tokens.refresh_token.as_ref().unwrap()] {
        let foreign =
            Callback { answer: Answer::Code(token.clone()), issuer: Some(world.corp.url().to_owned()) };
        let arrived = world.provider.arrive(&foreign, &leg(), world.now()).await;
        assert!(matches!(arrived, Err(SignInError::Refused(_))));
    }
}

#[tokio::test]
async fn s36_an_answer_that_names_another_issuer_is_not_even_read() {
    let world = World::new().await;
    let leg = leg();
    let url = world.provider.departure(&leg).await.unwrap();
    let good = callback(&world.corp.approve(&url, "alice"));
    let asked = world.corp.requests(OidcPart::Token);
    for issuer in [None, Some("https://other.example".to_owned()), Some(format!("{}/", world.corp.url()))] {
        let answer = good.answer.clone();
        let refused =
            world.provider.arrive(&Callback { answer, issuer: issuer.clone() }, &leg, world.now()).await;
        assert!(matches!(refused, Err(SignInError::Refused(_))), "{issuer:?}");
        let error = Callback { answer: Answer::Error("access_denied".to_owned()), issuer };
        let refused = world.provider.arrive(&error, &leg, world.now()).await;
        assert!(matches!(refused, Err(SignInError::Refused(_))));
    }
    assert_eq!(world.corp.requests(OidcPart::Token), asked, "the code goes nowhere");
    world.provider.arrive(&good, &leg, world.now()).await.unwrap();
}

#[tokio::test]
async fn the_metadata_of_another_issuer_are_not_taken() {
    let world = World::new().await;
    world.corp.lie(Some(OidcLie::OtherIssuersMetadata));
    let refused = world.provider.departure(&leg()).await;
    assert!(matches!(refused, Err(SignInError::Misconfigured(_))), "{refused:?}");
    // Not by an alias either: identical, not equivalent.
    let alias = Oidc::new("corp", format!("{}/", world.corp.url()), "id", "secret");
    let refused = started(alias, &world.clock).departure(&leg()).await;
    assert!(matches!(refused, Err(SignInError::Misconfigured(_))), "{refused:?}");
}

#[tokio::test]
async fn a_person_may_say_no() {
    let world = World::new().await;
    let leg = leg();
    let url = world.provider.departure(&leg).await.unwrap();
    let denied = callback(&world.corp.deny(&url));
    let arrived = world.provider.arrive(&denied, &leg, world.now()).await;
    assert!(matches!(arrived, Err(SignInError::Denied)));
}

#[tokio::test]
async fn c36_an_issuer_that_is_down_is_asked_again_and_nobody_waits_for_it_twice() {
    let world = World::new().await;
    world.corp.fail_with(OidcPart::Metadata, 503);
    for _ in 0..5 {
        let down = world.provider.departure(&leg()).await;
        assert!(matches!(down, Err(SignInError::Unavailable(_))), "{down:?}");
    }
    assert_eq!(world.corp.requests(OidcPart::Metadata), 1, "it is left alone for a moment");
    world.corp.recover();
    world.clock.advance(Duration::from_secs(6));
    world.sign_in().await.unwrap();
    assert_eq!(world.corp.requests(OidcPart::Metadata), 2);
    // What is known serves for an hour, and longer while the issuer does not answer.
    world.sign_in().await.unwrap();
    assert_eq!(world.corp.requests(OidcPart::Metadata), 2);
    world.corp.fail_with(OidcPart::Metadata, 500);
    world.clock.advance(Duration::from_secs(2 * 60 * 60));
    world.sign_in().await.unwrap();
    assert_eq!(world.corp.requests(OidcPart::Metadata), 3);
    world.clock.advance(Duration::from_secs(24 * 60 * 60));
    assert!(matches!(world.provider.departure(&leg()).await, Err(SignInError::Unavailable(_))));
}

#[tokio::test]
async fn c34_c36_an_issuer_in_trouble_is_nobodys_fault() {
    let world = World::new().await;
    let tokens = world.sign_in().await.unwrap().tokens.unwrap();
    for status in [429, 500, 502, 503] {
        world.corp.fail_with(OidcPart::Token, status);
        let arrived = world.sign_in().await;
        assert!(matches!(arrived, Err(SignInError::Unavailable(_))), "{status}: {arrived:?}");
        let renewed = world.provider.refresh(&tokens, world.now()).await;
        assert!(matches!(renewed, Err(SignInError::Unavailable(_))), "{status}: {renewed:?}");
    }
    world.corp.fail_with(OidcPart::Token, 200);
    let nonsense = world.sign_in().await;
    assert!(matches!(nonsense, Err(SignInError::Unavailable(_))), "{nonsense:?}");
    for status in [302, 404] {
        world.corp.fail_with(OidcPart::Token, status);
        let lost = world.provider.refresh(&tokens, world.now()).await;
        assert!(matches!(lost, Err(SignInError::Misconfigured(_))), "{lost:?}");
    }
    world.corp.recover();
    // None of it has used the refresh token up.
    world.provider.refresh(&tokens, world.now()).await.unwrap();

    // Where the keys cannot be fetched, the token may be good.
    let fresh = World::new().await;
    fresh.corp.fail_with(OidcPart::Keys, 500);
    let arrived = fresh.sign_in().await;
    assert!(matches!(arrived, Err(SignInError::Unavailable(_))), "{arrived:?}");

    let gone = Oidc::new("gone", "http://127.0.0.1:9", "id", "secret");
    let answer = started(gone, &world.clock).departure(&leg()).await;
    assert!(matches!(answer, Err(SignInError::Unavailable(_))), "{answer:?}");
}

#[tokio::test]
async fn refresh_tokens_are_good_once_and_what_is_not_said_again_stays() {
    let world = World::new().await;
    let first = world.sign_in().await.unwrap().tokens.unwrap();
    let second = world.provider.refresh(&first, world.now()).await.unwrap();
    assert_ne!(second.access_token, first.access_token);
    assert_eq!(second.scopes, first.scopes);
    let reused = world.provider.refresh(&first, world.now()).await;
    assert!(matches!(reused, Err(SignInError::Refused(why)) if why == "invalid_grant"));
    let without = Tokens { refresh_token: None, ..second };
    assert!(matches!(world.provider.refresh(&without, world.now()).await, Err(SignInError::Refused(_))));
}

#[tokio::test]
async fn we_say_who_we_are_as_the_issuer_takes_it() {
    for method in ["client_secret_basic", "client_secret_post"] {
        let world = World::new().await;
        world.corp.authenticate_clients_by(&[method]);
        world.sign_in().await.unwrap_or_else(|error| panic!("{method}: {error}"));
    }
    let world = World::new().await;
    world.corp.authenticate_clients_by(&["private_key_jwt"]);
    let refused = world.sign_in().await;
    assert!(matches!(refused, Err(SignInError::Misconfigured(_))), "{refused:?}");

    let world = World::new().await;
    world.corp.authenticate_clients_by(&["none"]);
    let public = Oidc::without_secret("corp", world.corp.url(), world.corp.client_id());
    let public = World { provider: started(public, &world.clock), ..world };
    public.sign_in().await.unwrap();

    let wrong = World::new().await;
    let stranger = Oidc::new("corp", wrong.corp.url(), wrong.corp.client_id(), "wrong");
    let wrong = World { provider: started(stranger, &wrong.clock), ..wrong };
    let refused = wrong.sign_in().await;
    assert!(matches!(refused, Err(SignInError::Misconfigured(why)) if why == "invalid_client"));
}

#[tokio::test]
async fn names_come_from_user_info_where_the_id_token_has_none_and_are_worth_no_outage() {
    let world = World::new().await;
    world.sign_in().await.unwrap();
    assert_eq!(world.corp.requests(OidcPart::UserInfo), 0);
    world.corp.name_people_in_user_info_only();
    assert_eq!(world.sign_in().await.unwrap().person.name, "alice");
    assert_eq!(world.corp.requests(OidcPart::UserInfo), 1);
    for status in [200, 401, 404, 500] {
        world.corp.fail_with(OidcPart::UserInfo, status);
        assert_eq!(world.sign_in().await.unwrap().person.name, "b5a9-alice");
    }
}

#[tokio::test]
async fn a_new_key_is_found_and_an_unknown_one_is_not_asked_for_again_and_again() {
    let world = World::new().await;
    world.sign_in().await.unwrap();
    world.corp.rotate_key();
    world.clock.advance(Duration::from_secs(60));
    world.sign_in().await.unwrap();
    let fetched = world.corp.requests(OidcPart::Keys);
    world.corp.lie(Some(OidcLie::UnknownKey));
    for _ in 0..10 {
        world.sign_in().await.unwrap_err();
    }
    assert!(world.corp.requests(OidcPart::Keys) <= fetched + 1);
}

/// Logto has one key at a time: with a key of another kind, its metadata name another algorithm from one moment to the next.
#[tokio::test]
async fn an_issuer_that_signs_in_another_way_than_it_said_is_asked_anew_and_not_for_each_token() {
    let world = World::new().await;
    world.corp.announce_algorithms(&["RS256"]);
    world.provider.departure(&leg()).await.unwrap();
    world.corp.announce_algorithms(&["ES256", "RS256"]);
    let refused = world.sign_in().await;
    assert!(matches!(refused, Err(SignInError::Refused(_))), "it has just been asked: {refused:?}");
    assert_eq!(world.corp.requests(OidcPart::Metadata), 1);
    world.clock.advance(Duration::from_secs(31));
    world.sign_in().await.unwrap();
    assert_eq!(world.corp.requests(OidcPart::Metadata), 2);
    // Whoever really signs in a way that it does not name is refused as ever.
    world.corp.announce_algorithms(&["RS256"]);
    world.clock.advance(Duration::from_secs(2 * 60 * 60));
    for _ in 0..5 {
        let refused = world.sign_in().await;
        assert!(matches!(refused, Err(SignInError::Refused(_))), "{refused:?}");
    }
    assert_eq!(world.corp.requests(OidcPart::Metadata), 3);
    // An outage is not a refusal.
    world.clock.advance(Duration::from_secs(31));
    let leg = leg();
    let url = world.provider.departure(&leg).await.unwrap();
    let back = callback(&world.corp.approve(&url, "alice"));
    world.corp.fail_with(OidcPart::Metadata, 503);
    let down = world.provider.arrive(&back, &leg, world.now()).await;
    assert!(matches!(down, Err(SignInError::Unavailable(_))), "{down:?}");
}

#[tokio::test]
async fn an_address_counts_when_the_issuer_says_true_and_groups_where_they_are_asked_for() {
    let world = World::with(|oidc| oidc.with_groups_claim("groups")).await;
    world.corp.set_claim("alice", "groups", serde_json::json!(["/Staff", "admins"]));
    let tokens = world.sign_in().await.unwrap().tokens.unwrap();
    let memberships = ["staff", "others"].map(str::to_owned).into();
    let wanted = Wanted { email_addresses: true, memberships };
    let account = world.provider.account(&alice("b5a9-alice"), &tokens, &wanted, world.now()).await.unwrap();
    assert!(account.email_addresses.is_err(), "there is none");
    assert_eq!((account.is_member("staff"), account.is_member("others")), (Ok(true), Ok(false)));
    world.corp.set_claim("alice", "email", "alice@example.com");
    let addresses = async || {
        world
            .provider
            .account(&alice("b5a9-alice"), &tokens, &wanted, world.now())
            .await
            .unwrap()
            .email_addresses
    };
    assert!(addresses().await.is_err(), "nobody says whether it is verified");
    for word in [serde_json::json!("true"), 1.into(), false.into(), serde_json::Value::Null] {
        world.corp.set_claim("alice", "email_verified", word.clone());
        assert_eq!(addresses().await, Ok(Vec::new()), "{word}");
    }
    world.corp.set_claim("alice", "email_verified", true);
    assert_eq!(addresses().await, Ok(vec!["alice@example.com".to_owned()]));
    let other = world.provider.account(&alice("somebody-else"), &tokens, &wanted, world.now()).await;
    assert!(matches!(other, Err(SignInError::Refused(_))), "facts of somebody else are no facts");
    world.corp.fail_with(OidcPart::UserInfo, 500);
    let account = world.provider.account(&alice("b5a9-alice"), &tokens, &wanted, world.now()).await.unwrap();
    assert!(account.email_addresses.is_err() && account.is_member("staff").is_err());
    world.corp.recover();
    world.corp.revoke("alice");
    let gone = world.provider.account(&alice("b5a9-alice"), &tokens, &wanted, world.now()).await;
    assert!(matches!(gone, Err(SignInError::Refused(_))));
}

#[tokio::test]
async fn whoever_has_to_say_more_asks_for_it_and_is_as_far_as_before() {
    let world = World::with(|oidc| oidc.scopes(["profile"])).await;
    let wanted = Wanted { email_addresses: true, ..Wanted::default() };
    let telling = world.provider.telling(&wanted).unwrap();
    assert_eq!(telling.scopes(), ["email", "openid", "profile"]);
    assert!(telling.telling(&wanted).is_none() && world.provider.telling(&Wanted::default()).is_none());
    let world = World { provider: telling, ..world };
    world.sign_in().await.unwrap();
}

/// Logto knows `login` and `consent`, and so does oidc-provider; its page is shown to whoever is to be somebody else.
#[tokio::test]
async fn another_account_is_asked_for_in_words_that_the_issuer_knows() {
    let world = World::with(|oidc| oidc.with_prompt("consent")).await;
    world.corp.know_prompts(&["none", "login", "consent"]);
    world.corp.add_person("bob", "b5a9-bob");
    let leg = leg();
    let url = world.provider.departure_of_another(&leg).await.unwrap();
    let back = callback(&world.corp.approve(&url, "bob"));
    let signed_in = world.provider.arrive(&back, &leg, world.now()).await.unwrap();
    assert_eq!(signed_in.person.subject(), "corp:b5a9-bob");
    assert_eq!(pair(&url, "prompt").as_deref(), Some("consent login"));
    let url = world.provider.departure(&leg).await.unwrap();
    assert_eq!(pair(&url, "prompt").as_deref(), Some("consent"));

    let chooser = World::new().await;
    let url = chooser.provider.departure(&leg).await.unwrap();
    assert_eq!(pair(&url, "prompt"), None, "it is for the issuer to say");
    chooser.corp.announce_prompts(&["login", "select_account"]);
    chooser.clock.advance(Duration::from_secs(2 * 60 * 60));
    let url = chooser.provider.departure_of_another(&leg).await.unwrap();
    assert_eq!(pair(&url, "prompt").as_deref(), Some("select_account"));
}

/// OpenID Connect Core section 11, which Logto and oidc-provider keep to the letter.
#[tokio::test]
async fn an_issuer_that_wants_to_be_asked_for_consent_gives_refresh_tokens_when_it_is() {
    let world = World::with(|oidc| oidc.with_prompt("consent")).await;
    world.corp.give_refresh_tokens_after_consent_only();
    let tokens = world.sign_in_with(&["offline_access"]).await.unwrap().tokens.unwrap();
    assert_eq!(tokens.scopes.as_deref(), Some("email offline_access openid profile"));
    world.provider.refresh(&tokens, world.now()).await.unwrap();
    assert!(world.sign_in().await.unwrap().tokens.unwrap().refresh_token.is_none());

    let silent = World::new().await;
    silent.corp.give_refresh_tokens_after_consent_only();
    let tokens = silent.sign_in_with(&["offline_access"]).await.unwrap().tokens.unwrap();
    assert!(tokens.refresh_token.is_none());
    assert_eq!(tokens.scopes.as_deref(), Some("email openid profile"));
}

#[tokio::test]
async fn google_asks_for_refresh_tokens_and_lets_people_choose_an_account() {
    let world = World::new().await;
    let google = started(world.corp.google(), &world.clock);
    let url = google.departure(&leg()).await.unwrap();
    assert_eq!(pair(&url, "access_type").as_deref(), Some("offline"));
    assert_eq!(pair(&url, "prompt").as_deref(), Some("consent"));
    let url = google.departure_of_another(&leg()).await.unwrap();
    assert_eq!(pair(&url, "prompt").as_deref(), Some("consent select_account"));
    let google = World { provider: google, ..world };
    assert_eq!(google.sign_in().await.unwrap().person.subject(), "google:b5a9-alice");
    assert_eq!((google.provider.id(), google.provider.name()), ("google", "Google"));
    let url = google.provider.service().unwrap().api_url();
    assert_eq!(url, google.corp.url());
    let real = crate::Google::new("id", "secret").into_provider();
    assert_eq!(real.service().unwrap().api_url(), "https://www.googleapis.com");
}

#[test]
fn what_cannot_work_is_refused_at_start() {
    let issuer = IssuerUrl::parse("https://mcp.example.com", "test").unwrap();
    let of = |provider: Arc<dyn AnyProvider>| -> Vec<_> {
        provider.problems(&issuer).into_iter().map(|problem| problem.setting).collect()
    };
    let settings = |oidc: Oidc| of(oidc.into_provider());
    let corp = || Oidc::new("corp", "https://login.example.com/realms/x", "id", "secret");
    assert_eq!(settings(corp()), [""; 0]);
    assert_eq!(settings(Oidc::new("corp", "http://127.0.0.1:4000", "id", "secret")), [""; 0]);
    assert_eq!(settings(Oidc::without_secret("corp", "https://login.example.com/", "id")), [""; 0]);
    let empty = Oidc::new("corp", "https://login.example.com", "", " ");
    assert_eq!(settings(empty), ["Oidc::new(client_id)", "Oidc::new(client_secret)"]);
    // Ids of other kinds of sign-in would let their people be ours.
    for id in
        ["", "Corp", "a/b", "a b", "-a", "github", "google", "development", "a:b", "..", &"a".repeat(33)]
    {
        let odd = Oidc::new(id, "https://login.example.com", "id", "secret");
        assert_eq!(settings(odd), ["Oidc::new(id)"], "{id}");
    }
    for url in
        ["http://login.example.com", "https://login.example.com?a", "login.example.com", "https://10.0.0.1"]
    {
        assert_eq!(settings(Oidc::new("corp", url, "id", "secret")), ["Oidc::new(issuer)"], "{url}");
    }
    assert_eq!(
        settings(Oidc::new("corp", "https://10.0.0.1", "id", "secret").allow_private_network()),
        [""; 0]
    );
    assert_eq!(settings(corp().scopes(["a b"])), ["Oidc::scopes"]);
    assert_eq!(settings(corp().with_api_url("ftp://x")), ["Oidc::with_api_url"]);
    assert_eq!(settings(corp().with_prompt("login consent")), [""; 0]);
    for words in ["", "none", "consent none", "consent  login", "consent&scope=x", "login\n"] {
        assert_eq!(settings(corp().with_prompt(words)), ["Oidc::with_prompt"], "{words:?}");
    }
    let google = || crate::Google::new("id", "secret");
    assert_eq!(of(google().into_provider()), [""; 0]);
    assert_eq!(of(google().with_id("google-two").into_provider()), [""; 0]);
    assert_eq!(of(google().with_id("github").into_provider()), ["Google::new(id)"]);
}

#[test]
fn the_environment_names_a_client_or_every_variable_that_is_missing() {
    let vars = |vars: &[(&str, &str)]| -> Vec<_> {
        vars.iter().map(|&(name, value)| (name.to_owned(), Some(value.to_owned()))).collect()
    };
    let all = [
        ("MCP_OUR_CORP_ISSUER", "https://login.example.com"),
        ("MCP_OUR_CORP_CLIENT_ID", "id"),
        ("MCP_OUR_CORP_CLIENT_SECRET", "secret"),
        ("MCP_OUR_CORP_NAME", "Example"),
        ("MCP_OUR_CORP_SCOPES", "profile,api offline_access"),
        ("MCP_OUR_CORP_API_URL", "https://api.example.com/"),
        ("MCP_OUR_CORP_PROMPT", "consent"),
    ];
    let corp = Oidc::from_vars("our-corp", vars(&all)).unwrap();
    assert_eq!(
        (corp.id.as_str(), corp.name.as_str(), corp.issuer.as_str()),
        ("our-corp", "Example", "https://login.example.com")
    );
    assert_eq!(corp.scopes, ["api", "offline_access", "openid", "profile"]);
    assert_eq!(corp.api_url(), "https://api.example.com");
    assert_eq!(corp.prompt.as_deref(), Some("consent"));
    assert!(corp.client.client_secret.is_some());
    assert!(Oidc::from_vars("our-corp", vars(&all[..2])).unwrap().client.client_secret.is_none());
    let missing = Oidc::from_vars("our-corp", vars(&all[2..])).unwrap_err().to_string();
    assert!(missing.contains("MCP_OUR_CORP_ISSUER and MCP_OUR_CORP_CLIENT_ID: are not set"), "{missing}");
    let missing = crate::Google::from_vars(vars(&[("MCP_GOOGLE_CLIENT_ID", "id")])).unwrap_err().to_string();
    assert!(missing.contains("MCP_GOOGLE_CLIENT_SECRET: is not set"), "{missing}");
}

#[tokio::test]
async fn r43_nothing_secret_is_printed() {
    let world = World::new().await;
    let tokens = world.sign_in().await.unwrap().tokens.unwrap();
    let wrong = Oidc::new("corp", "https://me:hunter2@login.example.com", "id", "hunter2");
    let issuer = IssuerUrl::parse("http://localhost:3000", "test").unwrap();
    let known = world.corp.sign_in("corp");
    let printed = format!(
        "{:?} {tokens:?} {wrong:?} {:?} {known:?} {:?} {:?}",
        world.provider,
        wrong.problems(&issuer),
        world.corp,
        crate::Google::new("id", "hunter2"),
    );
    assert!(!printed.contains("hunter2"), "{printed}");
    assert!(world.corp.secrets().len() > 2);
    for secret in world.corp.secrets() {
        assert!(!printed.contains(&secret), "{printed}");
    }
}

/// RFC 7009: with the refresh token its access token ends.
#[tokio::test]
async fn a_token_that_nobody_needs_ends_at_the_issuer() {
    let world = World::new().await;
    let tokens = world.sign_in().await.unwrap().tokens.unwrap();
    world.corp.fail_with(OidcPart::Revocation, 503);
    let outage = world.provider.revoke(&tokens, world.now()).await;
    assert!(matches!(outage, Err(SignInError::Unavailable(_))), "{outage:?}");
    world.corp.recover();
    assert!(world.provider.revoke(&tokens, world.now()).await.unwrap());
    let refreshed = world.provider.refresh(&tokens, world.now()).await;
    assert!(matches!(refreshed, Err(SignInError::Refused(_))), "{refreshed:?}");
    assert_eq!(world.corp.requests(OidcPart::Revocation), 2);
}
