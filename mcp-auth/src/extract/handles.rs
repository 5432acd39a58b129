//! Handles that a tool hands out and takes back, bound to their caller.

use std::{fmt, sync::Arc, time::Duration};

use rmcp::model::Extensions;
use serde::{Serialize, de::DeserializeOwned};

use super::{Extractor, FromToolCall};
use crate::{
    Principal,
    tool::{ToolCall, ToolError},
    transport::{Binding, TicketSealer},
};

/// Makes handles for the caller, and reads those that the caller brings back.
///
/// A handle is a value, encrypted for one caller (issuer, subject and client), one purpose and a limited time. It is no
/// credential: whoever else presents it, or for another purpose, gets the answer of a handle that was made up.
///
/// ```
/// # use mcp_auth::{Handles, ToolError};
/// # use std::time::Duration;
/// const EXPORT: &str = "export";
///
/// fn begin_export(handles: Handles, folder: u64) -> Result<String, ToolError> {
///     handles.seal(EXPORT, &folder, Duration::from_secs(3600))
/// }
///
/// fn continue_export(handles: Handles, handle: String) -> Result<String, ToolError> {
///     let folder: u64 = handles.open(EXPORT, &handle)?;
///     Ok(format!("folder {folder}"))
/// }
/// ```
///
/// A handle can be brought back as often as its owner likes. What must happen once needs a record of its own.
///
/// Handles survive a restart, and are good on every node, where
/// [`AuthBuilder::session_key`](crate::AuthBuilder::session_key) is set.
#[derive(Clone)]
pub struct Handles {
    binding: Arc<Binding>,
    owner: Principal,
}

impl fmt::Debug for Handles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handles").field("owner", &self.owner).finish_non_exhaustive()
    }
}

impl Handles {
    pub(crate) fn new(binding: Arc<Binding>, owner: Principal) -> Self {
        Self { binding, owner }
    }

    /// Those of the caller, inside `get_prompt`, `read_resource` and `on_custom_request` of your own
    /// `impl ServerHandler`; `None` without a token. A tool takes `Handles` as an argument instead.
    pub fn of(extensions: &Extensions) -> Option<Self> {
        extensions.get().cloned()
    }

    /// A handle for `value`, good for this caller and `purpose` within `lifetime`.
    ///
    /// # Errors
    ///
    /// A value that is no JSON, or a system without randomness: an error for the log.
    pub fn seal<T: Serialize + ?Sized>(
        &self,
        purpose: &'static str,
        value: &T,
        lifetime: Duration,
    ) -> Result<String, ToolError> {
        let value = serde_json::to_vec(value)?;
        Ok(self.binding.seal_handle(&self.owner, purpose, &value, lifetime)?)
    }

    /// The value of a handle that this caller got for `purpose`.
    ///
    /// # Errors
    ///
    /// The same for one that is made up, changed, expired, for another purpose or somebody else's; the client reads it.
    pub fn open<T: DeserializeOwned>(&self, purpose: &'static str, handle: &str) -> Result<T, ToolError> {
        let opened = self.binding.open_handle(&self.owner, purpose, handle);
        let value = opened.ok_or_else(|| ToolError::tell("the handle is unknown or has expired"))?;
        Ok(serde_json::from_slice(&value)?)
    }

    /// A ticket for a URL that the same person is to open in a browser (URL-mode elicitation). It is bound to the person
    /// (issuer and subject), not to the client: the browser is another one. [`Tickets`] reads it.
    ///
    /// # Errors
    ///
    /// Those of [`seal`](Self::seal).
    pub fn ticket<T: Serialize + ?Sized>(
        &self,
        purpose: &'static str,
        value: &T,
        lifetime: Duration,
    ) -> Result<String, ToolError> {
        let value = serde_json::to_vec(value)?;
        let person = (self.owner.issuer(), self.owner.subject());
        Ok(self.binding.tickets.seal(person, purpose, &value, lifetime)?)
    }

    /// The id under which this caller knows a task of yours. Answers to `tools/call` and `tasks/get` have it already; for
    /// custom methods and notifications that you send yourself.
    pub fn task_id(&self, own: &str) -> String {
        self.binding.task_id(own, Some(&self.owner))
    }

    /// Your own id of a task that this caller names in a custom method; `None` if it is not theirs.
    pub fn own_task_id<'a>(&self, id: &'a str) -> Option<&'a str> {
        self.binding.own_task_id(id, Some(&self.owner))
    }
}

impl Extractor for Handles {}

impl<S: Sync> FromToolCall<S> for Handles {
    const NEEDS_IDENTITY: bool = true;
    const NEEDS_PEER: bool = false;
    const IS_READY: bool = true;

    async fn from_tool_call(_server: &S, call: &ToolCall) -> Result<Self, ToolError> {
        let auth = call.auth().ok_or_else(ToolError::forbidden)?;
        Ok(Self::new(Arc::clone(&call.binding), auth.principal().clone()))
    }
}

/// Reads the [tickets](Handles::ticket) in URLs that people open, on the pages behind these URLs.
///
/// The client of a tool may show its URL to anybody. So the page must know, by a sign-in of its own (a session cookie
/// of your application, never the ticket), who is in front of the browser, and [`open`](Self::open) compares: the
/// person who opens the URL is the person who called the tool.
///
/// ```
/// # use mcp_auth::Tickets;
/// const CONNECT: &str = "connect";
///
/// /// `GET /connect?ticket=…`; `subject` is whom the page's own session names, as signed in at `issuer`.
/// fn connect(tickets: &Tickets, issuer: &str, subject: &str, ticket: &str) -> Result<String, &'static str> {
///     let account: String = tickets.open(CONNECT, issuer, subject, ticket).ok_or("this link is not for you")?;
///     Ok(format!("connect {account}?"))
/// }
/// ```
#[derive(Clone)]
pub struct Tickets(TicketSealer);

impl fmt::Debug for Tickets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tickets")
    }
}

impl Tickets {
    pub(crate) fn new(sealer: TicketSealer) -> Self {
        Self(sealer)
    }

    /// The value of a ticket that this person got for `purpose`. `None`, whatever is wrong: it is somebody else's, for
    /// another purpose, made up, changed or expired.
    pub fn open<T: DeserializeOwned>(
        &self,
        purpose: &'static str,
        issuer: &str,
        subject: &str,
        ticket: &str,
    ) -> Option<T> {
        let value = self.0.open((issuer, subject), purpose, ticket)?;
        serde_json::from_slice(&value).ok()
    }
}
