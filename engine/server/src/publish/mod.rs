//! Publishing: packs are checked, tables made to fit, the version noted, the records that come with packs made.
//!
//! Where stored values must be converted or worked out anew, or a great index is made, that is done first, while people
//! work with the version before; see [`job`].

mod aside;
mod history;
mod job;
mod plan;
mod rows;
mod state;
mod words;

pub use job::Ended;
pub use plan::{Effect, Plan};
pub use state::{IndexPart, Part, Row, State};

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use kernel::{
    Catalog, Diagnostic, PackSource, Severity,
    live::{Job, retold},
    rebuild::{Choices, Rebuild, rebuilds},
};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{DefinitionsVersion, Lease, PublicationRow, Rebuilt, SchemaChange, SchemaError};
use uuid::Uuid;

use crate::{App, Failure, OpenError, auth::hex, nodes::Told, packs, seed};

/// What is to be published.
#[derive(Clone, Debug, Default)]
pub struct Publication {
    /// Packs; those that are published already and are not among them stay.
    pub packs: Vec<PackSource>,
    /// What for.
    pub note: String,
    /// By whom; none from the command line.
    pub by: Option<Uuid>,
    /// Whether the records of the demo are made too.
    pub demo: bool,
}

/// What was published.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The version in force.
    pub version: i64,
    /// Whether it is new; else these very definitions were in force already.
    pub is_new: bool,
    /// What is worth a look.
    pub warnings: Vec<Diagnostic>,
    /// How many records that come with packs were made.
    pub made: usize,
}

/// Why nothing was published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The definitions are wrong; all that was found, warnings too.
    #[error("the definitions have {} errors", .0.iter().filter(|d| d.severity == Severity::Error).count())]
    Wrong(Vec<Diagnostic>),
    /// The tables cannot be made to fit.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// A record that comes with a pack could not be made, or the database failed.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The definitions are in force, but a record that comes with a pack was refused.
    #[error("version {version} is in force, but {because}; publish again when that is mended")]
    Seed {
        /// The version.
        version: i64,
        /// What was refused.
        because: Box<PublishError>,
    },
    /// Another publication is under way.
    #[error("another publication is under way; wait for its end, or cancel it")]
    UnderWay,
    /// Stored values stand in the way, or somebody ended it.
    #[error("nothing was published: {why}")]
    Ended {
        /// The publication.
        id: Uuid,
        /// Why.
        why: String,
    },
    /// A record that comes with a pack was refused.
    #[error("record `{key}` of data `{data}` was refused: {why}")]
    Record {
        /// The data definition.
        data: String,
        /// The record's key.
        key: String,
        /// Why.
        why: String,
    },
}

impl From<store::Error> for PublishError {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// What became of a publication that was begun.
#[derive(Debug)]
pub enum Begun {
    /// It is in force.
    Done(Report),
    /// Stored values are converted first; it is to be worked on.
    Running {
        /// The publication.
        id: Uuid,
        /// What is worth a look.
        warnings: Vec<Diagnostic>,
    },
}

impl App {
    /// Publishes packs, to the end. Broken definitions leave everything as it is.
    ///
    /// # Errors
    /// If the definitions are wrong, the tables cannot be made to fit, values do not convert, or the database fails.
    pub async fn publish(&self, publication: Publication) -> Result<Report, PublishError> {
        self.publish_with(publication, Choices::new()).await
    }

    /// The same with choices of what becomes of stored values.
    ///
    /// # Errors
    /// As [`App::publish`].
    pub async fn publish_with(&self, publication: Publication, choices: Choices) -> Result<Report, PublishError> {
        match self.begin_publication(publication, choices).await? {
            Begun::Done(report) => Ok(report),
            Begun::Running { id, warnings } => match self.work_on_publication(id).await? {
                Ended::Done(version) => Ok(Report { version, is_new: true, warnings, made: 0 }),
                Ended::Not(why) => Err(PublishError::Ended { id, why }),
                Ended::Elsewhere => Err(PublishError::UnderWay),
            },
        }
    }

    /// Publishes packs at once where no stored value is concerned; else begins to, which has then to be worked on
    /// ([`App::work_on_publication`]).
    ///
    /// # Errors
    /// As [`App::publish`].
    pub async fn begin_publication(&self, publication: Publication, choices: Choices) -> Result<Begun, PublishError> {
        self.begin(publication, choices, false).await
    }

