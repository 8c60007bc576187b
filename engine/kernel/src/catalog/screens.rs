//! Checks forms, views and menus, and makes those that nobody wrote.

use indexmap::IndexMap;

use super::{compiler::Compiler, roles::field_at};
use crate::{
    Name,
    definition::{
        Color, EntityType, FieldKind, FormDefinition, Keyed, LinesPart, MenuItem, Part, Placement, Related, Section,
        ViewDefinition, ViewType,
    },
    expression::{Expr, Reference, Scope, Type},
    schema::{Entity, Field},
};

/// A view, compiled.
#[derive(Clone, Debug)]
pub struct View {
    /// What its author wrote, or what was made from the entity.
    pub definition: ViewDefinition,
    /// Which records.
    pub filter: Option<Expr>,
    /// The columns: path and expression.
    pub columns: Vec<(String, Expr)>,
    /// Rows that are coloured.
    pub color: Vec<(Color, Expr)>,
}

/// A form, compiled.
#[derive(Clone, Debug)]
pub struct Form {
    /// What its author wrote, or what was made from the entity.
    pub definition: FormDefinition,
    /// When parts are shown, by their key.
    pub visible: IndexMap<Name, Expr>,
}

pub(super) fn compile_form(
    c: &mut Compiler<'_>,
    form: &FormDefinition,
    entities: &IndexMap<Name, std::sync::Arc<Entity>>,
) -> Option<Form> {
    c.entity_exists("entity", &form.entity);
    let entity = entities.get(&form.entity)?;
    let mut visible = IndexMap::new();
    for (key, part) in &form.layout {
        let path = format!("layout.{key}");
        match part {
            Part::Section(section) => {
                placements(c, &format!("{path}.fields"), entity, &section.fields);
                if let Some(condition) = &section.visible
                    && let Some(expr) =
                        c.condition(&format!("{path}.visible"), condition, &Scope::record(c.types, &entity.name))
                {
                    visible.insert(key.clone(), expr);
                }
            }
            Part::Lines(lines) => lines_part(c, &path, entity, lines),
            Part::Tabs(tabs) => {
                for (name, tab) in &tabs.tabs {
                    placements(c, &format!("{path}.tabs.{name}.fields"), entity, &tab.fields);
                    if let Some(related) = &tab.related {
                        check_related(c, &format!("{path}.tabs.{name}.related"), entity, related, entities);
                    }
                }
            }
            Part::Related(part) => check_related(c, &format!("{path}.related"), entity, &part.related, entities),
        }
    }
    Some(Form { definition: form.clone(), visible })
}

fn placements(c: &mut Compiler<'_>, path: &str, entity: &Entity, fields: &Keyed<Placement>) {
    for name in fields.keys() {
        if crate::SYSTEM_FIELDS.contains(&&**name) {
            continue;
        }
        match entity.fields.get(name) {
            None => {
                let known: Vec<&str> = entity.fields.keys().map(|k| &**k).collect();
                c.unknown("E0202", format!("{path}.{name}"), &format!("field of `{}`", entity.name), name, known);
            }
            Some(field) if field.kind == FieldKind::Lines => {
                c.error("E0401", format!("{path}.{name}"), "a line table is a part of its own: `\"lines\": …`");
            }
            Some(_) => {}
        }
    }
}

fn lines_part(c: &mut Compiler<'_>, path: &str, entity: &Entity, part: &LinesPart) {
    let Some(table) = entity.fields.get(&part.lines).filter(|f| f.kind == FieldKind::Lines) else {
        let known: Vec<&str> = entity.line_tables().map(|f| &*f.name).collect();
        c.unknown("E0211", format!("{path}.lines"), "line table", &part.lines, known);
        return;
    };
    let known: Vec<&str> = table.fields.keys().map(|k| &**k).collect();
    for column in &part.columns {
        if !table.fields.contains_key(column) {
            c.unknown("E0202", format!("{path}.columns"), &format!("field of `{}`", part.lines), column, known.clone());
        }
    }
    for total in &part.totals {
        if !table.fields.get(total).is_some_and(|f| f.kind.is_number()) {
            c.error("E0402", format!("{path}.totals"), format!("`{total}` is no number of `{}`", part.lines));
        }
    }
}

fn check_related(
    c: &mut Compiler<'_>,
    path: &str,
    entity: &Entity,
    related: &Related,
    entities: &IndexMap<Name, std::sync::Arc<Entity>>,
) {
    if !c.entity_exists(format!("{path}.entity"), &related.entity) {
        return;
    }
    let Some(other) = entities.get(&related.entity) else { return };
    if other.fields.get(&related.by).and_then(|f| f.to.as_ref()) != Some(&entity.name) {
        let told = format!("`{}` of `{}` does not refer to `{}`", related.by, related.entity, entity.name);
        c.error("E0403", format!("{path}.by"), told);
    }
}

