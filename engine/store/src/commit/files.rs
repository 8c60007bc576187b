//! Which files the changed records hold: what they take is kept under a guard, what they let go has a time to live.

use kernel::change::{Change, FilesChange};

use super::{
    Work,
    apply::{Guard, Guarded},
};
use crate::{
    sql::{Bind, Sql},
    system::KEEP_RELEASED,
};

fn changes(work: &Work) -> impl Iterator<Item = &FilesChange> {
    work.commit.changes.iter().filter_map(|change| if let Change::Files(files) = change { Some(files) } else { None })
}

/// Statements that keep the files which records take; refused if one of them is gone.
pub(super) fn guarded(work: &Work) -> Vec<Guarded<'_>> {
    let mut files: Vec<_> = changes(work).flat_map(|change| &change.hold).map(|held| held.file).collect();
    // In one order, so that two commits that take the same files do not wait for each other.
    files.sort_unstable();
    files.dedup();
    files
        .into_iter()
        .map(|file| {
            let sql = Sql::fixed("update sys_files set kept_until = null, was_held = 1 where id = $1 and gone = 0");
            Guarded { statements: vec![sql.bind(file)], guard: Guard::File(file) }
        })
        .collect()
}

/// Statements that note who holds what.
pub(super) fn noted(work: &Work, statements: &mut Vec<Sql>) {
    for FilesChange { entity, record, hold, release } in changes(work) {
        for held in hold {
            let sql = Sql::fixed(
                "insert into sys_file_uses (file, entity, record, field, since) values ($1, $2, $3, $4, $5) \
                 on conflict (file, record, field) do nothing",
            );
            let at = Bind::millis(work.commit.at);
            statements.push(sql.bind(held.file).bind(entity).bind(*record).bind(&held.field).bind(at));
        }
        for held in release {
            let sql = Sql::fixed("delete from sys_file_uses where file = $1 and record = $2 and field = $3");
            statements.push(sql.bind(held.file).bind(*record).bind(&held.field));
        }
    }
    // Once all is noted: a file may have gone from one field or record to another.
    for held in changes(work).flat_map(|change| &change.release) {
        let sql = Sql::fixed(
            "update sys_files set kept_until = $2 where id = $1 and gone = 0 \
             and not exists (select 1 from sys_file_uses u where u.file = $1)",
        );
        statements.push(sql.bind(held.file).bind(Bind::millis(work.commit.at + KEEP_RELEASED)));
    }
}
