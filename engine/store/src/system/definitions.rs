//! Published definitions: immutable versions of the whole set of packs.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::{
    Entities, Error, Priority, SchemaError, Store,
    connection::Row,
    sql::{Bind, Sql},
    tables,
};

/// A version to be published.
#[derive(Clone, Debug, PartialEq)]
pub struct DefinitionsVersion {
    /// When.
    pub published_at: DateTime<Utc>,
    /// By whom; none for the command line.
    pub published_by: Option<Uuid>,
    /// What for.
    pub note: String,
    /// A digest of the files.
    pub hash: String,
    /// The files of all packs, as the shell packs them.
    pub files: Json,
}

/// A published version.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishedVersion {
    /// Its number, from 1.
    pub version: i64,
    /// The version.
    pub definitions: DefinitionsVersion,
}

impl Store {
    /// The number of the latest version; 0 if nothing was published.
    pub async fn latest_version(&self) -> Result<i64, Error> {
        let row = self.row(Sql::fixed("select coalesce(max(version), 0) from sys_definitions")).await?;
        row.map_or(Ok(0), |row| row.get(0))
    }

    /// The latest version.
    pub async fn latest_definitions(&self) -> Result<Option<PublishedVersion>, Error> {
        let sql = Sql::fixed(
            "select version, published_at, published_by, note, hash, files from sys_definitions \
             order by version desc limit 1",
        );
        self.row(sql).await?.map(|row| read(&row)).transpose()
    }

    /// A version by its number.
    pub async fn definitions(&self, version: i64) -> Result<Option<PublishedVersion>, Error> {
        let sql = Sql::fixed(
            "select version, published_at, published_by, note, hash, files from sys_definitions where version = $1",
        )
        .bind(version);
        self.row(sql).await?.map(|row| read(&row)).transpose()
    }

    /// All versions without their files, newest first.
    pub async fn definition_versions(&self) -> Result<Vec<PublishedVersion>, Error> {
        let sql = Sql::fixed(
            "select version, published_at, published_by, note, hash, 'null' from sys_definitions order by version desc",
        );
        self.rows(sql).await?.iter().map(read).collect()
    }

    /// Publishes the version after `expected`: makes the tables fit the entities and notes the version, in one
    /// transaction. Gives its number.
    pub async fn publish(
        &self,
        expected: i64,
        definitions: DefinitionsVersion,
        entities: &Entities,
    ) -> Result<i64, SchemaError> {
        let work = Arc::new((definitions, entities.clone()));
        self.write(Priority::People, move |connection| {
            let work = work.clone();
            Box::pin(async move {
                let (definitions, entities) = &*work;
                // Of two publishers at once the lock lets one in; the other then finds a newer version.
                tables::lock(connection).await?;
                let latest = Sql::fixed("select coalesce(max(version), 0) from sys_definitions");
                let actual = connection.row(latest).await?.map_or(Ok(0), |row| row.get(0))?;
                if actual != expected {
                    return Err(SchemaError::Outdated { expected, actual });
                }
                tables::apply(connection, expected + 1, entities, &tables::Rebuilt::new()).await?;
                connection.execute(insert(expected + 1, definitions)).await?;
                Ok(())
            })
        })
        .await?;
        self.refresh().await?;
        Ok(expected + 1)
    }
}

pub(crate) fn insert(version: i64, definitions: &DefinitionsVersion) -> Sql {
    Sql::fixed(
        "insert into sys_definitions (version, published_at, published_by, note, hash, files) \
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(version)
    .bind(Bind::millis(definitions.published_at))
    .bind(definitions.published_by)
    .bind(&definitions.note)
    .bind(&definitions.hash)
    .bind(Bind::json_text(&definitions.files))
}

fn read(row: &Row) -> Result<PublishedVersion, Error> {
    Ok(PublishedVersion {
        version: row.get(0)?,
        definitions: DefinitionsVersion {
            published_at: row.time(1)?,
            published_by: row.get(2)?,
            note: row.get(3)?,
            hash: row.get(4)?,
            files: row.json(5)?,
        },
    })
}
