//! Where an entity's records are stored: tables and columns by the names that definitions use.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, RwLock},
};

use indexmap::IndexMap;
use kernel::{
    Name,
    definition::{FieldKind, Likeness},
    field::{Column as Kept, Part, behaviour},
    schema::{Entity, Field},
};

use crate::{
    Error,
    names::{LATEST, Names},
};

/// The entities that a call speaks of.
pub trait Schema: Send + Sync {
    /// The entity of this name.
    fn entity(&self, name: &str) -> Option<&Arc<Entity>>;

    /// The version of the definitions that they are of.
    fn version(&self) -> i64;
}

impl Schema for kernel::Catalog {
    fn entity(&self, name: &str) -> Option<&Arc<Entity>> {
        Self::entity(self, name)
    }

    fn version(&self) -> i64 {
        self.version
    }
}

impl Schema for IndexMap<Name, Arc<Entity>> {
    fn entity(&self, name: &str) -> Option<&Arc<Entity>> {
        self.get(name)
    }

    /// Entities alone are of the latest version.
    fn version(&self) -> i64 {
        LATEST
    }
}

/// How a column keeps its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Storage {
    Text,
    Integer,
    Decimal,
    Boolean,
    Date,
    Datetime,
    /// Texts, as JSON.
    List,
    /// Ids of records, as JSON.
    Ids,
    /// Named values, as JSON; beside it what they are compared by, as JSON too.
    Parts,
    Id,
}

impl Storage {
    /// How a type of field is kept; none for what has a table of its own.
    pub(crate) fn of(kind: FieldKind) -> Option<Self> {
        Some(match behaviour(kind).column {
            Kept::Text | Kept::LongText | Kept::Code => Self::Text,
            Kept::Integer => Self::Integer,
            Kept::Decimal => Self::Decimal,
            Kept::Boolean => Self::Boolean,
            Kept::Date => Self::Date,
            Kept::Datetime => Self::Datetime,
            Kept::Codes | Kept::Texts => Self::List,
            Kept::Ids => Self::Ids,
            Kept::Parts(_) => Self::Parts,
            Kept::Id => Self::Id,
            Kept::Lines => return None,
        })
    }

    /// The name in `sys_columns`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Datetime => "datetime",
            Self::List => "list",
            Self::Ids => "ids",
            Self::Parts => "parts",
            Self::Id => "id",
        }
    }
}

/// A column.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// The field.
    pub(crate) field: Name,
    /// The column's own name.
    pub(crate) name: String,
    /// How it keeps values.
    pub(crate) storage: Storage,
    /// Digits after the point.
    pub(crate) scale: u32,
    /// The column beside it by which its text is compared and sorted. Keys of options need none: they are their own.
    pub(crate) key: Option<String>,
    /// The entity it refers to.
    pub(crate) to: Option<Name>,
    /// The parts of its values.
    pub(crate) parts: &'static [Part],
}

impl Column {
    /// How a field's values are kept, as `sys_columns` says it, and with how many digits. Text without a key column is a
    /// kind of its own: making one from the other takes writing the keys.
    pub(crate) fn kind_of(field: &Field) -> Option<(&'static str, i64)> {
        let storage = Storage::of(field.kind)?;
        let kind = match (storage, has_key(field.kind)) {
            (Storage::Text, false) => "option",
            (Storage::List, true) => "texts",
            (storage, _) => storage.as_str(),
        };
        Some((kind, i64::from(field.scale)))
    }
}

/// Whether values of this type have a key beside them. Keys of options need none: they are their own.
fn has_key(kind: FieldKind) -> bool {
    match behaviour(kind).column {
        Kept::Text | Kept::LongText | Kept::Texts | Kept::Parts(_) => true,
        Kept::Code
        | Kept::Integer
        | Kept::Decimal
        | Kept::Boolean
        | Kept::Date
        | Kept::Datetime
        | Kept::Codes
        | Kept::Ids
        | Kept::Id
        | Kept::Lines => false,
    }
}

/// The table of an entity.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) entity: Name,
    pub(crate) table: String,
    /// System fields, in the order in which rows are read.
    pub(crate) system: IndexMap<Name, Column>,
    /// Stored fields.
    pub(crate) columns: IndexMap<Name, Column>,
    pub(crate) lines: IndexMap<Name, LinesLayout>,
    /// The search table of SQLite, the search index of PostgreSQL.
    pub(crate) search: String,
    /// Fields that no two records may share.
    pub(crate) unique: Vec<Vec<Name>>,
    /// Fields by which lists are found.
    pub(crate) indexes: Vec<Vec<Name>>,
    /// The key and the day of effective dating.
    pub(crate) effective: Option<(Vec<Name>, Name)>,
}

