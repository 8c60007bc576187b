//! The snapshot of people and departments, read from the entities `user` and `department`.

use std::collections::HashMap;

use kernel::{
    Catalog, Name, Record, Value,
    context::{Department, Org, Person},
    query::{Predicate, Select},
};
use store::Store;
use uuid::Uuid;

/// How many are read at a time.
const PAGE: u32 = 500;

/// Reads all people and departments, those in the trash left out.
pub(crate) async fn read(store: &Store, catalog: &Catalog) -> Result<Org, store::Error> {
    let mut org = Org::default();
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
        let page = store.select(&catalog.entities, &select).await?;
        records.extend(page.rows.into_iter().map(|row| (row.record.id, row.record)));
        match page.next {
            Some(next) => select.after = Some(next),
            None => return Ok(records.into_values().collect()),
        }
    }
}
