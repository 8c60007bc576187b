//! What a commit writes beside records: instances and tasks under their guards; events, history, comments, notices and
//! traces of imports, which are only added.

use std::collections::{HashMap, HashSet};

use kernel::{
    Record,
    change::{Beside, Change, CloseTask, FieldChange, ImportOrigin, InstanceRow, NUMBER_MARK, TaskRow},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{
    Work,
    apply::{Guard, Guarded, Written},
    chains::Chains,
    deputies, files, jobs, likeness, merges, messages, purge, rows,
};
use crate::{
    Error,
    dialect::Dialect,
    sql::{Bind, BindType, Sql},
};

/// Statements about instances and tasks that may refuse the commit.
pub(super) fn guarded(dialect: Dialect, work: &Work) -> Result<Vec<Guarded<'_>>, Error> {
    let opened = opened(work);
    let mut guarded = Vec::new();
    for change in &work.commit.changes {
        if let Change::Instance(row) = change {
            let guard = if row.base_seq.is_some() { Guard::Instance(row.id) } else { Guard::Nothing };
            guarded.push(Guarded { statements: vec![instance(row)], guard });
        }
    }
    for change in &work.commit.changes {
        if let Change::CloseTask(close) = change
            && !opened.contains(&close.id)
        {
            guarded.push(Guarded { statements: dialect.close_task(close, work.commit.at), guard: Guard::Task(close) });
        }
    }
    for change in &work.commit.changes {
        if let Change::AssignTask { id, assignee, pool } = change
            && !opened.contains(id)
        {
            let sql = Sql::fixed("update sys_tasks set assignee = $2, pool = $3 where id = $1");
            let sql = sql.bind(*id).bind(*assignee).bind(pool.as_deref());
            // The instance's own guard keeps two from claiming at once.
            guarded.push(Guarded { statements: vec![sql], guard: Guard::Nothing });
        }
        if let Change::MoveTask { id, node } = change {
            let sql = Sql::fixed("update sys_tasks set node = $2 where id = $1").bind(*id).bind(node);
            guarded.push(Guarded { statements: vec![sql], guard: Guard::Nothing });
        }
        if let Change::Copy(copy) = change {
            let sql = Sql::fixed(
                "insert into sys_copies (instance, user_id, entity, record, by_user, at) values ($1, $2, $3, $4, $5, $6) \
                 on conflict (instance, user_id) do update set at = excluded.at, by_user = excluded.by_user, read_at = null",
            );
            let sql = sql.bind(copy.instance).bind(copy.user).bind(&copy.entity).bind(copy.record);
            let sql = sql.bind(copy.by).bind(Bind::millis(copy.at));
            guarded.push(Guarded { statements: vec![sql], guard: Guard::Nothing });
        }
    }
    guarded.extend(files::guarded(work));
    guarded.extend(purge::guarded(dialect, work)?);
    guarded.extend(messages::guarded(work));
    guarded.extend(jobs::guarded(work));
    Ok(guarded)
}

fn opened(work: &Work) -> HashSet<Uuid> {
    let opened = |change: &Change| if let Change::OpenTask(task) = change { Some(task.id) } else { None };
    work.commit.changes.iter().filter_map(opened).collect()
}

