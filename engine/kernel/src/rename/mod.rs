//! Renaming an entity, a field or a field of a line: every reference to it in every definition is rewritten, and the
//! definition notes what it was called, so that its values stay where they are when it is published.
//!
//! Names are found by their meaning, through the checker of expressions, never by their text: `price` of another entity
//! stays. What is changed comes out in the canonical format; what is not, byte for byte as it was.

mod data;
mod entity;
mod flow;
mod screens;
mod text;
mod uses;

use std::sync::Arc;

use indexmap::IndexMap;

use crate::{
    Catalog, Diagnostic, Name, PackSource, Severity, SourceFile,
    definition::{Definition, FieldDefinition, Kind},
    expression::Types,
    layer,
    load::{format_definition, read_file},
    nearest,
    schema::{Entity, Field},
};

pub use uses::{Use, uses};

/// What is renamed, and to what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// The entity.
    pub entity: Name,
    /// The line table whose field it is.
    pub lines: Option<Name>,
    /// The field (a line table too); none for the entity itself.
    pub field: Option<Name>,
    /// The new name.
    pub to: Name,
}

impl Rename {
    /// Reads `request`, `request.amount` or `request.lines.price`, and the new name.
    #[must_use]
    pub fn of(path: &str, to: &str) -> Option<Self> {
        let mut parts = path.split('.').map(Name::new);
        let entity = parts.next()?;
        let (first, second) = (parts.next(), parts.next());
        let (lines, field) = if second.is_some() { (first, second) } else { (None, first) };
        parts.next().is_none().then(|| Self { entity, lines, field, to: Name::new(to) })
    }

    fn path(&self) -> String {
        [Some(&self.entity), self.lines.as_ref(), self.field.as_ref()]
            .into_iter()
            .flatten()
            .map(Name::as_str)
            .collect::<Vec<_>>()
            .join(".")
    }
}

/// What a renaming comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// The packs as they will be.
    pub packs: Vec<PackSource>,
    /// The files that changed, the pack first, each by its new path.
    pub changed: Vec<String>,
}

/// Renames. The packs must check before, and do afterwards.
///
/// # Errors
/// The problems of the packs, or why it cannot be renamed (`E0911`: there is no such thing; `E0912`: the new name is
/// taken or is none).
pub fn rename(packs: &[PackSource], what: &Rename) -> Result<Renamed, Vec<Diagnostic>> {
    let (catalog, problems) = Catalog::load(packs);
    let Some(catalog) = catalog else { return Err(problems) };
    let types = catalog.types();
    permitted(&types, what).map_err(|d| vec![d])?;
    let records = catalog.data.iter().flat_map(|d| d.records.keys().map(move |key| (key, &d.entity))).collect();
    let r = Renamer { types, what, records };
    let (mut changed, mut renamed) = (Vec::new(), Vec::new());
    let (effective, _) = layer::effective(packs);
    for pack in packs {
        let mut files = Vec::new();
        for file in &pack.files {
            let new = if layer::is_overlay(&file.path) { r.overlay(file, packs, &effective)? } else { r.file(file)? };
            match new {
                Some(new) => {
                    changed.push(format!("{}/{}", pack.name, new.path));
                    files.push(new);
                }
                None => files.push(file.clone()),
            }
        }
        renamed.push(PackSource { name: pack.name.clone(), files });
    }
    let (_, problems) = Catalog::load(&renamed);
    let broken: Vec<Diagnostic> = problems.into_iter().filter(|d| d.severity == Severity::Error).collect();
    if broken.is_empty() { Ok(Renamed { packs: renamed, changed }) } else { Err(broken) }
}

/// An earlier version by the names of now, so that what keeps that version reads records as they are now. What cannot be
/// renamed there stays, and is then found to be lost.
///
/// # Errors
/// The problems of the packs.
pub fn follow(packs: &[PackSource], now: &Catalog) -> Result<Catalog, Vec<Diagnostic>> {
    let (packs, _) = layer::effective(packs);
    let loaded = |packs: &[PackSource]| {
        let (catalog, problems) = Catalog::load(packs);
        catalog.ok_or(problems)
    };
    let then = loaded(&packs)?;
    let renamings = renamings(&then, now);
    if renamings.is_empty() {
        return Ok(then);
    }
    let renamed = renamings.iter().fold(packs, |packs, what| match rename(&packs, what) {
        Ok(renamed) => renamed.packs,
        Err(_) => packs,
    });
    loaded(&renamed)
}

