//! What the page of a link tells of the task: what its person may see of what the record's form shows, without what the
//! node hides, and what others said before.

use kernel::{
    Catalog, Name, Value,
    definition::{FieldKind, Kind},
    expression::{Env, Expr, eval},
    query::Outcome,
    schema::{Entity, Field},
    workflow::NodeKind,
};
use serde::Serialize;
use store::{TimelineFilter, TimelineItem};

use super::{Open, layout::Layout, values::Reading};
use crate::{
    App, Failure, Scene,
    app_model::{Texts, entity_label},
    http::words,
    read::Titles,
};

/// So many fields are told at most.
const MOST_FIELDS: usize = 40;
/// So many lines of a table.
const MOST_LINES: usize = 20;
/// So many values of a line.
const MOST_CELLS: usize = 6;
/// So many earlier decisions.
const MOST_SAID: usize = 6;

/// What is told of a task.
#[derive(Debug, Serialize)]
pub(crate) struct Facts {
    /// `Quotation`.
    pub(crate) entity: String,
    pub(crate) title: String,
    /// What the node is called.
    pub(crate) step: String,
    pub(crate) initiator: String,
    pub(crate) since: String,
    /// What the initiator said when they submitted it.
    pub(crate) words: Option<String>,
    /// The figures by which one knows what it is about.
    pub(crate) figures: Vec<Fact>,
    pub(crate) fields: Vec<Fact>,
    pub(crate) tables: Vec<Table>,
    pub(crate) said: Vec<Saying>,
    /// What fields that lack a value are called.
    pub(crate) missing: Vec<String>,
}

/// A field with its value.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Fact {
    pub(crate) label: String,
    pub(crate) text: String,
}

/// The lines of a table.
#[derive(Debug, Serialize)]
pub(crate) struct Table {
    pub(crate) label: String,
    pub(crate) rows: Vec<Vec<Fact>>,
    /// How many more there are.
    pub(crate) more: usize,
}

/// What somebody decided before.
#[derive(Debug, Serialize)]
pub(crate) struct Saying {
    pub(crate) name: String,
    pub(crate) outcome: String,
    pub(crate) reason: Option<String>,
}

impl App {
    /// What the page tells of an open task.
    ///
    /// # Errors
    /// If the store fails.
    pub(crate) async fn facts_of(&self, open: &Open) -> Result<Facts, Failure> {
        let scene = self.scene(Some(open.to.person));
        let language = open.to.language;
        let (entity, record) = (&open.seen.entity, &open.seen.record);
        let shows = |path: &str| open.seen.mask.shows(path) && !open.hides(path);
        let mut titles = Titles::default();
        let layout = Layout::of(&scene.catalog, entity, &open.asked());
        let mut columns: Vec<&Field> = Vec::new();
        for (field, when) in layout.fields.iter().filter(|(field, _)| shows(&field.name)) {
            if self.all_hold(&scene, open, when).await? {
                columns.push(field);
            }
        }
        let mut tables = layout.tables;
        tables.retain(|(table, _)| shows(&table.name));
        for (table, columns) in &mut tables {
            columns.retain(|field| shows(&format!("{}.{}", table.name, field.name)));
        }
        for field in &columns {
            titles.want_value(field, &record.get(&field.name));
        }
        for (table, columns) in &tables {
            for line in record.lines.get(&table.name).into_iter().flatten().take(MOST_LINES) {
                for field in columns {
                    if let Some(value) = line.fields.get(&field.name) {
                        titles.want_value(field, value);
                    }
                }
            }
        }
        let files = titles.look_up_files(self).await?;
        let titles = titles.look_up(self, &scene).await?;
        let texts = Texts::new(&scene.catalog, language);
        let reading = Reading { texts, language, zone: self.firm().zone(), titles: &titles, files: &files };

        let mut told: Vec<(FieldKind, Fact)> = Vec::new();
        for field in columns {
            let value = record.get(&field.name);
            if !says_something(&value) {
                continue;
            }
            let currency = match &field.currency {
                Some(expr) if field.kind == FieldKind::Money => self.currency(&scene, open, expr).await?,
                _ => None,
            };
            if let Some(text) = reading.text(entity, None, field, &value, currency.as_deref()) {
                told.push((field.kind, Fact { label: reading.label(entity, None, field), text }));
            }
        }
        let (figures, fields) = apart(told);
        let tables = tables.iter().filter_map(|(table, columns)| self::table(&reading, entity, table, columns, open));
        let tables = tables.collect();
        let pinned_texts = Texts::new(&open.pinned, language);
        let said_before = self.said_before(open, pinned_texts).await?;
        let since = open.instance.tasks.get(&open.task).map_or(open.instance.started_at, |task| task.opened_at);
        let missing = open.missing.iter().filter_map(|name| entity.fields.get(name));
        Ok(Facts {
            entity: entity_label(texts, &scene.catalog, &entity.name),
            title: record.title.clone(),
            step: words::node_label(pinned_texts, &open.pinned, &open.instance.workflow, &open.node),
            initiator: open.instance.initiator.name.clone(),
            since: reading.moment(since),
            words: said_before.0,
            said: said_before.1,
            missing: missing.map(|field| reading.label(entity, None, field)).collect(),
            figures,
            fields,
            tables,
        })
    }

