//! What can be done, one file each: what is read first, and what the kernel is asked.

mod act;
mod comment;
mod create_record;
mod erase_record;
mod merge_records;
mod recompute;
mod remove_record;
mod restore_version;
mod send_message;
mod transition;
mod undo_merge;
mod update_record;

pub use act::ActOnInstance;
pub use comment::WriteComment;
pub use create_record::CreateRecord;
pub use erase_record::EraseRecord;
pub use merge_records::MergeRecords;
pub use recompute::Recompute;
pub use remove_record::RemoveRecord;
pub use restore_version::RestoreVersion;
pub use send_message::SendMessage;
pub use transition::MakeTransition;
pub use undo_merge::UndoMerge;
pub use update_record::UpdateRecord;

use std::sync::Arc;

use kernel::{
    Name, Problem, Record, Rejection, Value,
    change::InstanceRow,
    command::Done,
    context::Context,
    query::{Facts, Outcome},
    rights::Access,
    save::{Saved, Saving, Suspects},
    schema::Entity,
    workflow::{Instance, Status},
};
use store::Committed;
use uuid::Uuid;

use crate::{
    App, Failure, Scene,
    engine::{Answer, Decided},
    read::unknown,
};

/// What is told of a saved record.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The record as it is now.
    pub record: Record,
    /// Rules that only warn.
    pub warnings: Vec<Problem>,
}

/// What is told of a transition or a decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Acted {
    /// The record as it is now.
    pub record: Record,
    /// The workflow, if one is concerned.
    pub instance: Option<Instance>,
    /// Rules that only warn.
    pub warnings: Vec<Problem>,
    /// Records that were made beside.
    pub made: Vec<(Name, Uuid)>,
}

impl Answer for Written {
    fn take_over(&mut self, committed: &Committed) {
        take_over(&mut self.record, committed);
    }
}

impl Answer for Acted {
    fn take_over(&mut self, committed: &Committed) {
        take_over(&mut self.record, committed);
    }
}

/// The number, and the title that it stands in, are given in the commit.
fn take_over(record: &mut Record, committed: &Committed) {
    let Some(written) = committed.record(record.id) else { return };
    record.version = written.version;
    if let Some(number) = &written.number {
        record.number = Some(number.clone());
    }
    if let Some(title) = &written.title {
        record.title.clone_from(title);
    }
    for (field, number) in &written.series {
        record.fields.insert(field.clone(), Value::text(number));
    }
}

/// Asks the kernel about a save.
pub(crate) fn saving<T>(
    scene: &Scene,
    facts: &Facts,
    source: &'static str,
    batch: Option<Uuid>,
    ask: impl FnOnce(&Saving<'_>) -> Outcome<T>,
) -> Outcome<T> {
    saving_with(scene, facts, source, batch, Suspects::Pass, ask)
}

/// The same with what becomes of records that may be there already.
pub(crate) fn saving_with<T>(
    scene: &Scene,
    facts: &Facts,
    source: &'static str,
    batch: Option<Uuid>,
    suspects: Suspects<'_>,
    ask: impl FnOnce(&Saving<'_>) -> Outcome<T>,
) -> Outcome<T> {
    let ctx: Context<'_> = scene.ctx();
    let access = Access::new(&scene.catalog, &ctx);
    ask(&Saving { catalog: &scene.catalog, ctx: &ctx, facts, access: &access, source, batch, suspects })
}

/// What a person is asked of records that may be there already, unless they said why not; nobody else is asked.
fn suspects<'r>(source: &str, distinct: Option<&'r str>) -> Suspects<'r> {
    match distinct {
        _ if source != "app" => Suspects::Pass,
        None => Suspects::Ask,
        Some(why) => Suspects::Because(why),
    }
}

fn decided(saved: Outcome<Saved>) -> Outcome<Decided<Written>> {
    match saved {
        Outcome::Decided(saved) => {
            let done = Written { record: saved.record, warnings: saved.warnings };
            Outcome::Decided(Decided { changes: saved.changes, done })
        }
        Outcome::Needs(queries) => Outcome::Needs(queries),
        Outcome::Rejected(rejection) => Outcome::Rejected(rejection),
    }
}

fn acted(done: Outcome<Done>) -> Outcome<Decided<Acted>> {
    match done {
        Outcome::Decided(done) => {
            let told = Acted { record: done.record, instance: done.instance, warnings: done.warnings, made: done.made };
            Outcome::Decided(Decided { changes: done.changes, done: told })
        }
        Outcome::Needs(queries) => Outcome::Needs(queries),
        Outcome::Rejected(rejection) => Outcome::Rejected(rejection),
    }
}

/// An instance from its row.
pub(crate) fn instance_of(row: InstanceRow) -> Result<Instance, Failure> {
    serde_json::from_value(row.state).map_err(|error| Failure::Corrupt { what: "an instance", why: error.to_string() })
}

/// The record's workflow that has not ended, if there is one. Those that another one started and does not wait for run
/// beside it and move the record nowhere.
pub(crate) async fn open_instance(app: &App, record: Uuid) -> Result<Option<Instance>, Failure> {
    let rows = app.store().instances_of_record(record).await?;
    for row in rows.into_iter().rev() {
        let instance = instance_of(row)?;
        if instance.launched_by.is_none() {
            return Ok(Some(instance).filter(|instance| instance.status != Status::Ended));
        }
    }
    Ok(None)
}

/// The entity of a command.
fn entity(scene: &Scene, name: &str) -> Result<Arc<Entity>, Failure> {
    let found = scene.catalog.entity(name).filter(|_| !scene.catalog.is_off(name)).cloned();
    found.ok_or_else(|| unknown(scene, name))
}

/// The record of a command, if whoever acts may know of it; in the trash only where that is wanted.
async fn target(
    app: &App,
    scene: &Scene,
    entity: &str,
    id: Uuid,
    in_trash: bool,
) -> Result<(Arc<Entity>, Record), Failure> {
    let seen = app.see(scene, entity, id).await?;
    if seen.record.deleted_at.is_some() != in_trash {
        return Err(Rejection::NotFound { kind: entity.to_owned(), id: id.to_string() }.into());
    }
    Ok((seen.entity, seen.record))
}
