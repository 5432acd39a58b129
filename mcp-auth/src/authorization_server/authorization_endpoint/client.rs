//! Who asks, and where the answer may go. Until both are known nobody but the person is told (RFC 6749 section 4.1.2.1).

use super::{super::redirect_uri, Client, Core, Parameters, Refused, Unreadable, WayBack};

const FROM_THE_APP: &str = "Go back to the app and connect it again.";

/// The request can be read (RFC 6749 section 3.1).
pub(super) fn readable(text: &str) -> Result<Parameters, Refused> {
    let title = "This link cannot be read";
    Parameters::parse(text, super::MOST_BYTES).map_err(|unreadable| match unreadable {
        Unreadable::TooLong => Refused::page(
            title,
            format!("The app sent more than {} bytes.", super::MOST_BYTES),
            "Tell the people who make the app.",
        ),
        Unreadable::NotUtf8 => {
            Refused::page(title, "It holds something that is not UTF-8.", "Tell the people who make the app.")
        }
    })
}

/// What says whom to answer stands there once, so that nobody else reads another one of two (RFC 6749 section 3.1).
pub(super) fn addressed_once(asked: &Parameters) -> Result<(), Refused> {
    match ["client_id", "redirect_uri", "state"].into_iter().find(|name| asked.is_repeated(name)) {
        Some(name) => Err(Refused::page(
            "This link is ambiguous",
            format!("The app sent `{name}` more than once."),
            "Tell the people who make the app.",
        )),
        None => Ok(()),
    }
}

/// The client is registered here (RFC 6749 sections 2.2 and 4.1.1).
pub(super) async fn known_client(core: &Core, asked: &Parameters) -> Result<Client, Refused> {
    let Some(id) = asked.get("client_id") else {
        return Err(Refused::page(
            "The app does not say which it is",
            "There is no `client_id`.",
            FROM_THE_APP,
        ));
    };
    // mcp-remote and others keep a registration on disk for longer than it lives.
    Client::find(core, id).await?.ok_or_else(|| {
        Refused::page(
            "This app is not known here",
            "Its registration has expired or was made somewhere else.",
            "Remove this server from the app and add it again, so that the app registers anew. Where the app is mcp-remote, \
             delete the folder ~/.mcp-auth first.",
        )
    })
}

/// The redirect URI is one that the client registered, character by character; only the port of a loopback URI is free
/// (RFC 6749 section 3.1.2.3, RFC 8252 section 7.3, OAuth 2.1 section 2.3.1). It may be left out where there is one only.
pub(super) fn registered_redirect_uri(
    core: &Core,
    client: &Client,
    asked: &Parameters,
) -> Result<WayBack, Refused> {
    let registered = &client.metadata.redirect_uris;
    let uri = match (asked.get("redirect_uri"), registered.as_slice()) {
        (Some(uri), all) if all.iter().any(|one| redirect_uri::matches(one, uri)) => uri,
        (Some(uri), all) => {
            return Err(Refused::page(
                "The app wants the answer somewhere else",
                format!(
                    "It asks to be answered at {uri}, and has registered {}.",
                    if all.is_empty() { "no address".to_owned() } else { all.join(", ") }
                ),
                "If you did not begin this in an app of yours, close this page. Otherwise remove this server from the app \
                 and add it again.",
            ));
        }
        (None, [only]) => only,
        (None, _) => {
            return Err(Refused::page(
                "The app does not say where it wants the answer",
                "There is no `redirect_uri`.",
                FROM_THE_APP,
            ));
        }
    };
    WayBack::new(&core.issuer, uri, asked.get("state")).ok_or_else(|| {
        Refused::page("The app's address is not one", format!("{uri} is not a URI."), FROM_THE_APP)
    })
}
