//! Runs the tests of packs: each on a database of its own, through the same commands as everybody's requests.

use std::{collections::HashMap, path::Path};

use chrono::{DateTime, Utc};
use kernel::{
    Catalog, Diagnostic, Name, PackSource, Rejection,
    command::{self, Act, Sent},
    definition::{CountExpectation, DataSet, Existing, GivenImport, GivenRecord, TestDefinition, TestStep},
    workflow::Verb,
};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::{
    App, Clock, Failure, OpenError, Options,
    command::{
        ActOnInstance, CreateRecord, MakeTransition, UpdateRecord, WriteComment, instance_of, open_instance, saving,
    },
    import::{ImportState, Plan as ImportPlan, Upload},
    publish::{Publication, PublishError},
    read::{ListRequest, Plan, record_to_json},
    seed::{failure_text, id_of, with_refs, worked_out},
    worker::{Worker, handlers},
};

/// What the tests came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many passed.
    pub passed: usize,
    /// Those that failed, with what was wrong.
    pub failed: Vec<(String, Vec<String>)>,
}

/// Why the tests could not be run at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The definitions are wrong.
    #[error("the definitions are wrong")]
    Wrong(Vec<Diagnostic>),
    /// They could not be published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// A database could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] std::io::Error),
    /// A test's clock cannot be read.
    #[error("test {test}: expected a time such as 2026-11-23T10:00:00+08:00, but found {at}")]
    Time {
        /// The test.
        test: String,
        /// What stands there.
        at: String,
    },
}

/// Runs the tests of the packs that are wanted.
///
/// # Errors
/// If the definitions are wrong or cannot be published.
pub async fn run(packs: Vec<PackSource>, wanted: impl Fn(&str) -> bool) -> Result<Report, Error> {
    let (catalog, problems) = Catalog::load(&packs);
    let Some(catalog) = catalog else { return Err(Error::Wrong(problems)) };
    let folder = scratch()?;
    let mut bases: HashMap<DateTime<Utc>, String> = HashMap::new();
    let mut report = Report::default();
    for (pack, test) in catalog.tests.iter().filter(|(pack, _)| wanted(pack)) {
        let at = time_of(test, &test.at)?;
        if !bases.contains_key(&at) {
            let base = format!("base{}.db", bases.len());
            prepare(&folder.0.join(&base), at, &packs).await?;
            bases.insert(at, base);
        }
        let own = folder.0.join(format!("{pack}-{}.db", test.name));
        copy(&folder.0.join(bases.get(&at).map(String::as_str).unwrap_or_default()), &own)?;
        let app = open(&own, at).await?;
        let wrong = Run::new(&app, test).play().await?;
        app.close().await;
        remove(&own);
        if wrong.is_empty() {
            report.passed += 1;
        } else {
            report.failed.push((format!("{pack}/{}: {}", test.name, test.label.as_deref().unwrap_or_default()), wrong));
        }
    }
    Ok(report)
}

/// A folder that goes when the tests are done.
struct Scratch(std::path::PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed lies in the system's folder for such things.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn scratch() -> std::io::Result<Scratch> {
    let path = std::env::temp_dir().join(format!("portolan-test-{}", Uuid::now_v7()));
    std::fs::create_dir_all(&path)?;
    Ok(Scratch(path))
}

fn time_of(test: &TestDefinition, at: &str) -> Result<DateTime<Utc>, Error> {
    let wrong = |_| Error::Time { test: test.name.to_string(), at: at.to_owned() };
    DateTime::parse_from_rfc3339(at).map(|at| at.to_utc()).map_err(wrong)
}

async fn open(path: &Path, at: DateTime<Utc>) -> Result<App, OpenError> {
    App::open_with_clock(Options::new(format!("sqlite:{}", path.display())), Clock::manual(at)).await
}

/// Publishes the packs with all their data into a new database.
async fn prepare(path: &Path, at: DateTime<Utc>, packs: &[PackSource]) -> Result<(), Error> {
    let app = open(path, at).await?;
    app.publish(Publication { packs: packs.to_vec(), note: "test".into(), by: None, demo: true }).await?;
    app.close().await;
    Ok(())
}

