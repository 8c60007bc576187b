//! Lists: from what a reader asks for to a selection that shows them nothing they may not know, and back to rows.

use std::{borrow::Cow, sync::Arc};

use kernel::{
    Name, Rejection, SYSTEM_FIELDS,
    definition::FieldKind,
    expression::{Env, Expr, Reference, Scope, compile_filter, lower},
    query::{Cursor, Facts, FieldPath, Predicate, Row, Select, Sort},
    rights::{Access, Action, Mask, all, any},
    schema::Entity,
    sealed::seen,
    search::query_tokens,
    text::fold,
};
use serde_json::{Map, Value as Json, json};
use store::{Count, Page};

use super::{Titles, cross, not_lowerable, record::known_entity};
use crate::{App, Failure, Scene};

/// A page has so many rows if nothing else is asked for.
const DEFAULT_LIMIT: u32 = 50;
/// And at most so many.
const MAX_LIMIT: u32 = 200;
/// So many fields are named that would narrow a list down.
const MOST_HINTS: usize = 6;

/// What a reader asks for.
#[derive(Clone, Debug, Default)]
pub struct ListRequest {
    /// A view: its filter, columns, order and colours.
    pub view: Option<String>,
    /// A filter.
    pub filter: Option<Json>,
    /// Words to search for.
    pub q: Option<String>,
    /// The order; that of the view if left out.
    pub sort: Vec<String>,
    /// The columns; those of the view if left out.
    pub columns: Option<Vec<String>>,
    /// Colours of rows beside those of the view, which come first: a word and a filter.
    pub colors: Vec<(String, Json)>,
    /// Where the page before ended.
    pub after: Option<Cursor>,
    /// How many rows.
    pub limit: Option<u32>,
    /// Whether the trash is shown.
    pub deleted: bool,
    /// Whether it may take as long as it takes: for exports and jobs.
    pub patient: bool,
}

/// A list as it is asked of the store, with what its flags mean.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The entity.
    pub entity: Arc<Entity>,
    /// What the store is asked.
    pub select: Select,
    /// The columns by their paths.
    pub columns: Vec<String>,
    /// Flags: first those of roles, then those of crossings, each with its place, then colours.
    roles: usize,
    crossed: Vec<(cross::Crossing, usize)>,
    colored: usize,
    colors: Vec<String>,
}

/// A page of a list, as its reader gets it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Rows in wire form.
    pub rows: Vec<Map<String, Json>>,
    /// Titles of what they refer to.
    pub titles: Map<String, Json>,
    /// What is known of the files in them.
    pub files: Map<String, Json>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
    /// Colours of rows by id.
    pub colors: Map<String, Json>,
}

impl Plan {
    /// Works out the selection.
    ///
    /// # Errors
    /// If the request names something that is not there, or that the reader may not know.
    pub fn new(scene: &Scene, entity: &str, request: &ListRequest) -> Result<Self, Failure> {
        Self::using(scene, entity, request, &[])
    }

