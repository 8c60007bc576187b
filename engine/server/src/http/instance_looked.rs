//! What a condition looked at, told to one reader: fields as they were, sums of lines, variables, settings, decision
//! tables. Whatever the reader may not read is left out, and noted.

use chrono::{DateTime, Utc};
use kernel::{
    Name,
    catalog::label_of,
    definition::Kind,
    expression::{Expr, Looked, Reference},
    rights::Access,
    schema::{Entity, Field},
    workflow::Fired,
};
use serde_json::{Map, Value as Json_, json};
use uuid::Uuid;

use super::{
    Error,
    instance_why::{Moment, Teller},
};
use crate::read::record_to_json;

/// Variables, tables and what they look at may lie so deep in each other.
const DEEPEST: usize = 4;

impl<'a> Teller<'a> {
    /// Tells what an expression looked at; notes whether something of it is hidden from the reader.
    pub(super) async fn look(
        &mut self,
        expr: &Expr,
        moment: Moment<'a>,
        fired: &[Fired],
        depth: usize,
        told: &mut Vec<Json_>,
        hidden: &mut bool,
    ) -> Result<(), Error> {
        if self.blind {
            *hidden = true;
            return Ok(());
        }
        for read in expr.reads() {
            let one = match &read.what {
                Looked::Path(path) => self.path(path, moment).await?,
                Looked::Lines { table, field, how } => self.lines(table, field.as_ref(), how, moment).await?,
                Looked::Setting(name) => self.setting(name, moment),
                Looked::Records(entity) => {
                    let known = self.scene.catalog.entity(entity);
                    let ctx = self.scene.ctx();
                    let access = self.scene.access(&ctx);
                    known.filter(|known| access.sees_all(known)).map(|known| {
                        let base = known.definition.label.clone();
                        let label = self.texts.text(Kind::Entity, &known.name, "label", &base);
                        json!({"what": "records", "label": label})
                    })
                }
                Looked::Variable(name) if depth < DEEPEST => {
                    Some(Box::pin(self.variable(name, moment, fired, depth, hidden)).await?)
                }
                Looked::Decision(name) if depth < DEEPEST => {
                    Some(Box::pin(self.table(name, moment, fired, depth, hidden)).await?)
                }
                Looked::Variable(_) | Looked::Decision(_) => None,
            };
            match one {
                Some(one) => told.push(one),
                None => *hidden = true,
            }
        }
        Ok(())
    }

    /// A field of the record as it was, or of another record as it is; none where the reader may not read it.
    async fn path(&mut self, path: &[Name], moment: Moment<'a>) -> Result<Option<Json_>, Error> {
        let mut entity = std::sync::Arc::clone(&self.seen.entity);
        let mut mask = self.seen.mask.clone();
        let mut values = self.record(moment.version).await?;
        let mut labels: Vec<String> = Vec::new();
        let mut now = false;
        for (at, name) in path.iter().enumerate() {
            let name = entity.path_now(name).into_owned();
            if !mask.shows(&name) {
                return Ok(None);
            }
            let value = values.get(&name).cloned().unwrap_or_default();
            let Some(field) = entity.fields.get(&*name) else {
                labels.push(self.texts.system_field(&name));
                return Ok(Some(json!({
                    "what": "field", "label": labels.join(" · "), "value": value, "type": "text", "field": name,
                    "entity": entity.name, "now": now,
                })));
            };
            labels.push(self.field_label(&entity, field, None));
            let Some(next) = path.get(at + 1) else {
                self.want(field, &value);
                return Ok(Some(json!({
                    "what": "field", "label": labels.join(" · "), "value": value, "type": field.kind,
                    "scale": field.scale, "entity": entity.name, "field": field.name, "now": now,
                    "currency": self.currency(&entity, field, &values),
                })));
            };
            let Some(to) = &field.to else {
                // A part of a value belongs to its field.
                let part = value.get(next.as_str()).cloned().unwrap_or_default();
                return Ok(Some(json!({
                    "what": "field", "label": labels.join(" · "), "value": part, "type": "text", "field": field.name,
                    "entity": entity.name, "now": now,
                })));
            };
            let Some(id) = value.as_str().and_then(|id| Uuid::parse_str(id).ok()) else {
                return Ok(Some(json!({
                    "what": "field", "label": labels.join(" · "), "value": null, "type": "text", "field": field.name,
                    "entity": entity.name, "now": now,
                })));
            };
            let Ok(other) = self.app.see(self.scene, to, id).await else { return Ok(None) };
            values = record_to_json(&other.entity, &other.record, &other.mask);
            (entity, mask, now) = (other.entity, other.mask, true);
        }
        Ok(None)
    }

