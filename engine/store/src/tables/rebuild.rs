//! Tables whose values are converted while people work: new columns beside the old ones, filled in slices; then the
//! version that reads them, all at once.
//!
//! While they are filled, the old version is in force, and a trigger notes every record that people write, so that it is
//! converted again. The new version is put in force in the transaction that finds no such record left. From then on a
//! fence, a trigger too, refuses what was decided by the old version: every row says by which version it was written
//! (`written__`). Who is refused takes up the new version and decides anew. Old columns can be read until everybody has
//! done so, and are then kept aside.

use std::{collections::HashSet, sync::Arc};

use indexmap::IndexMap;
use kernel::{Line, Name, Record, Value};
use uuid::Uuid;

use super::{
    Entities, Rebuilt, SchemaChange,
    apply::{drop_indexes, lock},
    plan::{Step, plan},
};
use crate::{
    DefinitionsVersion, Error, Lease, Priority, PublicationRow, Schema, SchemaError, Store,
    commit::{pieces, push, write_row},
    connection::Connection,
    dialect::Dialect,
    layout::{Column, LINE_RECORD, Layout, LinesLayout, short},
    sql::{Bind, Sql},
    system::{insert_definitions, insert_publication, note_publication},
};

/// A fence that nobody has to take down.
const FOR_GOOD: i64 = i64::MAX;

/// What a record becomes.
#[derive(Clone, Debug, PartialEq)]
pub struct RebuiltRow {
    /// The record.
    pub id: Uuid,
    /// The version at which it was read; it is left alone if that has passed.
    pub version: i64,
    /// Fields of the header.
    pub header: IndexMap<Name, Value>,
    /// Fields of lines.
    pub lines: IndexMap<Name, Vec<Line>>,
}

/// An index that is to be made.
#[derive(Clone, Debug)]
pub struct NewIndex {
    /// The entity.
    pub entity: Name,
    /// The fields.
    pub fields: Vec<Name>,
    /// Whether no two records may share them.
    pub unique: bool,
    name: String,
    statement: Sql,
}

/// What became of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sliced {
    /// So many rows were written; the others were changed by people meanwhile.
    Written(usize),
    /// The publication is another process's, or over.
    Lost,
}

/// What became of putting a version in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flipped {
    /// It is in force.
    Done,
    /// So many records were changed by people and must be converted first.
    Touched(usize),
    /// The publication is another process's, or over.
    Lost,
}

impl Store {
    /// Begins a publication: makes new tables and columns, and has noted what people write from now on to the records of
    /// `entities` (by the definitions of now). False if another publication is open.
    pub async fn begin_rebuild(
        &self,
        now: &dyn Schema,
        entities: &[Name],
        row: PublicationRow,
        lease: Lease,
        next: &Entities,
        rebuilt: &Rebuilt,
    ) -> Result<bool, SchemaError> {
        let tables = self.header_tables(now, entities)?;
        let work = Arc::new((tables, row, next.clone(), rebuilt.clone()));
        let begun = self
            .write(Priority::People, move |connection| {
                let work = work.clone();
                Box::pin(async move {
                    let (tables, row, next, rebuilt) = &*work;
                    lock(connection).await?;
                    let latest = Sql::fixed("select coalesce(max(version), 0) from sys_definitions");
                    let actual = connection.row(latest).await?.map_or(Ok(0), |row| row.get(0))?;
                    if actual != row.base {
                        return Err(SchemaError::Outdated { expected: row.base, actual });
                    }
                    if !insert_publication(connection, row, lease).await? {
                        return Ok(false);
                    }
                    let plan = plan(connection, row.base + 1, next, rebuilt).await?;
                    connection.batch(plan.notes.clone()).await?;
                    let made: HashSet<&Name> = plan.steps.iter().filter_map(|s| created(&s.change)).collect();
                    for step in plan.steps.iter().filter(|step| is_first(&step.change, &made)) {
                        for sql in &step.statements {
                            connection.execute(sql.clone()).await?;
                        }
                    }
                    for table in tables {
                        drop_triggers(connection, connection.dialect(), table).await?;
                        for sql in watch(connection.dialect(), table, row.base + 1) {
                            connection.execute(sql).await?;
                        }
                    }
                    Ok(true)
                })
            })
            .await?;
        self.refresh().await?;
        Ok(begun)
    }