    /// The same of a list whose answer tells of these fields beside.
    pub(super) fn using(scene: &Scene, entity: &str, request: &ListRequest, also: &[String]) -> Result<Self, Failure> {
        let entity = Arc::clone(known_entity(scene, entity)?);
        let ctx = scene.ctx();
        let access = scene.access(&ctx);
        let asked = Asked { scene, access: &access, entity: &entity };
        let view = match &request.view {
            Some(name) => Some(
                scene
                    .catalog
                    .views
                    .get(name.as_str())
                    .filter(|view| view.definition.entity == entity.name)
                    .ok_or_else(|| {
                        Rejection::invalid("view", "unknown", format!("no view `{name}` of `{}`", entity.name))
                    })?,
            ),
            None => None,
        };
        let shown = view.or_else(|| scene.catalog.views.get(&entity.name));
        let mut used: Vec<String> = also.to_vec();
        let mut filters: Vec<Predicate> = Vec::new();
        if let Some(filter) = view.and_then(|view| view.filter.as_ref()) {
            filters.push(asked.lowered("view", filter, &mut used)?);
        }
        if let Some(filter) = &request.filter {
            let names = Scope::record(scene.catalog.types(), &entity.name).with_former_names();
            let expr = compile_filter(filter, &names).map_err(|found| wrong_filter(&found))?;
            filters.push(asked.lowered("filter", &expr, &mut used)?);
        }
        let sort = asked.sort(request, shown.map(|view| &view.definition.sort), &mut used)?;
        let tokens = asked.search(request.q.as_deref(), &mut filters, &mut used)?;
        filters.extend(asked.rows_for(&used)?);
        if request.deleted {
            // The trash is for who may take something out of it.
            filters.push(access.predicate(&entity, Action::Delete).map_err(|error| not_lowerable("", error))?);
        }
        let columns = asked.columns(request, shown.map(|view| &view.definition.columns))?;
        let mut flags = access.flags(&entity).map_err(|error| not_lowerable("", error))?;
        let roles = flags.len();
        let mut crossed: Vec<(cross::Crossing, usize)> = Vec::new();
        for crossing in columns.iter().flat_map(|path| cross::crossings(&scene.catalog, &entity, path)) {
            if !crossed.iter().any(|(known, _)| *known == crossing) {
                let seen = cross::visible(scene, &access, &crossing).map_err(|e| not_lowerable("columns", e))?;
                // Fields that the same roles show share a flag.
                let shared = flags.iter().skip(roles).position(|flag| *flag == seen).map(|at| at + roles);
                crossed.push((crossing, shared.unwrap_or(flags.len())));
                if shared.is_none() {
                    flags.push(seen);
                }
            }
        }
        let mut colors = Vec::new();
        let colored = flags.len();
        let own = view.iter().flat_map(|view| &view.color);
        let own = own.map(|(color, expr)| (json!(color).as_str().unwrap_or_default().to_owned(), expr.clone()));
        let scope = Scope::record(scene.catalog.types(), &entity.name);
        let asked_for = request
            .colors
            .iter()
            .filter_map(|(color, filter)| Some((color.clone(), compile_filter(filter, &scope).ok()?)));
        for (color, expr) in own.chain(asked_for) {
            // A colour tells what its condition reads, so it is shown only where that may be read.
            let mut reads = Vec::new();
            if let Ok(predicate) = asked.lowered("view", &expr, &mut reads)
                && let Ok(mut shown) = asked.rows_for(&reads)
            {
                shown.push(predicate);
                flags.push(all(shown));
                colors.push(color);
            }
        }
        let select = Select {
            entity: entity.name.clone(),
            columns: columns.iter().map(|path| field_path(path)).collect(),
            filter: all(filters),
            tokens,
            sort,
            after: request.after.clone(),
            limit: request.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT),
            flags,
            deleted: request.deleted,
        };
        Ok(Self { entity, select, columns, roles, crossed, colored, colors })
    }

    /// How many rows there are, counted up to a cap.
    ///
    /// # Errors
    /// If the store fails, or it takes too long.
    pub async fn count(&self, app: &App, scene: &Scene, cap: u32) -> Result<Count, Failure> {
        let found = app.store().count(&*scene.catalog, &self.select, cap).await;
        found.map_err(|error| self.failed(app, scene, error))
    }

    /// What becomes of a failure of the store: a list that takes too long is told with what would find it quickly.
    pub(super) fn failed(&self, app: &App, scene: &Scene, error: store::Error) -> Failure {
        if !matches!(error, store::Error::TooSlow) {
            return error.into();
        }
        let ctx = scene.ctx();
        let access = scene.access(&ctx);
        let mut used = Vec::new();
        cross::paths(&self.select.filter, &mut used);
        let mut by = app.store().indexed(&*scene.catalog, &self.entity.name).unwrap_or_default();
        let helps = |field: &Name| {
            !used.iter().any(|path| path == field.as_str())
                && *field != *"updated_at"
                && access.reads(&self.entity, field)
        };
        by.retain(helps);
        by.truncate(MOST_HINTS);
        Failure::TooBroad { by }
    }

    /// The fields of a row that its reader is shown, those of lines among them.
    #[must_use]
    pub fn mask(&self, access: &Access<'_>, row: &Row) -> Mask {
        let (own, _) = row.flags.split_at(self.roles.min(row.flags.len()));
        access.mask(&self.entity, own)
    }

    /// Rows as their reader gets them.
    #[must_use]
    pub fn rows(&self, scene: &Scene, rows: &[Row]) -> (Vec<Map<String, Json>>, Titles, Map<String, Json>) {
        let ctx = scene.ctx();
        let access = scene.access(&ctx);
        let mut titles = Titles::default();
        let mut colors = Map::new();
        let shown = rows.iter().map(|row| {
            let (_, colored) = row.flags.split_at(self.colored.min(row.flags.len()));
            let mask = self.mask(&access, row);
            let mut out = Map::new();
            out.insert("id".into(), json!(row.record.id));
            out.insert("version".into(), json!(row.record.version));
            out.insert("state".into(), json!(row.record.state));
            out.insert("title".into(), json!(row.record.title));
            for (path, value) in self.columns.iter().zip(&row.values) {
                let first = path.split('.').next().unwrap_or(path);
                let hidden = self
                    .crossed
                    .iter()
                    .any(|(crossing, flag)| row.flags.get(*flag) != Some(&true) && leads(crossing, path));
                if mask.shows(first) && !hidden {
                    if let Some(field) = end_of(scene, &self.entity, path) {
                        titles.want_value(field, value);
                    } else if path.ends_with("_by") {
                        titles.want_people([value.as_id()]);
                    }
                    out.insert(path.clone(), seen(value).to_json());
                }
            }
            if let Some((color, _)) = self.colors.iter().zip(colored).find(|(_, holds)| **holds) {
                colors.insert(row.record.id.to_string(), color.clone().into());
            }
            out
        });
        let shown = shown.collect();
        (shown, titles, colors)
    }
}

