//! Files in fields: whoever puts one in must have brought it, or see it where it is; and which files a record holds.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::Work;
use crate::{
    Line, Problem, Record, Value,
    change::{Change, FilesChange, HeldFile},
    definition::FieldKind,
    expression::EvalError,
    field::{file_ids, is_picture},
    query::{Facts, Query},
    rights::Access,
    schema::{Entity, Field},
};

/// The files of a record by the fields that hold them.
fn held(entity: &Entity, record: &Record) -> BTreeSet<HeldFile> {
    let mut held = BTreeSet::new();
    let mut note = |value: Option<&Value>, path: &dyn Fn() -> String| {
        held.extend(value.into_iter().flat_map(file_ids).map(|file| HeldFile { file, field: path() }));
    };
    for field in entity.columns().filter(|f| f.kind.holds_files()) {
        note(record.fields.get(&field.name), &|| field.name.to_string());
    }
    for table in entity.line_tables() {
        for field in table.fields.values().filter(|f| f.kind.holds_files()) {
            for line in record.lines.get(&table.name).into_iter().flatten() {
                note(line.fields.get(&field.name), &|| format!("{}.{}", table.name, field.name));
            }
        }
    }
    held
}

/// What a change of a record means for its files.
pub(super) fn changed(entity: &Entity, base: Option<&Record>, record: &Record) -> Option<Change> {
    let before = base.map(|base| held(entity, base)).unwrap_or_default();
    let after = held(entity, record);
    if before == after {
        return None;
    }
    Some(Change::Files(FilesChange {
        entity: entity.name.clone(),
        record: record.id,
        hold: after.difference(&before).cloned().collect(),
        release: before.difference(&after).cloned().collect(),
    }))
}

impl Work<'_> {
    /// Files that were put in must be there, and the writer's to give. Others are let go.
    pub(crate) fn check_files(&mut self) {
        let entity = self.entity;
        for field in entity.columns().filter(|f| f.kind.holds_files()) {
            if self.is_by_hand(&field.name) {
                let value = self.record.get(&field.name);
                let value = self.checked_files(field, &field.name, value);
                self.record_mut().fields.insert(field.name.clone(), value);
            }
        }
        for table in entity.line_tables() {
            for field in table.fields.values().filter(|f| f.kind.holds_files()) {
                let lines = self.record.lines.get(&table.name).cloned().unwrap_or_default();
                for Line { id, fields } in lines {
                    let path = format!("{}.{id}.{}", table.name, field.name);
                    if !self.is_by_hand(&path) {
                        continue;
                    }
                    let value = fields.get(&field.name).cloned().unwrap_or_default();
                    let value = self.checked_files(field, &path, value);
                    let lines = self.record_mut().lines.get_mut(&table.name);
                    if let Some(line) = lines.and_then(|lines| lines.iter_mut().find(|line| line.id == id)) {
                        line.fields.insert(field.name.clone(), value);
                    }
                }
            }
        }
    }

    fn is_by_hand(&self, path: &str) -> bool {
        self.changed.contains(path) && !self.forced.contains(path)
    }

    /// The value without what the writer may not put there.
    fn checked_files(&mut self, field: &Field, path: &str, value: Value) -> Value {
        let Value::List(list) = &value else { return value };
        let mut kept = list.clone();
        for id in file_ids(&value) {
            if let Some(problem) = self.wrong_file(field, path, id) {
                self.problems.push(problem);
                kept.retain(|item| item.as_text() != Some(&id.to_string()));
            }
        }
        if kept.is_empty() { Value::Null } else { Value::List(kept) }
    }

    fn wrong_file(&mut self, field: &Field, path: &str, id: Uuid) -> Option<Problem> {
        let query = Query::File { id };
        let Some(answer) = self.s.facts.answer(&query) else {
            self.needs.push(query);
            return None;
        };
        // One that the writer may not know of is refused like one that is not there.
        let missing = || Some(Problem::new(path, "no_file", "expected a file that you have uploaded or can see"));
        let Some(file) = answer.first().cloned() else { return missing() };
        match self.is_theirs(&file) {
            Some(true) => {}
            Some(false) => return missing(),
            None => return None,
        }
        let picture = file.get("media_type").as_text().is_some_and(is_picture);
        if field.kind != FieldKind::Attachment && !picture {
            let mut problem =
                Problem::new(path, "no_picture", format!("`{}` is no PNG, JPEG, WebP or GIF", file.title));
            problem.values.insert("name".into(), file.title.clone().into());
            return Some(problem);
        }
        None
    }

    /// Whether the writer brought the file, or may read a field that holds it; none if that is not known yet.
    fn is_theirs(&mut self, file: &Record) -> Option<bool> {
        if self.s.access.is_engine() || (file.created_by.is_some() && file.created_by == self.s.ctx.user) {
            return Some(true);
        }
        let (facts, mut unknown) = (self.s.facts, Vec::new());
        for line in file.lines.get("uses").into_iter().flatten() {
            let of = |name: &str| line.fields.get(name).cloned().unwrap_or_default();
            let (Some(id), entity, field) = (of("record").as_id(), of("entity"), of("field")) else { continue };
            let Some(entity) = entity.as_text().and_then(|name| self.s.catalog.entity(name)) else { continue };
            let query = Query::Record { entity: entity.name.clone(), id };
            let Some(answer) = facts.answer(&query) else {
                unknown.push(query);
                continue;
            };
            let Some(holder) = answer.first().filter(|holder| holder.deleted_at.is_none()) else { continue };
            match shows(self.s.access, entity, holder, field.as_text().unwrap_or_default(), facts) {
                Ok(true) => return Some(true),
                Ok(false) => {}
                Err(EvalError::Needs(queries)) => unknown.extend(queries),
                Err(EvalError::Fault(_)) => {}
            }
        }
        if unknown.is_empty() {
            return Some(false);
        }
        self.needs.extend(unknown);
        None
    }
}

/// Whether a field of a record is shown.
fn shows(access: &Access<'_>, entity: &Entity, record: &Record, field: &str, facts: &Facts) -> Result<bool, EvalError> {
    let flags = access.flags_of(entity, record, facts)?;
    Ok(flags.contains(&true) && access.mask(entity, &flags).shows(field))
}
