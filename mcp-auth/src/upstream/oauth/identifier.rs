//! Names: of providers in our paths, of people in our tokens and on our pages.

use crate::{Problem, upstream::SignInError};

/// Ids with a meaning of their own: who people are must not depend on which of two providers stands behind one.
const TAKEN: [&str; 3] = ["development", "github", "google"];
const LONGEST_ID: usize = 32;
/// OpenID Connect Core section 2: a `sub` has 255 ASCII characters at most.
const LONGEST_ACCOUNT_ID: usize = 255;
const LONGEST_NAME: usize = 100;

/// What is wrong with the id of a provider, whose `own` id is the one of its kind.
pub(in crate::upstream) fn id_problem(setting: &str, id: &str, own: Option<&str>) -> Option<Problem> {
    let usual = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let starts_well = id.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    if !starts_well || id.len() > LONGEST_ID || !id.bytes().all(usual) {
        let why = format!(
            "the id is not 1 to {LONGEST_ID} small letters, digits and dashes: it stands in URLs and tokens"
        );
        return Some(Problem::new(setting, why, "call it after whose accounts they are, such as `corp`"));
    }
    let taken = TAKEN.contains(&id) && own != Some(id);
    taken.then(|| {
        let why = format!("`{id}` is the id of another kind of sign-in, and of the people who came with it");
        Problem::new(setting, why, "call it after whose accounts they are, such as `corp`")
    })
}

/// The stable id of an account, as the provider gave it.
pub(in crate::upstream) fn account_id(id: &str) -> Result<String, SignInError> {
    if id.is_empty() || id.len() > LONGEST_ACCOUNT_ID || id.chars().any(char::is_control) {
        let why = format!("an account's id is not 1 to {LONGEST_ACCOUNT_ID} printable bytes");
        return Err(SignInError::Refused(why));
    }
    Ok(id.to_owned())
}

/// What to call somebody on pages: the first name that says something.
pub(in crate::upstream) fn display_name<'a>(
    names: impl IntoIterator<Item = Option<&'a str>>,
) -> Option<String> {
    let clean = |name: &str| -> String {
        name.chars()
            .filter(|char| !char.is_control())
            .take(LONGEST_NAME)
            .collect::<String>()
            .trim()
            .to_owned()
    };
    names.into_iter().flatten().map(clean).find(|name| !name.is_empty())
}

/// What is wrong with a scope (RFC 6749 section 3.3).
pub(in crate::upstream) fn scope_problem(setting: &str, scope: &str) -> Option<Problem> {
    let is_scope = !scope.is_empty()
        && scope.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
    (!is_scope).then(|| {
        let help = "name the provider's scopes one by one: `.scopes([\"profile\", \"email\"])`";
        Problem::new(setting, format!("`{scope}` is not one scope"), help)
    })
}
