//! rmcp's own macros beside ours: prompts of a user's handler, and tools taken over from rmcp's router.

use mcp_auth::{Access, AuthInfo, RuntimeTools, Scope, Server};
use rmcp::{
    ErrorData, ServerHandler,
    handler::server::router::prompt::PromptRouter,
    model::{Extensions, PromptMessage, Role},
    prompt, prompt_handler, prompt_router, tool, tool_router,
};
use serde_json::json;

use crate::support::{Kind, Ledger, Message, Setup, serve, start};

#[derive(serde::Deserialize)]
struct Employee {
    department: String,
}

macro_rules! with_prompts {
    ($name:ident, $($attribute:tt)*) => {
        #[derive(Clone)]
        struct $name {
            prompt_router: PromptRouter<Self>,
        }

        #[mcp_auth::server($($attribute)*)]
        impl $name {}

        #[prompt_router]
        impl $name {
            /// Who asks.
            #[prompt]
            async fn who(&self, user: AuthInfo) -> Vec<PromptMessage> {
                vec![PromptMessage::new_text(Role::User, user.subject())]
            }

            /// Where who asks works.
            #[prompt]
            async fn department(&self, user: AuthInfo<Employee>) -> Vec<PromptMessage> {
                vec![PromptMessage::new_text(Role::User, &*user.claims().department)]
            }

            /// Somebody or nobody.
            #[prompt]
            async fn maybe(&self, extensions: Extensions) -> Vec<PromptMessage> {
                let user = AuthInfo::of(&extensions);
                vec![PromptMessage::new_text(Role::User, user.as_ref().map_or("nobody", AuthInfo::subject))]
            }
        }

        #[prompt_handler(router = self.prompt_router)]
        impl ServerHandler for $name {}

        impl Kind for $name {
            const REQUIRES: &str = "";

            fn around(_: Ledger) -> Self {
                Self { prompt_router: Self::prompt_router() }
            }
        }
    };
}

with_prompts!(Guarded, name = "guarded", prompts(authenticated));
with_prompts!(Open, name = "open", anonymous, prompts(public));

fn get(prompt: &str) -> Message {
    Message::new("prompts/get", json!({ "name": prompt }))
}

#[tokio::test]
async fn r22_prompts_of_rmcps_macro_know_who_calls() {
    let server = start::<Guarded>().await;
    let token = server.issuer.token("alice").audience(&server.resource).claim("department", "sales").issue();
    let bob = server.token("bob", "");
    let text = async |message: Message| {
        server.send(&message).await.json()["result"]["messages"][0]["content"]["text"].clone()
    };
    assert_eq!(text(get("who").token(token.expose())).await, "alice");
    assert_eq!(text(get("who").token(&bob)).await, "bob");
    assert_eq!(text(get("maybe").token(&bob)).await, "bob");
    assert_eq!(text(get("department").token(token.expose())).await, "sales");
    let mismatch = server.send(&get("department").token(&bob)).await;
    assert_eq!(mismatch.code(), Some(-32600));
    let message = mismatch.json()["error"]["message"].clone();
    assert_eq!(message, "the access token does not carry the claims that this needs");
    assert_eq!(server.send(&get("who")).await.status, 401);

    // In a session, too, each request speaks for itself.
    let id = server.session(Some(token.expose())).await;
    let old = Message::old("prompts/get", &json!({ "name": "who" })).session(&id);
    assert_eq!(text(old.token(token.expose())).await, "alice");
}

#[tokio::test]
async fn a_prompt_that_needs_an_identity_does_not_run_without_one() {
    let server = start::<Open>().await;
    let answer = server.send(&get("who")).await;
    assert_eq!(answer.code(), Some(-32001), "{answer:?}");
    assert_eq!(answer.json()["error"]["message"], "authorization required");
    let text = server.send(&get("maybe")).await.json()["result"]["messages"][0]["content"]["text"].clone();
    assert_eq!(text, "nobody");
}

/// Everything.
#[derive(Scope)]
#[scope("admin")]
struct Admin;

/// Its tools are rmcp's.
struct Old;

#[mcp_auth::server(name = "old", scopes(Admin))]
impl Old {}

#[tool_router]
impl Old {
    /// Who calls.
    #[tool]
    async fn who(&self, user: AuthInfo) -> String {
        user.subject().to_owned()
    }

    /// Where who calls works.
    #[tool]
    async fn department(&self, user: AuthInfo<Employee>) -> String {
        user.claims().department.clone()
    }

    /// Asks for more.
    #[tool]
    async fn purge(&self, user: AuthInfo) -> Result<String, ErrorData> {
        user.require::<Admin>()?;
        Ok("purged".to_owned())
    }
}

#[tokio::test]
async fn r11_r22_tools_of_rmcps_macro_know_who_calls() {
    let tools = RuntimeTools::<Old>::new();
    let access = |tool: &rmcp::model::Tool| match &*tool.name {
        "who" => Access::public(),
        _ => Access::authenticated(),
    };
    tools.add_router(Old::tool_router(), access).expect("rmcp's tools");
    let server = serve(Old.with_tools(&tools), Ledger::default(), Setup::default()).await;
    let token = server.issuer.token("alice").audience(&server.resource).claim("department", "sales").issue();
    let call = |tool: &str| Message::call(tool).token(token.expose());
    assert_eq!(server.send(&call("who")).await.text(), "alice");
    assert_eq!(server.send(&call("department")).await.text(), "sales");
    let mismatch = server.send(&Message::call("department").token(&server.token("bob", ""))).await;
    assert!(mismatch.body.contains("does not carry the claims"), "{mismatch:?}");
    assert_eq!(
        server.send(&Message::call("who")).await.code(),
        Some(-32001),
        "public, and takes an identity"
    );
    let refused = server.send(&call("purge")).await;
    assert_eq!(refused.status, 403, "{refused:?}");
    assert_eq!(refused.challenge().expect("r11").get("scope"), Some("admin"));
    let admin = server.token("alice", "admin");
    assert_eq!(server.send(&Message::call("purge").token(&admin)).await.text(), "purged");
}
