//! `/login/oauth/authorize`: the page on which a person approves, and where they are sent from there.

use std::collections::{BTreeSet, HashMap};

use ::url::form_urlencoded::{self, Serializer};

use super::{CLIENT_ID, Shared};

/// What the app asks for.
struct Asked {
    redirect_uri: String,
    state: Option<String>,
    scopes: BTreeSet<String>,
    challenge: Option<String>,
}

pub(super) fn pairs(text: &str) -> HashMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// What is asked for; or, where nobody can be sent back, why not.
fn asked(shared: &Shared, query: &str) -> Result<Asked, String> {
    let mut query = pairs(query);
    if query.get("client_id").is_none_or(|id| id != CLIENT_ID) {
        return Err("404: no such client".to_owned());
    }
    if query.get("code_challenge_method").is_some_and(|method| method != "S256") {
        return Err("the code challenge method must be S256".to_owned());
    }
    let scopes = query.get("scope").map_or("", String::as_str);
    let scopes = scopes.split([' ', ',']).filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
    let registered = shared.state().callback.clone();
    let redirect_uri = query.remove("redirect_uri").or(registered).ok_or("there is no callback")?;
    Ok(Asked {
        redirect_uri,
        scopes,
        state: query.remove("state"),
        challenge: query.remove("code_challenge"),
    })
}

/// Where the person is sent: `None` says no.
pub(super) fn decide(shared: &Shared, query: &str, login: Option<&str>) -> Result<String, String> {
    let asked = asked(shared, query)?;
    let mut state = shared.state();
    let registered = state.callback.clone().unwrap_or_else(|| asked.redirect_uri.clone());
    if registered != asked.redirect_uri {
        return Ok(back(&registered, &[("error", "redirect_uri_mismatch")], asked.state.as_deref()));
    }
    let Some(login) = login else {
        let error = [
            ("error", "access_denied"),
            ("error_description", "The user has denied your application access."),
        ];
        return Ok(back(&asked.redirect_uri, &error, asked.state.as_deref()));
    };
    if !state.people.contains_key(login) {
        return Err(format!("nobody is called `{login}`"));
    }
    let code = state.code(login, asked.scopes, &asked.redirect_uri, asked.challenge, shared.now());
    Ok(back(&asked.redirect_uri, &[("code", &code)], asked.state.as_deref()))
}

fn back(redirect_uri: &str, pairs: &[(&str, &str)], state: Option<&str>) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(pairs);
    query.extend_pairs(state.map(|state| ("state", state)));
    let separator = if redirect_uri.contains('?') { '&' } else { '?' };
    format!("{redirect_uri}{separator}{}", query.finish())
}

/// The page: who, and yes or no.
pub(super) fn page(shared: &Shared, query: &str) -> Result<String, String> {
    let asked = asked(shared, query)?;
    let list = |items: &mut dyn Iterator<Item = String>| items.collect::<Vec<_>>().concat();
    let people =
        list(&mut shared.state().people.keys().map(|login| format!("<option value=\"{}\">", text(login))));
    let scopes = list(&mut asked.scopes.iter().map(|scope| format!("<li>{}</li>", text(scope))));
    Ok(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Fake GitHub</title>\
         <h1>Authorize an app</h1><p>It goes back to {}.</p><ul>{scopes}</ul>\
         <form method=\"post\" action=\"/login/oauth/authorize?{}\">\
         <label>Sign in as <input type=\"text\" name=\"login\" list=\"people\" required></label> \
         <datalist id=\"people\">{people}</datalist> \
         <button name=\"decision\" value=\"allow\">Authorize</button> \
         <button name=\"decision\" value=\"deny\">Cancel</button></form></html>",
        text(&asked.redirect_uri),
        text(query),
    ))
}

fn text(plain: &str) -> String {
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
