//! Pages are judged by their structure and headers, never by a copy of their text.

mod files;
mod headers;
mod html;
mod injection;
mod speed;
mod structure;
mod views;

use axum::body::Body;
use http::Response;
use http_body_util::BodyExt as _;

use self::html::Html;

/// The HTML of a page.
fn body(page: Response<Body>) -> String {
    // The whole page is there: nothing waits.
    let collected = futures_util::FutureExt::now_or_never(page.into_body().collect());
    String::from_utf8(collected.unwrap().unwrap().to_bytes().to_vec()).unwrap()
}

fn html(page: Response<Body>) -> Html {
    Html::parse(&body(page))
}
