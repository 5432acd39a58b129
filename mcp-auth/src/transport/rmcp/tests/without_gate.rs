//! With the HTTP layer removed nothing runs but public tools, whatever the user's handler would answer.

use serde_json::{Value, json};

use super::{
    everything::{Everything, Groups, Open, Ran, THEIRS, Tools},
    methods::{NOTIFICATIONS, REQUESTS, group},
    wire::{Pipe, Who, serve},
};
use crate::Server;

const REFUSED: &str = "the server cannot tell who calls";

#[tokio::test]
async fn only_public_tools_run() {
    for modern in [false, true] {
        for tool in
            ["open", "signed_in", "one", "both", "either", "unknown", "call_tool", "", "Open", "open "]
        {
            let ran = Ran::default();
            let answer = serve(Everything::<0>(ran.clone()), Who::Nobody, modern).call(tool, json!({})).await;
            assert_eq!(ran.take() == ["open"], tool == "open", "{tool}: {answer}");
            assert!(!answer.to_string().contains(THEIRS), "{tool}: {answer}");
            if tool != "open" {
                assert!(is_refusal(&answer), "{tool}: {answer}");
            }
            // A server that cannot tell who calls must not send people into a sign-in.
            assert!(!answer.to_string().contains("Bearer"), "{tool}: {answer}");
        }
    }
}

/// A name that does not exist looks like one that does.
#[tokio::test]
async fn without_identity_tools_cannot_be_guessed() {
    let mut pipe = serve(Tools::default(), Who::Nobody, false);
    assert_eq!(pipe.call("unknown", json!({})).await["error"]["code"], -32600);
}

#[tokio::test]
async fn no_method_reaches_the_users_handler() {
    refuses_everything(Everything::<0>).await;
}

#[tokio::test]
async fn declared_groups_are_refused_as_well() {
    refuses_everything(Everything::<1>).await;
}

/// Even what everybody may do: the gate is missing, so nobody counts as "everybody".
#[tokio::test]
async fn open_groups_are_refused_as_well() {
    refuses_everything(Everything::<2>).await;
}

async fn refuses_everything<S: Server>(server: fn(Ran) -> S) {
    for method in REQUESTS {
        let ran = Ran::default();
        let mut pipe = serve(server(ran.clone()), Who::Nobody, method.modern);
        let answer = pipe.ask(method.name, method.params()).await;
        assert!(is_refusal(&answer), "{}: {answer}", method.name);
        assert!(!answer.to_string().contains(THEIRS), "{}: {answer}", method.name);
        // rmcp asks for the filter before anybody knows who calls; it sees no request and answers nobody.
        let mut ran = ran.take();
        ran.retain(|name| *name != "accepted_subscription_filter");
        assert!(ran.is_empty(), "{}: {ran:?}", method.name);
    }
    for method in NOTIFICATIONS {
        let ran = Ran::default();
        serve(server(ran.clone()), Who::Nobody, false).tell(method.name, method.params()).await;
        assert_eq!(ran.take(), [""; 0], "{}", method.name);
    }
}

fn is_refusal(answer: &Value) -> bool {
    answer.get("error").is_some() || answer["result"]["isError"] == true
}

/// The developer's mistake is not told as the caller's.
#[tokio::test]
async fn the_reason_is_a_fault_of_the_server() {
    let mut pipe: Pipe = serve(Groups::default(), Who::Nobody, false);
    let answer = pipe.ask("prompts/list", json!({})).await;
    assert_eq!(answer["error"], json!({ "code": -32603, "message": REFUSED }));
    let answer = serve(Open::default(), Who::Nobody, false).ask("tools/list", json!({})).await;
    assert_eq!(answer["error"], json!({ "code": -32603, "message": REFUSED }));
}

/// A method that is known and whose parameters do not fit arrives as a custom one: it must not pass as such.
#[tokio::test]
async fn known_methods_never_pass_as_custom_ones() {
    for who in [Who::Nobody, Who::Anonymous, Who::With(&[])] {
        for method in REQUESTS.iter().filter(|method| group(method.name) != Some("custom")) {
            for params in
                [json!({ "name": 5, "uri": [] }), json!([]), json!({ "taskId": {}, "level": "loud" })]
            {
                let ran = Ran::default();
                let mut pipe = serve(Everything::<2>(ran.clone()), who, false);
                if params.is_object() {
                    pipe.ask(method.name, params.clone()).await;
                }
                let ran = ran.take();
                assert!(!ran.contains(&"on_custom_request"), "{} {params} {who:?}: {ran:?}", method.name);
            }
        }
        for params in [json!({}), json!({ "name": 5 }), json!({ "name": "open", "arguments": [] })] {
            let ran = Ran::default();
            let answer =
                serve(Everything::<2>(ran.clone()), who, false).ask("tools/call", params.clone()).await;
            assert!(is_refusal(&answer), "{params}: {answer}");
            assert_eq!(ran.take(), [""; 0], "{params}");
        }
    }
}

/// A request sent as a notification is not dispatched, and must not reach the user as "custom".
#[tokio::test]
async fn known_methods_never_pass_as_custom_notifications() {
    for method in REQUESTS.iter().filter(|method| group(method.name) != Some("custom")) {
        let ran = Ran::default();
        serve(Everything::<2>(ran.clone()), Who::With(&[]), false).tell(method.name, method.params()).await;
        let mut ran = ran.take();
        ran.retain(|name| *name != "ping");
        assert_eq!(ran, [""; 0], "{}", method.name);
    }
}
