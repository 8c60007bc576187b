//! What publishing would do, before it is done: the differences in words, what becomes of stored values, which records
//! stand in the way, what will run beside people's work. Nothing is written.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use kernel::{
    Catalog, Diagnostic, Name, PackSource, Severity,
    diff::{Difference, diff},
    expression::{Env, Reference, lower},
    query::{Facts, Predicate, Select},
    rebuild::{Choices, Rebuild, rebuilds},
    schema::{Entity, Field},
};
use serde::Serialize;
use store::SchemaChange;

use super::{
    PublishError,
    rows::paths,
    state::{MOST_ROWS, Row, State},
};
use crate::{App, Failure};

/// A table with more records than this has its indexes made beside people's work.
const SMALL: i64 = 20_000;
/// Records are looked at so many at once.
const RECORDS: u32 = 1_000;
/// And for so long in all; what was not looked at by then is told.
const PATIENCE: Duration = Duration::from_secs(20);

/// What publishing would do.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Plan {
    /// The version that would be in force.
    pub version: i64,
    /// Whether anything would change.
    pub is_new: bool,
    /// What is wrong or worth a look; with an error nothing can be published.
    pub problems: Vec<Diagnostic>,
    /// What differs, what weighs most first.
    pub differences: Vec<Difference>,
    /// What becomes of stored values.
    pub effects: Vec<Effect>,
    /// Whether something runs beside people's work before the version is in force.
    pub in_background: bool,
    /// Whether records stand in the way.
    pub refused: bool,
    /// The packs as they would be.
    #[serde(skip)]
    pub packs: Vec<PackSource>,
}

/// What becomes of stored values.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Effect {
    /// `convert`, `compute`, `require`, `remove`, `index`, `unique`.
    pub kind: &'static str,
    /// The entity, by its name now (before, if it is gone).
    pub entity: Name,
    /// What it is called.
    pub of: String,
    /// The fields: `price`, `lines.price`.
    pub fields: Vec<String>,
    /// What they are called.
    pub labels: Vec<String>,
    /// How many records there are.
    pub total: i64,
    /// How many were looked at.
    pub seen: i64,
    /// How many records are concerned: those that do not convert, that lack a value, that share one, that lose one.
    pub concerned: i64,
    /// How many values say less than they did.
    pub less: i64,
    /// Whether this forbids to publish, until it is chosen otherwise or mended.
    pub refuses: bool,
    /// Records that are concerned; the first of them.
    pub rows: Vec<Row>,
}