/// With what SQLite has not moved into the file yet.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::copy(from, to)?;
    let wal = |path: &Path| std::path::PathBuf::from(format!("{}-wal", path.display()));
    if wal(from).exists() {
        std::fs::copy(wal(from), wal(to))?;
    }
    Ok(())
}

fn remove(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
}

/// A test under way.
struct Run<'a> {
    app: &'a App,
    test: &'a TestDefinition,
    /// Records by their keys: of the data, and made before.
    known: HashMap<Name, (Name, Uuid)>,
    wrong: Vec<String>,
}

impl<'a> Run<'a> {
    fn new(app: &'a App, test: &'a TestDefinition) -> Self {
        let published = app.published();
        let data = published.catalog.data.iter().filter(|data| data.set == DataSet::Seed || data.set == DataSet::Demo);
        let known = data
            .flat_map(|data| data.records.keys().map(move |key| (key.clone(), (data.entity.clone(), id_of(data, key)))))
            .collect();
        Self { app, test, known, wrong: Vec::new() }
    }

    async fn play(mut self) -> Result<Vec<String>, Error> {
        for (key, given) in &self.test.given {
            if let Err(told) = self.give(key, given).await {
                self.wrong.push(format!("given {key}: {told}"));
                return Ok(self.wrong);
            }
        }
        for (index, import) in self.test.imports.iter().enumerate() {
            match self.import(import).await {
                Ok(wrong) => self.wrong.extend(wrong.into_iter().map(|told| format!("imports.{index}: {told}"))),
                Err(failure) => {
                    self.wrong.push(format!("imports.{index}: {}", failure_text(&failure)));
                    return Ok(self.wrong);
                }
            }
        }
        for (key, step) in &self.test.steps {
            self.wait_until(step.at.as_deref()).await?;
            let done = self.step(step).await;
            match (&step.refused, done) {
                (None, Ok(())) => {}
                (None, Err(failure)) => {
                    self.wrong.push(format!("step {key}: {}", failure_text(&failure)));
                    return Ok(self.wrong);
                }
                (Some(expected), Ok(())) => {
                    self.wrong.push(format!("step {key}: expected a refusal `{expected}`, but it was done"));
                }
                (Some(expected), Err(failure)) => {
                    let codes = codes(&failure);
                    if !codes.contains(expected) {
                        let told = failure_text(&failure);
                        self.wrong
                            .push(format!("step {key}: expected a refusal `{expected}`, but it was {codes:?}: {told}"));
                    }
                }
            }
        }
        self.wait_until(self.test.then.at.as_deref()).await?;
        self.check().await;
        Ok(self.wrong)
    }

    /// Lets happen what is due until then, each at its time, and puts the clock there.
    async fn wait_until(&self, at: Option<&str>) -> Result<(), Error> {
        let Some(at) = at else { return Ok(()) };
        let (until, clock) = (time_of(self.test, at)?, self.app.clock());
        let mut worker = Worker::new(self.app, handlers());
        while let Some(due) = self.next_job().await?.filter(|due| *due <= until) {
            clock.set(due.max(clock.now()));
            worker.run_due().await?;
        }
        clock.set(until.max(clock.now()));
        Ok(())
    }

    async fn next_job(&self) -> Result<Option<DateTime<Utc>>, store::Error> {
        let handlers = handlers();
        let kinds: Vec<&str> = handlers.iter().map(|(kind, _)| kind).collect();
        Ok(self.app.store().next_jobs(&kinds).await?.into_iter().flatten().min())
    }

    fn ids(&self) -> HashMap<Name, Uuid> {
        self.known.iter().map(|(key, (_, id))| (key.clone(), *id)).collect()
    }

    fn person(&self, key: &Name) -> Result<Uuid, Failure> {
        let found = self.known.get(key).filter(|(entity, _)| *entity == *"user").map(|(_, id)| *id);
        found.ok_or_else(|| Rejection::NotFound { kind: "user".into(), id: key.to_string() }.into())
    }

    fn record(&self, key: &Name) -> Result<(Name, Uuid), Failure> {
        let found = self.known.get(key).cloned();
        found.ok_or_else(|| Rejection::NotFound { kind: "record".into(), id: key.to_string() }.into())
    }