impl App {
    /// A page of a list.
    ///
    /// # Errors
    /// As [`Plan::new`], or if the store fails.
    pub async fn list(&self, scene: &Scene, entity: &str, request: &ListRequest) -> Result<Listed, Failure> {
        let plan = Plan::new(scene, entity, request)?;
        let page = self.page_of(scene, &plan, request.patient).await?;
        let (rows, titles, colors) = plan.rows(scene, &page.rows);
        let files = titles.look_up_files(self).await?;
        let titles = titles.look_up(self, scene).await?;
        Ok(Listed { rows, titles, files, next: page.next, colors })
    }
}

impl App {
    /// The records of a page, for whoever does something with them.
    pub(crate) async fn page(&self, scene: &Scene, entity: &str, request: &ListRequest) -> Result<Page, Failure> {
        let plan = Plan::new(scene, entity, request)?;
        self.page_of(scene, &plan, request.patient).await
    }

    async fn page_of(&self, scene: &Scene, plan: &Plan, patient: bool) -> Result<Page, Failure> {
        let entities = &*scene.catalog;
        let page = if patient {
            self.store().select_patiently(entities, &plan.select).await
        } else {
            self.store().select(entities, &plan.select).await
        };
        page.map_err(|error| plan.failed(self, scene, error))
    }
}

/// What is needed to read a request.
pub(super) struct Asked<'a> {
    pub(super) scene: &'a Scene,
    pub(super) access: &'a Access<'a>,
    pub(super) entity: &'a Entity,
}

