//! What `#[server]` and `#[tool]` put into the table.

#![expect(clippy::unwrap_used, reason = "a test")]

use mcp_auth::{AuthInfo, ScopeInfo, Server, private::ToolDefinition, server};

struct Notes;

#[server(
    resource = "https://notes.example.com/mcp",
    title = "Notes",
    instructions = "Ask before deleting.",
    scopes("notes:read", "notes:write", "notes:admin"),
    default(scopes = "notes:read"),
    requires("notes:read"),
    prompts(authenticated)
)]
impl Notes {
    /// List the notes
    /// of one person.
    #[tool(title = "List", annotations(read_only, idempotent, open_world = false, title = "Old title"))]
    async fn list_notes(
        &self,
        user: AuthInfo,
        /// How many.
        #[arg(default = 10)]
        limit: u64,
        #[arg(rename = "startAt", description = "Where to start.")] start_at: Option<u64>,
        r#type: String,
    ) -> String {
        format!("{user:?} {limit} {start_at:?} {type}", r#type = r#type)
    }

    #[tool(
        name = "notes.delete",
        description = "Delete a note.",
        scopes("notes:read", "notes:write"),
        any_of("notes:write", "notes:admin"),
        annotations(destructive)
    )]
    fn delete_note(&self, mut id: u64) -> u64 {
        id += 1;
        id
    }

    #[tool(public)]
    fn ping() -> &'static str {
        "pong"
    }

    #[tool(authenticated)]
    fn whoami(&self, _user: AuthInfo) {}
}

fn tool(name: &str) -> &'static ToolDefinition<Notes> {
    Notes::DEFINITION.tools[0].iter().find(|tool| tool.name == name).unwrap()
}

#[test]
fn the_server_says_who_it_is() {
    let server = Notes::DEFINITION;
    assert_eq!(server.resource, Some("https://notes.example.com/mcp"));
    assert_eq!(server.name, "mcp-auth-tests");
    assert_eq!(server.version, env!("CARGO_PKG_VERSION"));
    assert_eq!(server.title, Some("Notes"));
    assert_eq!(server.instructions, Some("Ask before deleting."));
    assert_eq!(server.scopes, ["notes:read", "notes:write", "notes:admin"].map(ScopeInfo::new));
    assert_eq!(server.requires, [ScopeInfo::new("notes:read")]);
    assert!(!server.anonymous);
    assert!(server.groups.prompts.is_some());
    assert!(server.groups.resources.is_none());
}

#[test]
fn tools_keep_their_order_and_names() {
    let names: Vec<_> = Notes::DEFINITION.tools[0].iter().map(|tool| tool.name).collect();
    assert_eq!(names, ["list_notes", "notes.delete", "ping", "whoami"]);
}

#[test]
fn doc_comments_are_descriptions() {
    assert_eq!(tool("list_notes").description, Some("List the notes of one person."));
    assert_eq!(tool("list_notes").title, Some("List"));
    assert_eq!(tool("notes.delete").description, Some("Delete a note."));
    assert_eq!(tool("ping").description, None);
}

#[test]
fn access_words_are_kept() {
    let access = |name| format!("{:?}", tool(name).access);
    assert_eq!(access("list_notes"), r#"Access { public: false, all: ["notes:read"], any: [] }"#);
    assert_eq!(
        access("notes.delete"),
        r#"Access { public: false, all: ["notes:read", "notes:write"], any: [["notes:write", "notes:admin"]] }"#
    );
    assert_eq!(access("ping"), "Access { public: true, all: [], any: [] }");
    assert_eq!(access("whoami"), "Access { public: false, all: [], any: [] }");
}

#[test]
fn annotations_say_what_was_written() {
    let list = tool("list_notes").annotations;
    assert_eq!(list.title, Some("Old title"));
    assert_eq!((list.read_only, list.idempotent), (Some(true), Some(true)));
    assert_eq!((list.destructive, list.open_world), (None, Some(false)));
    assert_eq!(tool("notes.delete").annotations.destructive, Some(true));
}

#[test]
fn arguments_are_properties_or_extractors() {
    let arguments: Vec<_> = tool("list_notes")
        .arguments
        .iter()
        .map(|argument| (argument.name(), argument.description(), argument.is_input()))
        .collect();
    assert_eq!(
        arguments,
        [
            ("user", None, false),
            ("limit", Some("How many."), true),
            ("startAt", Some("Where to start."), true),
            ("type", None, true),
        ]
    );
    assert_eq!(tool("list_notes").arguments[1].default().unwrap(), Some(10.into()));
    assert_eq!(tool("notes.delete").arguments[0].name(), "id");
}

#[test]
fn the_methods_stay_methods() {
    assert_eq!(Notes.delete_note(1), 2);
    assert_eq!(Notes::ping(), "pong");
}