    fn header_tables(&self, schema: &dyn Schema, entities: &[Name]) -> Result<Vec<String>, Error> {
        let mut tables = Vec::new();
        for entity in entities {
            tables.push(self.layouts().get(schema, entity)?.table.clone());
        }
        // In one order, so that two who lock them do not wait for each other.
        tables.sort_unstable();
        Ok(tables)
    }

    /// The records after `after`, in the order of their ids, with their lines; those in the trash too.
    pub async fn records_after(
        &self,
        schema: &dyn Schema,
        entity: &str,
        after: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<Record>, Error> {
        let layout = self.layouts().get(schema, entity)?;
        let mut sql = Sql::default();
        sql.text("select id from ").name(&layout.table);
        if let Some(after) = after {
            sql.text(" where id > ").value(after);
        }
        sql.text(" order by id limit ").value(i64::from(limit));
        let ids = self.rows(sql).await?.iter().map(|row| row.get(0)).collect::<Result<Vec<Uuid>, Error>>()?;
        self.records(schema, entity, &ids).await
    }

    /// How many records there are, those in the trash too.
    pub async fn count_all(&self, schema: &dyn Schema, entity: &str) -> Result<i64, Error> {
        let mut sql = Sql::default();
        sql.text("select count(*) from ").name(&self.layouts().get(schema, entity)?.table);
        self.row(sql).await?.map_or(Ok(0), |row| row.get(0))
    }

    /// Records that people have written since they were converted.
    pub async fn touched(&self, schema: &dyn Schema, entity: &str, limit: u32) -> Result<Vec<Uuid>, Error> {
        let layout = self.layouts().get(schema, entity)?;
        let sql = Sql::fixed("select record from sys_touched where table_name = $1 order by record limit $2")
            .bind(&layout.table)
            .bind(limit);
        self.rows(sql).await?.iter().map(|row| row.get(0)).collect()
    }

    /// Writes a slice of converted records, and how far the publication is with it. What people changed meanwhile is left
    /// alone. Nothing else of a record changes: neither its version nor when it was changed.
    pub async fn write_slice(
        &self,
        next: &dyn Schema,
        entity: &str,
        rows: Vec<RebuiltRow>,
        lease: Lease,
        state: &serde_json::Value,
    ) -> Result<Sliced, Error> {
        let layout = self.layouts().get(next, entity)?;
        let work = Arc::new((layout, rows, note_publication(lease, "running", state)));
        self.write(Priority::Bulk, move |connection| {
            let work = work.clone();
            Box::pin(async move {
                let (layout, rows, note) = &*work;
                if connection.execute(note.clone()).await? == 0 {
                    return Ok(Sliced::Lost);
                }
                let mut written = 0;
                for rows in rows.chunk_by(|a, b| a.header.keys().eq(b.header.keys())) {
                    written += slice(connection, layout, rows).await?;
                }
                Ok(Sliced::Written(written))
            })
        })
        .await
    }

    /// Has writers of the old version wait for so long, so that what they wrote before can be converted to the last.
    /// They are let through again by themselves if nothing comes of it.
    pub async fn raise_fence(
        &self,
        now: &dyn Schema,
        entities: &[Name],
        version: i64,
        millis: i64,
    ) -> Result<(), Error> {
        let tables = self.header_tables(now, entities)?;
        self.write(Priority::People, move |connection| {
            let tables = tables.clone();
            Box::pin(async move {
                let dialect = connection.dialect();
                let fences = tables.iter().map(|table| fence(dialect, table, version, Some(millis)));
                connection.batch(fences.collect()).await.map(drop)
            })
        })
        .await
    }

    /// Puts the version of a publication in force, if no record was left behind.
    pub async fn flip(
        &self,
        now: &dyn Schema,
        entities: &[Name],
        base: i64,
        definitions: DefinitionsVersion,
        lease: Lease,
        state: &serde_json::Value,
    ) -> Result<Flipped, SchemaError> {
        let tables = self.header_tables(now, entities)?;
        let work = Arc::new((tables, definitions, note_publication(lease, "in_force", state)));
        let flipped = self
            .write(Priority::People, move |connection| {
                let work = work.clone();
                Box::pin(async move {
                    let (tables, definitions, note) = &*work;
                    lock(connection).await?;
                    let dialect = connection.dialect();
                    for table in tables.iter().filter(|_| dialect == Dialect::Postgres) {
                        // Waits for those who write, and has others wait; who reads goes on.
                        let mut sql = Sql::default();
                        sql.text("lock table ").name(table).text(" in share row exclusive mode");
                        connection.execute(sql).await?;
                    }
                    let mut left = 0;
                    for table in tables {
                        let sql = Sql::fixed("select count(*) from sys_touched where table_name = $1").bind(table);
                        left += connection.row(sql).await?.map_or(Ok(0), |row| row.get::<i64>(0))?;
                    }
                    if left > 0 {
                        return Ok(Flipped::Touched(usize::try_from(left).unwrap_or_default()));
                    }
                    let latest = Sql::fixed("select coalesce(max(version), 0) from sys_definitions");
                    let actual = connection.row(latest).await?.map_or(Ok(0), |row| row.get(0))?;
                    if actual != base {
                        return Err(SchemaError::Outdated { expected: base, actual });
                    }
                    if connection.execute(note.clone()).await? == 0 {
                        return Ok(Flipped::Lost);
                    }
                    for table in tables {
                        connection.execute(fence(dialect, table, base + 1, None)).await?;
                    }
                    connection.execute(insert_definitions(base + 1, definitions)).await?;
                    Ok(Flipped::Done)
                })
            })
            .await?;
        self.refresh().await?;
        Ok(flipped)
    }

    /// Takes down what a publication has put up, once nobody works with an older version any more; and the indexes that
    /// the definitions in force do not ask for.
    pub async fn contract(&self, current: &Entities, version: i64) -> Result<(), SchemaError> {
        let work = Arc::new(current.clone());
        self.write(Priority::Bulk, move |connection| {
            let entities = work.clone();
            Box::pin(async move {
                lock(connection).await?;
                let dialect = connection.dialect();
                // Its triggers may be on the same tables.
                let running = "select count(*) from sys_publications where is_open = 1";
                if connection.row(Sql::fixed(running)).await?.map_or(Ok(0), |row| row.get::<i64>(0))? > 0 {
                    return Ok(());
                }
                let sql = Sql::fixed("select table_name from sys_fences where version <= $1").bind(version);
                let fenced: Vec<String> =
                    connection.rows(sql).await?.iter().map(|row| row.get(0)).collect::<Result<_, Error>>()?;
                for table in &fenced {
                    unwatch(connection, dialect, table).await?;
                }
                let plan = plan(connection, version, &entities, &Rebuilt::new()).await?;
                drop_indexes(connection, &plan).await?;
                Ok::<_, SchemaError>(())
            })
        })
        .await
    }

    /// Whether something of an earlier publication is still up, or an index is too many.
    pub async fn has_to_contract(&self, current: &Entities, version: i64) -> Result<bool, SchemaError> {
        let sql = Sql::fixed("select count(*) from sys_fences where version <= $1").bind(version);
        let fences: i64 = self.row(sql).await?.map_or(Ok(0), |row| row.get(0))?;
        if fences > 0 {
            return Ok(true);
        }
        let mut connection = self.read().await?;
        let plan = plan(&mut connection, version, current, &Rebuilt::new()).await?;
        Ok(!plan.drops.is_empty())
    }

    /// Ends a publication that does not come into force: nothing is noted any more, new columns are left aside.
    pub async fn abandon(
        &self,
        now: &dyn Schema,
        entities: &[Name],
        base: i64,
        lease: Lease,
        status: &str,
        state: &serde_json::Value,
    ) -> Result<bool, SchemaError> {
        let tables = self.header_tables(now, entities)?;
        let work = Arc::new((tables, note_publication(lease, status, state)));
        let ended = self
            .write(Priority::People, move |connection| {
                let work = work.clone();
                Box::pin(async move {
                    let (tables, note) = &*work;
                    lock(connection).await?;
                    let dialect = connection.dialect();
                    if connection.execute(note.clone()).await? == 0 {
                        return Ok(false);
                    }
                    for table in tables {
                        unwatch(connection, dialect, table).await?;
                    }
                    // The columns are there; under a name that no field can have they are in nobody's way.
                    let names = "delete from sys_columns where since > $1 and column_name = ''";
                    connection.execute(Sql::fixed(names).bind(base)).await?;
                    let aside =
                        "update sys_columns set field = '!' || table_name || '.' || column_name where since > $1";
                    connection.execute(Sql::fixed(aside).bind(base)).await?;
                    Ok::<_, SchemaError>(true)
                })
            })
            .await?;
        self.refresh().await?;
        Ok(ended)
    }

    /// Indexes that a version needs and that are not there.
    pub async fn missing_indexes(
        &self,
        version: i64,
        next: &Entities,
        rebuilt: &Rebuilt,
    ) -> Result<Vec<NewIndex>, SchemaError> {
        let mut connection = self.read().await?;
        let plan = plan(&mut connection, version, next, rebuilt).await?;
        Ok(plan.steps.into_iter().filter_map(new_index).collect())
    }

    /// Makes an index. PostgreSQL does without stopping writers; SQLite's one writer does nothing else meanwhile.
    pub async fn make_index(&self, index: &NewIndex) -> Result<(), SchemaError> {
        let made = match self.dialect() {
            Dialect::Sqlite => {
                let sql = index.statement.clone();
                self.write(Priority::Bulk, move |connection| {
                    let sql = sql.clone();
                    Box::pin(async move { connection.execute(sql).await.map(drop) })
                })
                .await
            }
            Dialect::Postgres => self.make_concurrently(index).await,
        };
        made.map_err(|error| match error {
            Error::Database(cause) if cause.as_database_error().is_some_and(|e| e.is_unique_violation()) => {
                SchemaError::Duplicates { entity: index.entity.clone(), fields: index.fields.clone() }
            }
            other => other.into(),
        })
    }

    async fn make_concurrently(&self, index: &NewIndex) -> Result<(), Error> {
        let mut connection = self.read().await?;
        let mut drop_it = Sql::default();
        drop_it.text("drop index concurrently if exists ").name(&index.name);
        // One that was broken off is there, but of no use.
        let broken = Sql::fixed(
            "select 1 from pg_index i join pg_class c on c.oid = i.indexrelid \
             where c.relname = $1 and c.relnamespace = to_regnamespace(current_schema()) and not i.indisvalid",
        )
        .bind(&index.name);
        if connection.row(broken).await?.is_some() {
            connection.execute(drop_it.clone()).await?;
        }
        let text = index.statement.text.replacen("index ", "index concurrently if not exists ", 1);
        let mut create = Sql::default();
        create.text(&text);
        let made = connection.execute(create).await;
        if made.is_err() {
            connection.execute(drop_it).await?;
        }
        made.map(drop)
    }

    /// Records that share what no two may share, by their ids and titles; at most `limit`.
    pub async fn sharing(
        &self,
        schema: &dyn Schema,
        entity: &str,
        fields: &[Name],
        limit: u32,
    ) -> Result<Vec<(Uuid, String)>, Error> {
        let layout = self.layouts().get(schema, entity)?;
        let columns = super::header_columns(&layout, fields)?;
        let mut sql = Sql::default();
        sql.text("select t.id, t.title from ").name(&layout.table).text(" t join (select ");
        sql.list(&columns, ", ", |sql, column| {
            sql.name(column);
        });
        sql.text(" from ").name(&layout.table).text(" where deleted_at is null");
        for column in &columns {
            sql.text(" and ").name(column).text(" is not null");
        }
        sql.text(" group by ").list(&columns, ", ", |sql, column| {
            sql.name(column);
        });
        sql.text(" having count(*) > 1 limit ").value(i64::from(limit)).text(") s on ");
        sql.list(&columns, " and ", |sql, column| {
            sql.column("t", column).text(" = ").column("s", column);
        });
        sql.text(" where t.deleted_at is null order by ").list(&columns, ", ", |sql, column| {
            sql.column("t", column);
        });
        sql.text(", t.id limit ").value(i64::from(limit));
        self.rows(sql).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
    }
}

fn created(change: &SchemaChange) -> Option<&Name> {
    if let SchemaChange::CreateTable { entity, lines: None } = change { Some(entity) } else { None }
}

/// Whether a change is made at the beginning: new tables with all that belongs to them, and columns.
fn is_first(change: &SchemaChange, made: &HashSet<&Name>) -> bool {
    match change {
        SchemaChange::CreateTable { .. } | SchemaChange::AddColumn { .. } | SchemaChange::Rename { .. } => true,
        SchemaChange::CreateIndex { entity, .. } => made.contains(entity),
        SchemaChange::DropIndex { .. } => false,
    }
}

fn new_index(step: Step) -> Option<NewIndex> {
    let SchemaChange::CreateIndex { entity, fields, unique } = step.change else { return None };
    let statement = step.statements.into_iter().next()?;
    let name = statement.text.split('"').nth(1)?.to_owned();
    Some(NewIndex { entity, fields, unique, name, statement })
}

async fn slice(connection: &mut Connection, layout: &Layout, rows: &[RebuiltRow]) -> Result<usize, Error> {
    let dialect = connection.dialect();
    let mut there: HashSet<Uuid> = HashSet::new();
    let width = 2 + rows.first().map_or(0, |row| row.header.len() * 2);
    for piece in pieces(rows, width, dialect.most_binds()) {
        let sql = headers(dialect, layout, piece)?;
        for row in connection.rows(sql).await? {
            there.insert(row.get(0)?);
        }
    }
    let mut rest = Vec::new();
    for (name, lines) in &layout.lines {
        let of =
            rows.iter().filter(|row| there.contains(&row.id)).filter_map(|row| Some((row.id, row.lines.get(name)?)));
        let of: Vec<(Uuid, &Line)> = of.flat_map(|(id, lines)| lines.iter().map(move |line| (id, line))).collect();
        line_rows(dialect, layout, lines, &of, &mut rest)?;
    }
    let done: Vec<&RebuiltRow> = rows.iter().filter(|row| there.contains(&row.id)).collect();
    for row in done {
        let sql = Sql::fixed("delete from sys_touched where table_name = $1 and record = $2 and version = $3")
            .bind(&layout.table)
            .bind(row.id)
            .bind(row.version);
        rest.push(sql);
    }
    connection.batch(rest).await?;
    Ok(there.len())
}

/// Writes headers and gives the ids of those that stood still.
fn headers(dialect: Dialect, layout: &Layout, rows: &[RebuiltRow]) -> Result<Sql, Error> {
    let mut columns: Vec<&Column> = Vec::new();
    for field in rows.iter().take(1).flat_map(|row| row.header.keys()) {
        columns.push(layout.columns.get(field).ok_or_else(|| unknown(layout, field))?);
    }
    let mut values = Vec::with_capacity(rows.len());
    for row in rows {
        let mut binds = vec![Bind::Uuid(row.id), Bind::Int(row.version)];
        for column in &columns {
            let value = row.header.get(&column.field).unwrap_or(&Value::Null);
            push(dialect, &layout.entity, "", column, value, &mut binds)?;
        }
        values.push(binds);
    }
    let names: Vec<&str> =
        columns.iter().flat_map(|c| [Some(&c.name), c.key.as_ref()]).flatten().map(String::as_str).collect();
    let mut sql = Sql::default();
    sql.text("with new (id, version__");
    for name in &names {
        sql.text(", ").name(name);
    }
    sql.text(") as (values ").list(&values, ", ", |sql, row| write_row(sql, row)).text(") ");
    let guard = |sql: &mut Sql| {
        sql.name(&layout.table).text(".id = new.id and ").name(&layout.table).text(".version = new.version__");
    };
    if names.is_empty() {
        sql.text("select ").name(&layout.table).text(".id from ").name(&layout.table).text(" join new on ");
        guard(&mut sql);
        if dialect == Dialect::Postgres {
            sql.text(" for update of ").name(&layout.table);
        }
        return Ok(sql);
    }
    sql.text("update ").name(&layout.table).text(" set ").list(&names, ", ", |sql, name| {
        sql.name(name).text(" = new.").name(name);
    });
    sql.text(" from new where ");
    guard(&mut sql);
    // Without the table's name before it, which SQLite does not take here; it cannot mean another.
    sql.text(" returning ").name(&layout.table).text(".id");
    if dialect == Dialect::Sqlite {
        let ending = format!("returning \"{}\".id", layout.table);
        let plain = sql.text.replace(&ending, "returning id");
        sql.text = plain.into();
    }
    Ok(sql)
}

fn line_rows(
    dialect: Dialect,
    layout: &Layout,
    lines: &LinesLayout,
    rows: &[(Uuid, &Line)],
    statements: &mut Vec<Sql>,
) -> Result<(), Error> {
    for rows in rows.chunk_by(|a, b| a.1.fields.keys().eq(b.1.fields.keys())) {
        let Some((_, first)) = rows.first() else { continue };
        let mut columns: Vec<&Column> = Vec::new();
        for field in first.fields.keys() {
            columns.push(lines.columns.get(field).ok_or_else(|| unknown(layout, field))?);
        }
        if columns.is_empty() {
            continue;
        }
        let names: Vec<&str> =
            columns.iter().flat_map(|c| [Some(&c.name), c.key.as_ref()]).flatten().map(String::as_str).collect();
        let mut values = Vec::with_capacity(rows.len());
        for (record, line) in rows {
            let mut binds = vec![Bind::Uuid(line.id), Bind::Uuid(*record)];
            for column in &columns {
                let value = line.fields.get(&column.field).unwrap_or(&Value::Null);
                push(dialect, &layout.entity, &lines.name, column, value, &mut binds)?;
            }
            values.push(binds);
        }
        for piece in pieces(&values, names.len() + 2, dialect.most_binds()) {
            let mut sql = Sql::default();
            sql.text("with new (id, record__");
            for name in &names {
                sql.text(", ").name(name);
            }
            sql.text(") as (values ").list(piece, ", ", |sql, row| write_row(sql, row)).text(") update ");
            sql.name(&lines.table).text(" set ").list(&names, ", ", |sql, name| {
                sql.name(name).text(" = new.").name(name);
            });
            sql.text(" from new where ").name(&lines.table).text(".id = new.id and ").name(&lines.table).text(".");
            sql.name(LINE_RECORD).text(" = new.record__");
            statements.push(sql);
        }
    }
    Ok(())
}

fn unknown(layout: &Layout, field: &Name) -> Error {
    Error::UnknownField { entity: layout.entity.clone(), path: field.to_string() }
}

fn trigger(kind: &str, table: &str) -> String {
    let start = format!("tg__{kind}__");
    format!("{start}{}", short(table, start.len()))
}

/// Statements after which what people write to a table is noted, and a fence is held to.
fn watch(dialect: Dialect, table: &str, version: i64) -> Vec<Sql> {
    let name = |kind: &str| trigger(kind, table);
    let mut statements = Vec::new();
    let mut say = |write: &dyn Fn(&mut Sql)| {
        let mut sql = Sql::default();
        write(&mut sql);
        statements.push(sql);
    };
    let version = version.to_string();
    match dialect {
        Dialect::Sqlite => {
            let literal = format!("'{}'", table.replace('\'', "''"));
            let touch = format!(
                " begin insert into sys_touched (table_name, record, version) values ({literal}, new.id, new.version) \
                 on conflict (table_name, record) do update set version = excluded.version; end"
            );
            let refuse = format!(
                " begin select raise(abort, 'portolan: outdated') where exists (select 1 from sys_fences f \
                 where f.table_name = {literal} and f.version > coalesce(new.written__, 0) \
                 and f.until > cast(unixepoch('subsec') * 1000 as integer)); end"
            );
            say(&|sql| {
                sql.text("create trigger ").name(&name("new")).text(" after insert on ").name(table).text(&touch);
            });
            say(&|sql| {
                sql.text("create trigger ").name(&name("old")).text(" after update on ").name(table);
                sql.text(" when new.version is not old.version").text(&touch);
            });
            say(&|sql| {
                sql.text("create trigger ").name(&name("fence")).text(" before insert on ").name(table);
                sql.text(" when coalesce(new.written__, 0) < ").text(&version).text(&refuse);
            });
            say(&|sql| {
                sql.text("create trigger ").name(&name("guard")).text(" before update on ").name(table);
                sql.text(" when new.version is not old.version and coalesce(new.written__, 0) < ").text(&version);
                sql.text(&refuse);
            });
        }
        Dialect::Postgres => {
            say(&|sql| {
                sql.text("create trigger ").name(&name("new")).text(" after insert on ").name(table);
                sql.text(" for each row execute function sys_touch()");
            });
            say(&|sql| {
                sql.text("create trigger ").name(&name("old")).text(" after update on ").name(table);
                sql.text(" for each row when (new.version is distinct from old.version) execute function sys_touch()");
            });
            say(&|sql| {
                sql.text("create trigger ").name(&name("fence")).text(" before insert on ").name(table);
                sql.text(" for each row when (coalesce(new.written__, 0) < ").text(&version);
                sql.text(") execute function sys_fence()");
            });
            say(&|sql| {
                sql.text("create trigger ").name(&name("guard")).text(" before update on ").name(table);
                sql.text(
                    " for each row when (new.version is distinct from old.version and coalesce(new.written__, 0) < ",
                );
                sql.text(&version).text(") execute function sys_fence()");
            });
        }
    }
    statements
}

async fn drop_triggers(connection: &mut Connection, dialect: Dialect, table: &str) -> Result<(), Error> {
    for kind in ["new", "old", "fence", "guard"] {
        let mut sql = Sql::default();
        sql.text("drop trigger if exists ").name(&trigger(kind, table));
        if dialect == Dialect::Postgres {
            sql.text(" on ").name(table);
        }
        connection.execute(sql).await?;
    }
    Ok(())
}

async fn unwatch(connection: &mut Connection, dialect: Dialect, table: &str) -> Result<(), Error> {
    drop_triggers(connection, dialect, table).await?;
    for text in ["delete from sys_fences where table_name = $1", "delete from sys_touched where table_name = $1"] {
        connection.execute(Sql::fixed(text).bind(table)).await?;
    }
    Ok(())
}

/// A fence, for some time by the database's clock or for good.
fn fence(dialect: Dialect, table: &str, version: i64, millis: Option<i64>) -> Sql {
    let mut sql = Sql::default();
    sql.text("insert into sys_fences (table_name, version, until) values (").value(table).text(", ").value(version);
    sql.text(", ");
    match (millis, dialect) {
        (None, _) => sql.value(FOR_GOOD),
        (Some(millis), Dialect::Sqlite) => sql.text("cast(unixepoch('subsec') * 1000 as integer) + ").value(millis),
        (Some(millis), Dialect::Postgres) => {
            sql.text("cast(extract(epoch from clock_timestamp()) * 1000 as bigint) + ").value(millis)
        }
    };
    sql.text(") on conflict (table_name) do update set version = excluded.version, until = excluded.until");
    sql
}
