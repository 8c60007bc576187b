//! What follows when records have become one: everything that refers to those that went is led to the one that stayed,
//! piece by piece, so that a hundred thousand references stall nobody; and led back when it is undone. A process that
//! ends in the midst of it leaves it to be found by others.

use std::collections::HashMap;

use kernel::{
    Catalog, Name, Record, Value,
    change::{Change, Commit, FieldChange, HistoryEntry, LinesChange, Link, UpdateRecord},
    definition::FieldKind,
    field::{parse, record_of},
    query::{Predicate, Select},
    rights::{all, any},
    schema::{Entity, Field},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use store::{CommitError, MergeRow};
use uuid::Uuid;

use crate::{App, Failure, engine::concern_people, nodes::Told};

/// So long after it a merge can be undone.
pub(crate) const UNDO_WITHIN: chrono::Duration = chrono::Duration::days(7);
/// Records that are led elsewhere together.
const TOGETHER: u32 = 200;
/// Merges that began so long ago are not being worked on any more.
const ABANDONED: chrono::Duration = chrono::Duration::seconds(60);
/// How often the same records are tried when others change them meanwhile.
const ATTEMPTS: usize = 20;

/// What is needed to undo a merge.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MergeState {
    /// The winner before, as the input of a save.
    pub(crate) before: Map<String, Json>,
    /// Its version after.
    pub(crate) version: i64,
    /// Those that went, with their versions in the trash.
    pub(crate) losers: Vec<(Uuid, i64)>,
}

impl MergeState {
    pub(crate) fn of(row: &MergeRow) -> Result<Self, Failure> {
        serde_json::from_value(row.state.clone())
            .map_err(|error| Failure::Corrupt { what: "a merge", why: error.to_string() })
    }
}

/// A record as the input that makes another what it is: what is not computed, lines with their ids.
pub(crate) fn input_of(entity: &Entity, record: &Record) -> Map<String, Json> {
    let written = |field: &&Field| (!field.computed || field.may_override) && field.kind != FieldKind::Lines;
    let mut input: Map<String, Json> = entity
        .fields
        .values()
        .filter(written)
        .map(|field| (field.name.to_string(), record.get(&field.name).to_json()))
        .collect();
    for table in entity.line_tables() {
        let lines = record.lines.get(&table.name).into_iter().flatten().map(|line| {
            let mut out: Map<String, Json> = table
                .fields
                .values()
                .filter(written)
                .map(|field| {
                    let value = line.fields.get(&field.name).cloned().unwrap_or_default();
                    (field.name.to_string(), value.to_json())
                })
                .collect();
            out.insert("id".into(), line.id.to_string().into());
            Json::Object(out)
        });
        input.insert(table.name.to_string(), lines.collect());
    }
    input
}

/// A field that refers to an entity: of which entity, in which line table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way<'c> {
    pub(crate) entity: &'c Entity,
    pub(crate) lines: Option<&'c Name>,
    pub(crate) field: &'c Field,
}

impl Way<'_> {
    /// The condition that it leads to one of these records of an entity.
    pub(crate) fn naming(self, entity: &Name, ids: &[Uuid]) -> Predicate {
        let operand = || vec![self.field.name.clone()];
        let names = match self.field.kind {
            FieldKind::References => {
                any(ids.iter().map(|id| Predicate::Has { operand: operand(), value: Value::Id(*id) }).collect())
            }
            FieldKind::AnyReference => {
                let values = ids.iter().map(|id| Value::text(format!("{entity}/{id}"))).collect();
                Predicate::In { operand: operand(), values }
            }
            _ => Predicate::In { operand: operand(), values: ids.iter().map(|id| Value::Id(*id)).collect() },
        };
        match self.lines {
            None => names,
            Some(lines) => Predicate::Some { lines: lines.clone(), filter: Box::new(names) },
        }
    }
}

/// The fields that refer to an entity, alone, in lists or as one of several.
pub(crate) fn ways_to<'c>(catalog: &'c Catalog, to: &Name) -> Vec<Way<'c>> {
    let mut found = Vec::new();
    for entity in catalog.entities.values() {
        let own = entity.columns().filter(|field| field.refers_to(to));
        found.extend(own.map(|field| Way { entity, lines: None, field }));
        for table in entity.line_tables() {
            let fields = table.fields.values().filter(|field| field.refers_to(to));
            found.extend(fields.map(|field| Way { entity, lines: Some(&table.name), field }));
        }
    }
    found
}

