//! What must change in the tables so that they fit the entities.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use kernel::{
    Name,
    definition::FieldKind,
    schema::{Entity, Field},
};

use super::Entities;
use crate::{
    Error, SchemaError,
    connection::Connection,
    dialect::Dialect,
    layout::{
        Column, LINE_POSITION, LINE_RECORD, Layout, Layouts, LinesLayout, Storage, WRITTEN, column_name,
        line_table_name, short, table_name,
    },
    names::{Held, Key, LATEST, Names, form},
    sql::Sql,
};

/// A change of the tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaChange {
    /// A table for an entity, or for one of its line tables.
    CreateTable {
        /// The entity.
        entity: Name,
        /// The line table.
        lines: Option<Name>,
    },
    /// A column for a field.
    AddColumn {
        /// The entity.
        entity: Name,
        /// The line table.
        lines: Option<Name>,
        /// The field.
        field: Name,
    },
    /// A field has another name and keeps its column.
    Rename {
        /// The entity.
        entity: Name,
        /// The field by its name now; `lines.field` in a line table.
        field: String,
    },
    /// An index.
    CreateIndex {
        /// The entity.
        entity: Name,
        /// The fields.
        fields: Vec<Name>,
        /// Whether no two records may share them.
        unique: bool,
    },
    /// An index that the definitions do not ask for any more.
    DropIndex {
        /// Its name.
        name: String,
    },
}

/// The changes, in the order in which they are made.
#[derive(Clone, Debug, Default)]
pub struct SchemaPlan {
    pub(super) steps: Vec<Step>,
    /// Where fields are stored from the plan's version on.
    pub(super) notes: Vec<Sql>,
    /// Indexes that nobody asks for any more: taken away once nobody works with an older version.
    pub(super) drops: Vec<Step>,
}

/// A change with its statements.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) change: SchemaChange,
    pub(super) statements: Vec<Sql>,
}

impl SchemaPlan {
    /// Whether the tables fit as they are.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.notes.is_empty() && self.drops.is_empty()
    }

    /// The changes.
    pub fn changes(&self) -> impl Iterator<Item = &SchemaChange> {
        self.steps.iter().chain(&self.drops).map(|step| &step.change)
    }

    fn push(&mut self, change: SchemaChange, statements: Vec<Sql>) {
        self.steps.push(Step { change, statements });
    }
}

/// What the database has, and what it will have.
struct Planner<'a> {
    dialect: Dialect,
    /// The version from which on the plan holds.
    since: i64,
    names: Names,
    /// Index names with their tables.
    indexes: HashMap<String, String>,
    entities: &'a Entities,
    rebuilt: &'a Rebuilt,
}

/// Fields that get a new column whatever they had: entity, line table, field.
pub type Rebuilt = HashSet<(Name, Option<Name>, Name)>;

pub(super) async fn plan(
    connection: &mut Connection,
    since: i64,
    entities: &Entities,
    rebuilt: &Rebuilt,
) -> Result<SchemaPlan, SchemaError> {
    let names = Names::read(connection).await?;
    let mut indexes = HashMap::new();
    for row in connection.rows(connection.dialect().indexes()).await? {
        indexes.insert(row.get(0)?, row.get(1)?);
    }
    let mut planner = Planner { dialect: connection.dialect(), since, names, indexes, entities, rebuilt };
    let mut plan = SchemaPlan::default();
    // All are told apart by their names of now before any of them ends a name of before.
    let mut ended = Vec::new();
    for entity in entities.values() {
        planner.entity(&mut plan, entity, &mut ended)?;
    }
    for (entity, lines, field) in ended {
        planner.end(&mut plan, entity, lines, field);
    }
    Ok(plan)
}

/// A part of an entity: its header (no lines) or a line table, by its names of now and of before.
struct Part<'a> {
    entity: &'a Name,
    lines: Option<&'a Name>,
    table: String,
    /// Names by which it is on record; none for a new one.
    was: Option<(String, String)>,
}

impl Part<'_> {
    fn lines(&self) -> &str {
        self.lines.map_or("", Name::as_str)
    }

    fn is_renamed(&self) -> bool {
        self.was.as_ref().is_some_and(|(entity, lines)| **self.entity != **entity || self.lines() != lines)
    }
}

