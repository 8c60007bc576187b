//! What the tests share: a fresh store on either database, a few entities, records of them.

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use kernel::{
    Catalog, Name, PackSource, Record, Severity, SourceFile, Value,
    change::{Change, Commit, InsertRecord, UpdateRecord},
    query::{Predicate, Select, Sort},
};
use serde_json::json;
use store::{Entities, Options, Store};
use uuid::Uuid;

/// A test on both databases: `on_both!(name, |db| { … });`
macro_rules! on_both {
    ($(#[$attribute:meta])* $name:ident, |$db:ident| $body:block) => {
        $(#[$attribute])*
        mod $name {
            #[allow(unused_imports, reason = "a test uses what it needs")]
            use super::*;

            async fn run($db: &crate::support::Database) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let database = crate::support::Database::sqlite().await;
                run(&database).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(database) = crate::support::Database::postgres().await {
                    run(&database).await;
                    database.remove().await;
                }
            }
        }
    };
}
pub(crate) use on_both;

/// A database of one test.
pub(crate) struct Database {
    pub(crate) store: Store,
    pub(crate) url: String,
    pub(crate) catalog: Catalog,
    pub(crate) entities: Entities,
    folder: Option<tempfile::TempDir>,
}

impl Database {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/test.db", folder.path().display());
        Self::open(url, Some(folder)).await
    }

    pub(crate) async fn postgres() -> Option<Self> {
        let server = std::env::var("TEST_POSTGRES_URL").ok()?;
        let name = format!("t_{}", id().simple());
        let mut url = server.clone();
        let slash = url.rfind('/').unwrap();
        let end = url.find('?').unwrap_or(url.len());
        url.replace_range(slash + 1..end, &name);
        admin(&server, format!("create database {name}")).await;
        Some(Self::open(url, None).await)
    }

    async fn open(url: String, folder: Option<tempfile::TempDir>) -> Self {
        let store = Store::open(&Options::new(&url)).await.unwrap();
        let catalog = catalog();
        let entities = catalog.entities.clone();
        store.apply_schema(&entities).await.unwrap();
        Self { store, url, catalog, entities, folder }
    }

    /// Has PostgreSQL end all connections of this store, as when it is started anew.
    pub(crate) async fn end_connections(&self) {
        let name = self.url.rsplit('/').next().and_then(|end| end.split('?').next()).unwrap();
        let server = std::env::var("TEST_POSTGRES_URL").unwrap();
        let ended = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = ";
        admin(&server, format!("{ended} '{name}'")).await;
    }

    pub(crate) async fn remove(&self) {
        assert!(self.folder.is_none());
        self.store.close().await;
        let server = std::env::var("TEST_POSTGRES_URL").unwrap();
        let name = self.url.rsplit('/').next().unwrap().split('?').next().unwrap();
        admin(&server, format!("drop database {name} with (force)")).await;
    }

    /// Applies changes that must be taken.
    pub(crate) async fn commit(&self, changes: Vec<Change>) -> store::Committed {
        self.store.commit(&self.entities, commit(changes)).await.unwrap()
    }

    /// Inserts records and gives their ids.
    pub(crate) async fn insert(&self, records: Vec<Record>) -> Vec<Uuid> {
        let ids = records.iter().map(|r| r.id).collect();
        self.commit(records.into_iter().map(insert).collect()).await;
        ids
    }

    pub(crate) async fn get(&self, entity: &str, id: Uuid) -> Record {
        self.store.record(&self.entities, entity, id).await.unwrap().unwrap()
    }

    /// The ids of all records that fit, page by page.
    pub(crate) async fn ids(&self, select: &Select) -> Vec<Uuid> {
        let mut select = select.clone();
        let mut ids = Vec::new();
        loop {
            let page = self.store.select(&self.entities, &select).await.unwrap();
            assert!(page.rows.len() <= select.limit as usize);
            ids.extend(page.rows.iter().map(|row| row.record.id));
            match page.next {
                Some(next) => select.after = Some(next),
                None => return ids,
            }
        }
    }
}

pub(crate) async fn admin(server: &str, sql: String) {
    use sqlx::{Connection, Executor};
    let mut connection = sqlx::PgConnection::connect(server).await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
    connection.close().await.unwrap();
}

