//! A small firm, a record, and a workflow played on it. Every command is checked on the way: replaying the events that
//! were written gives the state that is live.

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, TimeDelta, Utc};
use indexmap::IndexMap;
use kernel::{
    Catalog, Diagnostic, Name, PackSource, Record, Rejection, Severity, SourceFile, Value,
    change::Change,
    context::{Context, Department, Ids, Org, Person},
    definition::WorkflowDefinition,
    query::{Facts, Outcome},
    workflow::{
        Command, Decision, Env, Event, Instance, Preview, RecordEffect, Return, Said, Verb, Workflow, comes_back,
        decide, evolve, preview,
    },
};
use serde_json::json;
use uuid::Uuid;

/// Everybody of the firm, by first name:
///
/// ```text
/// firm (head gwen)            gwen: director
/// ├─ sales (head sam)         sam: lead, manager gwen
/// │  └─ field (no head)       rob, ria: staff, manager sam
/// ├─ finance (head fay)       fay, fox: finance, manager gwen
/// nowhere                     ada: administrator; lone: nobody above; ann ⇄ bea: a ring; gone: left, manager gwen;
///                             under: manager gone
/// ```
const PEOPLE: [(&str, &str, Option<&str>, Option<&str>); 12] = [
    ("gwen", "director", None, Some("firm")),
    ("sam", "lead", Some("gwen"), Some("sales")),
    ("rob", "staff", Some("sam"), Some("field")),
    ("ria", "staff", Some("sam"), Some("field")),
    ("fay", "finance", Some("gwen"), Some("finance")),
    ("fox", "finance", Some("gwen"), Some("finance")),
    ("ada", "administrator", None, None),
    ("lone", "staff", None, None),
    ("ann", "staff", Some("bea"), None),
    ("bea", "staff", Some("ann"), None),
    ("gone", "lead", Some("gwen"), Some("sales")),
    ("under", "staff", Some("gone"), Some("sales")),
];

const DEPARTMENTS: [(&str, Option<&str>, Option<&str>); 4] = [
    ("firm", None, Some("gwen")),
    ("sales", Some("firm"), Some("sam")),
    ("field", Some("sales"), None),
    ("finance", Some("firm"), Some("fay")),
];

/// The id of a person or department.
pub(crate) fn who(name: &str) -> Uuid {
    let mut bytes = [0u8; 16];
    for (byte, letter) in bytes.iter_mut().zip(name.bytes()) {
        *byte = letter;
    }
    Uuid::from_bytes(bytes)
}

/// The name behind an id of [`who`].
pub(crate) fn name(id: Uuid) -> String {
    String::from_utf8_lossy(id.as_bytes()).trim_end_matches('\0').to_owned()
}

/// The firm.
pub(crate) fn firm() -> Org {
    let person = |(name, role, manager, department): &(&str, &str, Option<&str>, Option<&str>)| {
        let person = Person {
            name: (*name).to_owned(),
            email: format!("{name}@firm.example"),
            department: department.map(who),
            manager: manager.map(who),
            roles: vec![Name::new(role)],
            active: *name != "gone",
            language: None,
            ..Person::default()
        };
        (who(name), person)
    };
    let department = |(name, parent, head): &(&str, Option<&str>, Option<&str>)| {
        let department = Department { name: (*name).to_owned(), parent: parent.map(who), head: head.map(who) };
        (who(name), department)
    };
    Org {
        people: PEOPLE.iter().map(person).collect(),
        departments: DEPARTMENTS.iter().map(department).collect(),
        ..Org::default()
    }
}

fn source(path: &str, json: &serde_json::Value) -> SourceFile {
    SourceFile { path: path.to_owned(), text: json.to_string() }
}

fn role(name: &str) -> SourceFile {
    let json = json!({"kind": "role", "name": name, "label": name, "admin": name == "administrator"});
    source(&format!("roles/{name}.json"), &json)
}

