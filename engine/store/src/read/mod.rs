//! Reading records: whole, as pages of a list, counted, by title, and as answers to what a decision needs to know.

mod answer;
mod groups;
mod predicate;
mod records;
mod scope;
mod select;
mod way;

use std::collections::{BTreeSet, HashMap};

use kernel::{
    Name, Record,
    query::{Answer, Cursor, Predicate, Query, Row, Select},
};
use uuid::Uuid;

use crate::{Error, Schema, Store, sql::Sql};

pub use groups::{Group, Grouping};
use records::Which;
pub(crate) use records::{load, write_ids};
use scope::{Reading, Scope};
use select::{List, Part};
use way::{Choice, Way};

/// The statement that reads a part of a page by a way.
fn statement(list: List<'_>, way: &Way, part: Part, limit: usize) -> Result<Sql, Error> {
    match way {
        Way::Planned => list.along(None).statement(part, limit),
        Way::Along(index) => list.along(Some(index.clone())).statement(part, limit),
        Way::Merged(ranges) => list.along(None).merged(ranges, part, limit),
    }
}

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Row>,
    /// Where the next page begins; none if this is the last.
    pub next: Option<Cursor>,
}

/// How many records there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// So many, or the cap.
    pub count: u64,
    /// Whether there are no more.
    pub exact: bool,
}

/// Records of an entity whose titles are wanted.
#[derive(Clone, Debug)]
pub struct TitlesOf {
    /// The entity.
    pub entity: Name,
    /// The records.
    pub ids: BTreeSet<Uuid>,
    /// What they must fit.
    pub filter: Predicate,
}

impl Store {
    fn reading<'a>(&'a self, schema: &'a dyn Schema) -> Reading<'a> {
        Reading { dialect: self.dialect(), layouts: self.layouts(), schema }
    }

