//! Scopes that turn out to be missing while a tool runs: 403 where nothing has been answered, otherwise in the result.

use mcp_auth::{AuthInfo, Granted, Scope, ToolError, rmcp};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        GetPromptRequestParams, GetPromptResponse, GetPromptResult, ProgressNotificationParam, PromptMessage,
        ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, RequestMetaObject,
        ResourceContents, Role, ServerCapabilities, ServerConfig,
    },
    service::{Peer, RequestContext},
};
use serde_json::{Value, json};

use crate::support::{Answer, Challenge, Kind, Ledger, Message, Running, start};

/// See files.
#[derive(Scope)]
#[scope("files:read")]
struct Read;

/// Everything.
#[derive(Scope)]
#[scope("files:admin", includes(Read))]
struct Admin;

/// Of another server.
#[derive(Scope)]
#[scope("mail:read")]
struct Mail;

#[derive(Clone)]
struct Files;

#[mcp_auth::server(name = "files", scopes(Read, Admin), prompts(scopes(Read)), resources(authenticated))]
impl Files {
    /// Asks for more, at once.
    #[tool(scopes(Read))]
    async fn purge(&self, user: AuthInfo) -> Result<&'static str, ToolError> {
        let _proof: Granted<Admin> = user.require()?;
        Ok("purged")
    }

    /// Says something first.
    #[tool(scopes(Read))]
    async fn slow_purge(
        &self,
        user: AuthInfo,
        peer: Peer<RoleServer>,
        meta: RequestMetaObject,
    ) -> Result<&'static str, ToolError> {
        let token = meta.get_progress_token().ok_or_else(|| ToolError::tell("no progress token"))?;
        peer.notify_progress(ProgressNotificationParam::new(token, 1.0)).await?;
        user.require::<Admin>()?;
        Ok("purged")
    }

    /// Can do without.
    #[tool(scopes(Read))]
    async fn catches(&self, user: AuthInfo) -> &'static str {
        if user.require::<Admin>().is_ok() { "everything" } else { "a part" }
    }

    /// Says no, whatever the scopes.
    #[tool(scopes(Read))]
    async fn forbids(&self, user: AuthInfo) -> Result<(), ToolError> {
        let _ = user.require::<Admin>();
        Err(ToolError::forbidden())
    }

    /// Another error with the same cause.
    #[tool(scopes(Read))]
    async fn tells(&self, user: AuthInfo) -> Result<(), ToolError> {
        user.require::<Admin>().map(drop).map_err(|_| ToolError::tell("only admins"))
    }

    /// By way of rmcp's error.
    #[tool(scopes(Read))]
    async fn by_error_data(&self, user: AuthInfo) -> Result<(), ErrorData> {
        user.require::<Admin>()?;
        Ok(())
    }

    /// Asks for what this server does not know.
    #[tool(scopes(Read))]
    async fn misasks(&self, user: AuthInfo) -> Result<(), ToolError> {
        assert!(!user.has::<Mail>());
        user.require::<Mail>().map(drop)
    }

    /// What the caller holds.
    #[tool(authenticated)]
    async fn holds(&self, user: AuthInfo) -> String {
        format!("{} {} {}", user.has::<Read>(), user.has::<Admin>(), user.has_scope("files:read"))
    }
}

impl ServerHandler for Files {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_prompts().enable_resources().build())
    }

    async fn get_prompt(
        &self,
        _: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        user(&context)?.require::<Admin>()?;
        Ok(GetPromptResult::new(vec![PromptMessage::new_text(Role::User, "hello")]).into())
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        user(&context)?.require::<Read>()?;
        Ok(ReadResourceResult::new(vec![ResourceContents::text("text", request.uri)]).into())
    }
}

fn user(context: &RequestContext<RoleServer>) -> Result<AuthInfo, ErrorData> {
    AuthInfo::of(&context.extensions).ok_or_else(|| ErrorData::invalid_request("nobody", None))
}

impl Kind for Files {
    const REQUIRES: &str = "";

    fn around(_: Ledger) -> Self {
        Self
    }
}

fn call(tool: &str) -> Message {
    Message::call(tool)
}

