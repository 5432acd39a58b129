//! Clients in JSON.

use super::{Folder, memory, settings};
use crate::PreregisteredClient;

const GOOD: &str = r#"[
    { "client_id": "app", "client_name": "App", "redirect_uris": ["http://127.0.0.1/callback"] },
    { "client_id": "app2", "redirect_uris": ["https://a.example/cb"], "grant_types": ["authorization_code", "refresh_token"],
      "token_endpoint_auth_method": "none" },
    { "client_id": "basic", "client_secret": "0123456789abcdef0123456789abcdef", "redirect_uris": ["https://a.example/cb"] },
    { "client_id": "machine", "client_secret": "0123456789abcdef0123456789abcdef", "scope": "notes:read notes:write",
      "token_endpoint_auth_method": "client_secret_post", "grant_types": ["client_credentials"] },
    { "client_id": "keys", "jwks_uri": "https://a.example/keys", "redirect_uris": ["https://a.example/cb"] },
    { "client_id": "server", "client_secret": "0123456789abcdef0123456789abcdef", "introspects": ["http://127.0.0.1:3000/mcp"] }
]"#;

/// What is wrong with this file, with the file's own name left out.
fn problems(text: &str) -> Vec<String> {
    let folder = Folder::new();
    let file = folder.file("clients.json");
    std::fs::write(&file, text).unwrap();
    let error = match PreregisteredClient::from_file(&file) {
        Err(error) => error,
        Ok(clients) => match settings(memory()).clients(clients).build() {
            Err(error) => error,
            Ok(_) => return Vec::new(),
        },
    };
    let name = file.display().to_string();
    let strip = |problem: &crate::Problem| {
        assert_eq!(problem.setting, "PreregisteredClient::from_file");
        let (file, rest) = problem.message.split_once(": ").unwrap();
        assert_eq!(file, name, "which file it is");
        rest.to_owned()
    };
    error.problems().iter().map(strip).collect()
}

#[test]
fn clients_can_stand_in_a_file() {
    assert_eq!(problems(GOOD), [""; 0]);
    assert_eq!(problems("[]"), [""; 0]);
}

/// Each by client and member, and no value: it may be a secret in the wrong place.
#[test]
fn r43_every_mistake_of_a_file_is_told_by_client_and_member() {
    for (text, told) in [
        ("", "it is not JSON"),
        ("{", "it is not JSON (line 1, column 1)"),
        ("[hunter2]", "it is not JSON"),
        ("{}", "it is not a list"),
        (r#"["hunter2"]"#, "[0]: it is not an object"),
        ("[{}]", "[0]: client_id: it is missing"),
        (r#"[{"client_id": 7}]"#, "[0]: client_id: it is not a text"),
        (
            r#"[{"client_id": "a", "redirect_uris": "hunter2"}]"#,
            "client `a`: redirect_uris: it is not a list",
        ),
        (r#"[{"client_id": "a", "redirect_uris": [7]}]"#, "client `a`: redirect_uris: it is not a list"),
        (
            r#"[{"client_id": "a", "clientsecret": "hunter2"}]"#,
            "client `a`: there is no member `clientsecret`",
        ),
        (
            r#"[{"client_id": "a", "client_secret": ["hunter2"]}]"#,
            "client `a`: client_secret: it is not a text",
        ),
        (
            r#"[{"client_id": "a", "client_secret": "hunter2", "redirect_uris": ["https://a.example/b"]}]"#,
            "client `a`: client_secret: it is too short",
        ),
        (
            r#"[{"client_id": "a", "client_secret": "hunter2", "token_endpoint_auth_method": "none"}]"#,
            "client `a`: token_endpoint_auth_method: ",
        ),
        (
            r#"[{"client_id": "a", "token_endpoint_auth_method": "client_secret_basic"}]"#,
            "client `a`: token_endpoint_auth_method: ",
        ),
        (
            r#"[{"client_id": "a", "token_endpoint_auth_method": "hunter2"}]"#,
            "client `a`: token_endpoint_auth_method: ",
        ),
        (
            r#"[{"client_id": "a", "jwks": {}, "jwks_uri": "https://a.example/keys"}]"#,
            "client `a`: token_endpoint_auth_method: ",
        ),
        (r#"[{"client_id": "a", "grant_types": ["password"]}]"#, "client `a`: grant_types: one of them"),
        (
            r#"[{"client_id": "a", "grant_types": ["authorization_code"]}]"#,
            "client `a`: grant_types: authorization_code and redirect_uris",
        ),
        (
            r#"[{"client_id": "a", "redirect_uris": ["https://a.example/b"], "grant_types": ["client_credentials"]}]"#,
            "client `a`: grant_types: authorization_code and",
        ),
        (
            r#"[{"client_id": "https://a.example/b", "redirect_uris": ["https://a.example/b"]}]"#,
            "client `https://a.example/b`: client_id: ",
        ),
        (r#"[{"client_id": "a", "redirect_uris": ["http://a.example/b"]}]"#, "client `a`: redirect_uris: "),
    ] {
        let found = problems(text);
        assert!(found.iter().any(|found| found.starts_with(told)), "{text}: {found:?}");
        assert!(!found.iter().any(|found| found.contains("hunter2")), "{found:?}");
    }
    let several = r#"[{"client_id": "a", "scope": 1, "client_name": 2}, {"client_id": "b", "x": 3}, 4]"#;
    assert_eq!(problems(several).len(), 4, "all at once");
    let twice = r#"[{"client_id": "a", "redirect_uris": ["https://a.example/b"]}, {"client_id": "a", "redirect_uris": ["https://a.example/c"]}]"#;
    assert!(problems(twice)[0].contains("client `a`: client_id: another client has the same id"));
}

#[test]
fn a_file_that_is_not_there_is_a_problem_of_the_setting() {
    let error = PreregisteredClient::from_file("/no/such/clients.json").unwrap_err();
    assert_eq!(error.problems()[0].setting, "PreregisteredClient::from_file");
    assert!(error.problems()[0].message.contains("/no/such/clients.json"));
}