    /// What lines came to, as far as it can be told by one field of them.
    async fn lines(
        &mut self,
        table: &Name,
        field: Option<&Name>,
        how: &str,
        moment: Moment<'a>,
    ) -> Result<Option<Json_>, Error> {
        let entity = std::sync::Arc::clone(&self.seen.entity);
        let table = entity.path_now(table).into_owned();
        let shown = |path: &str| self.seen.mask.shows(path);
        let Some(lines) = entity.fields.get(&*table).filter(|_| shown(&table)) else { return Ok(None) };
        let inner = match field {
            Some(name) => match lines.fields.get(name).filter(|_| shown(&format!("{table}.{name}"))) {
                Some(inner) => Some(inner),
                None => return Ok(None),
            },
            // What else is read of them is not told, so it must not be hidden either.
            None if how != "count" => return Ok(None),
            None => None,
        };
        let values = self.record(moment.version).await?;
        let rows = values.get(&table).and_then(Json_::as_array).cloned().unwrap_or_default();
        let value = match inner {
            None => json!(rows.len()),
            Some(inner) => aggregated(how, rows.iter().map(|row| &row[inner.name.as_str()])),
        };
        let mut label = self.field_label(&entity, lines, None);
        if let Some(inner) = inner {
            label = format!("{label} · {}", self.field_label(&entity, inner, Some(lines)));
        }
        let kind = inner.filter(|_| how != "count").map_or(json!("integer"), |inner| json!(inner.kind));
        let scale = inner.map_or(0, |inner| inner.scale);
        Ok(Some(json!({"what": "lines", "how": how, "label": label, "value": value, "type": kind, "scale": scale})))
    }

    /// A setting as it was copied when the round began.
    fn setting(&self, name: &Name, moment: Moment<'_>) -> Option<Json_> {
        let value = moment.begin.and_then(|begin| begin.settings.get(name)).or_else(|| self.scene.settings.get(name));
        let pack = self.pinned.packs.values().find(|pack| pack.settings.contains_key(name))?;
        let found = pack.settings.get(name)?;
        let label = self.texts.text(Kind::Pack, &pack.name, &format!("settings.{name}.label"), &found.label);
        Some(json!({
            "what": "setting", "label": label, "value": value.map(kernel::Value::to_json), "type": found.setting_type,
        }))
    }

    /// A variable, and what it came from.
    async fn variable(
        &mut self,
        name: &Name,
        moment: Moment<'a>,
        fired: &[Fired],
        depth: usize,
        hidden: &mut bool,
    ) -> Result<Json_, Error> {
        let Some(variable) = self.workflow.variables.get(name) else { return Ok(Json_::Null) };
        let (mut looked, mut own) = (Vec::new(), false);
        self.look(&variable.value, moment, fired, depth + 1, &mut looked, &mut own).await?;
        own |= !self.readable(&variable.value, depth + 1);
        let set = self.trail.set(name, moment.at, moment.round);
        // What a message or a call brought later is of no field, so no role says who may read it.
        own |= set.is_some() && !self.scene.access(&self.scene.ctx()).is_admin();
        *hidden |= own;
        let value = set.or_else(|| moment.begin.and_then(|begin| begin.variables.get(name))).filter(|_| !own);
        if set.is_some() {
            looked.clear();
        }
        let (workflow, path) = (&self.instance.workflow, format!("variables.{name}.label"));
        let label = self.texts.text(Kind::Workflow, workflow, &path, &variable.label);
        Ok(json!({
            "what": "variable", "label": label, "value": value.map(kernel::Value::to_json),
            "type": variable.kind, "looked": looked, "hidden": own,
        }))
    }

    /// A decision table: the rows that answered, and what they look at.
    async fn table(
        &mut self,
        name: &Name,
        moment: Moment<'a>,
        fired: &[Fired],
        depth: usize,
        hidden: &mut bool,
    ) -> Result<Json_, Error> {
        let Some(table) = self.pinned.decisions.get(name) else { return Ok(Json_::Null) };
        let (mut rules, mut looked, mut own) = (Vec::new(), Vec::new(), false);
        let rows: Vec<&Name> = fired.iter().filter(|f| f.decision == *name).flat_map(|f| &f.rules).collect();
        for rule in &rows {
            let inputs = table.looked_at_by(rule);
            if !inputs.iter().all(|input| self.readable(input, depth + 1)) {
                own = true;
                continue;
            }
            let (mut inner, mut unseen) = (Vec::new(), false);
            for input in inputs {
                self.look(input, moment, fired, depth + 1, &mut inner, &mut unseen).await?;
            }
            if unseen {
                own = true;
                continue;
            }
            let base = table.rule_label(rule).map_or_else(|| label_of(rule), str::to_owned);
            let label = self.texts.text(Kind::Decision, name, &format!("rules.{rule}.label"), &base);
            rules.push(json!({"rule": rule, "label": label}));
            looked.extend(inner.into_iter().filter(|one| !looked.contains(one)).collect::<Vec<_>>());
        }
        if rows.is_empty() {
            for input in table.inputs().cloned().collect::<Vec<_>>() {
                self.look(&input, moment, fired, depth + 1, &mut looked, &mut own).await?;
            }
        }
        *hidden |= own;
        let base = table.label.clone().unwrap_or_else(|| label_of(name));
        Ok(json!({
            "what": "table", "decision": name, "label": self.texts.text(Kind::Decision, name, "label", &base),
            "rules": rules, "looked": looked, "hidden": own,
        }))
    }

