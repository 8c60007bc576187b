//! Pages of a list by keyset: the next page begins after the last row's sort keys and id, so that it costs the same
//! however far one has come. Null is the smallest on both databases.

use kernel::{
    Value,
    query::{Cursor, Predicate, Row, Select},
};
use serde_json::Value as Json;
use uuid::Uuid;

use super::{
    Page, records,
    scope::{Place, Reading, Scope},
    way::{Choice, Range},
};
use crate::{
    Error,
    connection::Row as Found,
    dialect::Dialect,
    layout::{Column, Storage},
    sql::{Bind, Sql},
};

/// A list that is being read.
pub(super) struct List<'a> {
    dialect: Dialect,
    select: &'a Select,
    scope: Scope<'a>,
    columns: Vec<Place>,
    keys: Vec<Key>,
    id_descending: bool,
    after: Option<(Vec<Option<Bind>>, Uuid)>,
}

pub(super) struct Key {
    pub(super) place: Place,
    pub(super) descending: bool,
    /// The column of the key itself, as it is read for a cursor.
    pub(super) column: Column,
}

/// Which rows a statement reads. In descending order the nulls come last, and no range of an index holds both them and
/// what is before them; so they are read by a statement of their own, when the others have not filled the page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// All rows, from the beginning or from the cursor.
    Whole,
    /// Rows after the cursor whose first key is not null.
    Values,
    /// Rows whose first key is null, from their beginning.
    Nulls,
}

impl<'a> List<'a> {
    pub(super) fn new(reading: Reading<'a>, select: &'a Select) -> Result<Self, Error> {
        let mut scope = Scope::header(reading, &select.entity)?;
        let columns = select.columns.iter().map(|path| scope.place(path)).collect::<Result<Vec<_>, _>>()?;
        let mut keys = Vec::new();
        let mut id_descending = false;
        for sort in &select.sort {
            id_descending = sort.descending;
            // The id is unlike all others: nothing behind it matters.
            if matches!(sort.by.as_slice(), [only] if only == "id") {
                break;
            }
            let place = scope.place(&sort.by)?;
            if matches!(place.column.storage, Storage::List | Storage::Ids | Storage::Parts) {
                return Err(Error::Condition(format!("{} has no order", place.column.field)));
            }
            let column = Column { key: None, ..place.column.clone() };
            keys.push(Key { place, descending: sort.descending, column });
        }
        let after = select.after.as_ref().map(|cursor| read_cursor(reading.dialect, &keys, cursor)).transpose()?;
        Ok(Self { dialect: reading.dialect, select, scope, columns, keys, id_descending, after })
    }

    /// The choice of a way.
    pub(super) fn choice(&mut self) -> Result<Choice, Error> {
        Choice::of(&mut self.scope, self.select, &self.keys, self.id_descending)
    }

    /// Reads along an index.
    pub(super) fn along(mut self, index: Option<String>) -> Self {
        self.scope.along = index;
        self
    }

