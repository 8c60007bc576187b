//! The records that come with packs: seed data always, demo data when wanted; each once. They are made by the engine
//! itself, on the same way as all others.
//!
//! What was made is noted in the setting `data.<name>` (`{"key": "id"}`), so that publishing again makes only what is
//! new and never brings back what people deleted.

use std::collections::{HashMap, HashSet};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use indexmap::IndexMap;
use kernel::{
    Catalog, Name,
    definition::{DataDefinition, DataSet, DataTransition},
    expression::{Env, Scope, compile, eval},
    query::Facts,
};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use store::Credentials;
use uuid::Uuid;

use crate::{
    App, Failure, Scene,
    command::{CreateRecord, MakeTransition, UpdateRecord},
    publish::PublishError,
};

/// What people of the demo sign in with.
pub(crate) const DEMO_PASSWORD: &str = "portolan-demo";

/// So many records are made at the same time.
const AT_ONCE: usize = 32;

/// A record to be made.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    data: &'a DataDefinition,
    key: &'a Name,
    fields: &'a IndexMap<Name, Json>,
}

/// Makes the records that are not there yet. How many were made.
pub(crate) async fn load(app: &App, demo: bool) -> Result<usize, PublishError> {
    let published = app.published();
    let stored = app.store().settings().await?;
    let mut noted: IndexMap<String, Map<String, Json>> = IndexMap::new();
    let mut ids: HashMap<Name, Uuid> = HashMap::new();
    let mut wanted: Vec<Wanted<'_>> = Vec::new();
    for data in published.catalog.data.iter().filter(|data| demo || data.set == DataSet::Seed) {
        let setting = format!("data.{}", data.name);
        let made = stored.get(&setting).and_then(Json::as_object).cloned().unwrap_or_default();
        for (key, fields) in &data.records {
            match made.get(key.as_str()).and_then(Json::as_str).and_then(|id| Uuid::parse_str(id).ok()) {
                Some(id) => {
                    ids.insert(key.clone(), id);
                }
                None => wanted.push(Wanted { data, key, fields }),
            }
        }
        noted.insert(setting, made);
    }
    let unnoted = wanted.len();
    let (resumed, left) = split_made(app, wanted).await?;
    wanted = left;
    let count = wanted.len();
    let mut later: Vec<(String, Uuid, &Name, Map<String, Json>)> = Vec::new();
    let mut people: Vec<Uuid> = Vec::new();
    let mut fresh: HashSet<(&Name, &Name)> = HashSet::new();
    // Of what an interrupted load had made it is not known how far it came: the rest is done for all of it again.
    for (next, id) in resumed {
        ids.insert(next.key.clone(), id);
        fresh.insert((&next.data.name, next.key));
        if *next.data.entity == *"user" && next.data.set == DataSet::Demo {
            people.push(id);
        }
        let references: Map<String, Json> = next
            .fields
            .iter()
            .filter(|(_, value)| value.get("$ref").is_some())
            .map(|(name, value)| (name.to_string(), value.clone()))
            .collect();
        if !references.is_empty() {
            later.push((next.data.entity.to_string(), id, next.key, references));
        }
        if let Some(noted) = noted.get_mut(&format!("data.{}", next.data.name)) {
            noted.insert(next.key.to_string(), json!(id));
        }
    }
    while !wanted.is_empty() {
        let (wave, rest) = next_wave(&published.catalog, wanted);
        let made = make(app, &wave, &rest, &ids).await?;
        for (next, (id, deferred)) in wave.iter().zip(made) {
            ids.insert(next.key.clone(), id);
            fresh.insert((&next.data.name, next.key));
            if *next.data.entity == *"user" && next.data.set == DataSet::Demo {
                people.push(id);
            }
            if !deferred.is_empty() {
                later.push((next.data.entity.to_string(), id, next.key, deferred));
            }
            if let Some(noted) = noted.get_mut(&format!("data.{}", next.data.name)) {
                noted.insert(next.key.to_string(), json!(id));
            }
        }
        wanted = rest;
    }
    for (entity, id, key, deferred) in later {
        let fields = deferred.into_iter().map(|(name, value)| (name, with_refs(value, &ids))).collect();
        let command =
            UpdateRecord { entity: entity.clone(), id, version: None, fields, distinct: None, source: "publish" };
        app.perform(None, &command).await.map_err(|failure| PublishError::Record {
            data: entity,
            key: key.to_string(),
            why: failure_text(&failure),
        })?;
    }
    if unnoted > 0 {
        app.refresh_org().await?;
    }
    if !people.is_empty() {
        give_passwords(app, &people).await?;
    }
    for data in &published.catalog.data {
        for (key, wanted) in data.transitions.iter().filter(|(key, _)| fresh.contains(&(&data.name, *key))) {
            make_transition(app, data, key, wanted, &ids).await?;
        }
    }
    if unnoted > 0 {
        let values = noted.into_iter().map(|(name, made)| (name, Json::Object(made))).collect();
        app.store().set_settings(&values).await?;
    }
    Ok(count)
}