impl Planner<'_> {
    fn entity(&mut self, plan: &mut SchemaPlan, entity: &Entity, ended: &mut Vec<Key>) -> Result<(), SchemaError> {
        let former = |name: &&Name| !self.entities.contains_key(*name) && self.names.table(name, "", LATEST).is_some();
        let was = match self.names.table(&entity.name, "", LATEST) {
            Some(_) => Some(&entity.name),
            None => entity.definition.renamed_from.iter().rev().find(former),
        };
        let was = was.map(Name::to_string);
        let table = match &was {
            Some(was) => self.names.table(was, "", LATEST).unwrap_or_default().to_owned(),
            None => self.names.free_table(&table_name(&entity.name)),
        };
        let header = Part {
            entity: &entity.name,
            lines: None,
            table: table.clone(),
            was: was.clone().map(|was| (was, String::new())),
        };
        if let Some(was) = was.as_deref().filter(|was| *entity.name != **was) {
            plan.notes.push(rename_series(was, &entity.name));
        }
        let fresh = self.columns(plan, &header, entity.fields.values(), ended)?;
        let mut line_tables = Vec::new();
        for field in entity.line_tables() {
            let of = was.as_deref().unwrap_or_default();
            let held = self.names.line_tables(of);
            let known = |name: &&Name| held.contains(name.as_str()) && !entity.fields.contains_key(*name);
            let before = if held.contains(field.name.as_str()) {
                Some(&field.name)
            } else {
                field.renamed_from.iter().rev().find(known)
            };
            let table = match before {
                Some(before) => self.names.table(of, before, LATEST).unwrap_or_default().to_owned(),
                None => self.names.free_table(&line_table_name(&table, &field.name)),
            };
            let was = before.map(|before| (of.to_owned(), before.to_string()));
            let part = Part { entity: &entity.name, lines: Some(&field.name), table, was };
            let fresh = self.columns(plan, &part, field.fields.values(), ended)?;
            line_tables.push((part.was.is_none(), fresh));
        }
        let layout = Layouts::plan(entity, &self.names);
        self.header(plan, &layout, was.is_none(), &fresh);
        for (lines, (is_new, fresh)) in layout.lines.values().zip(line_tables) {
            self.lines(plan, &layout, lines, is_new, &fresh);
        }
        self.indexes(plan, &layout)
    }

    /// Notes where the fields of a part are stored from now on. Gives those that need a column of their own first.
    fn columns<'f>(
        &mut self,
        plan: &mut SchemaPlan,
        part: &Part<'_>,
        fields: impl Iterator<Item = &'f Field>,
        ended: &mut Vec<Key>,
    ) -> Result<Vec<Name>, SchemaError> {
        let fields: Vec<&Field> = fields.filter(|f| f.kind != FieldKind::Lines).collect();
        if part.was.is_none() || part.is_renamed() {
            self.note(plan, part, "id", "id", "id", 0);
        }
        let mut gone: HashSet<String> = HashSet::new();
        if let Some((entity, lines)) = part.was.as_ref().filter(|_| part.is_renamed()) {
            gone.extend(self.names.fields(entity, lines).map(|((_, _, field), _)| field.clone()));
            ended.extend(gone.iter().map(|field| (entity.clone(), lines.clone(), field.clone())));
        }
        let mut fresh = Vec::new();
        for field in &fields {
            let Some((kind, scale)) = Column::kind_of(field) else { continue };
            let before = part.was.as_ref().and_then(|(entity, lines)| {
                let is_field = |name: &Name| fields.iter().any(|f| f.name == *name);
                let former = field.renamed_from.iter().rev().filter(|name| !is_field(name));
                let mut names = std::iter::once(&field.name).chain(former);
                names.find_map(|name| Some((name, self.names.at(entity, lines, name, LATEST)?.clone())))
            });
            let path = part.lines.map_or_else(|| field.name.to_string(), |l| format!("{l}.{}", field.name));
            let key = (part.entity.clone(), part.lines.cloned(), field.name.clone());
            let wanted = form(kind, scale);
            let column = match &before {
                Some((_, held)) if held.form() == wanted && !self.rebuilt.contains(&key) => held.column.clone(),
                Some((_, held)) if !self.rebuilt.contains(&key) => {
                    let (entity, from) = (part.entity.clone(), held.form());
                    return Err(SchemaError::Unsupported { entity, field: path, from, to: wanted });
                }
                _ => {
                    fresh.push(field.name.clone());
                    self.names.free_column(&part.table, &column_name(&field.name))
                }
            };
            let renamed = before.as_ref().map(|(name, _)| *name).filter(|name| **name != field.name);
            if let Some(name) = renamed
                && let Some((entity, lines)) = &part.was
                && !gone.contains(name.as_str())
            {
                ended.push((entity.clone(), lines.clone(), name.to_string()));
            }
            let stays = before.as_ref().is_some_and(|(name, held)| **name == field.name && held.column == column);
            if !stays || part.is_renamed() {
                self.note(plan, part, &field.name, &column, kind, scale);
            }
            if part.was.is_some() && renamed.is_some() && !fresh.contains(&field.name) {
                let change = SchemaChange::Rename { entity: part.entity.clone(), field: path };
                plan.push(change, Vec::new());
            }
        }
        Ok(fresh)
    }

    /// Notes a column from the plan's version on.
    fn note(&mut self, plan: &mut SchemaPlan, part: &Part<'_>, field: &str, column: &str, kind: &str, scale: i64) {
        let key = (part.entity.to_string(), part.lines().to_owned(), field.to_owned());
        let (table, column, kind) = (part.table.clone(), column.to_owned(), kind.to_owned());
        let held = Held { since: self.since, table, column, kind, scale };
        plan.notes.push(note(&key, &held));
        self.names.note(key, held);
    }

    /// Notes that a name stands for nothing from the plan's version on, unless it stands for something new.
    fn end(&mut self, plan: &mut SchemaPlan, entity: String, lines: String, field: String) {
        let key = (entity, lines, field);
        let held =
            Held { since: self.since, table: String::new(), column: String::new(), kind: "none".into(), scale: 0 };
        let is_new = self.names.at(&key.0, &key.1, &key.2, LATEST).is_some_and(|held| held.since == self.since);
        if !is_new {
            plan.notes.push(note(&key, &held));
            self.names.note(key, held);
        }
    }

    fn header(&self, plan: &mut SchemaPlan, layout: &Layout, is_new: bool, fresh: &[Name]) {
        if !is_new {
            return self.add_columns(plan, layout, None, &layout.table, &layout.columns, fresh);
        }
        let mut create = Sql::default();
        create.text("create table ").name(&layout.table).text(" (").text(self.dialect.row_key());
        for column in layout.system.values().skip(1) {
            let must = matches!(column.field.as_str(), "version" | "title" | "created_at" | "updated_at");
            self.column(&mut create, column, must);
        }
        for column in layout.columns.values() {
            self.column(&mut create, column, false);
        }
        create.text(", ").name(WRITTEN).text(" ").text(self.dialect.column_type(Storage::Integer));
        create.text(self.dialect.table_end());
        let mut statements = vec![create];
        statements.extend(self.dialect.create_search(&layout.table, &layout.search));
        plan.push(SchemaChange::CreateTable { entity: layout.entity.clone(), lines: None }, statements);
    }

    fn lines(&self, plan: &mut SchemaPlan, layout: &Layout, lines: &LinesLayout, is_new: bool, fresh: &[Name]) {
        if !is_new {
            return self.add_columns(plan, layout, Some(&lines.name), &lines.table, &lines.columns, fresh);
        }
        let id_type = self.dialect.column_type(Storage::Id);
        let whole = self.dialect.column_type(Storage::Integer);
        let mut create = Sql::default();
        create.text("create table ").name(&lines.table).text(" (id ").text(id_type).text(" primary key not null, ");
        create.name(LINE_RECORD).text(" ").text(id_type).text(" not null references ").name(&layout.table);
        create
            .text(" (id)")
            .text(self.dialect.line_reference())
            .text(", ")
            .name(LINE_POSITION)
            .text(" ")
            .text(whole)
            .text(" not null");
        for column in lines.columns.values() {
            self.column(&mut create, column, false);
        }
        create.text(self.dialect.table_end());
        let change = SchemaChange::CreateTable { entity: layout.entity.clone(), lines: Some(lines.name.clone()) };
        plan.push(change, vec![create]);
    }

    fn add_columns(
        &self,
        plan: &mut SchemaPlan,
        layout: &Layout,
        lines: Option<&Name>,
        table: &str,
        columns: &IndexMap<Name, Column>,
        fresh: &[Name],
    ) {
        for column in fresh.iter().filter_map(|field| columns.get(field)) {
            let (entity, lines, field) = (layout.entity.clone(), lines.cloned(), column.field.clone());
            plan.push(SchemaChange::AddColumn { entity, lines, field }, self.add(table, column));
        }
    }

    fn add(&self, table: &str, column: &Column) -> Vec<Sql> {
        let add = |name: &str, storage| {
            let mut sql = Sql::default();
            sql.text("alter table ").name(table).text(" add column ").name(name).text(" ");
            sql.text(self.dialect.column_type(storage));
            sql
        };
        let mut statements = vec![add(&column.name, column.storage)];
        statements.extend(column.key.iter().map(|key| add(key, Storage::Text)));
        statements
    }

    fn column(&self, sql: &mut Sql, column: &Column, must: bool) {
        sql.text(", ").name(&column.name).text(" ").text(self.dialect.column_type(column.storage));
        if must {
            sql.text(" not null");
        }
        if let Some(key) = &column.key {
            sql.text(", ").name(key).text(" ").text(self.dialect.column_type(Storage::Text));
        }
    }

    fn indexes(&self, plan: &mut SchemaPlan, layout: &Layout) -> Result<(), SchemaError> {
        let mut wanted = Vec::new();
        for fields in &layout.unique {
            wanted.push((fields.clone(), true, layout.table.as_str(), header_columns(layout, fields)?));
        }
        for fields in &layout.indexes {
            let mut columns = header_columns(layout, fields)?;
            columns.push("id".to_owned());
            wanted.push((fields.clone(), false, layout.table.as_str(), columns));
        }
        for lines in layout.lines.values() {
            let order = vec![LINE_RECORD.to_owned(), LINE_POSITION.to_owned()];
            wanted.push((vec![lines.name.clone()], false, lines.table.as_str(), order));
            for column in lines.columns.values().filter(|c| c.to.is_some()) {
                let fields = vec![lines.name.clone(), column.field.clone()];
                wanted.push((fields, false, lines.table.as_str(), vec![column.name.clone()]));
            }
        }
        let mut names = HashSet::new();
        for (fields, unique, table, columns) in wanted {
            let name = index_name(unique, table, &columns);
            if names.insert(name.clone()) && !self.indexes.contains_key(&name) {
                let change = SchemaChange::CreateIndex { entity: layout.entity.clone(), fields, unique };
                plan.push(change, vec![self.index(&name, unique, table, &columns)]);
            }
        }
        let tables: Vec<&str> =
            [layout.table.as_str()].into_iter().chain(layout.lines.values().map(|l| l.table.as_str())).collect();
        let mut gone: Vec<&String> = self
            .indexes
            .iter()
            .filter(|(name, table)| tables.contains(&table.as_str()) && !names.contains(*name))
            .map(|(name, _)| name)
            .collect();
        gone.sort_unstable();
        for name in gone.into_iter().cloned() {
            let mut sql = Sql::default();
            sql.text("drop index ").name(&name);
            plan.drops.push(Step { change: SchemaChange::DropIndex { name }, statements: vec![sql] });
        }
        Ok(())
    }

    fn index(&self, name: &str, unique: bool, table: &str, columns: &[String]) -> Sql {
        let mut sql = Sql::default();
        sql.text(if unique { "create unique index " } else { "create index " }).name(name);
        sql.text(" on ").name(table).text(" (");
        sql.list(columns, ", ", |sql, column| {
            sql.name(column).text(self.dialect.order(false));
        });
        sql.text(")");
        if unique {
            // What is in the trash holds no name or number; taking it out again may then be refused.
            sql.text(" where deleted_at is null");
        }
        sql
    }
}

