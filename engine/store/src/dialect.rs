//! Everything in which the two databases differ: types of columns, forms of values, and the few clauses that have no
//! common text.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate};
use kernel::{Value, field::Part};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::{
    Error,
    commit::beside,
    connection::{Row, from_millis},
    layout::{Column, Storage},
    sql::{Bind, BindType, Sql},
};

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// The type of a column. SQLite keeps decimals as whole numbers of the last stored digit, since it has none.
    pub(crate) fn column_type(self, storage: Storage) -> &'static str {
        match (self, storage) {
            (Self::Sqlite, Storage::Text | Storage::Date | Storage::List | Storage::Ids | Storage::Parts) => "text",
            (Self::Sqlite, Storage::Integer | Storage::Decimal | Storage::Boolean | Storage::Datetime) => "integer",
            (Self::Sqlite, Storage::Id) => "blob",
            // Binary order, as on SQLite: sort keys are made for it, and everything else is compared for equality.
            (Self::Postgres, Storage::Text) => "text collate \"C\"",
            (Self::Postgres, Storage::Integer) => "bigint",
            (Self::Postgres, Storage::Decimal) => "numeric",
            (Self::Postgres, Storage::Boolean) => "boolean",
            (Self::Postgres, Storage::Date) => "date",
            (Self::Postgres, Storage::Datetime) => "timestamptz",
            (Self::Postgres, Storage::List | Storage::Ids | Storage::Parts) => "jsonb",
            (Self::Postgres, Storage::Id) => "uuid",
        }
    }

    /// The form in which a column takes a value; none if it does not fit, by type or by size.
    pub(crate) fn encode(self, column: &Column, value: &Value) -> Option<Bind> {
        if value.is_null() {
            return Some(self.null(column.storage));
        }
        Some(match (column.storage, value) {
            // PostgreSQL has no character 0 in text, so no database takes it.
            (Storage::Text, Value::Text(text)) if !text.contains('\0') => Bind::Text(text.to_string()),
            (Storage::Integer, _) => Bind::Int(whole(value.as_decimal()?)?),
            (Storage::Decimal, _) => {
                let stored = stored(value.as_decimal()?, column.scale)?;
                match self {
                    Self::Sqlite => Bind::Int(scaled(stored, column.scale)?),
                    Self::Postgres => Bind::Decimal(stored),
                }
            }
            (Storage::Boolean, Value::Bool(value)) => Bind::Bool(*value),
            (Storage::Date, Value::Date(date)) => match self {
                Self::Sqlite => Bind::Text(date.to_string()),
                Self::Postgres => Bind::Date(*date),
            },
            (Storage::Datetime, Value::Datetime(time)) => match self {
                Self::Sqlite => Bind::millis(*time),
                Self::Postgres => Bind::Time(DateTime::from_timestamp_millis(time.timestamp_millis())?),
            },
            (Storage::Id, Value::Id(id)) => Bind::Uuid(*id),
            (Storage::List | Storage::Ids, Value::List(_)) | (Storage::Parts, Value::Map(_)) => {
                let json = value.to_json();
                match self {
                    Self::Sqlite => Bind::json_text(&json),
                    Self::Postgres => Bind::Json(json),
                }
            }
            _ => return None,
        })
    }

    /// A null of a column.
    pub(crate) fn null(self, storage: Storage) -> Bind {
        Bind::Null(match storage {
            Storage::Text => BindType::Text,
            Storage::Integer => BindType::Int,
            Storage::Decimal => BindType::Decimal,
            Storage::Boolean => BindType::Bool,
            Storage::Date => BindType::Date,
            Storage::Datetime => BindType::Time,
            Storage::Id => BindType::Uuid,
            Storage::List | Storage::Ids | Storage::Parts => BindType::Json,
        })
    }

    /// Reads a value back.
    pub(crate) fn decode(self, column: &Column, row: &Row, position: usize) -> Result<Value, Error> {
        let bad = |why: String| Error::Corrupt { what: "a field", why: format!("{}: {why}", column.field) };
        Ok(match column.storage {
            Storage::Text => row.get::<Option<String>>(position)?.map_or(Value::Null, Value::text),
            Storage::Integer => row.get::<Option<i64>>(position)?.map_or(Value::Null, Value::Integer),
            Storage::Boolean => row.get::<Option<bool>>(position)?.map_or(Value::Null, Value::Bool),
            Storage::Id => row.get::<Option<uuid::Uuid>>(position)?.map_or(Value::Null, Value::Id),
            Storage::Decimal => match row {
                Row::Sqlite(_) => row.get::<Option<i64>>(position)?.map_or(Value::Null, |units| {
                    Value::Decimal(Decimal::from_i128_with_scale(units.into(), column.scale))
                }),
                Row::Postgres(row) => sqlx::Row::try_get::<Option<Decimal>, _>(row, position)?
                    .map_or(Value::Null, |decimal| Value::Decimal(stored(decimal, column.scale).unwrap_or(decimal))),
            },
            Storage::Date => match row {
                Row::Sqlite(_) => match row.get::<Option<String>>(position)? {
                    Some(text) => Value::Date(text.parse::<NaiveDate>().map_err(|e| bad(e.to_string()))?),
                    None => Value::Null,
                },
                Row::Postgres(row) => {
                    sqlx::Row::try_get::<Option<_>, _>(row, position)?.map_or(Value::Null, Value::Date)
                }
            },
            Storage::Datetime => match row {
                Row::Sqlite(_) => match row.get::<Option<i64>>(position)? {
                    Some(millis) => Value::Datetime(from_millis(millis)?),
                    None => Value::Null,
                },
                Row::Postgres(row) => {
                    sqlx::Row::try_get::<Option<_>, _>(row, position)?.map_or(Value::Null, Value::Datetime)
                }
            },
            Storage::List | Storage::Ids | Storage::Parts => {
                let json: Option<serde_json::Value> = match row {
                    Row::Sqlite(_) => match row.get::<Option<String>>(position)? {
                        Some(text) => Some(serde_json::from_str(&text).map_err(|e| bad(e.to_string()))?),
                        None => None,
                    },
                    Row::Postgres(row) => sqlx::Row::try_get(row, position)?,
                };
                match json {
                    Some(serde_json::Value::Array(items)) if column.storage == Storage::Ids => {
                        let ids = items.iter().filter_map(|i| i.as_str()?.parse().ok());
                        Value::List(ids.map(Value::Id).collect())
                    }
                    Some(serde_json::Value::Array(items)) => {
                        Value::List(items.iter().filter_map(|i| i.as_str()).map(Value::text).collect())
                    }
                    Some(serde_json::Value::Object(of)) => Value::Map(parts(column, &of)),
                    Some(other) => return Err(bad(other.to_string())),
                    None => Value::Null,
                }
            }
        })
    }

    /// Where nulls go, so that they are the smallest on both.
    pub(crate) fn order(self, descending: bool) -> &'static str {
        match (self, descending) {
            (Self::Sqlite, false) => " asc",
            (Self::Sqlite, true) => " desc",
            (Self::Postgres, false) => " asc nulls first",
            (Self::Postgres, true) => " desc nulls last",
        }
    }

    /// What stands before a statement whose plan is asked for.
    pub(crate) fn explain(self) -> &'static str {
        match self {
            Self::Sqlite => "explain query plan ",
            Self::Postgres => "explain (costs off) ",
        }
    }

    /// A line of a plan.
    pub(crate) fn explained(self, row: &Row) -> Result<String, Error> {
        row.get(if self == Self::Sqlite { 3 } else { 0 })
    }

    /// The key column of a new table that the id index is not: search entries of SQLite are found by it.
    pub(crate) fn row_key(self) -> &'static str {
        match self {
            Self::Sqlite => "rowid__ integer primary key not null, id blob not null unique",
            Self::Postgres => "id uuid primary key not null",
        }
    }

    /// What closes a `create table`.
    pub(crate) fn table_end(self) -> &'static str {
        match self {
            Self::Sqlite => ") strict",
            Self::Postgres => ")",
        }
    }

    /// Writes the place at which a key's fold holds a text, 0 if it does not.
    pub(crate) fn position(self, sql: &mut Sql, key: impl Fn(&mut Sql), text: &str) {
        let function = match self {
            Self::Sqlite => "instr(",
            Self::Postgres => "strpos(",
        };
        // A key may begin with what it sorts by; the fold stands behind a mark, or is the whole.
        sql.text(function).text("substr(");
        key(sql);
        sql.text(", ").text(function);
        key(sql);
        sql.text(", ").value(crate::text::PART).text(") + 1), ").value(text).text(")");
    }

    /// The condition that a list column holds a value.
    pub(crate) fn has(self, sql: &mut Sql, alias: &str, column: &Column, value: &str) {
        let (name, value) = match &column.key {
            Some(key) => (key, Cow::from(crate::text::folded(value))),
            None => (&column.name, Cow::from(value)),
        };
        match self {
            Self::Sqlite => {
                sql.text("exists (select 1 from json_each(").column(alias, name);
                sql.text(") j where j.value = ").value(&*value).text(")");
            }
            Self::Postgres => {
                sql.column(alias, name).text(if column.key.is_some() { "::jsonb @> " } else { " @> " });
                sql.value(Bind::Json(serde_json::json!([value])));
            }
        }
    }

    /// Writes a part of a value: of a text what it says, or its key; of a number the form in which it is compared.
    pub(crate) fn part(self, sql: &mut Sql, alias: &str, column: &Column, part: &Part, key: bool) {
        let number = part.scale.is_some();
        match self {
            Self::Sqlite => {
                let name = if key || number { column.key.as_deref() } else { None };
                sql.text("json_extract(").column(alias, name.unwrap_or(&column.name));
                sql.text(", '$.").text(part.name).text("')");
            }
            Self::Postgres if key && !number => {
                sql.text("((").column(alias, column.key.as_deref().unwrap_or(&column.name));
                sql.text("::jsonb ->> '").text(part.name).text("') collate \"C\")");
            }
            Self::Postgres => {
                sql.text("(").column(alias, &column.name).text(" ->> '").text(part.name).text("')");
                if number {
                    sql.text("::numeric");
                }
            }
        }
    }

    /// The condition that the search finds all tokens in a record; `one_by_one` where the rows come in another order
    /// and each is looked up, instead of all that the search finds.
    pub(crate) fn search(self, sql: &mut Sql, alias: &str, search: &str, tokens: &[&str], one_by_one: bool) {
        match self {
            Self::Sqlite if one_by_one => {
                sql.text("exists (select 1 from ").name(search).text(" where ");
                self.matching(sql, search, tokens);
                sql.text(" and rowid = ").text(alias).text(".rowid__)");
            }
            Self::Sqlite => {
                sql.text(alias).text(".rowid__ in (select rowid from ").name(search).text(" where ");
                self.matching(sql, search, tokens);
                sql.text(")");
            }
            Self::Postgres => {
                let query = tokens.iter().map(|t| format!("'{}'", plain(t))).collect::<Vec<_>>().join(" & ");
                sql.column(alias, "search__").text(" @@ ").value(query).text("::tsquery");
            }
        }
    }

    /// The condition on SQLite's own search table.
    pub(crate) fn matching(self, sql: &mut Sql, search: &str, tokens: &[&str]) {
        let query = tokens.iter().map(|t| format!("\"{}\"", plain(t))).collect::<Vec<_>>().join(" AND ");
        sql.name(search).text(" match ").value(query);
    }

    /// The statement that notes what the search finds records by.
    pub(crate) fn index(self, table: &str, search: &str, records: &[(uuid::Uuid, Vec<String>)]) -> Sql {
        let mut sql = Sql::default();
        sql.text("with new (id, tokens) as (values ").list(records, ", ", |sql, (id, tokens)| {
            let tokens = tokens.iter().map(|t| plain(t)).filter(|t| !t.is_empty());
            sql.text("(").value(*id).text(", ");
            match self {
                Self::Sqlite => sql.value(tokens.collect::<Vec<_>>().join(" ")),
                Self::Postgres => sql.value(Bind::Texts(tokens.collect())),
            };
            sql.text(")");
        });
        match self {
            Self::Sqlite => {
                sql.text(") insert or replace into ").name(search).text(" (rowid, tokens) ");
                sql.text("select t.rowid__, new.tokens from new join ").name(table).text(" t on t.id = new.id");
            }
            Self::Postgres => {
                sql.text(") update ").name(table).text(" t set search__ = array_to_tsvector(new.tokens) from new ");
                sql.text("where t.id = new.id");
            }
        }
        sql
    }

    /// Statements beside `create table` that give an entity its search.
    pub(crate) fn create_search(self, table: &str, search: &str) -> Vec<Sql> {
        let mut sql = Sql::default();
        match self {
            Self::Sqlite => {
                // Tokens come cut; `ascii` only splits at spaces once every other sign has been written out.
                sql.text("create virtual table ").name(search);
                sql.text(" using fts5(tokens, content='', contentless_delete=1, detail=none, tokenize=\"ascii tokenchars '_'\")");
                vec![sql]
            }
            Self::Postgres => {
                let mut index = Sql::default();
                index.text("create index ").name(search).text(" on ").name(table).text(" using gin (search__)");
                sql.text("alter table ").name(table).text(" add column search__ tsvector");
                vec![sql, index]
            }
        }
    }

    /// The tables of entities that lack a column.
    pub(crate) fn tables_without(self, column: &str) -> Sql {
        Sql::fixed(match self {
            Self::Sqlite => {
                "select distinct c.table_name from sys_columns c where c.lines = '' and c.column_name <> '' \
                 and exists (select 1 from sqlite_master m where m.type = 'table' and m.name = c.table_name) \
                 and not exists (select 1 from pragma_table_info(c.table_name) p where p.name = $1)"
            }
            Self::Postgres => {
                "select distinct c.table_name from sys_columns c where c.lines = '' and c.column_name <> '' \
                 and to_regclass(quote_ident(c.table_name)) is not null and not exists (select 1 from pg_attribute a \
                 where a.attrelid = to_regclass(quote_ident(c.table_name)) and a.attname = $1 and not a.attisdropped)"
            }
        })
        .bind(column)
    }

    /// The names of the indexes that the store made on tables of entities.
    pub(crate) fn indexes(self) -> Sql {
        Sql::fixed(match self {
            Self::Sqlite => {
                "select name, tbl_name from sqlite_master where type = 'index' and (name like 'ix!_!_%' escape '!' or name like 'ux!_!_%' escape '!')"
            }
            Self::Postgres => {
                "select indexname::text, tablename::text from pg_indexes where schemaname = current_schema() and (indexname like 'ix!_!_%' escape '!' or indexname like 'ux!_!_%' escape '!')"
            }
        })
    }

    /// Statements that close a task: the first touches one row if it was open, none if somebody else was faster.
    pub(crate) fn close_task(self, task: &kernel::change::CloseTask, at: DateTime<chrono::Utc>) -> Vec<Sql> {
        let values = |sql: Sql| {
            let sql = sql.bind(task.id).bind(&task.outcome).bind(task.by).bind(task.reason.as_deref());
            sql.bind(Bind::millis(at)).bind(task.worked).bind(beside(&task.beside))
        };
        match self {
            Self::Sqlite => vec![
                values(Sql::fixed(
                    "insert into sys_tasks_done (id, instance, node, assignee, entity, record, initiator, created_at, \
                     kind, pool, due_at, outcome, closed_by, reason, closed_at, worked, beside) \
                     select id, instance, node, assignee, entity, record, initiator, created_at, kind, pool, due_at, \
                     $2, $3, $4, $5, $6, $7 \
                     from sys_tasks where id = $1",
                )),
                Sql::fixed("delete from sys_tasks where id = $1").bind(task.id),
            ],
            // One statement, so that of two at the same instant the second waits for the row and then finds it gone.
            Self::Postgres => vec![values(Sql::fixed(
                "with gone as (delete from sys_tasks where id = $1 returning *) \
                 insert into sys_tasks_done (id, instance, node, assignee, entity, record, initiator, created_at, \
                 kind, pool, due_at, outcome, closed_by, reason, closed_at, worked, beside) \
                 select id, instance, node, assignee, entity, record, initiator, created_at, kind, pool, due_at, \
                 $2, $3, $4, $5, $6, $7 from gone",
            ))],
        }
    }

    /// Writes what the search finds a record by, where that is a column of its row.
    pub(crate) fn search_value(self, sql: &mut Sql, tokens: &[String]) {
        let tokens = tokens.iter().map(|t| plain(t)).filter(|t| !t.is_empty()).collect();
        sql.text("array_to_tsvector(").value(Bind::Texts(tokens)).text(")");
    }

    /// Whether what the search finds a record by is a column of its own row.
    pub(crate) fn search_in_row(self) -> bool {
        self == Self::Postgres
    }

    /// Whether lines may be written before their record, since the key is only looked at when the transaction commits.
    /// On SQLite that would fail the commit of a whole group.
    pub(crate) fn lines_before_record(self) -> bool {
        self == Self::Postgres
    }

    /// The end of a query whose rows stay as they are until the commit, in this order. SQLite has one writer.
    pub(crate) fn and_hold(self, by: &str) -> String {
        match self {
            Self::Sqlite => String::new(),
            Self::Postgres => format!(" order by {by} for update"),
        }
    }

    /// What follows the reference of a line to its record.
    pub(crate) fn line_reference(self) -> &'static str {
        match self {
            Self::Sqlite => " on delete cascade",
            Self::Postgres => " on delete cascade deferrable initially deferred",
        }
    }

    /// How many values one statement may bind.
    pub(crate) fn most_binds(self) -> usize {
        match self {
            Self::Sqlite => 30_000,
            Self::Postgres => 60_000,
        }
    }
}

