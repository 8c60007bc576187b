//! Records that became one: which, since when, what referred to them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use kernel::{Name, change::Link};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::{
    Error, Priority, Store,
    connection::Row,
    sql::{Bind, Sql},
};

/// Records that are looked for together.
const AT_ONCE: usize = 200;

/// A merge.
#[derive(Clone, Debug, PartialEq)]
pub struct MergeRow {
    /// Its id.
    pub id: Uuid,
    /// The entity.
    pub entity: Name,
    /// The record that stayed.
    pub winner: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: Option<Uuid>,
    /// `linking`, `done`, `unlinking`, `undone`; `settled` when it cannot be undone any more.
    pub status: String,
    /// What is needed to undo it.
    pub state: Json,
}

macro_rules! merge {
    ($text:literal) => {
        concat!("select id, entity, winner, at, user_id, status, state from sys_merges ", $text)
    };
}

impl Store {
    /// A merge by its id.
    pub async fn merge(&self, id: Uuid) -> Result<Option<MergeRow>, Error> {
        self.row(Sql::fixed(merge!("where id = $1")).bind(id)).await?.map(|row| read(&row)).transpose()
    }

    /// The last merge that a record came out of.
    pub async fn latest_merge(&self, winner: Uuid) -> Result<Option<MergeRow>, Error> {
        let sql = Sql::fixed(merge!(
            "where winner = $1 and status not in ('undone', 'settled') order by at desc, id desc limit 1"
        ));
        self.row(sql.bind(winner)).await?.map(|row| read(&row)).transpose()
    }

    /// Merges that are not at their end, begun before a time.
    pub async fn unfinished_merges(&self, before: DateTime<Utc>) -> Result<Vec<MergeRow>, Error> {
        let sql = Sql::fixed(merge!("where status in ('linking', 'unlinking') and at < $1 order by at limit 100"));
        self.rows(sql.bind(Bind::millis(before))).await?.iter().map(read).collect()
    }

    /// The record that another has become, where that became another in turn the last of them.
    pub async fn merged_into(&self, record: Uuid) -> Result<Option<Uuid>, Error> {
        let sql = Sql::fixed(
            "with recursive up (record) as (select winner from sys_merged where record = $1 \
             union select m.winner from sys_merged m join up on m.record = up.record) \
             select record from up where not exists (select 1 from sys_merged m where m.record = up.record) limit 1",
        );
        self.row(sql.bind(record)).await?.map(|row| row.get(0)).transpose()
    }

    /// Of these records those that have become others, each with what it is now.
    pub async fn merged_among(&self, records: &[Uuid]) -> Result<HashMap<Uuid, Uuid>, Error> {
        let mut found = HashMap::new();
        for part in records.chunks(AT_ONCE) {
            let mut sql = Sql::default();
            sql.text("select record from sys_merged where record in (");
            sql.list(part, ", ", |sql, record| {
                sql.value(*record);
            });
            sql.text(")");
            for row in self.rows(sql).await? {
                let record = row.get(0)?;
                found.extend(self.merged_into(record).await?.map(|winner| (record, winner)));
            }
        }
        Ok(found)
    }

    /// The records that have become this one, also by way of others.
    pub async fn merged_records(&self, winner: Uuid) -> Result<Vec<Uuid>, Error> {
        let sql = Sql::fixed(
            "with recursive down (record) as (select record from sys_merged where winner = $1 \
             union select m.record from sys_merged m join down on m.winner = down.record) \
             select record from down order by record",
        );
        self.rows(sql.bind(winner)).await?.iter().map(|row| row.get(0)).collect()
    }

    /// Lets what is only needed to undo merges of before a time go: nobody undoes them any more.
    pub async fn settle_merges(&self, before: DateTime<Utc>) -> Result<(), Error> {
        self.write(Priority::Bulk, move |connection| {
            Box::pin(async move {
                let links = Sql::fixed(
                    "delete from sys_merge_links where merge in (select id from sys_merges where status = 'done' and at < $1)",
                );
                let merges = Sql::fixed("update sys_merges set status = 'settled', state = '{}' where status = 'done' and at < $1");
                let statements = vec![links.bind(Bind::millis(before)), merges.bind(Bind::millis(before))];
                connection.batch(statements).await.map(|_| ())
            })
        })
        .await
    }

    /// What a merge led to its winner, a page after a number; with the number of each.
    pub async fn merge_links(&self, merge: Uuid, after: i64, limit: u32) -> Result<Vec<(i64, Link)>, Error> {
        let sql = Sql::fixed(
            "select id, entity, record, lines, line, field, was from sys_merge_links \
             where merge = $1 and id > $2 order by id limit $3",
        );
        let rows = self.rows(sql.bind(merge).bind(after).bind(limit)).await?;
        rows.iter()
            .map(|row| {
                let lines: String = row.get(3)?;
                let line: Option<Uuid> = row.get(4)?;
                let line = line.map(|line| (Name::new(&lines), line));
                let (entity, field) = (row.name(1)?, row.name(5)?);
                Ok((row.get(0)?, Link { merge, entity, record: row.get(2)?, line, field, was: row.json(6)? }))
            })
            .collect()
    }
}

fn read(row: &Row) -> Result<MergeRow, Error> {
    Ok(MergeRow {
        id: row.get(0)?,
        entity: row.name(1)?,
        winner: row.get(2)?,
        at: row.time(3)?,
        by: row.get(4)?,
        status: row.get(5)?,
        state: row.json(6)?,
    })
}
