//! The walk over all chains, a page at a time: each is held to its links, each record to what its history ends with.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use kernel::{Name, Record, change::FieldChange};
use rust_decimal::Decimal;
use serde_json::Value as Json;
use uuid::Uuid;

use super::{
    Digest, Fault, FaultKind, INSTANCE, Row as SealedRow, Salts, Seal, What,
    check::{Entry, Head, check},
    comment_leaves, content,
    content::ERASED,
    event_leaves, history_leaves, split_event,
};
use crate::{
    Error, Schema, Store,
    connection::{Connection, Row, from_millis},
    sql::Sql,
};

/// Entries that are looked at together, unless one chain alone has more.
const TOGETHER: i64 = 2000;
/// Chains that are looked at together.
const CHAINS: i64 = 200;

/// How often what seems wrong is looked at.
const LOOKS: u32 = 3;

/// What came of a page of the walk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Chains that were followed.
    pub chains: u64,
    /// Entries on them.
    pub entries: u64,
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// Where the next page begins.
    pub next: Option<Uuid>,
}

/// The end of a chain as a signed root names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedHead {
    /// The record or the instance.
    pub chain: Uuid,
    /// The place of its last entry then.
    pub seq: i64,
    /// The link of that entry.
    pub link: [u8; 32],
}

/// The last entries from before there were chains.
#[derive(Clone, Copy, Debug)]
struct Start {
    history: i64,
    at: i64,
}

/// A record's history as its chain tells it.
struct Story {
    entry: Entry,
    seq: i64,
    action: String,
    version: i64,
    changes: Vec<FieldChange>,
}

