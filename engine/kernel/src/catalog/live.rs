//! Compiles lookups and rollups: whether they can be kept right, and fit their field.

use super::compiler::Compiler;
use crate::{
    Name, SYSTEM_FIELDS,
    definition::{EntityDefinition, FieldDefinition, FieldKind, RollupDefinition, RollupHow},
    expression::{self, Expr, Reference, Scope},
    schema::{Lookup, Rollup},
};

/// System fields that change only when their record is written with another value of them.
const FOLLOWED: [&str; 3] = ["title", "number", "state"];

pub(super) fn lookup(
    c: &mut Compiler<'_>,
    path: &str,
    entity: &EntityDefinition,
    lines: Option<&Name>,
    field: &FieldDefinition,
) -> Option<Lookup> {
    let definition = field.lookup.as_ref()?;
    let at = format!("{path}.lookup");
    let parts: Vec<&str> = definition.path().split('.').map(str::trim).collect();
    let row = match lines {
        None => Some(&entity.fields),
        Some(lines) => entity.fields.get(lines).map(|table| &table.fields),
    }?;
    let (fields, through, name, of_record) = match (parts.as_slice(), lines) {
        ([through, name], _) => (row, *through, *name, lines.is_none()),
        (["doc", through, name], Some(_)) => (&entity.fields, *through, *name, true),
        _ => {
            let told =
                format!("expected a reference and a field, as in `partner.level`, but found `{}`", parts.join("."));
            c.error("E0243", at, told).hint = Some("what lies further away is a lookup of a lookup".into());
            return None;
        }
    };
    let through = fields.get_key_value(through)?;
    let Some(to) = through.1.record_of() else {
        c.error("E0243", at, format!("expected a reference to one record, but `{}` is none", through.0));
        return None;
    };
    let other = c.types.entities.get(&to)?.fields.get(name);
    let follows = match other {
        Some(field) => field.field_type != FieldKind::Lines && !field.field_type.holds_files() && !field.sensitive,
        None => !SYSTEM_FIELDS.contains(&name) || FOLLOWED.contains(&name),
    };
    if !follows {
        c.error("E0243", at, format!("`{name}` of `{to}` cannot be looked up"));
        return None;
    }
    let (through, field, live) = (through.0.clone(), Name::new(name), definition.is_live());
    Some(Lookup { through, of_record, to, field, live })
}

pub(super) fn rollup(
    c: &mut Compiler<'_>,
    path: &str,
    entity: &EntityDefinition,
    lines: Option<&Name>,
    field: &FieldDefinition,
) -> Option<Rollup> {
    let definition = field.rollup.as_ref()?;
    let at = |key: &str| format!("{path}.rollup.{key}");
    if lines.is_some() {
        c.error("E0243", format!("{path}.rollup"), "a rollup stands in the record itself, not in its lines");
        return None;
    }
    if !c.entity_exists(at("of"), &definition.of) {
        return None;
    }
    let other = c.types.entities.get(&definition.of)?;
    match other.fields.get(&definition.by) {
        None => c.field_exists(at("by"), &definition.of, &definition.by),
        Some(by) if by.record_of().as_ref() != Some(&entity.name) => {
            let told = format!("expected a reference to `{}`, but `{}` is none", entity.name, definition.by);
            c.error("E0243", at("by"), told);
        }
        Some(_) => {}
    }
    value(c, &at("value"), definition, field);
    let filter = definition.filter.as_ref().and_then(|filter| filter_of(c, &at("where"), definition, filter));
    let RollupDefinition { of, by, how, value, .. } = definition.clone();
    Some(Rollup { of, by, how, value, filter })
}

/// The field whose values are taken: it must be there, and give what the rollup's own field takes.
fn value(c: &mut Compiler<'_>, path: &str, definition: &RollupDefinition, field: &FieldDefinition) {
    let other = c.types.entities.get(&definition.of);
    let found = definition.value.as_ref().and_then(|name| Some((name, other?.fields.get(name)?)));
    let kind = match (&definition.value, found) {
        (Some(name), None) => {
            c.field_exists(path, &definition.of, name);
            if SYSTEM_FIELDS.contains(&name.as_str()) {
                c.error("E0243", path, format!("`{name}` cannot be taken: expected a field of `{}`", definition.of));
            }
            return;
        }
        (_, found) => found.map(|(_, field)| field.field_type),
    };
    if (definition.how == RollupHow::Count) != kind.is_none() {
        let told = "a count takes no `value`, and everything else needs one";
        c.error("E0243", path, told);
        return;
    }
    if !fits(definition.how, kind, field.field_type) {
        let (of, into) = (kind.map_or("a number of records", FieldKind::as_str), field.field_type.as_str());
        c.error("E0243", path, format!("`{of}` does not become a field of type `{into}` so"));
    }
    let scope = Scope::record(c.types, &definition.of);
    let mixed = found.and_then(|(_, field)| field.currency.as_ref()).is_some_and(|currency| {
        let reads = expression::compile(currency, &scope).map(|expr| expr.references()).unwrap_or_default();
        reads.iter().any(|read| matches!(read, Reference::Field { .. }))
    });
    if mixed {
        c.error("E0243", path, "these amounts are not all of one currency").hint =
            Some("take a field with the amount in the firm's own currency".into());
    }
}

fn fits(how: RollupHow, value: Option<FieldKind>, field: FieldKind) -> bool {
    use FieldKind::{Date, Datetime, Decimal, Duration, Integer, Percent, Rating};
    let Some(value) = value else { return field == Integer };
    let as_decimal = field == Decimal && matches!(value, Integer | Percent | Rating);
    match how {
        RollupHow::Count => false,
        RollupHow::Sum => value == field && (value.is_number() || value == Duration) || as_decimal,
        RollupHow::Min | RollupHow::Max => {
            value == field && (value.is_number() || matches!(value, Date | Datetime | Duration | Rating))
        }
        RollupHow::Average => value == field && value.is_number() && value != Integer || as_decimal,
    }
}

/// A condition that holds or not by what stands in the records themselves, so that no time and no other record changes it.
fn filter_of(
    c: &mut Compiler<'_>,
    path: &str,
    definition: &RollupDefinition,
    filter: &serde_json::Value,
) -> Option<Expr> {
    let scope = Scope::record(c.types, &definition.of);
    let expr = c.filter(path, filter, &scope)?;
    let own = |read: &Reference| matches!(read, Reference::Field { lines: None, own: true, .. });
    if !expr.references().iter().all(own) {
        c.error("E0243", path, format!("expected a condition over fields of `{}` alone", definition.of)).hint =
            Some("a condition over the time, settings or other records would change by itself".into());
        return None;
    }
    Some(expr)
}