/// 403, and a challenge for `scope`; the request's id in a body that is JSON-RPC.
#[track_caller]
fn assert_step_up(answer: &Answer, scope: &str) {
    assert_eq!(answer.status, 403, "{answer:?}");
    assert_challenge(&answer.challenge().expect("r11: a challenge"), scope);
    assert_eq!(answer.json()["id"], 1, "{answer:?}");
    assert_eq!(answer.code(), Some(-32003), "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[track_caller]
fn assert_challenge(challenge: &Challenge, scope: &str) {
    assert_eq!(challenge.get("error"), Some("insufficient_scope"));
    assert_eq!(challenge.get("scope"), Some(scope));
    let metadata = challenge.get("resource_metadata").expect("r6");
    assert!(metadata.ends_with("/.well-known/oauth-protected-resource/mcp"), "{metadata}");
}

/// A result of a tool that carries the challenge inside.
#[track_caller]
fn assert_in_band(answer: &Answer, scope: &str) {
    assert_eq!((answer.status, answer.challenge()), (200, None), "{answer:?}");
    let message = answer.json();
    let (meta, refused) = match message.get("result") {
        Some(result) => (&result["_meta"], result["isError"] == true),
        None => (&message["error"]["data"], message["error"]["code"] == -32003),
    };
    assert!(refused, "{answer:?}");
    let challenge = meta["mcp/www_authenticate"][0].as_str().unwrap_or_else(|| panic!("{answer:?}"));
    assert_challenge(&Challenge::parse(challenge), scope);
}

/// Nobody is told to sign in again.
#[track_caller]
fn assert_no_challenge(answer: &Answer) {
    assert_eq!((answer.status, answer.challenge()), (200, None), "{answer:?}");
    assert!(!answer.body.contains("www_authenticate"), "{answer:?}");
    assert!(!answer.body.contains("needs_scope"), "{answer:?}");
}

fn with_progress(message: fn(&str, Value) -> Message) -> Message {
    message("tools/call", json!({ "name": "slow_purge", "arguments": {}, "_meta": { "progressToken": 1 } }))
}

/// A modern call with a progress token; `Message::new` writes the rest of `_meta`.
fn modern_progress() -> Message {
    let mut message = with_progress(Message::new);
    let mut body: Value = serde_json::from_slice(&message.body).unwrap();
    body["params"]["_meta"]["progressToken"] = json!(1);
    message.body = body.to_string().into_bytes();
    message
}

const BOTH: &str = "files:read files:admin";

/// The table of what becomes of it; rows: where the answer stands.
#[tokio::test]
async fn r11_r17_a_late_step_up_is_a_403_where_nothing_has_been_answered() {
    let server = start::<Files>().await;
    let narrow = server.token("alice", "files:read");
    let good = server.token("alice", "files:admin");

    // Stateless, first message.
    assert_step_up(&server.send(&call("purge").token(&narrow)).await, BOTH);
    assert_eq!(server.send(&call("purge").token(&good)).await.text(), "purged");
    assert_step_up(&server.send(&call("by_error_data").token(&narrow)).await, BOTH);
    // Stateless, after progress.
    let answer = server.send(&modern_progress().token(&narrow)).await;
    assert!(answer.header("content-type").is_some_and(|value| value.starts_with("text/event-stream")));
    assert_in_band(&answer, BOTH);
    assert!(answer.events()[0].contains("notifications/progress"), "{answer:?}");
    // In a session the stream is open before the tool runs.
    let id = server.session(Some(&narrow)).await;
    let old = |tool: &str| Message::old_call(tool).session(&id);
    assert_in_band(&server.send(&old("purge").token(&narrow)).await, BOTH);
    let progress = with_progress(|method, params| Message::old(method, &params)).session(&id);
    assert_in_band(&server.send(&progress.token(&narrow)).await, BOTH);
    // R22: the next request of the session is judged by its own token.
    assert_eq!(server.send(&old("purge").token(&good)).await.text(), "purged");
    assert_in_band(&server.send(&old("purge").token(&narrow)).await, BOTH);
    // The declared scope is refused before anything runs, in a session too.
    let none = server.token("alice", "");
    for message in [call("purge"), old("purge")] {
        let answer = server.send(&message.token(&none)).await;
        assert_eq!((answer.status, answer.challenge().unwrap().get("scope")), (403, Some("files:read")));
    }
}

#[tokio::test]
async fn what_the_tool_does_not_return_challenges_nobody() {
    let server = start::<Files>().await;
    let narrow = server.token("alice", "files:read");
    for (tool, text) in [("catches", "a part"), ("forbids", "not allowed"), ("tells", "only admins")] {
        let answer = server.send(&call(tool).token(&narrow)).await;
        assert_no_challenge(&answer);
        assert_eq!(answer.text(), text);
    }
    let good = server.token("alice", "files:admin");
    assert_eq!(server.send(&call("catches").token(&good)).await.text(), "everything");
    assert_eq!(server.send(&call("forbids").token(&good)).await.text(), "not allowed");
}

#[tokio::test]
async fn a_scope_of_another_server_is_the_developers_error() {
    let server = start::<Files>().await;
    let token = server.token("alice", "files:read mail:read");
    let answer = server.send(&call("misasks").token(&token)).await;
    assert_no_challenge(&answer);
    assert!(answer.text().starts_with("internal error, reference "), "{answer:?}");
    assert!(!answer.body.contains("mail"), "{answer:?}");
}

#[tokio::test]
async fn r16_has_respects_what_a_scope_includes() {
    let server = start::<Files>().await;
    for (scopes, holds) in [
        ("", "false false false"),
        ("files:read", "true false true"),
        ("files:admin", "true true false"),
        ("files:admin files:read", "true true true"),
        ("mail:read Files:Read", "false false false"),
    ] {
        let token = server.token("alice", scopes);
        assert_eq!(server.send(&call("holds").token(&token)).await.text(), holds, "{scopes}");
    }
}

async fn ask(server: &Running, message: Message, scopes: &str) -> Answer {
    server.send(&message.token(&server.token("alice", scopes))).await
}

#[tokio::test]
async fn r11_a_handler_of_the_users_can_ask_for_a_scope_too() {
    let server = start::<Files>().await;
    let prompt = || Message::new("prompts/get", json!({ "name": "any" }));
    assert_step_up(&ask(&server, prompt(), "files:read").await, BOTH);
    assert!(ask(&server, prompt(), "files:admin").await.body.contains("hello"));
    let uri = "file:///a";
    let resource = || Message::new("resources/read", json!({ "uri": uri })).with("mcp-name", uri);
    assert_step_up(&ask(&server, resource(), "").await, "files:read");
    assert!(ask(&server, resource(), "files:read").await.body.contains("text"));

    let narrow = server.token("alice", "files:read");
    let id = server.session(Some(&narrow)).await;
    let old = Message::old("prompts/get", &json!({ "name": "any" })).session(&id);
    assert_in_band(&server.send(&old.token(&narrow)).await, BOTH);
}