fn instance(row: &InstanceRow) -> Sql {
    match row.base_seq {
        Some(base_seq) => Sql::fixed(
            "update sys_instances set seq = $3, status = $4, outcome = $5, state = $6, ended_at = $7, \
             catalog_version = $8, suspended = $9, incidents = $10 where id = $1 and seq = $2",
        )
        .bind(row.id)
        .bind(base_seq)
        .bind(row.seq)
        .bind(&row.status)
        .bind(row.outcome.as_ref())
        .bind(Bind::json_text(&row.state))
        .bind(Bind::millis_or_null(row.ended_at))
        .bind(row.catalog_version)
        .bind(i64::from(row.suspended))
        .bind(row.incidents),
        None => Sql::fixed(
            "insert into sys_instances (id, seq, workflow, catalog_version, entity, record, initiator, status, \
             outcome, state, started_at, ended_at, suspended, incidents) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        )
        .bind(row.id)
        .bind(row.seq)
        .bind(&row.workflow)
        .bind(row.catalog_version)
        .bind(&row.entity)
        .bind(row.record)
        .bind(row.initiator)
        .bind(&row.status)
        .bind(row.outcome.as_ref())
        .bind(Bind::json_text(&row.state))
        .bind(Bind::millis(row.started_at))
        .bind(Bind::millis_or_null(row.ended_at))
        .bind(i64::from(row.suspended))
        .bind(row.incidents),
    }
}

/// Rows by table, in the order of the changes.
#[derive(Default)]
struct Rows {
    events: Vec<Vec<Bind>>,
    tasks: Vec<Vec<Bind>>,
    tasks_done: Vec<Vec<Bind>>,
    history: Vec<Vec<Bind>>,
    comments: Vec<Vec<Bind>>,
    notices: Vec<Vec<Bind>>,
    imported: Vec<Vec<Bind>>,
}

/// Statements that only add rows.
pub(super) fn added(
    dialect: Dialect,
    work: &Work,
    written: &Written,
    before: &HashMap<Uuid, Record>,
    chains: &mut Chains,
    statements: &mut Vec<Sql>,
) -> Result<(), Error> {
    let closed: HashMap<Uuid, &CloseTask> = work.commit.changes.iter().filter_map(as_close).collect();
    let mut rows = Rows::default();
    for change in &work.commit.changes {
        rows.add(work, written, before, &closed, chains, change)?;
    }
    let most = dialect.most_binds();
    let mut insert = |table: &str, columns: &'static str, new: &[Vec<Bind>]| {
        statements.extend(rows::insert(table, columns, new, most));
    };
    insert("sys_events", "instance, seq, at, user_id, event, salt, seal", &rows.events);
    insert(
        "sys_tasks",
        "id, instance, node, assignee, entity, record, initiator, created_at, kind, pool, due_at",
        &rows.tasks,
    );
    insert(
        "sys_tasks_done",
        "id, instance, node, assignee, entity, record, initiator, created_at, kind, pool, due_at, outcome, closed_by, \
         reason, closed_at, worked, beside",
        &rows.tasks_done,
    );
    insert(
        "sys_history",
        "entity, record, version, at, user_id, action, source, changes, reason, seq, salt, seal",
        &rows.history,
    );
    insert("sys_comments", "id, entity, record, at, user_id, body, mentions, seq, salt, seal", &rows.comments);
    insert("sys_notices", "id, user_id, kind, entity, record, body, at", &rows.notices);
    insert("sys_import_records", "batch, entity, record, was, version, before, target, mark, row", &rows.imported);
    files::noted(work, statements);
    purge::noted(work, statements);
    messages::noted(work, statements);
    jobs::noted(work, statements);
    deputies::noted(work, statements);
    likeness::noted(dialect, work, statements);
    merges::noted(work, statements);
    Ok(())
}

/// Whether a change tells of a number that is not known yet.
pub(super) fn has_mark(change: &Change) -> bool {
    let marked = |json: &Json| json.to_string().contains(NUMBER_MARK);
    match change {
        Change::History(entry) => entry.changes.iter().any(|change| marked(&change.old) || marked(&change.new)),
        Change::Notify(notice) => marked(&notice.body),
        _ => false,
    }
}

fn as_close(change: &Change) -> Option<(Uuid, &CloseTask)> {
    if let Change::CloseTask(close) = change { Some((close.id, close)) } else { None }
}