pub(super) fn compile_view(
    c: &mut Compiler<'_>,
    view: &ViewDefinition,
    entities: &IndexMap<Name, std::sync::Arc<Entity>>,
) -> Option<View> {
    if !c.entity_exists("entity", &view.entity) {
        return None;
    }
    let entity = entities.get(&view.entity)?;
    let scope = Scope::record(c.types, &view.entity);
    let filter = view.filter.as_ref().and_then(|f| c.filter("where", f, &scope));
    let columns = columns(c, "columns", &view.columns, &scope);
    columns_of(c, view, entity, &scope);
    for (i, key) in view.sort.iter().enumerate() {
        let name = key.trim_start_matches('-');
        if !is_sortable(entity, name) {
            c.error("E0405", format!("sort.{i}"), format!("`{name}` is no field that a list can be sorted by"));
        }
    }
    let color = view
        .color
        .iter()
        .filter_map(|(color, condition)| {
            let place = format!("color.{}", serde_json::to_value(color).ok()?.as_str()?);
            Some((*color, c.condition(&place, condition, &scope)?))
        })
        .collect();
    Some(View { definition: view.clone(), filter, columns, color })
}

/// Whether values of this kind want the width of a form.
fn is_wide(kind: FieldKind) -> bool {
    kind.holds_files()
        || matches!(kind, FieldKind::LongText | FieldKind::RichText | FieldKind::Json | FieldKind::Address)
}

/// Paths that are shown, with their expressions.
fn columns(c: &mut Compiler<'_>, key: &str, paths: &[String], scope: &Scope<'_>) -> Vec<(String, Expr)> {
    let mut columns = Vec::new();
    let scope = scope.clone().showing();
    for (i, path) in paths.iter().enumerate() {
        let place = format!("{key}.{i}");
        if let Some(expr) = c.expr(&place, path, &scope) {
            if expr.as_path().is_none() {
                c.error("E0404", place, format!("`{path}` is no field or path to a field"));
            } else if matches!(expr.ty(), Type::Rows(_)) {
                c.error("E0404", place, format!("`{path}` is a line table and cannot be a column"));
            } else {
                columns.push((path.clone(), expr));
            }
        }
    }
    columns
}

/// What each type of view needs beside its filter and order, and what it knows nothing of.
fn columns_of(c: &mut Compiler<'_>, view: &ViewDefinition, entity: &Entity, scope: &Scope<'_>) {
    let kind = view.view_type;
    let said = [
        ("by", view.by.is_some(), ViewType::Kanban),
        ("card", !view.card.is_empty(), ViewType::Kanban),
        ("sum", view.sum.is_some(), ViewType::Kanban),
        ("from", view.from.is_some(), ViewType::Calendar),
        ("to", view.to.is_some(), ViewType::Calendar),
        ("title", view.title.is_some(), ViewType::Calendar),
    ];
    for (key, said, of) in said {
        if said && kind != of {
            let word = if of == ViewType::Kanban { "kanban" } else { "calendar" };
            c.error("E0408", key, format!("`{key}` belongs to views of the type `{word}`"));
        }
    }
    match kind {
        ViewType::List => {
            if view.columns.is_empty() {
                c.error("E0408", "columns", "a list needs `columns`");
            }
        }
        ViewType::Kanban => {
            columns(c, "card", &view.card, scope);
            if view.card.is_empty() {
                c.error("E0408", "card", "a board needs to know what stands on its cards: `card`");
            }
            board_columns(c, view, entity);
            if let Some(sum) = &view.sum
                && let Some(told) = unsummable(entity, sum)
            {
                c.error("E0409", "sum", told);
            }
        }
        ViewType::Calendar => {
            if let Some(title) = &view.title {
                columns(c, "title", std::slice::from_ref(title), scope);
            }
            let from = day(c, "from", view.from.as_ref(), entity);
            let to = day(c, "to", view.to.as_ref(), entity);
            if view.from.is_none() {
                c.error("E0408", "from", "a calendar needs to know on which day a record stands: `from`");
            }
            if let (Some(from), Some(to)) = (from, to)
                && from != to
            {
                c.error("E0409", "to", "`from` and `to` are of different types: two dates, or two datetimes");
            }
        }
    }
}

/// The columns of a board: the states, or the options of a choice.
fn board_columns(c: &mut Compiler<'_>, view: &ViewDefinition, entity: &Entity) {
    match &view.by {
        None => {
            c.error("E0408", "by", "a board needs to know whose values are its columns: `by`");
        }
        Some(by) if *by == *"state" => {
            if entity.lifecycle.is_none() {
                c.error("E0409", "by", format!("`{}` has no states", entity.name));
            }
        }
        Some(by) => match entity.fields.get(by) {
            None => {
                let known = entity.fields.keys().map(|k| &**k).chain(["state"]);
                c.unknown("E0202", "by", &format!("field of `{}`", entity.name), by, known);
            }
            Some(field) if field.kind != FieldKind::Choice => {
                let hint = "`state`, or a field of the type `choice`";
                c.error("E0409", "by", format!("`{by}` is no choice; a board has a column for each option")).hint =
                    Some(hint.into());
            }
            Some(_) => {}
        },
    }
}