/// The field that a link names; none if it is not in the definitions any more.
fn way_of<'c>(catalog: &'c Catalog, link: &'c Link) -> Option<Way<'c>> {
    let entity = catalog.entity(&link.entity)?;
    let lines = link.line.as_ref().map(|(lines, _)| lines);
    let fields = match lines {
        None => &entity.fields,
        Some(lines) => &entity.fields.get(lines)?.fields,
    };
    Some(Way { entity, lines, field: fields.get(&link.field)? })
}

/// Who became one with whom.
struct One<'r> {
    entity: &'r Name,
    winner: Uuid,
    losers: Vec<Uuid>,
}

impl<'r> One<'r> {
    fn of(row: &'r MergeRow) -> Result<Self, Failure> {
        let losers = MergeState::of(row)?.losers.into_iter().map(|(id, _)| id).collect();
        Ok(Self { entity: &row.entity, winner: row.winner, losers })
    }

    /// The record that a value, or an item of a list, names, if it is one that went.
    fn went(&self, value: &Value) -> Option<Uuid> {
        let id = match value {
            Value::Id(id) => *id,
            Value::Text(_) => record_of(value).filter(|(entity, _)| entity == self.entity)?.1,
            _ => return None,
        };
        self.losers.contains(&id).then_some(id)
    }

    /// A value with the winner in the place of those that went; none if it names none of them.
    fn led(&self, value: &Value) -> Option<Value> {
        match value {
            Value::List(items) if items.iter().any(|item| self.went(item).is_some()) => {
                let mut led: Vec<Value> = Vec::with_capacity(items.len());
                for item in items {
                    let item = if self.went(item).is_some() { Value::Id(self.winner) } else { item.clone() };
                    if !led.contains(&item) {
                        led.push(item);
                    }
                }
                Some(Value::List(led))
            }
            Value::Text(_) => self.went(value).map(|_| Value::text(format!("{}/{}", self.entity, self.winner))),
            _ => self.went(value).map(|_| Value::Id(self.winner)),
        }
    }

    /// What a value is again that was led to the winner; none if somebody has led it elsewhere since.
    fn back(&self, now: &Value, was: &Value) -> Option<Value> {
        if self.led(was).as_ref() == Some(now) {
            return Some(was.clone());
        }
        // Of a list that somebody changed only what the merge did is taken back.
        let (Value::List(now), Value::List(was)) = (now, was) else { return None };
        let place = now.iter().position(|item| *item == Value::Id(self.winner))?;
        let mut back = now.clone();
        let had = was.contains(&Value::Id(self.winner));
        let again = was.iter().filter(|item| self.went(item).is_some() && !now.contains(item)).cloned();
        back.splice(if had { place + 1..place + 1 } else { place..place + 1 }, again);
        Some(Value::List(back))
    }
}

impl App {
    /// Leads everything to the winner of a merge, or back; to its end.
    ///
    /// # Errors
    /// If the store fails.
    pub(crate) async fn follow_merge(&self, id: Uuid) -> Result<(), Failure> {
        let Some(row) = self.store().merge(id).await? else { return Ok(()) };
        match row.status.as_str() {
            "linking" => {
                self.lead_to_winner(&row).await?;
                self.note_merge(id, "done").await
            }
            "unlinking" => {
                self.lead_back(&row).await?;
                self.note_merge(id, "undone").await
            }
            _ => Ok(()),
        }
    }

