//! Code as people write it on a bad day.

#![deny(missing_docs, unused, clippy::pedantic)]
#![expect(clippy::needless_arbitrary_self_type, reason = "it must work")]

use std::{borrow::Cow, future::Future};

use mcp_auth::{AuthInfo, Extractor, FromToolCall, Json, State, ToolCall, ToolError, rmcp, server};
use rmcp::{
    RoleServer,
    model::{CallToolResult, ContentBlock, Icon, MetaObject},
    service::{Peer, RequestContext},
};

type Result<T> = std::result::Result<T, ToolError>;
type Who = AuthInfo;

mod inner {
    #[derive(Clone, Debug, Default)]
    pub struct Store<T>(pub T);
    pub type Concrete = super::Odd<String>;
}

/// A generic type with a concrete server.
#[derive(Clone, Debug, Default)]
pub struct Odd<T> {
    store: inner::Store<T>,
}

/// Both an extractor and an input: an extractor.
#[derive(Debug, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
pub struct Both(String);

impl Extractor for Both {}
impl<S: Sync> FromToolCall<S> for Both {
    async fn from_tool_call(_: &S, call: &ToolCall) -> std::result::Result<Self, ToolError> {
        Ok(Self(call.name().to_owned()))
    }
}

/// What a tool may say to the client.
#[derive(Debug)]
pub struct Broken;
impl mcp_auth::TellClient for Broken {
    fn tell_client(&self) -> String {
        "broken".to_owned()
    }
}

/// Where.
#[derive(Debug, Default, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
pub struct Point {
    /// From the left.
    pub x: u32,
}

fn icons() -> Vec<Icon> {
    vec![Icon::new("https://odd.example.com/icon.png")]
}

#[server(
    resource = "http://localhost:3000",
    version = env!("CARGO_PKG_VERSION"),
    title = concat!("od", "d"),
    instructions = "Be odd.",
    icons = icons(),
    requires("mcp:tools"),
    anonymous,
    prompts(scopes("mcp:prompts")),
    resources(any_of("mcp:a", "other"), scopes = "more"),
    completions(public),
    subscriptions(authenticated),
    tasks(authenticated),
    skills(authenticated),
    logging(authenticated),
    custom(authenticated),
)]
impl Odd<String> {
    const LIMIT: u64 = 20;

    /// Made by hand.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One of everything.
    ///
    /// - a list
    /// - of two
    #[tool(scopes = "notes:read other", name = "every-thing", icons = icons(), meta = MetaObject::new())]
    #[must_use = "it was expensive"]
    #[tracing::instrument(skip_all)]
    pub(crate) async fn everything(
        &self,
        /// Who it is.
        who: Who,
        maybe: Option<Who>,
        _both: Both,
        state: State<Self>,
        _peer: Peer<RoleServer>,
        _context: RequestContext<RoleServer>,
        /// How many;
        /// not too many.
        #[arg(default = Self::LIMIT)]
        limit: u64,
        #[arg(rename = "at", default)] point: Point,
        text: Option<Cow<'static, str>>,
        r#type: [u8; 2],
        mut list: Vec<String>,
        _map: std::collections::BTreeMap<String, Point>,
        n14: u8,
        n15: u8,
        n16: u8,
        _n17: (),
    ) -> Result<Json<Vec<Point>>> {
        list.push(format!(
            "{who:?}{maybe:?}{state:?}{limit}{text:?}{type:?}{n14}{n15}{n16}",
            r#type = r#type
        ));
        if list.is_empty() {
            return Err("123".parse::<u64>().map(|n| n.to_string())?.into());
        }
        Ok(Json(vec![point]))
    }

    /// A borrowed answer.
    #[tool(authenticated)]
    pub async fn borrowed(&self) -> &str {
        &self.store.0
    }