/// The definitions beside the workflow: the entity `request`, a decision, roles, a setting.
pub(crate) static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let mut files = vec![
        source(
            "pack.json",
            &json!({"kind": "pack", "name": "system", "label": "Firm", "version": "1.0.0", "settings": {"limit": {"label": "Limit", "type": "decimal", "default": 100}}}),
        ),
        source(
            "entities/user.json",
            &json!({"kind": "entity", "name": "user", "label": "Person", "type": "master", "title": "{name}", "fields": {
                "name": {"type": "text"}, "email": {"type": "email"}, "department": {"type": "department"}, "manager": {"type": "user"},
                "roles": {"type": "multi_choice", "options_from": "role"}, "active": {"type": "boolean"}}}),
        ),
        source(
            "entities/department.json",
            &json!({"kind": "entity", "name": "department", "label": "Department", "type": "master", "title": "{name}", "fields": {
                "name": {"type": "text"}, "parent": {"type": "department"}, "head": {"type": "user"}}}),
        ),
        source(
            "entities/request.json",
            &json!({"kind": "entity", "name": "request", "label": "Request", "type": "document", "title": "{subject}", "fields": {
                "subject": {"type": "text"}, "owner": {"type": "user"}, "reviewer": {"type": "user"}, "area": {"type": "department"},
                "amount": {"type": "decimal"}, "cost": {"type": "decimal"}, "doubled": {"type": "decimal", "formula": "amount * 2"},
                "days": {"type": "integer"}, "level": {"type": "choice", "options": {"a": "A", "b": "B"}}, "urgent": {"type": "boolean"},
                "wanted": {"type": "date"}, "visit": {"type": "datetime"}, "notes": {"type": "text"},
                "items": {"type": "lines", "fields": {"quantity": {"type": "decimal"}, "keeper": {"type": "user"}}}},
              "lifecycle": {"start": "draft", "states": {"draft": {}, "approving": {"locked": true}, "approved": {"locked": true}, "filed": {}},
                "transitions": {"submit": {"from": ["draft"], "to": "approving"}, "file": {"from": ["approving"], "to": "filed"}}}}),
        ),
        source(
            "decisions/request_level.json",
            &json!({"kind": "decision", "name": "request_level", "entity": "request", "inputs": {"amount": "amount", "limit": "setting.limit"},
                "outputs": {"level": {"type": "integer"}}, "hit": "collect_max", "else": {"level": 0},
                "rules": {"large": {"when": {"amount": "> 1000"}, "then": {"level": 1}}, "huge": {"when": {"amount": "> 5000"}, "then": {"level": 2}}}}),
        ),
    ];
    // Real holidays, so that deadlines are counted over them.
    files.push(SourceFile {
        path: "calendars/china_2026.json".to_owned(),
        text: include_str!("../../../../definitions/trade/calendars/china_2026.json").to_owned(),
    });
    files.extend(["director", "lead", "staff", "finance", "administrator"].map(role));
    let (catalog, problems) = Catalog::load(&[PackSource { name: "system".to_owned(), files }]);
    let errors: Vec<&Diagnostic> = problems.iter().filter(|d| d.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    catalog.unwrap()
});

/// A workflow of the entity `request` with these nodes.
pub(crate) fn definition(nodes: serde_json::Value) -> WorkflowDefinition {
    serde_json::from_value(json!({"name": "approval", "entity": "request", "nodes": nodes})).unwrap()
}

/// The workflow, and everything its check says.
pub(crate) fn compile(definition: &WorkflowDefinition) -> (Option<Workflow>, Vec<Diagnostic>) {
    let (catalog, problems) = catalog(definition, &[]);
    (catalog.workflows.get(&definition.name).map(|workflow| (**workflow).clone()), problems)
}

