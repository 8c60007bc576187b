//! Modules: parts of packs that a firm switches off as a whole. Nobody has any right on what is off, so every way of reading
//! hides it and nothing else need know of modules; its data stays, and what refers to it still shows its titles.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use indexmap::IndexMap;

use super::Catalog;
use crate::{
    Diagnostic, Name, Source,
    definition::{EntityDefinition, FieldDefinition, ModuleDefinition, PackDefinition, Required, Step, To},
};

/// Why an entity that stays on needs one that would be off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The entity that stays on.
    pub entity: Name,
    /// Its field that must be filled in, or its transition that makes such records: `customer`, `lines.product`, `accept`.
    pub by: String,
    /// The entity that it needs.
    pub to: Name,
}

impl Catalog {
    /// The modules of all packs, each with its pack.
    pub fn modules(&self) -> impl Iterator<Item = (&PackDefinition, &Name, &ModuleDefinition)> {
        self.packs.values().flat_map(|pack| pack.modules.iter().map(move |(name, module)| (pack, name, module)))
    }

    /// The same with everything switched on.
    #[must_use]
    pub fn whole(self: &Arc<Self>) -> &Arc<Self> {
        self.whole.as_ref().unwrap_or(self)
    }

    /// The same with these modules switched off, and no others: no role has any right on their entities.
    #[must_use]
    pub fn switched(self: &Arc<Self>, off: &BTreeSet<Name>) -> Arc<Self> {
        let whole = self.whole();
        let entities = whole.entities_of(off);
        if entities.is_empty() {
            return Arc::clone(whole);
        }
        let mut less = Self::clone(whole);
        for role in less.roles.values_mut() {
            role.can.retain(|entity, _| !entities.contains(entity));
        }
        less.off = entities;
        less.whole = Some(Arc::clone(whole));
        Arc::new(less)
    }

    /// Whether an entity's module is switched off.
    #[must_use]
    pub fn is_off(&self, entity: &str) -> bool {
        self.off.contains(entity)
    }

    /// The entities of modules.
    #[must_use]
    pub fn entities_of(&self, modules: &BTreeSet<Name>) -> BTreeSet<Name> {
        let chosen = self.modules().filter(|(_, name, _)| modules.contains(*name));
        chosen.flat_map(|(_, _, module)| module.entities.iter().cloned()).collect()
    }

    /// What would stay on and yet need something of these modules.
    #[must_use]
    pub fn needs(&self, off: &BTreeSet<Name>) -> Vec<Need> {
        let gone = self.entities_of(off);
        let staying = self.definitions.iter().filter(|(name, _)| !gone.contains(*name));
        staying.flat_map(|(name, definition)| needs_of(name, definition, &gone)).collect()
    }
}

fn needs_of(entity: &Name, definition: &EntityDefinition, gone: &BTreeSet<Name>) -> Vec<Need> {
    let mut found = Vec::new();
    let mut need = |by: String, to: &Name| {
        if gone.contains(to) {
            found.push(Need { entity: entity.clone(), by, to: to.clone() });
        }
    };
    for (name, field) in &definition.fields {
        required_of(field).into_iter().for_each(|to| need(name.to_string(), to));
        for (inner, field) in &field.fields {
            required_of(field).into_iter().for_each(|to| need(format!("{name}.{inner}"), to));
        }
    }
    for (name, transition) in definition.lifecycle.iter().flat_map(|cycle| &cycle.transitions) {
        for step in transition.steps.values() {
            if let Step::Create(create) = step {
                need(name.to_string(), &create.entity);
            }
        }
    }
    found
}

/// The entity of a reference that must always be there.
fn required_of(field: &FieldDefinition) -> Option<&Name> {
    match (&field.required, &field.to) {
        (Required::Always(true), Some(To::One(to))) => Some(to),
        _ => None,
    }
}

/// Each entity is there, and in one module.
pub(super) fn check(
    packs: &[(&Source, &PackDefinition)],
    entities: &IndexMap<Name, Arc<EntityDefinition>>,
    problems: &mut Vec<Diagnostic>,
) {
    let mut names = BTreeSet::new();
    let mut homes: BTreeMap<&Name, &Name> = BTreeMap::new();
    for (source, pack) in packs {
        for (name, module) in &pack.modules {
            let path = format!("modules.{name}");
            let mut tell = |code: &'static str, path: String, told: String| {
                problems.push(Diagnostic::error(code, path, told).in_file(&source.file));
            };
            if !names.insert(name) {
                tell("E0110", path.clone(), format!("another pack has a module `{name}`"));
            }
            for (at, entity) in module.entities.iter().enumerate() {
                let path = format!("{path}.entities.{at}");
                if !entities.contains_key(entity) {
                    tell("E0201", path, format!("no entity `{entity}`"));
                } else if let Some(other) = homes.insert(entity, name) {
                    tell("E0112", path, format!("`{entity}` is in the module `{other}` already"));
                }
            }
        }
    }
}
