//! What must change in the tables so that they fit the entities.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use kernel::Name;

use super::Entities;
use crate::{
    Error, SchemaError,
    connection::Connection,
    dialect::Dialect,
    layout::{Column, LINE_POSITION, LINE_RECORD, Layout, Layouts, LinesLayout, Names, short},
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
        self.steps.is_empty()
    }

    /// The changes.
    pub fn changes(&self) -> impl Iterator<Item = &SchemaChange> {
        self.steps.iter().map(|step| &step.change)
    }

    fn push(&mut self, change: SchemaChange, statements: Vec<Sql>) {
        self.steps.push(Step { change, statements });
    }
}

/// What the database has.
struct Present {
    /// How each field is kept, by entity, line table and field.
    kinds: HashMap<(String, String, String), String>,
    tables: HashSet<(String, String)>,
    names: Names,
    /// Index names with their tables.
    indexes: HashMap<String, String>,
}

pub(super) async fn plan(connection: &mut Connection, entities: &Entities) -> Result<SchemaPlan, SchemaError> {
    let present = read(connection).await?;
    let planner = Planner { dialect: connection.dialect(), present };
    let mut plan = SchemaPlan::default();
    for entity in entities.values() {
        planner.entity(&mut plan, &Layouts::plan(entity, &planner.present.names))?;
    }
    Ok(plan)
}

async fn read(connection: &mut Connection) -> Result<Present, Error> {
    let mut present =
        Present { kinds: HashMap::new(), tables: HashSet::new(), names: Names::default(), indexes: HashMap::new() };
    let sql = Sql::fixed("select entity, lines, field, table_name, column_name, kind, scale from sys_columns");
    for row in connection.rows(sql).await? {
        let (entity, lines, field): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let kind = kind(&row.get::<String>(5)?, row.get(6)?);
        present.names.note(entity.clone(), lines.clone(), field.clone(), row.get(3)?, row.get(4)?);
        present.tables.insert((entity.clone(), lines.clone()));
        present.kinds.insert((entity, lines, field), kind);
    }
    for row in connection.rows(connection.dialect().indexes()).await? {
        present.indexes.insert(row.get(0)?, row.get(1)?);
    }
    Ok(present)
}

fn kind(kind: &str, scale: i64) -> String {
    if kind == "decimal" { format!("{kind} with {scale} digits") } else { kind.to_owned() }
}

/// How a column keeps its values, as `sys_columns` says it. Text without a key column is another kind: making one
/// from the other takes writing the keys.
fn stored_kind(column: &Column) -> &'static str {
    match (column.storage, &column.key) {
        (crate::layout::Storage::Text, None) => "option",
        (crate::layout::Storage::List, Some(_)) => "texts",
        (storage, _) => storage.as_str(),
    }
}

struct Planner {
    dialect: Dialect,
    present: Present,
}

impl Planner {
    fn entity(&self, plan: &mut SchemaPlan, layout: &Layout) -> Result<(), SchemaError> {
        self.header(plan, layout)?;
        for lines in layout.lines.values() {
            self.lines(plan, layout, lines)?;
        }
        self.indexes(plan, layout)?;
        Ok(())
    }

