//! All routes, and what every request goes through.

use std::time::Duration;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderName, StatusCode},
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{delete, get, patch, post},
};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, Predicate as _, SizeAbove},
    },
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    timeout::TimeoutLayer,
    trace::TraceLayer,
};
use tracing::Span;

use super::{
    Error, analytics, app_model, audit, bulk, calls, comments, copies, decide, definitions, demo, deputies, draft,
    erase, events, explain, export, file_answer::AsItIs, files, first_run, health, imports, incidents, instance_graph,
    instance_why, instances, lookup, mail, merges, messages, metrics, migrations, notifications, openapi, people,
    presence, publish, records, reveal, schemas, secure, session, settings, studio, tags, tasks, test_clock, timeline,
    transitions, trash, ui, versions, view_as, views,
};
use crate::App;

/// Packs may be so large together.
const PACKS: usize = 32 << 20;

/// The whole service.
pub fn router(app: App) -> Router {
    metrics::install();
    let limits = app.options().limits.clone();
    let request_id = HeaderName::from_static("x-request-id");
    let around = ServiceBuilder::new()
        .layer(SetRequestIdLayer::new(request_id.clone(), MakeRequestUuid))
        .layer(TraceLayer::new_for_http().make_span_with(span).on_response(answered).on_failure(()))
        .layer(PropagateRequestIdLayer::new(request_id))
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(SizeAbove::new(1024)).and(NotAsItIs)))
        .layer(from_fn_with_state(app.clone(), secure::answer_headers))
        .layer(CatchPanicLayer::custom(panicked));
    let asked = Router::new()
        .merge(session_routes())
        .merge(record_routes())
        .merge(work_routes())
        .merge(studio_routes())
        .route("/health", get(health::show))
        .route("/metrics", get(metrics::show))
        .route("/schemas/{file}", get(schemas::show))
        .layer(from_fn(secure::to_the_end))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, limits.request))
        .layer(DefaultBodyLimit::max(limits.body));
    let published = publish_routes()
        .layer(from_fn(secure::to_the_end))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, limits.publication))
        .layer(DefaultBodyLimit::max(limits.body));
    // What takes as long as it takes. Uploads look after themselves: see `upload`.
    let largest = usize::try_from(limits.file.saturating_add(files::FORM)).unwrap_or(usize::MAX);
    let uploads = Router::new()
        .route("/api/imports", post(imports::upload).layer(DefaultBodyLimit::max(limits.upload)))
        .route("/api/files", post(files::upload).layer(DefaultBodyLimit::max(largest)))
        .layer(from_fn(secure::to_the_end));
    let streams = Router::new()
        .route("/api/events", get(events::show))
        .route("/api/audit.csv", get(audit::csv))
        .route("/api/analytics.csv", get(analytics::csv))
        .route("/api/export/{file}", get(export::take))
        .route("/api/imports/{id}/errors", get(imports::errors))
        .route("/api/files/{id}", get(files::show));
    // A letter's page tells nobody where it is from, so that its form comes without an origin; its token counts alone.
    let letters = Router::new()
        .route("/decide", get(decide::show).post(decide::decide))
        .layer(from_fn(secure::to_the_end))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, limits.request))
        .layer(DefaultBodyLimit::max(limits.body));
    asked
        .merge(published)
        .merge(uploads)
        .merge(streams)
        .fallback(ui::serve)
        .method_not_allowed_fallback(async || Error::MethodNotAllowed)
        .layer(from_fn_with_state(app.clone(), secure::same_origin))
        .merge(letters)
        .layer(from_fn(metrics::measure))
        .layer(around)
        .with_state(app)
}

/// Leaves answers alone that are sent as they are.
#[derive(Clone, Copy)]
struct NotAsItIs;

impl tower_http::compression::Predicate for NotAsItIs {
    fn should_compress<B>(&self, response: &axum::http::Response<B>) -> bool
    where
        B: axum::body::HttpBody,
    {
        response.extensions().get::<AsItIs>().is_none()
    }
}

