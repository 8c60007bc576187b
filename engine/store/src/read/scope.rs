//! Paths of a query turned into columns: the tables that it joins along references.

use std::sync::Arc;

use kernel::{Name, field::Part};

use crate::{
    Error, Schema,
    dialect::Dialect,
    layout::{Column, LINE_RECORD, Layout, Layouts, Storage},
    sql::Sql,
};

/// What all parts of a query share.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) dialect: Dialect,
    pub(crate) layouts: &'a Layouts,
    pub(crate) schema: &'a dyn Schema,
}

/// The rows a condition is about: those of an entity or of one of its line tables, with what they refer to.
pub(crate) struct Scope<'a> {
    pub(crate) reading: Reading<'a>,
    pub(crate) layout: Arc<Layout>,
    pub(crate) lines: Option<Name>,
    pub(crate) alias: String,
    joins: Vec<Join>,
    /// The index along which the rows are read, where that is not left to the planner.
    pub(crate) along: Option<String>,
    /// Whether a condition may lead to the rows: it must hold for each of them, and the planner chooses where to begin.
    pub(crate) leading: bool,
}

struct Join {
    path: Vec<Name>,
    from: String,
    column: String,
    alias: String,
    layout: Arc<Layout>,
}

/// A column of one of the query's tables.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) alias: String,
    pub(crate) column: Column,
    /// The part of the column's values that is meant, and how it is written.
    part: Option<(Dialect, Column, Part)>,
}

impl Place {
    /// Writes the column by which values are compared and sorted.
    pub(crate) fn write_key(&self, sql: &mut Sql) {
        if let Some((dialect, whole, part)) = &self.part {
            return dialect.part(sql, &self.alias, whole, part, true);
        }
        sql.column(&self.alias, self.column.key.as_deref().unwrap_or(&self.column.name));
    }

    /// Writes the column that holds the value.
    pub(crate) fn write(&self, sql: &mut Sql) {
        if let Some((dialect, whole, part)) = &self.part {
            return dialect.part(sql, &self.alias, whole, part, false);
        }
        sql.column(&self.alias, &self.column.name);
    }
}

impl<'a> Scope<'a> {
    /// The rows of an entity.
    pub(crate) fn header(reading: Reading<'a>, entity: &str) -> Result<Self, Error> {
        let layout = reading.layouts.get(reading.schema, entity)?;
        Ok(Self { reading, layout, lines: None, alias: "t".to_owned(), joins: Vec::new(), along: None, leading: true })
    }

    /// The lines of these rows.
    pub(crate) fn lines(&self, lines: &Name) -> Result<Self, Error> {
        if self.lines.is_some() || !self.layout.lines.contains_key(lines) {
            return Err(self.unknown(std::slice::from_ref(lines)));
        }
        Ok(Self {
            reading: self.reading,
            layout: self.layout.clone(),
            lines: Some(lines.clone()),
            alias: format!("{}l", self.alias),
            joins: Vec::new(),
            along: None,
            leading: false,
        })
    }

    fn unknown(&self, path: &[Name]) -> Error {
        let path = self.lines.iter().chain(path).map(Name::as_str).collect::<Vec<_>>().join(".");
        Error::UnknownField { entity: self.layout.entity.clone(), path }
    }

    /// The column at the end of a path.
    pub(crate) fn place(&mut self, path: &[Name]) -> Result<Place, Error> {
        let Some((last, before)) = path.split_last() else { return Err(self.unknown(path)) };
        if let Some(place) = self.part(before, last)? {
            return Ok(place);
        }
        let mut at = None;
        for end in 1..=before.len() {
            at = Some(self.join(path, end, at)?);
        }
        let (alias, column) = match at {
            None => (self.alias.clone(), self.own_column(last)),
            Some(join) => {
                let join: &Join = self.joins.get(join).ok_or_else(|| self.unknown(path))?;
                (join.alias.clone(), join.layout.column(last))
            }
        };
        let column = column.cloned().ok_or_else(|| self.unknown(path))?;
        Ok(Place { alias, column, part: None })
    }

