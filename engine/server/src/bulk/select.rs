//! Which records: those that are named, or all that a list finds for whoever asks.

use std::collections::HashSet;

use kernel::{Name, Rejection};
use serde::Deserialize;
use serde_json::Value as Json;
use uuid::Uuid;

use super::MOST;
use crate::{App, Failure, Scene, read::ListRequest};

/// Rows that are read at a time.
const PAGE: u32 = 200;

/// Which records are changed.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// These.
    Rows(Vec<Chosen>),
    /// All that the list finds for whoever asks, when they ask.
    All(List),
}

/// A record that was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Chosen {
    /// Whatever its version is.
    Id(Uuid),
    /// As it was read.
    Read {
        /// The record.
        id: Uuid,
        /// The version that was read.
        version: i64,
    },
}

/// A list as the list route takes it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct List {
    /// A view.
    pub view: Option<String>,
    /// A filter.
    pub filter: Option<Json>,
    /// Words to search for.
    pub q: Option<String>,
    /// Whether the trash is meant.
    pub deleted: bool,
}

impl Selection {
    /// The records with the versions that were read, in their order, each once.
    pub(super) async fn rows(
        &self,
        app: &App,
        scene: &Scene,
        entity: &Name,
    ) -> Result<Vec<(Uuid, Option<i64>)>, Failure> {
        let mut rows = match self {
            Self::Rows(chosen) => chosen
                .iter()
                .map(|chosen| match chosen {
                    Chosen::Id(id) => (*id, None),
                    Chosen::Read { id, version } => (*id, Some(*version)),
                })
                .collect(),
            Self::All(list) => all(app, scene, entity, list).await?,
        };
        let mut seen = HashSet::new();
        rows.retain(|(id, _)| seen.insert(*id));
        if rows.len() > MOST {
            return Err(too_many());
        }
        Ok(rows)
    }
}

async fn all(app: &App, scene: &Scene, entity: &Name, list: &List) -> Result<Vec<(Uuid, Option<i64>)>, Failure> {
    let mut request = ListRequest {
        view: list.view.clone(),
        filter: list.filter.clone(),
        q: list.q.clone(),
        sort: vec!["id".into()],
        columns: Some(Vec::new()),
        limit: Some(PAGE),
        deleted: list.deleted,
        ..ListRequest::default()
    };
    let mut rows = Vec::new();
    loop {
        let page = app.page(scene, entity, &request).await?;
        // What was found is what is meant; a version each would only refuse what others changed in the meantime.
        rows.extend(page.rows.iter().map(|row| (row.record.id, None)));
        if rows.len() > MOST {
            return Err(too_many());
        }
        match page.next {
            Some(next) => request.after = Some(next),
            None => return Ok(rows),
        }
    }
}

fn too_many() -> Failure {
    Rejection::invalid("rows", "too_many", format!("expected at most {MOST} records; narrow the list down")).into()
}
