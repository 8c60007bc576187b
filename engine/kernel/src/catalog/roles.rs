//! Compiles roles: row scopes, and which fields each role may read.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::compiler::Compiler;
use crate::{
    Name,
    definition::{EntityRights, FieldKind, RoleDefinition, RowScope, ScopeWord},
    expression::{Expr, Reference, Scope},
    schema::{Entity, Field, Target},
};

/// A role, compiled.
#[derive(Clone, Debug)]
pub struct Role {
    /// What its author wrote.
    pub definition: RoleDefinition,
    /// Rights by entity.
    pub can: IndexMap<Name, Rights>,
}

/// Rights of a role on an entity.
#[derive(Clone, Debug)]
pub struct Rights {
    /// Which records can be read.
    pub read: Option<Rows>,
    /// Which can be changed.
    pub update: Option<Rows>,
    /// Which can be put into the trash.
    pub delete: Option<Rows>,
    /// The rest, as written.
    pub definition: EntityRights,
    /// Fields that can be read: `partner`, `lines.cost`.
    pub readable: HashSet<String>,
}

/// Which records.
#[derive(Clone, Debug)]
pub enum Rows {
    /// A word.
    Word(ScopeWord),
    /// A filter.
    Filter(Expr),
}

pub(super) fn compile(
    c: &mut Compiler<'_>,
    definition: &RoleDefinition,
    entities: &IndexMap<Name, std::sync::Arc<Entity>>,
) -> Role {
    let mut can = IndexMap::new();
    for (entity, rights) in &definition.can {
        let path = format!("can.{entity}");
        if !c.entity_exists(&path, entity) {
            continue;
        }
        let scope = Scope::record(c.types, entity);
        let mut rows = |key: &str, given: &Option<RowScope>| {
            let compiled = match given.as_ref()? {
                RowScope::Word(word) => {
                    let compiled = entities.get(entity);
                    let owned = compiled.is_some_and(|e| e.owner.is_some() || e.department.is_some());
                    if *word != ScopeWord::All && !owned {
                        let told = format!("`{entity}` does not say to whom its records belong");
                        c.error("E0231", format!("{path}.{key}"), told).hint =
                            Some("give it `\"scope\": {\"owner\": …, \"department\": …}`, or use a filter".into());
                    }
                    Rows::Word(*word)
                }
                RowScope::Filter(filter) => Rows::Filter(c.filter(&format!("{path}.{key}"), filter, &scope)?),
            };
            Some(compiled)
        };
        let read = rows("read", &rights.read);
        let update = rows("update", &rights.update);
        let delete = rows("delete", &rights.delete);
        if read.is_none() && (rights.update.is_some() || rights.delete.is_some() || !rights.transitions.is_empty()) {
            c.error("E0232", &path, "records that cannot be read cannot be changed: `read` is missing");
        }
        if let Some(compiled) = entities.get(entity) {
            for transition in &rights.transitions {
                if compiled.lifecycle.as_ref().is_none_or(|l| !l.transitions.contains_key(transition)) {
                    let known: Vec<&str> =
                        compiled.lifecycle.iter().flat_map(|l| l.transitions.keys()).map(|k| &**k).collect();
                    c.unknown("E0211", format!("{path}.transitions"), "transition", transition, known);
                }
            }
            for hidden in &rights.hide {
                if field_at(compiled, hidden).is_none() {
                    let known: Vec<&str> = compiled.fields.keys().map(|k| &**k).collect();
                    c.unknown("E0202", format!("{path}.hide"), &format!("field of `{entity}`"), hidden, known);
                }
            }
        }
        can.insert(
            entity.clone(),
            Rights { read, update, delete, definition: rights.clone(), readable: HashSet::new() },
        );
    }
    let mut role = Role { definition: definition.clone(), can };
    let readable = Readable { role: &role, entities }.all();
    for (entity, fields) in readable {
        if let Some(rights) = role.can.get_mut(&entity) {
            rights.readable = fields;
        }
    }
    titles(c, &role, entities);
    role
}

/// Whoever sees a record sees its title; so nothing that a role may not read stands in it.
fn titles(c: &mut Compiler<'_>, role: &Role, entities: &IndexMap<Name, std::sync::Arc<Entity>>) {
    let shows = |entity: &Name, path: &str| {
        let rights = role.can.get(entity).filter(|rights| rights.read.is_some());
        rights.is_none_or(|rights| crate::SYSTEM_FIELDS.contains(&path) || rights.readable.contains(path))
    };
    for (name, _) in role.can.iter().filter(|(_, rights)| rights.read.is_some()) {
        let title = entities.get(name).into_iter().flat_map(|entity| entity.title.exprs());
        let hidden = title.flat_map(Expr::references).find_map(|read| match read {
            Reference::Field { entity, lines, field, .. } => {
                let path = lines.map_or_else(|| field.to_string(), |lines| format!("{lines}.{field}"));
                (!shows(&entity, &path)).then_some(path)
            }
            _ => None,
        });
        if let Some(hidden) = hidden {
            let told = format!("the title of `{name}` shows `{hidden}`, which this role may not read");
            c.error("E0235", format!("can.{name}"), told).hint =
                Some("leave it out of the title, or let the role read it".into());
        }
    }
}

