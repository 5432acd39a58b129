//! The least that can be done on axum: read one typed request, write one typed answer. No protocol, no checks.

use axum::{Router, routing::post};
use bytes::Bytes;
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Request<'a> {
    id: u64,
    method: &'a str,
    params: Params<'a>,
}

#[derive(Deserialize)]
struct Params<'a> {
    name: &'a str,
    arguments: Arguments,
}

#[derive(Deserialize)]
struct Arguments {
    a: i64,
    b: i64,
}

#[derive(Serialize)]
struct Answer {
    jsonrpc: &'static str,
    id: u64,
    result: Output,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    content: [Text; 1],
    is_error: bool,
    result_type: &'static str,
}

#[derive(Serialize)]
struct Text {
    r#type: &'static str,
    text: String,
}

pub(super) fn router() -> Router {
    Router::new().route("/mcp", post(add))
}

async fn add(body: Bytes) -> Result<([(header::HeaderName, &'static str); 1], Vec<u8>), StatusCode> {
    let request: Request<'_> = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    if (request.method, request.params.name) != ("tools/call", "add") {
        return Err(StatusCode::NOT_FOUND);
    }
    let Arguments { a, b } = request.params.arguments;
    let text = Text { r#type: "text", text: (a + b).to_string() };
    let output = Output { content: [text], is_error: false, result_type: "complete" };
    let answer = Answer { jsonrpc: "2.0", id: request.id, result: output };
    let body = serde_json::to_vec(&answer).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], body))
}
