//! Works a publication through: converts stored values in slices while people work, makes indexes, puts the version in
//! force, tells the histories what did not convert.
//!
//! Whatever is done is noted with it, in one transaction. Whoever is ended in the midst of it leaves a publication that
//! another process (or the same, when it starts again) takes over where it stands.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use kernel::{
    Catalog, Name, Record,
    change::{Change, Commit, FieldChange, HistoryEntry},
    live::retold,
    rebuild::{Failed, Rebuild, rebuilds},
};
use serde_json::{Value as Json, json};
use store::{DefinitionsVersion, Flipped, IdempotencyKey, Lease, NewIndex, PublicationRow, SchemaError, Sliced};
use uuid::Uuid;

use super::{
    PublishError,
    rows::as_rows,
    state::{MOST_ROWS, Part, Row, State},
};
use crate::{App, Failure, app::packs_of, events::Happened, nodes::Told, seed};

/// So long a publication is its process's after it was last heard of.
pub(super) const LEASE: chrono::Duration = chrono::Duration::seconds(10);
/// A process that was not heard of for so long has ended.
const GONE: chrono::Duration = chrono::Duration::seconds(60);
/// A slice should take about so long: people wait for the end of one.
const SLICE: Duration = Duration::from_millis(20);
/// The fewest and most records of a slice.
const RECORDS: (u32, u32) = (20, 1_000);
/// So many records that people changed are converted at once.
const TOUCHED: u32 = 200;
/// So few of them may be left when writers are asked to wait.
const FEW: usize = 40;
/// So long writers wait at most, in milliseconds.
const FENCE: i64 = 3_000;
/// A table is altered when nobody holds it; if that is never so, it is tried again so often.
const TRIES: u32 = 5;

/// What became of a publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It is in force, as this version.
    Done(i64),
    /// It was refused, cancelled or failed.
    Not(String),
    /// Another process works on it, or it is to be gone on with later.
    Elsewhere,
}

/// A publication that is worked on.
pub(super) struct Work {
    pub(super) row: PublicationRow,
    pub(super) state: State,
    pub(super) base: Arc<Catalog>,
    /// The version before by the names of the next.
    pub(super) renamed: Arc<Catalog>,
    pub(super) next: Arc<Catalog>,
    pub(super) rebuilds: Vec<Rebuild>,
    /// How many records the next slice has.
    records: u32,
}

enum Step {
    Again,
    Ended(Ended),
}

impl App {
    /// Works on a publication until it is over, or another process's.
    ///
    /// # Errors
    /// If the store fails; it can be gone on with then.
    pub async fn work_on_publication(&self, id: Uuid) -> Result<Ended, PublishError> {
        let now = self.clock().now();
        if !self.store().claim_publication(self.lease(id), now).await? {
            return self.ended(id).await;
        }
        let Some(mut work) = self.open_publication(id).await? else { return self.ended(id).await };
        loop {
            if !self.may_step() {
                // As if the process had been killed here: nothing is tidied up.
                return Ok(Ended::Elsewhere);
            }
            match self.step(&mut work).await {
                Ok(Step::Again) => {}
                Ok(Step::Ended(Ended::Elsewhere)) => return self.ended(id).await,
                Ok(Step::Ended(ended)) => return Ok(ended),
                Err(error) => {
                    work.state.tries += 1;
                    tracing::warn!(publication = %id, %error, tries = work.state.tries, "a publication got stuck");
                    if work.state.tries > TRIES {
                        if work.row.status == "running" {
                            work.state.message = Some("the database failed again and again".into());
                            self.abandon(&work, "failed").await?;
                        }
                        return Err(error);
                    }
                    tokio::time::sleep(Duration::from_millis(50 << work.state.tries)).await;
                }
            }
        }
    }