    /// The statements to try, in order, until the page is full.
    pub(super) fn parts(&self) -> &'static [Part] {
        let first_value = self.after.as_ref().map(|(values, _)| values.first());
        match (self.keys.first(), first_value) {
            (Some(key), Some(Some(Some(_)))) if key.descending => {
                let never_null = matches!(key.column.field.as_str(), "title" | "version" | "created_at" | "updated_at");
                let own = key.place.alias == self.scope.alias && never_null;
                if own { &[Part::Values] } else { &[Part::Values, Part::Nulls] }
            }
            _ => &[Part::Whole],
        }
    }

    /// The statement that reads a part of the page.
    pub(super) fn statement(&mut self, part: Part, limit: usize) -> Result<Sql, Error> {
        let mut sql = Sql::default();
        sql.text("select ");
        self.write_columns(&mut sql)?;
        let start = std::mem::take(&mut sql.text);
        write_where(&mut sql, &mut self.scope, &self.select.filter, self.select)?;
        self.write_after(&mut sql, part);
        self.write_order(&mut sql);
        write_limit(&mut sql, limit);
        let end = std::mem::replace(&mut sql.text, start);
        // Only now all joins are known.
        self.scope.write_from(&mut sql);
        sql.text(&end);
        Ok(sql)
    }

    /// The same along ranges of indexes: of each the first rows, which costs the same however many there are; of these
    /// the first, with all that is shown of them. A row that lies in several ranges is taken once.
    pub(super) fn merged(&mut self, ranges: &[Range], part: Part, limit: usize) -> Result<Sql, Error> {
        let mut sql = Sql::default();
        sql.text("select ");
        self.write_columns(&mut sql)?;
        sql.text(" from (");
        for (position, range) in ranges.iter().enumerate() {
            sql.text(if position > 0 { " union select id" } else { "select id" });
            for key in 0..self.keys.len() {
                sql.text(&format!(", k{key}"));
            }
            let mut one = Self::new(self.scope.reading, self.select)?.along(range.index.clone());
            sql.text(" from (").inner(&one.range(&range.filter, part, limit)?).text(&format!(") r{position}"));
        }
        sql.text(" order by ");
        for (position, key) in self.keys.iter().enumerate() {
            sql.text(&format!("k{position}")).text(self.dialect.order(key.descending)).text(", ");
        }
        sql.text("id").text(self.dialect.order(self.id_descending));
        write_limit(&mut sql, limit);
        // In this order on both: first the page, then what belongs to it.
        sql.text(") page cross join ");
        self.scope.write_tables(&mut sql);
        sql.text(" where ").text(&self.scope.alias).text(".id = page.id");
        self.write_order(&mut sql);
        Ok(sql)
    }

    /// The keys and ids of the first rows of a range.
    fn range(&mut self, filter: &Predicate, part: Part, limit: usize) -> Result<Sql, Error> {
        let mut sql = Sql::default();
        write_where(&mut sql, &mut self.scope, filter, self.select)?;
        self.write_after(&mut sql, part);
        self.write_order(&mut sql);
        write_limit(&mut sql, limit);
        let end = std::mem::take(&mut sql.text);
        sql.text("select ").column(&self.scope.alias, "id").text(" as id");
        for (position, key) in self.keys.iter().enumerate() {
            key.place.write_key(sql.text(", "));
            sql.text(&format!(" as k{position}"));
        }
        self.scope.write_from(&mut sql);
        sql.text(&end);
        Ok(sql)
    }

    fn write_columns(&mut self, sql: &mut Sql) -> Result<(), Error> {
        let alias = self.scope.alias.clone();
        let layout = self.scope.layout.clone();
        sql.list(layout.system.values(), ", ", |sql, column| {
            sql.column(&alias, &column.name);
        });
        for place in &self.columns {
            place.write(sql.text(", "));
        }
        for key in &self.keys {
            key.place.write_key(sql.text(", "));
        }
        self.scope.leading = false;
        for flag in &self.select.flags {
            sql.text(", coalesce((");
            self.scope.condition(sql, flag)?;
            sql.text("), false)");
        }
        self.scope.leading = true;
        Ok(())
    }

    fn write_order(&self, sql: &mut Sql) {
        sql.text(" order by ");
        for key in &self.keys {
            key.place.write_key(sql);
            sql.text(self.dialect.order(key.descending)).text(", ");
        }
        sql.text(&self.scope.alias).text(".id").text(self.dialect.order(self.id_descending));
    }

    fn write_after(&self, sql: &mut Sql, part: Part) {
        let (Some((values, id)), Some(first)) = (&self.after, self.keys.first()) else {
            if let Some((_, id)) = &self.after {
                sql.text(" and ").text(&self.scope.alias).text(".id");
                sql.text(if self.id_descending { " < " } else { " > " }).value(*id);
            }
            return;
        };
        sql.text(" and ");
        match (part, values.first().cloned().flatten()) {
            (Part::Nulls, _) => {
                first.place.write_key(sql);
                sql.text(" is null");
                return;
            }
            // Said twice, so that an index can begin where the page does.
            (_, Some(value)) if !first.descending || part == Part::Values => {
                first.place.write_key(sql);
                sql.text(if first.descending { " <= " } else { " >= " }).value(value).text(" and ");
            }
            (_, None) if first.descending => {
                first.place.write_key(sql);
                sql.text(" is null and ");
            }
            _ => {}
        }
        sql.text("(");
        for end in 0..=self.keys.len() {
            if end > 0 {
                sql.text(" or ");
            }
            sql.text("(");
            for (key, value) in self.keys.iter().zip(values).take(end) {
                key.place.write_key(sql);
                match value {
                    Some(value) => sql.text(" = ").value(value.clone()),
                    None => sql.text(" is null"),
                };
                sql.text(" and ");
            }
            match self.keys.get(end).zip(values.get(end)) {
                Some((key, value)) => beyond(sql, key, value.as_ref(), part == Part::Values && end == 0),
                None => {
                    sql.text(&self.scope.alias).text(".id");
                    sql.text(if self.id_descending { " < " } else { " > " }).value(*id);
                }
            }
            sql.text(")");
        }
        sql.text(")");
    }

    /// The rows as they were asked for, and the cursor of the last.
    pub(super) fn page(&self, found: &[Found]) -> Result<Page, Error> {
        let limit = self.select.limit as usize;
        let rows = found.iter().take(limit).map(|row| self.row(row)).collect::<Result<Vec<_>, _>>()?;
        let last = if found.len() > limit { limit.checked_sub(1).and_then(|last| found.get(last)) } else { None };
        let next = last.map(|row| self.cursor(row)).transpose()?;
        Ok(Page { rows, next })
    }

    fn row(&self, found: &Found) -> Result<Row, Error> {
        let layout = &self.scope.layout;
        let mut record = records::system(self.dialect, layout, found)?;
        let start = layout.system.len();
        let mut values = Vec::with_capacity(self.columns.len());
        for (position, (place, path)) in self.columns.iter().zip(&self.select.columns).enumerate() {
            let value = self.dialect.decode(&place.column, found, start + position)?;
            if let [field] = path.as_slice()
                && layout.columns.contains_key(field)
                && !value.is_null()
            {
                record.fields.insert(field.clone(), value.clone());
            }
            values.push(value);
        }
        let start = start + self.columns.len() + self.keys.len();
        let flags =
            (0..self.select.flags.len()).map(|flag| found.get::<bool>(start + flag)).collect::<Result<_, _>>()?;
        Ok(Row { record, values, flags })
    }

    fn cursor(&self, found: &Found) -> Result<Cursor, Error> {
        let start = self.scope.layout.system.len() + self.columns.len();
        let mut keys = Vec::with_capacity(self.keys.len());
        for (position, key) in self.keys.iter().enumerate() {
            keys.push(self.dialect.decode(&key.column, found, start + position)?.to_json());
        }
        Ok(Cursor { keys, id: found.get(0)? })
    }
}

