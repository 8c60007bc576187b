//! `/api/records/{entity}` and below: lists, one record, changes, the trash.

use axum::{
    Json,
    extract::{FromRequestParts, Path, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use kernel::{Conflict, Rejection, Value, definition::Color};
use serde::Deserialize;
use serde_json::{Map, Value as Json_, json};
use uuid::Uuid;

use super::{
    Error, Query, Reader,
    error::Current,
    idempotency::Keyed,
    if_match::{Tagged, base},
    query::{cursor_from_text, cursor_to_text},
    record_answer,
};
use crate::{
    App, Failure,
    command::{CreateRecord, RemoveRecord, UpdateRecord},
    engine::Performed,
    read::{ListRequest, Plan, time, value_to_json},
};

/// The longest reason.
const LONGEST_REASON: usize = 500;
/// Lists are counted so far.
const COUNT_CAP: u32 = 10_000;

/// So many colours are asked for at once.
const MOST_COLORS: usize = 8;

/// A record's place: `{entity}/{id}` of the path.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) entity: String,
    pub(super) id: Uuid,
}

impl FromRequestParts<App> for Place {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Path_ {
            entity: String,
            id: String,
        }
        let found: Result<Path<Path_>, _> = Path::from_request_parts(parts, app).await;
        let Ok(Path(place)) = found else { return Err(Error::NoSuchPath) };
        // What is no id is the id of nothing.
        let id = Uuid::parse_str(&place.id).map_err(|_| Error::not_found(&place.entity, &place.id))?;
        Ok(Self { entity: place.entity, id })
    }
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct ListQuery {
    view: Option<String>,
    filter: Option<String>,
    q: Option<String>,
    sort: Option<String>,
    columns: Option<String>,
    colors: Option<String>,
    after: Option<String>,
    limit: Option<u32>,
    deleted: Option<String>,
    #[serde(default, deserialize_with = "yes")]
    exact: bool,
}

/// Colours as `[["red", filter], …]`.
fn colors(text: &str) -> Result<Vec<(String, Json_)>, Error> {
    let form = |error| Error::invalid("colors", "form", format!("expected colours with filters, but {error}"));
    let found: Vec<(Color, Json_)> = serde_json::from_str(text).map_err(form)?;
    Ok(found
        .into_iter()
        .take(MOST_COLORS)
        .map(|(color, filter)| (json!(color).as_str().unwrap_or_default().to_owned(), filter))
        .collect())
}

/// `1` or `true`.
fn yes<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok(matches!(text.as_str(), "1" | "true"))
}

impl ListQuery {
    /// As the library takes it.
    pub(super) fn request(self) -> Result<ListRequest, Error> {
        let filter = match self.filter.as_deref().filter(|text| !text.is_empty()) {
            Some(text) => Some(
                serde_json::from_str(text)
                    .map_err(|error| Error::invalid("filter", "filter", format!("expected JSON, but {error}")))?,
            ),
            None => None,
        };
        let parts = |text: &str| text.split(',').map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned).collect();
        Ok(ListRequest {
            view: self.view.filter(|view| !view.is_empty()),
            filter,
            q: self.q,
            sort: self.sort.as_deref().map(parts).unwrap_or_default(),
            columns: self.columns.as_deref().map(parts).filter(|columns: &Vec<String>| !columns.is_empty()),
            colors: self.colors.as_deref().filter(|text| !text.is_empty()).map_or(Ok(Vec::new()), colors)?,
            after: self.after.as_deref().filter(|text| !text.is_empty()).map(cursor_from_text).transpose()?,
            limit: self.limit,
            deleted: matches!(self.deleted.as_deref(), Some("1" | "true")),
            patient: false,
        })
    }
}

pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    Path(entity): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Json_>, Error> {
    let page = app.list(&reader.scene(), &entity, &query.request()?).await?;
    let mut out = Map::new();
    out.insert("rows".into(), json!(page.rows));
    out.insert("titles".into(), Json_::Object(page.titles));
    out.insert("next".into(), page.next.as_ref().map(cursor_to_text).into());
    if !page.files.is_empty() {
        out.insert("files".into(), Json_::Object(page.files));
    }
    if !page.colors.is_empty() {
        out.insert("colors".into(), Json_::Object(page.colors));
    }
    Ok(Json(Json_::Object(out)))
}

