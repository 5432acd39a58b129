//! What the server says about itself.

use serde_json::{Value, json};

use super::{
    everything::{Everything, Ran},
    methods::REQUESTS,
    wire::{Who, serve},
};
use crate::Server;

async fn capabilities<S: Server>(server: fn(Ran) -> S, who: Who) -> [Value; 2] {
    let ask = async |name: &str| {
        let method = REQUESTS.iter().find(|method| method.name == name).unwrap();
        let mut pipe = serve(server(Ran::default()), who, method.modern);
        pipe.ask(name, method.params()).await["result"]["capabilities"].clone()
    };
    [ask("initialize").await, ask("server/discover").await]
}

/// What nobody may use is not advertised.
#[tokio::test]
async fn advertises_declared_groups_only() {
    for capabilities in capabilities(Everything::<0>, Who::With(&[])).await {
        let own = json!({ "com.example/own": {} });
        assert_eq!(capabilities, json!({ "tools": { "listChanged": true }, "extensions": own }));
    }
    for capabilities in capabilities(Everything::<1>, Who::With(&[])).await {
        assert_eq!(capabilities["prompts"], json!({ "listChanged": true }));
        assert_eq!(capabilities["resources"], json!({ "subscribe": true, "listChanged": true }));
        assert_eq!(capabilities["completions"], json!({}));
        assert_eq!(capabilities["logging"], json!({}));
        let extensions = capabilities["extensions"].as_object().unwrap();
        assert_eq!(extensions.len(), 3, "{extensions:?}");
    }
    for capabilities in capabilities(Everything::<3>, Who::With(&["a"])).await {
        assert_eq!(capabilities["prompts"], json!({ "listChanged": true }));
        assert_eq!(capabilities["resources"], Value::Null);
        assert_eq!(capabilities["extensions"], json!({ "com.example/own": {} }));
    }
}

/// The list depends on who asks, so no shared cache may keep it.
#[tokio::test]
async fn lists_are_private() {
    let mut pipe = serve(Everything::<0>::default(), Who::With(&[]), true);
    let answer = pipe.ask("tools/list", json!({})).await;
    assert_eq!(answer["result"]["cacheScope"], "private", "{answer}");
    let answer = pipe.ask("server/discover", json!({})).await;
    assert_eq!(answer["result"]["cacheScope"], "private", "{answer}");
}

/// `ChatGPT` reads who may call a tool from its metadata (SEP-1488).
#[tokio::test]
async fn tools_carry_security_schemes() {
    let mut pipe = serve(Everything::<0>::default(), Who::With(&[]), false);
    let answer = pipe.ask("tools/list", json!({})).await;
    let schemes = |tool: &str| {
        let tools = answer["result"]["tools"].as_array().unwrap();
        let tool = tools.iter().find(|listed| listed["name"] == tool).unwrap();
        tool["_meta"]["securitySchemes"].clone()
    };
    let oauth2 = |scopes: &[&str]| json!([{ "type": "oauth2", "scopes": scopes }]);
    assert_eq!(schemes("open"), json!([{ "type": "noauth" }, { "type": "oauth2", "scopes": [] }]));
    assert_eq!(schemes("signed_in"), oauth2(&[]));
    assert_eq!(schemes("one"), oauth2(&["a"]));
    assert_eq!(schemes("both"), oauth2(&["a", "b"]));
    assert_eq!(schemes("either"), oauth2(&["b"]));

    let mut pipe = serve(Everything::<3>::default(), Who::With(&["a"]), false);
    let answer = pipe.ask("tools/list", json!({})).await;
    assert_eq!(answer["result"]["tools"][1]["_meta"]["securitySchemes"], oauth2(&["a"]));
}
