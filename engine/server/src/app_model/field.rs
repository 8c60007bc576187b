//! A field of the app model.

use std::collections::HashSet;

use kernel::{
    Name,
    catalog::label_of,
    definition::{FieldDefinition, FieldKind, Kind, OptionDefinition},
    expression::{Expr, Reference, to_wire},
    field::{most_files, most_stars},
    schema::{Entity, Field},
};
use serde_json::{Map, Value as Json, json};

use super::{Build, Sight, Texts};

/// What a field of an entity is made from.
pub(super) struct FieldPlace<'a> {
    pub(super) entity: &'a Entity,
    /// The line table it stands in.
    pub(super) lines: Option<&'a Name>,
    pub(super) field: &'a Field,
    pub(super) definition: Option<&'a FieldDefinition>,
}

/// The field as the app knows it.
pub(super) fn build(texts: Texts<'_>, sight: &Sight<'_>, place: &FieldPlace<'_>) -> Json {
    let FieldPlace { entity, lines, field, definition } = place;
    let path = lines.map_or_else(|| format!("fields.{}", field.name), |l| format!("fields.{l}.fields.{}", field.name));
    let text = |key: &str, base: &str| texts.text(Kind::Entity, &entity.name, &format!("{path}.{key}"), base);
    let mut out = Map::new();
    out.insert("name".into(), json!(field.name));
    out.insert("type".into(), json!(field.kind));
    out.insert("label".into(), text("label", &field.label).into());
    if let Some(help) = definition.and_then(|d| d.help.as_deref()) {
        out.insert("help".into(), text("help", help).into());
    }
    out.insert("required".into(), field.required.into());
    out.insert("unique".into(), field.unique.into());
    if field.personal {
        out.insert("personal".into(), true.into());
    }
    if field.sensitive {
        out.insert("sensitive".into(), true.into());
    }
    let by_people = !field.computed || field.may_override;
    out.insert("writable".into(), (by_people && sight.may_write(&entity.name, *lines, &field.name)).into());
    if matches!(field.kind, FieldKind::Decimal | FieldKind::Money | FieldKind::Percent) {
        out.insert("scale".into(), field.scale.into());
    }
    if let Some(display) = definition.and_then(|d| d.display) {
        out.insert("display".into(), display.into());
    }
    if let Some(to) = field.to.as_ref().or(field.among.first()) {
        out.insert("to".into(), json!(to));
    }
    if field.kind == FieldKind::AnyReference {
        out.insert("among".into(), json!(field.among));
    }
    if field.kind == FieldKind::Duration {
        out.insert("unit".into(), json!(field.unit));
    }
    if let Some(symbology) = field.symbology {
        out.insert("symbology".into(), json!(symbology));
    }
    let options = options(texts, sight, entity, &path, field);
    if !options.is_empty() {
        out.insert("options".into(), Json::Array(options));
    }
    bounds(field, &mut out);
    if field.kind.holds_files() {
        out.insert("max".into(), most_files(field).into());
    }
    if field.kind == FieldKind::Rating {
        out.insert("max".into(), most_stars(field).into());
    }
    let mut server =
        computation(entity, *lines, field, definition.is_some_and(|d| d.compute.is_some()), sight, &mut out);
    for (key, expr) in [
        ("required_when", &field.required_when),
        ("visible", &field.visible),
        ("read_only", &field.read_only),
        ("default", &field.default),
        ("currency", &field.currency),
    ] {
        if let Some(expr) = expr {
            if readable(expr, sight) {
                out.insert(key.into(), to_wire(expr));
            }
            server |= key == "default" && !local(expr, sight);
        }
    }
    if field.kind == FieldKind::Lines {
        let inner =
            field.fields.values().filter(|f| sight.may_read(&entity.name, Some(&field.name), &f.name)).map(|f| {
                let definition = definition.and_then(|d| d.fields.get(&f.name));
                let place = FieldPlace { entity, lines: Some(&field.name), field: f, definition };
                (f.name.to_string(), build(texts, sight, &place))
            });
        out.insert("fields".into(), Json::Object(inner.collect()));
    }
    out.insert("server".into(), server.into());
    Json::Object(out)
}