    fn fields<'f>(&self, fields: impl IntoIterator<Item = (&'f Name, &'f Json)>) -> Result<Map<String, Json>, Failure> {
        let (ids, scene) = (self.ids(), self.app.scene(None));
        let worked = fields.into_iter().map(|(name, value)| {
            let value = worked_out(&scene, with_refs(value.clone(), &ids));
            let told = |why| Failure::from(Rejection::invalid(name.as_str(), "expression", why));
            Ok((name.to_string(), value.map_err(told)?))
        });
        worked.collect()
    }

    async fn give(&mut self, key: &Name, given: &GivenRecord) -> Result<(), String> {
        let told = |failure: Failure| failure_text(&failure);
        let by = given.by.as_ref().map(|by| self.person(by)).transpose().map_err(told)?;
        let fields = self.fields(&given.fields).map_err(told)?;
        let command =
            CreateRecord { entity: given.entity.to_string(), fields, id: None, distinct: None, source: "app" };
        let written = self.app.perform(by, &command).await.map_err(told)?;
        self.known.insert(key.clone(), (given.entity.clone(), written.record.id));
        Ok(())
    }

    /// Imports rows as a file of text whose headings are the names of fields; tells what was refused unexpectedly, or not.
    async fn import(&mut self, given: &GivenImport) -> Result<Vec<String>, Failure> {
        let by = self.person(&given.by)?;
        let fields: indexmap::IndexSet<&Name> = given.rows.values().flat_map(indexmap::IndexMap::keys).collect();
        let cells = |cells: Vec<&str>| {
            let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            quoted.join(",") + "\n"
        };
        let mut content = cells(fields.iter().map(|field| field.as_str()).collect());
        for row in given.rows.values() {
            content += &cells(fields.iter().map(|field| row.get(*field).map_or("", String::as_str)).collect());
        }
        let upload = Upload { name: "test.csv".into(), content: content.into_bytes(), sheet: None };
        let uploaded = self.app.upload_import(Some(by), upload).await?;
        let columns = fields.iter().map(|field| (field.to_string(), (*field).clone())).collect();
        let entity = given.entity.clone();
        let plan = ImportPlan::Mapped { entity, key: Vec::new(), existing: Existing::default(), columns };
        let done = self.app.run_import(Some(by), uploaded.row.id, Some(plan), true).await?;
        let state: ImportState = serde_json::from_value(done.state).unwrap_or_default();
        let mut wrong: Vec<String> = state.failure.into_iter().collect();
        let made = self.app.store().import_origins(done.id, 0, u32::MAX).await?;
        // The headings are the first row.
        for (key, row) in given.rows.keys().zip(2..) {
            let told: Vec<String> =
                state.problems.iter().filter(|t| t.row == row).map(|t| format!("{}: {}", t.code, t.message)).collect();
            let is = |code: &String| state.problems.iter().any(|t| t.row == row && t.code == *code);
            match given.refused.get(key) {
                Some(code) if !is(code) => {
                    wrong.push(format!("expected {key} to be refused as `{code}`, but: {told:?}"))
                }
                None if !told.is_empty() => wrong.push(format!("{key} was refused: {told:?}")),
                _ => {}
            }
            if let Some(from) = made.iter().find(|from| from.origin.row == row) {
                self.known.insert(key.clone(), (given.entity.clone(), from.record));
            }
        }
        Ok(wrong)
    }

    async fn step(&self, step: &TestStep) -> Result<(), Failure> {
        let by = self.person(&step.by)?;
        let (entity, id) = self.record(&step.on)?;
        if let Some(name) = &step.transition {
            let command = MakeTransition {
                entity: entity.to_string(),
                id,
                name: name.to_string(),
                version: None,
                reason: None,
                picks: indexmap::IndexMap::new(),
            };
            self.app.perform(Some(by), &command).await?;
        } else if let Some(verb) = &step.decide {
            self.decide(step, verb, by, &entity, id).await?;
        } else {
            let fields = self.fields(&step.update)?;
            let command =
                UpdateRecord { entity: entity.to_string(), id, version: None, fields, distinct: None, source: "app" };
            self.app.perform(Some(by), &command).await?;
        }
        Ok(())
    }

    async fn decide(&self, step: &TestStep, verb: &str, by: Uuid, entity: &str, id: Uuid) -> Result<(), Failure> {
        let reason = step.reason.clone();
        if verb == "comment" {
            let command = WriteComment { entity: entity.into(), id, text: reason.unwrap_or_default() };
            self.app.perform(Some(by), &command).await?;
            return Ok(());
        }
        let open = open_instance(self.app, id).await?;
        let missing = || Failure::from(Rejection::NotFound { kind: "task".into(), id: step.on.to_string() });
        let instance = open.ok_or_else(missing)?;
        let act = if verb == "withdraw" {
            Act::Withdraw { reason }
        } else {
            let own = instance.tasks.iter().find(|(_, task)| task.assignee.id == by).map(|(id, _)| *id);
            let verb = match (verb, &step.to) {
                ("approve", _) => Verb::Approve,
                ("reject", _) => Verb::Reject,
                ("return", _) => Verb::Return(kernel::workflow::Return::default()),
                ("transfer", Some(to)) => Verb::Transfer { to: self.person(to)? },
                (outcome, _) => Verb::Outcome { name: outcome.into() },
            };
            let sent = Sent { reason, fields: self.fields(&step.update)?, ..Sent::default() };
            Act::Decide { task: own.ok_or_else(missing)?, verb, sent: Box::new(sent) }
        };
        self.app.perform(Some(by), &ActOnInstance { instance: instance.id, act, version: None }).await?;
        Ok(())
    }

    async fn check(&mut self) {
        let then = &self.test.then;
        for (key, fields) in &then.records {
            let found = self.check_record(key, fields).await;
            self.note(&format!("records.{key}"), found);
        }
        for (key, nodes) in &then.tasks {
            let found = self.check_tasks(key, nodes).await;
            self.note(&format!("tasks.{key}"), found);
        }
        for (key, variables) in &then.variables {
            let found = self.check_variables(key, variables).await;
            self.note(&format!("variables.{key}"), found);
        }
        for (key, nodes) in &then.preview {
            let found = self.check_preview(key, nodes).await;
            self.note(&format!("preview.{key}"), found);
        }
        for (reader, records) in &then.hidden {
            for (key, paths) in records {
                let found = self.check_hidden(reader, key, paths).await;
                self.note(&format!("hidden.{reader}.{key}"), found);
            }
        }
        for (key, people) in &then.told {
            for (who, kinds) in people {
                let found = self.check_told(key, who, kinds).await;
                self.note(&format!("told.{key}.{who}"), found);
            }
        }
        for (entity, expected) in &then.count {
            let found = self.check_count(entity, expected).await;
            self.note(&format!("count.{entity}"), found);
        }
    }

    fn note(&mut self, place: &str, found: Result<Vec<String>, Failure>) {
        match found {
            Ok(wrong) => self.wrong.extend(wrong.into_iter().map(|told| format!("{place}: {told}"))),
            Err(failure) => self.wrong.push(format!("{place}: {}", failure_text(&failure))),
        }
    }

    async fn check_record(
        &self,
        key: &Name,
        expected: &indexmap::IndexMap<Name, Json>,
    ) -> Result<Vec<String>, Failure> {
        let (entity, id) = self.record(key)?;
        let scene = self.app.scene(None);
        let seen = self.app.see(&scene, &entity, id).await?;
        let actual = record_to_json(&seen.entity, &seen.record, &seen.mask);
        let expected = self.fields(expected)?;
        let mut wrong = Vec::new();
        for (field, value) in &expected {
            compare(field, value, actual.get(field).unwrap_or(&Json::Null), &mut wrong);
        }
        Ok(wrong)
    }

    /// The key by which the test knows a person; their name if it does not.
    fn key_of(&self, id: Uuid, name: &str) -> String {
        let known = self.known.iter().find(|(_, (entity, known))| *entity == *"user" && *known == id);
        known.map_or_else(|| name.to_owned(), |(key, _)| key.to_string())
    }

    async fn check_tasks(
        &self,
        key: &Name,
        expected: &indexmap::IndexMap<Name, Vec<Name>>,
    ) -> Result<Vec<String>, Failure> {
        let (_, id) = self.record(key)?;
        let open = open_instance(self.app, id).await?;
        let mut actual: Vec<(String, Vec<String>)> = Vec::new();
        for task in open.iter().flat_map(|instance| instance.tasks.values()) {
            let who = self.key_of(task.assignee.id, &task.assignee.name);
            match actual.iter_mut().find(|(node, _)| *node == *task.node) {
                Some((_, people)) => people.push(who),
                None => actual.push((task.node.to_string(), vec![who])),
            }
        }
        Ok(same_people(expected, actual))
    }

    async fn check_variables(
        &self,
        key: &Name,
        expected: &indexmap::IndexMap<Name, Json>,
    ) -> Result<Vec<String>, Failure> {
        let (_, id) = self.record(key)?;
        let rows = self.app.store().instances_of_record(id).await?;
        let Some(instance) = rows.into_iter().next_back().map(instance_of).transpose()? else {
            return Ok(vec!["expected a workflow, but none was started".into()]);
        };
        let mut wrong = Vec::new();
        for (name, value) in expected {
            let actual = instance.variables.get(name).map_or(Json::Null, kernel::Value::to_json);
            compare(name, value, &actual, &mut wrong);
        }
        Ok(wrong)
    }

    /// What its owner, who may submit it, is told before; once it runs, what lies ahead.
    async fn check_preview(
        &self,
        key: &Name,
        expected: &indexmap::IndexMap<Name, Vec<Name>>,
    ) -> Result<Vec<String>, Failure> {
        let (entity, id) = self.record(key)?;
        let open = open_instance(self.app, id).await?;
        let record = self.app.see(&self.app.scene(None), &entity, id).await?;
        let owner = record.entity.owner.as_ref().and_then(|field| record.record.get(field).as_id());
        let scene = self.app.scene(owner.or(record.record.created_by));
        let begins = record.entity.lifecycle.iter().flat_map(|l| &l.transitions).find(|(_, t)| {
            t.workflow.is_some() && record.record.state.as_ref().is_some_and(|state| t.from.contains(state))
        });
        let transition = begins.map(|(name, _)| name.to_string());
        let pinned = match &open {
            Some(instance) => self.app.catalog_at(instance.catalog_version, &scene.catalog).await?,
            None => scene.catalog.clone(),
        };
        let preview = self
            .app
            .settle(&scene, |facts| {
                saving(&scene, facts, "app", None, |s| {
                    command::preview(s, &pinned, &record.entity, &record.record, transition.as_deref(), open.as_ref())
                })
            })
            .await?;
        let decided = preview.nodes.iter().filter(|node| node.kind == "approval");
        let actual = decided
            .map(|node| {
                let asked = node.people.iter().filter(|person| person.skipped.is_none());
                let people = asked.map(|person| self.key_of(person.who.id, &person.who.name)).collect();
                (node.node.to_string(), people)
            })
            .filter(|(_, people): &(String, Vec<String>)| !people.is_empty())
            .collect();
        Ok(same_people(expected, actual))
    }

    async fn check_hidden(&self, reader: &Name, key: &Name, paths: &[String]) -> Result<Vec<String>, Failure> {
        let (entity, id) = self.record(key)?;
        let scene = self.app.scene(Some(self.person(reader)?));
        let seen = match self.app.see(&scene, &entity, id).await {
            Ok(seen) => seen,
            Err(Failure::Rejected(Rejection::NotFound { .. })) => return Ok(Vec::new()),
            Err(other) => return Err(other),
        };
        let shown = paths.iter().filter(|path| *path == "*" || seen.mask.shows(path));
        Ok(shown.map(|path| format!("expected `{path}` to be hidden, but it is shown")).collect())
    }

    async fn check_told(&self, key: &Name, who: &Name, kinds: &[Name]) -> Result<Vec<String>, Failure> {
        let (_, id) = self.record(key)?;
        let notices = self.app.store().notices(self.person(who)?, None, 200).await?;
        let about = notices.iter().rev().filter(|row| row.notice.record == Some(id));
        let told: Vec<&str> = about.map(|row| row.notice.kind.as_str()).collect();
        if told == kinds.iter().map(Name::as_str).collect::<Vec<_>>() {
            return Ok(Vec::new());
        }
        Ok(vec![format!("expected {}, but found {}", json!(kinds), json!(told))])
    }

    async fn check_count(&self, entity: &Name, expected: &CountExpectation) -> Result<Vec<String>, Failure> {
        let scene = self.app.scene(None);
        let filter = expected.filter.as_ref().map(|filter| with_refs(filter.clone(), &self.ids()));
        let plan = Plan::new(&scene, entity, &ListRequest { filter, ..ListRequest::default() })?;
        let found = self.app.store().count(&*scene.catalog, &plan.select, 1_000_000).await?;
        let wanted = u64::try_from(expected.is).unwrap_or_default();
        if found.count == wanted {
            return Ok(Vec::new());
        }
        Ok(vec![format!("expected {wanted} records, but there are {}", found.count)])
    }
}

