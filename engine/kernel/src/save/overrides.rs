//! Computed values that people may override: whether a person's value stays, or has been overtaken by its inputs.

use super::Work;
use crate::{
    Line, Name, Value,
    expression::{Expr, Reference},
    schema::Target,
};

/// Where an overridable value stands.
pub(super) struct Place<'p> {
    /// Its path: `rate`, `lines.<id>.price`.
    pub(super) path: &'p str,
    /// Its line and the table of it, as the line is now.
    pub(super) line: Option<(&'p Name, &'p Line)>,
}

impl Work<'_> {
    /// Whether the value stays: it was written just now, or nothing that it is computed from has changed since.
    pub(super) fn keeps(&self, place: &Place<'_>, now: &Value, expr: &Expr) -> bool {
        if now.is_null() {
            return false;
        }
        let given = self.given.contains(place.path);
        let differs = self.base.is_none() || self.changed.contains(place.path);
        let Some(touched) = &self.touched else {
            return given && differs || self.base.is_some() && !self.moved(expr, place);
        };
        // In a draft the writer's changes come in their order: what is written last stands.
        let written = touched.iter().rposition(|t| t == place.path);
        if written.is_some() || given && differs {
            let since = written.and_then(|at| touched.get(at + 1..)).unwrap_or(touched);
            return !self.moves(expr, place, since);
        }
        self.base.is_some() && !self.moved(expr, place)
    }

    /// Whether a value that the expression reads is another than in the base.
    fn moved(&self, expr: &Expr, place: &Place<'_>) -> bool {
        let Some(base) = self.base else { return true };
        expr.references().iter().any(|reference| match reference {
            Reference::Field { lines: None, field, own: true, .. } => match self.record.lines.get(field) {
                Some(lines) => ids(lines).ne(ids(base.lines.get(field).map_or(&[], Vec::as_slice))),
                None => base.get(field) != self.record.get(field),
            },
            Reference::Field { lines: Some(table), field, own: true, .. } => {
                let before = base.lines.get(table).map_or(&[][..], Vec::as_slice);
                let differs = |line: &Line| {
                    let old = before.iter().find(|l| l.id == line.id);
                    old.is_none_or(|old| old.fields.get(field) != line.fields.get(field))
                };
                match place.line {
                    Some((own, line)) if own == table => differs(line),
                    _ => self.record.lines.get(table).into_iter().flatten().any(differs),
                }
            }
            _ => false,
        })
    }

    /// Whether a change of this draft reaches what the expression reads, through fills and formulas as well.
    fn moves(&self, expr: &Expr, place: &Place<'_>, touched: &[String]) -> bool {
        let hit = |path: &str| touched.iter().any(|t| t == path) || self.followed.contains(path);
        let hit_in = |table: &str, field: &str| {
            let is =
                |path: &str| matches!(path.split('.').collect::<Vec<_>>()[..], [t, _, f] if t == table && f == field);
            touched.iter().any(|t| is(t)) || self.followed.iter().any(|f| is(f))
        };
        expr.references().iter().any(|reference| match reference {
            Reference::Field { lines, field, own: true, .. } => {
                let hit = match (lines, place.line) {
                    (None, _) => hit(field),
                    (Some(table), Some((own, line))) if own == table => hit(&format!("{table}.{}.{field}", line.id)),
                    (Some(table), _) => hit_in(table, field),
                };
                hit || self.entity.computations.iter().any(|step| {
                    let is = match (&step.target, lines) {
                        (Target::Field(name), None) => name == field,
                        (Target::LineField { lines, field: name }, Some(table)) => lines == table && name == field,
                        _ => false,
                    };
                    is && self.moves(&step.value, place, touched)
                })
            }
            _ => false,
        })
    }
}

fn ids(lines: &[Line]) -> impl Iterator<Item = uuid::Uuid> {
    lines.iter().map(|line| line.id)
}