/// Lets a person of the data make a transition of a record that was just made.
async fn make_transition(
    app: &App,
    data: &DataDefinition,
    key: &Name,
    wanted: &DataTransition,
    ids: &HashMap<Name, Uuid>,
) -> Result<(), PublishError> {
    let (Some(id), Some(by)) = (ids.get(key), ids.get(&wanted.by)) else { return Ok(()) };
    let published = app.published();
    let start = published.catalog.entity(&data.entity).and_then(|e| e.lifecycle.as_ref()).map(|l| l.start.clone());
    let record = app.store().record(&*published.catalog, &data.entity, *id).await?;
    if record.is_none_or(|record| record.state != start) {
        return Ok(());
    }
    let command = MakeTransition {
        entity: data.entity.to_string(),
        id: *id,
        name: wanted.name.to_string(),
        version: None,
        reason: None,
        picks: indexmap::IndexMap::new(),
    };
    app.perform(Some(*by), &command).await.map_err(|failure| PublishError::Record {
        data: data.name.to_string(),
        key: key.to_string(),
        why: failure_text(&failure),
    })?;
    Ok(())
}

/// What is made next, and what is left: all of the first entity whose records refer to nothing that is still to be made.
/// Where all wait for each other (a department for its head, the head for the department), one is made without, and
/// gets the rest at the end.
fn next_wave<'a>(catalog: &Catalog, wanted: Vec<Wanted<'a>>) -> (Vec<Wanted<'a>>, Vec<Wanted<'a>>) {
    let ready: Vec<bool> = wanted.iter().map(|w| waits_for(w.fields, &wanted).is_none()).collect();
    let first = ready.iter().position(|ready| *ready);
    let Some(first) = first.and_then(|index| wanted.get(index)).map(|w| w.data.entity.clone()) else {
        let mut rest = wanted;
        let one = rest.remove(least_entangled(catalog, &rest));
        return (vec![one], rest);
    };
    // Document numbers follow the order written, so those records are made one after the other.
    let numbered = catalog.entity(&first).is_some_and(|entity| entity.number.is_some());
    let mut wave = Vec::new();
    let mut rest = Vec::new();
    for (next, ready) in wanted.into_iter().zip(ready) {
        let full = numbered && !wave.is_empty();
        if ready && next.data.entity == first && !full { wave.push(next) } else { rest.push(next) }
    }
    (wave, rest)
}

/// Of records that all wait for each other the first that waits for itself in the end and can do without what it waits
/// for; the first of all if there is none, whose refusal then says what is wrong.
fn least_entangled(catalog: &Catalog, wanted: &[Wanted<'_>]) -> usize {
    let waits: Vec<Vec<usize>> = wanted
        .iter()
        .map(|w| {
            let keys = references(w.fields.values(), wanted);
            wanted.iter().enumerate().filter(|(_, other)| keys.contains(&other.key)).map(|(index, _)| index).collect()
        })
        .collect();
    let in_ring = |start: usize| {
        let mut seen = vec![false; wanted.len()];
        let mut next = vec![start];
        while let Some(at) = next.pop() {
            for &to in waits.get(at).into_iter().flatten() {
                if to == start {
                    return true;
                }
                if let Some(seen) = seen.get_mut(to).filter(|seen| !**seen) {
                    *seen = true;
                    next.push(to);
                }
            }
        }
        false
    };
    let can_do_without = |w: &Wanted<'_>| {
        let Some(entity) = catalog.entity(&w.data.entity) else { return false };
        w.fields
            .iter()
            .filter(|(_, value)| reference(value, wanted).is_some())
            .all(|(name, _)| entity.fields.get(name).is_some_and(|field| !field.required && field.fields.is_empty()))
    };
    let found = wanted.iter().enumerate().position(|(index, w)| can_do_without(w) && in_ring(index));
    found.unwrap_or(0)
}