fn same_people(expected: &indexmap::IndexMap<Name, Vec<Name>>, mut actual: Vec<(String, Vec<String>)>) -> Vec<String> {
    let mut expected: Vec<(String, Vec<String>)> = expected
        .iter()
        .map(|(node, people)| (node.to_string(), people.iter().map(ToString::to_string).collect()))
        .collect();
    // Who decides at a node has no order; the nodes of a preview have the one in which they are passed.
    for (_, people) in expected.iter_mut().chain(&mut actual) {
        people.sort_unstable();
    }
    if expected == actual {
        return Vec::new();
    }
    vec![format!("expected {}, but found {}", json!(expected), json!(actual))]
}

/// Lists of lines are compared line by line, and of each only the fields that are looked at; numbers by their value.
fn compare(path: &str, expected: &Json, actual: &Json, wrong: &mut Vec<String>) {
    match (expected, actual) {
        (Json::Array(expected), Json::Array(actual)) if expected.iter().any(Json::is_object) => {
            if expected.len() != actual.len() {
                wrong.push(format!("expected {} lines in {path}, but there are {}", expected.len(), actual.len()));
            }
            for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                for (field, value) in expected.as_object().into_iter().flatten() {
                    compare(&format!("{path}.{index}.{field}"), value, actual.get(field).unwrap_or(&Json::Null), wrong);
                }
            }
        }
        _ if expected == actual => {}
        _ => match (number(expected), number(actual)) {
            (Some(expected), Some(actual)) if expected == actual => {}
            _ => wrong.push(format!("expected {path} to be {expected}, but it is {actual}")),
        },
    }
}

