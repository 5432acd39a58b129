//! The server: its state, who may do what, and the table of its tools. What the tools do is in `tools/`.

use std::{sync::Arc, time::Duration};

use mcp_auth::{Handles, prelude::*};
use rmcp::{
    RoleServer,
    handler::server::tool::{InputResponses, RequestState},
    model::{CallToolResponse, CreateTaskResult, RequestMetaObject},
    service::Peer,
    task_manager::TaskManager,
};

use crate::{
    store::Store,
    subscriptions::Subscriptions,
    tools::{
        ask, export,
        print::{self, Jobs},
        printer::{self, Printers},
    },
};

/// What a shared report is called among the handles.
const SHARED: &str = "shared report";
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A store of reports.
pub(crate) struct Reports {
    /// Where the pages are that people open.
    pub(crate) origin: String,
    pub(crate) store: Arc<Store>,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) tasks: TaskManager,
    pub(crate) jobs: Jobs,
    pub(crate) printers: Printers,
}

impl Reports {
    pub(crate) fn new(origin: String) -> Self {
        Self {
            origin,
            store: Arc::default(),
            subscriptions: Subscriptions::default(),
            tasks: TaskManager::default(),
            jobs: Jobs::default(),
            printers: Printers::default(),
        }
    }
}

#[server(
    title = "Reports",
    instructions = "Reports of the person who is signed in: write, print, export and delete them",
    scopes("reports:read", "reports:write"),
    prompts(scopes("reports:read")),
    resources(scopes("reports:read")),
    completions(scopes("reports:read")),
    subscriptions(scopes("reports:read")),
    tasks(scopes("reports:read")),
    logging(authenticated)
)]
impl Reports {
    /// Is the server up?
    #[tool(public)]
    fn ping() -> &'static str {
        "pong"
    }

    /// Lists your reports.
    #[tool(scopes("reports:read"), annotations(read_only))]
    fn list_reports(&self, user: AuthInfo) -> Json<Vec<String>> {
        Json(self.store.titles(&(&user).into()))
    }

    /// Writes a report; one of the same title is replaced.
    #[tool(scopes("reports:write"))]
    async fn write_report(&self, user: AuthInfo, title: String, text: String) {
        let uri = crate::handler::uri(&title);
        self.store.write((&user).into(), title, text);
        self.subscriptions.changed(&(&user).into(), &uri).await;
    }

    /// Prints a report, and says how far it is.
    #[tool(scopes("reports:read"))]
    async fn print_report(
        &self,
        user: AuthInfo,
        peer: Peer<RoleServer>,
        meta: RequestMetaObject,
        title: String,
        /// How often.
        #[arg(default = 3)]
        copies: u32,
    ) -> Result<String> {
        print::report(self, &user, &peer, &meta, &title, copies).await
    }

    /// How many copies are being printed now.
    #[tool(scopes("reports:read"), annotations(read_only))]
    fn print_jobs(&self) -> usize {
        self.jobs.running()
    }

    /// Deletes a report, after asking whether that is meant.
    #[tool(scopes("reports:write"), annotations(destructive))]
    fn delete_report(
        &self,
        user: AuthInfo,
        title: String,
        answers: InputResponses,
        state: RequestState,
    ) -> Result<CallToolResponse> {
        ask::delete(self, &user, &title, &answers, state.0.as_deref())
    }

    /// Gives a report another title, which it asks for. For clients of protocol versions before 2026-07-28.
    #[tool(scopes("reports:write"))]
    async fn rename_report(&self, user: AuthInfo, peer: Peer<RoleServer>, title: String) -> Result<String> {
        ask::rename(self, &user, &peer, &title).await
    }

    /// Connects your printer, on a page that you open.
    #[tool(scopes("reports:write"))]
    fn connect_printer(
        &self,
        user: AuthInfo,
        handles: Handles,
        state: RequestState,
        name: String,
    ) -> Result<CallToolResponse> {
        printer::connect(self, &user, &handles, state.0.as_deref(), &name)
    }

    /// A handle for a report, good for a day and for you.
    #[tool(scopes("reports:read"))]
    fn share_report(&self, user: AuthInfo, handles: Handles, title: String) -> Result<String> {
        let known = self.store.read(&(&user).into(), &title);
        known.ok_or_else(|| ToolError::tell("there is no such report"))?;
        handles.seal(SHARED, &title, A_DAY)
    }

    /// The report behind a handle.
    #[tool(scopes("reports:read"), annotations(read_only))]
    fn shared_report(&self, user: AuthInfo, handles: Handles, handle: String) -> Result<String> {
        let title: String = handles.open(SHARED, &handle)?;
        self.store.read(&(&user).into(), &title).ok_or_else(|| ToolError::tell("it has been deleted"))
    }

    /// Exports all your reports, as a task that asks for the format.
    #[tool(scopes("reports:read"))]
    fn export_reports(&self, user: AuthInfo) -> Result<CreateTaskResult> {
        export::all(self, &user)
    }
}