    /// Whether conditions of a form hold; one that cannot be worked out hides nothing.
    async fn all_hold(&self, scene: &Scene, open: &Open, conditions: &[&Expr]) -> Result<bool, Failure> {
        for condition in conditions {
            let held = self
                .settle(scene, |facts| {
                    let ctx = scene.ctx();
                    let env = Env::new(&ctx, facts, scene.catalog.as_ref()).over(&open.seen.record);
                    match eval(condition, &env) {
                        Ok(value) => Outcome::Decided(value == Value::Bool(true)),
                        Err(kernel::expression::EvalError::Needs(queries)) => Outcome::Needs(queries),
                        Err(kernel::expression::EvalError::Fault(_)) => Outcome::Decided(true),
                    }
                })
                .await?;
            if !held {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The currency of an amount, wherever the definition takes it from.
    async fn currency(&self, scene: &Scene, open: &Open, expr: &Expr) -> Result<Option<String>, Failure> {
        let found = self
            .settle(scene, |facts| {
                let ctx = scene.ctx();
                let env = Env::new(&ctx, facts, scene.catalog.as_ref()).over(&open.seen.record);
                match eval(expr, &env) {
                    Ok(value) => Outcome::Decided(value.as_text().map(str::to_owned)),
                    Err(kernel::expression::EvalError::Needs(queries)) => Outcome::Needs(queries),
                    Err(kernel::expression::EvalError::Fault(_)) => Outcome::Decided(None),
                }
            })
            .await?;
        // A currency that a hidden field gives is hidden too.
        let hidden = expr.references().iter().any(|reference| match reference {
            kernel::expression::Reference::Field { field, own: true, .. } => {
                !open.seen.mask.shows(field) || open.hides(field)
            }
            _ => false,
        });
        Ok(found.filter(|_| !hidden))
    }

    /// What the initiator said at the last submission, and what others decided since, the newest last.
    async fn said_before(&self, open: &Open, texts: Texts<'_>) -> Result<(Option<String>, Vec<Saying>), Failure> {
        let filter = TimelineFilter { comments: false, ..TimelineFilter::default() };
        let (items, _) = self.store().timeline(&[open.instance.record], &filter, None, 40).await?;
        let org = self.org();
        let (mut words, mut said) = (None, Vec::new());
        for item in items {
            match item {
                TimelineItem::Change { by, entry, .. }
                    if by == Some(open.instance.initiator.id)
                        && open.instance.transition.as_ref().is_some_and(|name| *name == *entry.action) =>
                {
                    words = entry.reason;
                    break;
                }
                TimelineItem::Decision(task) if task.row.instance == open.instance.id => {
                    let Some(done) = task.done else { continue };
                    let Some(by) = done.by.and_then(|id| org.people.get(&id)) else { continue };
                    let workflow = &open.instance.workflow;
                    let node = open.pinned.workflows.get(workflow).and_then(|w| w.nodes.get(&task.row.node));
                    let own = match node.map(|node| &node.kind) {
                        Some(NodeKind::Approval(approval)) => approval.outcomes.get(done.outcome.as_str()),
                        _ => None,
                    };
                    let outcome = match own {
                        Some(own) => labelled(texts, workflow, &task.row.node, &done.outcome, &own.label),
                        None => done.outcome.clone(),
                    };
                    said.push(Saying { name: by.name.clone(), outcome, reason: done.reason });
                }
                _ => {}
            }
        }
        said.truncate(MOST_SAID);
        said.reverse();
        Ok((words, said))
    }
}

impl Open {
    /// Fields that the node has somebody look at or fill in.
    fn asked(&self) -> Vec<Name> {
        let workflow = self.pinned.workflows.get(&self.instance.workflow);
        match workflow.and_then(|workflow| workflow.nodes.get(&self.node)).map(|node| &node.kind) {
            Some(NodeKind::Approval(node)) => {
                node.read.iter().chain(&node.write).chain(&node.required).cloned().collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether the node hides a field. A page that opens without signing in shows less than the app, where a role of the
    /// same person may show it all the same.
    fn hides(&self, path: &str) -> bool {
        let workflow = self.pinned.workflows.get(&self.instance.workflow);
        let node = workflow.and_then(|workflow| workflow.nodes.get(&self.node));
        let Some(NodeKind::Approval(approval)) = node.map(|node| &node.kind) else { return true };
        let within =
            |hidden: &str| path.strip_prefix(hidden).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        approval.hide.iter().any(|hidden| within(hidden))
    }
}

/// The lines of a table as far as they are shown; none where there are none.
fn table(reading: &Reading<'_>, entity: &Entity, table: &Field, fields: &[&Field], open: &Open) -> Option<Table> {
    let lines = open.seen.record.lines.get(&table.name).filter(|lines| !lines.is_empty())?;
    let row = |line: &kernel::Line| -> Vec<Fact> {
        let facts = fields.iter().filter_map(|field| {
            let value = line.fields.get(&field.name).filter(|value| says_something(value))?;
            let text = reading.text(entity, Some(&table.name), field, value, None)?;
            Some(Fact { label: reading.label(entity, Some(&table.name), field), text })
        });
        facts.take(MOST_CELLS).collect()
    };
    let rows: Vec<Vec<Fact>> = lines.iter().take(MOST_LINES).map(row).filter(|row| !row.is_empty()).collect();
    let more = lines.len().saturating_sub(MOST_LINES);
    (!rows.is_empty()).then(|| Table { label: reading.label(entity, None, table), rows, more })
}

/// The figures, amounts first, two of a kind, and the rest in the order of the definition.
fn apart(told: Vec<(FieldKind, Fact)>) -> (Vec<Fact>, Vec<Fact>) {
    let rank = |kind: FieldKind| match kind {
        FieldKind::Money => Some(0),
        FieldKind::Percent => Some(1),
        FieldKind::Date => Some(2),
        FieldKind::Decimal | FieldKind::Integer | FieldKind::Duration => Some(3),
        _ => None,
    };
    let mut figures: Vec<(usize, Fact)> = Vec::new();
    let mut fields = Vec::new();
    for (kind, fact) in told {
        let of_kind = |rank: usize| figures.iter().filter(|(other, _)| *other == rank).count();
        match rank(kind) {
            Some(rank) if of_kind(rank) < 2 => figures.push((rank, fact)),
            _ => fields.push(fact),
        }
    }
    figures.sort_by_key(|(rank, _)| *rank);
    let mut figures: Vec<Fact> = figures.into_iter().map(|(_, fact)| fact).collect();
    let rest = figures.split_off(figures.len().min(4));
    let mut fields: Vec<Fact> = rest.into_iter().chain(fields).collect();
    fields.truncate(MOST_FIELDS);
    (figures, fields)
}

/// A charge of nothing tells nothing.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Decimal(number) => !number.is_zero(),
        Value::Integer(number) => *number != 0,
        Value::List(list) => !list.is_empty(),
        _ => true,
    }
}

fn labelled(texts: Texts<'_>, workflow: &str, node: &str, outcome: &str, base: &str) -> String {
    texts.text(Kind::Workflow, workflow, &format!("nodes.{node}.outcomes.{outcome}.label"), base)
}

/// What an outcome of a node's own is called.
pub(super) fn outcome_label(
    pinned: &Catalog,
    language: &str,
    workflow: &Name,
    node: &Name,
    outcome: &str,
    base: &str,
) -> String {
    labelled(Texts::new(pinned, language), workflow, node, outcome, base)
}
