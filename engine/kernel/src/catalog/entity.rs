//! Compiles entities: fields, formulas in the order of their dependence, rules, lifecycle.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::{compiler::Compiler, lifecycle, live, rows::label_of};
use crate::{
    Name, SYSTEM_FIELDS,
    definition::{
        DuplicatesDefinition, EntityDefinition, FieldDefinition, FieldKind, Keyed, Likeness, OptionDefinition, Required,
    },
    expression::{Expr, Reference, Scope, Template, Type},
    field::behaviour,
    number::NumberPattern,
    schema::{Computation, Entity, Field, Retain, Rule, Target},
};

/// Properties that every type takes.
const COMMON: [&str; 16] = [
    "type",
    "renamed_from",
    "label",
    "help",
    "required",
    "default",
    "unique",
    "personal",
    "sensitive",
    "read",
    "write",
    "formula",
    "compute",
    "lookup",
    "rollup",
    "visible",
];

/// Greatest scale: nine digits are left before the point.
const MAX_SCALE: u32 = 10;

pub(super) fn compile(c: &mut Compiler<'_>, pack: &Name, definition: &Arc<EntityDefinition>) -> Entity {
    let name = &definition.name;
    if name.starts_with("sys_") || name.starts_with("sqlite_") || name.starts_with("pg_") || name.contains("__") {
        c.error(
            "E0205",
            "name",
            format!("`{name}` is kept for the engine: a name does not begin with `sys_` and has no `__`"),
        );
    }
    let scope = Scope::record(c.types, name);
    let mut fields = IndexMap::new();
    let mut computed = Vec::new();
    for (key, field) in &definition.fields {
        let compiled = compile_field(c, definition, None, key, field, &scope, &mut computed);
        fields.insert(key.clone(), compiled);
    }
    for (key, source) in &definition.lets {
        if let Some(value) = c.expr(&format!("lets.{key}"), source, &scope) {
            computed.push(Computation {
                target: Target::Let(key.clone()),
                value,
                while_state: None,
                may_override: false,
            });
        }
    }
    let computations = order(c, name, computed);
    absence(c, definition);
    let number = definition.number.as_ref().and_then(|pattern| match NumberPattern::compile(pattern) {
        Ok(number) => Some(number),
        Err(d) => {
            c.problems.push(d.under("number"));
            None
        }
    });
    Entity {
        name: name.clone(),
        definition: Arc::clone(definition),
        pack: pack.clone(),
        rules: compile_rules(c, definition, &scope),
        lifecycle: lifecycle::compile(c, definition, &scope),
        title: title(c, definition, &scope),
        search: search(c, definition, &scope),
        owner: scope_field(c, definition, "owner", FieldKind::User),
        department: scope_field(c, definition, "department", FieldKind::Department),
        effective: effective(c, definition),
        unique: unique(c, definition),
        duplicates: duplicates(c, definition),
        indexes: indexes(c, definition),
        found_by: found_by(c, definition),
        retain: retain(c, definition, &scope),
        fields,
        computations,
        number,
    }
}

