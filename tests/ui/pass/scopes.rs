//! Scope types as users write them: hierarchy, proofs, aliases, types and literals side by side, hostile names.

#![allow(dead_code, reason = "the types are the test")]

use mcp_auth::{Granted, Proves, Scope, ScopeInfo, Server, server};

/// See your notes,
/// all of them.
#[derive(Scope)]
#[scope("notes:read")]
pub struct ReadNotes;

#[derive(Scope)]
#[scope("tags:write", includes(ReadNotes))]
pub struct WriteTags;

/// Create, change and delete your notes.
#[derive(Scope, Clone, Copy, Debug, PartialEq, Eq)]
#[scope("notes:write", includes(ReadNotes))]
pub struct WriteNotes;

/// Everything: a diamond, since both ways lead to `ReadNotes`.
#[derive(Scope)]
#[scope("admin", includes(self::WriteNotes, WriteTags))]
pub struct Admin;

mod hostile {
    //! User types under the names of everybody else's.

    #![allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "hostile on purpose")]

    struct Option;
    struct Some;
    struct None;
    struct Sized;
    struct Send;
    struct bool;
    struct str;
    struct ScopeInfo;
    struct Included;
    struct Yes;
    mod core {}
    mod std {}

    /// Named like the trait.
    #[derive(::mcp_auth::Scope)]
    #[scope("scope")]
    pub struct Scope;

    #[derive(::mcp_auth::Scope)]
    #[scope("r#type/!#[]~", includes(Scope))]
    pub struct r#type;

    /// Its parts are named like the trait's.
    #[derive(::mcp_auth::Scope)]
    #[scope("id", includes(r#type))]
    pub struct Id;

    pub struct Hostile;

    #[::mcp_auth::server(scopes(Scope, self::r#type, Id, "more"))]
    impl Hostile {
        #[tool(scopes(Id, "more"), any_of(Scope, r#type))]
        fn get(&self, _proof: ::mcp_auth::Granted<Scope>) {}
    }
}

mod renamed {
    use mcp_auth as other_name;

    /// A scope of a renamed crate.
    #[derive(other_name::Scope)]
    #[scope("renamed", crate = "other_name")]
    pub struct Renamed;

    pub struct There;

    #[other_name::server(crate = "other_name")]
    impl There {
        #[tool(scopes = Renamed)]
        fn get(&self, _proof: other_name::Granted<Renamed>) {}
    }
}

/// One line per way that `includes` goes; each compiles or does not.
fn proofs(
    admin: &Granted<Admin>,
    tags: &Granted<WriteTags>,
    notes: &Granted<WriteNotes>,
    read: &Granted<ReadNotes>,
) {
    fn reads(_proof: &impl Proves<ReadNotes>) {}
    fn writes(_proof: &impl Proves<WriteNotes>) {}
    fn tags_only(_proof: &impl Proves<WriteTags>) {}
    /// A helper of helpers.
    fn both(proof: &(impl Proves<WriteNotes> + Proves<ReadNotes>)) {
        reads(proof);
        writes(proof);
    }
    reads(admin);
    reads(tags);
    reads(notes);
    reads(read);
    both(admin);
    both(notes);
    tags_only(admin);
    tags_only(tags);
    let _: &dyn Proves<ReadNotes> = admin;
}

type Proof<S> = Granted<S>;
type MayWrite = Proof<WriteNotes>;
type Maybe<T> = Option<T>;

pub struct Declared;

#[server(
    scopes(ReadNotes, "mcp:tools", WriteNotes, Admin, WriteTags),
    requires("mcp:tools"),
    prompts(scopes(ReadNotes)),
    resources(any_of("mcp:tools", WriteNotes))
)]
impl Declared {
    #[tool(scopes = ReadNotes)]
    fn one(&self) {}

    #[tool(scopes(crate::scopes::ReadNotes, "mcp:tools"), any_of(WriteNotes, WriteTags))]
    fn mixed(&self) {}

    #[tool]
    fn aliased(&self, _proof: MayWrite, _admin: Maybe<Proof<Admin>>) {}

    /// Every alternative implies it.
    #[tool(any_of(WriteNotes, WriteTags))]
    fn either(&self, _proof: Granted<ReadNotes>) {}

    /// What `scopes` names implies it.
    #[tool(scopes(Admin), any_of(WriteNotes, "mcp:tools"))]
    fn both(&self, _proof: Granted<WriteNotes>) {}

    /// A condition of its own.
    #[tool(any_of("mcp:tools", WriteTags))]
    fn apart(&self, _proof: Granted<WriteNotes>) {}

    #[tool(any_of(ReadNotes, Admin))]
    fn asks(&self, _admin: Option<Granted<Admin>>) {}

    #[tool(public)]
    fn open(&self, _admin: Option<Granted<Admin>>) {}
}

pub struct Undeclared;

/// `notes:read` is one letter away from nothing here: types are not spelt.
#[server(prompts(scopes(ReadNotes)), default(scopes(WriteTags)))]
impl Undeclared {
    #[tool]
    fn by_default(&self) {}

    #[tool(scopes("notes:reads", "other"))]
    fn literal(&self) {}

    #[tool]
    fn proven(&self, _proof: Granted<WriteNotes>) {}

    #[tool(authenticated)]
    fn asks(&self, _admin: Option<Granted<Admin>>) {}

    #[cfg(any())]
    #[tool(scopes(NeverDeclared))]
    fn never(&self) {}
}

fn names<S: Server>() -> Vec<&'static str> {
    S::DEFINITION.scopes.iter().map(ScopeInfo::name).collect()
}

#[test]
fn doc_comments_are_descriptions() {
    assert_eq!(ReadNotes::INFO.description(), Some("See your notes, all of them."));
    assert_eq!(WriteTags::INFO.description(), None);
}

#[test]
fn types_and_literals_are_one_catalogue() {
    assert_eq!(names::<Declared>(), ["notes:read", "mcp:tools", "notes:write", "admin", "tags:write"]);
    assert_eq!(names::<renamed::There>(), ["renamed", "renamed"]);
    assert_eq!(names::<hostile::Hostile>(), ["scope", "r#type/!#[]~", "id", "more"]);
}

#[test]
fn without_a_catalogue_the_types_of_the_block_and_of_its_proofs_are_its_words() {
    let names = names::<Undeclared>();
    for name in ["notes:read", "tags:write", "notes:reads", "other", "notes:write", "admin"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
}