    /// A part of the value at the end of a path; none if the value has no parts.
    fn part(&mut self, path: &[Name], part: &Name) -> Result<Option<Place>, Error> {
        let Some(last) = path.last() else { return Ok(None) };
        let mut layout = self.layout.clone();
        let mut lines = self.lines.clone();
        for (at, name) in path.iter().enumerate() {
            let column = match &lines {
                None => layout.column(name),
                Some(lines) => layout.lines.get(lines).and_then(|lines| lines.column(name)),
            };
            if at + 1 == path.len() {
                if column.is_none_or(|column| column.parts.is_empty()) {
                    return Ok(None);
                }
                break;
            }
            let Some(to) = column.and_then(|column| column.to.clone()) else { return Ok(None) };
            layout = self.reading.layouts.get(self.reading.schema, &to)?;
            lines = None;
        }
        let whole = self.place(path)?;
        let Some(found) = whole.column.parts.iter().find(|known| *part == known.name) else { return Ok(None) };
        let storage = if found.scale.is_some() { Storage::Decimal } else { Storage::Text };
        let column = Column {
            field: Name::new(&format!("{last}.{part}")),
            storage,
            scale: found.scale.unwrap_or(0),
            to: None,
            parts: &[],
            ..whole.column.clone()
        };
        Ok(Some(Place { alias: whole.alias, column, part: Some((self.reading.dialect, whole.column, *found)) }))
    }

    fn own_column(&self, field: &str) -> Option<&Column> {
        match &self.lines {
            None => self.layout.column(field),
            Some(lines) => self.layout.lines.get(lines)?.column(field),
        }
    }

    /// The join that follows the reference at `path[..end]`, from the join before it.
    fn join(&mut self, path: &[Name], end: usize, from: Option<usize>) -> Result<usize, Error> {
        let prefix = path.get(..end).unwrap_or(path);
        if let Some(known) = self.joins.iter().position(|join| join.path == prefix) {
            return Ok(known);
        }
        let field = prefix.last().ok_or_else(|| self.unknown(path))?;
        let (alias, column) = match from.and_then(|from| self.joins.get(from)) {
            None => (self.alias.clone(), self.own_column(field)),
            Some(join) => (join.alias.clone(), join.layout.column(field)),
        };
        let column = column.ok_or_else(|| self.unknown(path))?;
        let to = column.to.clone().ok_or_else(|| self.unknown(path))?;
        let column = column.name.clone();
        let join = Join {
            path: prefix.to_vec(),
            from: alias,
            column,
            alias: format!("{}{}", self.alias, self.joins.len() + 1),
            layout: self.reading.layouts.get(self.reading.schema, &to)?,
        };
        self.joins.push(join);
        Ok(self.joins.len() - 1)
    }

    /// Writes ` from …` with the joins that were needed.
    pub(crate) fn write_from(&self, sql: &mut Sql) {
        sql.text(" from ");
        self.write_tables(sql);
    }

    /// Writes the table with the joins that were needed.
    pub(crate) fn write_tables(&self, sql: &mut Sql) {
        let table = match self.lines.as_ref().and_then(|lines| self.layout.lines.get(lines)) {
            Some(lines) => &lines.table,
            None => &self.layout.table,
        };
        sql.name(table).text(" ").text(&self.alias);
        if let Some(index) = &self.along {
            sql.text(" indexed by ").name(index);
        }
        for join in &self.joins {
            sql.text(" left join ").name(&join.layout.table).text(" ").text(&join.alias).text(" on ");
            sql.text(&join.alias).text(".id = ").column(&join.from, &join.column);
        }
    }

    /// Writes the condition that a line belongs to the row of `parent`.
    pub(crate) fn write_parent(&self, sql: &mut Sql, parent: &str) {
        sql.column(&self.alias, LINE_RECORD).text(" = ").text(parent).text(".id");
    }
}
