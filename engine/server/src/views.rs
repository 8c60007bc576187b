//! Views that people keep: what one may look like, who sees it, and that it shows nobody what they may not see. A kept
//! view is only a way of asking; what is asked by it goes through the reader's own rights like everything else. Where it
//! filters, orders or stands by a field that its reader may not read, it is told as unavailable, without its settings.

use std::str::FromStr;

use kernel::{
    Name, Rejection,
    definition::{Color, ViewType},
    rights::Access,
    schema::Entity,
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use store::ViewRow;
use uuid::Uuid;

use crate::{App, Failure, Scene, read::known_path};

/// So many views one person keeps at most.
const MOST: i64 = 200;
/// Characters of a label.
const LONGEST_LABEL: usize = 80;
/// So many conditions, columns or keys one view has at most.
const MOST_PARTS: usize = 60;
/// Bytes of the settings as text.
const LARGEST: usize = 16 << 10;

/// What a kept view looks like.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The view of a pack that it began as: its filter and colours stay in force.
    pub view: String,
    /// What it looks like; as that view if left out.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub view_type: Option<ViewType>,
    /// The columns of a list, or what stands on cards.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Widths of columns that somebody has set, in points.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    pub widths: serde_json::Map<String, Json>,
    /// How many columns stay in sight at the left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned: Option<u8>,
    /// How close rows stand: `comfortable` or `compact`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub density: Option<Density>,
    /// The order: fields, `-` before one for the greatest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<String>,
    /// Which records beside the view's own filter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// Words to search for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Rows that are coloured; the first that holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub colors: Vec<Colored>,
    /// By which field the list is grouped, or whose values are the columns of a board.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The number that groups or columns sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sum: Option<String>,
    /// The day on which a record stands in a calendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Until which day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// How close rows stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Density {
    /// With room between them.
    Comfortable,
    /// More of them at once.
    Compact,
}

/// Conditions as the app's filter bar edits them; it turns periods such as this month into days when it asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Whether all must hold, or one.
    #[serde(rename = "match")]
    pub matching: Matching,
    /// The conditions.
    pub conditions: Vec<Condition>,
}

/// Whether all conditions must hold, or one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matching {
    /// All.
    All,
    /// One.
    Any,
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The field.
    pub path: String,
    /// The comparison, as the app calls it.
    pub operator: String,
    /// With what.
    pub value: Json,
}

/// Rows that are coloured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Colored {
    /// The colour.
    pub color: Color,
    /// Which rows.
    pub when: Condition,
}

/// For whom a view is beside its owner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Shared {
    /// For everybody.
    All(bool),
    /// For who has one of these roles.
    Roles(Vec<Name>),
}

/// What somebody wants to keep.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The id, where it was given by who sends it, so that sending again keeps one view.
    pub id: Option<Uuid>,
    /// What it is called.
    pub label: String,
    /// For whom beside the owner.
    #[serde(default)]
    pub shared: Option<Shared>,
    /// What it looks like.
    pub settings: Settings,
}

/// A view as one reader gets it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// As it is kept.
    pub row: ViewRow,
    /// For whom beside the owner.
    pub shared: Option<Shared>,
    /// What it looks like; or why the reader cannot have it.
    pub settings: Result<Settings, Unavailable>,
    /// Whether the reader may change it.
    pub can_change: bool,
}

/// Why a view cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unavailable {
    /// It filters, orders or stands by something that the reader may not read.
    Hidden,
    /// What it began as, or a field that it needs, is not there any more.
    Gone,
}

impl Unavailable {
    /// As it is told.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::Gone => "gone",
        }
    }
}

impl Settings {
    /// The fields without which the view is not what it says: those it filters, orders and stands by.
    fn needs(&self) -> impl Iterator<Item = &str> {
        let filter = self.filter.iter().flat_map(|filter| &filter.conditions).map(|condition| condition.path.as_str());
        let sort = self.sort.iter().map(|key| key.trim_start_matches('-'));
        let stands = [&self.by, &self.from, &self.to].into_iter().flatten().map(String::as_str);
        filter.chain(sort).chain(stands)
    }

    /// Takes away what the reader may not read and the view can do without.
    fn narrowed(mut self, reads: impl Fn(&str) -> bool) -> Self {
        self.columns.retain(|path| reads(path));
        self.widths.retain(|path, _| reads(path));
        self.colors.retain(|colored| reads(&colored.when.path));
        self.sum = self.sum.filter(|path| reads(path));
        self
    }
}

