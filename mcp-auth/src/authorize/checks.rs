//! Checks that run while the user's crate is compiled. The macros place each call at the token it judges.
//!
//! All are `#[track_caller]`: the error underlines that token, and no frame of this crate is shown.

use std::marker::PhantomData;

use super::{Access, MAX_SCOPES};

/// What the tools of a type are judged by, in whatever file they stand; written by `#[server]`, and by `#[tools]` for a
/// part of a server.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a server",
    label = "no `#[server]` block for this type",
    note = "write `#[mcp_auth::server(resource = \"https://…\")] impl {Self} {{ … }}`",
    note = "if it is a part of servers, let one block declare its scopes: `#[mcp_auth::tools(name, scopes(\"…\"))]`"
)]
pub trait ScopeCatalog {
    /// Each word once if the server declares them, otherwise the words of its block as they occur.
    const SCOPES: &'static [&'static str];
    /// `default(…)`: who may call a tool that says nothing.
    const DEFAULT: Option<Access>;
}

/// The catalogue of a type that has none: it holds every word, so that its absence is one error and not one more at
/// each word. A scope is never empty.
pub const UNKNOWN: &[&str] = &[""];

/// Asks for the catalogue of `S`; resolved like `Kind`.
pub struct CatalogOf<S>(PhantomData<S>);

impl<S: ScopeCatalog> CatalogOf<S> {
    /// Shadows [`NoCatalog::SCOPES`].
    pub const SCOPES: &'static [&'static str] = S::SCOPES;
    /// Shadows [`NoCatalog::DEFAULT`].
    pub const DEFAULT: Option<Access> = S::DEFAULT;
}

/// The fallback of [`CatalogOf`]. It opens nothing: [`require_catalog`] has failed.
pub trait NoCatalog {
    /// Says nothing about any word.
    const SCOPES: &'static [&'static str] = UNKNOWN;
    /// Says nothing about any tool.
    const DEFAULT: Option<Access> = Some(Access::AUTHENTICATED);
}

impl<S> NoCatalog for CatalogOf<S> {}

/// `S` is a server or declares itself a part of one.
pub const fn require_catalog<S: ScopeCatalog>() {}

/// What calls at the same time share.
pub const fn require_shared<S: Send + Sync + 'static>() {}

/// The access of a tool without an access word.
pub const fn undecided(default: Option<Access>, argument_scopes: &[&[&str]]) -> Access {
    match default {
        Some(default) => default.or_arguments(argument_scopes),
        // Its arguments decide, or `decided` fails.
        None => Access::AUTHENTICATED,
    }
}

