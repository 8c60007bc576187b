//! The order in which a commit is applied: what may refuse it first, so that nothing is written in vain and locks are
//! taken in one order (records, instances, tasks, counters); then new records; then everything that is only added.

use std::collections::{HashMap, HashSet};

use kernel::{
    Name, Record,
    change::{Change, CloseTask, InsertRecord, JobHeld, NUMBER_MARK, PurgeRecord, UpdateRecord},
};
use uuid::Uuid;

use super::{Committed, CommittedRecord, Once, Work, chains, chains::Chains, flow, insert, likeness, refusal, update};
use crate::{
    CommitError, Error,
    connection::{Connection, Row},
    sql::{Bind, Sql},
    system::{find_answered, read_answered},
};

/// A statement that must touch one row, or the commit is refused.
pub(super) struct Guarded<'a> {
    pub(super) statements: Vec<Sql>,
    pub(super) guard: Guard<'a>,
}

/// What a guarded statement holds to be so.
#[derive(Clone, Copy)]
pub(super) enum Guard<'a> {
    /// The record is at its base version.
    Record(&'a UpdateRecord),
    /// The instance is at its base sequence.
    Instance(Uuid),
    /// The task is open.
    Task(&'a CloseTask),
    /// The file is not gone.
    File(Uuid),
    /// The record is in the trash, at its base version.
    Purge(&'a PurgeRecord),
    /// The job is still whoever's who took it.
    Job(JobHeld),
    /// Nobody has taken the message.
    Message(Uuid),
    /// Nothing: it always holds.
    Nothing,
}

/// What has been written so far.
pub(super) struct Written {
    pub(super) committed: Committed,
    /// Numbers of the records that this commit made.
    pub(super) numbers: HashMap<Uuid, Option<String>>,
    /// Numbers of series that fields of these records were given.
    pub(super) series: HashMap<Uuid, Vec<(Name, String)>>,
}

impl Written {
    /// The text with the number of a record that this commit made in the place of its mark.
    pub(super) fn fill(&self, text: &str, record: Option<Uuid>) -> String {
        if !text.contains(NUMBER_MARK) {
            return text.to_owned();
        }
        let number = record.and_then(|id| self.numbers.get(&id)).and_then(Option::as_deref);
        text.replace(NUMBER_MARK, number.unwrap_or_default())
    }

    pub(super) fn record(&mut self, record: CommittedRecord) {
        match self.committed.records.iter_mut().find(|known| known.id == record.id) {
            Some(known) => {
                known.version = record.version;
                known.title = record.title.or(known.title.take());
            }
            None => self.committed.records.push(record),
        }
    }
}

pub(super) async fn apply(connection: &mut Connection, work: &Work) -> Result<Once, CommitError> {
    if let Some(already) = begin_once(connection, work).await? {
        return Ok(already);
    }
    match write(connection, work).await {
        Ok(written) => {
            end_once(connection, work, &written.committed).await?;
            Ok(Once::Done(written.committed))
        }
        Err(error) => Err(refusal::unique(work, error)),
    }
}

/// Claims the key. Of two with the same key the second waits here, and then finds what the first has done.
async fn begin_once(connection: &mut Connection, work: &Work) -> Result<Option<Once>, CommitError> {
    let Some(key) = &work.key else { return Ok(None) };
    let claim = Sql::fixed(
        "insert into sys_idempotency (idempotency_key, user_id, request_hash, result, at) \
         values ($1, $2, $3, '{\"records\": []}', $4) on conflict (idempotency_key, user_id) do nothing",
    )
    .bind(&key.key)
    .bind(key.user)
    .bind(&key.request_hash)
    .bind(Bind::millis(work.commit.at));
    if connection.execute(claim).await? == 1 {
        return Ok(None);
    }
    let row = connection.row(find_answered(&key.key, key.user)).await?;
    let answered = read_answered(&row.ok_or_else(|| Error::corrupt("an idempotency key", "it is gone"))?)?;
    if answered.request_hash != key.request_hash {
        return Err(CommitError::KeyReused);
    }
    Ok(Some(Once::Already { committed: answered.committed, at: answered.at }))
}

async fn end_once(connection: &mut Connection, work: &Work, committed: &Committed) -> Result<(), CommitError> {
    let Some(key) = &work.key else { return Ok(()) };
    let result = serde_json::to_string(committed).map_err(|e| Error::corrupt("a result", e))?;
    let sql = Sql::fixed("update sys_idempotency set result = $3 where idempotency_key = $1 and user_id = $2")
        .bind(&key.key)
        .bind(key.user)
        .bind(result);
    connection.execute(sql).await?;
    Ok(())
}

async fn write(connection: &mut Connection, work: &Work) -> Result<Written, CommitError> {
    let mut written = Written { committed: Committed::default(), numbers: HashMap::new(), series: HashMap::new() };
    let inserts: Vec<&InsertRecord> = work.commit.changes.iter().filter_map(as_insert).collect();
    let new: HashSet<Uuid> = inserts.iter().map(|insert| insert.record.id).collect();
    let updates: Vec<&UpdateRecord> = work.commit.changes.iter().filter_map(as_update).collect();
    let (late, early): (Vec<_>, Vec<_>) = updates.iter().copied().partition(|update| new.contains(&update.id));

    connection.batch(likeness::locks(connection.dialect(), work)?).await?;
    let before = before_imports(connection, work, &early).await?;
    let mut guarded = update::headers(connection.dialect(), work, &early, &written)?;
    guarded.extend(flow::guarded(connection.dialect(), work)?);
    let dialect = connection.dialect();
    let mut chains = Chains::default();
    chains.take(&run_guarded(connection, work, guarded, chains::wanted(dialect, work)).await?)?;

    // Whoever counts in a series holds it until the commit, and others wait: where the database can take the records'
    // rows after their lines, they come last, unless something else waits for the numbers.
    let numbers_last =
        dialect.lines_before_record() && late.is_empty() && !work.commit.changes.iter().any(flow::has_mark);
    let mut rest = Vec::new();
    if !numbers_last {
        rest = insert::headers(connection, work, &inserts, &mut written).await?;
    }
    if !late.is_empty() {
        connection.batch(std::mem::take(&mut rest)).await?;
        let late_headers = update::headers(dialect, work, &late, &written)?;
        run_guarded(connection, work, late_headers, None).await?;
    }
    insert::lines(dialect, work, &inserts, &mut rest)?;
    for update in early.iter().chain(&late) {
        update::rest(dialect, work, update, &mut written, &mut rest)?;
    }
    flow::added(dialect, work, &written, &before, &mut chains, &mut rest)?;
    let (ends, lengthened) = chains.ends(dialect);
    let others = rest.len();
    rest.extend(ends);
    let touched = connection.batch(rest).await?;
    if touched.iter().skip(others).sum::<u64>() < lengthened {
        // Two began the same chain at once, which only what is older than the chains can meet.
        return Err(CommitError::StaleInstance { id: work.commit.by.unwrap_or_default() });
    }
    // Once all entries are there: an erasure's own as well.
    for change in &work.commit.changes {
        if let Change::Erase(erase) = change {
            crate::chain::erase(connection, erase).await?;
        }
    }
    if numbers_last {
        let headers = insert::headers(connection, work, &inserts, &mut written).await?;
        connection.batch(headers).await?;
    }
    likeness::check(connection, work).await?;
    Ok(written)
}

/// Runs guarded statements and, on the same way, a query: what it finds.
async fn run_guarded(
    connection: &mut Connection,
    work: &Work,
    guarded: Vec<Guarded<'_>>,
    query: Option<Sql>,
) -> Result<Vec<Row>, CommitError> {
    let mut guards = Vec::new();
    let mut statements = Vec::new();
    for item in guarded {
        for (position, sql) in item.statements.into_iter().enumerate() {
            guards.push(if position == 0 { item.guard } else { Guard::Nothing });
            statements.push(sql);
        }
    }
    let (touched, found) = connection.batch_and_rows(statements, query).await?;
    let failed: Vec<Guard<'_>> = guards
        .into_iter()
        .zip(touched)
        .filter(|(guard, touched)| *touched == 0 && !matches!(guard, Guard::Nothing))
        .map(|(guard, _)| guard)
        .collect();
    refusal::explain(connection, work, &failed).await?;
    Ok(found)
}

/// Records that an import is about to change, as they are.
async fn before_imports(
    connection: &mut Connection,
    work: &Work,
    updates: &[&UpdateRecord],
) -> Result<HashMap<Uuid, Record>, CommitError> {
    let mut found = HashMap::new();
    for layout in work.layouts.values() {
        let ids: Vec<Uuid> =
            updates.iter().filter(|u| u.batch.is_some() && u.entity == layout.entity).map(|u| u.id).collect();
        if !ids.is_empty() {
            let records = crate::read::load(connection, layout, &ids).await?;
            found.extend(records.into_iter().map(|record| (record.id, record)));
        }
    }
    Ok(found)
}

fn as_insert(change: &Change) -> Option<&InsertRecord> {
    if let Change::InsertRecord(insert) = change { Some(insert) } else { None }
}

fn as_update(change: &Change) -> Option<&UpdateRecord> {
    if let Change::UpdateRecord(update) = change { Some(update) } else { None }
}
