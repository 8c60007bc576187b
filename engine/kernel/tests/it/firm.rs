//! A small firm to test on: partners, goods with a cost that not everybody sees, requests with lines.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use kernel::{
    Catalog, Name, PackSource, Record, SourceFile, Value,
    change::{Change, LaterChange},
    context::{Context, Ids, Org, Person},
    query::{Facts, Outcome, Query},
    rights::Access,
    save::Saving,
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::packs::pack;

/// The seller, who sees their own requests and no cost.
pub(crate) const SELLER: Uuid = Uuid::from_u128(1);
/// The boss, who sees all.
pub(crate) const BOSS: Uuid = Uuid::from_u128(2);
/// Another seller.
pub(crate) const OTHER: Uuid = Uuid::from_u128(3);

fn definitions() -> Vec<(&'static str, Json)> {
    vec![
        (
            "pack.json",
            json!({"kind": "pack", "name": "shop", "label": "Shop", "version": "1.0.0",
            "settings": {"base": {"label": "Base currency", "type": "currency", "default": "CNY"},
                         "floor": {"label": "Margin floor", "type": "percent", "default": "0.1"}}}),
        ),
        (
            "entities/partner.json",
            json!({"kind": "entity", "name": "partner", "label": "Partner", "type": "master",
            "scope": {"owner": "owner"},
            "fields": {"name": {"type": "text", "required": true}, "currency": {"type": "currency"},
                       "grade": {"type": "choice", "options": {"a": "A", "b": "B"}}, "owner": {"type": "user"}}}),
        ),
        (
            "entities/good.json",
            json!({"kind": "entity", "name": "good", "label": "Good", "type": "master",
            "fields": {"name": {"type": "text", "required": true},
                       "photo": {"type": "image"},
                       "cost": {"type": "money", "currency": "setting.base", "read": ["boss"]}}}),
        ),
        (
            "entities/sheet.json",
            json!({"kind": "entity", "name": "sheet", "label": "Sheet", "type": "master", "title": "{name}",
            "fields": {
                "name": {"type": "text", "required": true},
                "text": {"type": "rich_text"}, "copied": {"type": "rich_text", "formula": "name"},
                "partners": {"type": "references", "to": "partner", "max": 3, "choose": ["grade", "!=", "b"]},
                "about": {"type": "any_reference", "to": ["partner", "good"]},
                "origin": {"type": "country"}, "opens": {"type": "time"}, "lead": {"type": "duration", "unit": "day", "max": 30},
                "labels": {"type": "tags", "max": 2}, "code": {"type": "barcode", "symbology": "ean13"},
                "shade": {"type": "color"}, "stars": {"type": "rating"}, "spot": {"type": "geo"}, "at": {"type": "address"},
                "data": {"type": "json", "schema": {"type": "object", "required": ["size"]}},
                "serial": {"type": "number", "series": "SN-{yyyy}-{seq:3}"},
                "far": {"type": "boolean", "formula": "at.country != \"CN\""}},
            "search": ["serial", "text", "origin", "at.city"]}),
        ),
        (
            "entities/rate.json",
            json!({"kind": "entity", "name": "rate", "label": "Rate", "type": "setup", "title": "{currency}",
            "fields": {"currency": {"type": "currency", "required": true}, "from": {"type": "date", "required": true},
                       "value": {"type": "decimal", "required": true}},
            "effective": {"key": ["currency"], "from": "from"}}),
        ),
        (
            "views/requests.json",
            json!({"kind": "view", "name": "requests", "label": "Requests", "entity": "request", "columns": ["number"]}),
        ),
        (
            "mappings/requests.json",
            json!({"kind": "mapping", "name": "requests", "from": "request", "to": "request", "set": {"note": "note"},
            "lines": {"lines": {"from": "lines", "key": ["good"],
                "set": {"good": "row.good", "quantity": "row.quantity", "price": "row.price"}}}}),
        ),
        (
            "entities/request.json",
            json!({"kind": "entity", "name": "request", "label": "Request", "type": "document",
            "number": "RQ-{yyyy}-{seq:3}", "title": "{number} {partner.name}",
            "scope": {"owner": "owner"},
            "fields": {
                "partner": {"type": "reference", "to": "partner", "required": true, "fills": {"currency": "currency"}},
                "owner": {"type": "user", "default": "user.id"},
                "day": {"type": "date", "default": "today", "required": true},
                "currency": {"type": "currency", "required": true},
                "rate": {"type": "decimal", "scale": 4, "compute": {
                    "value": "if currency == setting.base { 1 } else { at(rate, #{currency: currency}, day).value }",
                    "while": "draft", "override": true}},
                "express": {"type": "boolean", "default": false},
                "express_fee": {"type": "money", "currency": "currency", "visible": "express", "required": true},
                "note": {"type": "text", "max": 20},
                "papers": {"type": "attachment", "max": 3},
                "reports": {"type": "attachment", "read": ["boss"]},
                "lines": {"type": "lines", "min": 1, "fields": {
                    "good": {"type": "reference", "to": "good", "required": true, "fills": {"unit_cost": "cost", "photo": "photo"}},
                    "photo": {"type": "image", "max": 2},
                    "quantity": {"type": "decimal", "scale": 2, "above": 0, "required": true},
                    "price": {"type": "money", "currency": "doc.currency", "required": true},
                    "unit_cost": {"type": "money", "currency": "setting.base", "read": ["boss"]},
                    "amount": {"type": "money", "currency": "doc.currency", "formula": "round(quantity * price, 2)"}}},
                "amount": {"type": "money", "currency": "currency", "formula": "sum(lines.amount)"},
                "cost": {"type": "money", "currency": "setting.base", "formula": "sum(lines, |l| l.unit_cost * l.quantity)"},
                "margin": {"type": "percent", "scale": 4, "formula": "if amount == 0 { 0 } else { 1 - cost / (amount * rate) }"}},
            "rules": {
                "big": {"unless": "amount < 1000000", "field": "lines", "message": "{amount} is too much"},
                "low": {"unless": "margin >= setting.floor", "level": "warn", "message": "Margin is {margin}"}},
            "lifecycle": {"start": "draft",
                "states": {"draft": {}, "asked": {"locked": {"except": ["note"]}}, "done": {"locked": true, "final": true}},
                "transitions": {
                    "ask": {"from": ["draft"], "to": "asked"},
                    "close": {"from": ["asked"], "to": "done", "when": "amount > 10"},
                    "revise": {"from": ["asked"], "to": "done", "do": {"next": {"copy": {"as_revision": true}}}}}}}),
        ),
        (
            "roles/seller.json",
            json!({"kind": "role", "name": "seller", "label": "Seller", "can": {
            "partner": {"read": "own", "create": true, "update": "own"}, "good": {"read": "all"}, "rate": {"read": "all"},
            "sheet": {"read": "all", "create": true, "update": "all"},
            "request": {"read": "own", "create": true, "update": "own", "delete": "own", "transitions": ["ask"]}}}),
        ),
        (
            "roles/boss.json",
            json!({"kind": "role", "name": "boss", "label": "Boss", "admin": true, "can": {
            "partner": {"read": "all", "create": true, "update": "all"}, "good": {"read": "all", "create": true, "update": "all"},
            "rate": {"read": "all", "create": true}, "user": {"read": "all"},
            "sheet": {"read": "all", "create": true, "update": "all"},
            "request": {"read": "all", "create": true, "update": "all", "transitions": ["ask", "close", "revise"]}}}),
        ),
    ]
}