impl Asked<'_> {
    /// A condition as a predicate; what it reads goes to `used`.
    fn lowered(&self, place: &str, expr: &Expr, used: &mut Vec<String>) -> Result<Predicate, Failure> {
        let ctx = self.scene.ctx();
        let facts = Facts::new();
        let env = Env::new(&ctx, &facts, self.scene.catalog.as_ref());
        let predicate = lower(expr, &env).map_err(|error| not_lowerable(place, error))?;
        // What is read is taken from what is asked of the store, so that no way of writing it can hide a path.
        cross::paths(&predicate, used);
        Ok(predicate)
    }

    /// The rows of a list that is filtered, sorted or searched by these paths: those where all of them may be read.
    pub(super) fn rows_for(&self, used: &[String]) -> Result<Vec<Predicate>, Failure> {
        let refused = |e| not_lowerable("filter", e);
        let mut rows = vec![self.access.list_predicate(self.entity, used)?];
        for path in used {
            if !cross::whole_from_lines(self.scene, self.access, self.entity, path).map_err(refused)? {
                return Err(Rejection::Forbidden { message: format!("`{path}` cannot be used here") }.into());
            }
            for crossing in cross::crossings(&self.scene.catalog, self.entity, path) {
                let seen = cross::visible_or_empty(self.scene, self.access, &crossing).map_err(refused)?;
                if !rows.contains(&seen) {
                    rows.push(seen);
                }
            }
        }
        Ok(rows)
    }

    fn sort(
        &self,
        request: &ListRequest,
        of_view: Option<&Vec<String>>,
        used: &mut Vec<String>,
    ) -> Result<Vec<Sort>, Failure> {
        let asked = !request.sort.is_empty();
        let keys = if asked { Some(&request.sort) } else { of_view };
        let mut sort = Vec::new();
        for key in keys.into_iter().flatten() {
            let (path, descending) = key.strip_prefix('-').map_or((key.as_str(), false), |path| (path, true));
            let path = &*self.path_now(path);
            self.must_be_there("sort", path)?;
            if !is_orderly(self.scene, self.entity, path) {
                return Err(Rejection::invalid("sort", "unsortable", format!("`{path}` has no order")).into());
            }
            // An order that nobody asked for is no reason to refuse the list.
            if !asked && !self.access.reads(self.entity, path) {
                continue;
            }
            used.push(path.to_owned());
            sort.push(Sort { by: field_path(path), descending });
        }
        Ok(sort)
    }

    fn columns(&self, request: &ListRequest, of_view: Option<&Vec<String>>) -> Result<Vec<String>, Failure> {
        let mut columns = Vec::new();
        if let Some(asked) = &request.columns {
            for path in asked {
                let path = &self.path_now(path).into_owned();
                self.must_be_there("columns", path)?;
                if !self.access.reads(self.entity, path) {
                    return Err(Rejection::Forbidden { message: format!("`{path}` cannot be read by you") }.into());
                }
                columns.push(path.clone());
            }
        } else {
            columns.extend(of_view.into_iter().flatten().filter(|path| self.access.reads(self.entity, path)).cloned());
        }
        Ok(columns)
    }

    /// The tokens to be found. Where the reader may not read all that the search looks through, titles and numbers are
    /// looked through instead.
    fn search(
        &self,
        q: Option<&str>,
        filters: &mut Vec<Predicate>,
        used: &mut Vec<String>,
    ) -> Result<Vec<String>, Failure> {
        let Some(q) = q.map(str::trim).filter(|q| !q.is_empty()) else { return Ok(Vec::new()) };
        let through: Vec<String> = self
            .entity
            .search
            .iter()
            .flat_map(|(lines, expr)| {
                let reads = reads(expr, self.entity);
                reads.into_iter().map(move |path| match lines {
                    Some(lines) if !path.starts_with(&format!("{lines}.")) => format!("{lines}.{path}"),
                    _ => path,
                })
            })
            .collect();
        if self.rows_for(&through).is_ok() {
            used.extend(through);
            return Ok(query_tokens(q));
        }
        let text = fold(q);
        let contains = |field: &str| Predicate::Contains { operand: vec![Name::new(field)], text: text.clone() };
        filters.push(any(vec![contains("title"), contains("number")]));
        Ok(Vec::new())
    }

    /// A path that was written down before its first field was renamed.
    fn path_now<'p>(&self, path: &'p str) -> Cow<'p, str> {
        let first = path.split('.').next().unwrap_or(path);
        match self.entity.name_now(None, first) {
            Some(now) if *now != *first => path.replacen(first, now, 1).into(),
            _ => path.into(),
        }
    }

    pub(super) fn must_be_there(&self, place: &str, path: &str) -> Result<(), Failure> {
        if is_there(self.scene, self.entity, path) {
            return Ok(());
        }
        let known = self.entity.fields.keys().map(|name| &**name).chain(SYSTEM_FIELDS);
        let near = kernel::nearest(path, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        Err(Rejection::invalid(place, "unknown", format!("no field `{path}` of `{}`{near}", self.entity.name)).into())
    }
}

