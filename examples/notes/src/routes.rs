//! Ordinary routes behind the tokens of the MCP server beside them.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};
use mcp_auth::{Auth, AuthInfo, ConfigError};

use crate::{Notes, store::Note};

/// The routes, to be merged at the root of the application.
pub(crate) fn routes(auth: &Auth, notes: &Notes) -> Result<Router, ConfigError> {
    let routes = Router::new().route("/notes", get(list)).route("/notes/{id}", get(one));
    Ok(routes.layer(auth.layer_for::<Notes>()?).with_state(notes.clone()))
}

async fn list(State(notes): State<Notes>, user: AuthInfo) -> Json<Vec<Note>> {
    Json(notes.seen_by(&user))
}

/// A note of somebody else is as if there were none.
async fn one(
    State(notes): State<Notes>,
    user: AuthInfo,
    Path(id): Path<u64>,
) -> Result<Json<Note>, StatusCode> {
    let note = notes.seen_by(&user).into_iter().find(|note| note.id == id);
    note.map(Json).ok_or(StatusCode::NOT_FOUND)
}