    /// A named lifetime, a where clause.
    #[tool(authenticated)]
    pub fn named<'a>(&'a self, id: u64) -> Cow<'a, str>
    where
        Self: 'a,
    {
        let _ = id;
        Cow::Borrowed(&self.store.0)
    }

    /// No receiver, an old one, an error for the client.
    #[tool(authenticated)]
    #[deprecated]
    pub fn no_receiver(id: u64) -> std::result::Result<(), Broken> {
        if id == 0 { Err(Broken) } else { Ok(()) }
    }

    /// Nothing at all.
    #[tool(public)]
    pub fn nothing(self: &Self) {}

    /// An error of std.
    #[tool(public)]
    pub fn parse(&self, text: String) -> std::result::Result<u64, std::num::ParseIntError> {
        text.parse()
    }

    /// rmcp's own types.
    #[mcp_auth::tool(authenticated, description = "Another one.")]
    pub async fn content(&self) -> CallToolResult {
        CallToolResult::success(vec![ContentBlock::text("x")])
    }

    #[cfg(any())]
    #[tool(scopes("never"))]
    pub async fn gone(&self, gone: Gone) -> Gone {
        gone
    }

    #[cfg(not(any()))]
    #[tool(scopes("always"))]
    async fn here(&self) -> u8 {
        let _: &inner::Concrete = self;
        1
    }

    #[cfg(any())]
    #[tool(public, name = "here")]
    async fn elsewhere(&self) {}

    /// No tool.
    #[expect(clippy::manual_async_fn, reason = "it must work")]
    pub fn helper<'a>(&'a self, text: &'a str) -> impl Future<Output = usize> + 'a {
        async move { text.len() + self.store.0.len() }
    }
}

/// Two servers in one module, the second in pieces.
#[derive(Debug)]
pub struct Second;

#[server]
impl Second {}

macro_rules! servers {
    ($($server:ident $scope:literal $title:expr, $argument:ty, $name:ident);+) => {$(
        /// Made by a macro.
        #[derive(Debug)]
        pub struct $server;

        #[server(resource = "https://made.example.com/mcp", title = $title)]
        impl $server {
            /// Made by a macro.
            #[tool(scopes = $scope, title = $title)]
            pub fn $name(&self, a: $argument, own: Option<Self>) -> $argument {
                let _ = own;
                a
            }
        }

        impl Extractor for $server {}
        impl mcp_auth::OptionalFromToolCall<$server> for $server {
            async fn optional_from_tool_call(
                _: &$server,
                _: &ToolCall,
            ) -> std::result::Result<Option<Self>, ToolError> {
                Ok(None)
            }
        }
    )+};
}

servers! {
    Made "made:a" "Made", u64, number;
    MadeToo "made:b" concat!("Made", " too"), String, text
}

/// With a handler of its own.
#[derive(Debug)]
pub struct Own;

impl rmcp::ServerHandler for Own {}

#[server]
impl Own {
    /// Is it there?
    #[tool(public)]
    #[must_use]
    pub fn ping() -> bool {
        true
    }
}

#[test]
fn servers_stand_in_functions() {
    struct Local;

    #[server(name = "local")]
    impl Local {
        #[tool(public)]
        fn ping(&self) -> &'static str {
            let _ = self;
            "pong"
        }
    }

    assert_eq!(<Local as mcp_auth::Server>::DEFINITION.name, "local");
    assert_eq!(Local.ping(), "pong");
}

#[tokio::test]
async fn methods_stay_as_they_were_written() {
    assert_eq!(Odd::new().helper("abc").await, 3);
    assert_eq!(Odd::new().borrowed().await, "");
    assert_eq!(Odd::new().parse("7".to_owned()), Ok(7));
}

#[test]
fn a_handler_is_found() {
    assert!(<Own as mcp_auth::Server>::DEFINITION.handler.is_some());
    assert!(<Second as mcp_auth::Server>::DEFINITION.handler.is_none());
}

#[test]
fn words_of_the_block_are_the_catalogue() {
    let scopes = <Odd<String> as mcp_auth::Server>::DEFINITION.scopes;
    for scope in ["mcp:tools", "mcp:prompts", "mcp:a", "other", "more", "notes:read", "always"] {
        assert!(scopes.contains(&mcp_auth::ScopeInfo::new(scope)), "{scope}: {scopes:?}");
    }
    assert!(!scopes.contains(&mcp_auth::ScopeInfo::new("never")));
    assert_eq!(<MadeToo as mcp_auth::Server>::DEFINITION.scopes, [mcp_auth::ScopeInfo::new("made:b")]);
}

#[test]
fn cfg_takes_tools_away() {
    let tools = <Odd<String> as mcp_auth::Server>::DEFINITION.tools[0];
    let names: Vec<_> = tools.iter().map(|tool| tool.name).collect();
    assert_eq!(
        names,
        ["every-thing", "borrowed", "named", "no_receiver", "nothing", "parse", "content", "here"]
    );
    assert_eq!(tools[0].description, Some("One of everything.\n\n- a list\n- of two"));
}
