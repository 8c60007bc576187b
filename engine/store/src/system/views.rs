//! Views that people keep under a name, and which view somebody sees first.

use chrono::{DateTime, Utc};
use kernel::Name;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::{
    Error, Store,
    connection::Row,
    sql::{Bind, Sql},
};

/// A view that somebody keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewRow {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub owner: Uuid,
    /// The entity of its records.
    pub entity: Name,
    /// What it is called.
    pub label: String,
    /// For whom beside the owner, as the shell writes it; none for nobody.
    pub shared: Option<Json>,
    /// What it looks like, as the shell writes it.
    pub settings: Json,
    /// Its version, from 1.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A statement that reads views; a macro, for `concat!` takes only literals.
macro_rules! view {
    ($text:literal) => {
        concat!("select id, owner, entity, label, shared, settings, version, updated_at from sys_views where ", $text)
    };
}

impl Store {
    /// The views of a person, and those that are shared with anybody, by their labels.
    pub async fn views(&self, user: Uuid) -> Result<Vec<ViewRow>, Error> {
        let sql = Sql::fixed(view!("owner = $1 or shared is not null order by label, id")).bind(user);
        self.rows(sql).await?.iter().map(read).collect()
    }

    /// A view by its id.
    pub async fn view(&self, id: Uuid) -> Result<Option<ViewRow>, Error> {
        self.row(Sql::fixed(view!("id = $1")).bind(id)).await?.map(|row| read(&row)).transpose()
    }

    /// How many views a person keeps.
    pub async fn count_views(&self, user: Uuid) -> Result<i64, Error> {
        let sql = Sql::fixed("select count(*) from sys_views where owner = $1").bind(user);
        self.row(sql).await?.map_or(Ok(0), |row| row.get(0))
    }

    /// Keeps a view; false if there is one with its id already.
    pub async fn create_view(&self, view: &ViewRow) -> Result<bool, Error> {
        let sql = Sql::fixed(
            "insert into sys_views (id, owner, entity, label, shared, settings, version, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $8) on conflict (id) do nothing",
        )
        .bind(view.id)
        .bind(view.owner)
        .bind(&view.entity)
        .bind(&view.label)
        .bind(view.shared.as_ref().map(Json::to_string))
        .bind(Bind::json_text(&view.settings))
        .bind(view.version)
        .bind(Bind::millis(view.updated_at));
        Ok(self.write_one(sql).await? == 1)
    }

    /// Changes a view that is still at the version before this one; false if it is not.
    pub async fn update_view(&self, view: &ViewRow) -> Result<bool, Error> {
        let sql = Sql::fixed(
            "update sys_views set label = $2, shared = $3, settings = $4, version = $5, updated_at = $6 \
             where id = $1 and version = $5 - 1",
        )
        .bind(view.id)
        .bind(&view.label)
        .bind(view.shared.as_ref().map(Json::to_string))
        .bind(Bind::json_text(&view.settings))
        .bind(view.version)
        .bind(Bind::millis(view.updated_at));
        Ok(self.write_one(sql).await? == 1)
    }

    /// Forgets a view, and that anybody sees it first.
    pub async fn delete_view(&self, id: Uuid) -> Result<bool, Error> {
        let choices = Sql::fixed("delete from sys_view_choices where view = $1").bind(id.to_string());
        let view = Sql::fixed("delete from sys_views where id = $1").bind(id);
        Ok(self.write_all(vec![choices, view]).await?.last() == Some(&1))
    }

    /// Which views a person sees first, by their places.
    pub async fn view_choices(&self, user: Uuid) -> Result<Vec<(Name, String)>, Error> {
        let sql = Sql::fixed("select place, view from sys_view_choices where user_id = $1 order by place").bind(user);
        self.rows(sql).await?.iter().map(|row| Ok((row.name(0)?, row.get(1)?))).collect()
    }

    /// Chooses which view a person sees first at a place; none for the place's own.
    pub async fn choose_view(&self, user: Uuid, place: &Name, view: Option<&str>) -> Result<(), Error> {
        let sql = match view {
            Some(view) => Sql::fixed(
                "insert into sys_view_choices (user_id, place, view) values ($1, $2, $3) \
                 on conflict (user_id, place) do update set view = excluded.view",
            )
            .bind(user)
            .bind(place)
            .bind(view),
            None => Sql::fixed("delete from sys_view_choices where user_id = $1 and place = $2").bind(user).bind(place),
        };
        self.write_one(sql).await?;
        Ok(())
    }
}

fn read(row: &Row) -> Result<ViewRow, Error> {
    let shared: Option<String> = row.get(4)?;
    Ok(ViewRow {
        id: row.get(0)?,
        owner: row.get(1)?,
        entity: row.name(2)?,
        label: row.get(3)?,
        shared: shared
            .map(|text| serde_json::from_str(&text).map_err(|e| Error::corrupt("with whom a view is shared", e)))
            .transpose()?,
        settings: row.json(5)?,
        version: row.get(6)?,
        updated_at: row.time(7)?,
    })
}