impl Store {
    /// Follows the chains after this one, a page of them.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn verify_chains(&self, schema: &dyn Schema, after: Option<Uuid>) -> Result<Verified, Error> {
        let mut verified = self.verify_page(schema, after).await?;
        for _ in 1..LOOKS {
            if verified.faults.is_empty() {
                break;
            }
            // Others write meanwhile; what is wrong stays wrong.
            let again = self.verify_page(schema, after).await?;
            verified.faults.retain(|fault| again.faults.contains(fault));
        }
        Ok(verified)
    }

    async fn verify_page(&self, schema: &dyn Schema, after: Option<Uuid>) -> Result<Verified, Error> {
        let mut connection = self.read().await?;
        let start = start(&mut connection).await?;
        let heads = heads(&mut connection, after).await?;
        let mut verified = Verified { next: heads.last().map(|head| head.chain), ..Verified::default() };
        let ids = |instances: bool| heads.iter().filter(|h| h.is_instance == instances).map(|h| h.chain).collect();
        let (records, instances): (Vec<Uuid>, Vec<Uuid>) = (ids(false), ids(true));
        let mut stories = histories(&mut connection, &records, start).await?;
        let mut comments = comments(&mut connection, &records, start).await?;
        let mut events = events(&mut connection, &instances, start).await?;
        let mut ends = Vec::new();
        for head in &heads {
            let story = stories.remove(&head.chain).unwrap_or_default();
            let mut entries: Vec<Entry> = story.iter().map(|told| told.entry.clone()).collect();
            entries.extend(comments.remove(&head.chain).unwrap_or_default());
            entries.extend(events.remove(&head.chain).unwrap_or_default());
            verified.chains += 1;
            verified.entries += entries.len() as u64;
            verified.faults.extend(check(head, &entries));
            if !head.is_instance {
                ends.push((head, story));
            }
        }
        self.compare(&mut connection, schema, ends, &mut verified.faults).await?;
        Ok(verified)
    }

    /// Entries that stand on no chain, of the records and instances after this one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn verify_unchained(&self, after: Option<Uuid>) -> Result<Verified, Error> {
        let mut connection = self.read().await?;
        let start = start(&mut connection).await?;
        let mut verified = Verified::default();
        for text in [
            "select distinct h.record, h.entity from sys_history h where h.record > $1 \
             and (h.seal is not null or h.id > $2) \
             and not exists (select 1 from sys_chains c where c.chain = h.record) order by h.record limit $4",
            "select distinct h.record, h.entity from sys_comments h where h.record > $1 \
             and (h.seal is not null or h.at > $3) \
             and not exists (select 1 from sys_chains c where c.chain = h.record) order by h.record limit $4",
            "select distinct h.instance, '' from sys_events h where h.instance > $1 \
             and (h.seal is not null or h.at > $3) \
             and not exists (select 1 from sys_chains c where c.chain = h.instance) order by h.instance limit $4",
        ] {
            let sql = Sql::fixed(text).bind(after.unwrap_or_default()).bind(start.history).bind(start.at).bind(CHAINS);
            let rows = connection.rows(sql).await?;
            let full = i64::try_from(rows.len()).unwrap_or(CHAINS) == CHAINS;
            for row in &rows {
                let (chain, entity) = (row.get(0)?, row.name(1)?);
                let what = "entries without a chain".to_owned();
                verified.faults.push(Fault { kind: FaultKind::Inserted, chain, entity, seq: None, at: None, what });
            }
            if full {
                // The least of the ends, so that none is passed over; some are then told twice.
                let last: Option<Uuid> = rows.last().map(|row| row.get(0)).transpose()?;
                verified.next = verified.next.min(last).or(last);
            }
        }
        verified.faults.sort_by_key(|fault| fault.chain);
        verified.faults.dedup();
        Ok(verified)
    }

    /// Those of these ends whose entries are not there, or are others.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn verify_listed(&self, listed: &[ListedHead]) -> Result<Vec<Fault>, Error> {
        if listed.is_empty() {
            return Ok(Vec::new());
        }
        let mut connection = self.read().await?;
        let mut found: HashMap<(Uuid, i64), Digest> = HashMap::new();
        let mut entities: HashMap<Uuid, Name> = HashMap::new();
        for table in [("sys_history", "record"), ("sys_comments", "record"), ("sys_events", "instance")] {
            let mut sql = Sql::default();
            sql.text("with listed (chain, seq) as (values ").list(listed, ", ", |sql, head| {
                sql.text("(").value(head.chain).text(", ").value(head.seq).text(")");
            });
            sql.text(") select e.").name(table.1).text(", e.seq, e.seal from listed join ").name(table.0);
            sql.text(" e on e.").name(table.1).text(" = listed.chain and e.seq = listed.seq where e.seal is not null");
            for row in connection.rows(sql).await? {
                let seal: Vec<u8> = row.get(2)?;
                if let Some(seal) = Seal::from_bytes(&seal) {
                    found.insert((row.get(0)?, row.get(1)?), seal.link);
                }
            }
        }
        let wrong: Vec<&ListedHead> =
            listed.iter().filter(|head| found.get(&(head.chain, head.seq)) != Some(&head.link)).collect();
        if !wrong.is_empty() {
            let mut sql = Sql::default();
            sql.text("select chain, entity from sys_chains where chain in (").list(&wrong, ", ", |sql, head| {
                sql.value(head.chain);
            });
            for row in connection.rows(std::mem::take(sql.text(")"))).await? {
                entities.insert(row.get(0)?, row.name(1)?);
            }
        }
        Ok(wrong
            .into_iter()
            .map(|head| {
                let there = found.contains_key(&(head.chain, head.seq));
                let kind = if there { FaultKind::ChangedRow } else { FaultKind::Truncated };
                let entity = entities.get(&head.chain).cloned().unwrap_or_else(|| Name::new(""));
                let what = format!("entry {}, which a signed root names", head.seq);
                Fault { kind, chain: head.chain, entity, seq: Some(head.seq), at: None, what }
            })
            .collect())
    }

    /// Since when fields have another type, by entity and path: what their histories say is of the type before.
    async fn retyped(&self, connection: &mut Connection) -> Result<HashMap<(Name, String), DateTime<Utc>>, Error> {
        let sql = Sql::fixed(
            "select c.entity, c.lines, c.field, max(d.published_at) from sys_columns c \
             join sys_definitions d on d.version = c.since where c.column_name <> '' and exists \
             (select 1 from sys_columns b where b.entity = c.entity and b.lines = c.lines and b.field = c.field \
             and b.since < c.since and b.column_name <> '' and b.column_name <> c.column_name) \
             group by c.entity, c.lines, c.field",
        );
        let mut found = HashMap::new();
        for row in connection.rows(sql).await? {
            let (lines, field): (String, String) = (row.get(1)?, row.get(2)?);
            let path = if lines.is_empty() { field } else { format!("{lines}.{field}") };
            found.insert((row.name(0)?, path), row.time(3)?);
        }
        Ok(found)
    }

    /// Holds records to what their histories end with.
    async fn compare(
        &self,
        connection: &mut Connection,
        schema: &dyn Schema,
        ends: Vec<(&Head, Vec<Story>)>,
        faults: &mut Vec<Fault>,
    ) -> Result<(), Error> {
        let mut by_entity: IndexMap<Name, Vec<(&Head, Vec<Story>)>> = IndexMap::new();
        for (head, mut story) in ends {
            story.sort_by_key(|told| told.seq);
            let written = story.iter().any(|told| told.entry.sealed.is_some());
            if written && schema.entity(&head.entity).is_some() {
                by_entity.entry(head.entity.clone()).or_default().push((head, story));
            }
        }
        let retyped = self.retyped(connection).await?;
        for (entity, ends) in by_entity {
            let Some(compiled) = schema.entity(&entity) else { continue };
            let layout = self.layouts().get(schema, &entity)?;
            let ids: Vec<Uuid> = ends.iter().map(|(head, _)| head.chain).collect();
            let records = crate::read::load(connection, &layout, &ids).await?;
            let records: HashMap<Uuid, Record> = records.into_iter().map(|record| (record.id, record)).collect();
            for (head, story) in ends {
                let removed = story.last().is_some_and(|last| last.action == "purged");
                let tell =
                    |kind, what| Fault { kind, chain: head.chain, entity: entity.clone(), seq: None, at: None, what };
                match records.get(&head.chain) {
                    None if removed => {}
                    None => faults.push(tell(FaultKind::RecordMissing, "the record".to_owned())),
                    Some(record) => {
                        let since = |path: &str| retyped.get(&(entity.clone(), path.to_owned())).copied();
                        let differing = differing(compiled, record, &story, &since);
                        faults.extend(differing.into_iter().map(|what| tell(FaultKind::RecordDiffers, what)));
                    }
                }
            }
        }
        Ok(())
    }
}