    /// The same; `whole` if the packs are all there is to be, so that no other stays.
    async fn begin(&self, publication: Publication, choices: Choices, whole: bool) -> Result<Begun, PublishError> {
        match self.take_up_published().await {
            Ok(_) => {}
            // What is to be published may be what makes them valid again.
            Err(error @ (OpenError::Invalid { .. } | OpenError::NoVersion(_))) => tracing::warn!(%error),
            Err(OpenError::Store(error)) => return Err(error.into()),
        }
        let before = self.store().latest_definitions().await?;
        let stored = before.as_ref().filter(|_| !whole).map(|b| &b.definitions.files);
        let packs = self.merged(publication.packs, stored);
        let (catalog, problems) = Catalog::load(&packs);
        let Some(mut catalog) = catalog else { return Err(PublishError::Wrong(problems)) };
        let hash = digest(&packs);
        let mut report = Report { warnings: problems, ..Report::default() };
        let at = before.as_ref().map_or(0, |b| b.version);
        if before.is_some_and(|b| b.definitions.hash == hash) {
            report.version = at;
        } else {
            catalog.version = at + 1;
            let lost = self.lost_to_running(&catalog).await?;
            if !lost.is_empty() {
                return Err(PublishError::Wrong(lost));
            }
            if at > 0 {
                let catalog = Arc::new(catalog.clone());
                let row = PublicationRow {
                    id: Uuid::now_v7(),
                    created_at: self.clock().now(),
                    created_by: publication.by,
                    note: publication.note.clone(),
                    base: at,
                    hash: hash.clone(),
                    files: serde_json::to_value(&packs).unwrap_or_default(),
                    status: "running".into(),
                    state: json!(null),
                };
                if let Some(id) = self.begin_rebuild(&catalog, row, choices, publication.demo).await? {
                    return Ok(Begun::Running { id, warnings: report.warnings });
                }
            }
            let definitions = DefinitionsVersion {
                published_at: self.clock().now(),
                published_by: publication.by,
                note: publication.note,
                hash,
                files: serde_json::to_value(&packs).unwrap_or_default(),
            };
            let (by, note) = (definitions.published_by, definitions.note.clone());
            report.version = self.store().publish(at, definitions, &catalog.entities).await?;
            report.is_new = true;
            let retold = if at > 0 {
                let renamed = self.older(at, &catalog).await.map_err(Failure::from)?;
                retold(&renamed, &catalog, std::iter::empty())
            } else {
                Vec::new()
            };
            self.put_in_force(Arc::new(catalog)).await?;
            self.note_published(by, report.version, &note).await?;
            self.schedule(&retold).await?;
        }
        let made = seed::load(self, publication.demo).await;
        self.tell_nodes(Told { published: true, settings: true, people: true, ..Told::default() });
        report.made = made.map_err(|because| match because {
            PublishError::Record { .. } => PublishError::Seed { version: report.version, because: Box::new(because) },
            other => other,
        })?;
        Ok(Begun::Done(report))
    }

    /// Has what follows from a version worked out beside people's work.
    async fn schedule(&self, jobs: &[Job]) -> Result<(), PublishError> {
        let changes = jobs.iter().map(|job| job.schedule(self.clock().now())).collect();
        self.write_and_tell(changes).await.map_err(|error| self.refusal(error).into())
    }

    /// Begins a publication that converts stored values or makes great indexes; none if it does neither.
    async fn begin_rebuild(
        &self,
        next: &Arc<Catalog>,
        row: PublicationRow,
        choices: Choices,
        demo: bool,
    ) -> Result<Option<Uuid>, PublishError> {
        let base = self.catalog_as_it_was(row.base).await?;
        let renamed = self.older(row.base, next).await.map_err(Failure::from)?;
        let rebuilds = rebuilds(&base, &renamed, next, &choices);
        let changes = self.new_indexes(next, &rebuilds).await?;
        let mut is_large = false;
        for change in &changes {
            is_large = is_large || self.is_large(&base, next, change).await?;
        }
        if rebuilds.is_empty() && !is_large {
            return Ok(None);
        }
        let index = |change: SchemaChange| match change {
            SchemaChange::CreateIndex { entity, fields, unique } => {
                base.entity(&entity).map(|_| IndexPart { entity, fields, unique, finished: false })
            }
            _ => None,
        };
        let state = State {
            choices,
            demo,
            parts: job::parts(self, &base, &rebuilds).await?,
            indexes: changes.into_iter().filter_map(index).collect(),
            ..State::default()
        };
        let row = PublicationRow { state: json!(state), ..row };
        let (id, until) = (row.id, self.clock().now() + job::LEASE);
        let lease = Lease { id, owner: self.node(), until };
        let names: Vec<_> = rebuilds.iter().map(|rebuild| rebuild.before.name.clone()).collect();
        let rebuilt = rebuilt_fields(&rebuilds);
        if !self.store().begin_rebuild(&*base, &names, row, lease, &next.entities, &rebuilt).await? {
            return Err(PublishError::UnderWay);
        }
        self.hub().tell(crate::events::Happened::Publication { id });
        Ok(Some(id))
    }

