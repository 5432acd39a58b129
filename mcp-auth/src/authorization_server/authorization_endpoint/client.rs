//! Who asks, and where the answer may go. Until both are known nobody but the person is told (RFC 6749 section 4.1.2.1).

use super::{
    super::{client::Snapshot, page::Fault, redirect_uri},
    Client, Core, Parameters, Refused, WayBack,
};

/// The request can be read (RFC 6749 section 3.1).
pub(super) fn readable(text: &str) -> Result<Parameters, Refused> {
    Parameters::parse(text, super::MOST_BYTES)
        .map_err(|unreadable| Refused::person(Fault::Request, &unreadable.to_string()))
}

/// What says whom to answer stands there once, so that nobody else reads another one of two (RFC 6749 section 3.1).
pub(super) fn addressed_once(asked: &Parameters) -> Result<(), Refused> {
    match ["client_id", "redirect_uri", "state"].into_iter().find(|name| asked.is_repeated(name)) {
        Some(name) => Err(Refused::person(Fault::Request, &format!("{name} is there more than once"))),
        None => Ok(()),
    }
}

/// The client is registered here (RFC 6749 sections 2.2 and 4.1.1). Some keep a registration for longer than it lives:
/// the page says how to get rid of it.
///
/// `shown`: as the person was shown it, a moment ago.
pub(super) async fn known_client(
    core: &Core,
    asked: &Parameters,
    shown: Option<Snapshot>,
) -> Result<Client, Refused> {
    let Some(id) = asked.get("client_id") else {
        return Err(Refused::person(Fault::Request, "client_id is missing"));
    };
    if let Some(client) = shown.and_then(|shown| shown.into_client(id)) {
        return Ok(client);
    }
    let client = Client::find(core, id).await?;
    client.ok_or_else(|| Refused::person(Fault::UnknownClient, &format!("there is no client {id:?}")))
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
            let why = format!("the client asks for the redirect URI {uri:?} and has registered {all:?}");
            return Err(Refused::person(Fault::RedirectUri, &why));
        }
        (None, [only]) => only,
        (None, _) => return Err(Refused::person(Fault::Request, "redirect_uri is missing")),
    };
    let back = WayBack::new(&core.issuer, uri, asked.get("state"));
    back.map(|back| back.of_client(&client.id)).map_err(|why| {
        Refused::person(Fault::RedirectUri, &format!("{uri:?} cannot be a redirect URI: {why}"))
    })
}