/// A field by its path: `partner`, `lines.cost`.
pub fn field_at<'e>(entity: &'e Entity, path: &str) -> Option<&'e Field> {
    match path.split_once('.') {
        None => entity.fields.get(path),
        Some((lines, field)) => entity.fields.get(lines)?.fields.get(field),
    }
}

/// Works out which fields a role may read. A formula without a `read` of its own is readable only where everything it
/// reads is readable, so that nobody learns a hidden value through what is computed from it; one that looks for records
/// (`find`, `at`) only where the role shows all of them.
struct Readable<'a> {
    role: &'a Role,
    entities: &'a IndexMap<Name, std::sync::Arc<Entity>>,
}

impl Readable<'_> {
    fn all(&self) -> Vec<(Name, HashSet<String>)> {
        let mut known = HashMap::new();
        self.role
            .can
            .keys()
            .filter_map(|name| self.entities.get(name))
            .map(|entity| {
                let paths = entity.fields.iter().flat_map(|(name, field)| {
                    std::iter::once(name.to_string())
                        .chain(field.fields.keys().map(move |inner| format!("{name}.{inner}")))
                });
                let readable = paths.filter(|path| self.field(&entity.name, path, &mut known)).collect();
                (entity.name.clone(), readable)
            })
            .collect()
    }

    fn field(&self, entity: &Name, path: &str, known: &mut HashMap<(Name, String), bool>) -> bool {
        let key = (entity.clone(), path.to_owned());
        if let Some(answer) = known.get(&key) {
            return *answer;
        }
        // While it is being worked out it counts as readable: a circle adds nothing that is not asked elsewhere.
        known.insert(key.clone(), true);
        let answer = self.work_out(entity, path, known);
        known.insert(key, answer);
        answer
    }

    fn work_out(&self, entity: &Name, path: &str, known: &mut HashMap<(Name, String), bool>) -> bool {
        // Names of colleagues and departments are no secret within the firm.
        let open = matches!(&**entity, "user" | "department" | "position");
        let Some(rights) = self.role.can.get(entity).filter(|r| r.read.is_some()) else {
            return open && matches!(path, "name" | "department" | "manager" | "head" | "parent");
        };
        let Some(compiled) = self.entities.get(entity) else { return false };
        let Some(field) = field_at(compiled, path) else {
            // System fields are readable with the record.
            return true;
        };
        if rights.definition.hide.iter().any(|h| h == path) {
            return false;
        }
        if let Some((lines, _)) = path.split_once('.')
            && !self.field(entity, lines, known)
        {
            return false;
        }
        if let Some(read) = &field.read {
            return read.contains(&self.role.definition.name);
        }
        if field.kind == FieldKind::Lines {
            return true;
        }
        let target = match path.split_once('.') {
            None => Target::Field(field.name.clone()),
            Some((lines, inner)) => Target::LineField { lines: lines.into(), field: inner.into() },
        };
        if let Some(rollup) = &field.rollup {
            return rollup.references().iter().all(|r| self.reference(r, known));
        }
        let computation = compiled.computations.iter().find(|k| k.target == target);
        computation.is_none_or(|k| k.value.references().iter().all(|r| self.reference(r, known)))
    }

    fn reference(&self, reference: &Reference, known: &mut HashMap<(Name, String), bool>) -> bool {
        match reference {
            Reference::Field { entity, lines: None, field, .. } => self.field(entity, field, known),
            Reference::Field { entity, lines: Some(lines), field, .. } => {
                self.field(entity, &format!("{lines}.{field}"), known)
            }
            // Which record is found would tell of those that this role does not show.
            Reference::Rows(entity) => match self.role.can.get(entity).and_then(|rights| rights.read.as_ref()) {
                Some(Rows::Word(word)) => *word == ScopeWord::All,
                Some(Rows::Filter(_)) => false,
                None => matches!(&**entity, "user" | "department" | "position"),
            },
            Reference::Let(_)
            | Reference::Setting(_)
            | Reference::Variable(_)
            | Reference::Decision(_)
            | Reference::User
            | Reference::Clock => true,
        }
    }
}
