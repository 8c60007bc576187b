//! How far the keys of near records have been made for records from before their entity asked for them.

use kernel::Name;
use uuid::Uuid;

use crate::{
    Error, Priority, Store,
    commit::insert_near_keys,
    sql::{Bind, BindType, Sql},
};

/// How far the records of an entity have got their keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearIndex {
    /// Which rules the keys are for.
    pub rules: String,
    /// The last record that has them.
    pub after: Option<Uuid>,
    /// Whether all have.
    pub done: bool,
}

impl Store {
    /// How far an entity's keys are; none if they were never begun.
    pub async fn near_index(&self, entity: &Name) -> Result<Option<NearIndex>, Error> {
        let sql = Sql::fixed("select rules, after, done from sys_near_index where entity = $1").bind(entity);
        let Some(row) = self.row(sql).await? else { return Ok(None) };
        Ok(Some(NearIndex { rules: row.get(0)?, after: row.get(1)?, done: row.get::<i64>(2)? == 1 }))
    }

    /// Notes keys of records, beside those they have, and how far the entity is with it.
    pub async fn index_near(&self, entity: &Name, keys: Vec<(Uuid, Vec<i64>)>, index: NearIndex) -> Result<(), Error> {
        let row = |record: Uuid, key: i64| vec![Bind::Int(key), Bind::Uuid(record)];
        let rows: Vec<Vec<Bind>> =
            keys.into_iter().flat_map(|(record, keys)| keys.into_iter().map(move |key| row(record, key))).collect();
        let mut statements = insert_near_keys(self.dialect(), &rows);
        let note = Sql::fixed(
            "insert into sys_near_index (entity, rules, after, done) values ($1, $2, $3, $4) \
             on conflict (entity) do update set rules = excluded.rules, after = excluded.after, done = excluded.done",
        );
        let after = index.after.map_or(Bind::Null(BindType::Uuid), Bind::Uuid);
        statements.push(note.bind(entity).bind(index.rules).bind(after).bind(i64::from(index.done)));
        self.write(Priority::Bulk, move |connection| {
            let statements = statements.clone();
            Box::pin(async move { connection.batch(statements).await.map(|_| ()) })
        })
        .await
    }
}