fn session_routes() -> Router<App> {
    Router::new()
        .route(
            "/api/session",
            get(session::show).post(session::sign_in).patch(session::change).delete(session::sign_out),
        )
        .route("/api/session/password", post(session::password))
        .route("/api/demo", get(demo::show))
        .route("/api/first_run", post(first_run::run))
        .route("/api/app", get(app_model::show))
        .route("/api/openapi.json", get(openapi::show))
        .route("/api/test_clock", post(test_clock::set))
        .route("/api/roles", get(people::roles))
        .route("/api/users/{id}/password", post(people::password))
        .route("/api/users/{id}/leave", post(people::leave))
        .route("/api/session/view_as", post(view_as::begin).delete(view_as::end))
        .route("/api/audit", get(audit::list))
        .route("/api/trash", get(trash::show).delete(trash::empty))
        .route("/api/trash/{entity}/{id}", get(trash::one).delete(trash::purge))
        .route("/api/retention", get(erase::retained))
        .route("/api/settings", get(settings::show).patch(settings::change))
        .route("/api/definitions", get(definitions::versions))
        .route("/api/definitions/compare", get(definitions::compare))
        .route("/api/definitions/archive", post(definitions::of_archive).layer(DefaultBodyLimit::max(PACKS)))
        .route("/api/definitions/{version}", get(definitions::files))
        .route("/api/definitions/{version}/archive", get(definitions::archive))
        .route("/api/definitions/uses", get(definitions::used))
        .route("/api/definitions/rename", post(definitions::renamed).layer(DefaultBodyLimit::max(PACKS)))
        .route("/api/publish/kept", get(publish::kept))
        .route("/api/publish/jobs", get(publish::list))
        .route("/api/publish/jobs/{id}", get(publish::show))
        .route("/api/publish/jobs/{id}/cancel", post(publish::cancel))
}

/// What reads and compiles all definitions, or goes over records: it takes longer than other requests may.
fn publish_routes() -> Router<App> {
    Router::new()
        .route("/api/definitions/{version}/plan", post(definitions::plan_return))
        .route("/api/definitions/{version}/return", post(definitions::return_to))
        .route("/api/publish", post(publish::begin).layer(DefaultBodyLimit::max(PACKS)))
        .route("/api/publish/plan", post(publish::plan).layer(DefaultBodyLimit::max(PACKS)))
        .route("/api/publish/kept/purge", post(publish::purge_kept))
        .route("/api/studio/drafts/{id}/plan", post(studio::plan))
        .route("/api/studio/drafts/{id}/publish", post(studio::publish))
}

fn record_routes() -> Router<App> {
    let one = "/api/records/{entity}/{id}";
    Router::new()
        .route("/api/records/{entity}", get(records::list).post(records::create))
        .route("/api/records/{entity}/count", get(records::count))
        .route("/api/records/{entity}/groups", get(records::groups))
        .route("/api/records/{entity}/bulk", post(bulk::begin))
        .route("/api/records/{entity}/lookup", get(lookup::list).post(lookup::search))
        .route("/api/records/{entity}/tags", get(tags::list))
        .route("/api/records/{entity}/draft", post(draft::show))
        .route(one, patch(records::update).get(records::show).delete(records::remove))
        .route(&format!("{one}/restore"), post(records::restore))
        .route(&format!("{one}/merge"), post(merges::merge))
        .route("/api/merges/{id}/undo", post(merges::undo))
        .route(&format!("{one}/transitions/{{name}}"), post(transitions::make))
        .route(&format!("{one}/preview"), get(transitions::preview))
        .route(&format!("{one}/timeline"), get(timeline::list))
        .route(&format!("{one}/explain"), get(explain::show))
        .route(&format!("{one}/reveal"), post(reveal::show))
        .route(&format!("{one}/erase"), post(erase::erase))
        .route(&format!("{one}/versions/{{version}}"), get(versions::show))
        .route(&format!("{one}/versions/{{version}}/restore"), post(versions::restore))
        .route(&format!("{one}/comments"), post(comments::write))
}

