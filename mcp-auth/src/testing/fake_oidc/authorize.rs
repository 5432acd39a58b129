//! `/authorize`: the page on which a person signs in, and where they are sent from there.

use std::collections::HashMap;

use ::url::form_urlencoded::{self, Serializer};

use super::{CLIENT_ID, OidcLie, Shared, state::Asked};

pub(super) fn pairs(text: &str) -> HashMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// What is asked for; or, where nobody can be sent back, why not.
fn asked(query: &str) -> Result<Asked, String> {
    let mut query = pairs(query);
    if query.get("client_id").is_none_or(|id| id != CLIENT_ID) {
        return Err("there is no such client".to_owned());
    }
    if query.get("response_type").is_none_or(|kind| kind != "code") {
        return Err("the response type is not `code`".to_owned());
    }
    if query.get("code_challenge_method").is_none_or(|method| method != "S256") {
        return Err("there is no code challenge with S256".to_owned());
    }
    let scopes = query.get("scope").map_or("", String::as_str).split(' ');
    let scopes: std::collections::BTreeSet<_> =
        scopes.filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
    if !scopes.contains("openid") {
        return Err("the scope `openid` is missing".to_owned());
    }
    let prompt = query.get("prompt").map_or("", String::as_str);
    Ok(Asked {
        prompt: prompt.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
        redirect_uri: query.remove("redirect_uri").ok_or("there is no redirect URI")?,
        state: query.remove("state"),
        scopes,
        challenge: query.remove("code_challenge").ok_or("there is no code challenge")?,
        nonce: query.remove("nonce"),
    })
}

/// Where the person is sent: `None` says no.
pub(super) fn decide(shared: &Shared, query: &str, login: Option<&str>) -> Result<String, String> {
    let asked = asked(query)?;
    let prompts = shared.state().prompts.clone();
    if prompts.is_some_and(|known| !asked.prompt.iter().all(|word| known.contains(word))) {
        return Ok(back(shared, &asked, ("error", "invalid_request")));
    }
    let Some(login) = login else {
        return Ok(back(shared, &asked, ("error", "access_denied")));
    };
    let code = shared.state().code(login, &asked, shared.now());
    let code = code.ok_or_else(|| format!("nobody is called `{login}`"))?;
    Ok(back(shared, &asked, ("code", &code)))
}

fn back(shared: &Shared, asked: &Asked, answer: (&str, &str)) -> String {
    let lie = shared.state().lie;
    let issuer = match lie {
        Some(OidcLie::UnnamedAnswer) => None,
        Some(OidcLie::OtherIssuersAnswer) => Some("https://other.example"),
        _ => Some(shared.url.as_str()),
    };
    let mut query = Serializer::new(String::new());
    query.append_pair(answer.0, answer.1);
    query.extend_pairs(asked.state.as_deref().map(|state| ("state", state)));
    query.extend_pairs(issuer.map(|issuer| ("iss", issuer)));
    let separator = if asked.redirect_uri.contains('?') { '&' } else { '?' };
    format!("{}{separator}{}", asked.redirect_uri, query.finish())
}

/// The page: who, and yes or no.
pub(super) fn page(shared: &Shared, query: &str) -> Result<String, String> {
    let asked = asked(query)?;
    let options: Vec<_> =
        shared.state().people.keys().map(|login| format!("<option value=\"{}\">", text(login))).collect();
    let scopes: Vec<_> = asked.scopes.iter().map(|scope| format!("<li>{}</li>", text(scope))).collect();
    Ok(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Fake issuer</title>\
         <h1>Sign in</h1><p>It goes back to {}.</p><ul>{}</ul>\
         <form method=\"post\" action=\"/authorize?{}\">\
         <label>Sign in as <input type=\"text\" name=\"login\" list=\"people\" required></label> \
         <datalist id=\"people\">{}</datalist> \
         <button name=\"decision\" value=\"allow\">Sign in</button> \
         <button name=\"decision\" value=\"deny\">Cancel</button></form></html>",
        text(&asked.redirect_uri),
        scopes.concat(),
        text(query),
        options.concat(),
    ))
}

fn text(plain: &str) -> String {
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
