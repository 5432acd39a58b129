//! Arguments that come from JSON: the schema a client sees, and what happens to what it sends.

use mcp_auth::{Json, rmcp::handler::server::wrapper::Parameters, server};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::{assert_fits, client, fits};

/// How loud.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Volume {
    Quiet,
    #[default]
    VeryLoud,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind")]
enum Shape {
    Circle { radius: f64 },
    Square { side: f64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Point {
    x: i64,
    y: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
struct Line {
    from: Point,
    to: Point,
    /// A comment.
    note: Option<String>,
}

/// Refers to itself.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
struct Tree {
    name: String,
    #[serde(default)]
    children: Vec<Tree>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Strict {
    x: i64,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
struct Wrapped(Option<u8>);

struct Tools;

#[server]
impl Tools {
    /// Draws.
    ///
    /// Twice, if asked.
    #[tool(public)]
    async fn draw(
        &self,
        /// Where it
        /// begins.
        from: Point,
        to: Point,
        lines: Vec<Line>,
        shape: Shape,
        volume: Volume,
        r#type: String,
        _unused: Option<bool>,
        mut count: u8,
    ) -> String {
        count += 1;
        format!("{from:?} {to:?} {} {shape:?} {volume:?} {type} {count}", lines.len())
    }

    #[tool(public)]
    async fn defaults(
        &self,
        #[arg(default = 10, description = "At most so many.")] limit: u32,
        #[arg(default)] volume: Volume,
        #[arg(default = "north")] side: String,
        #[arg(default = Point { x: 1, y: 2 })] at: Point,
        #[arg(default = Some(3))] maybe: Option<u8>,
        #[arg(rename = "max-size")] size: Option<u64>,
    ) -> String {
        format!("{limit} {volume:?} {side} {},{} {maybe:?} {size:?}", at.x, at.y)
    }

    #[tool(public)]
    async fn numbers(
        &self,
        small: Option<i8>,
        big: Option<i64>,
        natural: Option<u64>,
        real: Option<f64>,
    ) -> String {
        format!("{small:?} {big:?} {natural:?} {real:?}")
    }

    #[tool(public)]
    async fn optional(
        &self,
        plain: Option<String>,
        nested: Option<Option<Point>>,
        any: Option<Value>,
    ) -> String {
        format!("{plain:?} {nested:?} {any:?}")
    }

    #[tool(public)]
    async fn required(&self, text: String, any: Value, wrapped: Wrapped) -> String {
        format!("{text} {any} {:?}", wrapped.0)
    }

    #[tool(public)]
    async fn tree(&self, tree: Tree, strict: Option<Strict>) -> String {
        format!("{} {} {:?}", tree.name, tree.children.len(), strict.map(|strict| strict.x))
    }

    #[tool(public)]
    async fn whole(&self, tree: Parameters<Tree>) -> String {
        format!("{} {}", tree.0.name, tree.0.children.len())
    }

    #[tool(public)]
    async fn anything(&self, object: Parameters<serde_json::Map<String, Value>>) -> Json<Value> {
        Json(Value::Object(object.0))
    }

    #[tool(public)]
    async fn one_of(&self, shape: Parameters<Shape>) -> String {
        format!("{:?}", shape.0)
    }

    #[tool(public)]
    fn nothing(&self) {}
}

async fn schema(tool: &str) -> Value {
    client(Tools, "").tool(tool).await["inputSchema"].clone()
}

fn drawing() -> Value {
    json!({
        "from": { "x": 0, "y": 0 }, "to": { "x": 1, "y": 1 },
        "lines": [{ "from": { "x": 0, "y": 0 }, "to": { "x": 1, "y": 1 } }],
        "shape": { "kind": "Circle", "radius": 1.5 },
        "volume": "very_loud", "type": "t", "count": 1,
    })
}

/// Clients that meet one schema without `"type": "object"` refuse the whole list.
#[tokio::test]
async fn every_schema_is_an_object_of_2020_12() {
    for tool in client(Tools, "").tools().await {
        let schema = &tool["inputSchema"];
        assert_eq!(schema["type"], "object", "{tool}");
        fits(schema, &json!({}));
        if let Some(output) = tool.get("outputSchema") {
            assert_eq!(output["type"], "object", "{tool}");
        }
    }
    assert_eq!(schema("nothing").await, json!({ "type": "object", "properties": {} }));
}

#[tokio::test]
async fn one_property_per_argument_with_shared_definitions() {
    let schema = schema("draw").await;
    assert_fits(&schema, &drawing());
    let mut names: Vec<_> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["_unused", "count", "from", "lines", "shape", "to", "type", "volume"]);
    assert_eq!(schema["required"], json!(["from", "to", "lines", "shape", "volume", "type", "count"]));
    let mut definitions: Vec<_> = schema["$defs"].as_object().unwrap().keys().map(String::as_str).collect();
    definitions.sort_unstable();
    assert_eq!(definitions, ["Line", "Point", "Shape", "Volume"]);
    assert_eq!(
        schema["properties"]["from"],
        json!({ "$ref": "#/$defs/Point", "description": "Where it begins." })
    );
    assert_eq!(schema["properties"]["to"], json!({ "$ref": "#/$defs/Point" }));
    assert_eq!(schema["$defs"]["Line"]["properties"]["from"], json!({ "$ref": "#/$defs/Point" }));
    assert_eq!(client(Tools, "").tool("draw").await["description"], "Draws.\n\nTwice, if asked.");
}

#[tokio::test]
async fn what_the_schema_admits_is_read() {
    let text = client(Tools, "").text("draw", drawing()).await;
    assert_eq!(text, "Point { x: 0, y: 0 } Point { x: 1, y: 1 } 1 Circle { radius: 1.5 } VeryLoud t 2");
    let tree = json!({ "tree": { "name": "a", "children": [{ "name": "b" }] } });
    assert_fits(&schema("tree").await, &tree);
    assert_eq!(client(Tools, "").text("tree", tree).await, "a 1 None");
}

#[tokio::test]
async fn defaults_are_shown_and_applied() {
    let client = client(Tools, "");
    let schema = schema("defaults").await;
    assert!(schema.get("required").is_none(), "{schema}");
    let properties = &schema["properties"];
    assert_eq!(properties["limit"]["default"], 10);
    assert_eq!(properties["limit"]["description"], "At most so many.");
    assert_eq!(properties["volume"]["default"], "very_loud");
    assert_eq!(properties["side"]["default"], "north");
    assert_eq!(properties["at"]["default"], json!({ "x": 1, "y": 2 }));
    assert_eq!(properties["maybe"]["default"], 3);
    assert!(properties.get("size").is_none() && properties.get("max-size").is_some(), "{schema}");
    for (name, property) in properties.as_object().unwrap() {
        let Some(default) = property.get("default") else { continue };
        let arguments: Value = [(name.clone(), default.clone())].into_iter().collect();
        assert_fits(&schema, &arguments);
    }
    assert_eq!(client.text("defaults", json!({})).await, "10 VeryLoud north 1,2 Some(3) None");
    let all = json!({
        "limit": 1, "volume": "quiet", "side": "s", "at": { "x": 0, "y": 0 }, "maybe": null, "max-size": 5
    });
    assert_eq!(client.text("defaults", all).await, "1 Quiet s 0,0 None Some(5)");
    // The default is for what is left out; `null` is a value, and no number.
    let failure = client.failure("defaults", json!({ "limit": null })).await;
    assert!(failure.contains("`limit`"), "{failure}");
    // The name in Rust is not the name on the wire.
    assert_eq!(client.text("defaults", json!({ "size": 5 })).await, "10 VeryLoud north 1,2 Some(3) None");
}

#[tokio::test]
async fn numbers_keep_their_ranges() {
    let client = client(Tools, "");
    let schema = schema("numbers").await;
    for (arguments, expected) in [
        (json!({ "small": -128 }), "Some(-128) None None None"),
        (json!({ "small": 127 }), "Some(127) None None None"),
        (json!({ "big": i64::MIN }), "None Some(-9223372036854775808) None None"),
        (json!({ "natural": u64::MAX }), "None None Some(18446744073709551615) None"),
        (json!({ "real": 1 }), "None None None Some(1.0)"),
        (json!({ "real": 1e300 }), "None None None Some(1e300)"),
        (json!({ "real": -0.5 }), "None None None Some(-0.5)"),
    ] {
        assert!(fits(&schema, &arguments), "{arguments}");
        assert_eq!(client.text("numbers", arguments).await, expected);
    }
    for (arguments, name) in [
        (json!({ "small": 128 }), "small"),
        (json!({ "small": -129 }), "small"),
        (json!({ "small": 1.5 }), "small"),
        (json!({ "big": 1.5 }), "big"),
        (json!({ "natural": -1 }), "natural"),
        (json!({ "natural": "1" }), "natural"),
        (json!({ "real": "1" }), "real"),
        (json!({ "real": [1] }), "real"),
    ] {
        assert!(!fits(&schema, &arguments), "{arguments}");
        let failure = client.failure("numbers", arguments.clone()).await;
        assert!(failure.starts_with(&format!("argument `{name}`: ")), "{arguments}: {failure}");
    }
}

#[tokio::test]
async fn what_is_left_out_and_what_is_null() {
    let client = client(Tools, "");
    assert_eq!(client.text("optional", json!({})).await, "None None None");
    assert_eq!(client.text("optional", json!({ "plain": null, "nested": null })).await, "None None None");
    assert_eq!(schema("optional").await.get("required"), None);

    // No `arguments` at all is as an empty object.
    let answer = client.ask("tools/call", json!({ "name": "optional" })).await;
    assert_eq!(answer["result"]["content"][0]["text"], "None None None", "{answer}");
    let answer = client.ask("tools/call", json!({ "name": "required" })).await;
    assert_eq!(answer["result"]["content"][0]["text"], "argument `text`: missing", "{answer}");

    let good = json!({ "text": "x", "any": null, "wrapped": null });
    assert_eq!(client.text("required", good.clone()).await, "x null None");
    assert_eq!(schema("required").await["required"], json!(["text", "any", "wrapped"]));
    for name in ["text", "any", "wrapped"] {
        let mut arguments = good.clone();
        arguments.as_object_mut().unwrap().remove(name);
        assert_eq!(client.failure("required", arguments).await, format!("argument `{name}`: missing"));
    }
    let failure = client.failure("required", json!({ "text": null, "any": 1, "wrapped": 1 })).await;
    assert!(failure.starts_with("argument `text`: "), "{failure}");
}

/// Arguments that the tool does not know are passed over, as serde does; a struct of the user's may say otherwise.
#[tokio::test]
async fn unknown_arguments() {
    let client = client(Tools, "");
    assert_eq!(client.text("optional", json!({ "surprise": 1 })).await, "None None None");
    assert!(schema("optional").await.get("additionalProperties").is_none());
    let schema = schema("tree").await;
    assert_eq!(schema["$defs"]["Strict"]["additionalProperties"], false);
    let arguments = json!({ "tree": { "name": "a" }, "strict": { "x": 1, "y": 2 } });
    assert!(!fits(&schema, &arguments));
    let failure = client.failure("tree", arguments).await;
    assert!(failure.starts_with("argument `strict`: unknown field `y`"), "{failure}");
}

#[tokio::test]
async fn wrong_types_are_in_band_errors_that_name_the_argument() {
    let client = client(Tools, "");
    for (name, wrong) in [
        ("from", json!("here")),
        ("from", json!({ "x": 1 })),
        ("lines", json!({})),
        ("lines", json!([{ "from": 1 }])),
        ("shape", json!({ "kind": "Triangle" })),
        ("shape", json!({ "radius": 1 })),
        ("volume", json!("loud")),
        ("type", json!(1)),
        ("_unused", json!("yes")),
        ("count", json!(256)),
    ] {
        let mut arguments = drawing();
        arguments[name] = wrong.clone();
        let failure = client.failure("draw", arguments).await;
        assert!(failure.starts_with(&format!("argument `{name}`: ")), "{name} {wrong}: {failure}");
    }
    // What is no object at all is the protocol's to refuse.
    for arguments in [json!("x"), json!([]), json!(1)] {
        let answer = client.ask("tools/call", json!({ "name": "optional", "arguments": arguments })).await;
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
    }
}

#[tokio::test]
async fn the_whole_input_as_one_type() {
    let client = client(Tools, "");
    let nested = json!({ "name": "a", "children": [{ "name": "b", "children": [] }] });
    assert_fits(&schema("whole").await, &nested);
    assert!(!fits(&schema("whole").await, &json!({ "name": "a", "children": [{ "name": 1 }] })));
    assert_eq!(client.text("whole", nested).await, "a 1");
    let object = json!({ "b": 1, "a": [2] });
    assert_fits(&schema("anything").await, &object);
    assert_eq!(
        client.call("anything", object.clone()).await["structuredContent"],
        json!({ "result": object })
    );
    let shape = json!({ "kind": "Square", "side": 2.0 });
    assert_fits(&schema("one_of").await, &shape);
    assert_eq!(client.text("one_of", shape).await, "Square { side: 2.0 }");
}

struct NoObject;

#[server(resource = "http://127.0.0.1:3000/mcp")]
impl NoObject {
    #[tool(public)]
    async fn no_object(&self, names: Parameters<Vec<String>>) -> String {
        names.0.join(" ")
    }
}

/// An input that no client could give is a mistake that stops the start.
#[test]
fn the_whole_input_is_an_object() {
    let issuer = mcp_auth::DevelopmentIssuer::new("http://127.0.0.1:3000").unwrap();
    let auth = mcp_auth::Auth::builder().development_issuer(issuer).build().unwrap();
    let error = auth.router(NoObject).unwrap_err().to_string();
    assert!(error.contains("no_object") && error.contains("`names` is the whole input"), "{error}");
}