fn number(json: &Json) -> Option<rust_decimal::Decimal> {
    let text = match json {
        Json::Number(number) => number.to_string(),
        Json::String(text) => text.clone(),
        _ => return None,
    };
    text.parse().ok().or_else(|| rust_decimal::Decimal::from_scientific(&text).ok())
}

/// By which codes a refusal can be named: its own, and those of its problems.
fn codes(failure: &Failure) -> Vec<String> {
    match failure {
        Failure::Rejected(Rejection::NotFound { .. }) => vec!["not_found".into()],
        Failure::Rejected(Rejection::Forbidden { .. }) => vec!["forbidden".into()],
        Failure::Rejected(Rejection::Invalid(problems)) => {
            std::iter::once("invalid".to_owned()).chain(problems.iter().map(|p| p.code.clone())).collect()
        }
        Failure::Rejected(Rejection::State { code, .. }) => vec![code.clone()],
        Failure::Rejected(Rejection::Stale { .. }) => vec!["stale".into()],
        Failure::Unique { .. } => vec!["unique".into()],
        Failure::KeyReused | Failure::JobGone(_) | Failure::Busy | Failure::Unsettled(_) => vec!["busy".into()],
        Failure::TooBroad { .. } => vec!["too_broad".into()],
        Failure::Definitions(_) | Failure::Corrupt { .. } | Failure::Disk(_) | Failure::Store(_) => {
            vec!["internal".into()]
        }
    }
}
