//! The user's own `impl ServerHandler`, found by the trait system and erased.

#![expect(deprecated, reason = "clients of older protocol versions still log and subscribe this way")]

use std::{
    any::Any,
    borrow::Cow,
    future::Future,
    marker::PhantomData,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
};

use futures_util::FutureExt;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CancelTaskParams, CancelledNotificationParam, CompleteRequestParams, CompleteResult,
        CustomNotification, CustomRequest, CustomResult, DiscoverResult, GetPromptRequestParams,
        GetPromptResponse, GetSkillRequestParams, GetSkillResult, GetTaskParams, GetTaskResult,
        InitializeRequestParams, InitializeResult, ListPromptsResult, ListResourceTemplatesResult,
        ListResourcesResult, ListSkillsResult, PaginatedRequestParams, ProgressNotificationParam,
        ProtocolVersion, ReadResourceDirectoryRequestParams, ReadResourceDirectoryResult,
        ReadResourceRequestParams, ReadResourceResponse, ServerConfig, SetLevelRequestParams,
        SubscribeRequestParams, SubscriptionFilter, UnsubscribeRequestParams, UpdateTaskParams,
    },
    service::{NotificationContext, RequestContext, SubscriptionContext},
};
use tokio_util::sync::CancellationToken;

use crate::{challenge::StepUp, tool::failure};

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
type Context = RequestContext<RoleServer>;
type Notified = NotificationContext<RoleServer>;

/// Declares [`OwnHandler`] and implements it for every `ServerHandler`: each method named once.
macro_rules! own_handler {
    (
        requests { $($request:ident($params:ty) -> $result:ty;)+ }
        notifications { $($notification:ident($content:ty);)+ }
    ) => {
        /// A user's `ServerHandler` without its type. `call_tool`, `list_tools` and `get_tool` are absent on purpose:
        /// tools go to our table, the user's `call_tool` never runs.
        pub trait OwnHandler: Send + Sync {
            $(
                /// The method of this name in rmcp.
                fn $request(&self, params: $params, context: Context) -> BoxFuture<'_, Result<$result, ErrorData>>;
            )+
            $(
                /// The method of this name in rmcp.
                fn $notification(&self, content: $content, context: Notified) -> BoxFuture<'_, ()>;
            )+
            /// The method of this name in rmcp.
            fn ping(&self, context: Context) -> BoxFuture<'_, Result<(), ErrorData>>;
            /// The method of this name in rmcp.
            fn discover(&self, context: Context) -> BoxFuture<'_, Result<DiscoverResult, ErrorData>>;
            /// The method of this name in rmcp.
            fn on_initialized(&self, context: Notified) -> BoxFuture<'_, ()>;
            /// The method of this name in rmcp.
            fn on_roots_list_changed(&self, context: Notified) -> BoxFuture<'_, ()>;
            /// The method of this name in rmcp.
            fn listen(&self, context: SubscriptionContext) -> BoxFuture<'_, Result<(), ErrorData>>;
            /// The method of this name in rmcp.
            fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter>;
            /// The method of this name in rmcp.
            fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]>;
            /// The method of this name in rmcp.
            fn get_info(&self) -> ServerConfig;
        }

        impl<H: ServerHandler> OwnHandler for H {
            $(
                fn $request(&self, params: $params, context: Context) -> BoxFuture<'_, Result<$result, ErrorData>> {
                    let asked = Asked::of(&context);
                    let answer = async move { ServerHandler::$request(self, params, context).await };
                    answered(stringify!($request), asked, answer)
                }
            )+
            $(
                fn $notification(&self, content: $content, context: Notified) -> BoxFuture<'_, ()> {
                    Box::pin(ServerHandler::$notification(self, content, context))
                }
            )+
            fn ping(&self, context: Context) -> BoxFuture<'_, Result<(), ErrorData>> {
                let asked = Asked::of(&context);
                answered("ping", asked, async move { ServerHandler::ping(self, context).await })
            }
            fn discover(&self, context: Context) -> BoxFuture<'_, Result<DiscoverResult, ErrorData>> {
                let asked = Asked::of(&context);
                answered("discover", asked, async move { ServerHandler::discover(self, context).await })
            }
            fn on_initialized(&self, context: Notified) -> BoxFuture<'_, ()> {
                Box::pin(ServerHandler::on_initialized(self, context))
            }
            fn on_roots_list_changed(&self, context: Notified) -> BoxFuture<'_, ()> {
                Box::pin(ServerHandler::on_roots_list_changed(self, context))
            }
            fn listen(&self, context: SubscriptionContext) -> BoxFuture<'_, Result<(), ErrorData>> {
                let asked = Asked::of(context.request_context());
                answered("listen", asked, async move { ServerHandler::listen(self, context).await })
            }
            fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
                let found = catch_unwind(AssertUnwindSafe(|| ServerHandler::accepted_subscription_filter(self, requested)));
                found.unwrap_or_else(|panic| {
                    broken("accepted_subscription_filter", &*panic);
                    None
                })
            }
            fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
                ServerHandler::supported_protocol_versions(self)
            }
            fn get_info(&self) -> ServerConfig {
                ServerHandler::get_info(self)
            }
        }
    };
}