fn write_limit(sql: &mut Sql, limit: usize) {
    sql.text(" limit ").value(i64::try_from(limit).unwrap_or(i64::MAX));
}

/// Writes ` where …`: the trash or not, the filter, the search.
pub(super) fn write_where(
    sql: &mut Sql,
    scope: &mut Scope<'_>,
    filter: &Predicate,
    select: &Select,
) -> Result<(), Error> {
    let alias = scope.alias.clone();
    sql.text(" where ").text(&alias).text(".deleted_at is ").text(if select.deleted { "not null" } else { "null" });
    if *filter != Predicate::True {
        sql.text(" and ");
        scope.condition(sql, filter)?;
    }
    let tokens: Vec<&str> = select.tokens.iter().map(String::as_str).filter(|t| !t.is_empty()).collect();
    if !tokens.is_empty() {
        sql.text(" and ");
        let search = scope.layout.search.clone();
        let one_by_one = scope.along.is_some();
        scope.reading.dialect.search(sql, &alias, &search, &tokens, one_by_one);
    }
    Ok(())
}

/// Writes that a key lies beyond the cursor's.
fn beyond(sql: &mut Sql, key: &Key, value: Option<&Bind>, no_nulls: bool) {
    match (value, key.descending) {
        (None, false) => {
            key.place.write_key(sql);
            sql.text(" is not null");
        }
        // Nothing is smaller than null.
        (None, true) => {
            sql.text("false");
        }
        (Some(value), false) => {
            key.place.write_key(sql);
            sql.text(" > ").value(value.clone());
        }
        (Some(value), true) => {
            sql.text("(");
            key.place.write_key(sql);
            sql.text(" < ").value(value.clone());
            if !no_nulls {
                key.place.write_key(sql.text(" or "));
                sql.text(" is null");
            }
            sql.text(")");
        }
    }
}

fn read_cursor(dialect: Dialect, keys: &[Key], cursor: &Cursor) -> Result<(Vec<Option<Bind>>, Uuid), Error> {
    if keys.len() != cursor.keys.len() {
        return Err(Error::Cursor);
    }
    let values = keys.iter().zip(&cursor.keys).map(|(key, json)| {
        let value = from_json(key.column.storage, json).ok_or(Error::Cursor)?;
        if value.is_null() {
            return Ok(None);
        }
        dialect.encode(&key.column, &value).map(Some).ok_or(Error::Cursor)
    });
    Ok((values.collect::<Result<_, _>>()?, cursor.id))
}

/// A value from its wire form.
fn from_json(storage: Storage, json: &Json) -> Option<Value> {
    if json.is_null() {
        return Some(Value::Null);
    }
    Some(match storage {
        Storage::Text => Value::text(json.as_str()?),
        Storage::Integer => Value::Integer(json.as_i64()?),
        Storage::Decimal => Value::Decimal(json.as_str()?.parse().ok()?),
        Storage::Boolean => Value::Bool(json.as_bool()?),
        Storage::Date => Value::Date(json.as_str()?.parse().ok()?),
        Storage::Datetime => Value::Datetime(json.as_str()?.parse().ok()?),
        Storage::Id => Value::Id(json.as_str()?.parse().ok()?),
        Storage::List | Storage::Ids | Storage::Parts => return None,
    })
}