    /// Whether the reader may read all that an expression refers to, of this record and of others.
    pub(super) fn readable(&self, expr: &Expr, depth: usize) -> bool {
        let ctx = self.scene.ctx();
        let access = self.scene.access(&ctx);
        expr.references().iter().all(|reference| self.reference(&access, reference, depth))
    }

    fn reference(&self, access: &Access<'_>, reference: &Reference, depth: usize) -> bool {
        match reference {
            Reference::Field { entity, lines, field, own } => {
                let path = lines.as_ref().map_or_else(|| field.to_string(), |lines| format!("{lines}.{field}"));
                let Some(of) = self.scene.catalog.entity(entity) else { return false };
                let path = of.path_now(&path).into_owned();
                if *own && of.name == self.seen.entity.name {
                    self.seen.mask.shows(&path)
                } else {
                    access.reads(of, &path)
                }
            }
            Reference::Rows(entity) => self.scene.catalog.entity(entity).is_some_and(|of| access.sees_all(of)),
            Reference::Variable(name) => {
                let value = self.workflow.variables.get(name).map(|variable| &variable.value);
                depth < DEEPEST && value.is_some_and(|value| self.readable(value, depth + 1))
            }
            Reference::Let(_) | Reference::Setting(_) | Reference::Decision(_) | Reference::User | Reference::Clock => {
                true
            }
        }
    }

    pub(super) fn field_label(&self, entity: &Entity, field: &Field, table: Option<&Field>) -> String {
        let path = match table {
            Some(table) => format!("fields.{}.fields.{}.label", table.name, field.name),
            None => format!("fields.{}.label", field.name),
        };
        self.texts.text(Kind::Entity, &entity.name, &path, &field.label)
    }

    fn currency(&self, entity: &Entity, field: &Field, values: &Map<String, Json_>) -> Option<Json_> {
        let path = field.currency.as_ref()?.as_path()?;
        let [own] = path.as_slice() else { return None };
        entity.fields.contains_key(own).then(|| values.get(own.as_str()).cloned()).flatten()
    }

    fn want(&mut self, field: &Field, value: &Json_) {
        if let Ok(value) = kernel::field::parse(field, value) {
            self.titles.want_value(field, &value);
        }
    }

    pub(super) async fn moment(&mut self, at: DateTime<Utc>, round: u32) -> Result<Moment<'a>, Error> {
        if self.versions.is_none() {
            let history = self.app.store().history_since(self.seen.record.id, 0).await?;
            self.versions = Some(history.into_iter().map(|entry| (entry.at, entry.version)).collect());
        }
        let written = self.versions.iter().flatten().filter(|(written, _)| *written <= at);
        let version = written.map(|(_, version)| *version).max().unwrap_or(self.seen.record.version);
        Ok(Moment { version, at, round, begin: self.trail.begin(round) })
    }

    /// The record as it was, as far as the reader may see it.
    async fn record(&mut self, version: i64) -> Result<Map<String, Json_>, Error> {
        if let Some(known) = self.then.get(&version) {
            return Ok(known.clone());
        }
        let found = self.app.version_of(self.seen, version).await?.map(|found| found.record);
        let now = || record_to_json(&self.seen.entity, &self.seen.record, &self.seen.mask);
        let record = found.unwrap_or_else(now);
        self.then.insert(version, record.clone());
        Ok(record)
    }
}

/// What the values of lines come to.
fn aggregated<'v>(how: &str, values: impl Iterator<Item = &'v Json_>) -> Json_ {
    let numbers: Vec<rust_decimal::Decimal> = values
        .filter_map(|value| match value {
            Json_::String(text) => text.parse().ok(),
            Json_::Number(number) => number.to_string().parse().ok(),
            _ => None,
        })
        .collect();
    let found = match how {
        "count" => return json!(numbers.len()),
        "sum" => numbers.iter().try_fold(rust_decimal::Decimal::ZERO, |sum, one| sum.checked_add(*one)),
        "min" => numbers.iter().min().copied(),
        "max" => numbers.iter().max().copied(),
        _ => None,
    };
    found.map_or(Json_::Null, |found| json!(found.to_string()))
}