/// The firm's catalog; `change` edits definitions before they are loaded.
pub(crate) fn catalog_with(change: impl Fn(&str, &mut Json)) -> (Option<Catalog>, Vec<kernel::Diagnostic>) {
    let files = definitions()
        .into_iter()
        .map(|(path, mut json)| {
            change(path, &mut json);
            SourceFile { path: path.into(), text: json.to_string() }
        })
        .collect();
    Catalog::load(&[pack("definitions/system"), PackSource { name: "shop".into(), files }])
}

/// The firm, with records in memory.
pub(crate) struct Firm {
    pub(crate) catalog: Catalog,
    pub(crate) org: Org,
    pub(crate) settings: IndexMap<Name, Value>,
    pub(crate) now: DateTime<Utc>,
    records: HashMap<(Name, Uuid), Arc<Record>>,
    pub(crate) files: HashMap<Uuid, Arc<Record>>,
    /// What is found by conditions; nothing, unless a test says otherwise.
    pub(crate) found: fn(&Firm, &Query) -> Vec<Arc<Record>>,
    seed: std::cell::Cell<u128>,
}

impl Firm {
    pub(crate) fn new() -> Self {
        let (catalog, problems) = catalog_with(|_, _| {});
        let told: Vec<_> = problems.iter().filter(|d| d.file.starts_with("shop")).collect();
        assert!(told.is_empty(), "{told:#?}");
        let catalog = catalog.unwrap_or_else(|| panic!("{problems:#?}"));
        let person = |name: &str, role: &str| Person {
            name: name.into(),
            email: format!("{name}@shop.example"),
            roles: vec![role.into()],
            active: true,
            ..Person::default()
        };
        let mut org = Org::default();
        org.people.insert(SELLER, person("sam", "seller"));
        org.people.insert(OTHER, person("olga", "seller"));
        org.people.insert(BOSS, person("bo", "boss"));
        let settings = [("base", Value::text("CNY")), ("floor", Value::Decimal("0.1".parse().unwrap()))];
        let settings = settings.into_iter().map(|(k, v)| (Name::new(k), v)).collect();
        let now = "2026-11-23T02:00:00Z".parse().unwrap();
        Self {
            catalog,
            org,
            settings,
            now,
            records: HashMap::new(),
            files: HashMap::new(),
            found: |_, _| Vec::new(),
            seed: std::cell::Cell::new(1),
        }
    }