impl App {
    /// What publishing packs would do.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn plan_publication(&self, given: Vec<PackSource>, choices: &Choices) -> Result<Plan, PublishError> {
        self.plan(given, choices, false).await
    }

    /// The same; `whole` if the packs are all there is to be, so that no other stays.
    pub(super) async fn plan(
        &self,
        given: Vec<PackSource>,
        choices: &Choices,
        whole: bool,
    ) -> Result<Plan, PublishError> {
        let before = self.store().latest_definitions().await?;
        let at = before.as_ref().map_or(0, |b| b.version);
        let packs = self.merged(given, before.as_ref().filter(|_| !whole).map(|b| &b.definitions.files));
        let old = self.packs_in_force().await?;
        let (catalog, problems) = Catalog::load(&packs);
        let mut plan = Plan { version: at + 1, problems, ..Plan::default() };
        plan.differences = diff(&old, &packs);
        plan.is_new = before.is_none_or(|b| b.definitions.hash != super::digest(&packs));
        plan.packs = packs;
        let Some(mut next) = catalog else {
            plan.refused = true;
            return Ok(plan);
        };
        if at == 0 || !plan.is_new {
            return Ok(plan);
        }
        next.version = at + 1;
        let next = Arc::new(next);
        let lost = self.lost_to_running(&next).await?;
        plan.problems.extend(lost);
        let base = self.catalog_as_it_was(at).await?;
        let renamed = self.older(at, &next).await.map_err(Failure::from)?;
        let rebuilds = rebuilds(&base, &renamed, &next, choices);
        plan.in_background = !rebuilds.is_empty();
        let until = Instant::now() + PATIENCE;
        for rebuild in &rebuilds {
            let effects = self.effects_of(&base, &next, rebuild, until).await?;
            plan.effects.extend(effects);
        }
        self.required(&base, &next, &rebuilds, choices, &mut plan).await?;
        self.removed(&base, &next, &mut plan).await?;
        self.indexed(&base, &next, &rebuilds, &mut plan).await?;
        let wrong = plan.problems.iter().any(|problem| problem.severity == Severity::Error);
        plan.refused = wrong || plan.effects.iter().any(|effect| effect.refuses);
        Ok(plan)
    }

    /// What becomes of the records of an entity: they are converted to see.
    async fn effects_of(
        &self,
        base: &Arc<Catalog>,
        next: &Arc<Catalog>,
        rebuild: &Rebuild,
        until: Instant,
    ) -> Result<Vec<Effect>, PublishError> {
        let total = self.store().count_all(&**base, &rebuild.before.name).await?;
        let effect = |kind, fields: Vec<String>| Effect { total, ..effect(kind, &rebuild.after, fields) };
        let mut effects = Vec::new();
        if !rebuild.conversions.is_empty() {
            let fields = paths(rebuild.conversions.iter().map(|c| (c.lines.as_ref(), &c.after.name)));
            // What is worked out of them is no matter here.
            let only = Rebuild { computed: Vec::new(), ..rebuild.clone() };
            let mut found = effect("convert", fields);
            let mut state = State::default();
            let mut after = None;
            let scene = self.scene_of(next);
            loop {
                let records = self.store().records_after(&**base, &rebuild.before.name, after, RECORDS).await?;
                let Some(last) = records.last() else { break };
                after = Some(last.id);
                found.seen += i64::try_from(records.len()).unwrap_or_default();
                for (record, rebuilt) in self.rebuilt(&scene, &only, records).await? {
                    found.less += i64::try_from(rebuilt.less).unwrap_or_default();
                    found.concerned += i64::from(!rebuilt.failed.is_empty());
                    found.refuses |= rebuilt.failed.iter().any(|failed| failed.refuses);
                    state.fail(&rebuild.after.name, record.id, &record.title, rebuilt.failed);
                }
                if Instant::now() > until {
                    break;
                }
            }
            found.rows = state.rows;
            effects.push(found);
        }
        if !rebuild.computed.is_empty() {
            effects.push(effect("compute", paths(rebuild.computed.iter().map(|(l, f)| (l.as_ref(), f)))));
        }
        Ok(effects)
    }

    /// Records that lack what must be there from now on; the rule holds when they are saved next.
    async fn required(
        &self,
        base: &Catalog,
        next: &Arc<Catalog>,
        rebuilds: &[Rebuild],
        choices: &Choices,
        plan: &mut Plan,
    ) -> Result<(), PublishError> {
        for entity in next.entities.values() {
            let Some(was) = was(base, next, entity) else { continue };
            for field in entity.columns().filter(|f| (f.required || f.required_when.is_some()) && !f.computed) {
                let before = was.fields.get(&field.name);
                let before = before.or_else(|| field.renamed_from.iter().find_map(|name| was.fields.get(name)));
                let is_filled =
                    choices.get(&format!("{}.{}", entity.name, field.name)).is_some_and(|c| c.fill.is_some());
                let asked = |f: &Field| f.required_when.as_ref().map(|expr| expr.source().to_owned());
                let asked_before = |f: &Field| f.required || asked(f).is_some_and(|was| Some(was) == asked(field));
                if before.is_some_and(asked_before) || is_filled {
                    continue;
                }
                let mut found = effect("require", entity, vec![field.name.to_string()]);
                found.total = self.store().count_all(base, &was.name).await?;
                found.seen = found.total;
                match before {
                    // What is new is lacking everywhere, always or where its condition holds.
                    None if field.required => found.concerned = found.total,
                    None => {
                        let wanted = self.wanted(next, was, field);
                        self.fitting(base, was, wanted, &mut found).await?;
                    }
                    Some(before) => {
                        let lacking = Predicate::IsNull(vec![before.name.clone()]);
                        let wanted = self.wanted(next, was, field);
                        self.fitting(base, was, Predicate::All(vec![wanted, lacking]), &mut found).await?;
                    }
                }
                if found.concerned > 0 && !rebuilds.iter().any(|r| r.after.name == entity.name && converts(r, field)) {
                    plan.effects.push(found);
                }
            }
        }
        Ok(())
    }

    /// Records in which a field must have a value from now on, as far as the store can tell them by what they have now.
    fn wanted(&self, next: &Arc<Catalog>, was: &Entity, field: &Field) -> Predicate {
        let Some(condition) = &field.required_when else { return Predicate::True };
        let known = condition.references().iter().all(|reference| match reference {
            Reference::Field { entity, lines, field, own: true } => {
                *entity == was.name && lines.is_none() && was.fields.contains_key(field)
            }
            Reference::Setting(_) | Reference::Clock => true,
            _ => false,
        });
        let (scene, facts) = (self.scene_of(next), Facts::new());
        let lowered = known.then(|| lower(condition, &Env::new(&scene.ctx(), &facts, &**next)).ok());
        lowered.flatten().unwrap_or(Predicate::True)
    }

    /// Fields and entities that are gone: their values are kept aside.
    async fn removed(&self, base: &Catalog, next: &Arc<Catalog>, plan: &mut Plan) -> Result<(), PublishError> {
        for was in base.entities.values() {
            let now = next.entity(&was.name);
            let gone: Vec<&Field> =
                was.columns().filter(|field| now.is_none_or(|now| now.name_now(None, &field.name).is_none())).collect();
            match now {
                None => {
                    let mut found = effect("remove", was, Vec::new());
                    found.total = self.store().count_all(base, &was.name).await?;
                    (found.seen, found.concerned) = (found.total, found.total);
                    plan.effects.push(found);
                }
                Some(_) => {
                    for field in gone {
                        let mut found = effect("remove", was, vec![field.name.to_string()]);
                        found.total = self.store().count_all(base, &was.name).await?;
                        found.seen = found.total;
                        let held = Predicate::Not(Box::new(Predicate::IsNull(vec![field.name.clone()])));
                        self.fitting(base, was, held, &mut found).await?;
                        plan.effects.push(found);
                    }
                }
            }
        }
        Ok(())
    }

    /// Indexes that are made, and records that share what no two may share.
    async fn indexed(
        &self,
        base: &Catalog,
        next: &Arc<Catalog>,
        rebuilds: &[Rebuild],
        plan: &mut Plan,
    ) -> Result<(), PublishError> {
        for change in self.new_indexes(next, rebuilds).await? {
            let SchemaChange::CreateIndex { entity, fields, unique } = change else { continue };
            let Some((entity, was)) = next.entities.get(&entity).and_then(|e| Some((e, was(base, next, e)?))) else {
                continue;
            };
            let names = fields.iter().map(ToString::to_string).collect();
            let mut found = effect(if unique { "unique" } else { "index" }, entity, names);
            found.total = self.store().count_all(base, &was.name).await?;
            found.seen = found.total;
            plan.in_background |= found.total > SMALL;
            let old: Option<Vec<Name>> = fields.iter().map(|field| name_before(was, entity, field)).collect();
            if unique && let Some(old) = old {
                let limit = u32::try_from(MOST_ROWS).unwrap_or(u32::MAX);
                let rows = self.store().sharing(base, &was.name, &old, limit).await?;
                found.concerned = i64::try_from(rows.len()).unwrap_or_default();
                found.refuses = !rows.is_empty();
                let row = |(id, title)| Row { entity: entity.name.clone(), id, title, failed: None };
                found.rows = rows.into_iter().map(row).collect();
            }
            plan.effects.push(found);
        }
        Ok(())
    }

    /// Indexes that a version needs on tables that are there already.
    pub(super) async fn new_indexes(
        &self,
        next: &Catalog,
        rebuilds: &[Rebuild],
    ) -> Result<Vec<SchemaChange>, PublishError> {
        let plan = self.store().plan_version(next.version, &next.entities, &super::rebuilt_fields(rebuilds)).await?;
        Ok(plan.changes().filter(|change| matches!(change, SchemaChange::CreateIndex { .. })).cloned().collect())
    }

    /// Whether an index is better made beside people's work.
    pub(super) async fn is_large(
        &self,
        base: &Catalog,
        next: &Catalog,
        change: &SchemaChange,
    ) -> Result<bool, PublishError> {
        let SchemaChange::CreateIndex { entity, .. } = change else { return Ok(false) };
        let Some(was) = next.entities.get(entity).and_then(|e| was(base, next, e)) else { return Ok(false) };
        Ok(self.store().count_all(base, &was.name).await? > SMALL)
    }

    /// Counts records that fit, and tells the first of them.
    async fn fitting(
        &self,
        base: &Catalog,
        entity: &Entity,
        filter: Predicate,
        found: &mut Effect,
    ) -> Result<(), PublishError> {
        let limit = u32::try_from(MOST_ROWS).unwrap_or(u32::MAX);
        let select = Select {
            entity: entity.name.clone(),
            columns: Vec::new(),
            filter,
            tokens: Vec::new(),
            sort: Vec::new(),
            after: None,
            limit,
            flags: Vec::new(),
            deleted: false,
        };
        let count = self.store().count(base, &select, u32::MAX - 1).await?;
        found.concerned = i64::try_from(count.count).unwrap_or(i64::MAX);
        let page = self.store().select(base, &select).await?;
        let row = |row: kernel::query::Row| Row {
            entity: found.entity.clone(),
            id: row.record.id,
            title: row.record.title,
            failed: None,
        };
        found.rows = page.rows.into_iter().map(row).collect();
        Ok(())
    }
}