fn work_routes() -> Router<App> {
    Router::new()
        .route("/api/presence", post(presence::note))
        .route("/api/tasks", get(tasks::list))
        .route("/api/tasks/count", get(tasks::count))
        .route("/api/tasks/stranded", get(tasks::stranded))
        .route("/api/tasks/batch", post(tasks::batch))
        .route("/api/tasks/{id}/why", get(instance_why::of_task))
        .route("/api/tasks/{id}/{verb}", post(tasks::decide))
        .route("/api/instances", get(instances::list))
        .route("/api/instances/search", get(instances::search))
        .route("/api/instances/{id}", get(instances::show))
        .route("/api/instances/{id}/graph", get(instance_graph::show))
        .route("/api/instances/{id}/why", get(instance_why::of_node))
        .route("/api/instances/{id}/incidents/{token}/{verb}", post(instances::incident))
        .route("/api/analytics", get(analytics::show))
        .route("/api/instances/{id}/withdraw", post(instances::withdraw))
        .route("/api/instances/{id}/cancel", post(instances::cancel))
        .route("/api/instances/{id}/urge", post(instances::urge))
        .route("/api/instances/{id}/suspend", post(instances::suspend))
        .route("/api/instances/{id}/resume", post(instances::resume))
        .route("/api/instances/{id}/calls", post(calls::add))
        .route("/api/workflows", get(migrations::running))
        .route("/api/workflows/{workflow}/migration/plan", post(migrations::plan))
        .route("/api/workflows/{workflow}/migration", post(migrations::apply))
        .route("/api/instances/{id}/skip_wait", post(instances::skip_wait))
        .route("/api/messages", post(messages::send))
        .route("/api/deputies", get(deputies::list).post(deputies::create))
        .route("/api/deputies/{id}", delete(deputies::end))
        .route("/api/copies", get(copies::list))
        .route("/api/copies/{id}/read", post(copies::read))
        .route("/api/incidents", get(incidents::list))
        .route("/api/incidents/{id}/{verb}", post(incidents::act))
        .route("/api/notifications", get(notifications::list))
        .route("/api/notifications/preferences", get(mail::preferences).patch(mail::prefer))
        .route("/api/mail", get(mail::show).patch(mail::change))
        .route("/api/mail/test", post(mail::test))
        .route("/api/notifications/read", post(notifications::read))
        .route("/api/files/{id}/info", get(files::info))
        .route("/api/files/{id}/thumbnail", get(files::thumbnail))
        .route("/api/bulk/{id}", get(bulk::show))
        .route("/api/bulk/{id}/undo", post(bulk::undo))
        .route("/api/views", get(views::list).post(views::keep))
        .route("/api/views/choice", patch(views::choose))
        .route("/api/views/{id}", patch(views::change).delete(views::forget))
        .route("/api/imports", get(imports::list))
        .route("/api/imports/{id}", get(imports::read))
        .route("/api/imports/{id}/columns", get(imports::columns))
        .route("/api/imports/{id}/dry_run", post(imports::dry_run))
        .route("/api/imports/{id}/run", post(imports::run))
        .route("/api/imports/{id}/undo", post(imports::undo))
        .route("/api/imports/{id}/stop", post(imports::stop))
}

fn studio_routes() -> Router<App> {
    Router::new()
        .route("/api/studio/drafts", get(studio::list).post(studio::create))
        .route("/api/studio/drafts/{id}", get(studio::show).patch(studio::save).delete(studio::discard))
        .route("/api/studio/drafts/{id}/definitions/{*file}", get(studio::definition))
        .route("/api/studio/drafts/{id}/model", get(studio::model))
        .route("/api/studio/drafts/{id}/texts", get(studio::texts))
        .route("/api/studio/drafts/{id}/uses", get(studio::used))
        .route("/api/studio/drafts/{id}/rebase", post(studio::rebase))
        .route("/api/studio/drafts/{id}/propose", post(studio::propose))
        .route("/api/studio/drafts/{id}/take_back", post(studio::take_back))
        .route("/api/studio/drafts/{id}/give_back", post(studio::give_back))
        .route("/api/studio/drafts/{id}/comments", post(studio::comment))
        .route("/api/studio/drafts/{id}/try", post(studio::try_out))
        .route("/api/studio/drafts/{id}/what_if", post(studio::what_if))
        .route("/api/studio/drafts/{id}/trial_records", post(studio::trial_records))
        .route("/api/studio/drafts/{id}/presence", post(studio::be_there).delete(studio::leave))
}

fn span(request: &Request) -> Span {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok()).unwrap_or_default();
    // The query is left out: it may hold what people search for.
    tracing::info_span!("request", id, method = %request.method(), path = request.uri().path())
}

fn answered<B>(response: &axum::http::Response<B>, took: Duration, _: &Span) {
    let (status, ms) = (response.status().as_u16(), took.as_millis());
    if status >= 500 {
        tracing::error!(status, ms, "answered");
    } else {
        tracing::debug!(status, ms, "answered");
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
fn panicked(cause: Box<dyn std::any::Any + Send>) -> Response {
    let text = cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref::<&str>().copied());
    Error::internal(format!("a handler panicked: {}", text.unwrap_or("without a word"))).into_response()
}
