//! What a browser brings back from a provider: nobody is signed in by parameters alone, whatever they say.

use std::sync::LazyLock;

use super::{fuzz, seeds};
use crate::{
    authorization_server::read_callback,
    upstream::{Answer, Callback},
};

static CALLBACKS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| seeds("callback"));

#[test]
fn callback_fuzz() {
    let control = read_callback("code=abc&state=xyz&iss=https%3A%2F%2Fissuer.example");
    assert!(matches!(control, Some(Callback { answer: Answer::Code(_), issuer: Some(_) })));
    fuzz(&CALLBACKS, callback);
}

/// A second, naive reading: each pair by itself.
fn callback(query: &[u8]) {
    let Ok(query) = std::str::from_utf8(query) else { return };
    let Some(Callback { answer, issuer }) = read_callback(query) else { return };
    let all = |name: &str| -> Vec<String> {
        let pairs = ::url::form_urlencoded::parse(query.as_bytes());
        let named = pairs.filter(|(key, value)| key == name && !value.is_empty());
        named.map(|(_, value)| value.into_owned()).collect()
    };
    let (codes, errors, issuers) = (all("code"), all("error"), all("iss"));
    assert_eq!(issuers, issuer.into_iter().collect::<Vec<_>>(), "an issuer is named once");
    match answer {
        Answer::Code(code) => assert_eq!((codes, errors), (vec![code.expose().to_owned()], Vec::new())),
        Answer::Error(error) => assert_eq!((codes, errors), (Vec::new(), vec![error])),
    }
}
