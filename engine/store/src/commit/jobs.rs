//! What a commit writes of jobs: the one that it finishes under a guard; then, in the order of the changes, what it cancels
//! and what it schedules.

use kernel::change::{Change, JobHeld};

use super::{
    Work,
    apply::{Guard, Guarded},
};
use crate::{
    sql::{Bind, Sql},
    system::cancel_jobs,
};

/// Statements that take away finished jobs; refused if one of them is not held any more.
pub(super) fn guarded(work: &Work) -> Vec<Guarded<'_>> {
    let finished = work.commit.changes.iter().filter_map(|change| match change {
        Change::FinishJob(held) => Some(Guarded { statements: vec![finish(*held)], guard: Guard::Job(*held) }),
        _ => None,
    });
    finished.collect()
}

fn finish(held: JobHeld) -> Sql {
    Sql::fixed("delete from sys_jobs where id = $1 and epoch = $2").bind(held.id).bind(held.epoch)
}

/// Statements that cancel and schedule.
pub(super) fn noted(work: &Work, statements: &mut Vec<Sql>) {
    for change in &work.commit.changes {
        match change {
            Change::CancelJobs { key_prefix } => statements.extend(cancel_jobs(key_prefix)),
            Change::ScheduleJob { key, kind, due_at, payload } => {
                // The next number of the taking: whoever is just doing what was to happen before cannot finish it.
                let sql = Sql::fixed(
                    "insert into sys_jobs (key, kind, due_at, run_at, payload, attempts, epoch, status, created_at) \
                     values ($1, $2, $3, $3, $4, 0, 0, 'waiting', $5) on conflict (key) do update set \
                     kind = excluded.kind, due_at = excluded.due_at, run_at = excluded.run_at, \
                     payload = excluded.payload, attempts = 0, owner = null, epoch = sys_jobs.epoch + 1, \
                     status = 'waiting', last_error = null, created_at = excluded.created_at, rested_at = null",
                )
                .bind(key)
                .bind(kind)
                .bind(Bind::millis(*due_at))
                .bind(Bind::json_text(payload))
                .bind(Bind::millis(work.commit.at));
                statements.push(sql);
            }
            _ => {}
        }
    }
}