/// The table of an entity's lines.
#[derive(Debug)]
pub(crate) struct LinesLayout {
    pub(crate) name: Name,
    pub(crate) table: String,
    pub(crate) columns: IndexMap<Name, Column>,
    id: Column,
}

/// The columns of a line table beside its fields.
pub(crate) const LINE_RECORD: &str = "record__id";
pub(crate) const LINE_POSITION: &str = "position__";

/// The column that says by which version of the definitions a row was last written.
pub(crate) const WRITTEN: &str = "written__";

impl Layout {
    /// The column of a field or of a system field.
    pub(crate) fn column(&self, field: &str) -> Option<&Column> {
        self.columns.get(field).or_else(|| self.system.get(field))
    }

    fn of(entity: &Entity, names: &Names, version: i64) -> Self {
        let known = names.table(&entity.name, "", version);
        let table = known.map_or_else(|| table_name(&entity.name), str::to_owned);
        let effective = entity.effective.as_ref().map(|e| (e.key.clone(), e.from.clone()));
        let lines = entity
            .line_tables()
            .map(|f| (f.name.clone(), LinesLayout::of(entity, f, &table, names, version)))
            .collect();
        Self {
            indexes: list_indexes(entity, effective.as_ref()),
            search: short(&format!("{table}__search"), 0),
            system: system_columns(),
            columns: columns(&entity.name, "", entity.fields.values(), names, version),
            entity: entity.name.clone(),
            table,
            lines,
            unique: entity.unique.clone(),
            effective,
        }
    }
}

impl LinesLayout {
    fn of(entity: &Entity, field: &Field, header: &str, names: &Names, version: i64) -> Self {
        let known = names.table(&entity.name, &field.name, version);
        let table = known.map_or_else(|| line_table_name(header, &field.name), str::to_owned);
        Self {
            columns: columns(&entity.name, &field.name, field.fields.values(), names, version),
            name: field.name.clone(),
            id: plain_column("id", Storage::Id),
            table,
        }
    }

    /// The column of a field, or of the line's id.
    pub(crate) fn column(&self, field: &str) -> Option<&Column> {
        if field == "id" { Some(&self.id) } else { self.columns.get(field) }
    }
}

/// The indexes that lists need beside the declared ones: by title, number and state, along references, those of
/// effective dating, and each order once more within every owner and department, so that a role that sees those of some
/// people or departments reads ranges of an index instead of filtering everything. All end in the id.
fn list_indexes(entity: &Entity, effective: Option<&(Vec<Name>, Name)>) -> Vec<Vec<Name>> {
    let mut sets: Vec<Vec<Name>> = vec![vec![Name::new("title")], vec![Name::new("updated_at")]];
    if entity.number.is_some() {
        sets.push(vec![Name::new("number")]);
    }
    if entity.lifecycle.is_some() {
        sets.push(vec![Name::new("state")]);
    }
    sets.extend(entity.columns().filter(|f| f.to.is_some()).map(|f| vec![f.name.clone()]));
    sets.extend(effective.map(|(key, from)| key.iter().chain([from]).cloned().collect()));
    sets.extend(entity.indexes.iter().cloned());
    sets.extend(scoped_orders(entity));
    // Looked for at every save.
    sets.extend(entity.duplicates.certain.iter().cloned());
    sets.extend(entity.duplicates.suspect.iter().filter_map(|likeness| match likeness {
        Likeness::Same(set) => Some(set.clone()),
        Likeness::Near(_) => None,
    }));
    let mut seen = Vec::new();
    sets.retain(|set| {
        let new = !seen.contains(set);
        seen.push(set.clone());
        new
    });
    sets
}

/// The orders of lists within each owner and department: by number, else by title, and the declared ones.
fn scoped_orders(entity: &Entity) -> Vec<Vec<Name>> {
    let named = Name::new(if entity.number.is_some() { "number" } else { "title" });
    // What begins with a reference leads from another record here; it is no order that anybody reads a list in.
    let refers = |field: &Name| entity.fields.get(field).is_some_and(|field| field.to.is_some());
    let declared = entity.indexes.iter().filter(|set| !set.iter().any(refers));
    let orders: Vec<Vec<Name>> = [vec![named]].into_iter().chain(declared.cloned()).collect();
    let scopes = entity.owner.iter().chain(&entity.department);
    scopes
        .flat_map(|scope| orders.iter().map(move |order| [scope].into_iter().chain(order).cloned().collect()))
        .collect()
}