    /// Goes on with publications whose process has ended.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn resume_publications(&self) -> Result<(), PublishError> {
        for id in self.store().abandoned_publications(self.clock().now()).await? {
            self.work_on_publication(id).await?;
        }
        Ok(())
    }

    /// Ends a publication that is not in force yet; false if it is, or is over.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn cancel_publication(&self, id: Uuid) -> Result<bool, PublishError> {
        // Whoever works on it finds that it is not theirs any more.
        let far = self.clock().now() + chrono::Duration::days(36_500);
        if !self.store().claim_publication(self.lease(id), far).await? {
            return Ok(false);
        }
        let Some(work) = self.open_publication(id).await? else { return Ok(false) };
        if work.row.status != "running" {
            return Ok(false);
        }
        self.abandon(&work, "cancelled").await
    }

    /// Says which version this process works with, where that is news or `again`; and if all work with the one in force,
    /// takes down what its publication has put up.
    ///
    /// # Errors
    /// If the store fails, or a table is held for too long.
    pub async fn agree_on_version(&self, again: bool) -> Result<(), PublishError> {
        let (catalog, oldest) = (Arc::clone(&self.published().catalog), self.oldest_in_use());
        if self.says_version(oldest) || again {
            let now = self.clock().now();
            self.store().note_node(self.node(), oldest, now, now - GONE).await?;
        }
        if catalog.version == 0 || self.is_agreed(catalog.version) || oldest < catalog.version {
            return Ok(());
        }
        if self.store().oldest_version().await?.is_some_and(|version| version < catalog.version) {
            return Ok(());
        }
        if self.store().has_to_contract(&catalog.entities, catalog.version).await? {
            self.store().contract(&catalog.entities, catalog.version).await?;
        }
        self.set_agreed(catalog.version);
        Ok(())
    }

    fn lease(&self, id: Uuid) -> Lease {
        Lease { id, owner: self.node(), until: self.clock().now() + LEASE }
    }

    async fn ended(&self, id: Uuid) -> Result<Ended, PublishError> {
        let Some(row) = self.store().publication(id).await? else { return Ok(Ended::Elsewhere) };
        let state = state_of(&row);
        Ok(match row.status.as_str() {
            "in_force" | "done" => Ended::Done(row.base + 1),
            "running" => Ended::Elsewhere,
            other => Ended::Not(state.message.unwrap_or_else(|| format!("the publication was {other}"))),
        })
    }

    /// What is needed to work on a publication; none if it is over.
    async fn open_publication(&self, id: Uuid) -> Result<Option<Work>, PublishError> {
        let Some(row) = self.store().publication(id).await? else { return Ok(None) };
        if !matches!(row.status.as_str(), "running" | "in_force") {
            return Ok(None);
        }
        let state = state_of(&row);
        let packs = packs_of(row.base + 1, row.files.clone()).map_err(Failure::from)?;
        let (next, problems) = Catalog::load(&packs);
        let Some(mut next) = next else { return Err(PublishError::Wrong(problems)) };
        next.version = row.base + 1;
        let next = Arc::new(next);
        let base = self.catalog_as_it_was(row.base).await?;
        let renamed = self.older(row.base, &next).await.map_err(Failure::from)?;
        let rebuilds = rebuilds(&base, &renamed, &next, &state.choices);
        self.store().refresh().await?;
        Ok(Some(Work { row, state, base, renamed, next, rebuilds, records: 100 }))
    }

    async fn step(&self, work: &mut Work) -> Result<Step, PublishError> {
        if work.row.status == "running" {
            return self.prepare(work).await;
        }
        self.put_in_force(Arc::clone(&work.next)).await?;
        if work.state.failed > 0
            && let Some(at) = work.state.parts.iter().position(|part| !part.all_told)
        {
            self.tell_histories(work, at).await?;
            return self.note_progress(work).await;
        }
        let mut after = work.next.live.swept(work.rebuilds.iter());
        after.extend(retold(&work.renamed, &work.next, work.rebuilds.iter()));
        self.schedule(&after).await?;
        seed::load(self, work.state.demo).await?;
        work.row.status = "done".into();
        match self.note_progress(work).await? {
            Step::Again => {
                self.tell_publication(work);
                Ok(Step::Ended(Ended::Done(work.next.version)))
            }
            ended @ Step::Ended(_) => Ok(ended),
        }
    }

    async fn note_progress(&self, work: &Work) -> Result<Step, PublishError> {
        let (lease, state) = (self.lease(work.row.id), json!(work.state));
        let noted = self.store().note_publication(lease, &work.row.status, &state).await?;
        Ok(if noted { Step::Again } else { Step::Ended(Ended::Elsewhere) })
    }

    /// Everything before it is in force.
    async fn prepare(&self, work: &mut Work) -> Result<Step, PublishError> {
        if let Some(at) = work.state.parts.iter().position(|part| !part.finished) {
            return self.slice(work, at).await;
        }
        let missing = self.store().missing_indexes(work.next.version, &work.next.entities, &Default::default()).await?;
        if let Some(index) = missing.first() {
            return self.index(work, index).await;
        }
        for at in 0..work.rebuilds.len() {
            if self.left(work, at).await? > FEW {
                return self.drain(work, at).await;
            }
        }
        let lost = self.lost_to_running(&work.next).await?;
        if !lost.is_empty() {
            work.state.message = lost.first().map(|l| l.message.clone());
            self.abandon(work, "refused").await?;
            return Err(PublishError::Wrong(lost));
        }
        self.flip(work).await
    }

    /// Converts the next records of an entity.
    async fn slice(&self, work: &mut Work, at: usize) -> Result<Step, PublishError> {
        let Some((rebuild, part)) = work.rebuilds.get(at).zip(work.state.parts.get(at).cloned()) else {
            return Err(Failure::Corrupt { what: "a publication", why: "it has other parts".into() }.into());
        };
        let begun = Instant::now();
        let before = &rebuild.before.name;
        let records = self.store().records_after(&*work.base, before, part.after, work.records).await?;
        let mut state = work.state.clone();
        let count = i64::try_from(records.len()).unwrap_or_default();
        let last = records.last().map(|record| record.id);
        let finished = records.len() < work.records as usize;
        let scene = self.scene_of(&work.next);
        let made = self.rebuilt(&scene, rebuild, records).await?;
        take_failures(&mut state, rebuild, &made);
        if let Some(part) = state.parts.get_mut(at) {
            part.done += count;
            part.after = last.or(part.after);
            part.finished = finished;
            part.total = part.total.max(part.done);
        }
        let told = state.percent() != work.state.percent() || finished;
        let lease = self.lease(work.row.id);
        let entity = rebuild.after.name.clone();
        let written = self.store().write_slice(&*work.next, &entity, as_rows(&made), lease, &json!(state)).await?;
        work.state = state;
        if written == Sliced::Lost {
            return Ok(Step::Ended(Ended::Elsewhere));
        }
        let took = begun.elapsed();
        let (least, most) = RECORDS;
        work.records = if took > SLICE { work.records / 2 } else { work.records.saturating_add(work.records / 2) };
        work.records = work.records.clamp(least, most);
        if told {
            self.tell_publication(work);
        }
        self.unless_refused(work).await
    }

    /// Ends what cannot go on, if a value does not convert that must.
    async fn unless_refused(&self, work: &mut Work) -> Result<Step, PublishError> {
        let refuses = |row: &Row| row.failed.as_ref().is_some_and(|failed| failed.refuses);
        // What is told first is seen first: the rest of the records need not be gone through.
        if work.state.rows.iter().any(refuses)
            && (work.state.rows.len() >= MOST_ROWS || work.state.parts.iter().all(|part| part.finished))
        {
            let told = format!("{} values do not convert", work.state.failed);
            work.state.message = Some(told.clone());
            self.abandon(work, "refused").await?;
            return Ok(Step::Ended(Ended::Not(told)));
        }
        Ok(Step::Again)
    }

    async fn index(&self, work: &mut Work, index: &NewIndex) -> Result<Step, PublishError> {
        match self.store().make_index(index).await {
            Ok(()) => {
                let of =
                    |part: &&mut super::state::IndexPart| part.entity == index.entity && part.fields == index.fields;
                work.state.indexes.iter_mut().filter(of).for_each(|part| part.finished = true);
                self.tell_publication(work);
                self.note_progress(work).await
            }
            Err(SchemaError::Duplicates { entity, fields }) => {
                let limit = u32::try_from(MOST_ROWS).unwrap_or(u32::MAX);
                let rows = self.store().sharing(&*work.next, &entity, &fields, limit).await?;
                let row = |(id, title)| Row { entity: entity.clone(), id, title, failed: None };
                work.state.rows.extend(rows.into_iter().map(row));
                let told = SchemaError::Duplicates { entity, fields }.to_string();
                work.state.message = Some(told.clone());
                self.abandon(work, "refused").await?;
                Ok(Step::Ended(Ended::Not(told)))
            }
            Err(other) => Err(other.into()),
        }
    }

    async fn left(&self, work: &Work, at: usize) -> Result<usize, PublishError> {
        let Some(rebuild) = work.rebuilds.get(at) else { return Ok(0) };
        Ok(self.store().touched(&*work.base, &rebuild.before.name, TOUCHED).await?.len())
    }

    /// Converts records that people have changed since.
    async fn drain(&self, work: &mut Work, at: usize) -> Result<Step, PublishError> {
        let Some(rebuild) = work.rebuilds.get(at) else { return Ok(Step::Again) };
        let before = &rebuild.before.name;
        let touched = self.store().touched(&*work.base, before, TOUCHED).await?;
        let records = self.store().records(&*work.base, before, &touched).await?;
        let scene = self.scene_of(&work.next);
        let made = self.rebuilt(&scene, rebuild, records).await?;
        let mut state = work.state.clone();
        take_failures(&mut state, rebuild, &made);
        let (lease, entity) = (self.lease(work.row.id), rebuild.after.name.clone());
        let written = self.store().write_slice(&*work.next, &entity, as_rows(&made), lease, &json!(state)).await?;
        work.state = state;
        if written == Sliced::Lost {
            return Ok(Step::Ended(Ended::Elsewhere));
        }
        self.unless_refused(work).await
    }

    /// Has writers wait for a moment, converts the last records, and puts the version in force.
    async fn flip(&self, work: &mut Work) -> Result<Step, PublishError> {
        let names: Vec<Name> = work.rebuilds.iter().map(|r| r.before.name.clone()).collect();
        self.store().raise_fence(&*work.base, &names, work.next.version, FENCE).await?;
        for at in 0..work.rebuilds.len() {
            while self.left(work, at).await? > 0 {
                if let Step::Ended(ended) = self.drain(work, at).await? {
                    return Ok(Step::Ended(ended));
                }
            }
        }
        if !self.may_step() {
            return Ok(Step::Ended(Ended::Elsewhere));
        }
        let definitions = DefinitionsVersion {
            published_at: self.clock().now(),
            published_by: work.row.created_by,
            note: work.row.note.clone(),
            hash: work.row.hash.clone(),
            files: work.row.files.clone(),
        };
        let (lease, state) = (self.lease(work.row.id), json!(work.state));
        let flipped = self.store().flip(&*work.base, &names, work.row.base, definitions, lease, &state).await?;
        Ok(match flipped {
            Flipped::Done => {
                work.row.status = "in_force".into();
                self.put_in_force(Arc::clone(&work.next)).await?;
                self.note_published(work.row.created_by, work.next.version, &work.row.note).await?;
                self.tell_nodes(Told { published: true, settings: true, people: true, ..Told::default() });
                self.tell_publication(work);
                Step::Again
            }
            Flipped::Touched(_) => Step::Again,
            Flipped::Lost => Step::Ended(Ended::Elsewhere),
        })
    }

    async fn abandon(&self, work: &Work, status: &str) -> Result<bool, PublishError> {
        let names: Vec<Name> = work.rebuilds.iter().map(|r| r.before.name.clone()).collect();
        let (lease, state) = (self.lease(work.row.id), json!(work.state));
        let ended = self.store().abandon(&*work.base, &names, work.row.base, lease, status, &state).await?;
        self.tell_publication(work);
        Ok(ended)
    }

    /// Writes into the histories of records what did not convert: the old column has it still.
    async fn tell_histories(&self, work: &mut Work, at: usize) -> Result<(), PublishError> {
        let Some((rebuild, part)) = work.rebuilds.get(at).zip(work.state.parts.get(at).cloned()) else { return Ok(()) };
        let (_, most) = RECORDS;
        let records = self.store().records_after(&*work.base, &rebuild.before.name, part.told, most).await?;
        let last = records.last().map(|record| record.id);
        let finished = records.len() < most as usize;
        let scene = self.scene_of(&work.next);
        let made = self.rebuilt(&scene, rebuild, records).await?;
        let changes: Vec<Change> = made
            .iter()
            .filter(|(_, rebuilt)| rebuilt.failed.iter().any(|failed| !failed.value.is_null()))
            .map(|(record, rebuilt)| Change::History(noted(&rebuild.after.name, record, &rebuilt.failed)))
            .collect();
        if !changes.is_empty() {
            let commit = Commit { at: scene.now, by: work.row.created_by, changes };
            // Once for each slice, also if the process ends before it is noted that it was done.
            let key = format!("publication {} {at} {:?}", work.row.id, part.told);
            let key = IdempotencyKey { key, user: work.row.id, request_hash: String::new() };
            let done = self.store().commit_once(&*work.next, commit, key).await;
            done.map_err(|error| self.refusal(error))?;
        }
        if let Some(part) = work.state.parts.get_mut(at) {
            part.told = last.or(part.told);
            part.all_told = finished;
        }
        Ok(())
    }

    fn tell_publication(&self, work: &Work) {
        self.hub().tell(Happened::Publication { id: work.row.id });
        self.tell_nodes(Told { publications: [work.row.id].into(), ..Told::default() });
    }
}