pub(crate) fn id() -> Uuid {
    Uuid::now_v7()
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(crate) fn now() -> DateTime<Utc> {
    at("2026-11-21T08:00:00.123Z")
}

pub(crate) fn name(text: &str) -> Name {
    Name::new(text)
}

pub(crate) fn decimal(text: &str) -> Value {
    Value::Decimal(text.parse().unwrap())
}

pub(crate) fn commit(changes: Vec<Change>) -> Commit {
    Commit { at: now(), by: Some(Uuid::from_u128(7)), changes }
}

pub(crate) fn record(entity: &str, title: &str, fields: &[(&str, Value)]) -> Record {
    Record {
        entity: name(entity),
        id: id(),
        version: 1,
        state: None,
        number: None,
        title: title.to_owned(),
        created_at: now(),
        created_by: Some(Uuid::from_u128(7)),
        updated_at: now(),
        updated_by: Some(Uuid::from_u128(7)),
        deleted_at: None,
        fields: fields.iter().map(|(field, value)| (name(field), value.clone())).collect(),
        lines: IndexMap::new(),
    }
}

/// The record as the store gives it back: with all line tables, without nulls.
pub(crate) fn stored(mut record: Record, tables: &[&str]) -> Record {
    record.fields.retain(|_, value| !value.is_null());
    for table in tables {
        record.lines.entry(name(table)).or_default();
    }
    record
}

pub(crate) fn insert(record: Record) -> Change {
    Change::InsertRecord(Box::new(InsertRecord {
        search: record.title.clone(),
        record,
        numbering: None,
        series: Vec::new(),
        batch: None,
        origin: None,
    }))
}

pub(crate) fn update(record: &Record, set: &[(&str, Value)]) -> UpdateRecord {
    UpdateRecord {
        entity: record.entity.clone(),
        id: record.id,
        base_version: record.version,
        set: set.iter().map(|(field, value)| (name(field), value.clone())).collect(),
        state: None,
        title: None,
        search: None,
        lines: IndexMap::new(),
        deleted_at: None,
        batch: None,
        silent: false,
        origin: None,
    }
}

pub(crate) fn updated(update: UpdateRecord) -> Change {
    Change::UpdateRecord(Box::new(update))
}

pub(crate) fn select(entity: &str) -> Select {
    Select {
        entity: name(entity),
        columns: Vec::new(),
        filter: Predicate::True,
        tokens: Vec::new(),
        sort: Vec::new(),
        after: None,
        limit: 1000,
        flags: Vec::new(),
        deleted: false,
    }
}

pub(crate) fn path(text: &str) -> Vec<Name> {
    text.split('.').map(name).collect()
}

pub(crate) fn sort(text: &str) -> Sort {
    Sort { by: path(text.trim_start_matches('-')), descending: text.starts_with('-') }
}

/// The entities of the tests: partners in regions, requests with lines, rates by day, people.
fn catalog() -> Catalog {
    load(vec![
        json!({"name": "region", "label": "Region", "type": "setup", "title": "{name}", "fields": {"name": {"type": "text"}}}),
        json!({"name": "partner", "label": "Partner", "type": "master", "search": ["name"],
        "unique": [["code"], ["name", "region"]], "indexes": [["level", "name"]],
        "fields": {
            "name": {"type": "text"}, "code": {"type": "text"}, "notes": {"type": "long_text"},
            "level": {"type": "choice", "options": {"a": "A", "b": "B", "c": "C"}},
            "tags": {"type": "multi_choice", "options": {"x": "X", "y": "Y", "z": "Z"}},
            "region": {"type": "reference", "to": "region"}, "parent": {"type": "reference", "to": "partner"},
            "owner": {"type": "user"}, "active": {"type": "boolean"}, "rating": {"type": "integer"},
            "credit": {"type": "money"}, "share": {"type": "percent", "scale": 4},
            "weight": {"type": "decimal", "scale": 6}, "since": {"type": "date"}, "seen": {"type": "datetime"},
            "currency": {"type": "currency"}, "email": {"type": "email"},
            "papers": {"type": "attachment"}, "photo": {"type": "image"}, "seat": {"type": "address"}
        }}),
        json!({"name": "request", "label": "Request", "type": "document", "number": "RQ-{seq:4}", "unique": [["number"]],
        "lifecycle": {"start": "draft", "states": {"draft": {}, "approving": {}, "approved": {}}},
        "fields": {
            "partner": {"type": "reference", "to": "partner"}, "amount": {"type": "money"},
            "lines": {"type": "lines", "fields": {
                "item": {"type": "text"}, "partner": {"type": "reference", "to": "partner"},
                "quantity": {"type": "decimal", "scale": 3}, "price": {"type": "money", "scale": 4},
                "due": {"type": "date"}, "done": {"type": "boolean"}, "photo": {"type": "image"}
            }},
            "costs": {"type": "lines", "fields": {"label": {"type": "text"}}}
        }}),
        json!({"name": "deal", "label": "Deal", "type": "master", "title": "{name}",
        "scope": {"owner": "owner", "department": "department"}, "indexes": [["closing", "amount"]],
        "fields": {
            "name": {"type": "text"}, "owner": {"type": "user"}, "department": {"type": "department"},
            "stage": {"type": "choice", "options": {"new": "New", "won": "Won", "lost": "Lost"}},
            "closing": {"type": "date"}, "amount": {"type": "money"}, "rank": {"type": "integer"},
            "partner": {"type": "reference", "to": "partner"},
            "lines": {"type": "lines", "fields": {"partner": {"type": "reference", "to": "partner"}, "count": {"type": "integer"}}}
        }}),
        json!({"name": "sample", "label": "Sample", "type": "master", "title": "{name}", "search": ["series", "address"],
        "fields": {
            "name": {"type": "text"}, "text": {"type": "rich_text"}, "opens": {"type": "time"},
            "lead": {"type": "duration", "unit": "day"}, "labels": {"type": "tags"},
            "partners": {"type": "references", "to": "partner"},
            "about": {"type": "any_reference", "to": ["partner", "region"]}, "post": {"type": "position"},
            "sign": {"type": "signature"}, "origin": {"type": "country"}, "address": {"type": "address"},
            "spot": {"type": "geo"}, "code": {"type": "barcode", "symbology": "ean13", "unique": true},
            "shade": {"type": "color"}, "stars": {"type": "rating"}, "series": {"type": "number", "series": "S-{seq:3}"},
            "data": {"type": "json"}, "partner": {"type": "reference", "to": "partner"},
            "parts": {"type": "lines", "fields": {"at": {"type": "address"}, "took": {"type": "duration"}, "marks": {"type": "tags"}}}
        }}),
        json!({"name": "rate", "label": "Rate", "type": "setup",
            "effective": {"key": ["currency", "kind"], "from": "day"},
            "fields": {"currency": {"type": "currency"}, "kind": {"type": "choice", "options": {"mid": "Mid", "buy": "Buy"}},
                "day": {"type": "date"}, "rate": {"type": "decimal", "scale": 6}}}),
    ])
}

/// The entities of a pack, compiled, with those of the pack that every firm has.
pub(crate) fn compile(definitions: Vec<serde_json::Value>) -> Entities {
    load(definitions).entities
}

fn load(definitions: Vec<serde_json::Value>) -> Catalog {
    let mut files = vec![file(
        "pack.json",
        json!({"kind": "pack", "name": "test", "label": "Test", "version": "1.0.0"}).to_string(),
    )];
    for mut definition in definitions {
        let name = definition["name"].as_str().unwrap().to_owned();
        definition["kind"] = json!("entity");
        give_currency(&mut definition);
        files.push(file(&format!("entities/{name}.json"), definition.to_string()));
    }
    let (catalog, problems) = Catalog::load(&[system(), PackSource { name: "test".to_owned(), files }]);
    let told = || problems.iter().filter(|d| d.severity == Severity::Error).collect::<Vec<_>>();
    catalog.unwrap_or_else(|| panic!("{:#?}", told()))
}

/// Every money field must say its currency; none of these tests is about that.
fn give_currency(definition: &mut serde_json::Value) {
    for (_, field) in definition["fields"].as_object_mut().unwrap() {
        if field["type"] == "money" {
            field["currency"] = json!("\"EUR\"");
        }
        if field["type"] == "lines" {
            give_currency(field);
        }
    }
}

fn file(path: &str, text: String) -> SourceFile {
    SourceFile { path: path.to_owned(), text }
}

fn system() -> PackSource {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../definitions/system");
    let mut files = vec![file("pack.json", std::fs::read_to_string(format!("{root}/pack.json")).unwrap())];
    for folder in ["entities", "roles"] {
        for found in std::fs::read_dir(format!("{root}/{folder}")).unwrap() {
            let path = found.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            files.push(file(&format!("{folder}/{name}"), std::fs::read_to_string(&path).unwrap()));
        }
    }
    PackSource { name: "system".to_owned(), files }
}
