//! Serves the web app: its files, and `index.html` for every path that the app resolves itself.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use super::{Error, headers};
use crate::{App, assets::Asset};

/// Everything that is no API.
pub(super) async fn serve(State(app): State<App>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    if path.starts_with("api/") || path == "api" {
        return Error::NoSuchPath.into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Error::MethodNotAllowed.into_response();
    }
    if let Some(asset) = app.assets().get(path).filter(|_| !path.is_empty()) {
        return file(asset, request.headers(), path.starts_with("assets/"));
    }
    // A file that is gone (an old tab asks for a script of the last version) must not get a page instead.
    if path.starts_with("assets/") {
        return Error::NoSuchPath.into_response();
    }
    match app.assets().get("index.html") {
        Some(page) => file(page, request.headers(), false),
        None => (StatusCode::NOT_FOUND, Html(NOT_BUILT)).into_response(),
    }
}

const NOT_BUILT: &str = "<!doctype html><title>Portolan</title><p>The web app was not built. The API answers under \
                         <code>/api</code>; <code>make run</code> builds both.";

fn file(asset: Asset, request: &HeaderMap, immutable: bool) -> Response {
    let etag = format!("\"{}\"", asset.etag);
    let caching = if immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = if headers::text(request, header::IF_NONE_MATCH.as_str()) == Some(etag.as_str()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, asset.media_type)], asset.bytes).into_response()
    };
    let out = response.headers_mut();
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        out.insert(header::ETAG, etag);
    }
    response
}
