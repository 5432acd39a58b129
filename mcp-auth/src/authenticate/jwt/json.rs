//! JSON from strangers: one object, bounded in depth, no name twice.

use std::fmt;

use serde::{
    Deserialize,
    de::{Deserializer, Error, MapAccess, Visitor},
};
use serde_json::{Map, Value};

/// The members of the object in `json`; `None` for anything else, for nesting deeper than `depth` and for a name that
/// stands twice. (Parsers differ in which of two they take, RFC 8259 section 4: what the issuer checked before signing
/// may not be what is read here.)
pub(crate) fn object(json: &[u8], depth: usize) -> Option<Map<String, Value>> {
    if nesting(json) > depth {
        return None;
    }
    let Members(members) = serde_json::from_slice(json).ok()?;
    Some(members)
}

/// How deep the brackets nest, without recursion. `serde_json` has a limit of its own, which a crate feature that any
/// dependency may switch on can remove.
fn nesting(json: &[u8]) -> usize {
    let (mut deepest, mut depth) = (0_usize, 0_usize);
    let (mut in_string, mut escaped) = (false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

struct Members(Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OnceEach)
    }
}

struct OnceEach;

impl<'de> Visitor<'de> for OnceEach {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Members, A::Error> {
        let mut members = Map::new();
        while let Some((name, value)) = access.next_entry::<String, Value>()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a name stands twice"));
            }
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::{nesting, object};

    #[test]
    fn f14_brackets_nest_outside_of_strings_only() {
        for (json, depth) in [
            (r#""""#, 0),
            (r"{}", 1),
            (r"[[],{},[]]", 2),
            (r#"{"a":[{"b":[]}]}"#, 4),
            // Brackets in a string are text, opening and closing ones.
            (r#"["[[{{"]"#, 1),
            (r#"["]]}}",["]]",[]]]"#, 3),
            // An escaped quote does not end a string, an escaped backslash escapes nothing.
            (r#"["\"[["]"#, 1),
            (r#"["\\",[["\\\"]]"]]]"#, 3),
            (r#"["\\\"[[","\\",[]]"#, 2),
            // Broken JSON never looks flatter than it is.
            (r"]]][[", 2),
            (r"\[[", 2),
        ] {
            assert_eq!(nesting(json.as_bytes()), depth, "{json}");
        }
    }

    #[test]
    fn f14_nothing_in_a_string_makes_room_for_deeper_nesting() {
        for string in [r"]]]]", r"}}}}", r#"\"]]"#, r#"\\\""#] {
            let json =
                |depth| format!(r#"{{"a":"{string}","b":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
            assert!(object(json(3).as_bytes(), 4).is_some(), "{string}");
            assert!(object(json(4).as_bytes(), 4).is_none(), "{string}");
        }
        let wide = format!(r#"{{"a":[{}[]]}}"#, "[],".repeat(100));
        assert!(object(wide.as_bytes(), 3).is_some(), "many beside each other are not deep");
    }
}
