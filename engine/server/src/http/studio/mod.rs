//! `/api/studio`: drafts of definitions, for whoever may build.

use axum::{
    Json,
    extract::{Path, State},
};
use kernel::{Diagnostic, Rejection, context::Context, rights::Access};
use serde::Deserialize;
use serde_json::{Map, Value as Json_, json};
use store::DraftRow;
use uuid::Uuid;

use super::{Body, Error, Query, Reader, definitions};
use crate::{
    App,
    app_model::{Around, Build, Sight, known_language},
    publish::PublishError,
    read::time,
    studio::{Choice, DraftError, Edit, Workspace},
};

mod presence;
mod publish;
mod review;
mod trial;

pub(super) use presence::{be_there, leave};
pub(super) use publish::{plan, publish};
pub(super) use review::{comment, give_back, propose, take_back};
pub(super) use trial::{records as trial_records, try_out, what_if};

/// A title may have so many characters.
const LONGEST_TITLE: usize = 200;

/// The drafts that are on their way.
pub(super) async fn list(State(app): State<App>, reader: Reader) -> Result<Json<Json_>, Error> {
    reader.must_build()?;
    let drafts: Vec<Json_> = app.drafts_on_their_way().await?.iter().map(|draft| about(&app, &reader, draft)).collect();
    Ok(Json(json!({"drafts": drafts, "current": app.published().catalog.version, "may_publish": reader.is_admin()})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Begun {
    title: Option<String>,
}

/// Begins a draft.
pub(super) async fn create(
    State(app): State<App>,
    reader: Reader,
    Body(begun): Body<Begun>,
) -> Result<Json<Json_>, Error> {
    reader.must_build()?;
    let draft = app.begin_draft(reader.user, title(begun.title)?.unwrap_or_default()).await?;
    answer(&app, &reader, draft.id).await
}

/// A draft with what it says of every definition, and what is wrong.
pub(super) async fn show(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Json<Json_>, Error> {
    reader.must_build()?;
    answer(&app, &reader, draft_id(&id)?).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Saved {
    version: i64,
    title: Option<String>,
    /// By file; null goes back to what the pack brings, or takes an own one away.
    #[serde(default)]
    definitions: Map<String, Json_>,
}

/// Saves changes.
pub(super) async fn save(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Body(saved): Body<Saved>,
) -> Result<Json<Json_>, Error> {
    let id = draft_id(&id)?;
    must_own(&app, &reader, id).await?;
    let edits: Vec<Edit> = saved
        .definitions
        .into_iter()
        .map(|(file, json)| Edit { file, definition: (!json.is_null()).then_some(json) })
        .collect();
    let (draft, workspace) = app.save_draft(id, saved.version, title(saved.title)?, &edits).await?;
    whole(&app, &reader, draft, workspace).await
}

/// Gives a draft up.
pub(super) async fn discard(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
) -> Result<Json<Json_>, Error> {
    let id = draft_id(&id)?;
    must_own(&app, &reader, id).await?;
    let (mut draft, _) = app.open_draft(id).await?;
    draft.version += 1;
    draft.status = "discarded".into();
    draft.updated_at = app.clock().now();
    if !app.store().save_draft(&draft).await? {
        return Err(Error::Rejected(Rejection::state("draft_closed", "expected an open draft, but it is closed")));
    }
    Ok(Json(json!({})))
}

/// A definition as it works in the draft, and as its pack brings it.
pub(super) async fn definition(
    State(app): State<App>,
    reader: Reader,
    Path((id, file)): Path<(String, String)>,
) -> Result<Json<Json_>, Error> {
    reader.must_build()?;
    let (_, workspace) = app.open_draft(draft_id(&id)?).await?;
    let missing = || Error::not_found("definition", &file);
    let (pack, path) = file.split_once('/').ok_or_else(missing)?;
    let text = workspace.text(pack, path).ok_or_else(missing)?;
    let json = |text: &str| serde_json::from_str::<Json_>(text).unwrap_or_default();
    let vendor = workspace.vendor_text(pack, path);
    Ok(Json(json!({
        "file": file, "definition": json(&text), "text": text, "vendor": vendor.map(json),
        "origin": workspace.origin(pack, path),
    })))
}

#[derive(Deserialize)]
pub(super) struct Previewed {
    language: Option<String>,
    /// The role as which it is looked at; all of it if left out.
    role: Option<String>,
}

/// Where something is used in the draft.
pub(super) async fn used(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Query(asked): Query<definitions::Asked>,
) -> Result<Json<Json_>, Error> {
    reader.must_build()?;
    let (_, workspace) = app.open_draft(draft_id(&id)?).await?;
    Ok(Json(json!({"uses": definitions::uses_in(&workspace.packs(), &asked.path)?})))
}

/// The app's model as the draft makes it; none while the draft is broken.
pub(super) async fn model(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Query(asked): Query<Previewed>,
) -> Result<Json<Json_>, Error> {
    reader.must_build()?;
    let (_, workspace) = app.open_draft(draft_id(&id)?).await?;
    let (catalog, problems) = compiled(&workspace).await?;
    let Some(catalog) = catalog else { return Ok(Json(json!({"model": null, "problems": problems}))) };
    let language = asked.language.as_deref().map_or(reader.language, |code| known_language(Some(code)));
    let scene = reader.scene();
    let firm = app.firm();
    let settings = firm.values(&catalog);
    let mut org = (*scene.org).clone();
    if let (Some(role), Some(person)) = (&asked.role, org.people.get_mut(&reader.user)) {
        person.roles = vec![kernel::Name::new(role)];
    }
    // Without a role it is shown as the engine sees it: whole.
    let user = asked.role.is_some().then_some(reader.user);
    let ctx = Context { user, org: &org, settings: &settings, ..scene.ctx() };
    let access = Access::new(&catalog, &ctx);
    let around = Around {
        language,
        company: &firm.company,
        zone: firm.zone().name(),
        settings: settings.iter().map(|(name, value)| (name.to_string(), value.to_json())).collect(),
        largest_file: app.options().limits.file,
    };
    let model = Build::new(&catalog, Sight::new(&catalog, &access), language).model(&around);
    Ok(Json(json!({"model": model, "problems": problems})))
}

#[derive(Deserialize)]
pub(super) struct Translated {
    language: String,
}

/// All texts of a draft with what they are in another language.
pub(super) async fn texts(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Query(asked): Query<Translated>,
) -> Result<Json<Json_>, Error> {
    reader.must_build()?;
    let (_, workspace) = app.open_draft(draft_id(&id)?).await?;
    let language = known_language(Some(&asked.language));
    Ok(Json(json!({"language": language, "texts": workspace.texts(language)})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rebased {
    version: i64,
    #[serde(default)]
    choices: Vec<Choice>,
}

/// Lays a draft on the version in force.
pub(super) async fn rebase(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
    Body(asked): Body<Rebased>,
) -> Result<Json<Json_>, Error> {
    let id = draft_id(&id)?;
    must_own(&app, &reader, id).await?;
    let (draft, workspace) = app.rebase_draft(id, asked.version, &asked.choices).await?;
    whole(&app, &reader, draft, workspace).await
}

async fn answer(app: &App, reader: &Reader, id: Uuid) -> Result<Json<Json_>, Error> {
    let (draft, workspace) = app.open_draft(id).await?;
    whole(app, reader, draft, workspace).await
}

async fn whole(app: &App, reader: &Reader, draft: DraftRow, workspace: Workspace) -> Result<Json<Json_>, Error> {
    let (_, problems) = compiled(&workspace).await?;
    let mut out = about(app, reader, &draft);
    out["notes"] = review::told(app, draft.id).await?;
    out["definitions"] = json!(workspace.definitions(reader.language));
    out["problems"] = json!(problems);
    Ok(Json(out))
}

/// Compiling takes a moment, in which nobody else is to wait.
async fn compiled(workspace: &Workspace) -> Result<(Option<kernel::Catalog>, Vec<Diagnostic>), Error> {
    let workspace = workspace.clone();
    tokio::task::spawn_blocking(move || workspace.compile()).await.map_err(Error::internal)
}

fn about(app: &App, reader: &Reader, draft: &DraftRow) -> Json_ {
    let org = app.org();
    json!({
        "id": draft.id, "title": draft.title, "note": draft.note, "status": draft.status, "version": draft.version,
        "base": draft.base, "current": app.published().catalog.version, "owner": draft.owner,
        "owner_name": org.people.get(&draft.owner).map(|person| &person.name), "mine": draft.owner == reader.user,
        "created_at": time(draft.created_at), "updated_at": time(draft.updated_at), "published": draft.published,
        "publication": draft.publication, "may_publish": reader.is_admin(),
    })
}

/// A draft is changed by whoever it belongs to, and by administrators.
async fn must_own(app: &App, reader: &Reader, id: Uuid) -> Result<(), Error> {
    reader.must_build()?;
    let draft = app.store().draft(id).await?.ok_or_else(|| Error::not_found("draft", id))?;
    if draft.owner == reader.user || reader.is_admin() {
        Ok(())
    } else {
        Err(Error::forbidden("only its owner and administrators change a draft"))
    }
}

fn draft_id(text: &str) -> Result<Uuid, Error> {
    Uuid::parse_str(text).map_err(|_| Error::not_found("draft", text))
}

fn title(text: Option<String>) -> Result<Option<String>, Error> {
    let title = text.map(|text| text.trim().to_owned());
    if title.as_ref().is_some_and(|text| text.chars().count() > LONGEST_TITLE) {
        return Err(Error::invalid("title", "too_long", format!("expected at most {LONGEST_TITLE} characters")));
    }
    Ok(title)
}

impl From<DraftError> for Error {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::Conflicts(conflicts) => Self::DraftConflicts(json!(conflicts)),
            DraftError::Failed(failure) => failure.into(),
            DraftError::Publish(error) => error.into(),
        }
    }
}

impl From<PublishError> for Error {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Wrong(problems) => Self::Definitions(problems),
            PublishError::Failed(failure) => failure.into(),
            PublishError::Schema(store::SchemaError::Store(error)) => error.into(),
            PublishError::UnderWay => Self::Rejected(Rejection::state("under_way", PublishError::UnderWay.to_string())),
            refused @ (PublishError::Schema(_)
            | PublishError::Seed { .. }
            | PublishError::Record { .. }
            | PublishError::Ended { .. }) => Self::Rejected(Rejection::state("not_published", refused.to_string())),
        }
    }
}