    /// Goes on with merges whose process has ended, and settles those that nobody can undo any more.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn follow_merges(&self) -> Result<(), Failure> {
        for row in self.store().unfinished_merges(self.clock().now() - ABANDONED).await? {
            self.follow_merge(row.id).await?;
        }
        self.store().settle_merges(self.clock().now() - UNDO_WITHIN).await?;
        Ok(())
    }

    async fn note_merge(&self, id: Uuid, status: &str) -> Result<(), Failure> {
        let catalog = self.published().catalog.clone();
        let changes = vec![Change::Merging { id, status: status.to_owned() }];
        let commit = Commit { at: self.clock().now(), by: None, changes };
        self.store().commit(catalog.as_ref(), commit).await.map_err(|error| self.refusal(error))?;
        Ok(())
    }

    async fn lead_to_winner(&self, row: &MergeRow) -> Result<(), Failure> {
        let catalog = self.published().catalog.clone();
        let one = One::of(row)?;
        for way in ways_to(&catalog, &row.entity) {
            for in_trash in [false, true] {
                let mut misses = 0;
                loop {
                    let ids = self.referring(&catalog, way, &one, in_trash).await?;
                    if ids.is_empty() {
                        break;
                    }
                    let mut changes = Vec::new();
                    for record in self.store().records(catalog.as_ref(), &way.entity.name, &ids).await? {
                        let links = lead(&mut changes, row.id, way, &record, |value, _| one.led(value));
                        changes.extend(links.into_iter().map(Change::Linked));
                    }
                    if !self.commit_led(&catalog, row, changes).await? {
                        misses += 1;
                        if misses == ATTEMPTS {
                            return Err(Failure::Busy);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    async fn lead_back(&self, row: &MergeRow) -> Result<(), Failure> {
        let catalog = self.published().catalog.clone();
        let mut after = 0;
        loop {
            let page = self.store().merge_links(row.id, after, TOGETHER).await?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            let last = *last;
            let links: Vec<Link> = page.into_iter().map(|(_, link)| link).collect();
            let mut by_way: HashMap<_, Vec<&Link>> = HashMap::new();
            for link in &links {
                let lines = link.line.as_ref().map(|(lines, _)| lines);
                by_way.entry((&link.entity, lines, &link.field)).or_default().push(link);
            }
            for links in by_way.into_values() {
                // What is not in the definitions any more cannot be led anywhere.
                if let Some(way) = links.first().and_then(|link| way_of(&catalog, link)) {
                    self.lead_page_back(&catalog, row, way, &links).await?;
                }
            }
            after = last;
        }
    }

    async fn lead_page_back(
        &self,
        catalog: &Catalog,
        row: &MergeRow,
        way: Way<'_>,
        links: &[&Link],
    ) -> Result<(), Failure> {
        let one = One::of(row)?;
        let mut ids: Vec<Uuid> = links.iter().map(|link| link.record).collect();
        ids.sort_unstable();
        ids.dedup();
        let was: HashMap<(Uuid, Option<Uuid>), Value> = links
            .iter()
            .filter_map(|link| {
                let line = link.line.as_ref().map(|(_, line)| *line);
                Some(((link.record, line), parse(way.field, &link.was).ok()?))
            })
            .collect();
        for _ in 0..ATTEMPTS {
            let mut changes = Vec::new();
            for record in self.store().records(catalog, &way.entity.name, &ids).await? {
                lead(&mut changes, row.id, way, &record, |value, line| one.back(value, was.get(&(record.id, line))?));
            }
            if self.commit_led(catalog, row, changes).await? {
                return Ok(());
            }
        }
        Err(Failure::Busy)
    }

    /// Writes a piece; false if somebody changed one of the records meanwhile.
    async fn commit_led(&self, catalog: &Catalog, row: &MergeRow, changes: Vec<Change>) -> Result<bool, Failure> {
        if changes.is_empty() {
            return Ok(true);
        }
        let people = concern_people(&changes);
        let commit = Commit { at: self.clock().now(), by: row.by, changes };
        match self.store().commit_bulk(catalog, commit).await {
            Ok(committed) => {
                if people {
                    self.people_written().await;
                }
                let records = committed.records.into_iter().map(|written| (written.entity, written.id)).collect();
                let told = Told { records, ..Told::default() };
                self.tell_nodes(told.clone());
                self.spread(told).await;
                Ok(true)
            }
            Err(CommitError::StaleRecord { .. }) => Ok(false),
            Err(error) => Err(self.refusal(error)),
        }
    }

    /// The first records that refer to one of those that went.
    async fn referring(
        &self,
        catalog: &Catalog,
        way: Way<'_>,
        one: &One<'_>,
        deleted: bool,
    ) -> Result<Vec<Uuid>, Failure> {
        // Those that became one do not refer to each other.
        let own = one.losers.iter().copied().chain([one.winner]).map(Value::Id).collect();
        let others = Predicate::Not(Box::new(Predicate::In { operand: vec![Name::new("id")], values: own }));
        let select = Select {
            entity: way.entity.name.clone(),
            columns: Vec::new(),
            filter: all(vec![way.naming(one.entity, &one.losers), others]),
            tokens: Vec::new(),
            sort: Vec::new(),
            after: None,
            limit: TOGETHER,
            flags: Vec::new(),
            deleted,
        };
        let page = self.store().select(catalog, &select).await?;
        Ok(page.rows.into_iter().map(|row| row.record.id).collect())
    }
}

/// Changes of a record whose references lead elsewhere: `leads` says of a value, and of the line it stands in, what it
/// becomes, if anything.
fn lead(
    changes: &mut Vec<Change>,
    merge: Uuid,
    way: Way<'_>,
    record: &Record,
    leads: impl Fn(&Value, Option<Uuid>) -> Option<Value>,
) -> Vec<Link> {
    let (entity, field) = (&way.entity.name, &way.field.name);
    let mut update = UpdateRecord::of(entity, record.id, record.version);
    let mut fields = Vec::new();
    let mut links = Vec::new();
    let link = |line: Option<(Name, Uuid)>, was: &Value| Link {
        merge,
        entity: entity.clone(),
        record: record.id,
        line,
        field: field.clone(),
        was: was.to_json(),
    };
    match way.lines {
        None => {
            let was = record.get(field);
            if let Some(now) = leads(&was, None) {
                fields.push(FieldChange { path: field.to_string(), old: was.to_json(), new: now.to_json() });
                links.push(link(None, &was));
                update.set.insert(field.clone(), now);
            }
        }
        Some(table) => {
            let mut lines = LinesChange::default();
            for line in record.lines.get(table).into_iter().flatten() {
                let Some(was) = line.fields.get(field) else { continue };
                if let Some(now) = leads(was, Some(line.id)) {
                    let path = format!("{table}.{}.{field}", line.id);
                    fields.push(FieldChange { path, old: was.to_json(), new: now.to_json() });
                    links.push(link(Some((table.clone(), line.id)), was));
                    let set = [(field.clone(), now)].into_iter().collect();
                    lines.update.push(kernel::Line { id: line.id, fields: set });
                }
            }
            update.lines.insert(table.clone(), lines);
        }
    }
    if !links.is_empty() {
        changes.push(Change::UpdateRecord(Box::new(update)));
        changes.push(Change::History(HistoryEntry {
            entity: entity.clone(),
            record: record.id,
            version: record.version + 1,
            action: "updated".into(),
            source: "merge".into(),
            reason: None,
            changes: fields,
        }));
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> Value {
        Value::Id(Uuid::from_u128(n))
    }

    fn list(ids: &[u128]) -> Value {
        Value::List(ids.iter().map(|n| id(*n)).collect())
    }

    #[test]
    fn what_is_led_to_the_winner_and_back_is_what_it_was() {
        let entity = Name::new("customer");
        let one =
            One { entity: &entity, winner: Uuid::from_u128(1), losers: vec![Uuid::from_u128(2), Uuid::from_u128(3)] };
        let text = |n: u128| Value::text(format!("customer/{}", Uuid::from_u128(n)));
        for (was, led) in [
            (id(2), Some(id(1))),
            (id(4), None),
            (list(&[4, 2, 5, 3]), Some(list(&[4, 1, 5]))),
            (list(&[2, 1]), Some(list(&[1]))),
            (list(&[1, 4]), None),
            (text(3), Some(text(1))),
            (Value::text(format!("product/{}", Uuid::from_u128(3))), None),
        ] {
            assert_eq!(one.led(&was), led, "{was:?}");
            if let Some(led) = led {
                assert_eq!(one.back(&led, &was), Some(was));
            }
        }
    }

    #[test]
    fn what_somebody_changed_since_keeps_their_change() {
        let entity = Name::new("customer");
        let one = One { entity: &entity, winner: Uuid::from_u128(1), losers: vec![Uuid::from_u128(2)] };
        assert_eq!(one.back(&id(7), &id(2)), None);
        assert_eq!(one.back(&list(&[9, 1]), &list(&[2])), Some(list(&[9, 2])), "one was added");
        assert_eq!(one.back(&list(&[1, 9]), &list(&[1, 2])), Some(list(&[1, 2, 9])), "both were there");
        assert_eq!(one.back(&list(&[9]), &list(&[2])), None, "it was taken away");
    }
}