/// The fields of a record that hold something else than its history ends with. What was written before a field got
/// another type says nothing of the value that it was converted to.
fn differing(
    entity: &kernel::schema::Entity,
    record: &Record,
    story: &[Story],
    retyped: &dyn Fn(&str) -> Option<DateTime<Utc>>,
) -> Vec<String> {
    let mut last: IndexMap<String, &Json> = IndexMap::new();
    let mut written: HashMap<String, Option<DateTime<Utc>>> = HashMap::new();
    for (at, change) in story.iter().flat_map(|told| told.changes.iter().map(|change| (told.entry.at, change))) {
        written.insert(change.path.clone(), at);
        let whole = change.path.split_once('.').filter(|(_, rest)| !rest.contains('.'));
        match (whole, &change.new) {
            // The line went, and what was known of it.
            (Some(_), Json::Null) => {
                let below = format!("{}.", change.path);
                last.retain(|path, _| !path.starts_with(&below));
                last.insert(change.path.clone(), &Json::Null);
            }
            (Some(_), Json::Object(line)) if !line.contains_key(ERASED) => {
                last.shift_remove(&change.path);
                last.extend(line.iter().map(|(field, value)| (format!("{}.{field}", change.path), value)));
            }
            (_, value) => drop(last.insert(change.path.clone(), value)),
        }
    }
    let mut wrong = Vec::new();
    for (path, value) in last {
        let whole = path.rsplit_once('.').map_or("", |(line, _)| line);
        let at = written.get(&path).or_else(|| written.get(whole)).copied().flatten();
        let field = path.split('.').enumerate().filter(|(place, _)| *place != 1).map(|(_, part)| part);
        let since = retyped(&field.collect::<Vec<_>>().join("."));
        if since.is_some_and(|since| at.is_none_or(|at| at <= since)) {
            continue;
        }
        let mut parts = path.split('.');
        let (Some(first), id, field) = (parts.next(), parts.next(), parts.next()) else { continue };
        if value.get(ERASED).is_some() || (first == "state" && id.is_none() && record.get("state").to_json() == *value)
        {
            continue;
        }
        let now = match (id, field) {
            (None, _) if first == "state" => record.get("state").to_json(),
            (None, _) => match entity.fields.get(first) {
                Some(field) if field.fields.is_empty() && !field.computed => record.get(first).to_json(),
                // A formula's values follow from others, and change with its definition.
                _ => continue,
            },
            (Some(id), field) => {
                let Some(table) = entity.fields.get(first).filter(|table| !table.fields.is_empty()) else { continue };
                let lines = record.lines.get(first).map_or(&[][..], Vec::as_slice);
                let line = lines.iter().find(|line| line.id.to_string() == *id);
                match (field, line) {
                    (None, None) => Json::Null,
                    (None, Some(_)) => Json::Bool(true),
                    (Some(_), None) => Json::Null,
                    (Some(field), Some(line)) => match table.fields.get(field) {
                        Some(known) if !known.computed => {
                            line.fields.get(field).map_or(Json::Null, kernel::Value::to_json)
                        }
                        _ => continue,
                    },
                }
            }
        };
        if !same(&now, value) {
            wrong.push(path);
        }
    }
    let version = story.iter().map(|told| told.version).max();
    if version.is_some_and(|version| version != record.version) {
        wrong.push("version".to_owned());
    }
    wrong
}

