//! Challenges are built and read again, by a reader that shares no code with the builder.

use proptest::prelude::*;

use super::Challenge;

const ERRORS: [Option<&str>; 3] = [None, Some("invalid_token"), Some("insufficient_scope")];

/// `auth-param` by RFC 6750 section 3, one character at a time; `None` where the grammar is broken.
fn read(header: &str) -> Option<Vec<(String, String)>> {
    enum At {
        Name,
        Value,
        Behind,
    }
    let mut parameters = Vec::new();
    let (mut at, mut name, mut value) = (At::Name, String::new(), String::new());
    let mut chars = header.strip_prefix("Bearer ")?.chars();
    while let Some(c) = chars.next() {
        match (&at, c) {
            (At::Name, 'a'..='z' | '_') => name.push(c),
            (At::Name, '=') if !name.is_empty() && chars.next() == Some('"') => at = At::Value,
            (At::Value, '"') => {
                parameters.push((std::mem::take(&mut name), std::mem::take(&mut value)));
                at = At::Behind;
            }
            (At::Value, ' ' | '!' | '#'..='[' | ']'..='~') => value.push(c),
            (At::Behind, ',') if chars.next() == Some(' ') => at = At::Name,
            _ => return None,
        }
    }
    matches!(at, At::Behind).then_some(parameters)
}

/// RFC 6749 section 3.3.
fn scope() -> impl Strategy<Value = String> {
    "[!#-\\[\\]-~]{1,12}"
}

proptest! {
    #[test]
    fn r13_r14_whatever_is_said_the_header_is_one_and_says_it(
        error in prop::sample::select(ERRORS.to_vec()),
        description in prop::option::of(prop_oneof!["\\PC{0,40}", "[ -~\r\n\t\"\\\\]{0,40}"]),
        scopes in prop::collection::vec(scope(), 0..5),
        metadata in "https://[a-z]{1,8}\\.example(:[0-9]{1,4})?/[a-z/%0-9~]{0,20}",
    ) {
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        let challenge = Challenge {
            error,
            error_description: description.as_deref(),
            scope: &scopes,
            resource_metadata: &metadata,
        };
        let header = challenge.header();
        let parameters = read(header.to_str().unwrap());
        prop_assert!(parameters.is_some(), "{header:?}");
        let parameters = parameters.unwrap();
        let get = |name: &str| {
            let mut found = parameters.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str());
            let first = found.next();
            assert_eq!(found.next(), None, "{name} twice in {header:?}");
            first
        };
        prop_assert_eq!(get("error"), error);
        prop_assert_eq!(get("resource_metadata"), Some(metadata.as_str()));
        prop_assert_eq!(get("scope").map(|scope| scope.split(' ').collect()), (!scopes.is_empty()).then_some(scopes));
        let allowed = |c: &char| matches!(c, ' ' | '!' | '#'..='[' | ']'..='~');
        let left = description.as_deref().map(|text| text.chars().filter(allowed).collect::<String>());
        prop_assert_eq!(get("error_description"), left.as_deref());
    }
}
