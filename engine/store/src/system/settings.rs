//! The firm's own values of settings.

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::audit::{AuditRow, noted};
use crate::{
    Error, Store,
    sql::{Bind, Sql},
};

impl Store {
    /// All settings that were given a value, by name.
    pub async fn settings(&self) -> Result<IndexMap<String, Json>, Error> {
        let rows = self.rows(Sql::fixed("select name, value from sys_settings order by name")).await?;
        rows.iter().map(|row| Ok((row.get(0)?, row.json(1)?))).collect()
    }

    /// The value of one setting.
    pub async fn setting(&self, name: &str) -> Result<Option<Json>, Error> {
        let sql = Sql::fixed("select value from sys_settings where name = $1").bind(name);
        self.row(sql).await?.map(|row| row.json(0)).transpose()
    }

    /// Gives settings values, all or none.
    pub async fn set_settings(&self, values: &IndexMap<String, Json>) -> Result<(), Error> {
        self.write_all(values.iter().map(|(name, value)| given(name, value)).collect()).await?;
        Ok(())
    }

    /// Gives settings values, or takes them away so that the pack's default holds, and notes it: all or nothing.
    pub async fn change_settings(
        &self,
        values: &IndexMap<String, Option<Json>>,
        notes: &[AuditRow],
    ) -> Result<(), Error> {
        let changes = values.iter().map(|(name, value)| match value {
            Some(value) => given(name, value),
            None => Sql::fixed("delete from sys_settings where name = $1").bind(name),
        });
        self.write_all(changes.chain(notes.iter().map(noted)).collect()).await?;
        Ok(())
    }

    /// Takes a setting's value away, so that the pack's default holds.
    pub async fn delete_setting(&self, name: &str) -> Result<(), Error> {
        self.write_one(Sql::fixed("delete from sys_settings where name = $1").bind(name)).await?;
        Ok(())
    }
}

fn given(name: &str, value: &Json) -> Sql {
    Sql::fixed(
        "insert into sys_settings (name, value) values ($1, $2) \
         on conflict (name) do update set value = excluded.value",
    )
    .bind(name)
    .bind(Bind::json_text(value))
}