    /// Puts a record there.
    pub(crate) fn put(&mut self, record: &Record) {
        self.records.insert((record.entity.clone(), record.id), Arc::new(record.clone()));
    }

    /// All records of an entity.
    pub(crate) fn all(&self, entity: &str) -> Vec<Arc<Record>> {
        self.records.values().filter(|record| *record.entity == *entity).cloned().collect()
    }

    fn answer(&self, query: &Query) -> Vec<Arc<Record>> {
        match query {
            Query::Record { entity, id } => self.records.get(&(entity.clone(), *id)).cloned().into_iter().collect(),
            Query::Effective { entity, key, on } => {
                let fits = |r: &&Arc<Record>| {
                    r.entity == *entity
                        && key.iter().all(|(field, value)| r.get(field) == *value)
                        && matches!(r.get("from"), Value::Date(from) if from <= *on)
                };
                let mut found: Vec<_> = self.records.values().filter(fits).cloned().collect();
                found.sort_by_key(|r| r.get("from").to_string());
                found.pop().into_iter().collect()
            }
            Query::Find { .. } | Query::Near { .. } => (self.found)(self, query),
            Query::File { id } => self.files.get(id).cloned().into_iter().collect(),
            // What others come to is worked out by jobs, which the store's and the server's tests see to.
            Query::Rollup { .. } => Vec::new(),
        }
    }