/// What has been renamed between two versions, in an order in which it can be done: fields of lines, fields, entities.
#[must_use]
pub fn renamings(then: &Catalog, now: &Catalog) -> Vec<Rename> {
    let (mut inner, mut outer, mut entities) = (Vec::new(), Vec::new(), Vec::new());
    for entity in now.entities.values() {
        let Some(was) = earlier_entity(then, now, entity) else { continue };
        if was.name != entity.name {
            let (entity, to) = (was.name.clone(), entity.name.clone());
            entities.push(Rename { entity, lines: None, field: None, to });
        }
        for field in entity.fields.values() {
            let Some(before) = earlier(&was.fields, &entity.fields, field) else { continue };
            let of = |lines: Option<&Name>, field: &Name, to: &Name| Rename {
                entity: was.name.clone(),
                lines: lines.cloned(),
                field: Some(field.clone()),
                to: to.clone(),
            };
            if before.name != field.name {
                outer.push(of(None, &before.name, &field.name));
            }
            for line in field.fields.values() {
                let line_before = earlier(&before.fields, &field.fields, line);
                if let Some(line_before) = line_before.filter(|b| b.name != line.name) {
                    inner.push(of(Some(&before.name), &line_before.name, &line.name));
                }
            }
        }
    }
    inner.into_iter().chain(outer).chain(entities).collect()
}

/// The entity as it was: by its name, or by the latest of its former names that is not an entity of its own now.
pub(crate) fn earlier_entity<'c>(then: &'c Catalog, now: &Catalog, entity: &Entity) -> Option<&'c Arc<Entity>> {
    let former = || entity.definition.renamed_from.iter().rev().filter(|name| !now.entities.contains_key(*name));
    then.entities.get(&entity.name).or_else(|| former().find_map(|name| then.entities.get(name)))
}

/// The field as it was: by its name, or by the latest of its former names that was there and is not a field of its own
/// now.
pub(crate) fn earlier<'f>(
    then: &'f IndexMap<Name, Field>,
    now: &IndexMap<Name, Field>,
    field: &Field,
) -> Option<&'f Field> {
    let former = || field.renamed_from.iter().rev().filter(|name| !now.contains_key(*name)).find_map(|n| then.get(n));
    then.get(&field.name).or_else(former)
}

fn permitted(types: &Types<'_>, what: &Rename) -> Result<(), Diagnostic> {
    let missing = |name: &Name, known: Vec<&str>| {
        let mut told = Diagnostic::error("E0911", "", format!("there is no `{}` to be renamed", what.path()));
        told.hint = nearest(name, known).map(|k| format!("did you mean `{k}`?"));
        told
    };
    let taken = |why: &str| Diagnostic::error("E0912", "", format!("`{}` cannot be the new name: {why}", what.to));
    if !Name::is_valid(&what.to) {
        return Err(taken("a name is of small letters, digits and `_`, and begins with a letter"));
    }
    let entity = types.entities.get(&what.entity);
    let entity = entity.ok_or_else(|| missing(&what.entity, types.entities.keys().map(|k| &**k).collect()))?;
    let Some(field) = &what.field else {
        let is_taken = types.entities.contains_key(&what.to);
        return if is_taken { Err(taken("there is an entity of that name")) } else { Ok(()) };
    };
    let fields = match &what.lines {
        None => &entity.fields,
        Some(lines) => {
            let of = entity.fields.get(lines);
            &of.ok_or_else(|| missing(lines, entity.fields.keys().map(|k| &**k).collect()))?.fields
        }
    };
    if !fields.contains_key(field) {
        return Err(missing(field, fields.keys().map(|k| &**k).collect()));
    }
    if fields.contains_key(&what.to) || crate::SYSTEM_FIELDS.contains(&what.to.as_str()) {
        return Err(taken("there is a field of that name"));
    }
    Ok(())
}

/// Rewrites definitions. Each kind has its part in a file of this folder.
struct Renamer<'a> {
    types: Types<'a>,
    what: &'a Rename,
    /// Entities of the records that come with the packs, by the records' keys.
    records: std::collections::HashMap<&'a Name, &'a Name>,
}