impl App {
    /// The views that a reader keeps or that are shared with them.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn kept_views(&self, scene: &Scene, user: Uuid, admin: bool) -> Result<Vec<Kept>, Failure> {
        let mut rows = self.store().views(user).await?;
        self.lead_views(&mut rows).await?;
        let ctx = scene.ctx();
        let access = scene.access(&ctx);
        let roles: Vec<&Name> = access.roles().map(|role| &role.definition.name).collect();
        let mine = |row: &ViewRow, shared: &Option<Shared>| {
            row.owner == user
                || match shared {
                    Some(Shared::All(all)) => *all || admin,
                    Some(Shared::Roles(with)) => admin || with.iter().any(|role| roles.contains(&role)),
                    None => false,
                }
        };
        let kept = rows.into_iter().filter_map(|row| {
            let shared: Option<Shared> = row.shared.clone().and_then(|shared| serde_json::from_value(shared).ok());
            if !mine(&row, &shared) {
                return None;
            }
            let can_change = row.owner == user || admin;
            let settings = available(scene, &access, &row);
            // Of an entity that the reader knows nothing of, not even that there is a view.
            let entity = scene.catalog.entity(&row.entity);
            let known = entity.is_some_and(|entity| access.may_read(&entity.name) || access.may_create(&entity.name));
            (known || row.owner == user).then_some(Kept { row, shared, settings, can_change })
        });
        Ok(kept.collect())
    }

    /// Where views name records that have become others, they name those; parted again, a view names what it named.
    async fn lead_views(&self, rows: &mut [ViewRow]) -> Result<(), Failure> {
        let mut named = Vec::new();
        for row in rows.iter_mut() {
            each_record(&mut row.settings, &mut |id| {
                named.push(id);
                None
            });
        }
        let became = self.store().merged_among(&named).await?;
        if !became.is_empty() {
            for row in rows {
                each_record(&mut row.settings, &mut |id| became.get(&id).copied());
            }
        }
        Ok(())
    }

    /// Keeps a view of somebody's.
    ///
    /// # Errors
    /// If it is none that they could have, or they keep too many.
    pub async fn keep_view(&self, scene: &Scene, user: Uuid, admin: bool, wanted: Wanted) -> Result<Uuid, Failure> {
        let (label, shared, entity) = checked(scene, admin, &wanted)?;
        if self.store().count_views(user).await? >= MOST {
            return Err(
                Rejection::invalid("", "too_many", format!("expected at most {MOST} views of one person")).into()
            );
        }
        let id = wanted.id.unwrap_or_else(Uuid::now_v7);
        let row = ViewRow {
            id,
            owner: user,
            entity,
            label,
            shared,
            settings: serde_json::to_value(&wanted.settings).unwrap_or_default(),
            version: 1,
            updated_at: scene.now,
        };
        if !self.store().create_view(&row).await?
            && self.store().view(id).await?.is_none_or(|there| there.owner != user)
        {
            return Err(Rejection::invalid("id", "taken", "expected an id of no other view").into());
        }
        Ok(id)
    }

    /// Changes a view that its owner, or an administrator, keeps.
    ///
    /// # Errors
    /// If there is none that they may change, or it was changed meanwhile.
    pub async fn change_view(
        &self,
        scene: &Scene,
        user: Uuid,
        admin: bool,
        id: Uuid,
        version: i64,
        wanted: Wanted,
    ) -> Result<(), Failure> {
        let row = self.changeable(user, admin, id).await?;
        let (label, shared, entity) = checked(scene, admin, &wanted)?;
        if entity != row.entity {
            let told = format!("expected a view of `{}`, as it was", row.entity);
            return Err(Rejection::invalid("settings.view", "entity", told).into());
        }
        let settings = serde_json::to_value(&wanted.settings).unwrap_or_default();
        let next = ViewRow { label, shared, settings, version: version + 1, updated_at: scene.now, ..row.clone() };
        if version == row.version && self.store().update_view(&next).await? {
            return Ok(());
        }
        let stale = Rejection::Stale {
            entity: Name::new("view"),
            id,
            expected: version,
            actual: row.version.max(version + 1),
            conflicts: Vec::new(),
        };
        Err(stale.into())
    }

    /// Forgets a view.
    ///
    /// # Errors
    /// If there is none that they may change.
    pub async fn forget_view(&self, user: Uuid, admin: bool, id: Uuid) -> Result<(), Failure> {
        self.changeable(user, admin, id).await?;
        self.store().delete_view(id).await?;
        Ok(())
    }

    async fn changeable(&self, user: Uuid, admin: bool, id: Uuid) -> Result<ViewRow, Failure> {
        let found = self.store().view(id).await?;
        let may = |row: &ViewRow| row.owner == user || (admin && row.shared.is_some());
        found.filter(may).ok_or_else(|| Rejection::NotFound { kind: "view".into(), id: id.to_string() }.into())
    }
}