    /// Asks a decision until it needs nothing more.
    pub(crate) fn decide<T>(
        &self,
        by: Option<Uuid>,
        decide: impl Fn(&Saving<'_>) -> Outcome<T>,
    ) -> Result<T, kernel::Rejection> {
        let mut facts = Facts::new();
        self.seed.set(self.seed.get() + 1);
        for _ in 0..8 {
            let ids = Ids::new(self.now, self.seed.get());
            let ctx = Context {
                now: self.now,
                zone: chrono_tz::Asia::Shanghai,
                user: by,
                org: &self.org,
                settings: &self.settings,
                ids,
                vault: None,
            };
            let access = Access::new(&self.catalog, &ctx);
            let saving = Saving {
                catalog: &self.catalog,
                ctx: &ctx,
                facts: &facts,
                access: &access,
                source: "app",
                batch: None,
                suspects: kernel::save::Suspects::Ask,
            };
            match decide(&saving) {
                Outcome::Decided(value) => return Ok(value),
                Outcome::Rejected(rejection) => return Err(rejection),
                Outcome::Needs(queries) => {
                    for query in queries {
                        let answer = self.answer(&query);
                        facts.insert(query, answer);
                    }
                }
            }
        }
        panic!("asks for ever");
    }

    /// Makes a record, and keeps it.
    pub(crate) fn create(&mut self, by: Option<Uuid>, entity: &str, input: Json) -> Result<Record, kernel::Rejection> {
        let saved = self.saved(by, entity, input)?;
        self.put(&saved.record);
        Ok(saved.record)
    }

    pub(crate) fn saved(
        &self,
        by: Option<Uuid>,
        entity: &str,
        input: Json,
    ) -> Result<kernel::save::Saved, kernel::Rejection> {
        let entity = Arc::clone(self.catalog.entity(entity).unwrap());
        self.decide(by, |s| kernel::save::create(s, &entity, input.as_object().unwrap()))
    }

    /// Changes a record, and keeps it.
    pub(crate) fn update(&mut self, by: Option<Uuid>, base: &Record, input: Json) -> Result<Record, kernel::Rejection> {
        let entity = Arc::clone(self.catalog.entity(&base.entity).unwrap());
        let saved =
            self.decide(by, |s| kernel::save::update(s, &entity, base, input.as_object().unwrap(), base.version, &[]))?;
        self.put(&saved.record);
        Ok(saved.record)
    }

    /// A partner of the seller, a good, a rate; their ids.
    pub(crate) fn stock(&mut self) -> (Uuid, Uuid) {
        let partner = self
            .create(Some(SELLER), "partner", json!({"name": "Acme", "currency": "USD", "owner": SELLER.to_string()}))
            .unwrap();
        let good = self.create(None, "good", json!({"name": "Lamp", "cost": "50"})).unwrap();
        for (from, value) in [("2026-01-01", "7"), ("2026-11-20", "7.12"), ("2026-12-01", "8")] {
            self.create(None, "rate", json!({"currency": "USD", "from": from, "value": value})).unwrap();
        }
        (partner.id, good.id)
    }

    /// A request of the seller over ten lamps at 9 dollars.
    pub(crate) fn request(&mut self) -> Record {
        let (partner, good) = self.stock();
        let line = json!({"good": good.to_string(), "quantity": "10", "price": "9"});
        self.create(Some(SELLER), "request", json!({"partner": partner.to_string(), "lines": [line]})).unwrap()
    }
}

/// A transition of a record as it is.
pub(crate) fn as_seen(name: &str, expected: i64) -> kernel::command::Transit<'_> {
    kernel::command::Transit { name, expected, reason: None, picks: None, pinned: None }
}

/// Paths and codes of a refusal.
pub(crate) fn told(rejection: kernel::Rejection) -> Vec<(String, String)> {
    match rejection {
        kernel::Rejection::Invalid(problems) => problems.into_iter().map(|p| (p.path, p.code)).collect(),
        other => panic!("{other:?}"),
    }
}

/// What somebody saved, as the next who had not read it meets it.
pub(crate) fn later_of(saved: &kernel::save::Saved) -> LaterChange {
    let history = saved.changes.iter().filter_map(|c| if let Change::History(h) = c { Some(h) } else { None });
    let changes = history.flat_map(|entry| entry.changes.clone()).collect();
    LaterChange { version: saved.record.version, at: saved.record.updated_at, by: saved.record.updated_by, changes }
}