/// The fields of this entity that an expression reads, and paths across references as far as they are plain.
fn reads(expr: &Expr, entity: &Entity) -> Vec<String> {
    if let Some(path) = expr.as_path() {
        return vec![path.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(".")];
    }
    let mut found: Vec<String> = Vec::new();
    for reference in expr.references() {
        if let Reference::Field { entity: of, lines, field, own } = reference {
            if own && of == entity.name {
                found.push(lines.map_or_else(|| field.to_string(), |lines| format!("{lines}.{field}")));
            } else {
                // Which reference leads there is not told: every one that does must be readable, and where none leads
                // there at once, nobody can say what is read.
                let ways = entity.columns().filter(|way| way.to.as_ref() == Some(&of));
                let before = found.len();
                found.extend(ways.map(|way| format!("{}.{field}", way.name)));
                if found.len() == before {
                    found.push(format!("?.{field}"));
                }
            }
        }
    }
    found
}

fn leads(crossing: &cross::Crossing, path: &str) -> bool {
    let mut segments = path.split('.');
    crossing.prefix.iter().all(|name| segments.next() == Some(name.as_str()))
        && segments.next() == Some(crossing.field.as_str())
}

/// Whether a list can show a path: a field of the header, perhaps across references, but no line table.
pub(crate) fn is_there(scene: &Scene, entity: &Entity, path: &str) -> bool {
    let (way, last) = path.rsplit_once('.').map_or((None, path), |(way, last)| (Some(way), last));
    let at = match way {
        Some(way) => {
            end_of(scene, entity, way).and_then(|field| scene.catalog.entity(field.to.as_ref()?)).map(AsRef::as_ref)
        }
        None => Some(entity),
    };
    at.is_some_and(|at| {
        SYSTEM_FIELDS.contains(&last) || at.fields.get(last).is_some_and(|field| field.kind != FieldKind::Lines)
    })
}

/// Whether there is an order of a path's values.
pub(super) fn is_orderly(scene: &Scene, entity: &Entity, path: &str) -> bool {
    end_of(scene, entity, path).is_none_or(|field| field.kind.has_order() && !field.sensitive)
}

/// The field at the end of a path.
pub(crate) fn end_of<'s>(scene: &'s Scene, entity: &'s Entity, path: &str) -> Option<&'s kernel::schema::Field> {
    let mut at = entity;
    let mut rest = path;
    while let Some((head, tail)) = rest.split_once('.') {
        at = scene.catalog.entity(at.fields.get(head)?.to.as_ref()?)?;
        rest = tail;
    }
    at.fields.get(rest)
}

pub(super) fn field_path(path: &str) -> FieldPath {
    path.split('.').map(Name::new).collect()
}

fn wrong_filter(found: &[kernel::Diagnostic]) -> Failure {
    let problems = found.iter().map(|d| {
        let path = if d.path.is_empty() { "filter".to_owned() } else { format!("filter.{}", d.path) };
        let hint = d.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        kernel::Problem::new(path, "filter", format!("{}{hint}", d.message))
    });
    Rejection::Invalid(problems.collect()).into()
}