    /// Tells those who look after the system who published what and why, and notes what is kept aside from now on.
    async fn note_published(&self, by: Option<Uuid>, version: i64, note: &str) -> Result<(), PublishError> {
        self.note(by, "published", json!({"version": version, "note": note})).await?;
        let published = self.published();
        self.store().note_aside(&published.catalog.entities, published.catalog.version, self.clock().now()).await?;
        Ok(())
    }

    /// A published version by its own names.
    pub(crate) async fn catalog_as_it_was(&self, version: i64) -> Result<Arc<Catalog>, PublishError> {
        let published = self.published();
        if published.catalog.version == version {
            return Ok(Arc::clone(&published.catalog));
        }
        Ok(self.older(version, &Catalog::default()).await.map_err(Failure::from)?)
    }

    /// The packs that are in force; none until something is published.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn packs_in_force(&self) -> Result<Vec<PackSource>, Failure> {
        let Some(latest) = self.store().latest_definitions().await? else { return Ok(Vec::new()) };
        serde_json::from_value(latest.definitions.files)
            .map_err(|error| Failure::Corrupt { what: "definitions", why: error.to_string() })
    }

    /// Fields that running instances still read by the version that they keep. Null in their place would send a record
    /// another way, so what would lose them is refused until those have ended.
    async fn lost_to_running(&self, catalog: &Catalog) -> Result<Vec<Diagnostic>, PublishError> {
        let mut problems = Vec::new();
        let mut versions: BTreeMap<i64, Option<Arc<Catalog>>> = BTreeMap::new();
        for running in self.store().running_workflows().await? {
            if let Entry::Vacant(place) = versions.entry(running.version) {
                place.insert(match self.older(running.version, catalog).await {
                    Ok(then) => Some(then),
                    Err(OpenError::Store(error)) => return Err(error.into()),
                    // What cannot be read cannot run either, until it is mended.
                    Err(error) => {
                        tracing::warn!(%error, "a version that instances keep cannot be read");
                        None
                    }
                });
            }
            let Some(then) = versions[&running.version].as_ref() else { continue };
            let Some(workflow) = then.workflows.get(&running.workflow) else { continue };
            let lost = workflow.lost(then, catalog);
            problems.extend(lost.iter().map(|l| l.problem(&running.workflow, running.version, running.instances)));
        }
        Ok(problems)
    }

    /// The packs given, and those published before that are not among them; `system` always as it is built in.
    fn merged(&self, given: Vec<PackSource>, stored: Option<&serde_json::Value>) -> Vec<PackSource> {
        let stored: Vec<PackSource> =
            stored.and_then(|files| serde_json::from_value(files.clone()).ok()).unwrap_or_default();
        let kept =
            stored.into_iter().filter(|old| old.name != "system" && given.iter().all(|new| new.name != old.name));
        let mut packs: Vec<PackSource> = kept.collect();
        packs.extend(given);
        packs::with_needed(packs)
    }
}

/// The fields that get new columns.
fn rebuilt_fields(rebuilds: &[Rebuild]) -> Rebuilt {
    let of = |rebuild: &Rebuild| {
        let entity = rebuild.after.name.clone();
        let fields = rebuild.fields().map(move |(lines, field)| (entity.clone(), lines.cloned(), field.clone()));
        fields.collect::<Vec<_>>()
    };
    rebuilds.iter().flat_map(of).collect()
}

fn digest(packs: &[PackSource]) -> String {
    let mut hasher = Sha256::new();
    for file in packs.iter().flat_map(|pack| pack.files.iter().map(move |file| (pack, file))) {
        for part in [&file.0.name, &file.1.path, &file.1.text] {
            hasher.update(part.len().to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    hex(&hasher.finalize())
}