fn noted(entity: &Name, record: &Record, failed: &[Failed]) -> HistoryEntry {
    let change =
        |failed: &Failed| FieldChange { path: failed.path.clone(), old: failed.value.clone(), new: Json::Null };
    HistoryEntry {
        entity: entity.clone(),
        record: record.id,
        version: record.version,
        action: "updated".into(),
        source: "publish".into(),
        reason: None,
        changes: failed.iter().filter(|failed| !failed.value.is_null()).map(change).collect(),
    }
}

fn take_failures(state: &mut State, rebuild: &Rebuild, made: &[super::rows::Made]) {
    for (record, rebuilt) in made {
        state.less += i64::try_from(rebuilt.less).unwrap_or_default();
        state.fail(&rebuild.after.name, record.id, &record.title, rebuilt.failed.clone());
    }
}

/// How far a publication is; from the beginning if that cannot be read.
pub(super) fn state_of(row: &PublicationRow) -> State {
    serde_json::from_value(row.state.clone()).unwrap_or_default()
}

/// The parts of a publication, with how many records each has.
pub(super) async fn parts(app: &App, base: &Catalog, rebuilds: &[Rebuild]) -> Result<Vec<Part>, store::Error> {
    let mut parts = Vec::new();
    for rebuild in rebuilds {
        let converted = rebuild.conversions.iter().map(|c| (c.lines.as_ref(), &c.after.name));
        let computed = rebuild.computed.iter().map(|(lines, field)| (lines.as_ref(), field));
        parts.push(Part {
            entity: rebuild.after.name.clone(),
            converted: super::rows::paths(converted),
            computed: super::rows::paths(computed),
            total: app.store().count_all(base, &rebuild.before.name).await?,
            ..Part::default()
        });
    }
    Ok(parts)
}
