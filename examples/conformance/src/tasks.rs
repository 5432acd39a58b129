//! Tasks, each for the caller that started it. rmcp's own manager goes by the id alone.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use mcp_auth::{AuthInfo, Principal};
use rmcp::{
    model::{CallToolResult, CreateTaskResult, Extensions},
    task_manager::{TaskContext, TaskExit, TaskManager, TaskOptions},
};

#[derive(Default)]
pub(crate) struct Tasks {
    manager: TaskManager,
    /// Has no task, so it answers as if there were none.
    empty: TaskManager,
    owners: Mutex<HashMap<String, Principal>>,
}

impl Tasks {
    pub(crate) fn spawn<F>(&self, owner: &AuthInfo, work: impl FnOnce(TaskContext) -> F) -> CreateTaskResult
    where
        F: Future<Output = Result<CallToolResult, TaskExit>> + Send + 'static,
    {
        let task = self.manager.spawn(TaskOptions::default(), |context| Box::pin(work(context)));
        let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        owners.retain(|id, _| self.manager.get_task(id).is_ok());
        owners.insert(task.task_id.clone(), owner.principal().clone());
        CreateTaskResult::new(task)
    }

    /// The manager that knows the task, if it is the caller's.
    pub(crate) fn of_caller(&self, task: &str, extensions: &Extensions) -> &TaskManager {
        let caller = AuthInfo::of(extensions);
        let owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        match (owners.get(task), caller) {
            (Some(owner), Some(caller)) if owner == caller.principal() => &self.manager,
            _ => &self.empty,
        }
    }
}
