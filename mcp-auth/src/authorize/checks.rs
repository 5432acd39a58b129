//! Checks that run while the user's crate is compiled. The macros place each call at the token it judges.
//!
//! All are `#[track_caller]`: the error underlines that token, and no frame of this crate is shown.

use super::{
    Access, MAX_SCOPES, ScopeInfo,
    includes::{any_implies, implies},
    message::Message,
    nearest::nearest,
};

pub use super::includes::{require_acyclic, require_depth};

/// How many scopes `groups` holds; the `N` of [`concat`].
pub const fn total(groups: &[&[&[ScopeInfo]]]) -> usize {
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
pub const fn concat<const N: usize>(groups: &[&[&[ScopeInfo]]]) -> [ScopeInfo; N] {
    let mut all = [ScopeInfo::NONE; N];
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
pub const fn within_limit(catalog: &[ScopeInfo]) {
    let (mut distinct, mut i) = (0, 0);
    while i < catalog.len() {
        if !contains(catalog.split_at(i).0, catalog[i].name()) {
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
pub const fn require_declared(catalog: &[ScopeInfo], scope: &str) {
    if contains(catalog, scope) {
        return;
    }
    let message = Message::new().text("unknown scope ").code(scope);
    match nearest(catalog, scope) {
        Some(near) => message.text("; did you mean ").code(near).text("?").panic(),
        None => message.text("; this server declares: ").list(catalog).panic(),
    }
}

/// The scope of a type is one that the server declares.
#[track_caller]
pub const fn require_type_declared(catalog: &[ScopeInfo], written: &str, scope: ScopeInfo) {
    if contains(catalog, scope.name()) {
        return;
    }
    Message::new()
        .text("this server does not declare the scope type ")
        .code(written)
        .text(" (")
        .code(scope.name())
        .text("); add it to `#[server(scopes(…))]`, which declares: ")
        .list(catalog)
        .panic()
}

/// The scope at `index` of the declared ones has a name of its own.
#[track_caller]
pub const fn require_declared_once(catalog: &[ScopeInfo], index: usize) {
    let name = catalog[index].name();
    if contains(catalog.split_at(index).0, name) {
        Message::new()
            .text("scope ")
            .code(name)
            .text(" is declared twice; a type stands for its name")
            .panic()
    }
}

/// The scopes that an argument requires or looks at are ones that the server declares.
#[track_caller]
pub const fn require_argument_declared(
    catalog: &[ScopeInfo],
    argument: &str,
    required: &[ScopeInfo],
    optional: &[ScopeInfo],
) {
    require_all_declared(catalog, argument, " requires the scope ", required);
    require_all_declared(catalog, argument, " looks at the scope ", optional);
}

#[track_caller]
const fn require_all_declared(catalog: &[ScopeInfo], argument: &str, verb: &str, scopes: &[ScopeInfo]) {
    let mut i = 0;
    while i < scopes.len() {
        if !contains(catalog, scopes[i].name()) {
            Message::new()
                .code(argument)
                .text(verb)
                .code(scopes[i].name())
                .text(", which this server does not declare; it declares: ")
                .list(catalog)
                .panic()
        }
        i += 1;
    }
}

/// A tool without an access word takes an argument that decides who may call it.
#[track_caller]
pub const fn decided(tool: &str, argument_scopes: &[&[ScopeInfo]], default: Option<Access>) {
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

/// A tool that says what it needs at a provider takes a token of it.
#[track_caller]
pub const fn require_token_argument(tool: &str, provider: &str, takes: &[bool]) {
    let mut i = 0;
    while i < takes.len() {
        if takes[i] {
            return;
        }
        i += 1;
    }
    Message::new()
        .text("tool ")
        .code(tool)
        .text(" says what it needs at ")
        .code(provider)
        .text(" and takes no token of it; take an argument `Upstream<")
        .text(provider)
        .text(">`")
        .panic()
}

/// An argument of a public tool does without an identity and without scopes.
#[track_caller]
pub const fn public_argument(
    access: Access,
    tool: &str,
    argument: &str,
    needs_identity: bool,
    scopes: &[ScopeInfo],
) {
    if !access.is_public() {
        return;
    }
    let message = Message::new().text("tool ").code(tool).text(" is public, but ").code(argument);
    if !scopes.is_empty() {
        message
            .text(" requires the scope ")
            .code(scopes[0].name())
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

/// What an argument proves holds for everybody whom `any_of(…)` lets in, or stands beside it as a condition of its own.
/// Under an `any_of(…)` that lets some in with that scope and some without it, the argument would lock the others out.
#[track_caller]
pub const fn proven_under_any_of(access: Access, argument: &str, scopes: &[ScopeInfo]) {
    let mut i = 0;
    while i < scopes.len() {
        let name = scopes[i].name();
        let proven = any_implies(access.all, name);
        let mut group = 0;
        let (mut by_all, mut by_some) = (proven, None);
        while group < access.any.len() {
            let (count, other) = implying(access.any[group], name);
            if count == access.any[group].len() {
                by_all = true;
            } else if count > 0 {
                by_some = other;
            }
            group += 1;
        }
        if let (false, Some(other)) = (by_all, by_some) {
            Message::new()
                .code(argument)
                .text(" is not proven: `any_of(…)` also lets in who has only ")
                .code(other)
                .text("; write `scopes(…)` with ")
                .code(name)
                .text(", or take `Option<")
                .text(argument)
                .text(">`")
                .panic()
        }
        i += 1;
    }
}

/// How many of `group` imply `name`, and the name of one that does not.
const fn implying(group: &[ScopeInfo], name: &str) -> (usize, Option<&'static str>) {
    let (mut count, mut other, mut i) = (0, None, 0);
    while i < group.len() {
        if implies(&group[i], name) {
            count += 1;
        } else {
            other = Some(group[i].name());
        }
        i += 1;
    }
    (count, other)
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

pub(crate) const fn contains(scopes: &[ScopeInfo], name: &str) -> bool {
    let mut i = 0;
    while i < scopes.len() {
        // The catalogue of a type that has none.
        if scopes[i].name().is_empty() || equal(scopes[i].name(), name) {
            return true;
        }
        i += 1;
    }
    false
}

pub(crate) const fn equal(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_the_words_of_a_block() {
        const GROUPS: &[&[&[ScopeInfo]]] = &[&[&[A], &[]], &[], &[&[B, C]]];
        const ALL: [ScopeInfo; total(GROUPS)] = concat(GROUPS);
        assert_eq!(ALL, [A, B, C]);
    }

    #[test]
    #[should_panic(expected = "unknown scope `a:raed`; did you mean `a:read`?")]
    fn names_the_near_word() {
        require_declared(&[ScopeInfo::new("a:read")], "a:raed");
    }

    #[test]
    #[should_panic(expected = "unknown scope `b`; this server declares: `mcp:tools`, `mcp:admin`")]
    fn lists_the_catalogue() {
        require_declared(&["mcp:tools", "mcp:admin"].map(ScopeInfo::new), "b");
    }

    #[test]
    fn limits_distinct_words_only() {
        within_limit(&[ScopeInfo::new("same"); 300]);
    }

    #[test]
    #[should_panic(expected = "at most 256 scopes")]
    fn refuses_more_scopes_than_bits() {
        let scopes: Vec<_> = (0..=MAX_SCOPES).map(|i| ScopeInfo::new(format!("s{i}").leak())).collect();
        within_limit(&scopes);
    }

    const A: ScopeInfo = ScopeInfo::new("a");
    const B: ScopeInfo = ScopeInfo::new("b");
    const C: ScopeInfo = ScopeInfo::new("c");

    #[test]
    fn an_argument_is_proven_by_all_or_by_each_alternative_or_stands_apart() {
        const NONE: &[ScopeInfo] = &[];
        const EITHER: &[ScopeInfo] = &[A, B];
        let proven = |all, any| proven_under_any_of(Access::scopes(all, any), "Granted<A>", &[A]);
        proven(NONE, &[]);
        proven(&[A], &[EITHER]);
        proven(NONE, &[&[B, C]]);
        proven(NONE, &[EITHER, &[A]]);
    }

    #[test]
    #[should_panic(expected = "`Granted<A>` is not proven: `any_of(…)` also lets in who has only `b`")]
    fn an_argument_is_not_proven_by_one_alternative() {
        proven_under_any_of(Access::scopes(&[C], &[&[C, B], &[A, B]]), "Granted<A>", &[C, A]);
    }

    #[test]
    #[should_panic(expected = "`Mine` looks at the scope `b`, which this server does not declare")]
    fn what_an_argument_looks_at_is_declared() {
        require_argument_declared(&[A], "Mine", &[A], &[A, B]);
    }

    #[test]
    #[should_panic(expected = "scope `a` is declared twice")]
    fn a_name_is_declared_once() {
        require_declared_once(&[A, B, A], 1);
        require_declared_once(&[A, B, A], 2);
    }
}
