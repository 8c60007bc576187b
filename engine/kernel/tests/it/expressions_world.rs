//! The world of the expression fixtures: entities, settings, people and records from `fixtures/expressions/world.json`,
//! which the interpreter in the browser reads too.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use kernel::{
    Line, Name, Record, Value,
    calendar::Calendar,
    context::{Context, Department, Ids, Org, Person},
    definition::{
        CalendarDefinition, DecisionDefinition, EntityDefinition, FieldDefinition, FieldKind, Keyed, SettingDefinition,
    },
    expression::{Env, EvalError, Expr, Library, Types, eval, matches},
    query::{Facts, Query},
};
use serde_json::Value as Json;
use uuid::Uuid;

pub(crate) struct World {
    pub(crate) entities: IndexMap<Name, Arc<EntityDefinition>>,
    pub(crate) settings: Keyed<SettingDefinition>,
    pub(crate) decisions: Keyed<DecisionDefinition>,
    pub(crate) calendars: IndexMap<Name, Arc<Calendar>>,
    pub(crate) org: Org,
    pub(crate) values: IndexMap<Name, Value>,
    pub(crate) facts: Facts,
    pub(crate) json: Json,
    now: DateTime<Utc>,
    user: Uuid,
}

pub(crate) fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/expressions").join(name)
}

impl World {
    pub(crate) fn load() -> Self {
        let json: Json = serde_json::from_str(&std::fs::read_to_string(fixture("world.json")).unwrap()).unwrap();
        let read = |key: &str| json[key].clone();
        let settings: Keyed<SettingDefinition> = serde_json::from_value(read("settings")).unwrap();
        let values = settings
            .iter()
            .map(|(name, setting)| (name.clone(), value(setting.setting_type, &setting.default)))
            .collect();
        let id = |json: &Json| json.as_str().map(|s| s.parse::<Uuid>().unwrap());
        let mut org = Org::default();
        for (key, person) in json["people"].as_object().unwrap() {
            let person = Person {
                name: person["name"].as_str().unwrap().into(),
                email: person["email"].as_str().unwrap().into(),
                department: id(&person["department"]),
                manager: id(&person["manager"]),
                roles: serde_json::from_value(person["roles"].clone()).unwrap(),
                active: true,
                language: serde_json::from_value(person["language"].clone()).unwrap(),
                ..Person::default()
            };
            org.people.insert(key.parse().unwrap(), person);
        }
        for (key, department) in json["departments"].as_object().unwrap() {
            let name = department["name"].as_str().unwrap().into();
            let department = Department { name, parent: None, head: id(&department["head"]) };
            org.departments.insert(key.parse().unwrap(), department);
        }
        let mut world = Self {
            entities: serde_json::from_value(read("entities")).unwrap(),
            settings,
            decisions: serde_json::from_value(read("decisions")).unwrap(),
            calendars: calendars(&read("calendars")),
            org,
            values,
            facts: Facts::new(),
            now: json["now"].as_str().unwrap().parse().unwrap(),
            user: json["user"].as_str().unwrap().parse().unwrap(),
            json,
        };
        for record in world.json["records"].as_array().unwrap().clone() {
            let record = world.record(record["entity"].as_str().unwrap(), &record);
            world.facts.insert_record(Arc::new(record));
        }
        world
    }