pub(super) async fn count(
    State(app): State<App>,
    reader: Reader,
    Path(entity): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Json_>, Error> {
    let scene = reader.scene();
    // Exactly on demand: over many records it takes long, and may be refused for that.
    let cap = if query.exact { u32::MAX } else { COUNT_CAP };
    let plan = Plan::new(&scene, &entity, &query.request()?)?;
    let found = plan.count(&app, &scene, cap).await?;
    Ok(Json(json!({"count": found.count, "exact": found.exact})))
}

pub(super) async fn groups(
    State(app): State<App>,
    reader: Reader,
    Path(entity): Path<String>,
    Query(asked): Query<Grouped>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Json_>, Error> {
    let sum = asked.sum.as_deref().filter(|sum| !sum.is_empty());
    let found = app.groups(&reader.scene(), &entity, &query.request()?, &asked.by, sum).await?;
    let groups = found.groups.iter().map(|group| {
        let mut out = json!({"value": group.value, "count": group.count});
        if let Some(sum) = &group.sum {
            out["sum"] = sum.clone();
        }
        out
    });
    Ok(Json(json!({"groups": groups.collect::<Vec<_>>(), "titles": found.titles, "more": found.more})))
}

#[derive(Deserialize)]
pub(super) struct Grouped {
    by: String,
    sum: Option<String>,
}

pub(super) async fn show(State(app): State<App>, reader: Reader, place: Place) -> Result<Response, Error> {
    let answer = record_answer::of(&app, &reader, &place, &[]).await?;
    Ok(with_etag(StatusCode::OK, answer))
}

pub(super) async fn create(
    State(app): State<App>,
    reader: Reader,
    Path(entity): Path<String>,
    keyed: Keyed<Map<String, Json_>>,
) -> Result<Response, Error> {
    let key = keyed.key(reader.user);
    let (fields, distinct) = apart(keyed.body)?;
    let command = CreateRecord { entity: entity.clone(), fields, distinct, id: None, source: "app" };
    let answer = match app.perform_once(Some(reader.user), &command, key).await? {
        Performed::Now(written) => record_answer::made(&app, &reader, written).await?,
        Performed::Before(committed) => {
            let id = written_id(&committed, &entity)?;
            record_answer::after(&app, &reader, &Place { entity, id }, &[]).await?
        }
    };
    Ok(with_etag(StatusCode::CREATED, answer))
}

pub(super) async fn update(
    State(app): State<App>,
    reader: Reader,
    place: Place,
    keyed: Keyed<Map<String, Json_>>,
) -> Result<Response, Error> {
    let key = keyed.key(reader.user);
    let version = base(keyed.if_match, keyed.body.get("version").and_then(Json_::as_i64))?;
    let version = version.ok_or_else(|| Error::invalid("version", "required", "expected the version that was read"))?;
    let (fields, distinct) = apart(keyed.body)?;
    let command = UpdateRecord { entity: place.entity.clone(), id: place.id, version, fields, distinct, source: "app" };
    let warnings = match app.perform_once(Some(reader.user), &command, key).await {
        Ok(Performed::Now(written)) => {
            if written.record.entity == *"user" && written.record.get("active") != Value::Bool(true) {
                app.resolve_tasks_of(written.record.id).await?;
            }
            written.warnings
        }
        Ok(Performed::Before(_)) => {
            // Perhaps the first try was broken off between the change and what follows from it.
            if *place.entity == *"user" && !app.org().people.get(&place.id).is_some_and(|person| person.active) {
                app.resolve_tasks_of(place.id).await?;
            }
            Vec::new()
        }
        Err(failure) => return Err(stale_with_current(&app, &reader, &place, failure).await),
    };
    let answer = record_answer::after(&app, &reader, &place, &warnings).await?;
    Ok(with_etag(StatusCode::OK, answer))
}

#[derive(Deserialize)]
pub(super) struct Version {
    version: Option<i64>,
}

pub(super) async fn remove(
    State(app): State<App>,
    reader: Reader,
    place: Place,
    Query(asked): Query<Version>,
    Tagged(tag): Tagged,
) -> Result<StatusCode, Error> {
    let version = base(tag, asked.version)?.flatten();
    let person = (*place.entity == *"user").then_some(place.id);
    let command = RemoveRecord { entity: place.entity, id: place.id, version, deleted: true };
    app.perform(Some(reader.user), &command).await?;
    if let Some(person) = person {
        app.store().delete_sessions_of(person, None).await?;
        app.sessions_ended(person).await;
        app.resolve_tasks_of(person).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn restore(
    State(app): State<App>,
    reader: Reader,
    place: Place,
    Tagged(tag): Tagged,
) -> Result<Response, Error> {
    let version = base(tag, None)?.flatten();
    let command = RemoveRecord { entity: place.entity.clone(), id: place.id, version, deleted: false };
    app.perform(Some(reader.user), &command).await?;
    let answer = record_answer::after(&app, &reader, &place, &[]).await?;
    Ok(with_etag(StatusCode::OK, answer))
}

/// Line tables may come below `lines`, `{"lines": {"items": […]}}`, or beside the fields.
pub(super) fn flat(mut body: Map<String, Json_>) -> Map<String, Json_> {
    if body.get("lines").is_some_and(Json_::is_object)
        && let Some(Json_::Object(tables)) = body.remove("lines")
    {
        body.extend(tables);
    }
    body
}

/// The fields, and apart from them why the record is none of those that it may be, `distinct`.
fn apart(mut body: Map<String, Json_>) -> Result<(Map<String, Json_>, Option<String>), Error> {
    let distinct = match body.remove("distinct") {
        None | Some(Json_::Null) => None,
        Some(Json_::String(why)) if !why.trim().is_empty() && why.chars().count() <= LONGEST_REASON => {
            Some(why.trim().to_owned())
        }
        Some(_) => return Err(Error::invalid("distinct", "form", "expected a reason of at most 500 characters")),
    };
    Ok((flat(body), distinct))
}

/// A stale change is told with the record as it is now, and with what was read, sent and is there now of each place
/// that both changed.
pub(super) async fn stale_with_current(app: &App, reader: &Reader, place: &Place, failure: Failure) -> Error {
    let Failure::Rejected(Rejection::Stale { conflicts, .. }) = &failure else { return failure.into() };
    let told = async {
        let mut answer = record_answer::of(app, reader, place, &[]).await?;
        let conflicts = told_conflicts(app, reader, place, conflicts).await?;
        let mut take = |key: &str| answer.get_mut(key).map(Json_::take).unwrap_or_default();
        Ok::<_, Error>(Current { record: take("record"), titles: take("titles"), conflicts: json!(conflicts) })
    };
    match (told.await, failure) {
        (Ok(current), Failure::Rejected(rejection)) => Error::Stale { rejection, current: Box::new(current) },
        (Ok(_), other) => other.into(),
        (Err(error), _) => error,
    }
}

/// Conflicts with the name of who changed what. Their places are those that the sender wrote, so that none is told that
/// they may not read; of what they write without reading it, the values stay away.
async fn told_conflicts(
    app: &App,
    reader: &Reader,
    place: &Place,
    conflicts: &[Conflict],
) -> Result<Vec<Json_>, Failure> {
    let scene = reader.scene();
    let seen = app.see(&scene, &place.entity, place.id).await?;
    let told = conflicts.iter().map(|conflict| {
        let mut parts = conflict.path.splitn(3, '.');
        let head = parts.next().unwrap_or_default();
        let cell = parts.nth(1);
        let right = cell.map_or_else(|| head.to_owned(), |cell| format!("{head}.{cell}"));
        let field = seen.entity.fields.get(head).and_then(|field| cell.map_or(Some(field), |c| field.fields.get(c)));
        let value = |value| field.filter(|_| seen.mask.shows(&right)).map(|field| value_to_json(field, value));
        json!({
            "path": conflict.path,
            "kind": conflict.kind,
            "base": value(&conflict.base),
            "mine": value(&conflict.mine),
            "theirs": value(&conflict.theirs),
            "by": conflict.by,
            "by_name": conflict.by.and_then(|id| scene.org.people.get(&id)).map(|person| &person.name),
            "at": conflict.at.map(time),
        })
    });
    Ok(told.collect())
}

fn written_id(committed: &store::Committed, entity: &str) -> Result<Uuid, Error> {
    let found = committed.records.iter().find(|record| record.entity == *entity);
    found.map(|record| record.id).ok_or(Error::KeyReused)
}

/// The answer with its version as an entity tag.
pub(super) fn with_etag(status: StatusCode, answer: Json_) -> Response {
    let version = answer.get("record").and_then(|record| record.get("version")).and_then(Json_::as_i64);
    let mut response = (status, Json(answer)).into_response();
    if let Some(tag) = version.and_then(|version| HeaderValue::from_str(&format!("\"{version}\"")).ok()) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
