//! A page that the person opens. The link may reach anybody; it works for the one who called the tool.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use mcp_auth::{Handles, prelude::*};
use rmcp::model::{
    CallToolResponse, CallToolResult, ContentBlock, ElicitRequest, ElicitRequestParams, InputRequest,
    InputRequests, InputRequiredResult,
};

use crate::{server::Reports, store::Person};

/// What the ticket in the link is for.
pub(crate) const CONNECT: &str = "connect a printer";
const TIME: Duration = Duration::from_secs(10 * 60);

/// The printer of each person.
#[derive(Clone, Default)]
pub(crate) struct Printers(Arc<Mutex<HashMap<Person, String>>>);

impl Printers {
    pub(crate) fn connect(&self, person: Person, name: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(person, name);
    }

    fn of(&self, person: &Person) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(person).cloned()
    }
}

pub(crate) fn connect(
    reports: &Reports,
    user: &AuthInfo,
    handles: &Handles,
    state: Option<&str>,
    name: &str,
) -> Result<CallToolResponse> {
    if state.is_some() {
        // The client says that the page has been opened. Whether somebody agreed there is not for the client to say.
        let connected = reports.printers.of(&user.into()).as_deref() == Some(name);
        let said = if connected { "connected" } else { "not connected" };
        return Ok(CallToolResult::success(vec![ContentBlock::text(said)]).into());
    }
    let ticket = handles.ticket(CONNECT, name, TIME)?;
    let page = ElicitRequestParams::UrlElicitationParams {
        meta: None,
        message: format!("Connect {name}?"),
        url: format!("{}/printer?ticket={ticket}", reports.origin),
        elicitation_id: String::new(),
    };
    let requests =
        InputRequests::from([("page".to_owned(), InputRequest::Elicitation(ElicitRequest::new(page)))]);
    Ok(InputRequiredResult::new(Some(requests), Some("asked".to_owned())).into())
}