    fn header(&self, plan: &mut SchemaPlan, layout: &Layout) -> Result<(), SchemaError> {
        if self.present.tables.contains(&(layout.entity.to_string(), String::new())) {
            return self.columns(plan, layout, None, &layout.table, &layout.columns);
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
        create.text(self.dialect.table_end());
        let mut statements = vec![create];
        statements.extend(self.dialect.create_search(&layout.table, &layout.search));
        // The id stands for the table itself, so that an entity without fields is on record too.
        let id = layout.system.values().take(1);
        statements.extend(id.chain(layout.columns.values()).map(|c| note(&layout.entity, None, &layout.table, c)));
        plan.push(SchemaChange::CreateTable { entity: layout.entity.clone(), lines: None }, statements);
        Ok(())
    }

    fn lines(&self, plan: &mut SchemaPlan, layout: &Layout, lines: &LinesLayout) -> Result<(), SchemaError> {
        if self.present.tables.contains(&(layout.entity.to_string(), lines.name.to_string())) {
            return self.columns(plan, layout, Some(&lines.name), &lines.table, &lines.columns);
        }
        let id_type = self.dialect.column_type(crate::layout::Storage::Id);
        let whole = self.dialect.column_type(crate::layout::Storage::Integer);
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
        let mut statements = vec![create];
        let id = lines.column("id").into_iter();
        statements
            .extend(id.chain(lines.columns.values()).map(|c| note(&layout.entity, Some(&lines.name), &lines.table, c)));
        let change = SchemaChange::CreateTable { entity: layout.entity.clone(), lines: Some(lines.name.clone()) };
        plan.push(change, statements);
        Ok(())
    }

    fn columns(
        &self,
        plan: &mut SchemaPlan,
        layout: &Layout,
        lines: Option<&Name>,
        table: &str,
        columns: &IndexMap<Name, Column>,
    ) -> Result<(), SchemaError> {
        for column in columns.values() {
            let lines_key = lines.map(ToString::to_string).unwrap_or_default();
            let key = (layout.entity.to_string(), lines_key, column.field.to_string());
            let wanted = kind(stored_kind(column), column.scale.into());
            match self.present.kinds.get(&key) {
                Some(from) if *from == wanted => {}
                Some(from) => {
                    let field = lines.map_or_else(|| column.field.to_string(), |l| format!("{l}.{}", column.field));
                    let (entity, from) = (layout.entity.clone(), from.clone());
                    return Err(SchemaError::Unsupported { entity, field, from, to: wanted });
                }
                None => {
                    let change = SchemaChange::AddColumn {
                        entity: layout.entity.clone(),
                        lines: lines.cloned(),
                        field: column.field.clone(),
                    };
                    plan.push(change, self.add(layout, lines, table, column));
                }
            }
        }
        Ok(())
    }

    fn add(&self, layout: &Layout, lines: Option<&Name>, table: &str, column: &Column) -> Vec<Sql> {
        let add = |name: &str, storage| {
            let mut sql = Sql::default();
            sql.text("alter table ").name(table).text(" add column ").name(name).text(" ");
            sql.text(self.dialect.column_type(storage));
            sql
        };
        let mut statements = vec![add(&column.name, column.storage)];
        statements.extend(column.key.iter().map(|key| add(key, crate::layout::Storage::Text)));
        statements.push(note(&layout.entity, lines, table, column));
        statements
    }

    fn column(&self, sql: &mut Sql, column: &Column, must: bool) {
        sql.text(", ").name(&column.name).text(" ").text(self.dialect.column_type(column.storage));
        if must {
            sql.text(" not null");
        }
        if let Some(key) = &column.key {
            sql.text(", ").name(key).text(" ").text(self.dialect.column_type(crate::layout::Storage::Text));
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
            if names.insert(name.clone()) && !self.present.indexes.contains_key(&name) {
                let change = SchemaChange::CreateIndex { entity: layout.entity.clone(), fields, unique };
                plan.push(change, vec![self.index(&name, unique, table, &columns)]);
            }
        }
        let tables: Vec<&str> =
            [layout.table.as_str()].into_iter().chain(layout.lines.values().map(|l| l.table.as_str())).collect();
        let mut gone: Vec<&String> = self
            .present
            .indexes
            .iter()
            .filter(|(name, table)| tables.contains(&table.as_str()) && !names.contains(*name))
            .map(|(name, _)| name)
            .collect();
        gone.sort_unstable();
        for name in gone {
            let mut sql = Sql::default();
            sql.text("drop index ").name(name);
            plan.push(SchemaChange::DropIndex { name: name.clone() }, vec![sql]);
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

fn note(entity: &Name, lines: Option<&Name>, table: &str, column: &Column) -> Sql {
    Sql::fixed(
        "insert into sys_columns (entity, lines, field, table_name, column_name, kind, scale) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(entity)
    .bind(lines.map_or("", |l| l.as_str()))
    .bind(&column.field)
    .bind(table)
    .bind(&column.name)
    .bind(stored_kind(column))
    .bind(i64::from(column.scale))
}
