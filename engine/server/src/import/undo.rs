//! Takes an import back: what it made goes to the trash, what it changed is as it was before. What others changed since,
//! or use, stays, and is counted.

use std::collections::{HashMap, HashSet};

use indexmap::IndexSet;
use kernel::{
    Catalog, Name, Rejection, Value,
    change::{Change, Commit, HistoryEntry, UpdateRecord},
    definition::FieldKind,
    query::{FieldPath, Predicate, Select},
    rights,
    save::followed,
};
use serde_json::{Map, Value as Json};
use store::{ImportRecord, ImportRow, ImportWas};
use uuid::Uuid;

use super::{
    job::{json, read},
    saver::{Saver, Wanted},
    state::{KeptRecord, Status},
};
use crate::{App, Failure, engine::concern_people, merging::ways_to};

/// So long after its end an import can be undone.
pub const UNDO_WITHIN: chrono::Duration = chrono::Duration::days(7);
/// Records that are taken back together.
const TOGETHER: u32 = 200;

impl App {
    /// Takes an import back, within a week. Tells which records had to stay: those that others changed since, unless
    /// they are to be taken back too (`touched`), and those that others refer to.
    ///
    /// # Errors
    /// If there is none, it has not ended, or the store fails.
    pub async fn undo_import(&self, user: Option<Uuid>, id: Uuid, touched: bool) -> Result<ImportRow, Failure> {
        let mut row = self.import_of(user, id).await?;
        let ended_at = read(&row).ended_at.unwrap_or(row.created_at);
        if self.clock().now() > ended_at + UNDO_WITHIN {
            let message = format!("expected an import of the last {} days, but it is older", UNDO_WITHIN.num_days());
            return Err(Rejection::state("too_late", message).into());
        }
        let before = std::mem::replace(&mut row.status, Status::Undoing.as_str().into());
        let refused = |status: &str| {
            let message = format!("expected an import that has ended, but it is {status}");
            Failure::from(Rejection::state("wrong_state", message))
        };
        let again = before == "undone" && read(&row).kept > 0;
        if !["done", "failed"].contains(&before.as_str()) && !again {
            return Err(refused(&before));
        }
        // Claimed before anything is taken back: of two people at once, one does it.
        if !self.claim_import(&row, &before).await? {
            return Err(refused(Status::Undoing.as_str()));
        }
        let _held = self.hold_import(id);
        let mut state = read(&row);
        let taken = self.take_back(id, touched).await;
        row.status = match &taken {
            Ok(kept) => {
                state.keep(kept.clone());
                Status::Undone.as_str().into()
            }
            Err(_) => before,
        };
        row.state = json(&state);
        self.store().update_import(&row, Status::Undoing.as_str()).await?;
        self.tell_import(&row);
        taken.map(|_| row)
    }

    /// Takes back what an import made, latest first, so that what refers to a record goes before it.
    pub(super) async fn take_back(&self, id: Uuid, touched: bool) -> Result<Vec<KeptRecord>, Failure> {
        // A record whose rows did not stand together has several entries: the latest knows the version that the import
        // left it at, the earliest what it was before, or that it was not there.
        let mut known: HashMap<Uuid, Known> = HashMap::new();
        let mut at = None;
        while let Some(part) = self.made_before(id, &mut at).await? {
            for one in part {
                let known = known.entry(one.record).or_insert(Known { version: one.version, ..Known::default() });
                known.earliest = one.number;
                known.created |= one.was == ImportWas::Created;
            }
        }
        let (mut kept, mut seen, mut at) = (Vec::new(), HashSet::new(), None);
        while let Some(mut part) = self.made_before(id, &mut at).await? {
            part.retain_mut(|one| {
                let Some(known) = known.get(&one.record) else { return false };
                one.version = known.version;
                if known.created {
                    one.was = ImportWas::Created;
                    seen.insert(one.record)
                } else {
                    known.earliest == one.number
                }
            });
            kept.extend(self.take_back_part(id, &part, touched).await?);
        }
        // What stays can be taken back later on.
        let stays: HashSet<Uuid> = kept.iter().map(|one| one.id).collect();
        let done: Vec<Uuid> = known.into_keys().filter(|record| !stays.contains(record)).collect();
        self.store().forget_import_records(id, &done).await?;
        Ok(kept)
    }

    /// The next page of what an import made and changed, latest first; none after the last.
    async fn made_before(&self, id: Uuid, at: &mut Option<i64>) -> Result<Option<Vec<ImportRecord>>, Failure> {
        let part = self.store().import_records(id, *at, TOGETHER).await?;
        *at = part.last().map(|last| last.number).or(*at);
        Ok((!part.is_empty()).then_some(part))
    }