/// The parts of a value, in their own order.
fn parts(column: &Column, of: &serde_json::Map<String, serde_json::Value>) -> Vec<(std::sync::Arc<str>, Value)> {
    let read = |part: &Part| {
        let text = of.get(part.name)?.as_str()?;
        let value = match part.scale {
            None => Value::text(text),
            Some(_) => Value::Decimal(text.parse().ok()?),
        };
        Some((part.name.into(), value))
    };
    column.parts.iter().filter_map(read).collect()
}

/// What a value is compared by, for the column beside its own: the key of a text, or those of its parts.
pub(crate) fn key_of(value: &Value) -> Bind {
    match value {
        Value::Text(text) => Bind::Text(crate::text::key(text)),
        Value::Map(parts) => {
            let key = |(name, part): &(std::sync::Arc<str>, Value)| {
                let key = match part {
                    Value::Text(text) => crate::text::key(text).into(),
                    // SQLite compares numbers as whole ones of their last digit.
                    Value::Decimal(number) => scaled(stored(*number, PART_SCALE)?, PART_SCALE)?.into(),
                    _ => return None,
                };
                Some((name.to_string(), key))
            };
            Bind::json_text(&serde_json::Value::Object(parts.iter().filter_map(key).collect()))
        }
        Value::List(items) => {
            let folds = items.iter().filter_map(Value::as_text).map(|item| crate::text::folded(item).into());
            Bind::json_text(&serde_json::Value::Array(folds.collect()))
        }
        _ => Bind::Null(BindType::Text),
    }
}