fn compile_field(
    c: &mut Compiler<'_>,
    entity: &EntityDefinition,
    lines: Option<&Name>,
    name: &Name,
    field: &FieldDefinition,
    scope: &Scope<'_>,
    computed: &mut Vec<Computation>,
) -> Field {
    let path = match lines {
        None => format!("fields.{name}"),
        Some(lines) => format!("fields.{lines}.fields.{name}"),
    };
    let at = |key: &str| format!("{path}.{key}");
    check_shape(c, &path, lines.is_some(), name, field);
    let wanted = scope.type_of(name).unwrap_or_else(|| Type::of_field(&entity.name, name, field));
    let target = match lines {
        None => Target::Field(name.clone()),
        Some(lines) => Target::LineField { lines: lines.clone(), field: name.clone() },
    };
    let number = field.field_type.is_number();
    let formula = field.formula.as_deref().map(|source| (at("formula"), source));
    if let Some((place, source)) = formula.or_else(|| Some((at("lookup"), field.lookup.as_ref()?.path()))) {
        // A number is rounded to the field's scale, so a formula may give any kind of number.
        let value = if number {
            c.expr_as(&place, source, scope, &loose(&wanted))
        } else {
            c.expr_as(&place, source, scope, &wanted)
        };
        if let Some(value) = value {
            computed.push(Computation { target: target.clone(), value, while_state: None, may_override: false });
        }
    }
    if let Some(compute) = &field.compute
        && let Some(value) = c.expr_as(&at("compute.value"), &compute.value, scope, &loose(&wanted))
    {
        if let Some(state) = &compute.while_state {
            lifecycle::state_exists(c, at("compute.while"), entity, state);
        }
        let while_state = compute.while_state.clone();
        computed.push(Computation { target, value, while_state, may_override: compute.may_override });
    }
    for role in field.read.iter().flatten() {
        c.role_exists(at("read"), role);
    }
    for role in field.write.iter().flatten() {
        c.role_exists(at("write"), role);
    }
    let to = field.record_of();
    let among = match field.field_type {
        FieldKind::References | FieldKind::AnyReference => {
            field.to.as_ref().map(|to| to.entities().to_vec()).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    for to in to.iter().chain(&among) {
        c.entity_exists(at("to"), to);
    }
    let mut inner = IndexMap::new();
    if field.field_type == FieldKind::Lines && lines.is_none() {
        let line_scope = Scope::line(c.types, &entity.name, name);
        for (key, line_field) in &field.fields {
            let compiled = compile_field(c, entity, Some(name), key, line_field, &line_scope, computed);
            inner.insert(key.clone(), compiled);
        }
    }
    Field {
        name: name.clone(),
        kind: field.field_type,
        renamed_from: field.renamed_from.clone(),
        label: field.label.clone().unwrap_or_else(|| label_of(name)),
        required: field.required == Required::Always(true),
        required_when: match &field.required {
            Required::Always(_) => None,
            Required::When(condition) => c.condition(&at("required"), condition, scope),
        },
        unique: field.unique,
        personal: field.personal,
        sensitive: field.sensitive,
        scale: scale(c, &path, field),
        options: field.options.clone(),
        options_from: field.options_from.clone(),
        read: field.read.clone(),
        write: field.write.clone(),
        fields: inner,
        min: decimal(field.min.as_ref()),
        max: decimal(field.max.as_ref()),
        above: decimal(field.above.as_ref()),
        pattern: pattern(c, &at("pattern"), field),
        without: field.without.clone(),
        default: default(c, &at("default"), field, scope, &wanted),
        // A number of a series is given by the store.
        computed: field.is_derived()
            || field.compute.as_ref().is_some_and(|k| !k.may_override)
            || field.field_type == FieldKind::Number,
        may_override: field.compute.as_ref().is_some_and(|k| k.may_override),
        lookup: live::lookup(c, &path, entity, lines, field),
        rollup: live::rollup(c, &path, entity, lines, field),
        visible: field.visible.as_ref().and_then(|k| c.condition(&at("visible"), k, scope)),
        read_only: field.read_only.as_ref().and_then(|k| c.condition(&at("read_only"), k, scope)),
        fills: fills(c, &at("fills"), entity, lines, field, to.as_ref()),
        choose: choose(c, &at("choose"), entity, lines, field, to.as_ref().or(among.first())),
        currency: field.currency.as_ref().and_then(|source| c.expr(&at("currency"), source, scope)),
        unit: field.unit,
        symbology: field.symbology,
        series: series(c, &at("series"), field),
        schema: json_schema(c, &at("schema"), field),
        to,
        among,
    }
}

/// A number's type without its currency or meaning.
fn loose(wanted: &Type) -> Type {
    match wanted {
        Type::Percent => Type::Decimal,
        other => other.clone(),
    }
}

fn decimal(number: Option<&serde_json::Number>) -> Option<Decimal> {
    number.and_then(|n| n.to_string().parse().ok())
}

fn scale(c: &mut Compiler<'_>, path: &str, field: &FieldDefinition) -> u32 {
    let scale = field.scale.unwrap_or(behaviour(field.field_type).scale);
    if scale > MAX_SCALE {
        c.error("E0206", format!("{path}.scale"), format!("expected at most {MAX_SCALE}, but found {scale}"));
        return MAX_SCALE;
    }
    scale
}

/// Whether the field's properties fit its type and each other.
fn check_shape(c: &mut Compiler<'_>, path: &str, in_line: bool, name: &Name, field: &FieldDefinition) {
    let kind = field.field_type;
    if SYSTEM_FIELDS.contains(&&**name)
        || name.contains("__")
        || matches!(&**name, "doc" | "let" | "setting" | "user" | "vars" | "row" | "old" | "new" | "today" | "now")
    {
        c.error("E0205", path, format!("`{name}` is kept for the engine; choose another name"));
    }
    if kind == FieldKind::Lines && **name == *"search" {
        let told = "a line table cannot be called `search`: its table would be the one that the records are found by";
        c.error("E0205", path, told).hint = Some("choose another name, as `search_lines`".into());
    }
    let fits = behaviour(kind).properties;
    if let Ok(Json::Object(written)) = serde_json::to_value(field) {
        for key in written.keys().filter(|k| !COMMON.contains(&k.as_str()) && *k != "read_only") {
            if !fits.contains(&key.as_str()) {
                let kind = kind.as_str();
                c.error("E0207", format!("{path}.{key}"), format!("a field of type `{kind}` takes no `{key}`"));
            }
        }
    }
    let derived = [field.formula.is_some(), field.lookup.is_some(), field.rollup.is_some()];
    let given = [field.default.is_some(), field.compute.is_some()].into_iter().chain(derived).filter(|g| *g).count();
    if given > 1 {
        c.error("E0208", path, "only one of `default`, `formula`, `compute`, `lookup` and `rollup` can give the value");
    }
    if field.is_derived() && field.write.is_some() {
        c.error("E0208", path, "what the engine works out is never written, so `write` has no meaning");
    }
    if !kind.has_order() && kind != FieldKind::LongText && kind != FieldKind::Lines {
        let given = [("unique", field.unique), ("default", field.default.is_some() && kind.holds_files())];
        for (key, _) in given.into_iter().filter(|(_, given)| *given) {
            let kind = kind.as_str();
            c.error("E0207", format!("{path}.{key}"), format!("a field of type `{kind}` takes no `{key}`"));
        }
    }
    if field.sensitive {
        let sealed = matches!(kind, FieldKind::Text | FieldKind::LongText | FieldKind::Email | FieldKind::Phone);
        if !sealed {
            let kind = kind.as_str();
            c.error("E0207", format!("{path}.sensitive"), format!("a field of type `{kind}` takes no `sensitive`"));
        } else if given > 0 {
            c.error("E0245", path, "a sensitive value is entered by people: nothing else gives it");
        }
    }
    if kind == FieldKind::Number && (in_line || given > 0 || field.write.is_some()) {
        let told = "a number of a series stands in the record itself, and nothing else gives its value";
        c.error("E0209", path, told);
    }
    match kind {
        FieldKind::Choice | FieldKind::MultiChoice if field.options.is_empty() && field.options_from.is_none() => {
            c.error("E0209", path, "a choice needs `options`");
        }
        FieldKind::Reference | FieldKind::References if field.entity().is_none() => {
            c.error("E0209", path, "a reference needs `to`, one entity");
        }
        FieldKind::AnyReference if field.to.as_ref().is_none_or(|to| to.entities().is_empty()) => {
            c.error("E0209", path, "a reference needs `to`: `[\"person\", \"department\"]`");
        }
        FieldKind::Number if field.series.is_none() => {
            c.error("E0209", path, "a number needs `series`: `\"LC-{yyyy}-{seq:3}\"`");
        }
        FieldKind::Money if field.currency.is_none() => {
            c.error("E0209", path, "money needs `currency`");
        }
        FieldKind::Lines if in_line => {
            c.error("E0209", path, "lines cannot have lines of their own");
        }
        FieldKind::Lines if field.fields.is_empty() => {
            c.error("E0209", path, "lines need `fields`");
        }
        _ => {}
    }
    if field.options_from.as_ref().is_some_and(|from| *from != "role") {
        c.error("E0209", format!("{path}.options_from"), "only `role` can be taken at present");
    }
    for (key, option) in &field.options {
        if let OptionDefinition::Label(label) = option
            && label.is_empty()
        {
            c.error("E0209", format!("{path}.options.{key}"), "an option needs a label");
        }
    }
}

fn series(c: &mut Compiler<'_>, path: &str, field: &FieldDefinition) -> Option<NumberPattern> {
    match NumberPattern::compile(field.series.as_ref()?) {
        Ok(pattern) => Some(pattern),
        Err(problem) => {
            c.problems.push(problem.under(path));
            None
        }
    }
}

fn json_schema(c: &mut Compiler<'_>, path: &str, field: &FieldDefinition) -> Option<Arc<jsonschema::Validator>> {
    match jsonschema::validator_for(field.schema.as_ref()?) {
        Ok(validator) => Some(Arc::new(validator)),
        Err(error) => {
            c.error("E0222", path, format!("not a JSON Schema: {error}"));
            None
        }
    }
}

/// Compiled with a bound on its size, so that a careless expression cannot eat the memory.
fn pattern(c: &mut Compiler<'_>, path: &str, field: &FieldDefinition) -> Option<regex::Regex> {
    let source = format!("^(?:{})$", field.pattern.as_ref()?);
    match regex::RegexBuilder::new(&source).size_limit(1 << 18).build() {
        Ok(regex) => Some(regex),
        Err(e) => {
            c.error("E0219", path, format!("not a regular expression: {e}"));
            None
        }
    }
}

fn default(
    c: &mut Compiler<'_>,
    path: &str,
    field: &FieldDefinition,
    scope: &Scope<'_>,
    wanted: &Type,
) -> Option<Expr> {
    let source = match field.default.as_ref()? {
        Json::String(source) => source.clone(),
        literal @ (Json::Bool(_) | Json::Number(_)) => literal.to_string(),
        other => {
            c.error("E0209", path, format!("expected a number, true, false or an expression, but found {other}"));
            return None;
        }
    };
    c.expr_as(path, &source, scope, wanted)
}

fn fills(
    c: &mut Compiler<'_>,
    path: &str,
    entity: &EntityDefinition,
    lines: Option<&Name>,
    field: &FieldDefinition,
    to: Option<&Name>,
) -> Keyed<Expr> {
    match to {
        Some(to) if !field.fills.is_empty() && c.types.entities.contains_key(to) => {
            let scope = Scope::record(c.types, to);
            c.assignments(path, &field.fills, &entity.name, lines, &scope)
        }
        _ => Keyed::new(),
    }
}

fn choose(
    c: &mut Compiler<'_>,
    path: &str,
    entity: &EntityDefinition,
    lines: Option<&Name>,
    field: &FieldDefinition,
    to: Option<&Name>,
) -> Option<Expr> {
    let (condition, to) = (field.choose.as_ref()?, to?);
    let scope = match lines {
        None => Scope::choose(c.types, to, &entity.name),
        Some(lines) => Scope::choose_in_line(c.types, to, &entity.name, lines),
    };
    c.condition(path, condition, &scope)
}

/// Orders computations so that each finds its inputs ready; tells of circles.
fn order(c: &mut Compiler<'_>, entity: &Name, computed: Vec<Computation>) -> Vec<Computation> {
    let targets: IndexSet<Target> = computed.iter().map(|k| k.target.clone()).collect();
    let inputs: Vec<Vec<usize>> = computed
        .iter()
        .map(|k| {
            let reads = k.value.references();
            let mut found: Vec<usize> =
                reads.iter().filter_map(|r| target_of(r, entity)).filter_map(|t| targets.get_index_of(&t)).collect();
            found.dedup();
            found
        })
        .collect();
    let mut state = vec![0u8; computed.len()];
    let mut sorted = Vec::new();
    for start in 0..computed.len() {
        let mut path = Vec::new();
        visit(c, start, &inputs, &computed, &mut state, &mut path, &mut sorted);
    }
    let mut computed: Vec<Option<Computation>> = computed.into_iter().map(Some).collect();
    sorted.into_iter().filter_map(|i| computed.get_mut(i).and_then(Option::take)).collect()
}

fn visit(
    c: &mut Compiler<'_>,
    at: usize,
    inputs: &[Vec<usize>],
    computed: &[Computation],
    state: &mut [u8],
    path: &mut Vec<usize>,
    sorted: &mut Vec<usize>,
) {
    match state[at] {
        2 => return,
        1 => {
            let from = path.iter().position(|p| *p == at).unwrap_or(0);
            let names: Vec<String> =
                path[from..].iter().chain([&at]).map(|i| computed[*i].target.to_string()).collect();
            c.error("E0210", computed[at].target.path(), format!("the formulas go in a circle: {}", names.join(" → ")));
            return;
        }
        _ => {}
    }
    state[at] = 1;
    path.push(at);
    for next in &inputs[at] {
        visit(c, *next, inputs, computed, state, path, sorted);
    }
    path.pop();
    state[at] = 2;
    sorted.push(at);
}

fn target_of(reference: &Reference, entity: &Name) -> Option<Target> {
    match reference {
        Reference::Field { entity: of, lines: None, field, own: true } if of == entity => {
            Some(Target::Field(field.clone()))
        }
        Reference::Field { entity: of, lines: Some(lines), field, own: true } if of == entity => {
            Some(Target::LineField { lines: lines.clone(), field: field.clone() })
        }
        Reference::Let(name) => Some(Target::Let(name.clone())),
        _ => None,
    }
}

fn compile_rules(c: &mut Compiler<'_>, definition: &EntityDefinition, scope: &Scope<'_>) -> Keyed<Rule> {
    let mut rules = Keyed::new();
    for (name, rule) in &definition.rules {
        let path = format!("rules.{name}");
        let line_scope = rule.each.as_ref().and_then(|each| {
            let there = definition.fields.get(each).is_some_and(|f| f.field_type == FieldKind::Lines);
            if !there {
                c.error("E0211", format!("{path}.each"), format!("no line table `{each}`"));
            }
            there.then(|| Scope::line(c.types, &definition.name, each))
        });
        let over = line_scope.as_ref().unwrap_or(scope);
        if let Some(field) = &rule.field {
            let line_fields = rule.each.as_ref().and_then(|each| definition.fields.get(each)).map(|f| &f.fields);
            if line_fields.is_none_or(|f| !f.contains_key(field)) {
                c.field_exists(format!("{path}.field"), &definition.name, field);
            }
        }
        if let Some(on) = &rule.on
            && definition.lifecycle.as_ref().is_none_or(|l| !l.transitions.contains_key(on))
        {
            c.error("E0211", format!("{path}.on"), format!("no transition `{on}`"));
        }
        let unless = c.condition(&format!("{path}.unless"), &rule.unless, over);
        let message = c.template(&format!("{path}.message"), &rule.message, over);
        if let (Some(unless), Some(message)) = (unless, message) {
            let (each, field, on) = (rule.each.clone(), rule.field.clone(), rule.on.clone());
            rules.insert(name.clone(), Rule { unless, each, field, level: rule.level, on, message });
        }
    }
    rules
}

fn title(c: &mut Compiler<'_>, definition: &EntityDefinition, scope: &Scope<'_>) -> Template {
    let pattern = definition.title.clone().unwrap_or_else(|| {
        if definition.number.is_some() {
            "{number}".to_owned()
        } else if definition.fields.contains_key("name") {
            "{name}".to_owned()
        } else {
            let text = definition.fields.iter().find(|(_, f)| f.field_type == FieldKind::Text);
            text.map(|(name, _)| format!("{{{name}}}")).unwrap_or_default()
        }
    });
    c.template("title", &pattern, scope).unwrap_or_default()
}

fn search(c: &mut Compiler<'_>, definition: &EntityDefinition, scope: &Scope<'_>) -> Vec<(Option<Name>, Expr)> {
    let mut found = Vec::new();
    for (i, path) in definition.search.iter().enumerate() {
        let place = format!("search.{i}");
        let first = path.split('.').next().unwrap_or_default();
        let in_lines = definition.fields.get_key_value(first).filter(|(_, f)| f.field_type == FieldKind::Lines);
        match (in_lines, path.split_once('.')) {
            (Some((lines, _)), Some((_, rest))) => {
                let line_scope = Scope::line(c.types, &definition.name, lines);
                if let Some(expr) = c.expr(&place, rest, &line_scope) {
                    found.push((Some(lines.clone()), expr));
                }
            }
            _ => {
                if let Some(expr) = c.expr(&place, path, scope) {
                    found.push((None, expr));
                }
            }
        }
    }
    found
}

fn scope_field(c: &mut Compiler<'_>, definition: &EntityDefinition, key: &str, kind: FieldKind) -> Option<Name> {
    let scope = definition.scope.as_ref()?;
    let name = if key == "owner" { scope.owner.as_ref()? } else { scope.department.as_ref()? };
    let fits = definition.fields.get(name).is_some_and(|f| f.field_type == kind);
    if !fits {
        c.error(
            "E0212",
            format!("scope.{key}"),
            format!("expected a field of type `{}`, but `{name}` is none", kind.as_str()),
        );
    }
    fits.then(|| name.clone())
}

/// Whether a record says who is away, who decides instead, and when, in fields and states that are there.
fn absence(c: &mut Compiler<'_>, definition: &EntityDefinition) {
    let Some(absence) = &definition.absence else { return };
    let dates: &[FieldKind] = &[FieldKind::Date, FieldKind::Datetime];
    let fields = [
        ("person", &absence.person, &[FieldKind::User][..]),
        ("deputy", &absence.deputy, &[FieldKind::User]),
        ("from", &absence.from, dates),
        ("until", &absence.until, dates),
    ];
    for (key, name, kinds) in fields {
        let path = format!("absence.{key}");
        match definition.fields.get(name) {
            None if SYSTEM_FIELDS.contains(&name.as_str()) => {
                c.error(
                    "E0246",
                    path,
                    format!("expected a field of its own, but `{name}` is one that every record has"),
                );
            }
            None => c.field_exists(path, &definition.name, name),
            Some(field) if kinds.contains(&field.field_type) => {}
            Some(field) => {
                let wanted: Vec<String> = kinds.iter().map(|kind| format!("`{}`", kind.as_str())).collect();
                let told = format!(
                    "expected a field of type {}, but `{name}` is `{}`",
                    wanted.join(" or "),
                    field.field_type.as_str()
                );
                c.error("E0246", path, told);
            }
        }
    }
    if absence.person == absence.deputy {
        c.error("E0246", "absence.deputy", "nobody stands in for themselves").hint =
            Some("name the field that says who decides instead".into());
    }
    if absence.states.is_empty() {
        c.error("E0246", "absence.while", "expected the states in which it holds").hint =
            Some("an approved one: whoever may bring a record there says who decides for somebody".into());
    }
    for (i, state) in absence.states.iter().enumerate() {
        lifecycle::state_exists(c, format!("absence.while.{i}"), definition, state);
    }
}

fn effective(c: &mut Compiler<'_>, definition: &EntityDefinition) -> Option<crate::definition::EffectiveDefinition> {
    let effective = definition.effective.as_ref()?;
    for key in &effective.key {
        c.field_exists("effective.key", &definition.name, key);
    }
    let dated = definition.fields.get(&effective.from).is_some_and(|f| f.field_type == FieldKind::Date);
    if !dated {
        c.error("E0212", "effective.from", format!("expected a date field, but `{}` is none", effective.from));
    }
    dated.then(|| effective.clone())
}

fn unique(c: &mut Compiler<'_>, definition: &EntityDefinition) -> Vec<Vec<Name>> {
    let mut sets = definition.unique.clone();
    for field in definition.unique.iter().flatten() {
        c.field_exists("unique", &definition.name, field);
    }
    for (name, field) in &definition.fields {
        if field.unique && !sets.iter().any(|s| s.len() == 1 && s.contains(name)) {
            sets.push(vec![name.clone()]);
        }
    }
    sets.retain(|s| !s.is_empty());
    sets
}

/// How long records are kept, counted from a day or a moment.
fn retain(c: &mut Compiler<'_>, definition: &EntityDefinition, scope: &Scope<'_>) -> Option<Retain> {
    let retain = definition.retain.as_ref()?;
    let since = retain.since.clone().unwrap_or_else(|| Name::new("updated_at"));
    let is_moment = match definition.fields.get(&since).map(|field| field.field_type) {
        Some(FieldKind::Date) => false,
        Some(FieldKind::Datetime) => true,
        None if *since == *"updated_at" || *since == *"created_at" => true,
        _ => {
            c.error("E0212", "retain.since", format!("expected a date or a moment, but `{since}` is none"));
            return None;
        }
    };
    let filter = c.filter("retain.where", &retain.filter, scope);
    filter.as_ref()?;
    Some(Retain { count: retain.span.count, unit: retain.span.unit, since, is_moment, filter })
}

fn indexes(c: &mut Compiler<'_>, definition: &EntityDefinition) -> Vec<Vec<Name>> {
    for field in definition.indexes.iter().flatten() {
        c.field_exists("indexes", &definition.name, field);
        if definition.fields.get(field).is_some_and(|field| field.sensitive) {
            c.error("E0245", "indexes", format!("nothing is in order by `{field}`, which is sensitive"));
        }
    }
    definition.indexes.iter().filter(|i| !i.is_empty()).cloned().collect()
}

fn found_by(c: &mut Compiler<'_>, definition: &EntityDefinition) -> Vec<Name> {
    for name in definition.found_by.iter().filter(|name| !["number", "title"].contains(&name.as_str())) {
        let Some(field) = definition.fields.get(name) else {
            c.field_exists("found_by", &definition.name, name);
            continue;
        };
        let kind = field.field_type;
        let text = [FieldKind::Text, FieldKind::Email, FieldKind::Phone, FieldKind::Url, FieldKind::Barcode];
        let named = text.contains(&kind) || [FieldKind::Currency, FieldKind::Country, FieldKind::Tags].contains(&kind);
        if field.sensitive {
            c.error("E0245", "found_by", format!("no record is found by `{name}`, which is sensitive"));
        } else if !named {
            let kind = kind.as_str();
            c.error("E0212", "found_by", format!("expected a text or tags, but `{name}` is of type `{kind}`"));
        }
    }
    definition.found_by.clone()
}

fn duplicates(c: &mut Compiler<'_>, definition: &EntityDefinition) -> DuplicatesDefinition {
    let Some(wanted) = &definition.duplicates else { return DuplicatesDefinition::default() };
    let mut found = DuplicatesDefinition::default();
    for (i, set) in wanted.certain.iter().enumerate() {
        if comparable(c, definition, &format!("duplicates.certain.{i}"), set) {
            found.certain.push(set.clone());
        }
    }
    for (i, likeness) in wanted.suspect.iter().enumerate() {
        let path = format!("duplicates.suspect.{i}");
        let fits = match likeness {
            Likeness::Same(set) => comparable(c, definition, &path, set),
            Likeness::Near(near) => {
                let text = definition.fields.get(&near.near).is_some_and(|f| f.field_type == FieldKind::Text);
                if !text {
                    c.error(
                        "E0241",
                        format!("{path}.near"),
                        format!("expected a text field, but `{}` is none", near.near),
                    );
                }
                if !(1..=2).contains(&near.distance) {
                    c.error(
                        "E0241",
                        format!("{path}.distance"),
                        format!("expected 1 or 2, but found {}", near.distance),
                    );
                }
                let with = near.with.is_empty() || comparable(c, definition, &format!("{path}.with"), &near.with);
                text && with && (1..=2).contains(&near.distance)
            }
        };
        if fits {
            found.suspect.push(likeness.clone());
        }
    }
    found
}

/// Whether records can be compared by these fields.
fn comparable(c: &mut Compiler<'_>, definition: &EntityDefinition, path: &str, set: &[Name]) -> bool {
    if set.is_empty() {
        c.error("E0241", path, "expected fields to compare records by, but there are none");
    }
    let mut fits = !set.is_empty();
    for name in set {
        let Some(field) = definition.fields.get(name) else {
            c.field_exists(path.to_owned(), &definition.name, name);
            fits = false;
            continue;
        };
        if field.sensitive {
            c.error("E0245", path, format!("records cannot be compared by `{name}`, which is sensitive"));
            fits = false;
        } else if !behaviour(field.field_type).operators.contains(&"=") {
            let kind = field.field_type.as_str();
            c.error("E0241", path, format!("records cannot be compared by `{name}`, which is of type `{kind}`"));
            fits = false;
        }
    }
    fits
}