/// Whether two values are the same: `3.00` is `3`.
fn same(now: &Json, was: &Json) -> bool {
    let number = |json: &Json| json.as_str().and_then(|text| text.parse::<Decimal>().ok());
    now == was || number(now).zip(number(was)).is_some_and(|(now, was)| now == was)
}

async fn start(connection: &mut Connection) -> Result<Start, Error> {
    let row = connection.row(Sql::fixed("select history, at from sys_chain_start")).await?;
    let row = row.ok_or_else(|| Error::corrupt("the beginning of the chains", "it is gone"))?;
    Ok(Start { history: row.get(0)?, at: row.get(1)? })
}

async fn heads(connection: &mut Connection, after: Option<Uuid>) -> Result<Vec<Head>, Error> {
    let sql = Sql::fixed(
        "select chain, kind, entity, first, seq, link from sys_chains where chain > $1 order by chain limit $2",
    );
    let (mut heads, mut entries) = (Vec::new(), 0);
    for row in connection.rows(sql.bind(after.unwrap_or_default()).bind(CHAINS)).await? {
        let link: Vec<u8> = row.get(5)?;
        let head = Head {
            chain: row.get(0)?,
            is_instance: row.get::<String>(1)? == INSTANCE,
            entity: row.name(2)?,
            first: row.get(3)?,
            seq: row.get(4)?,
            // What is no digest is the end of no chain.
            link: link.try_into().unwrap_or_default(),
        };
        entries += head.seq - head.first + 1;
        heads.push(head);
        if entries > TOGETHER {
            break;
        }
    }
    Ok(heads)
}

fn of(ids: &[Uuid], columns: &'static str, end: &'static str) -> Sql {
    let mut sql = Sql::default();
    sql.text(columns).text(" in (").list(ids, ", ", |sql, id| {
        sql.value(*id);
    });
    std::mem::take(sql.text(")").text(end))
}

/// Place, salt and seal, if all are there.
fn sealed(row: &Row, at: usize) -> Result<Option<(i64, Salts, Seal)>, Error> {
    let seq: Option<i64> = row.get(at)?;
    let salts: Option<Vec<u8>> = row.get(at + 1)?;
    let seal: Option<Vec<u8>> = row.get(at + 2)?;
    let salts = salts.and_then(|bytes| Salts::from_bytes(&bytes));
    let seal = seal.and_then(|bytes| Seal::from_bytes(&bytes));
    // Without salts the values cannot be proved: they count as changed.
    Ok(seq.zip(seal).map(|(seq, seal)| (seq, salts.unwrap_or(Salts::Each(Vec::new())), seal)))
}

