//! User types under the names of everybody else's.

#![allow(dead_code, non_camel_case_types, reason = "hostile on purpose")]

mod core {}
mod std {}
mod rmcp {}
mod serde_json {}
struct Option;
struct Result;
struct String;
struct Vec;
struct Box;
struct Json;
struct Some;
struct None;
struct Ok;
struct Err;
struct ToolCall;
struct Argument;
struct Send;
struct Sync;
struct Self_;
struct str;
struct usize;
trait Otherwise {}
trait Future {}
trait From {}

pub struct Hostile;

#[::mcp_auth::server(name = "hostile", prompts(public), custom(authenticated))]
impl Hostile {
    /// Named like what is generated.
    #[tool(public, annotations(destructive = false, idempotent, open_world = false))]
    fn mcp_auth_call(&self, server: u64, call: u64, r#type: bool, mcp_auth_argument_0: i8) -> u64 {
        let _ = (r#type, mcp_auth_argument_0);
        server + call
    }

    #[tool(public)]
    async fn r#match(&self, mut counter: u64, _unused: u8) -> u64 {
        counter += 1;
        counter
    }

    fn spawnable() {}
    fn boxed() {}
    fn argument() {}
}

#[test]
fn keeps_the_names() {
    let tools = <Hostile as ::mcp_auth::Server>::DEFINITION.tools[0];
    assert_eq!(tools[0].name, "mcp_auth_call");
    assert_eq!(tools[1].name, "match");
}