impl Rows {
    fn add(
        &mut self,
        work: &Work,
        written: &Written,
        before: &HashMap<Uuid, Record>,
        closed: &HashMap<Uuid, &CloseTask>,
        chains: &mut Chains,
        change: &Change,
    ) -> Result<(), Error> {
        let (at, by) = (Bind::millis(work.commit.at), Bind::from(work.commit.by));
        match change {
            Change::Events { instance, first, events } => {
                self.events.extend(events.iter().zip(*first..).map(|(event, seq)| {
                    let [salt, seal] = chains.event(work, *instance, seq, event);
                    let event = Bind::json_text(event);
                    vec![(*instance).into(), seq.into(), at.clone(), by.clone(), event, salt, seal]
                }));
            }
            Change::OpenTask(task) => {
                let mut row = open_task(task);
                match closed.get(&task.id) {
                    None => self.tasks.push(row),
                    // Opened and closed at once, as when somebody is skipped who decided before.
                    Some(close) => {
                        let reason = close.reason.as_deref().into();
                        let worked = close.worked.into();
                        let outcome = Bind::from(&close.outcome);
                        row.extend([outcome, close.by.into(), reason, at, worked, beside(&close.beside)]);
                        self.tasks_done.push(row);
                    }
                }
            }
            Change::History(entry) => {
                let told = |e| Error::corrupt("a line of the history", e);
                let changes = serde_json::to_string(&entry.changes).map_err(told)?;
                let filled = written.fill(&changes, Some(entry.record));
                let [seq, salt, seal] = if filled == changes {
                    chains.history(work, entry, &entry.changes)
                } else {
                    // Sealed is what is stored.
                    let stored: Vec<FieldChange> = serde_json::from_str(&filled).map_err(told)?;
                    chains.history(work, entry, &stored)
                };
                self.history.push(vec![
                    (&entry.entity).into(),
                    entry.record.into(),
                    entry.version.into(),
                    at,
                    by,
                    (&entry.action).into(),
                    (&entry.source).into(),
                    filled.into(),
                    entry.reason.as_deref().into(),
                    seq,
                    salt,
                    seal,
                ]);
            }
            Change::Comment(comment) => {
                let mentions: Json = comment.mentions.iter().map(|id| Json::from(id.to_string())).collect();
                let [seq, salt, seal] = chains.comment(work, comment, &mentions);
                self.comments.push(vec![
                    comment.id.into(),
                    (&comment.entity).into(),
                    comment.record.into(),
                    at,
                    by,
                    (&comment.text).into(),
                    Bind::json_text(&mentions),
                    seq,
                    salt,
                    seal,
                ]);
            }
            Change::Notify(notice) => self.notices.push(vec![
                notice.id.into(),
                notice.user.into(),
                (&notice.kind).into(),
                notice.entity.as_ref().into(),
                notice.record.into(),
                written.fill(&notice.body.to_string(), notice.record).into(),
                at,
            ]),
            Change::InsertRecord(insert) => {
                let record = &insert.record;
                self.imported.extend(insert.batch.map(|batch| {
                    let (entity, version) = (Bind::from(&record.entity), record.version.into());
                    let made =
                        [batch.into(), entity, record.id.into(), "created".into(), version, None::<String>.into()];
                    made.into_iter().chain(origin(insert.origin)).collect()
                }));
            }
            Change::UpdateRecord(update) => self.imported.extend(update.batch.map(|batch| {
                let before = before.get(&update.id).map(|record| wire(record).to_string());
                let (entity, version) = (Bind::from(&update.entity), (update.base_version + 1).into());
                let changed = [batch.into(), entity, update.id.into(), "updated".into(), version, before.into()];
                changed.into_iter().chain(origin(update.origin)).collect()
            })),
            Change::Instance(_)
            | Change::CloseTask(_)
            | Change::AssignTask { .. }
            | Change::MoveTask { .. }
            | Change::Copy(_)
            | Change::Files(_)
            | Change::Erase(_)
            | Change::Purge(_)
            | Change::ScheduleJob { .. }
            | Change::CancelJobs { .. }
            | Change::MessageWait(_)
            | Change::EndMessageWait(_)
            | Change::Message(_)
            | Change::TakeMessage { .. }
            | Change::TaskDue { .. }
            | Change::FinishJob(_)
            | Change::Apart(_)
            | Change::Near(_)
            | Change::Deputy(_)
            | Change::Merged(_)
            | Change::Merging { .. }
            | Change::Linked(_) => {}
        }
        Ok(())
    }
}

/// What came with an act on a task, as it is stored; null where nothing did.
pub(crate) fn beside(beside: &Beside) -> Bind {
    (*beside != Beside::default()).then(|| json!(beside).to_string()).into()
}

fn origin(origin: Option<ImportOrigin>) -> [Bind; 3] {
    match origin {
        None => [Bind::Null(BindType::Int), Bind::Null(BindType::Bytes), Bind::Null(BindType::Int)],
        Some(ImportOrigin { target, mark, row }) => {
            [target.into(), Bind::Bytes(mark.to_be_bytes().to_vec()), row.into()]
        }
    }
}

fn open_task(task: &TaskRow) -> Vec<Bind> {
    vec![
        task.id.into(),
        task.instance.into(),
        (&task.node).into(),
        task.assignee.into(),
        (&task.entity).into(),
        task.record.into(),
        task.initiator.into(),
        Bind::millis(task.created_at),
        task.kind.as_str().into(),
        task.pool.as_deref().into(),
        Bind::millis_or_null(task.due_at),
    ]
}

/// A record in wire form: state, title, fields, and lines as rows with their ids.
fn wire(record: &Record) -> Json {
    let mut wire = serde_json::Map::new();
    wire.insert("version".to_owned(), record.version.into());
    wire.insert("state".to_owned(), record.get("state").to_json());
    wire.insert("title".to_owned(), record.title.clone().into());
    wire.extend(record.fields.iter().map(|(name, value)| (name.to_string(), value.to_json())));
    for (name, lines) in &record.lines {
        let rows = lines.iter().map(|line| {
            let id = [("id".to_owned(), Json::from(line.id.to_string()))];
            id.into_iter().chain(line.fields.iter().map(|(name, value)| (name.to_string(), value.to_json()))).collect()
        });
        wire.insert(name.to_string(), Json::Array(rows.map(Json::Object).collect()));
    }
    Json::Object(wire)
}
