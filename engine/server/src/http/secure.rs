//! What every answer carries to keep browsers out of trouble, and the refusal of requests that another site sends.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tracing::Instrument as _;

use super::{Error, error::Damage, headers};
use crate::App;

/// Sets the security headers.
pub(super) async fn answer_headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let api = path.starts_with("/api/");
    let framed = is_preview(path);
    let mut response = next.run(request).await;
    if response.extensions().get::<Damage>().is_some() {
        app.note_damage();
    }
    let out = response.headers_mut();
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            out.entry(name).or_insert(value);
        }
    };
    set("x-content-type-options", "nosniff");
    set("referrer-policy", "same-origin");
    set("x-frame-options", if framed { "SAMEORIGIN" } else { "DENY" });
    set("cross-origin-opener-policy", "same-origin");
    set("permissions-policy", "camera=(), geolocation=(), microphone=()");
    let policy = app.assets().content_security_policy();
    if framed {
        set("content-security-policy", &policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'"));
    } else {
        set("content-security-policy", policy);
    }
    if api {
        set("cache-control", "no-store");
    }
    response
}

/// Whether a page is the preview of a draft, which the studio shows in a frame as wide as the device.
fn is_preview(path: &str) -> bool {
    path.strip_prefix("/studio/").and_then(|rest| rest.split_once('/')).is_some_and(|(_, page)| page == "preview")
}

/// Refuses unsafe requests that a browser sends for another site, whatever they carry.
pub(super) async fn same_origin(State(app): State<App>, request: Request, next: Next) -> Result<Response, Error> {
    if is_unsafe(request.method()) && !from_here(request.headers(), app.options().behind_proxy) {
        return Err(Error::Csrf);
    }
    Ok(next.run(request).await)
}

/// Lets a request that changes something run to its end, though the browser may have gone or the time be up: what is
/// written together, and those who are told of it, must not be cut in half.
pub(super) async fn to_the_end(request: Request, next: Next) -> Response {
    if !is_unsafe(request.method()) {
        return next.run(request).await;
    }
    match tokio::spawn(next.run(request).in_current_span()).await {
        Ok(response) => response,
        Err(broken) => match broken.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(cancelled) => Error::internal(cancelled).into_response(),
        },
    }
}

/// Whether requests with this method change something.
pub(super) fn is_unsafe(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn from_here(request: &HeaderMap, behind_proxy: bool) -> bool {
    if headers::text(request, "sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return false;
    }
    let Some(origin) = headers::text(request, header::ORIGIN.as_str()) else { return true };
    let host = if behind_proxy { headers::text(request, "x-forwarded-host") } else { None }
        .or_else(|| headers::text(request, header::HOST.as_str()));
    match (origin.split_once("://"), host) {
        (Some((_, from)), Some(here)) => from.eq_ignore_ascii_case(here),
        (_, None) => true,
        (None, Some(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (header::HeaderName::from_static(k), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn another_sites_requests_are_known_by_their_origin() {
        assert!(from_here(&of(&[("origin", "https://erp.example"), ("host", "erp.example")]), false));
        assert!(!from_here(&of(&[("origin", "https://evil.example"), ("host", "erp.example")]), false));
        assert!(!from_here(&of(&[("sec-fetch-site", "cross-site"), ("host", "erp.example")]), false));
        assert!(!from_here(&of(&[("origin", "null"), ("host", "erp.example")]), false));
        assert!(from_here(&of(&[("host", "erp.example")]), false), "programs send no origin");
    }
}