    async fn take_back_part(
        &self,
        batch: Uuid,
        part: &[ImportRecord],
        touched: bool,
    ) -> Result<Vec<KeptRecord>, Failure> {
        let mut kept = Vec::new();
        let keep = |entity: &Name, id: Uuid, why: &str| KeptRecord { entity: entity.clone(), id, why: why.to_owned() };
        // In the order of the part: what refers to others was made after them, so it goes before them.
        let entities: IndexSet<&Name> = part.iter().map(|one| &one.entity).collect();
        for entity in entities {
            let of_entity: Vec<&ImportRecord> = part.iter().filter(|one| one.entity == *entity).collect();
            let scene = self.scene(None);
            let ids: Vec<Uuid> = of_entity.iter().map(|one| one.record).collect();
            let now = self.store().records(scene.catalog.as_ref(), entity, &ids).await?;
            let used = self.used(&scene.catalog, entity, &ids).await?;
            let mut changes = Vec::new();
            for one in of_entity {
                let Some(record) = now.iter().find(|r| r.id == one.record && r.deleted_at.is_none()) else { continue };
                if record.version != one.version && !touched {
                    kept.push(keep(entity, one.record, "changed"));
                    continue;
                }
                if one.was == ImportWas::Created && used.contains(&one.record) {
                    kept.push(keep(entity, one.record, "used"));
                    continue;
                }
                match (one.was, &one.before) {
                    (ImportWas::Created, _) => {
                        let trash = UpdateRecord {
                            deleted_at: Some(Some(scene.now)),
                            ..UpdateRecord::of(entity, record.id, record.version)
                        };
                        changes.push(Change::UpdateRecord(Box::new(trash)));
                        changes.extend(followed(&scene.catalog, scene.zone, scene.now, Some(record), None));
                        changes.push(Change::History(HistoryEntry {
                            entity: entity.clone(),
                            record: record.id,
                            version: record.version + 1,
                            action: "deleted".into(),
                            source: "import".into(),
                            reason: None,
                            changes: Vec::new(),
                        }));
                    }
                    (ImportWas::Updated, Some(before)) => {
                        if !self.restore(batch, entity, record.clone(), before).await? {
                            kept.push(keep(entity, one.record, "changed"));
                        }
                    }
                    (ImportWas::Updated, None) => kept.push(keep(entity, one.record, "changed")),
                }
            }
            if !changes.is_empty() {
                let people = concern_people(&changes);
                let commit = Commit { at: scene.now, by: None, changes };
                self.store().commit_bulk(scene.catalog.as_ref(), commit).await.map_err(|e| self.refusal(e))?;
                if people {
                    self.people_written().await;
                }
            }
        }
        Ok(kept)
    }

    /// Makes a changed record what it was before.
    async fn restore(
        &self,
        batch: Uuid,
        entity: &Name,
        record: kernel::Record,
        before: &Json,
    ) -> Result<bool, Failure> {
        let scene = self.scene(None);
        let Some(compiled) = scene.catalog.entity(entity) else { return Ok(false) };
        let written = |fields: &indexmap::IndexMap<Name, kernel::schema::Field>, from: &Json| -> Map<String, Json> {
            let stored = fields.values().filter(|f| (!f.computed || f.may_override) && f.kind != FieldKind::Lines);
            stored.map(|f| (f.name.to_string(), from.get(&*f.name).cloned().unwrap_or_default())).collect()
        };
        let mut input = written(&compiled.fields, before);
        for table in compiled.line_tables() {
            let lines = before.get(&*table.name).and_then(Json::as_array).into_iter().flatten().map(|line| {
                let mut fields = written(&table.fields, line);
                fields.insert("id".into(), line.get("id").cloned().unwrap_or_default());
                Json::Object(fields)
            });
            input.insert(table.name.to_string(), lines.collect());
        }
        let saver = Saver { app: self, user: None, batch, write: true, imagined: std::collections::HashMap::new() };
        let wanted = Wanted { row: 0, input, base: Some(std::sync::Arc::new(record)), origin: None };
        let fates = saver.save(compiled, &[wanted], &mut kernel::query::Facts::new()).await?;
        Ok(!matches!(fates.first(), Some(super::saver::Fate::Refused(_)) | None))
    }

    /// Which of these records others refer to.
    async fn used(&self, catalog: &Catalog, entity: &Name, ids: &[Uuid]) -> Result<HashSet<Uuid>, Failure> {
        let mut used = HashSet::new();
        for way in ways_to(catalog, entity) {
            let (among, other, field) = (way.naming(entity, ids), &way.entity.name, way.field);
            let named =
                |value: &Value| field.records(value).into_iter().filter(|(of, _)| of == entity).map(|(_, id)| id);
            match way.lines {
                None => {
                    for row in self.matching(catalog, other, vec![vec![field.name.clone()]], among).await? {
                        used.extend(row.values.first().into_iter().flat_map(named));
                    }
                }
                Some(lines) => {
                    let found = self.matching(catalog, other, Vec::new(), among).await?;
                    let found: Vec<Uuid> = found.iter().map(|row| row.record.id).collect();
                    for record in self.store().records(catalog, other, &found).await? {
                        let lines = record.lines.get(lines).into_iter().flatten();
                        used.extend(lines.filter_map(|line| line.fields.get(&field.name)).flat_map(named));
                    }
                }
            }
        }
        Ok(used)
    }

    async fn matching(
        &self,
        catalog: &Catalog,
        entity: &Name,
        columns: Vec<FieldPath>,
        filter: Predicate,
    ) -> Result<Vec<kernel::query::Row>, Failure> {
        let mut select = Select {
            entity: entity.clone(),
            columns,
            filter: rights::all(vec![filter]),
            tokens: Vec::new(),
            sort: Vec::new(),
            after: None,
            limit: 500,
            flags: Vec::new(),
            deleted: false,
        };
        let mut rows = Vec::new();
        loop {
            let page = self.store().select(catalog, &select).await?;
            rows.extend(page.rows);
            match page.next {
                Some(next) => select.after = Some(next),
                None => return Ok(rows),
            }
        }
    }
}

/// What all entries of a record say together.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    version: i64,
    earliest: i64,
    created: bool,
}