own_handler! {
    requests {
        initialize(InitializeRequestParams) -> InitializeResult;
        complete(CompleteRequestParams) -> CompleteResult;
        set_level(SetLevelRequestParams) -> ();
        get_prompt(GetPromptRequestParams) -> GetPromptResponse;
        list_prompts(Option<PaginatedRequestParams>) -> ListPromptsResult;
        list_resources(Option<PaginatedRequestParams>) -> ListResourcesResult;
        list_resource_templates(Option<PaginatedRequestParams>) -> ListResourceTemplatesResult;
        read_resource(ReadResourceRequestParams) -> ReadResourceResponse;
        subscribe(SubscribeRequestParams) -> ();
        unsubscribe(UnsubscribeRequestParams) -> ();
        on_custom_request(CustomRequest) -> CustomResult;
        get_task(GetTaskParams) -> GetTaskResult;
        update_task(UpdateTaskParams) -> ();
        cancel_task(CancelTaskParams) -> ();
        list_skills(Option<PaginatedRequestParams>) -> ListSkillsResult;
        get_skill(GetSkillRequestParams) -> GetSkillResult;
        read_resource_directory(ReadResourceDirectoryRequestParams) -> ReadResourceDirectoryResult;
    }
    notifications {
        on_cancelled(CancelledNotificationParam);
        on_progress(ProgressNotificationParam);
        on_custom_notification(CustomNotification);
    }
}

/// What is needed of a request after the user's code has taken it.
struct Asked {
    /// Nobody waits for the answer any more.
    abandoned: CancellationToken,
    step_up: Option<StepUp>,
}

impl Asked {
    fn of(context: &Context) -> Self {
        Self { abandoned: context.ct.clone(), step_up: StepUp::of(&context.extensions).cloned() }
    }
}

/// A panic of the user's code is an error of this request. rmcp would never answer it, and the client wait for ever.
/// When nobody waits any more, the work ends: rmcp would go on with it.
fn answered<'a, T: 'a>(
    method: &'static str,
    asked: Asked,
    future: impl Future<Output = Result<T, ErrorData>> + Send + 'a,
) -> BoxFuture<'a, Result<T, ErrorData>> {
    Box::pin(async move {
        let run = AssertUnwindSafe(future).catch_unwind();
        match asked.abandoned.run_until_cancelled(run).await {
            Some(Ok(outcome)) => outcome.map_err(|error| match &asked.step_up {
                Some(step_up) => step_up.refine(error),
                None => error,
            }),
            Some(Err(panic)) => Err(broken(method, &*panic)),
            None => Err(ErrorData::internal_error("cancelled", None)),
        }
    })
}

/// What a client may know of a panic.
fn broken(method: &'static str, panic: &(dyn Any + Send)) -> ErrorData {
    ErrorData::internal_error(failure::opaque(method, &failure::panicked(panic)), None)
}

/// The server, seen as its own handler.
pub type FindHandler<S> = fn(Arc<S>) -> Arc<dyn OwnHandler>;

/// Asks whether `S` implements rmcp's `ServerHandler`; resolved like [`Kind`](crate::extract::Kind).
pub struct Handler<S>(PhantomData<S>);

impl<S: ServerHandler> Handler<S> {
    /// Shadows [`NoHandler::FIND`].
    pub const FIND: Option<FindHandler<S>> = Some(|server| server);
}

/// The fallback of [`Handler`].
pub trait NoHandler<S> {
    /// There is none.
    const FIND: Option<FindHandler<S>> = None;
}

impl<S> NoHandler<S> for Handler<S> {}

/// Stands where the user wrote no handler: rmcp's defaults.
pub(super) struct Nothing;

impl ServerHandler for Nothing {}