fn plain_column(field: &str, storage: Storage) -> Column {
    Column { field: Name::new(field), name: field.to_owned(), storage, scale: 0, key: None, to: None, parts: &[] }
}

fn system_columns() -> IndexMap<Name, Column> {
    let keyed = |field: &str| Column { key: Some(format!("{field}__key")), ..plain_column(field, Storage::Text) };
    let person = |field: &str| Column { to: Some(Name::new("user")), ..plain_column(field, Storage::Id) };
    [
        plain_column("id", Storage::Id),
        plain_column("version", Storage::Integer),
        plain_column("state", Storage::Text),
        keyed("number"),
        keyed("title"),
        plain_column("created_at", Storage::Datetime),
        person("created_by"),
        plain_column("updated_at", Storage::Datetime),
        person("updated_by"),
        plain_column("deleted_at", Storage::Datetime),
    ]
    .into_iter()
    .map(|column| (column.field.clone(), column))
    .collect()
}

fn columns<'a>(
    entity: &str,
    lines: &str,
    fields: impl Iterator<Item = &'a Field>,
    names: &Names,
    version: i64,
) -> IndexMap<Name, Column> {
    fields
        .filter_map(|field| {
            let storage = Storage::of(field.kind)?;
            let known = names.at(entity, lines, &field.name, version);
            let name = known.map_or_else(|| column_name(&field.name), |held| held.column.clone());
            let parts = kernel::field::parts(field.kind);
            let key = has_key(field.kind).then(|| format!("{name}__key"));
            let (to, scale) = (field.to.clone(), field.scale);
            let column = Column { field: field.name.clone(), name, storage, scale, key, to, parts };
            Some((field.name.clone(), column))
        })
        .collect()
}

/// PostgreSQL's limit for names.
const LONGEST: usize = 63;

/// A column's name, with room for the ending of its key column. A name that could meet one of ours is changed.
pub(crate) fn column_name(field: &str) -> String {
    if field.contains("__") { changed(field) } else { short(field, "__key".len()) }
}

pub(crate) fn table_name(entity: &str) -> String {
    let ours = ["sys_", "sqlite_", "pg_"].iter().any(|start| entity.starts_with(start));
    if ours || entity.contains("__") { changed(entity) } else { short(entity, "__search".len()) }
}

/// The name of the table of lines, from that of its header.
pub(crate) fn line_table_name(header: &str, lines: &str) -> String {
    short(&format!("{header}__{lines}"), 0)
}

/// The name, cut and made unlike others if it is too long with `room` more.
pub(crate) fn short(name: &str, room: usize) -> String {
    if name.len() + room <= LONGEST { name.to_owned() } else { changed(name) }
}

fn changed(name: &str) -> String {
    // FNV-1a: stays the same for all time, which the hasher of the standard library does not promise.
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let start: String = name.replace("__", "_").chars().take(30).collect();
    format!("x_{start}_{hash:016x}")
}

/// A layout with the entity and version that it was made from.
type Made = (Arc<Entity>, i64, Arc<Layout>);

/// Layouts by entity, made once for each compiled entity.
#[derive(Debug, Default)]
pub(crate) struct Layouts {
    names: RwLock<Arc<Names>>,
    made: Mutex<HashMap<Name, Made>>,
}

impl Layouts {
    /// Takes the names that are on record now.
    pub(crate) fn set_names(&self, names: Names) {
        if let Ok(mut held) = self.names.write() {
            *held = Arc::new(names);
        }
        if let Ok(mut made) = self.made.lock() {
            made.clear();
        }
    }

    /// The layout of an entity.
    pub(crate) fn get(&self, schema: &dyn Schema, name: &str) -> Result<Arc<Layout>, Error> {
        let entity = schema.entity(name).ok_or_else(|| Error::UnknownEntity(name.to_owned()))?;
        let version = schema.version();
        if let Ok(made) = self.made.lock()
            && let Some((of, at, layout)) = made.get(name)
            && Arc::ptr_eq(of, entity)
            && *at == version
        {
            return Ok(layout.clone());
        }
        let names = self.names();
        let layout = Arc::new(Layout::of(entity, &names, version));
        if let Ok(mut made) = self.made.lock() {
            made.insert(entity.name.clone(), (entity.clone(), version, layout.clone()));
        }
        Ok(layout)
    }

    /// What is on record.
    pub(crate) fn names(&self) -> Arc<Names> {
        self.names.read().map(|names| names.clone()).unwrap_or_default()
    }

    /// A layout for planning, which is not kept.
    pub(crate) fn plan(entity: &Entity, names: &Names) -> Layout {
        Layout::of(entity, names, LATEST)
    }
}