impl Renamer<'_> {
    /// The file as it will be, if it changes.
    fn file(&self, file: &SourceFile) -> Result<Option<SourceFile>, Vec<Diagnostic>> {
        if std::path::Path::new(&file.path).extension().is_none_or(|e| e != "json") {
            return Ok(None);
        }
        let (_, before) = read_file(&file.path, &file.text)?;
        let mut after = before.clone();
        match &mut after {
            Definition::Pack(d) => {
                let entities = d.modules.values_mut().flat_map(|module| &mut module.entities);
                entities.for_each(|entity| self.entity(entity));
            }
            // Overlays are made anew from what they change and what comes of it.
            Definition::Calendar(_) | Definition::Overlay(_) => {}
            Definition::Entity(d) => self.entity_definition(d),
            Definition::Form(d) => self.form(d),
            Definition::View(d) => self.view(d),
            Definition::Menu(d) => self.menu_items(&mut d.items),
            Definition::Role(d) => self.role(d),
            Definition::Workflow(d) => self.workflow(d),
            Definition::Decision(d) => self.decision(d),
            Definition::Mapping(d) => self.mapping(d),
            Definition::Import(d) => self.import(d),
            Definition::Translations(d) => self.translations(d),
            Definition::Data(d) => self.data(d),
            Definition::Test(d) => self.test(d),
        }
        if after == before {
            return Ok(None);
        }
        let path = self.file_path(&file.path, &before);
        let text = format_definition(&after).map_err(|d| vec![d])?;
        Ok(Some(SourceFile { path, text }))
    }

    /// An overlay as it will be, if it changes: what makes the renamed outcome of the renamed definition.
    fn overlay(
        &self,
        file: &SourceFile,
        packs: &[PackSource],
        effective: &[PackSource],
    ) -> Result<Option<SourceFile>, Vec<Diagnostic>> {
        let Some((pack, path)) = layer::overlaid(&file.path) else { return Ok(None) };
        let find = |packs: &[PackSource]| -> Option<SourceFile> {
            packs.iter().find(|p| p.name == pack)?.files.iter().find(|f| f.path == path).cloned()
        };
        let (Some(base), Some(outcome)) = (find(packs), find(effective)) else { return Ok(None) };
        let (new_base, new_outcome) = (self.file(&base)?, self.file(&outcome)?);
        if new_base.is_none() && new_outcome.is_none() {
            return Ok(None);
        }
        let (base, outcome) = (new_base.unwrap_or(base), new_outcome.unwrap_or(outcome));
        let made = layer::overlay(&pack, &base.path, &base.text, &outcome.text).map_err(|d| vec![d])?;
        let path = layer::overlay_path(&pack, &base.path);
        let new = made.map(|text| SourceFile { path, text }).unwrap_or_else(|| file.clone());
        Ok((new != *file).then_some(new))
    }

    /// Files that are named after the entity move with it.
    fn file_path(&self, path: &str, definition: &Definition) -> String {
        if self.what.field.is_some() || !self.moves(definition) {
            return path.to_owned();
        }
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{folder}/{}.json", self.what.to)
    }

    /// Whether the definition has the entity's name because it belongs to it: the entity, its form, its list.
    fn moves(&self, definition: &Definition) -> bool {
        let old = &self.what.entity;
        match definition {
            Definition::Entity(d) => d.name == *old,
            Definition::Form(d) => d.name == *old && d.entity == *old,
            Definition::View(d) => d.name == *old && d.entity == *old,
            Definition::Translations(d) => d.name == *old && self.names_entity(d.of),
            _ => false,
        }
    }

    /// Whether definitions of this kind that are named like the entity belong to it.
    fn names_entity(&self, kind: Kind) -> bool {
        matches!(kind, Kind::Entity | Kind::Form | Kind::View)
    }

    /// Whether the entity itself is renamed.
    fn is_entity(&self) -> bool {
        self.what.field.is_none()
    }

    /// A name that stands for an entity.
    fn entity(&self, name: &mut Name) {
        if self.is_entity() && *name == self.what.entity {
            *name = self.what.to.clone();
        }
    }

    /// Whether a name stands for the field that is renamed.
    fn is_field(&self, entity: &str, lines: Option<&str>, name: &str) -> bool {
        self.what.field.as_ref().is_some_and(|f| **f == *name)
            && *self.what.entity == *entity
            && self.what.lines.as_deref() == lines
    }

    /// A name that stands for a field.
    fn field(&self, entity: &str, lines: Option<&str>, name: &mut Name) {
        if self.is_field(entity, lines, name) {
            *name = self.what.to.clone();
        }
    }

    /// Names that stand for fields.
    fn fields(&self, entity: &str, lines: Option<&str>, names: &mut [Name]) {
        names.iter_mut().for_each(|name| self.field(entity, lines, name));
    }

    /// An object whose keys are fields.
    fn keys<T>(&self, entity: &str, lines: Option<&str>, object: &mut indexmap::IndexMap<Name, T>) {
        self.rekey(object, |key| self.is_field(entity, lines, key));
    }

    /// Gives keys the new name; the order stays.
    fn rekey<T>(&self, object: &mut indexmap::IndexMap<Name, T>, is: impl Fn(&str) -> bool) {
        if object.keys().any(|key| is(key)) {
            let entries = std::mem::take(object).into_iter();
            *object = entries.map(|(key, v)| (if is(&key) { self.what.to.clone() } else { key }, v)).collect();
        }
    }

    /// A field by its path, without expressions: `cost`, `lines.cost`.
    fn path(&self, entity: &str, path: &mut String) {
        let parts: Vec<&str> = path.split('.').collect();
        let renamed = match parts[..] {
            [field] if self.is_field(entity, None, field) => self.what.to.to_string(),
            [lines, field] if self.is_field(entity, Some(lines), field) => format!("{lines}.{}", self.what.to),
            [lines, field] if self.is_field(entity, None, lines) => format!("{}.{field}", self.what.to),
            _ => return,
        };
        *path = renamed;
    }

    /// The entity that a field of another refers to.
    fn to(&self, entity: &str, field: &str) -> Option<Name> {
        self.types.entities.get(entity)?.fields.get(field).and_then(|f: &FieldDefinition| f.entity().cloned())
    }
}
