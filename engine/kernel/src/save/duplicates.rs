//! Whether what is saved is there already, or may be. What certainly is is refused, also by the commit, where two write
//! at once; what may be is told, and a person who saves it all the same says why.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::{Saving, Work};
use crate::{
    Name, Problem, Record, Value,
    change::{Apart, Change, NearKeys},
    definition::{Likeness, NearDefinition},
    expression::{Reference, same as same_value},
    likeness,
    query::{Comparison, Operand, Predicate, Query},
    rights::all,
    schema::{Entity, Target},
};

/// So many others are told at most.
const TOLD: usize = 5;

/// What becomes of records that may be there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspects<'a> {
    /// Nobody is there to be asked: they are saved.
    Pass,
    /// They are told.
    Warn,
    /// They are refused until somebody says why they are none.
    Ask,
    /// Somebody said why they are none.
    Because(&'a str),
}

/// Values by which a record is compared.
type Values = Vec<(Name, Value)>;

/// Another record that is, or may be, the same.
struct Other {
    record: Arc<Record>,
    /// The fields that are alike.
    alike: Vec<Name>,
    near: bool,
}

impl Work<'_> {
    /// Looks for others, and tells them.
    pub(crate) fn duplicates(&mut self) {
        let entity = self.entity;
        let mut certain = Vec::new();
        for set in &entity.duplicates.certain {
            let Some(values) = self.new_values(set) else { continue };
            let found = self.answer(same(entity, &values));
            certain.extend(found.into_iter().map(|record| Other { record, alike: set.clone(), near: false }));
            self.apart.push(values);
        }
        let mut suspect: Vec<Other> = Vec::new();
        let suspects = if self.s.suspects == Suspects::Pass { &[][..] } else { &entity.duplicates.suspect[..] };
        for likeness in suspects {
            for other in self.suspects(likeness) {
                let is_known = |known: &Other| known.record.id == other.record.id;
                if certain.iter().any(is_known) || suspect.iter().any(is_known) {
                    continue;
                }
                // It may have been written after the certain ones were asked for and before the near ones.
                match self.certainly(&other.record) {
                    Some(alike) => certain.push(Other { alike, near: false, ..other }),
                    None => suspect.push(other),
                }
            }
        }
        self.tell(&certain, "duplicate");
        self.tell(&suspect, "suspect");
    }

    /// The fields by which another record is certainly the same.
    fn certainly(&self, other: &Record) -> Option<Vec<Name>> {
        let is_alike = |(name, value): &(Name, Value)| same_value(value, &other.get(name));
        let values = self.apart.iter().find(|values| values.iter().all(is_alike))?;
        Some(values.iter().map(|(name, _)| name.clone()).collect())
    }

    fn suspects(&mut self, likeness: &Likeness) -> Vec<Other> {
        let entity = self.entity;
        let (query, alike, near) = match likeness {
            Likeness::Same(set) => {
                let Some(values) = self.new_values(set) else { return Vec::new() };
                (same(entity, &values), set.clone(), false)
            }
            Likeness::Near(near) => {
                let fields: Vec<Name> = [&near.near].into_iter().chain(&near.with).cloned().collect();
                let Some(values) = self.new_values(&fields) else { return Vec::new() };
                let Some(query) = nearly(entity, near, &values) else { return Vec::new() };
                (query, fields, true)
            }
        };
        let found = self.answer(query);
        found.into_iter().map(|record| Other { record, alike: alike.clone(), near }).collect()
    }

    /// The values of these fields, if all are there and one of them is new.
    fn new_values(&self, set: &[Name]) -> Option<Values> {
        let values = values_of(&self.record, set)?;
        let is_new = |(name, value): &(Name, Value)| self.base.is_none_or(|base| base.get(name) != *value);
        values.iter().any(is_new).then_some(values)
    }

    /// The others that a query finds; none while they are not known yet.
    fn answer(&mut self, query: Query) -> Vec<Arc<Record>> {
        let own = self.record.id;
        if let Some(answer) = self.s.facts.answer(&query) {
            let is_other = |other: &&Arc<Record>| other.id != own && !self.besides.contains(&other.id);
            return answer.iter().filter(is_other).take(TOLD).cloned().collect();
        }
        self.needs.push(query);
        Vec::new()
    }

    /// Tells of others: by name only those of which the writer may read what is alike.
    fn tell(&mut self, others: &[Other], code: &str) {
        let Some(first) = others.first() else { return };
        let mut shown = Vec::new();
        for other in others {
            match self.s.access.reach(self.entity, Some(&other.record), self.s.facts) {
                Ok(reach) => {
                    let reads = reach.shows_row() && other.alike.iter().all(|field| reach.reads(self.entity, field));
                    shown.extend(reads.then_some(other));
                }
                Err(error) => {
                    self.note::<()>("", Err(error));
                }
            }
        }
        let labels = labels(self.entity, &first.alike);
        let titles: Vec<&str> = shown.iter().map(|other| other.record.title.as_str()).collect();
        let others_named =
            if titles.is_empty() { "a record that you may not see".to_owned() } else { titles.join("; ") };
        let message = match code {
            "duplicate" => format!("Expected something new, but {others_named} has the same {labels}"),
            _ => format!("It may be there already: {others_named} ({labels})"),
        };
        let mut problem = Problem::new(place(self.entity, &first.alike), code, message);
        let records: Vec<Json> = shown.iter().map(|other| told(self.entity, other)).collect();
        problem.values.insert("records".into(), records.into());
        problem.values.insert("hidden".into(), (others.len() - shown.len()).into());
        match (code, self.s.suspects) {
            ("suspect", Suspects::Warn) => self.warnings.push(problem),
            ("suspect", Suspects::Because(why)) => self.reason = Some(why),
            _ => self.problems.push(problem),
        }
    }

    /// What the commit is to hold to, and by what near ones are found from now on.
    pub(super) fn likeness_changes(&mut self) -> Vec<Change> {
        let mut changes = Vec::new();
        let (entity, record) = (self.entity, &self.record);
        if !self.apart.is_empty() {
            let sets = std::mem::take(&mut self.apart);
            changes.push(Change::Apart(Apart { entity: entity.name.clone(), record: record.id, sets }));
        }
        let keys = near_keys(entity, record);
        let before = self.base.map(|base| near_keys(entity, base)).unwrap_or_default();
        if keys != before {
            let replaces = self.base.is_some();
            changes.push(Change::Near(NearKeys { record: record.id, keys, replaces }));
        }
        changes
    }
}

