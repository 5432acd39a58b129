//! Clients in JSON, with the names of RFC 7591 section 2: from a variable or a file. No value is ever quoted: it may be a
//! secret in the wrong place.

use std::path::Path;

use serde_json::{Map, Value};

use super::{PreregisteredClient, Proof};
use crate::{Problem, Secret};

const MEMBERS: [&str; 10] = [
    "client_id",
    "client_name",
    "client_secret",
    "token_endpoint_auth_method",
    "redirect_uris",
    "grant_types",
    "scope",
    "jwks",
    "jwks_uri",
    "introspects",
];
const LARGEST: u64 = 1024 * 1024;

/// The clients in a file, and what is wrong with it.
pub(crate) fn read_file(path: &Path, setting: &'static str) -> (Vec<PreregisteredClient>, Vec<Problem>) {
    let shown = path.display().to_string();
    let failed = |message: String| {
        (Vec::new(), vec![Problem::new(setting, message, "write the path of a JSON file with clients")])
    };
    match std::fs::metadata(path) {
        Ok(found) if found.len() > LARGEST => return failed(format!("`{shown}` is larger than 1 MiB")),
        Ok(_) => {}
        Err(error) => return failed(format!("`{shown}` cannot be read: {error}")),
    }
    match std::fs::read_to_string(path) {
        Ok(text) => read(&text, setting, Some(&shown)),
        Err(error) => failed(format!("`{shown}` cannot be read: {error}")),
    }
}

/// The clients in `text`, and what is wrong with it.
pub(crate) fn read(
    text: &str,
    setting: &'static str,
    file: Option<&str>,
) -> (Vec<PreregisteredClient>, Vec<Problem>) {
    let mut reader =
        Reader { setting, file: file.map(str::to_owned), at: String::new(), problems: Vec::new() };
    let list = match serde_json::from_str(text) {
        Ok(Value::Array(list)) => list,
        Ok(_) => {
            reader.refuse("it is not a list", "write [ … ] with an object for each client");
            Vec::new()
        }
        // Line and column, and never what stands there.
        Err(error) => {
            let message = format!("it is not JSON (line {}, column {})", error.line(), error.column());
            reader.refuse(&message, "write [ … ] with an object for each client");
            Vec::new()
        }
    };
    let mut clients = Vec::new();
    for (index, entry) in list.into_iter().enumerate() {
        clients.extend(reader.client(index, entry));
    }
    (clients, reader.problems)
}

struct Reader {
    setting: &'static str,
    file: Option<String>,
    /// Which client is being read.
    at: String,
    problems: Vec<Problem>,
}

impl Reader {
    fn refuse(&mut self, message: &str, help: impl Into<String>) {
        let file = self.file.as_ref().map(|file| format!("{file}: ")).unwrap_or_default();
        self.problems.push(Problem::new(self.setting, format!("{file}{}{message}", self.at), help));
    }

    /// The client; `None` where it cannot be told apart from others or proves itself in no known way. Problems are noted.
    fn client(&mut self, index: usize, entry: Value) -> Option<PreregisteredClient> {
        self.at = format!("[{index}]: ");
        let Value::Object(mut members) = entry else {
            self.refuse("it is not an object", "write { \"client_id\": … }");
            return None;
        };
        let Some(id) = self.text(&mut members, "client_id") else {
            self.refuse("client_id: it is missing", "give the client a short name, such as `notes-app`");
            return None;
        };
        let plain: String = id.chars().filter(|char| !char.is_control()).take(255).collect();
        self.at = format!("client `{plain}`: ");
        let found = self.problems.len();
        let proof = self.proof(&mut members);
        let mut client = PreregisteredClient { proof, ..PreregisteredClient::public(id) };
        client.source = Some((self.setting, self.file.clone()));
        client.name = self.text(&mut members, "client_name");
        client.redirect_uris = self.texts(&mut members, "redirect_uris").unwrap_or_default();
        client.introspects = self.texts(&mut members, "introspects").unwrap_or_default();
        let words = self.text(&mut members, "scope");
        let split =
            |words: String| words.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        client.scopes = words.map(split);
        client.machine = self.grant_types(&mut members, &client);
        for name in members.keys() {
            let name: String = name.chars().filter(|char| !char.is_control()).take(64).collect();
            self.refuse(
                &format!("there is no member `{name}`"),
                format!("the members are {}", MEMBERS.join(", ")),
            );
        }
        // Half of a client would have problems that nobody made.
        (self.problems.len() == found).then_some(client)
    }

    fn proof(&mut self, members: &mut Map<String, Value>) -> Proof {
        let method = self.text(members, "token_endpoint_auth_method");
        let secret = self.text(members, "client_secret").map(Secret::from);
        let (jwks, jwks_uri) = (members.remove("jwks"), self.text(members, "jwks_uri"));
        match (method.as_deref(), secret, jwks, jwks_uri) {
            (None | Some("none"), None, None, None) => Proof::None,
            (None | Some("client_secret_basic"), Some(secret), None, None) => Proof::Basic(secret),
            (Some("client_secret_post"), Some(secret), None, None) => Proof::Post(secret),
            (None | Some("private_key_jwt"), None, Some(jwks), None) => Proof::Keys(jwks),
            (None | Some("private_key_jwt"), None, None, Some(uri)) => Proof::KeysAt(uri),
            _ => {
                let help = "none: nothing; client_secret_basic (what a secret alone means) or client_secret_post: \
                            client_secret; private_key_jwt: jwks or jwks_uri";
                self.refuse("token_endpoint_auth_method: it does not go with what the client has", help);
                Proof::None
            }
        }
    }

    /// Whether it is a machine. What people need follows from the redirect URIs; if it is said, it has to fit.
    fn grant_types(&mut self, members: &mut Map<String, Value>, client: &PreregisteredClient) -> bool {
        let Some(said) = self.texts(members, "grant_types") else { return false };
        let is_known =
            |grant: &str| ["authorization_code", "refresh_token", "client_credentials"].contains(&grant);
        if said.iter().any(|grant| !is_known(grant)) {
            let help = "write authorization_code, refresh_token, client_credentials";
            self.refuse("grant_types: one of them does not exist here", help);
        }
        let asks = said.iter().any(|grant| grant == "authorization_code");
        if asks == client.redirect_uris.is_empty() {
            let message = "grant_types: authorization_code and redirect_uris go together";
            self.refuse(message, "write both, or neither");
        }
        said.iter().any(|grant| grant == "client_credentials")
    }

    fn text(&mut self, members: &mut Map<String, Value>, name: &str) -> Option<String> {
        if let Value::String(text) = members.remove(name)? {
            return Some(text);
        }
        self.refuse(&format!("{name}: it is not a text"), "write it in quotes");
        None
    }

    fn texts(&mut self, members: &mut Map<String, Value>, name: &str) -> Option<Vec<String>> {
        let texts = match members.remove(name)? {
            Value::Array(values) => {
                values.into_iter().map(|value| value.as_str().map(str::to_owned)).collect::<Option<_>>()
            }
            _ => None,
        };
        if texts.is_none() {
            self.refuse(&format!("{name}: it is not a list of texts"), "write [\"…\"]");
        }
        texts
    }
}