/// How many scopes `groups` holds; the `N` of [`concat`].
pub const fn total(groups: &[&[&[&'static str]]]) -> usize {
    let (mut count, mut group) = (0, 0);
    while group < groups.len() {
        let mut list = 0;
        while list < groups[group].len() {
            count += groups[group][list].len();
            list += 1;
        }
        group += 1;
    }
    count
}

/// All scopes of `groups` in one array.
pub const fn concat<const N: usize>(groups: &[&[&[&'static str]]]) -> [&'static str; N] {
    let mut all = [""; N];
    let (mut count, mut group) = (0, 0);
    while group < groups.len() {
        let mut list = 0;
        while list < groups[group].len() {
            let mut scope = 0;
            while scope < groups[group][list].len() {
                all[count] = groups[group][list][scope];
                count += 1;
                scope += 1;
            }
            list += 1;
        }
        group += 1;
    }
    all
}

/// A server has at most `MAX_SCOPES` scopes, because a token's scopes are a set of bits.
#[track_caller]
pub const fn within_limit(catalog: &[&str]) {
    let (mut distinct, mut i) = (0, 0);
    while i < catalog.len() {
        if !contains(catalog.split_at(i).0, catalog[i]) {
            distinct += 1;
        }
        i += 1;
    }
    if distinct > MAX_SCOPES {
        Message::new().text("a server can declare at most 256 scopes").panic()
    }
}

/// `scope` is one that the server declares.
#[track_caller]
pub const fn require_declared(catalog: &[&str], scope: &str) {
    if contains(catalog, scope) {
        return;
    }
    let message = Message::new().text("unknown scope ").code(scope);
    match nearest(catalog, scope) {
        Some(near) => message.text("; did you mean ").code(near).text("?").panic(),
        None => message.text("; this server declares: ").list(catalog).panic(),
    }
}

/// The scopes that an argument requires are ones that the server declares.
#[track_caller]
pub const fn require_argument_declared(catalog: &[&str], argument: &str, scopes: &[&str]) {
    let mut i = 0;
    while i < scopes.len() {
        if !contains(catalog, scopes[i]) {
            Message::new()
                .code(argument)
                .text(" requires the scope ")
                .code(scopes[i])
                .text(", which this server does not declare; it declares: ")
                .list(catalog)
                .panic()
        }
        i += 1;
    }
}

/// A tool without an access word takes an argument that decides who may call it.
#[track_caller]
pub const fn decided(tool: &str, argument_scopes: &[&[&str]], default: Option<Access>) {
    if default.is_some() {
        return;
    }
    let mut i = 0;
    while i < argument_scopes.len() {
        if !argument_scopes[i].is_empty() {
            return;
        }
        i += 1;
    }
    Message::new()
        .text("tool ")
        .code(tool)
        .text(" does not say who may call it; write `#[tool(scopes(\"…\"))]`, `#[tool(authenticated)]` or ")
        .text("`#[tool(public)]`, or a default for all tools: `#[server(default(…))]`")
        .panic()
}

/// An argument of a public tool does without an identity and without scopes.
#[track_caller]
pub const fn public_argument(
    access: Access,
    tool: &str,
    argument: &str,
    needs_identity: bool,
    scopes: &[&str],
) {
    if !access.is_public() {
        return;
    }
    let message = Message::new().text("tool ").code(tool).text(" is public, but ").code(argument);
    if !scopes.is_empty() {
        message
            .text(" requires the scope ")
            .code(scopes[0])
            .text("; leave `public` out, or do not take this argument")
            .panic()
    }
    if needs_identity {
        message
            .text(" needs a caller who signed in; take `Option<")
            .text(argument)
            .text(">`, or write `authenticated` instead of `public`")
            .panic()
    }
}

/// What `#[arg(…)]` says is about the JSON input; an extractor is no part of it.
#[track_caller]
pub const fn require_input(argument: &str, input: bool) {
    if !input {
        Message::new()
            .code(argument)
            .text(" is an extractor and no part of the tool's input; remove `#[arg(…)]`")
            .panic()
    }
}

/// A pattern has no name that could be a property's.
#[track_caller]
pub const fn require_extractor(argument: &str, input: bool) {
    if input {
        Message::new()
            .code(argument)
            .text(" is an input, and a pattern has no name for its property; take `name: ")
            .text(argument)
            .text("` and destructure it in the body, or write `#[arg(rename = \"name\")]`")
            .panic()
    }
}

/// An argument that is the whole input has no inputs beside it.
#[track_caller]
pub const fn whole_input(tool: &str, whole: &[bool], inputs: &[bool]) {
    if any(whole) && any(inputs) {
        Message::new()
            .text("tool ")
            .code(tool)
            .text(" takes its whole input as one argument; make the other inputs fields of that argument's type")
            .panic()
    }
}

const fn any(facts: &[bool]) -> bool {
    let mut i = 0;
    while i < facts.len() {
        if facts[i] {
            return true;
        }
        i += 1;
    }
    false
}

/// Two tools of one name; placed only where `cfg` leaves both.
#[track_caller]
pub const fn duplicate_tool(tool: &str) {
    Message::new().text("there are two tools named ").code(tool).panic()
}

pub(crate) const fn contains(words: &[&str], word: &str) -> bool {
    let mut i = 0;
    while i < words.len() {
        if words[i].is_empty() || equal(words[i].as_bytes(), word.as_bytes()) {
            return true;
        }
        i += 1;
    }
    false
}

pub(crate) const fn equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// The word of the catalogue that is nearest to `scope`, if a third of it or less is different.
const fn nearest<'a>(catalog: &[&'a str], scope: &str) -> Option<&'a str> {
    let (mut best, mut best_distance, mut i) = (None, usize::MAX, 0);
    while i < catalog.len() {
        let word = catalog[i];
        let longer = if word.len() > scope.len() { word.len() } else { scope.len() };
        if longer <= LONGEST {
            let distance = distance(word.as_bytes(), scope.as_bytes());
            let allowed = if longer < 3 { 1 } else { longer / 3 };
            if distance <= allowed && distance < best_distance {
                best = Some(word);
                best_distance = distance;
            }
        }
        i += 1;
    }
    best
}

/// The longest words that are compared letter by letter.
const LONGEST: usize = 64;

/// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
const fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut before_last = [0; LONGEST + 1];
    let mut last = [0; LONGEST + 1];
    let mut row = [0; LONGEST + 1];
    let mut j = 0;
    while j <= b.len() {
        last[j] = j;
        j += 1;
    }
    let mut i = 1;
    while i <= a.len() {
        row[0] = i;
        j = 1;
        while j <= b.len() {
            let differs = if a[i - 1] == b[j - 1] { 0 } else { 1 };
            row[j] = min(min(last[j] + 1, row[j - 1] + 1), last[j - 1] + differs);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = min(row[j], before_last[j - 2] + 1);
            }
            j += 1;
        }
        before_last = last;
        last = row;
        i += 1;
    }
    last[b.len()]
}

const fn min(a: usize, b: usize) -> usize {
    if a < b { a } else { b }
}

/// A text built in a constant; what does not fit is left out.
pub(crate) struct Message {
    bytes: [u8; 1024],
    len: usize,
}

impl Message {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; 1024], len: 0 }
    }

    /// Appends `text` as a whole or not at all, so that no character is cut.
    pub(crate) const fn text(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        if self.len + text.len() > self.bytes.len() {
            return self;
        }
        let mut i = 0;
        while i < text.len() {
            self.bytes[self.len] = text[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    pub(crate) const fn code(self, text: &str) -> Self {
        self.text("`").text(text).text("`")
    }

    pub(crate) const fn list(mut self, words: &[&str]) -> Self {
        if words.is_empty() {
            return self.text("none");
        }
        let mut i = 0;
        while i < words.len() {
            if i > 0 {
                self = self.text(", ");
            }
            if i == 10 {
                return self.text("…");
            }
            self = self.code(words[i]);
            i += 1;
        }
        self
    }

    #[track_caller]
    #[expect(clippy::panic, reason = "evaluated by the compiler: this is the compile error")]
    pub(crate) const fn panic(&self) -> ! {
        match core::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => panic!("{}", text),
            Err(_) => panic!("a check of mcp-auth failed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits_and_swaps() {
        assert_eq!(distance(b"repo:raed", b"repo:read"), 1);
        assert_eq!(distance(b"repo:red", b"repo:read"), 1);
        assert_eq!(distance(b"", b"abc"), 3);
        assert_eq!(distance(b"same", b"same"), 0);
    }

    #[test]
    fn suggests_only_what_is_near() {
        let catalog = ["repo:read", "repo:write"];
        assert_eq!(nearest(&catalog, "repo:raed"), Some("repo:read"));
        assert_eq!(nearest(&catalog, "calendar:read"), None);
        assert_eq!(nearest(&catalog, &"x".repeat(100)), None);
        assert_eq!(nearest(&[], "repo:read"), None);
    }

    #[test]
    fn joins_the_words_of_a_block() {
        const GROUPS: &[&[&[&str]]] = &[&[&["a"], &[]], &[], &[&["b", "c"]]];
        const ALL: [&str; total(GROUPS)] = concat(GROUPS);
        assert_eq!(ALL, ["a", "b", "c"]);
    }

    #[test]
    #[should_panic(expected = "unknown scope `a:raed`; did you mean `a:read`?")]
    fn names_the_near_word() {
        require_declared(&["a:read"], "a:raed");
    }

    #[test]
    #[should_panic(expected = "unknown scope `b`; this server declares: `mcp:tools`, `mcp:admin`")]
    fn lists_the_catalogue() {
        require_declared(&["mcp:tools", "mcp:admin"], "b");
    }

    #[test]
    fn limits_distinct_words_only() {
        within_limit(&["same"; 300]);
    }

    #[test]
    #[should_panic(expected = "at most 256 scopes")]
    fn refuses_more_scopes_than_bits() {
        let words: Vec<String> = (0..=MAX_SCOPES).map(|i| format!("s{i}")).collect();
        within_limit(&words.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
