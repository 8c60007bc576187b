//! `/decide`: the page of a link in a letter, by which somebody decides without signing in.
//!
//! Looking decides nothing, since mail scanners follow links; the page posts. The token in the body is what allows it: no
//! cookie counts here, so a request that another site sends can do no more than whoever holds the link.

use std::{net::IpAddr, sync::OnceLock};

use axum::{
    extract::{Form, Query, State, rejection::FormRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Redirect, Response},
};
use kernel::Rejection;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Error, body, headers};
use crate::{
    App, Failure,
    app_model::LANGUAGES,
    assets::base64,
    mail::{For, Kept, Link, Page},
};

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    t: String,
}

#[derive(Deserialize)]
pub(super) struct Sent {
    #[serde(default)]
    t: String,
    #[serde(default)]
    verb: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    version: i64,
}

/// Shows what is to be decided, or what became of it.
pub(super) async fn show(State(app): State<App>, parts: Parts, Query(asked): Query<Asked>) -> Response {
    let found = match admit(&app, &parts) {
        Err(wait) => Err(wait),
        Ok(address) => read(&app, &parts.headers, address, &asked.t, None).await,
    };
    found.unwrap_or_else(|error| broken(&app, &parts.headers, &error))
}

/// Decides.
pub(super) async fn decide(State(app): State<App>, parts: Parts, form: Result<Form<Sent>, FormRejection>) -> Response {
    let found = match (admit(&app, &parts), form) {
        (Err(wait), _) => Err(wait),
        (Ok(_), Err(wrong)) => Err(Error::BadRequest(wrong.body_text())),
        (Ok(address), Ok(Form(sent))) => take(&app, &parts.headers, address, sent).await,
    };
    found.unwrap_or_else(|error| broken(&app, &parts.headers, &error))
}

/// Takes a try, which a token that leads somewhere gives back: so nobody tries many.
fn admit(app: &App, parts: &Parts) -> Result<Option<IpAddr>, Error> {
    let address = headers::address(parts, app.options().behind_proxy);
    app.link_tries().take(address).map_err(|wait| Error::RateLimited { retry_after: wait.retry_after })?;
    Ok(address)
}

async fn read(
    app: &App,
    headers: &HeaderMap,
    address: Option<IpAddr>,
    token: &str,
    kept: Option<&Kept>,
) -> Result<Response, Error> {
    let link = app.read_link(token).await?;
    if !matches!(link, Link::Unknown) {
        app.link_tries().give_back(&address);
    }
    let page = |to: &For| Page::new(app, Some(to.language));
    let (status, page) = match &link {
        Link::Unknown => {
            let codes: Vec<&str> = LANGUAGES.iter().map(|(code, _)| *code).collect();
            let language = headers::language(headers, &codes);
            (StatusCode::NOT_FOUND, Page::new(app, language.as_deref()).told("unknown", &json!({})))
        }
        Link::Left(to) => (StatusCode::GONE, page(to).told("left", &json!({}))),
        Link::Elsewhere(to) => (StatusCode::GONE, page(to).told("elsewhere", &json!({})).to(to)),
        Link::Expired(to, at) => (StatusCode::GONE, page(to).expired(app, to, *at)),
        Link::Over(to, over) => {
            let title = app.title_for(to).await?;
            (StatusCode::OK, page(to).over(app, to, over, title.as_deref()))
        }
        Link::Open(open) => {
            let facts = app.facts_of(open).await?;
            let status = if kept.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
            (status, page(&open.to).open(open, &facts, token, kept))
        }
    };
    answer(status, page)
}

async fn take(app: &App, headers: &HeaderMap, address: Option<IpAddr>, sent: Sent) -> Result<Response, Error> {
    let Link::Open(open) = app.read_link(&sent.t).await? else {
        return read(app, headers, address, &sent.t, None).await;
    };
    let mut kept = Kept { key: sent.verb.clone(), reason: sent.reason.clone(), notice: "refused" };
    // The browser sends a line as CRLF.
    let reason = body::reason(Some(sent.reason.replace("\r\n", "\n")));
    let choice = open.choices.iter().find(|choice| choice.key == sent.verb);
    kept.notice = match (choice, reason) {
        (None, _) => "refused",
        (_, Err(_)) => "too_long",
        (Some(choice), Ok(None)) if choice.reason => "need_reason",
        (Some(choice), Ok(reason)) => match app.decide_by_link(&open, choice, reason, sent.version).await {
            // Looking anew shows what was done, however often that is done again.
            Ok(()) => {
                app.link_tries().give_back(&address);
                return Ok(guarded(Redirect::to(&format!("/decide?t={}", sent.t)).into_response()));
            }
            Err(Failure::Rejected(Rejection::Stale { .. })) => "changed",
            Err(Failure::Rejected(Rejection::State { code, .. })) if code == "suspended" => "suspended",
            Err(Failure::Rejected(_) | Failure::Unique { .. }) => "refused",
            Err(Failure::Busy) => "busy",
            Err(failure) => return Err(failure.into()),
        },
    };
    read(app, headers, address, &sent.t, Some(&kept)).await
}

fn answer(status: StatusCode, page: Page) -> Result<Response, Error> {
    let html = page.html().map_err(Error::internal)?;
    let mut response = guarded((status, html).into_response());
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    Ok(response)
}

/// Nothing keeps the page, nothing of it is told to another, and nothing but its own style is taken into it.
fn guarded(mut response: Response) -> Response {
    static POLICY: OnceLock<String> = OnceLock::new();
    let policy = POLICY.get_or_init(|| {
        let style = base64(&Sha256::digest(Page::style().as_bytes()));
        format!(
            "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
    });
    let out = response.headers_mut();
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    out.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    out.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    if let Ok(policy) = HeaderValue::from_str(policy) {
        out.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// The same page where it could not be made or read, in the browser's language.
fn broken(app: &App, headers: &HeaderMap, error: &Error) -> Response {
    let codes: Vec<&str> = LANGUAGES.iter().map(|(code, _)| *code).collect();
    let language = headers::language(headers, &codes);
    let key = if matches!(error, Error::RateLimited { .. }) { "too_often" } else { "broken" };
    if let Error::Internal(cause) = error {
        tracing::error!(error = %cause, "a decision by mail cannot be shown");
    }
    let page = Page::new(app, language.as_deref()).told(key, &json!({}));
    answer(error.status(), page).unwrap_or_else(|_| guarded(error.status().into_response()))
}