/// Why a field has no sum: it is no number, or amounts of one record are in another currency than those of the next.
#[must_use]
pub fn unsummable(entity: &Entity, name: &str) -> Option<String> {
    let field = entity.fields.get(name);
    let Some(field) = field.filter(|field| field.kind.is_number() && field.kind != FieldKind::Percent) else {
        return Some(format!("`{name}` is no number"));
    };
    let mixed = field.currency.as_ref().is_some_and(|expr| {
        expr.references().iter().any(|read| matches!(read, Reference::Field { .. } | Reference::Let(_)))
    });
    mixed.then(|| format!("amounts in `{name}` are in different currencies and have no sum"))
}

/// The kind of a field that holds days.
fn day(c: &mut Compiler<'_>, key: &str, name: Option<&Name>, entity: &Entity) -> Option<FieldKind> {
    let name = name?;
    let kind = match &**name {
        "created_at" | "updated_at" => Some(FieldKind::Datetime),
        _ => entity.fields.get(name).map(|field| field.kind),
    };
    match kind {
        None => {
            let known = entity.fields.keys().map(|k| &**k);
            c.unknown("E0202", key, &format!("field of `{}`", entity.name), name, known);
            None
        }
        Some(kind @ (FieldKind::Date | FieldKind::Datetime)) => Some(kind),
        Some(_) => {
            c.error("E0409", key, format!("`{name}` is no date"));
            None
        }
    }
}

/// Whether values of this kind are short and stand in an order.
fn has_order(kind: FieldKind) -> bool {
    kind.has_order()
}

/// Whether a list can be sorted by this field of the entity itself.
#[must_use]
pub fn is_sortable(entity: &Entity, name: &str) -> bool {
    match name {
        "number" | "title" | "state" | "created_at" | "updated_at" => true,
        _ => entity.fields.get(name).is_some_and(|f| f.kind != FieldKind::Lines && !f.sensitive && has_order(f.kind)),
    }
}

pub(super) fn check_menu(c: &mut Compiler<'_>, path: &str, items: &Keyed<MenuItem>, views: &IndexMap<Name, View>) {
    for (name, item) in items {
        let at = format!("{path}.{name}");
        if let Some(entity) = &item.entity {
            c.entity_exists(format!("{at}.entity"), entity);
        }
        if let Some(view) = &item.view
            && !views.contains_key(view)
        {
            c.unknown("E0406", format!("{at}.view"), "view", view, views.keys().map(|k| &**k));
        }
        let shows = [item.entity.is_some(), item.view.is_some(), !item.items.is_empty()];
        if shows.iter().filter(|s| **s).count() != 1 {
            c.error("E0407", &at, "an entry shows one thing: `entity`, `view` or `items`");
        }
        if !item.items.is_empty() && item.label.is_none() {
            c.error("E0407", &at, "a group needs a `label`");
        }
        check_menu(c, &format!("{at}.items"), &item.items, views);
    }
}

/// The form of an entity for which nobody wrote one: its fields in two columns, long ones across both, then its lines.
pub(super) fn default_form(entity: &Entity) -> FormDefinition {
    let fields = entity.columns().map(|f| (f.name.clone(), Placement { span: is_wide(f.kind).then_some(2) })).collect();
    let section = Section { section: entity.definition.label.clone(), columns: 2, visible: None, fields };
    let mut layout = Keyed::new();
    layout.insert(Name::new("main"), Part::Section(section));
    for table in entity.line_tables() {
        let totals = table.fields.values().filter(|f| f.kind == FieldKind::Money).map(|f| f.name.clone()).collect();
        let part = LinesPart { lines: table.name.clone(), columns: Vec::new(), totals };
        layout.insert(table.name.clone(), Part::Lines(part));
    }
    FormDefinition { name: entity.name.clone(), entity: entity.name.clone(), layout }
}

/// The list of an entity for which nobody wrote one: title, state and the first fields that fit a column.
pub(super) fn default_view(entity: &Entity) -> ViewDefinition {
    let fits = |f: &&Field| has_order(f.kind);
    let title = entity.definition.title.clone().unwrap_or_default();
    let named = entity.number.is_none();
    let first = if named { "title" } else { "number" };
    let in_title = |f: &Field| if title.is_empty() { *f.name == *"name" } else { title == format!("{{{}}}", f.name) };
    let shown = |f: &&Field| !(named && in_title(f));
    let mut columns = vec![first.to_owned()];
    columns.extend(entity.columns().filter(fits).filter(shown).take(6).map(|f| f.name.to_string()));
    if entity.lifecycle.is_some() {
        columns.push("state".into());
    }
    let sort = match entity.definition.entity_type {
        EntityType::Document | EntityType::Log => "-created_at",
        EntityType::Master | EntityType::Setup => "title",
    };
    ViewDefinition {
        name: entity.name.clone(),
        label: None,
        entity: entity.name.clone(),
        view_type: ViewType::List,
        filter: None,
        columns,
        by: None,
        card: Vec::new(),
        sum: None,
        from: None,
        to: None,
        title: None,
        sort: vec![sort.into()],
        color: IndexMap::new(),
    }
}

/// Whether a path of a role or a filter leads to a field of the entity.
#[must_use]
pub fn has_field(entity: &Entity, path: &str) -> bool {
    crate::SYSTEM_FIELDS.contains(&path) || field_at(entity, path).is_some()
}
