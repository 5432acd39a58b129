//! What a tool's declaration says beside its schema.

use mcp_auth::{
    private::{Icon, MetaObject},
    server,
};
use serde_json::json;

use crate::support::client;

struct Described;

fn meta(value: serde_json::Value) -> MetaObject {
    serde_json::from_value(value).unwrap()
}

fn icons() -> Vec<Icon> {
    vec![Icon::new("https://notes.example/icon.png")]
}

#[server(scopes("notes:read", "notes:write"), requires("notes:read"))]
impl Described {
    #[tool(public)]
    fn open(&self) {}

    #[tool(authenticated, name = "signed-in", title = "Signed in", icons = icons())]
    fn signed_in(&self) {}

    #[tool(
        any_of("notes:write", "notes:read"),
        annotations(read_only, destructive = false, title = "Either"),
        meta = meta(json!({ "com.example/x": 1, "securitySchemes": [{ "type": "noauth" }] }))
    )]
    fn either(&self) {}
}

#[tokio::test]
async fn who_may_call_is_said_in_the_words_of_sep_1488() {
    let client = client(Described, "notes:read");
    let schemes = async |tool: &str| client.tool(tool).await["_meta"]["securitySchemes"].clone();
    // The server demands a scope of every request, public tools included.
    assert_eq!(schemes("open").await, json!([{ "type": "oauth2", "scopes": ["notes:read"] }]));
    assert_eq!(schemes("signed-in").await, json!([{ "type": "oauth2", "scopes": ["notes:read"] }]));
    // What the attribute says of the access is what holds; a meta that says otherwise would be a lie.
    let either = client.tool("either").await;
    let oauth2 = json!([{ "type": "oauth2", "scopes": ["notes:read", "notes:write"] }]);
    assert_eq!(either["_meta"], json!({ "com.example/x": 1, "securitySchemes": oauth2 }));
}

#[tokio::test]
async fn titles_icons_and_hints() {
    let client = client(Described, "notes:read");
    let signed_in = client.tool("signed-in").await;
    assert_eq!(signed_in["title"], "Signed in");
    assert_eq!(signed_in["icons"][0]["src"], "https://notes.example/icon.png");
    assert!(signed_in.get("annotations").is_none() && signed_in.get("description").is_none(), "{signed_in}");
    let either = client.tool("either").await;
    let hints = json!({ "title": "Either", "readOnlyHint": true, "destructiveHint": false });
    assert_eq!(either["annotations"], hints);
    assert!(either.get("icons").is_none(), "{either}");
}
