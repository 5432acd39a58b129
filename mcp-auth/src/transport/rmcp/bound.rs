//! The methods of the user's handler that give a client something to bring back, or take it: what goes out is bound to
//! the caller, and the handler sees what it wrote itself. (Tools: `tool/dispatch.rs`.)

use std::sync::Arc;

use rmcp::{
    ErrorData, RoleServer,
    model::{
        CancelTaskParams, Extensions, GetPromptRequestParams, GetPromptResponse, GetTaskParams,
        GetTaskResult, ReadResourceRequestParams, ReadResourceResponse, UpdateTaskParams,
    },
    service::RequestContext,
};

use super::own::OwnHandler;
use crate::{
    Principal,
    authorize::Caller,
    extract::Handles,
    transport::{Binding, Round},
};

type Context = RequestContext<RoleServer>;

/// The user's handler, for one request.
pub(super) struct Bound<'a> {
    own: &'a dyn OwnHandler,
    binding: &'a Arc<Binding>,
    owner: Option<Principal>,
}

impl<'a> Bound<'a> {
    pub(super) fn new(own: &'a dyn OwnHandler, binding: &'a Arc<Binding>, context: &Extensions) -> Self {
        let owner = Caller::of(context).and_then(|caller| Some(caller.auth()?.principal().clone()));
        Self { own, binding, owner }
    }

    /// Lets the handler find [`Handles`] of the caller.
    pub(super) fn lend(&self, mut context: Context) -> Context {
        if let Some(owner) = &self.owner {
            context.extensions.insert(Handles::new(Arc::clone(self.binding), owner.clone()));
        }
        context
    }

    pub(super) async fn get_prompt(
        &self,
        mut request: GetPromptRequestParams,
        context: Context,
    ) -> Result<GetPromptResponse, ErrorData> {
        let (name, arguments) = (request.name.clone(), request.arguments.clone());
        let round = self.round("prompts/get", &name).with(arguments.as_ref());
        request.request_state = round.open(self.binding, request.request_state)?;
        let mut response = self.own.get_prompt(request, self.lend(context)).await?;
        if let GetPromptResponse::InputRequired(result) = &mut response {
            round.seal(self.binding, result)?;
        }
        Ok(response)
    }

    pub(super) async fn read_resource(
        &self,
        mut request: ReadResourceRequestParams,
        context: Context,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let uri = request.uri.clone();
        let round = self.round("resources/read", &uri);
        request.request_state = round.open(self.binding, request.request_state)?;
        let mut response = self.own.read_resource(request, self.lend(context)).await?;
        if let ReadResourceResponse::InputRequired(result) = &mut response {
            round.seal(self.binding, result)?;
        }
        Ok(response)
    }

    pub(super) async fn get_task(
        &self,
        mut request: GetTaskParams,
        context: Context,
    ) -> Result<GetTaskResult, ErrorData> {
        self.open_task_id(&mut request.task_id)?;
        let mut result = self.own.get_task(request, context).await?;
        self.binding.bind_task(&mut result.task.task, self.owner.as_ref());
        Ok(result)
    }

    pub(super) async fn update_task(
        &self,
        mut request: UpdateTaskParams,
        context: Context,
    ) -> Result<(), ErrorData> {
        self.open_task_id(&mut request.task_id)?;
        self.own.update_task(request, context).await
    }

    pub(super) async fn cancel_task(
        &self,
        mut request: CancelTaskParams,
        context: Context,
    ) -> Result<(), ErrorData> {
        self.open_task_id(&mut request.task_id)?;
        self.own.cancel_task(request, context).await
    }

    /// Replaces the id that the client sent by the handler's own. Someone else's gets what an unknown one gets: the
    /// handler sees neither.
    fn open_task_id(&self, id: &mut String) -> Result<(), ErrorData> {
        let own = self.binding.own_task_id(id, self.owner.as_ref()).map(str::to_owned);
        *id = own.ok_or_else(|| ErrorData::invalid_params("unknown task", None))?;
        Ok(())
    }

    fn round<'b>(&'b self, method: &'static str, name: &'b str) -> Round<'b> {
        Round { owner: self.owner.as_ref(), method, name, arguments: None }
    }
}
