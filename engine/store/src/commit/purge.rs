//! Destroying a record for good: its row, lines and what the search finds it by go, its files are let go, and its history
//! keeps who did what without the values.

use kernel::change::{Change, PurgeRecord};
use uuid::Uuid;

use super::{
    Work,
    apply::{Guard, Guarded},
};
use crate::{
    Entities, Error, Store,
    dialect::Dialect,
    layout::LINE_RECORD,
    sql::{Bind, Sql},
};

/// Statements that take the rows away, if they are still in the trash at this version.
pub(super) fn guarded(dialect: Dialect, work: &Work) -> Result<Vec<Guarded<'_>>, Error> {
    let mut guarded = Vec::new();
    for change in &work.commit.changes {
        let Change::Purge(purge) = change else { continue };
        let layout = work.layout(&purge.entity)?;
        if !dialect.search_in_row() {
            let mut search = Sql::default();
            search.text("delete from ").name(&layout.search).text(" where rowid = (select rowid__ from ");
            search.name(&layout.table).text(" where id = ").value(purge.id).text(")");
            guarded.push(Guarded { statements: vec![search], guard: Guard::Nothing });
        }
        let mut row = Sql::default();
        row.text("delete from ").name(&layout.table).text(" where id = ").value(purge.id);
        row.text(" and version = ").value(purge.base_version).text(" and deleted_at is not null");
        guarded.push(Guarded { statements: vec![row], guard: Guard::Purge(purge) });
    }
    Ok(guarded)
}

/// Statements that let the files go at once: nothing holds them any more, and nothing can be brought back.
pub(super) fn noted(work: &Work, statements: &mut Vec<Sql>) {
    for change in &work.commit.changes {
        let Change::Purge(PurgeRecord { id, .. }) = change else { continue };
        statements.push(
            Sql::fixed(
                "update sys_files set kept_until = $2 where gone = 0 \
                 and id in (select file from sys_file_uses where record = $1) \
                 and not exists (select 1 from sys_file_uses u where u.file = sys_files.id and u.record <> $1)",
            )
            .bind(*id)
            .bind(Bind::millis(work.commit.at)),
        );
        statements.push(Sql::fixed("delete from sys_file_uses where record = $1").bind(*id));
        statements.push(Sql::fixed("delete from sys_near_keys where record = $1").bind(*id));
    }
}

/// What goes with a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GoesWith {
    /// Lines of its tables.
    pub lines: i64,
    /// Comments.
    pub comments: i64,
    /// Files that nothing else holds.
    pub files: i64,
    /// Entries of its history, whose values go.
    pub history: i64,
}

impl Store {
    /// Records whose fields refer to this one, at most so many: with which entity they are of.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn referring(
        &self,
        entities: &Entities,
        entity: &str,
        id: Uuid,
        limit: u32,
    ) -> Result<Vec<(kernel::Name, Uuid)>, Error> {
        let mut queries = Vec::new();
        let mut names = Vec::new();
        for name in entities.keys() {
            let layout = self.layouts().get(entities, name)?;
            for column in layout.columns.values().filter(|c| c.to.as_ref().is_some_and(|to| to == entity)) {
                let mut sql = Sql::default();
                sql.text("select id from ")
                    .name(&layout.table)
                    .text(" where ")
                    .name(&column.name)
                    .text(" = ")
                    .value(id);
                sql.text(" and id <> ").value(id).text(" order by id limit ").value(limit);
                queries.push(sql);
                names.push(name.clone());
            }
            for lines in layout.lines.values() {
                for column in lines.columns.values().filter(|c| c.to.as_ref().is_some_and(|to| to == entity)) {
                    let mut sql = Sql::default();
                    sql.text("select distinct ").name(LINE_RECORD).text(" from ").name(&lines.table).text(" where ");
                    sql.name(&column.name).text(" = ").value(id).text(" and ").name(LINE_RECORD).text(" <> ").value(id);
                    sql.text(" order by ").name(LINE_RECORD).text(" limit ").value(limit);
                    queries.push(sql);
                    names.push(name.clone());
                }
            }
        }
        let mut found = Vec::new();
        for (name, rows) in names.into_iter().zip(self.queries(queries, false).await?) {
            for row in rows {
                let one = (name.clone(), row.get(0)?);
                if !found.contains(&one) {
                    found.push(one);
                }
            }
        }
        found.truncate(limit as usize);
        Ok(found)
    }

    /// What would go with a record.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn goes_with(&self, entities: &Entities, entity: &str, id: Uuid) -> Result<GoesWith, Error> {
        let layout = self.layouts().get(entities, entity)?;
        let mut queries = vec![
            Sql::fixed("select count(*) from sys_comments where record = $1").bind(id),
            Sql::fixed(
                "select count(distinct u.file) from sys_file_uses u where u.record = $1 \
                 and not exists (select 1 from sys_file_uses o where o.file = u.file and o.record <> $1)",
            )
            .bind(id),
            Sql::fixed("select count(*) from sys_history where record = $1").bind(id),
        ];
        for lines in layout.lines.values() {
            let mut sql = Sql::default();
            sql.text("select count(*) from ")
                .name(&lines.table)
                .text(" where ")
                .name(LINE_RECORD)
                .text(" = ")
                .value(id);
            queries.push(sql);
        }
        let mut counts = Vec::new();
        for rows in self.queries(queries, false).await? {
            counts.push(rows.first().map_or(Ok(0), |row| row.get(0))?);
        }
        let mut counts = counts.into_iter();
        let mut next = || counts.next().unwrap_or_default();
        let (comments, files, history) = (next(), next(), next());
        Ok(GoesWith { comments, files, history, lines: counts.sum() })
    }
}