/// What keeps a record that comes out of the trash apart from those that took its place.
pub(super) fn restored(s: &Saving<'_>, entity: &Entity, record: &Record) -> Result<Vec<Change>, Restored> {
    let sets: Vec<Values> = entity.duplicates.certain.iter().filter_map(|set| values_of(record, set)).collect();
    let mut needs = Vec::new();
    for values in &sets {
        let query = same(entity, values);
        match s.facts.answer(&query) {
            None => needs.push(query),
            Some(found) if found.iter().any(|other| other.id != record.id) => {
                let fields: Vec<Name> = values.iter().map(|(name, _)| name.clone()).collect();
                let labels = labels(entity, &fields);
                let message = format!("Expected no other record with the same {labels}, but there is one now");
                return Err(Restored::Taken(Problem::new("", "duplicate", message)));
            }
            Some(_) => {}
        }
    }
    if !needs.is_empty() {
        return Err(Restored::Needs(needs));
    }
    let apart = Apart { entity: entity.name.clone(), record: record.id, sets };
    Ok(if apart.sets.is_empty() { Vec::new() } else { vec![Change::Apart(apart)] })
}

/// Why a record does not come out of the trash yet.
pub(super) enum Restored {
    /// This must be known.
    Needs(Vec<Query>),
    /// Another has taken its place.
    Taken(Problem),
}

fn values_of(record: &Record, set: &[Name]) -> Option<Values> {
    let values = set.iter().map(|name| (name.clone(), record.get(name)));
    values.map(|(name, value)| (!value.is_null()).then_some((name, value))).collect()
}

fn same(entity: &Entity, values: &[(Name, Value)]) -> Query {
    let equal = |(name, value): &(Name, Value)| Predicate::Compare {
        left: Operand::Path(vec![name.clone()]),
        operator: Comparison::Equal,
        right: Operand::Value(value.clone()),
    };
    // One more than is told: the record itself may be among them.
    let limit = u32::try_from(TOLD + 1).unwrap_or(u32::MAX);
    Query::Find { entity: entity.name.clone(), filter: all(values.iter().map(equal).collect()), limit }
}

fn nearly(entity: &Entity, near: &NearDefinition, values: &[(Name, Value)]) -> Option<Query> {
    let (text, with) = values.split_first()?;
    let text = text.1.as_text()?.to_owned();
    if text.chars().count() < likeness::SHORTEST_NEAR {
        return None;
    }
    Some(Query::Near {
        entity: entity.name.clone(),
        field: near.near.clone(),
        text,
        distance: near.distance,
        with: with.to_vec(),
    })
}

/// The keys by which records near this one are found, of all its texts that are compared so.
#[must_use]
pub fn near_keys(entity: &Entity, record: &Record) -> Vec<i64> {
    let mut keys = Vec::new();
    for likeness in &entity.duplicates.suspect {
        let Likeness::Near(near) = likeness else { continue };
        let (Some(with), text) = (values_of(record, &near.with), record.get(&near.near)) else { continue };
        if let Some(text) = text.as_text() {
            let scope = likeness::near_scope(&entity.name, &near.near, &with);
            keys.extend(likeness::near_keys(&scope, text, near.distance.into()));
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The field at which it is told: of a key that is computed the field that it is made from.
fn place(entity: &Entity, alike: &[Name]) -> String {
    let Some(first) = alike.first() else { return String::new() };
    let formula = entity.computations.iter().find(|c| c.target == Target::Field(first.clone()));
    let source = formula.and_then(|computation| {
        computation.value.references().iter().find_map(|reference| match reference {
            Reference::Field { entity: of, lines: None, field, own: true } if *of == entity.name => {
                entity.fields.get(field).filter(|field| !field.computed).map(|field| field.name.to_string())
            }
            _ => None,
        })
    });
    source.unwrap_or_else(|| first.to_string())
}

fn labels(entity: &Entity, fields: &[Name]) -> String {
    let label = |name: &Name| entity.fields.get(name).map_or_else(|| name.to_string(), |field| field.label.clone());
    fields.iter().map(label).collect::<Vec<_>>().join(", ")
}

fn told(entity: &Entity, other: &Other) -> Json {
    let fields: Vec<String> = other.alike.iter().map(|field| place(entity, std::slice::from_ref(field))).collect();
    json!({"id": other.record.id, "title": other.record.title, "fields": fields, "near": other.near})
}
