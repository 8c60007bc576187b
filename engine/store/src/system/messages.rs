//! Messages that workflows wait for, and who waits for them.

use kernel::{
    Name,
    change::{MessageRow, MessageWait},
};

use crate::{Error, Store, sql::Sql};

impl Store {
    /// The message of a name and key that came first and nobody has taken, and whoever waits for it longest.
    pub async fn waiting_message(&self, name: &Name, key: &str) -> Result<Option<(MessageRow, MessageWait)>, Error> {
        let came = Sql::fixed(
            "select id, sent_by, sent_at, payload from sys_messages where name = $1 and key = $2 order by sent_at, id limit 1",
        )
        .bind(name)
        .bind(key);
        let waits = Sql::fixed(
            "select instance, token from sys_message_waits where name = $1 and key = $2 \
             order by since, instance limit 1",
        )
        .bind(name)
        .bind(key);
        let found = self.queries(vec![came, waits], false).await?;
        let [came, waits] = found.as_slice() else { return Ok(None) };
        let (Some(came), Some(waits)) = (came.first(), waits.first()) else { return Ok(None) };
        let values = match came.get::<Option<String>>(3)? {
            Some(text) => serde_json::from_str(&text).map_err(|error| Error::corrupt("values of a message", error))?,
            None => serde_json::Map::new(),
        };
        let message = MessageRow {
            values,
            id: came.get(0)?,
            name: name.clone(),
            key: key.to_owned(),
            sent_by: came.get(1)?,
            sent_at: came.time(2)?,
        };
        let token: i64 = waits.get(1)?;
        let token = u32::try_from(token).map_err(|error| Error::corrupt("a wait for a message", error))?;
        Ok(Some((message, MessageWait { instance: waits.get(0)?, token, name: name.clone(), key: key.to_owned() })))
    }

    /// How many messages nobody has taken yet.
    pub async fn count_messages(&self) -> Result<i64, Error> {
        self.row(Sql::fixed("select count(*) from sys_messages")).await?.map_or(Ok(0), |row| row.get(0))
    }
}
