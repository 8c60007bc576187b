//! Finds records by what their fields hold: for references, and for the records that rows are about.

use std::collections::{HashMap, hash_map::Entry};

use kernel::{
    Name, Value,
    definition::FieldKind,
    import::{Lookup, folded_value},
    query::{Comparison, Operand, Predicate, Select},
    rights::{self, Access},
};
use uuid::Uuid;

use crate::{App, Failure, Scene};

/// So many values are asked for at once.
const AT_ONCE: usize = 200;

/// What was found, remembered for the rest of the file.
#[derive(Debug, Default)]
pub(super) struct Finder {
    known: HashMap<(Name, Name), HashMap<Value, Found>>,
}

/// What was found for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// No record.
    None,
    /// This one.
    One(Uuid),
    /// More than one: nobody can say which is meant.
    Several,
}

impl Finder {
    /// What is known of a lookup; after [`Finder::learn`] it is.
    pub(super) fn get(&self, lookup: &Lookup) -> Found {
        let value = folded_value(&lookup.value);
        let found = lookup.by.iter().filter_map(|by| {
            self.known.get(&(lookup.entity.clone(), by.clone()))?.get(&value).filter(|found| **found != Found::None)
        });
        found.copied().next().unwrap_or(Found::None)
    }

    /// Notes a record that was just made.
    pub(super) fn note(&mut self, entity: &Name, by: &Name, value: &Value, id: Uuid) {
        let found = self.known.entry((entity.clone(), by.clone())).or_default();
        for name in names(value) {
            let before = found.insert(folded_value(name), Found::One(id));
            if matches!(before, Some(Found::One(other)) if other != id) || before == Some(Found::Several) {
                found.insert(folded_value(name), Found::Several);
            }
        }
    }

    /// Asks the store for what is not known yet.
    pub(super) async fn learn<'l>(
        &mut self,
        app: &App,
        scene: &Scene,
        lookups: impl Iterator<Item = &'l Lookup>,
    ) -> Result<(), Failure> {
        let mut asked: HashMap<(Name, Name), Vec<Value>> = HashMap::new();
        for (lookup, by) in lookups.flat_map(|lookup| lookup.by.iter().map(move |by| (lookup, by))) {
            let place = (lookup.entity.clone(), by.clone());
            let known = self.known.entry(place.clone()).or_default();
            if let Entry::Vacant(unknown) = known.entry(folded_value(&lookup.value)) {
                unknown.insert(Found::None);
                asked.entry(place).or_default().push(lookup.value.clone());
            }
        }
        for ((entity, by), values) in asked {
            for part in values.chunks(AT_ONCE) {
                let filter = called(scene, &entity, &by, part);
                let rows = select(app, scene, &entity, std::slice::from_ref(&by), filter).await?;
                let known = self.known.entry((entity.clone(), by.clone())).or_default();
                for (id, values) in rows {
                    let Some(value) = values.first() else { continue };
                    for name in names(value) {
                        let found = known.entry(folded_value(name)).or_insert(Found::None);
                        *found = if *found == Found::None { Found::One(id) } else { Found::Several };
                    }
                }
            }
        }
        Ok(())
    }
}

/// The names that a value holds: each of its tags, or itself.
fn names(value: &Value) -> &[Value] {
    if let Value::List(names) = value { names } else { std::slice::from_ref(value) }
}

/// Records that have one of the names in a field.
fn called(scene: &Scene, entity: &Name, by: &Name, values: &[Value]) -> Predicate {
    let field = scene.catalog.entity(entity).and_then(|entity| entity.fields.get(by));
    if field.is_none_or(|field| field.kind != FieldKind::Tags) {
        return Predicate::In { operand: vec![by.clone()], values: values.to_vec() };
    }
    let has = |value: &Value| Predicate::Has { operand: vec![by.clone()], value: value.clone() };
    rights::any(values.iter().map(has).collect())
}

/// The records that have these keys, by key.
pub(super) async fn by_keys(
    app: &App,
    scene: &Scene,
    entity: &Name,
    fields: &[Name],
    keys: &[Vec<Value>],
) -> Result<HashMap<Vec<Value>, Found>, Failure> {
    let mut found = HashMap::new();
    for part in keys.chunks(AT_ONCE) {
        let filter = match fields {
            [field] => {
                let values = part.iter().filter_map(|key| key.first().cloned()).collect();
                Predicate::In { operand: vec![field.clone()], values }
            }
            _ => rights::any(part.iter().map(|key| all_equal(fields, key)).collect()),
        };
        for (id, values) in select(app, scene, entity, fields, filter).await? {
            let key: Vec<Value> = values.iter().map(folded_value).collect();
            let place = found.entry(key).or_insert(Found::None);
            *place = if *place == Found::None { Found::One(id) } else { Found::Several };
        }
    }
    Ok(found)
}

fn all_equal(fields: &[Name], key: &[Value]) -> Predicate {
    let equal = |(field, value): (&Name, &Value)| Predicate::Compare {
        left: Operand::Path(vec![field.clone()]),
        operator: Comparison::Equal,
        right: Operand::Value(value.clone()),
    };
    rights::all(fields.iter().zip(key).map(equal).collect())
}

/// Ids and values of records of which the reader may see these fields: what is found would tell of them.
async fn select(
    app: &App,
    scene: &Scene,
    entity: &Name,
    fields: &[Name],
    filter: Predicate,
) -> Result<Vec<(Uuid, Vec<Value>)>, Failure> {
    let ctx = scene.ctx();
    let access = Access::new(&scene.catalog, &ctx);
    let Some(compiled) = scene.catalog.entity(entity) else { return Ok(Vec::new()) };
    let asked: Vec<String> = fields.iter().map(ToString::to_string).collect();
    let Ok(scope) = access.list_predicate(compiled, &asked) else { return Ok(Vec::new()) };
    let mut select = Select {
        entity: entity.clone(),
        columns: fields.iter().map(|f| vec![f.clone()]).collect(),
        filter: rights::all(vec![scope, filter]),
        tokens: Vec::new(),
        sort: Vec::new(),
        after: None,
        limit: 500,
        flags: Vec::new(),
        deleted: false,
    };
    let mut found = Vec::new();
    loop {
        let page = app.store().select(scene.catalog.as_ref(), &select).await?;
        found.extend(page.rows.into_iter().map(|row| (row.record.id, row.values)));
        match page.next {
            Some(next) => select.after = Some(next),
            None => return Ok(found),
        }
    }
}