/// Digits after the point of numbers that are parts.
pub(crate) const PART_SCALE: u32 = 6;

/// A decimal with exactly the digits that are stored, rounded half away from zero; none if it has too many.
pub(crate) fn stored(value: Decimal, scale: u32) -> Option<Decimal> {
    let mut stored = value.round_dp_with_strategy(scale, RoundingStrategy::MidpointAwayFromZero);
    stored.rescale(scale);
    (stored.scale() == scale).then_some(stored)
}

fn scaled(stored: Decimal, scale: u32) -> Option<i64> {
    (stored.scale() == scale).then(|| i64::try_from(stored.mantissa()).ok()).flatten()
}

/// A whole number.
fn whole(value: Decimal) -> Option<i64> {
    value.is_integer().then(|| i64::try_from(value.trunc().mantissa()).ok()).flatten()
}

/// A token as the search keeps it: letters and digits as they are, other ASCII signs as `_` and their number, so that
/// neither database's parser finds anything to split or to quote. Cut to what PostgreSQL takes.
fn plain(token: &str) -> String {
    let mut plain = String::with_capacity(token.len());
    for c in token.chars() {
        if plain.len() > 500 {
            break;
        }
        if c.is_ascii() && !c.is_ascii_alphanumeric() {
            plain.push_str(&format!("_{:02x}", u32::from(c)));
        } else {
            plain.push(c);
        }
    }
    plain
}
