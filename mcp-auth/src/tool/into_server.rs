//! What can be served: a server, or a server with a handle for tools at run time.

use super::{RuntimeTools, Server};

/// What [`Auth::serve`](crate::Auth::serve) and its like take: a [`Server`], or what
/// [`with_tools`](Server::with_tools) makes of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a server",
    label = "no `#[server]` block for this type",
    note = "write `#[mcp_auth::server(resource = \"https://…\")] impl {Self} {{ … }}`"
)]
pub trait IntoServer {
    /// The server's type.
    type Server: Server;

    /// The server, and its handle if there is one.
    #[doc(hidden)]
    fn into_server(self) -> (Self::Server, Option<RuntimeTools<Self::Server>>);
}

#[diagnostic::do_not_recommend]
impl<S: Server> IntoServer for S {
    type Server = S;

    fn into_server(self) -> (S, Option<RuntimeTools<S>>) {
        (self, None)
    }
}

/// A server whose tools come and go; made by [`Server::with_tools`].
#[derive(Debug)]
pub struct WithTools<S: 'static> {
    pub(super) server: S,
    pub(super) tools: RuntimeTools<S>,
}

impl<S: Server> IntoServer for WithTools<S> {
    type Server = S;

    fn into_server(self) -> (S, Option<RuntimeTools<S>>) {
        (self.server, Some(self.tools))
    }
}
