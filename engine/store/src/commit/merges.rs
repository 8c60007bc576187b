//! What a commit notes of records that became one.

use kernel::change::{Change, Link, Merged};

use super::Work;
use crate::sql::{Bind, BindType, Sql};

/// Statements that note merges, how far they are, and what refers to their winners.
pub(super) fn noted(work: &Work, statements: &mut Vec<Sql>) {
    for change in &work.commit.changes {
        match change {
            Change::Merged(merged) => begun(work, merged, statements),
            Change::Merging { id, status } => {
                let sql = Sql::fixed("update sys_merges set status = $2 where id = $1");
                statements.push(sql.bind(*id).bind(status));
                if status == "undone" {
                    statements.push(Sql::fixed("delete from sys_merged where merge = $1").bind(*id));
                    statements.push(Sql::fixed("delete from sys_merge_links where merge = $1").bind(*id));
                }
            }
            Change::Linked(link) => statements.push(linked(link)),
            _ => {}
        }
    }
}

fn begun(work: &Work, merged: &Merged, statements: &mut Vec<Sql>) {
    let sql = Sql::fixed(
        "insert into sys_merges (id, entity, winner, at, user_id, status, state) \
         values ($1, $2, $3, $4, $5, 'linking', $6)",
    );
    let at = Bind::millis(work.commit.at);
    let sql = sql.bind(merged.id).bind(&merged.entity).bind(merged.winner).bind(at).bind(work.commit.by);
    statements.push(sql.bind(Bind::json_text(&merged.state)));
    for loser in &merged.losers {
        let sql = Sql::fixed("insert into sys_merged (record, entity, winner, merge) values ($1, $2, $3, $4)");
        statements.push(sql.bind(*loser).bind(&merged.entity).bind(merged.winner).bind(merged.id));
    }
}

fn linked(link: &Link) -> Sql {
    let (lines, line) = match &link.line {
        None => (String::new(), Bind::Null(BindType::Uuid)),
        Some((lines, line)) => (lines.to_string(), Bind::Uuid(*line)),
    };
    let sql = Sql::fixed(
        "insert into sys_merge_links (merge, entity, record, lines, line, field, was) values ($1, $2, $3, $4, $5, $6, $7)",
    );
    sql.bind(link.merge)
        .bind(&link.entity)
        .bind(link.record)
        .bind(lines)
        .bind(line)
        .bind(&link.field)
        .bind(Bind::json_text(&link.was))
}