/// Makes records at the same time: the store commits together what comes together.
async fn make(
    app: &App,
    wave: &[Wanted<'_>],
    rest: &[Wanted<'_>],
    ids: &HashMap<Name, Uuid>,
) -> Result<Vec<(Uuid, Map<String, Json>)>, PublishError> {
    let one = |next: usize| async move {
        let Some(next) = wave.get(next) else { return Ok((Uuid::nil(), Map::new())) };
        let (now, deferred) = split(next.fields, rest);
        let fields = resolve(app, next, now, ids)?;
        let id = Some(id_of(next.data, next.key));
        let command =
            CreateRecord { entity: next.data.entity.to_string(), fields, id, distinct: None, source: "publish" };
        let written = app.perform(None, &command).await.map_err(|failure| refused(next, failure))?;
        Ok((written.record.id, deferred))
    };
    stream::iter(0..wave.len()).map(one).buffered(AT_ONCE).try_collect().await
}

/// The id follows from the keys, so that a load that was interrupted finds what it had made.
pub(crate) fn id_of(data: &DataDefinition, key: &Name) -> Uuid {
    let digest = Sha256::digest(format!("{}/{key}", data.name).as_bytes());
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
    // Version 8: bits of our own.
    uuid::Builder::from_bytes(bytes)
        .with_variant(uuid::Variant::RFC4122)
        .with_version(uuid::Version::Custom)
        .into_uuid()
}

/// What an interrupted load had made already, and what is still to be made.
async fn split_made<'a>(
    app: &App,
    wanted: Vec<Wanted<'a>>,
) -> Result<(Vec<(Wanted<'a>, Uuid)>, Vec<Wanted<'a>>), PublishError> {
    let published = app.published();
    let (mut made, mut left) = (Vec::new(), Vec::with_capacity(wanted.len()));
    for next in wanted {
        let id = id_of(next.data, next.key);
        if app.store().record(&*published.catalog, &next.data.entity, id).await?.is_some() {
            made.push((next, id));
        } else {
            left.push(next);
        }
    }
    Ok((made, left))
}

/// One hash for all of them: it protects nothing that is not written on the sign-in page.
async fn give_passwords(app: &App, people: &[Uuid]) -> Result<(), PublishError> {
    let Ok(password_hash) = app.passwords().hash(DEMO_PASSWORD).await else { return Ok(()) };
    let given: Vec<(Uuid, Credentials)> = people
        .iter()
        .map(|id| (*id, Credentials { password_hash: password_hash.clone(), must_change: false }))
        .collect();
    app.store().set_credentials_of(&given).await?;
    app.store().set_settings(&[("demo".to_owned(), json!(true))].into_iter().collect()).await?;
    app.refresh_firm().await?;
    Ok(())
}

/// A key among the wanted that the value refers to.
fn reference<'w>(value: &Json, wanted: &'w [Wanted<'_>]) -> Option<&'w Name> {
    match value {
        Json::Object(object) => match object.get("$ref").and_then(Json::as_str) {
            Some(key) => wanted.iter().map(|w| w.key).find(|k| ***k == *key),
            None => object.values().find_map(|inner| reference(inner, wanted)),
        },
        Json::Array(list) => list.iter().find_map(|inner| reference(inner, wanted)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    }
}

/// All keys among the wanted that the values refer to.
fn references<'w>(
    values: impl IntoIterator<Item = impl std::borrow::Borrow<Json>>,
    wanted: &'w [Wanted<'_>],
) -> Vec<&'w Name> {
    let mut found = Vec::new();
    for value in values {
        match value.borrow() {
            Json::Object(object) => match object.get("$ref").and_then(Json::as_str) {
                Some(key) => found.extend(wanted.iter().map(|w| w.key).find(|k| ***k == *key)),
                None => found.extend(references(object.values(), wanted)),
            },
            Json::Array(list) => found.extend(references(list, wanted)),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }
    found
}

fn waits_for<'w>(fields: &IndexMap<Name, Json>, wanted: &'w [Wanted<'_>]) -> Option<&'w Name> {
    fields.values().find_map(|value| reference(value, wanted))
}

/// Fields that can be set now, and those that refer to what is still to be made.
fn split<'f>(
    fields: &'f IndexMap<Name, Json>,
    wanted: &[Wanted<'_>],
) -> (Vec<(&'f Name, &'f Json)>, Map<String, Json>) {
    let mut now = Vec::new();
    let mut later = Map::new();
    for (name, value) in fields {
        if reference(value, wanted).is_some() {
            later.insert(name.to_string(), value.clone());
        } else {
            now.push((name, value));
        }
    }
    (now, later)
}

fn resolve(
    app: &App,
    wanted: &Wanted<'_>,
    fields: Vec<(&Name, &Json)>,
    ids: &HashMap<Name, Uuid>,
) -> Result<Map<String, Json>, PublishError> {
    let scene = app.scene(None);
    let mut out = Map::new();
    for (name, value) in fields {
        let value = worked_out(&scene, with_refs(value.clone(), ids)).map_err(|why| PublishError::Record {
            data: wanted.data.name.to_string(),
            key: wanted.key.to_string(),
            why: format!("{name}: {why}"),
        })?;
        out.insert(name.to_string(), value);
    }
    Ok(out)
}

/// `{"$ref": key}` as the id of the record.
pub(crate) fn with_refs(value: Json, ids: &HashMap<Name, Uuid>) -> Json {
    match value {
        Json::Object(object) => {
            if let Some(key) = object.get("$ref").and_then(Json::as_str) {
                return ids.get(key).map_or(Json::Null, |id| json!(id));
            }
            Json::Object(object.into_iter().map(|(key, inner)| (key, with_refs(inner, ids))).collect())
        }
        Json::Array(list) => Json::Array(list.into_iter().map(|inner| with_refs(inner, ids)).collect()),
        plain => plain,
    }
}

/// `{"expr": "today - 3"}` worked out.
pub(crate) fn worked_out(scene: &Scene, value: Json) -> Result<Json, String> {
    match value {
        Json::Object(object) => {
            if object.len() == 1
                && let Some(source) = object.get("expr").and_then(Json::as_str)
            {
                let told = |found: Vec<kernel::Diagnostic>| {
                    found.into_iter().map(|d| d.message).collect::<Vec<_>>().join("; ")
                };
                let expr = compile(source, &Scope::constants(scene.catalog.types())).map_err(told)?;
                let ctx = scene.ctx();
                let facts = Facts::new();
                let found = eval(&expr, &Env::new(&ctx, &facts, scene.catalog.as_ref()));
                return found.map(|value| value.to_json()).map_err(|error| format!("{error:?}"));
            }
            let inner = object.into_iter().map(|(key, inner)| Ok((key, worked_out(scene, inner)?)));
            Ok(Json::Object(inner.collect::<Result<_, String>>()?))
        }
        Json::Array(list) => {
            Ok(Json::Array(list.into_iter().map(|inner| worked_out(scene, inner)).collect::<Result<_, _>>()?))
        }
        plain => Ok(plain),
    }
}

fn refused(wanted: &Wanted<'_>, failure: Failure) -> PublishError {
    match failure {
        Failure::Store(_) | Failure::Definitions(_) => PublishError::Failed(failure),
        other => PublishError::Record {
            data: wanted.data.name.to_string(),
            key: wanted.key.to_string(),
            why: failure_text(&other),
        },
    }
}

/// A refusal with all its problems in one line.
pub(crate) fn failure_text(failure: &Failure) -> String {
    match failure {
        Failure::Rejected(kernel::Rejection::Invalid(problems)) => {
            problems.iter().map(|p| format!("{}: {}", p.path, p.message)).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}
