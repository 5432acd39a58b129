//! Whoever is known and may not enter: nothing of theirs is kept.

use std::sync::Arc;

use axum::body::Body;
use http::Response;

use super::{
    super::{
        Core,
        authorization_endpoint::Checked,
        entry::{Asking, Reason, Verdict},
        page::{self, Hidden, NotEntered, NotEnteredView},
    },
    consent,
};
use crate::{
    AuditEvent, AuditKind, random,
    store::{Person, SessionRecord},
};

/// The page that says so, unless they may enter. Its form leads on through `/consent`: as somebody else, once more, or back
/// to the client, which is told then.
pub(super) fn answer(
    core: &Core,
    checked: &Checked<'_>,
    person: &Person,
    verdict: &Verdict,
) -> Option<Response<Body>> {
    let why = match verdict {
        Verdict::Yes => return None,
        Verdict::No(Reason::NotListed) => NotEntered::NotListed,
        Verdict::No(Reason::NotTold) => NotEntered::NotTold,
        Verdict::No(Reason::Said(reason)) => NotEntered::Said(reason.clone()),
        Verdict::No(Reason::Ended) | Verdict::Unknown(_) => NotEntered::Unknown,
    };
    let reference = random::reference();
    let event = AuditEvent::new(AuditKind::SignInRefused).subject(person.subject());
    let event = event.client_id(&checked.client.id).resource(checked.server.resource.as_str());
    core.audit(event.reason(format!("may not enter: {why:?}")).reference(&reference));
    tracing::info!(?person, client = checked.client.id, reference, "the page of who may not enter is shown");
    let provider = core.provider(&person.provider).map_or("", |provider| provider.name());
    let view = NotEnteredView {
        action: core.issuer.path_of(consent::PATH),
        hidden: vec![Hidden { name: "request", value: checked.asked.text().to_owned() }],
        client: checked.client.name().to_owned(),
        server: checked.server.title.clone(),
        person: person.name.clone(),
        provider: provider.to_owned(),
        why,
        reference,
    };
    Some(page::not_entered(&core.branding, &view))
}

/// Whether a browser's session may be used in place of a sign-in, for these scopes.
pub(super) async fn verdict(
    core: &Arc<Core>,
    checked: &Checked<'_>,
    session: &SessionRecord,
    scopes: &[String],
) -> Verdict {
    let resource = checked.server.resource.as_str();
    let asking = Asking { person: &session.person, client: &checked.client, resource, scopes };
    core.door.stays(core, session.upstream.as_deref(), asking).await
}
