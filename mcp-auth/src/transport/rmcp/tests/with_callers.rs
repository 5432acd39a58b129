//! Callers of every kind before groups of every access word: who is let through, and to where.

use serde_json::{Value, json};

use super::{
    everything::{Everything, Ran, THEIRS},
    methods::{Method, NOTIFICATIONS, REQUESTS, group},
    wire::{METADATA, Who, serve},
};
use crate::Server;

const NARROW: Who = Who::With(&["a"]);
const OTHER: Who = Who::With(&["c"]);
const GOOD: Who = Who::With(&["a", "b", "c"]);
const CALLERS: [Who; 5] = [Who::Anonymous, Who::With(&[]), NARROW, OTHER, GOOD];

/// What a caller gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Passes,
    /// 401 in words: sign in, with these scopes.
    SignIn(&'static str),
    /// 403 in words: the same person, with these scopes.
    StepUp(&'static str),
    /// There is no such method here.
    Absent,
}
use Answer::{Absent, Passes, SignIn, StepUp};

/// `all` or one of `any`, which a challenge asks for by `wanted`.
fn scopes(who: Who, all: &[&str], any: &[&str], wanted: &'static str) -> Answer {
    let Who::With(held) = who else { return SignIn(wanted) };
    let enough = all.iter().all(|scope| held.contains(scope))
        && (any.is_empty() || any.iter().any(|scope| held.contains(scope)));
    if enough { Passes } else { StepUp(wanted) }
}

/// The declaration of `Groups`, said again in this test's words.
fn declared(group: Option<&str>, who: Who) -> Answer {
    match group {
        Some("prompts") => Passes,
        Some("resources") | None => scopes(who, &[], &[], ""),
        Some("completions" | "logging") => scopes(who, &["a"], &[], "a"),
        Some("subscriptions") => scopes(who, &[], &["b", "c"], "b"),
        Some("tasks") => scopes(who, &["a", "b"], &[], "a b"),
        Some("skills" | "custom") => scopes(who, &["b"], &[], "b"),
        Some(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn groups_with_different_words() {
    check(Everything::<1>, declared).await;
}

#[tokio::test]
async fn what_is_not_declared_is_absent_for_everybody() {
    check(Everything::<0>, |group, who| match group {
        Some(_) => Absent,
        None => scopes(who, &[], &[], ""),
    })
    .await;
}

#[tokio::test]
async fn anonymous_opens_the_lists_and_public_groups_only() {
    check(Everything::<2>, |group, who| match group {
        Some(_) => Passes,
        None if who == Who::Anonymous => Passes,
        None => scopes(who, &[], &[], ""),
    })
    .await;
}

#[tokio::test]
async fn what_the_server_requires_is_required_everywhere() {
    check(Everything::<3>, |group, who| match group {
        Some("prompts") | None => scopes(who, &["a"], &[], "a"),
        Some(_) => Absent,
    })
    .await;
}

/// Every method for every caller; what passes reaches the user's handler exactly once.
async fn check<S: Server>(server: fn(Ran) -> S, expected: fn(Option<&str>, Who) -> Answer) {
    for who in CALLERS {
        for method in REQUESTS {
            let ran = Ran::default();
            let mut pipe = serve(server(ran.clone()), who, method.modern);
            let answer = pipe.ask(method.name, method.params()).await;
            let expected = expected(group(method.name), who);
            judge(method, who, expected, &answer, &ran.take());
        }
        for method in NOTIFICATIONS {
            let ran = Ran::default();
            serve(server(ran.clone()), who, false).tell(method.name, method.params()).await;
            let mut ran = ran.take();
            ran.retain(|name| *name != "ping");
            // What an anonymous server opens of them is the end of the handshake.
            let open = method.name == "notifications/initialized";
            let expected = match expected(group(method.name), who) {
                Passes if who == Who::Anonymous && !open && group(method.name).is_none() => Absent,
                expected => expected,
            };
            let reaches = if expected == Passes { method.reaches } else { &[] };
            assert_eq!(ran, reaches, "{} for {who:?}", method.name);
        }
    }
}

fn judge(method: &Method, who: Who, expected: Answer, answer: &Value, ran: &[&str]) {
    let at = format!("{} for {who:?}: {answer}, ran {ran:?}", method.name);
    let error = &answer["error"];
    let challenge = error["data"]["mcp/www_authenticate"][0].as_str().unwrap_or_default();
    let refused = |code: i32, start: &str, wanted: &str| {
        assert_eq!(error["code"], code, "{at}");
        let scope = if wanted.is_empty() { String::new() } else { format!("scope=\"{wanted}\", ") };
        assert_eq!(challenge, format!("Bearer {start}{scope}resource_metadata=\"{METADATA}\""), "{at}");
        assert!(ran.iter().all(|name| *name == "accepted_subscription_filter"), "{at}");
    };
    match expected {
        Passes => {
            assert_eq!(ran, method.reaches, "{at}");
            let own = ["initialize", "server/discover", "ping", "tools/list"].contains(&method.name);
            assert_eq!(answer.to_string().contains(THEIRS), !own, "{at}");
            assert_eq!(answer.get("result").is_some(), own, "{at}");
        }
        SignIn(wanted) => refused(-32001, "", wanted),
        StepUp(wanted) => refused(-32003, "error=\"insufficient_scope\", ", wanted),
        Absent => {
            assert_eq!(error["code"], -32601, "{at}");
            assert_eq!(challenge, "", "{at}");
            assert_eq!(ran, [""; 0], "{at}");
        }
    }
}

#[tokio::test]
async fn tools_with_different_words() {
    let expected = |tool: &str, who| match tool {
        "open" => Passes,
        "signed_in" => scopes(who, &[], &[], ""),
        "one" => scopes(who, &["a"], &[], "a"),
        "both" => scopes(who, &["a", "b"], &[], "a b"),
        _ => scopes(who, &[], &["b", "c"], "b"),
    };
    for who in CALLERS {
        for tool in ["open", "signed_in", "one", "both", "either"] {
            let ran = Ran::default();
            let answer = serve(Everything::<0>(ran.clone()), who, false).call(tool, json!({})).await;
            let at = format!("{tool} for {who:?}: {answer}");
            let result = &answer["result"];
            let challenge = result["_meta"]["mcp/www_authenticate"][0].as_str().unwrap_or_default();
            assert_eq!(ran.take().len(), usize::from(expected(tool, who) == Passes), "{at}");
            assert_eq!(result["isError"] == true, expected(tool, who) != Passes, "{at}");
            match expected(tool, who) {
                Passes | Absent => assert_eq!(challenge, "", "{at}"),
                SignIn(wanted) => {
                    assert!(!challenge.contains("error="), "{at}");
                    assert_eq!(
                        challenge.contains(&format!("scope=\"{wanted}\"")),
                        !wanted.is_empty(),
                        "{at}"
                    );
                    assert!(challenge.contains(METADATA), "{at}");
                }
                StepUp(wanted) => {
                    assert!(challenge.contains("error=\"insufficient_scope\""), "{at}");
                    assert!(challenge.contains(&format!("scope=\"{wanted}\"")), "{at}");
                    assert!(challenge.contains(METADATA), "{at}");
                }
            }
        }
    }
}

/// A locked server has no open tools.
#[tokio::test]
async fn what_the_server_requires_is_required_of_public_tools() {
    for (who, runs) in
        [(Who::Nobody, false), (Who::Anonymous, false), (OTHER, false), (NARROW, true), (GOOD, true)]
    {
        for tool in ["open", "signed_in"] {
            let ran = Ran::default();
            let answer = serve(Everything::<3>(ran.clone()), who, false).call(tool, json!({})).await;
            assert_eq!(ran.take() == [tool], runs, "{tool} for {who:?}: {answer}");
            assert_eq!(answer["result"]["isError"] == true, !runs, "{tool} for {who:?}: {answer}");
        }
    }
}

/// Whoever may list the tools learns that a name does not exist; others do not.
#[tokio::test]
async fn unknown_tools() {
    let ask = async |server: fn(Ran) -> Everything<0>, who| {
        serve(server(Ran::default()), who, false).call("nothing", json!({})).await["error"]["code"].clone()
    };
    assert_eq!(ask(Everything::<0>, Who::Anonymous).await, -32600);
    assert_eq!(ask(Everything::<0>, Who::With(&[])).await, -32602);
    let open = serve(Everything::<2>::default(), Who::Anonymous, false).call("nothing", json!({})).await;
    assert_eq!(open["error"]["code"], -32602);
    let narrow = serve(Everything::<3>::default(), Who::With(&[]), false).call("nothing", json!({})).await;
    assert_eq!(narrow["error"]["code"], -32600);
}