/// The catalog with a workflow and those that it calls, and everything their check says.
pub(crate) fn catalog(definition: &WorkflowDefinition, others: &[WorkflowDefinition]) -> (Catalog, Vec<Diagnostic>) {
    let roles = CATALOG.roles.keys().cloned().collect();
    let all: IndexMap<Name, WorkflowDefinition> =
        others.iter().chain([definition]).map(|d| (d.name.clone(), d.clone())).collect();
    let mut problems = Vec::new();
    let mut compiled = IndexMap::new();
    for (name, definition) in &all {
        let (workflow, told) = Workflow::compile(definition, &CATALOG.types(), &roles, &all);
        problems.extend(told);
        compiled.extend(workflow.map(|workflow| (name.clone(), Arc::new(workflow))));
    }
    let mut catalog = CATALOG.clone();
    catalog.workflows = compiled.iter().map(|(name, w)| (name.clone(), Arc::new(w.linked(&compiled)))).collect();
    (catalog, problems)
}

/// A workflow of that name that others call.
pub(crate) fn called(name: &str, variables: serde_json::Value, nodes: serde_json::Value) -> WorkflowDefinition {
    serde_json::from_value(json!({
        "name": name, "label": name, "entity": "request", "only_called": true, "variables": variables, "nodes": nodes}))
    .unwrap()
}

/// A workflow with one approval between start and ends.
pub(crate) fn single(approval: serde_json::Value) -> WorkflowDefinition {
    let mut node = json!({"type": "approval", "nobody": "admin", "next": "approved", "rejected": "rejected"});
    node.as_object_mut().unwrap().extend(approval.as_object().unwrap().clone());
    definition(json!({
        "start": {"type": "start", "next": "check"}, "check": node,
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}}))
}

/// A workflow with several approvals, one after the other.
pub(crate) fn chain(approvals: &[serde_json::Value]) -> WorkflowDefinition {
    let mut nodes = serde_json::Map::new();
    nodes.insert("start".into(), json!({"type": "start", "next": "step_1"}));
    for (index, approval) in approvals.iter().enumerate() {
        let next = if index + 1 == approvals.len() { "approved".to_owned() } else { format!("step_{}", index + 2) };
        let mut node = json!({"type": "approval", "nobody": "admin", "next": next, "rejected": "rejected"});
        node.as_object_mut().unwrap().extend(approval.as_object().unwrap().clone());
        nodes.insert(format!("step_{}", index + 1), node);
    }
    nodes.insert("approved".into(), json!({"type": "end", "outcome": "approved"}));
    nodes.insert("rejected".into(), json!({"type": "end", "outcome": "rejected"}));
    definition(serde_json::Value::Object(nodes))
}

/// A workflow being played.
#[derive(Clone)]
pub(crate) struct Play {
    pub(crate) workflow: Workflow,
    pub(crate) org: Org,
    pub(crate) settings: IndexMap<Name, Value>,
    pub(crate) record: Record,
    pub(crate) instance: Instance,
    pub(crate) events: Vec<Event>,
    pub(crate) now: DateTime<Utc>,
    /// Whether every command is checked on the way.
    pub(crate) checked: bool,
    pub(crate) catalog: Arc<Catalog>,
    ids: Ids,
    replayed: Instance,
}

impl Play {
    pub(crate) fn new(definition: &WorkflowDefinition) -> Self {
        Self::calling(definition, &[])
    }

    /// Of a workflow that calls others.
    pub(crate) fn calling(definition: &WorkflowDefinition, others: &[WorkflowDefinition]) -> Self {
        let (catalog, problems) = catalog(definition, others);
        let workflow = catalog.workflows.get(&definition.name).map(|workflow| (**workflow).clone());
        let workflow = workflow.unwrap_or_else(|| panic!("{problems:#?}"));
        let now = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        let record = Record {
            entity: "request".into(),
            id: who("the request"),
            version: 1,
            state: Some("approving".into()),
            number: None,
            title: "A request".into(),
            created_at: now,
            created_by: None,
            updated_at: now,
            updated_by: None,
            deleted_at: None,
            fields: IndexMap::new(),
            lines: IndexMap::new(),
        };
        let settings = IndexMap::from([(Name::new("limit"), Value::Decimal(100.into()))]);
        Self {
            workflow,
            org: firm(),
            settings,
            record,
            instance: Instance::default(),
            events: Vec::new(),
            now,
            checked: true,
            catalog: Arc::new(catalog),
            ids: Ids::new(now, 7),
            replayed: Instance::default(),
        }
    }

