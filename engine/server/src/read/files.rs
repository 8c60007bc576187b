//! Files for somebody: who may see one, and what is told of it.

use std::collections::BTreeMap;

use kernel::{
    Name, Rejection, Value,
    query::{Predicate, Select},
    rights::all,
    workflow::DECISION_FILES,
};
use serde_json::{Value as Json, json};
use store::FileRow;
use uuid::Uuid;

use super::time;
use crate::{App, Failure, Scene, files::can_be_small};

/// So many of the records that hold a file are looked at.
const MOST_USES: u32 = 1_000;
/// So many at once.
const TOGETHER: usize = 200;

impl App {
    /// A file as far as somebody may see it: who may read a field that holds it, or, while nothing does, who brought it.
    ///
    /// # Errors
    /// If the rights cannot be worked out, or the store fails.
    pub async fn see_file(&self, scene: &Scene, id: Uuid) -> Result<Option<FileRow>, Failure> {
        let Some(file) = self.store().file(id).await? else { return Ok(None) };
        let mut fields: BTreeMap<(Name, String), Vec<Uuid>> = BTreeMap::new();
        for one in self.store().file_uses(id, MOST_USES).await? {
            let field = match scene.catalog.entity(&one.entity) {
                Some(entity) => entity.path_now(&one.field).into_owned(),
                None => one.field,
            };
            fields.entry((one.entity, field)).or_default().push(one.record);
        }
        if fields.is_empty() {
            return Ok(Some(file).filter(|file| file.created_by.is_some() && file.created_by == scene.user));
        }
        for ((entity, field), records) in fields {
            if field.starts_with(DECISION_FILES) {
                if self.sees_decisions(scene, &entity, &records).await? {
                    return Ok(Some(file));
                }
                continue;
            }
            if self.sees_one(scene, &entity, &field, &records).await? {
                return Ok(Some(file));
            }
        }
        let shown = self.is_in_task(scene, id).await?;
        Ok(Some(file).filter(|_| shown))
    }

    /// Whether somebody sees one of these records, and with it what was attached to decisions on it.
    async fn sees_decisions(&self, scene: &Scene, entity: &Name, records: &[Uuid]) -> Result<bool, Failure> {
        for record in records {
            match self.see(scene, entity, *record).await {
                Ok(_) => return Ok(true),
                Err(Failure::Rejected(Rejection::NotFound { .. })) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(false)
    }

    /// Whether a task shows somebody a field that holds the file.
    async fn is_in_task(&self, scene: &Scene, id: Uuid) -> Result<bool, Failure> {
        let Some(user) = scene.user else { return Ok(false) };
        for one in self.store().file_uses_in_tasks(id, user, &self.pools_of(user)).await? {
            match self.see(scene, &one.entity, one.record).await {
                Ok(seen) if seen.mask.shows(&seen.entity.path_now(&one.field)) => return Ok(true),
                Ok(_) | Err(Failure::Rejected(Rejection::NotFound { .. })) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(false)
    }

    /// Whether somebody may read this field of one of these records, also of those in the trash.
    async fn sees_one(&self, scene: &Scene, entity: &Name, field: &str, records: &[Uuid]) -> Result<bool, Failure> {
        // An entity or field that the definitions have lost shows nothing to anybody.
        let Some(entity) = scene.catalog.entity(entity).filter(|e| kernel::catalog::has_field(e, field)) else {
            return Ok(false);
        };
        let shown = {
            let ctx = scene.ctx();
            let access = scene.access(&ctx);
            access.list_predicate(entity, &[field.to_owned()]).unwrap_or(Predicate::False)
        };
        if shown == Predicate::False {
            return Ok(false);
        }
        for piece in records.chunks(TOGETHER) {
            let values = piece.iter().copied().map(Value::Id).collect();
            let among = Predicate::In { operand: vec![Name::new("id")], values };
            for deleted in [false, true] {
                let select = Select {
                    entity: entity.name.clone(),
                    columns: Vec::new(),
                    filter: all(vec![among.clone(), shown.clone()]),
                    tokens: Vec::new(),
                    sort: Vec::new(),
                    after: None,
                    limit: 1,
                    flags: Vec::new(),
                    deleted,
                };
                if !self.store().select(&*scene.catalog, &select).await?.rows.is_empty() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

/// What is told of a file.
pub(crate) fn file_to_json(file: &FileRow) -> Json {
    json!({
        "id": file.id, "name": file.name, "size": file.size, "type": file.media_type, "at": time(file.created_at),
        "pixels": file.pixels.map(|(width, height)| [width, height]),
        "thumbnail": !file.gone && can_be_small(&file.media_type, file.pixels), "gone": file.gone,
    })
}
