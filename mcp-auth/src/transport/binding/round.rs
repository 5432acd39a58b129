//! The rounds of one request: what the server asks in one, the client answers in the next (SEP-2322). `requestState`
//! is what the server remembers meanwhile, and the client carries it.

use aws_lc_rs::digest::{Context as Hash, SHA256};
use rmcp::{
    ErrorData,
    model::{CallToolResponse, InputRequiredResult, JsonObject},
};
use serde_json::Value;

use super::{Binding, key::parts};
use crate::Principal;

/// Which request a state belongs to: whose, of which method, about what, with which arguments. The client repeats the
/// request in each round, so all of it stays the same; consent to delete one note is no consent to delete another.
#[derive(Clone, Copy)]
pub(crate) struct Round<'a> {
    pub(crate) owner: Option<&'a Principal>,
    pub(crate) method: &'static str,
    /// The tool, the prompt, the URI.
    pub(crate) name: &'a str,
    pub(crate) arguments: Option<&'a JsonObject>,
}

impl<'a> Round<'a> {
    pub(crate) fn with(self, arguments: Option<&'a JsonObject>) -> Self {
        Self { arguments, ..self }
    }

    /// The state as the handler sealed it away. Whatever is wrong with it, the answer is the same.
    pub(crate) fn open(
        &self,
        binding: &Binding,
        brought: Option<String>,
    ) -> Result<Option<String>, ErrorData> {
        let Some(sealed) = brought else { return Ok(None) };
        let opened = binding.state.open(&self.context(), &sealed);
        let state = opened.and_then(|bytes| String::from_utf8(bytes).ok());
        state.map(Some).ok_or_else(|| {
            tracing::info!(
                method = self.method,
                name = self.name,
                "refused: a `requestState` that does not open"
            );
            ErrorData::invalid_params("`requestState` is not valid for this request, or has expired", None)
        })
    }

    /// Seals the state of a question to the client.
    pub(crate) fn seal(&self, binding: &Binding, result: &mut InputRequiredResult) -> Result<(), ErrorData> {
        let Some(state) = &mut result.request_state else { return Ok(()) };
        let sealed = binding.state.seal(&self.context(), state.as_bytes(), binding.state_time);
        *state = sealed.map_err(|error| {
            tracing::error!(method = self.method, %error, "a `requestState` was not handed out");
            ErrorData::internal_error("internal error", None)
        })?;
        Ok(())
    }

    /// Binds what a tool's answer gives the client to bring back.
    pub(crate) fn bind(
        &self,
        binding: &Binding,
        mut response: CallToolResponse,
    ) -> Result<CallToolResponse, ErrorData> {
        match &mut response {
            CallToolResponse::InputRequired(result) => self.seal(binding, result)?,
            CallToolResponse::Task(created) => binding.bind_task(&mut created.task, self.owner),
            CallToolResponse::Complete(_) => {}
            // Better no answer than one that carries what is not bound.
            _ => {
                tracing::error!(
                    name = self.name,
                    "a tool's answer is of a kind that this version cannot bind"
                );
                return Err(ErrorData::internal_error("internal error", None));
            }
        }
        Ok(response)
    }

    fn context(&self) -> Vec<u8> {
        let mut context = super::context(self.method, self.owner);
        context.extend(parts(&[Some(self.name)]));
        let mut hash = Hash::new(&SHA256);
        digest_object(&mut hash, self.arguments.into_iter().flatten());
        context.extend_from_slice(hash.finish().as_ref());
        context
    }
}

/// Feeds a value to the hash: members in the order of their names, everything with its kind and length.
fn digest(hash: &mut Hash, value: &Value) {
    match value {
        Value::Object(members) => digest_object(hash, members.iter()),
        Value::Array(items) => {
            hash.update(b"[");
            hash.update(&(items.len() as u64).to_be_bytes());
            for item in items {
                digest(hash, item);
            }
        }
        Value::String(text) => digest_text(hash, b"\"", text),
        Value::Number(number) => digest_text(hash, b"0", &number.to_string()),
        Value::Bool(true) => hash.update(b"t"),
        Value::Bool(false) => hash.update(b"f"),
        Value::Null => hash.update(b"n"),
    }
}

/// No arguments are the same as an empty object.
fn digest_object<'a>(hash: &mut Hash, members: impl Iterator<Item = (&'a String, &'a Value)>) {
    let mut members: Vec<_> = members.collect();
    members.sort_by_key(|(name, _)| *name);
    hash.update(b"{");
    hash.update(&(members.len() as u64).to_be_bytes());
    for (name, value) in members {
        digest_text(hash, b"\"", name);
        digest(hash, value);
    }
}

fn digest_text(hash: &mut Hash, kind: &[u8], text: &str) {
    hash.update(kind);
    hash.update(&(text.len() as u64).to_be_bytes());
    hash.update(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: &Value) -> JsonObject {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn r54_state_is_bound_to_caller_method_name_and_arguments() {
        let binding = Binding::for_tests();
        let [alice, bob] = ["alice", "bob"].map(|name| Principal::new("https://a.example", name, None));
        let [one, same, two] = [
            json!({ "file": "a", "more": { "x": 1, "y": [true, null] } }),
            json!({ "more": { "y": [true, null], "x": 1 }, "file": "a" }),
            json!({ "file": "b", "more": { "x": 1, "y": [true, null] } }),
        ]
        .map(|value| object(&value));
        let empty = JsonObject::new();
        let round =
            Round { owner: Some(&alice), method: "tools/call", name: "delete", arguments: Some(&one) };
        let mut asked = InputRequiredResult::from_request_state("step 2");
        round.seal(&binding, &mut asked).unwrap();
        let sealed = asked.request_state.unwrap();
        let open = |round: Round<'_>| round.open(&binding, Some(sealed.clone()));

        assert_eq!(open(round).unwrap().as_deref(), Some("step 2"));
        assert_eq!(open(Round { arguments: Some(&same), ..round }).unwrap().as_deref(), Some("step 2"));
        let refused = round.open(&binding, Some("made up".to_owned())).unwrap_err();
        for other in [
            Round { owner: Some(&bob), ..round },
            Round { owner: None, ..round },
            Round { method: "prompts/get", ..round },
            Round { name: "delete_all", ..round },
            Round { arguments: Some(&two), ..round },
            Round { arguments: Some(&empty), ..round },
            Round { arguments: None, ..round },
        ] {
            assert_eq!(open(other).unwrap_err(), refused);
        }
        assert_eq!(round.open(&binding, None).unwrap(), None);
    }

    #[test]
    fn r54_no_two_arguments_look_alike() {
        let values = [
            json!({}),
            json!({ "a": 1 }),
            json!({ "a": "1" }),
            json!({ "a": [1] }),
            json!({ "a": [[], 1] }),
            json!({ "a": [[1]] }),
            json!({ "a": { "b": 1 } }),
            json!({ "a": null }),
            json!({ "a": true }),
            json!({ "a": false }),
            json!({ "a": "n" }),
            json!({ "a": 1, "b": 1 }),
            json!({ "a": 1.5 }),
        ];
        let digests: Vec<_> = values
            .iter()
            .map(|value| {
                let mut hash = Hash::new(&SHA256);
                digest(&mut hash, value);
                hash.finish().as_ref().to_vec()
            })
            .collect();
        for (at, one) in digests.iter().enumerate() {
            assert!(!digests[..at].contains(one), "{}", values[at]);
        }
    }
}