/// The name of an index, which says what it is on, so that it is known again.
pub(crate) fn index_name(unique: bool, table: &str, columns: &[String]) -> String {
    let start = if unique { "ux__" } else { "ix__" };
    let rest = format!("{table}__{}", columns.join("__"));
    format!("{start}{}", short(&rest, start.len()))
}

/// The columns by which fields are compared.
pub(crate) fn header_columns(layout: &Layout, fields: &[Name]) -> Result<Vec<String>, Error> {
    fields
        .iter()
        .map(|field| {
            let column = layout
                .column(field)
                .ok_or_else(|| Error::UnknownField { entity: layout.entity.clone(), path: field.to_string() })?;
            Ok(column.key.clone().unwrap_or_else(|| column.name.clone()))
        })
        .collect()
}

fn note(key: &Key, held: &Held) -> Sql {
    Sql::fixed(
        "insert into sys_columns (entity, lines, field, since, table_name, column_name, kind, scale) \
         values ($1, $2, $3, $4, $5, $6, $7, $8) \
         on conflict (entity, lines, field, since) do update set table_name = excluded.table_name, \
         column_name = excluded.column_name, kind = excluded.kind, scale = excluded.scale",
    )
    .bind(&key.0)
    .bind(&key.1)
    .bind(&key.2)
    .bind(held.since)
    .bind(&held.table)
    .bind(&held.column)
    .bind(&held.kind)
    .bind(held.scale)
}

/// Series of document numbers are counted on under the entity's new name.
fn rename_series(from: &str, to: &str) -> Sql {
    let length = i64::try_from(from.len()).unwrap_or(i64::MAX);
    Sql::fixed(
        "update sys_counters set series = $1 || substr(series, cast($2 as integer)) \
         where substr(series, 1, cast($3 as integer)) = $4",
    )
    .bind(to)
    .bind(length + 1)
    .bind(length + 1)
    .bind(format!("{from}/"))
}