/// An entry with what its values and its row come to.
fn entry(
    sealed: Option<(i64, Salts, Seal)>,
    at: i64,
    what: String,
    before: bool,
    content_of: impl FnOnce(&Salts) -> Option<Digest>,
    row: impl FnOnce(&Digest) -> Digest,
) -> Entry {
    let content = sealed.as_ref().and_then(|(_, salts, _)| content_of(salts));
    Entry {
        at: from_millis(at).ok(),
        what,
        content,
        row: content.map(|content| row(&content)),
        before: before && sealed.is_none(),
        sealed: sealed.map(|(seq, _, seal)| (seq, seal)),
    }
}

async fn histories(
    connection: &mut Connection,
    ids: &[Uuid],
    start: Start,
) -> Result<HashMap<Uuid, Vec<Story>>, Error> {
    let mut found: HashMap<Uuid, Vec<Story>> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let sql = of(
        ids,
        "select id, entity, record, version, at, user_id, action, source, changes, reason, seq, salt, seal \
         from sys_history where record",
        " order by record, id",
    );
    for row in connection.rows(sql).await? {
        let (id, entity, record): (i64, String, Uuid) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (version, at, by): (i64, i64, Option<Uuid>) = (row.get(3)?, row.get(4)?, row.get(5)?);
        let (action, source): (String, String) = (row.get(6)?, row.get(7)?);
        // What cannot be read any more was changed.
        let changes: Option<Vec<FieldChange>> = row.json(8).ok();
        let reason = row.get::<Option<String>>(9)?.map(Json::from);
        let sealed = sealed(&row, 10)?;
        let seq = sealed.as_ref().map_or(0, |(seq, ..)| *seq);
        let entry = entry(
            sealed,
            at,
            format!("{action} to version {version}"),
            id <= start.history,
            |salts| content(salts, history_leaves(changes.as_deref()?, reason.as_ref())),
            |content| {
                let what = What::History { entity: &entity, record, version, action: &action, source: &source };
                SealedRow { at, by, what }.digest(content)
            },
        );
        let changes = changes.unwrap_or_default();
        found.entry(record).or_default().push(Story { entry, seq, action, version, changes });
    }
    Ok(found)
}

async fn comments(connection: &mut Connection, ids: &[Uuid], start: Start) -> Result<HashMap<Uuid, Vec<Entry>>, Error> {
    let mut found: HashMap<Uuid, Vec<Entry>> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let sql = of(
        ids,
        "select id, entity, record, at, user_id, body, mentions, seq, salt, seal from sys_comments where record",
        "",
    );
    for row in connection.rows(sql).await? {
        let (id, entity, record): (Uuid, String, Uuid) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (at, by): (i64, Option<Uuid>) = (row.get(3)?, row.get(4)?);
        let text = Json::from(row.get::<String>(5)?);
        let mentions: Option<Json> = row.json(6).ok();
        let entry = entry(
            sealed(&row, 7)?,
            at,
            "comment".to_owned(),
            at <= start.at,
            |salts| content(salts, comment_leaves(&text, mentions.as_ref()?)),
            |content| SealedRow { at, by, what: What::Comment { id, entity: &entity, record } }.digest(content),
        );
        found.entry(record).or_default().push(entry);
    }
    Ok(found)
}

async fn events(connection: &mut Connection, ids: &[Uuid], start: Start) -> Result<HashMap<Uuid, Vec<Entry>>, Error> {
    let mut found: HashMap<Uuid, Vec<Entry>> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let sql = of(
        ids,
        "select instance, at, user_id, event, seq, salt, seal from sys_events where instance",
        " order by instance, seq",
    );
    for row in connection.rows(sql).await? {
        let (instance, at, by): (Uuid, i64, Option<Uuid>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let event: Option<Json> = row.json(3).ok();
        let seq: i64 = row.get(4)?;
        let kind = event.as_ref().and_then(|event| event.get("kind")?.as_str()).unwrap_or("event").to_owned();
        let entry = entry(
            sealed(&row, 4)?,
            at,
            kind,
            at <= start.at,
            |salts| {
                let (rest, reason) = split_event(event.as_ref()?);
                content(salts, event_leaves(&rest, reason))
            },
            |content| SealedRow { at, by, what: What::Event { instance, seq } }.digest(content),
        );
        found.entry(instance).or_default().push(entry);
    }
    Ok(found)
}