    pub(crate) fn types(&self) -> Types<'_> {
        Types {
            entities: &self.entities,
            settings: &self.settings,
            decisions: &self.decisions,
            calendars: &self.calendars,
        }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            now: self.now,
            zone: chrono_tz::Asia::Shanghai,
            user: Some(self.user),
            org: &self.org,
            settings: &self.values,
            ids: Ids::new(self.now, 1),
            vault: None,
        }
    }

    /// A record from its wire form.
    pub(crate) fn record(&self, entity: &str, json: &Json) -> Record {
        let definition = &self.entities[entity];
        let mut record = Record {
            entity: entity.into(),
            id: json["id"].as_str().map_or_else(Uuid::nil, |s| s.parse().unwrap()),
            version: json["version"].as_i64().unwrap_or(1),
            state: json["state"].as_str().map(Name::from),
            number: json["number"].as_str().map(str::to_owned),
            title: json["title"].as_str().unwrap_or_default().into(),
            created_at: json["created_at"].as_str().map_or(self.now, |s| s.parse().unwrap()),
            created_by: json["created_by"].as_str().map(|s| s.parse().unwrap()),
            updated_at: json["updated_at"].as_str().map_or(self.now, |s| s.parse().unwrap()),
            updated_by: None,
            deleted_at: None,
            fields: IndexMap::new(),
            lines: IndexMap::new(),
        };
        for (name, field) in &definition.fields {
            if field.field_type == FieldKind::Lines {
                let lines = json[name.as_str()].as_array().cloned().unwrap_or_default();
                let lines = lines.iter().map(|line| Line {
                    id: line["id"].as_str().unwrap().parse().unwrap(),
                    fields: fields(&field.fields, line),
                });
                record.lines.insert(name.clone(), lines.collect());
            }
        }
        record.fields = fields(&definition.fields, json);
        record
    }

    /// The record of the fixtures, with some of its fields replaced.
    pub(crate) fn request(&self, patch: &Json) -> Record {
        let mut json = self.json["record"].clone();
        for (key, value) in patch.as_object().into_iter().flatten() {
            json[key] = value.clone();
        }
        self.record("request", &json)
    }

    /// Evaluates, answering what is asked for, as the shell does.
    pub(crate) fn eval(&self, expr: &Expr, record: &Record, line: Option<usize>) -> Result<Value, EvalError> {
        let mut facts = self.facts.clone();
        let context = self.context();
        for _ in 0..4 {
            let env = Env::new(&context, &facts, self).over(record);
            let env = match line {
                Some(line) => env.line(&record.lines["lines"][line]),
                None => env,
            };
            match eval(expr, &env) {
                Err(EvalError::Needs(queries)) => {
                    let answers: HashMap<Query, _> =
                        queries.iter().filter_map(|q| Some((q.clone(), self.answer(q)?))).collect();
                    if answers.is_empty() {
                        return Err(EvalError::Needs(queries));
                    }
                    for (query, answer) in answers {
                        facts.insert(query, answer);
                    }
                }
                done => return done,
            }
        }
        panic!("the queries do not come to an end")
    }

    fn answer(&self, query: &Query) -> Option<Vec<Arc<Record>>> {
        let records = self.json["records"].as_array().unwrap();
        match query {
            Query::Record { .. } | Query::File { .. } | Query::Near { .. } | Query::Rollup { .. } => None,
            Query::Effective { entity, key, on } => {
                let key: Vec<String> = key.iter().map(|(k, v)| format!("{k}={v}")).collect();
                assert_eq!((entity.as_str(), key.join(",").as_str()), ("rate", "currency=USD,kind=middle"));
                assert_eq!(on.to_string(), "2026-01-31");
                let json = serde_json::json!({"value": "7.05"});
                Some(vec![Arc::new(self.record("rate", &json))])
            }
            Query::Find { entity, filter, limit } => {
                let context = self.context();
                let env = Env::new(&context, &self.facts, self);
                let found = records
                    .iter()
                    .filter(|r| r["entity"] == entity.as_str())
                    .map(|r| self.record(entity, r))
                    .filter(|r| matches(filter, r, &env).unwrap());
                Some(found.take(*limit as usize).map(Arc::new).collect())
            }
        }
    }
}

impl Library for World {
    fn calendar(&self, name: Option<&str>) -> Option<&Calendar> {
        let found = name.map_or_else(|| self.calendars.values().next(), |name| self.calendars.get(name));
        found.map(|calendar| &**calendar)
    }

    fn entity(&self, name: &str) -> Option<&EntityDefinition> {
        self.entities.get(name).map(|e| &**e)
    }

    fn decide(&self, name: &str, _: &Env<'_>) -> Result<Value, EvalError> {
        assert_eq!(name, "grade");
        Ok(Value::Map(vec![("level".into(), Value::Integer(2)), ("label".into(), Value::text("two"))]))
    }
}

fn calendars(json: &Json) -> IndexMap<Name, Arc<Calendar>> {
    let definitions: Keyed<CalendarDefinition> = serde_json::from_value(json.clone()).unwrap();
    definitions.iter().map(|(name, one)| (name.clone(), Arc::new(Calendar::compile(one).unwrap()))).collect()
}

fn fields(definitions: &Keyed<FieldDefinition>, json: &Json) -> IndexMap<Name, Value> {
    let stored = definitions.iter().filter(|(_, f)| f.field_type != FieldKind::Lines);
    stored.map(|(name, field)| (name.clone(), value(field.field_type, &json[name.as_str()]))).collect()
}

/// A value from its wire form.
pub(crate) fn value(kind: FieldKind, json: &Json) -> Value {
    if json.is_null() {
        return Value::Null;
    }
    let text = || json.as_str().unwrap();
    match kind {
        FieldKind::Boolean => Value::Bool(json.as_bool().unwrap()),
        FieldKind::Integer => Value::Integer(json.as_i64().unwrap()),
        FieldKind::Decimal | FieldKind::Money | FieldKind::Percent => Value::Decimal(text().parse().unwrap()),
        FieldKind::Date => Value::Date(text().parse().unwrap()),
        FieldKind::Datetime => Value::Datetime(text().parse().unwrap()),
        FieldKind::Reference | FieldKind::User | FieldKind::Department | FieldKind::Position => {
            Value::Id(text().parse().unwrap())
        }
        FieldKind::MultiChoice => {
            Value::List(json.as_array().unwrap().iter().map(|v| v.as_str().unwrap().into()).collect())
        }
        FieldKind::Address
        | FieldKind::Geo
        | FieldKind::Tags
        | FieldKind::References
        | FieldKind::Duration
        | FieldKind::Rating => kernel::field::parse(&kernel::schema::Field::plain(kind), json).unwrap(),
        _ => Value::text(text()),
    }
}