fn bounds(field: &Field, out: &mut Map<String, Json>) {
    for (key, bound) in [("min", field.min), ("max", field.max), ("above", field.above)] {
        if let Some(bound) = bound {
            out.insert(key.into(), bound.to_string().into());
        }
    }
}

/// Puts the formula in, if the reader may know all it reads. Whether the server must compute it.
fn computation(
    entity: &Entity,
    lines: Option<&Name>,
    field: &Field,
    is_compute: bool,
    sight: &Sight<'_>,
    out: &mut Map<String, Json>,
) -> bool {
    let Some(computation) = super::computation_of(entity, lines, &field.name) else { return false };
    if readable(&computation.value, sight) {
        let wire = to_wire(&computation.value);
        if is_compute {
            let mut compute = Map::new();
            compute.insert("value".into(), wire);
            if let Some(state) = &computation.while_state {
                compute.insert("while".into(), json!(state));
            }
            out.insert("compute".into(), Json::Object(compute));
        } else {
            out.insert("formula".into(), wire);
        }
    }
    !local(&computation.value, sight)
}

/// Whether the reader may read all that the expression reads: a formula would tell what its fields hold.
pub(crate) fn readable(expr: &Expr, sight: &Sight<'_>) -> bool {
    expr.references().iter().all(|reference| match reference {
        Reference::Field { entity, lines, field, .. } => sight.may_read(entity, lines.as_ref(), field),
        Reference::Rows(entity) => sight.sees_all(entity),
        Reference::Decision(_) => false,
        Reference::Let(_) | Reference::Setting(_) | Reference::Variable(_) | Reference::User | Reference::Clock => true,
    })
}

/// Whether the browser has all that the expression reads.
pub(super) fn local(expr: &Expr, sight: &Sight<'_>) -> bool {
    !expr.needs_server()
        && readable(expr, sight)
        && expr.references().iter().all(|reference| !matches!(reference, Reference::Field { own: false, .. }))
}

/// What the options of a field are called; of a choice.
pub(crate) fn field_options(build: &Build<'_>, entity: &Entity, lines: Option<&Name>, field: &Field) -> Vec<Json> {
    let path = lines.map_or_else(|| format!("fields.{}", field.name), |l| format!("fields.{l}.fields.{}", field.name));
    options(build.texts, &build.sight, entity, &path, field)
}

fn options(texts: Texts<'_>, sight: &Sight<'_>, entity: &Entity, path: &str, field: &Field) -> Vec<Json> {
    if field.options_from.as_ref().is_some_and(|from| *from == "role") {
        return sight.roles(texts);
    }
    let mut seen = HashSet::new();
    field
        .options
        .iter()
        .filter(|(key, _)| seen.insert((*key).clone()))
        .map(|(key, option)| {
            let (label, code, color) = match option {
                OptionDefinition::Label(label) => (label, None, None),
                OptionDefinition::Full(full) => (&full.label, full.code.as_deref(), full.color),
            };
            // A short option's text is translated at its key, a full one's at its label.
            let name = &entity.name;
            let label = texts
                .translated(Kind::Entity, name, &format!("{path}.options.{key}.label"))
                .or_else(|| texts.translated(Kind::Entity, name, &format!("{path}.options.{key}")))
                .map_or_else(|| if label.is_empty() { label_of(key) } else { label.clone() }, str::to_owned);
            let mut out = Map::new();
            out.insert("value".into(), json!(key));
            out.insert("label".into(), label.into());
            if let Some(code) = code {
                out.insert("code".into(), code.into());
            }
            if let Some(color) = color {
                out.insert("color".into(), json!(color));
            }
            Json::Object(out)
        })
        .collect()
}