    /// With a field of the record.
    pub(crate) fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.record.fields.insert(field.into(), value.into());
        self
    }

    fn env<T>(&self, work: impl FnOnce(&Env<'_>, &Ids) -> T) -> T {
        let ctx = Context {
            now: self.now,
            zone: chrono_tz::Asia::Shanghai,
            user: None,
            org: &self.org,
            settings: &self.settings,
            ids: self.ids.clone(),
            vault: None,
        };
        let facts = Facts::new();
        let apply = |record: &Record, effect: &RecordEffect| Env::set_fields(record, effect);
        work(&Env { ctx: &ctx, facts: &facts, catalog: &self.catalog, record: &self.record, apply: &apply }, &self.ids)
    }

    /// Gives a command; what was decided is kept.
    pub(crate) fn give(&mut self, command: &Command) -> Result<Decision, Rejection> {
        self.now += TimeDelta::minutes(1);
        let mut ids = Ids::new(self.now, 7);
        let outcome = self.env(|env, _| decide(env, &self.workflow, &self.instance, command, &mut ids));
        match outcome {
            Outcome::Decided(decision) => {
                self.ids = ids;
                self.keep(&decision);
                Ok(decision)
            }
            Outcome::Rejected(rejection) => Err(rejection),
            Outcome::Needs(queries) => panic!("nothing here reads other records: {queries:?}"),
        }
    }

    fn keep(&mut self, decision: &Decision) {
        for effect in &decision.effects {
            if let RecordEffect::Update(fields) = effect {
                self.record.fields.extend(fields.clone());
            }
        }
        self.instance = decision.instance.clone();
        if !self.checked {
            return;
        }
        for event in &decision.events {
            let stored = serde_json::to_value(event).unwrap();
            let read: Event = serde_json::from_value(stored.clone()).unwrap_or_else(|e| panic!("{e}: {stored:#}"));
            assert_eq!(read, *event);
            assert_eq!(event.seq, self.replayed.seq + 1);
            evolve(&mut self.replayed, &read);
        }
        assert_eq!(self.replayed, decision.instance, "replaying the events gives the live state");
        let stored = serde_json::to_value(&decision.instance).unwrap();
        assert_eq!(serde_json::from_value::<Instance>(stored).unwrap(), decision.instance);
        self.events.extend(decision.events.iter().cloned());
    }

    pub(crate) fn try_start(&mut self, by: &str) -> Result<Decision, Rejection> {
        self.give(&Command::Start {
            by: who(by),
            catalog_version: 1,
            transition: Some("submit".into()),
            picks: IndexMap::new(),
        })
    }

    pub(crate) fn start(&mut self, by: &str) -> Decision {
        self.try_start(by).unwrap()
    }

    /// The open task of a person.
    pub(crate) fn task(&self, of: &str) -> Uuid {
        let mut found = self.instance.tasks.iter().filter(|(_, task)| task.assignee.id == who(of));
        *found.next().unwrap_or_else(|| panic!("{of} has no task; open: {:?}", self.open())).0
    }

    pub(crate) fn decide(&mut self, by: &str, verb: Verb, reason: Option<&str>) -> Result<Decision, Rejection> {
        let task = self.task(by);
        self.decide_task(task, by, verb, reason)
    }

    pub(crate) fn decide_task(
        &mut self,
        task: Uuid,
        by: &str,
        verb: Verb,
        reason: Option<&str>,
    ) -> Result<Decision, Rejection> {
        let reason = reason.map(str::to_owned);
        self.give(&Command::Decide { task, by: who(by), verb, said: Said { reason, ..Said::default() } })
    }

    pub(crate) fn approve(&mut self, by: &str) -> Decision {
        self.decide(by, Verb::Approve, None).unwrap()
    }

    pub(crate) fn reject(&mut self, by: &str) -> Decision {
        self.decide(by, Verb::Reject, None).unwrap()
    }

    pub(crate) fn give_back(&mut self, by: &str) -> Decision {
        self.decide(by, Verb::Return(Return::default()), Some("please change")).unwrap()
    }

    pub(crate) fn transfer(&mut self, by: &str, to: &str) -> Result<Decision, Rejection> {
        self.decide(by, Verb::Transfer { to: who(to) }, None)
    }

    pub(crate) fn resubmit(&mut self, by: &str) -> Result<Decision, Rejection> {
        self.give(&Command::Resubmit { by: who(by), catalog_version: 2, picks: IndexMap::new() })
    }

    pub(crate) fn withdraw(&mut self, by: &str) -> Result<Decision, Rejection> {
        self.give(&Command::Withdraw { by: who(by), reason: None })
    }

    /// Somebody leaves the firm.
    pub(crate) fn leaves(&mut self, person: &str) -> Result<Decision, Rejection> {
        self.org.people.get_mut(&who(person)).unwrap().active = false;
        self.give(&Command::Left { person: who(person), by: Some(who("ada")) })
    }

    /// Whether it goes straight back to where it was given back when it is submitted now.
    pub(crate) fn comes_back(&self) -> bool {
        match self.env(|env, ids| comes_back(env, &self.workflow, &self.instance, ids)) {
            Outcome::Decided(straight) => straight,
            other => panic!("{other:?}"),
        }
    }

    /// Open tasks as `node: person`, in order of node and person.
    pub(crate) fn open(&self) -> Vec<String> {
        let mut open: Vec<String> =
            self.instance.tasks.values().map(|t| format!("{}: {}", t.node, name(t.assignee.id))).collect();
        open.sort();
        open
    }

    /// How it ended.
    pub(crate) fn outcome(&self) -> Option<&str> {
        self.instance.outcome.as_deref()
    }

    pub(crate) fn preview(&self, by: &str) -> Preview {
        match self.env(|env, ids| preview(env, &self.workflow, &self.instance, who(by), ids)) {
            Outcome::Decided(preview) => preview,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn try_preview(&self, by: &str) -> Result<Preview, Rejection> {
        match self.env(|env, ids| preview(env, &self.workflow, &self.instance, who(by), ids)) {
            Outcome::Decided(preview) => Ok(preview),
            Outcome::Rejected(rejection) => Err(rejection),
            Outcome::Needs(queries) => panic!("nothing here reads other records: {queries:?}"),
        }
    }
}

/// The nodes of a preview at which people decide: `node: person, person`, in order; who is skipped in brackets.
pub(crate) fn path(preview: &Preview) -> Vec<String> {
    let approvals = preview.nodes.iter().filter(|n| n.kind == "approval");
    let line = |node: &kernel::workflow::PreviewNode| {
        let people: Vec<String> = node
            .people
            .iter()
            .map(|p| if p.skipped.is_some() { format!("({})", p.who.name) } else { p.who.name.clone() })
            .collect();
        format!("{}: {}", node.node, people.join(", "))
    };
    approvals.map(line).collect()
}

/// The notices of a decision, as `person: kind`.
pub(crate) fn notices(decision: &Decision) -> Vec<String> {
    let mut told: Vec<String> = decision
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::Notify(notice) => Some(format!("{}: {}", name(notice.user), notice.kind)),
            _ => None,
        })
        .collect();
    told.sort();
    told
}

/// The code of a refusal.
pub(crate) fn code(result: Result<Decision, Rejection>) -> String {
    match result.unwrap_err() {
        Rejection::State { code, .. } => code,
        Rejection::Forbidden { .. } => "forbidden".into(),
        Rejection::NotFound { .. } => "not_found".into(),
        Rejection::Invalid(problems) => {
            problems.iter().map(|p| format!("{}:{}", p.path, p.code)).collect::<Vec<_>>().join(" ")
        }
        Rejection::Stale { .. } => "stale".into(),
    }
}
