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
pub(in crate::authenticate) fn object(json: &[u8], depth: usize) -> Option<Map<String, Value>> {
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