fn converts(rebuild: &Rebuild, field: &Field) -> bool {
    rebuild.conversions.iter().any(|c| c.lines.is_none() && c.after.name == field.name && c.choice.fill.is_some())
}

fn was<'c>(base: &'c Catalog, next: &Catalog, entity: &Entity) -> Option<&'c Arc<Entity>> {
    let former = || entity.definition.renamed_from.iter().rev().filter(|name| !next.entities.contains_key(*name));
    base.entities.get(&entity.name).or_else(|| former().find_map(|name| base.entities.get(name)))
}

/// The name that a field of the header had; itself for a system field.
fn name_before(was: &Entity, now: &Entity, field: &Name) -> Option<Name> {
    if kernel::SYSTEM_FIELDS.contains(&field.as_str()) || was.fields.contains_key(field) {
        return Some(field.clone());
    }
    let mut former = now.fields.get(field)?.renamed_from.iter().rev();
    former.find(|name| was.fields.contains_key(*name)).cloned()
}

fn effect(kind: &'static str, entity: &Entity, fields: Vec<String>) -> Effect {
    let label = |path: &String| {
        let found = match path.split_once('.') {
            None => entity.fields.get(path.as_str()),
            Some((lines, field)) => entity.fields.get(lines).and_then(|table| table.fields.get(field)),
        };
        found.map_or_else(|| kernel::catalog::label_of(path), |field| field.label.clone())
    };
    Effect {
        kind,
        entity: entity.name.clone(),
        of: entity.definition.label.clone(),
        labels: fields.iter().map(label).collect(),
        fields,
        ..Effect::default()
    }
}