/// Puts other records in the place of those that settings name, alone or as `entity/id`.
fn each_record(settings: &mut Json, other: &mut impl FnMut(Uuid) -> Option<Uuid>) {
    match settings {
        Json::String(text) => {
            let from = text.rfind('/').map_or(0, |slash| slash + 1);
            if let Some(other) = Uuid::parse_str(&text[from..]).ok().and_then(other) {
                text.replace_range(from.., &other.to_string());
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| each_record(item, other)),
        Json::Object(entries) => entries.values_mut().for_each(|value| each_record(value, other)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// What a view looks like to a reader, or why not.
fn available(scene: &Scene, access: &Access<'_>, row: &ViewRow) -> Result<Settings, Unavailable> {
    let settings: Settings = serde_json::from_value(row.settings.clone()).map_err(|_| Unavailable::Gone)?;
    let entity = scene.catalog.entity(&row.entity).ok_or(Unavailable::Gone)?;
    let view = scene.catalog.views.get(settings.view.as_str()).filter(|view| view.definition.entity == row.entity);
    let view = view.ok_or(Unavailable::Gone)?;
    let stands = [&view.definition.by, &view.definition.from].into_iter().flatten().map(Name::as_str);
    for path in settings.needs().chain(stands) {
        if !known_path(scene, entity, path) {
            return Err(Unavailable::Gone);
        }
        if !access.reads(entity, path) {
            return Err(Unavailable::Hidden);
        }
    }
    Ok(settings.narrowed(|path| known_path(scene, entity, path) && access.reads(entity, path)))
}

/// Checks what somebody wants to keep: label, with whom it is shared, of which entity it is.
fn checked(scene: &Scene, admin: bool, wanted: &Wanted) -> Result<(String, Option<Json>, Name), Failure> {
    let invalid = |path: &str, code: &str, told: String| Failure::from(Rejection::invalid(path, code, told));
    let label = wanted.label.trim().to_owned();
    if label.is_empty() || label.chars().count() > LONGEST_LABEL {
        return Err(invalid("label", "length", format!("expected a name of 1 to {LONGEST_LABEL} characters")));
    }
    let settings = &wanted.settings;
    let found = scene.catalog.views.get(settings.view.as_str());
    let view = found.ok_or_else(|| invalid("settings.view", "unknown", format!("no view `{}`", settings.view)))?;
    let ctx = scene.ctx();
    let access = scene.access(&ctx);
    let name = &view.definition.entity;
    let entity: &Entity = scene
        .catalog
        .entity(name)
        .filter(|_| access.may_read(name) || access.may_create(name))
        .ok_or_else(|| invalid("settings.view", "unknown", format!("no view `{}`", settings.view)))?;
    let parts = settings.columns.len()
        + settings.sort.len()
        + settings.colors.len()
        + settings.widths.len()
        + settings.filter.as_ref().map_or(0, |filter| filter.conditions.len());
    let size = serde_json::to_string(settings).map_or(usize::MAX, |text| text.len());
    if parts > 3 * MOST_PARTS || size > LARGEST {
        return Err(invalid("settings", "too_large", "expected a view of fewer parts".to_owned()));
    }
    let others = settings.columns.iter().chain(settings.sum.iter()).map(String::as_str);
    let colors = settings.colors.iter().map(|colored| colored.when.path.as_str());
    for path in settings.needs().chain(others).chain(colors) {
        if !known_path(scene, entity, path) {
            return Err(invalid("settings", "unknown", format!("no field `{path}` of `{name}`")));
        }
        if !access.reads(entity, path) {
            return Err(Rejection::Forbidden { message: format!("`{path}` cannot be used here") }.into());
        }
    }
    let shared = match &wanted.shared {
        None | Some(Shared::All(false)) => None,
        Some(Shared::All(true)) => Some(serde_json::json!({"all": true})),
        Some(Shared::Roles(roles)) => {
            let own: Vec<&Name> = access.roles().map(|role| &role.definition.name).collect();
            for role in roles {
                if !scene.catalog.roles.contains_key(role) || !(admin || own.contains(&role)) {
                    return Err(invalid(
                        "shared.roles",
                        "unknown",
                        format!("no role `{role}` that you can share with"),
                    ));
                }
            }
            (!roles.is_empty()).then(|| serde_json::json!({ "roles": roles }))
        }
    };
    Ok((label, shared, entity.name.clone()))
}

/// Which view somebody sees first: one of a pack by its name, or one that is kept by its id.
pub(crate) fn is_choice(scene: &Scene, kept: &[Kept], place: &Name, view: &str) -> bool {
    let of_pack = |name: &str| scene.catalog.views.get(name);
    let Some(at) = of_pack(place) else { return false };
    match Uuid::from_str(view) {
        Ok(id) => kept.iter().any(|kept| kept.row.id == id && kept.row.entity == at.definition.entity),
        Err(_) => of_pack(view).is_some_and(|view| view.definition.entity == at.definition.entity),
    }
}