    /// Records with their lines, in the order of the ids; those that are not there are left out, those in the trash
    /// are not.
    pub async fn records(&self, schema: &dyn Schema, entity: &str, ids: &[Uuid]) -> Result<Vec<Record>, Error> {
        let layout = self.layouts().get(schema, entity)?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let chunks: Vec<Which> = ids.chunks(records::CHUNK).map(|chunk| Which::Ids(chunk.to_vec())).collect();
        let statements: Vec<Sql> = chunks.iter().flat_map(|which| records::queries(&layout, which)).collect();
        let mut rows = self.queries(statements, !layout.lines.is_empty()).await?.into_iter();
        let mut found = HashMap::with_capacity(ids.len());
        for _ in &chunks {
            let of_this = rows.by_ref().take(1 + layout.lines.len()).collect();
            found.extend(records::records(self.dialect(), &layout, of_this)?);
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// A record with its lines.
    pub async fn record(&self, schema: &dyn Schema, entity: &str, id: Uuid) -> Result<Option<Record>, Error> {
        Ok(self.records(schema, entity, &[id]).await?.pop())
    }

    /// A page of a list, within the time that a list has.
    pub async fn select(&self, schema: &dyn Schema, select: &Select) -> Result<Page, Error> {
        self.page(schema, select, true).await
    }

    /// A page of a list, however long it takes: for jobs, which nobody waits for.
    pub async fn select_patiently(&self, schema: &dyn Schema, select: &Select) -> Result<Page, Error> {
        self.page(schema, select, false).await
    }

    async fn page(&self, schema: &dyn Schema, select: &Select, bounded: bool) -> Result<Page, Error> {
        let limit = select.limit as usize + 1;
        let mut found = Vec::new();
        let way = self.way(schema, select).await?;
        let parts = List::new(self.reading(schema), select)?.parts();
        for part in parts {
            if found.len() < limit {
                let list = List::new(self.reading(schema), select)?;
                let sql = statement(list, &way, *part, limit - found.len())?;
                found.extend(if bounded { self.list_rows(sql).await? } else { self.rows(sql).await? });
            }
        }
        List::new(self.reading(schema), select)?.page(&found)
    }

    /// How the database reads a page, in its own words: for tests of the shape of plans.
    pub async fn explain(&self, schema: &dyn Schema, select: &Select) -> Result<String, Error> {
        let way = self.way(schema, select).await?;
        let list = List::new(self.reading(schema), select)?;
        let part = *list.parts().first().unwrap_or(&Part::Whole);
        let mut sql = statement(list, &way, part, select.limit as usize + 1)?;
        let start = self.dialect().explain();
        sql.text = format!("{start}{}", sql.text).into();
        let rows = self.list_rows(sql).await?;
        let lines: Vec<String> = rows.iter().map(|row| self.dialect().explained(row)).collect::<Result<_, _>>()?;
        Ok(lines.join("\n"))
    }

    async fn way(&self, schema: &dyn Schema, select: &Select) -> Result<Way, Error> {
        let Choice { probes, many } = List::new(self.reading(schema), select)?.choice()?;
        for (probe, few) in probes {
            // Where even counting takes too long, they are not few.
            let count = match self.list_row(probe).await {
                Err(Error::TooSlow) => continue,
                found => found?.map_or(Ok(0), |row| row.get(0))?,
            };
            if !Choice::is_many(count) {
                return Ok(few);
            }
        }
        Ok(many)
    }

    /// How many records a list has (its filter, tokens and trash; the rest does not matter), counted up to a cap.
    pub async fn count(&self, schema: &dyn Schema, select: &Select, cap: u32) -> Result<Count, Error> {
        let sql = {
            let mut scope = Scope::header(self.reading(schema), &select.entity)?;
            let mut sql = Sql::default();
            select::write_where(&mut sql, &mut scope, &select.filter, select)?;
            let condition = std::mem::take(&mut sql.text);
            sql.text("select count(*) from (select 1 as one");
            scope.write_from(&mut sql);
            sql.text(&condition).text(" limit ").value(i64::from(cap) + 1).text(") counted");
            sql
        };
        let count: i64 = self.list_row(sql).await?.map_or(Ok(0), |row| row.get(0))?;
        let count = u64::try_from(count).unwrap_or_default();
        Ok(Count { count: count.min(cap.into()), exact: count <= cap.into() })
    }

    /// The fields by which an index finds records of an entity.
    pub fn indexed(&self, schema: &dyn Schema, entity: &str) -> Result<Vec<Name>, Error> {
        let layout = self.layouts().get(schema, entity)?;
        let mut fields: Vec<Name> = Vec::new();
        for field in layout.indexes.iter().chain(&layout.unique).filter_map(|set| set.first()) {
            if !fields.contains(field) {
                fields.push(field.clone());
            }
        }
        Ok(fields)
    }

    /// What records are called; those that are not there or do not fit are left out.
    pub async fn titles(&self, schema: &dyn Schema, wanted: &[TitlesOf]) -> Result<HashMap<Uuid, String>, Error> {
        let mut statements = Vec::new();
        for TitlesOf { entity, ids, filter } in wanted {
            let ids: Vec<Uuid> = ids.iter().copied().collect();
            for chunk in ids.chunks(records::CHUNK) {
                let mut scope = Scope::header(self.reading(schema), entity)?;
                let mut sql = Sql::default();
                sql.text(" where ").column(&scope.alias, "id").text(" in (");
                write_ids(&mut sql, chunk);
                sql.text(") and ");
                scope.condition(&mut sql, filter)?;
                let condition = std::mem::take(&mut sql.text);
                sql.text("select ").column(&scope.alias, "id").text(", ").column(&scope.alias, "title");
                scope.write_from(&mut sql);
                sql.text(&condition);
                statements.push(sql);
            }
        }
        let found = self.queries(statements, false).await?;
        found.iter().flatten().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
    }

    /// Answers what a decision needs to know, in the order of the queries; a record and its lines as of the same
    /// moment. A record is found even in the trash; effective-dated and sought ones are not.
    pub async fn answer(&self, schema: &dyn Schema, queries: &[Query]) -> Result<Vec<Answer>, Error> {
        answer::answer(self, schema, queries).await
    }
}
