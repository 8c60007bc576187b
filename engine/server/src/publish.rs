//! Publishing: packs are checked, tables made to fit, the version noted, the records that come with packs made.

use std::sync::Arc;

use kernel::{Catalog, Diagnostic, PackSource, Severity};
use sha2::{Digest, Sha256};
use store::{DefinitionsVersion, SchemaError};
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

impl App {
    /// Publishes packs. Broken definitions leave everything as it is.
    ///
    /// # Errors
    /// If the definitions are wrong, the tables cannot be made to fit, or the database fails.
    pub async fn publish(&self, publication: Publication) -> Result<Report, PublishError> {
        match self.take_up_published().await {
            Ok(_) => {}
            // What is to be published may be what makes them valid again.
            Err(error @ (OpenError::Invalid { .. } | OpenError::NoVersion(_))) => tracing::warn!(%error),
            Err(OpenError::Store(error)) => return Err(error.into()),
        }
        let before = self.store().latest_definitions().await?;
        let packs = self.merged(publication.packs, before.as_ref().map(|b| &b.definitions.files));
        let (catalog, problems) = Catalog::load(&packs);
        let Some(mut catalog) = catalog else { return Err(PublishError::Wrong(problems)) };
        let hash = digest(&packs);
        let mut report = Report { warnings: problems, ..Report::default() };
        let at = before.as_ref().map_or(0, |b| b.version);
        if before.is_some_and(|b| b.definitions.hash == hash) {
            report.version = at;
        } else {
            let definitions = DefinitionsVersion {
                published_at: self.clock().now(),
                published_by: publication.by,
                note: publication.note,
                hash,
                files: serde_json::to_value(&packs).unwrap_or_default(),
            };
            let lost = self.lost_to_running(&catalog).await?;
            if !lost.is_empty() {
                return Err(PublishError::Wrong(lost));
            }
            report.version = self.store().publish(at, definitions, &catalog.entities).await?;
            report.is_new = true;
            catalog.version = report.version;
            self.put_in_force(Arc::new(catalog)).await?;
        }
        let made = seed::load(self, publication.demo).await;
        self.tell_nodes(Told { published: true, settings: true, people: true, ..Told::default() });
        report.made = made.map_err(|because| match because {
            PublishError::Record { .. } => PublishError::Seed { version: report.version, because: Box::new(because) },
            other => other,
        })?;
        Ok(report)
    }

    /// Fields that running instances still read by the version that they keep. Null in their place would send a record
    /// another way, so what would lose them is refused until those have ended.
    async fn lost_to_running(&self, catalog: &Catalog) -> Result<Vec<Diagnostic>, PublishError> {
        let mut problems = Vec::new();
        for running in self.store().running_workflows().await? {
            let then = match self.catalog_at(running.version).await {
                Ok(then) => then,
                Err(OpenError::Store(error)) => return Err(error.into()),
                // What cannot be read cannot run either, until it is mended.
                Err(error) => {
                    tracing::warn!(%error, "a version that instances keep cannot be read");
                    continue;
                }
            };
            let Some(workflow) = then.workflows.get(&running.workflow) else { continue };
            let lost = workflow.lost(&then, catalog);
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
