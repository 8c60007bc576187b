//! The snapshot of people, departments, positions and stand-ins.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use kernel::{
    Catalog, Name, Record, Value,
    context::{Department, Deputy, Org, Person, Position},
    query::{Predicate, Select},
};
use store::Store;
use uuid::Uuid;

/// How many are read at a time.
const PAGE: u32 = 500;

/// Reads all people, departments and positions, those in the trash left out, and who stands in for whom.
pub(crate) async fn read(store: &Store, catalog: &Catalog, now: DateTime<Utc>) -> Result<Org, store::Error> {
    let mut org = Org::default();
    for row in store.deputies(now).await? {
        let (person, deputy, workflows) = (row.person, row.deputy, row.workflows);
        org.deputies.push(Deputy { person, deputy, from: row.from, to: row.to, workflows });
    }
    for record in all(store, catalog, "position").await? {
        let position =
            Position { name: text(&record, "name"), approval_limit: record.get("approval_limit").as_decimal() };
        org.positions.insert(record.id, position);
    }
    for record in all(store, catalog, "department").await? {
        let department = Department {
            name: text(&record, "name"),
            parent: record.get("parent").as_id(),
            head: record.get("head").as_id(),
        };
        org.departments.insert(record.id, department);
    }
    for record in all(store, catalog, "user").await? {
        org.people.insert(record.id, person(&record));
    }
    Ok(org)
}

fn person(record: &Record) -> Person {
    let roles = match record.get("roles") {
        Value::List(roles) => roles.iter().filter_map(Value::as_text).map(Name::new).collect(),
        _ => Vec::new(),
    };
    Person {
        name: text(record, "name"),
        email: text(record, "email"),
        department: record.get("department").as_id(),
        manager: record.get("manager").as_id(),
        position: record.get("position").as_id(),
        roles,
        active: record.get("active") == Value::Bool(true),
        language: record.get("language").as_text().map(Name::new),
    }
}

fn text(record: &Record, field: &str) -> String {
    record.get(field).as_text().unwrap_or_default().to_owned()
}

async fn all(store: &Store, catalog: &Catalog, entity: &str) -> Result<Vec<Record>, store::Error> {
    let Some(found) = catalog.entity(entity) else { return Ok(Vec::new()) };
    let mut select = Select {
        entity: found.name.clone(),
        columns: found.columns().map(|field| vec![field.name.clone()]).collect(),
        filter: Predicate::True,
        tokens: Vec::new(),
        sort: Vec::new(),
        after: None,
        limit: PAGE,
        flags: Vec::new(),
        deleted: false,
    };
    let mut records: HashMap<Uuid, Record> = HashMap::new();
    loop {
        let page = store.select(catalog, &select).await?;
        records.extend(page.rows.into_iter().map(|row| (row.record.id, row.record)));
        match page.next {
            Some(next) => select.after = Some(next),
            None => return Ok(records.into_values().collect()),
        }
    }
}
