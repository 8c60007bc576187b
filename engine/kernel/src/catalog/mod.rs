//! The catalog: all definitions of a published version, compiled and checked against each other.
//!
//! One checker serves the command line, the API and the studio: [`Catalog::load`] tells every problem at once, and gives
//! a catalog only if none of them is an error.

mod compiler;
mod entity;
mod lifecycle;
mod live;
mod modules;
mod roles;
mod rows;
mod screens;
mod translations;

use std::{collections::BTreeSet, sync::Arc};

use indexmap::IndexMap;

use crate::{
    Diagnostic, Name, PackSource, Severity, Source,
    calendar::Calendar,
    decision::Decision,
    definition::{
        DataDefinition, Definition, EntityDefinition, Keyed, Kind, MenuDefinition, NodeDefinition, PackDefinition,
        SettingDefinition, TestDefinition, TranslationsDefinition, WaitFor, WorkflowDefinition,
    },
    expression::{Env, EvalError, Fault, Library, Types},
    import::Import,
    layer,
    live::Live,
    read_pack,
    schema::{Entity, Mapping},
    workflow::{self, MessageConflict, Workflow},
};

use compiler::Compiler;

pub use modules::Need;
pub use roles::field_at;
pub use roles::{Rights, Role, Rows};
pub use rows::label_of;
pub use screens::{Form, View, has_field, is_sortable, unsummable};
pub use translations::{Translations, translatable};

/// All definitions of a published version.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// The published version; 0 until it is published.
    pub version: i64,
    /// Packs, `system` first.
    pub packs: IndexMap<Name, PackDefinition>,
    /// Entities of all packs.
    pub entities: IndexMap<Name, Arc<Entity>>,
    /// Forms by entity: those written, and those made for entities without one.
    pub forms: IndexMap<Name, Form>,
    /// Views by name; each entity has one of its own name.
    pub views: IndexMap<Name, View>,
    /// Menus.
    pub menus: IndexMap<Name, MenuDefinition>,
    /// Roles.
    pub roles: IndexMap<Name, Role>,
    /// Workflows.
    pub workflows: IndexMap<Name, Arc<Workflow>>,
    /// Decision tables.
    pub decisions: IndexMap<Name, Arc<Decision>>,
    /// Mappings.
    pub mappings: IndexMap<Name, Arc<Mapping>>,
    /// Imports.
    pub imports: IndexMap<Name, Arc<Import>>,
    /// Calendars.
    pub calendars: IndexMap<Name, Arc<Calendar>>,
    /// Settings of all packs.
    pub settings: Keyed<SettingDefinition>,
    /// Texts in other languages.
    pub translations: Translations,
    /// Records that come with the packs, in the order of their files.
    pub data: Vec<DataDefinition>,
    /// Tests, with their pack.
    pub tests: Vec<(Name, TestDefinition)>,
    /// What follows what across entities.
    pub live: Live,
    /// Entities of modules that are switched off.
    off: BTreeSet<Name>,
    /// The same with everything switched on, where something is off.
    whole: Option<Arc<Catalog>>,
    definitions: IndexMap<Name, Arc<EntityDefinition>>,
    decision_definitions: Keyed<crate::definition::DecisionDefinition>,
}

impl Library for Catalog {
    fn entity(&self, name: &str) -> Option<&EntityDefinition> {
        self.definitions.get(name).map(|d| &**d)
    }

    fn decide(&self, name: &str, env: &Env<'_>) -> Result<crate::Value, EvalError> {
        match self.decisions.get(name) {
            Some(decision) => Ok(decision.evaluate(env)?.to_value()),
            None => Err(EvalError::Fault(Fault::Missing(format!("no decision `{name}`")))),
        }
    }

    fn calendar(&self, name: Option<&str>) -> Option<&Calendar> {
        match name {
            Some(name) => self.calendars.get(name).map(|c| &**c),
            None => self.calendars.values().next().filter(|_| self.calendars.len() == 1).map(|c| &**c),
        }
    }
}

impl Catalog {
    /// Reads, compiles and checks packs. All problems are told; the catalog is there only if none is an error.
    #[must_use]
    pub fn load(packs: &[PackSource]) -> (Option<Self>, Vec<Diagnostic>) {
        let (packs, mut problems) = layer::effective(packs);
        let mut sources = Vec::new();
        for pack in &packs {
            let (found, told) = read_pack(pack);
            sources.extend(found);
            problems.extend(told);
        }
        let catalog = compile(&sources, &mut problems);
        problems.sort_by(|a, b| (b.severity, &a.file, &a.path, &a.code).cmp(&(a.severity, &b.file, &b.path, &b.code)));
        problems.dedup();
        let broken = problems.iter().any(|d| d.severity == Severity::Error);
        ((!broken).then_some(catalog), problems)
    }

    /// An entity by its name, or by one that it had: old links and what was noted under that name lead to it.
    #[must_use]
    pub fn entity(&self, name: &str) -> Option<&Arc<Entity>> {
        let now = self.entities.get(name);
        now.or_else(|| self.entities.values().find(|e| e.definition.renamed_from.contains(name)))
    }

    /// The types that expressions are checked against.
    #[must_use]
    pub fn types(&self) -> Types<'_> {
        Types {
            entities: &self.definitions,
            settings: &self.settings,
            decisions: &self.decision_definitions,
            calendars: &self.calendars,
        }
    }

    /// Workflows that may serve a record of an entity, the highest priority first; not those that are only called.
    pub fn workflows_of(&self, entity: &str) -> Vec<&Arc<Workflow>> {
        let mut found: Vec<&Arc<Workflow>> =
            self.workflows.values().filter(|w| w.entity == *entity && !w.only_called).collect();
        found.sort_by_key(|w| std::cmp::Reverse(w.priority));
        found
    }
}

/// The definitions of one kind, each with where it comes from.
fn of_kind<'s, T>(
    sources: &'s [Source],
    problems: &mut Vec<Diagnostic>,
    kind: Kind,
    pick: impl Fn(&'s Definition) -> Option<&'s T>,
) -> Vec<(&'s Source, &'s T)> {
    let mut found: Vec<(&Source, &T)> = Vec::new();
    for source in sources {
        if let Some(definition) = pick(&source.definition) {
            if let Some((first, _)) = found.iter().find(|(s, _)| s.name == source.name && kind != Kind::Translations) {
                let told = format!("there is another {} `{}` in {}", kind.as_str(), source.name, first.file);
                problems.push(Diagnostic::error("E0110", "name", told).in_file(&source.file));
            } else {
                found.push((source, definition));
            }
        }
    }
    found
}

macro_rules! pick {
    ($kind:ident) => {
        |d| if let Definition::$kind(d) = d { Some(d) } else { None }
    };
}

fn compile(sources: &[Source], problems: &mut Vec<Diagnostic>) -> Catalog {
    let mut catalog = Catalog::default();
    let packs = of_kind(sources, problems, Kind::Pack, pick!(Pack));
    for (source, pack) in &packs {
        for need in &pack.needs {
            if !packs.iter().any(|(_, p)| p.name == *need) {
                problems.push(Diagnostic::error("E0111", "needs", format!("no pack `{need}`")).in_file(&source.file));
            }
        }
        for (name, setting) in &pack.settings {
            if catalog.settings.insert(name.clone(), setting.clone()).is_some() {
                let told = format!("another pack has a setting `{name}`");
                problems.push(Diagnostic::error("E0110", format!("settings.{name}"), told).in_file(&source.file));
            }
        }
        catalog.packs.insert(pack.name.clone(), (*pack).clone());
    }
    let entities = of_kind(sources, problems, Kind::Entity, pick!(Entity));
    let decisions = of_kind(sources, problems, Kind::Decision, pick!(Decision));
    let roles = of_kind(sources, problems, Kind::Role, pick!(Role));
    catalog.definitions = entities.iter().map(|(s, d)| (s.name.clone(), Arc::new((***d).clone()))).collect();
    catalog.decision_definitions = decisions.iter().map(|(s, d)| (s.name.clone(), (*d).clone())).collect();
    let role_names: BTreeSet<Name> = roles.iter().map(|(s, _)| s.name.clone()).collect();

    // The parts that are filled in do not touch those that `types` borrows, but the compiler cannot know: take them out.
    let definitions = std::mem::take(&mut catalog.definitions);
    let settings = std::mem::take(&mut catalog.settings);
    let decision_definitions = std::mem::take(&mut catalog.decision_definitions);
    let calendars = compile_calendars(sources, problems);
    let types =
        Types { entities: &definitions, settings: &settings, decisions: &decision_definitions, calendars: &calendars };
    let compiler = |source: &'_ Source| Compiler::new(types, &role_names, source.file.clone());

    rows::check_settings(&packs, problems);
    modules::check(&packs, &definitions, problems);
    for (source, _) in &entities {
        if let Some(definition) = definitions.get(&source.name) {
            let mut c = compiler(source);
            let compiled = entity::compile(&mut c, &source.pack, definition);
            catalog.entities.insert(source.name.clone(), Arc::new(compiled));
            problems.extend(c.finish());
        }
    }
    catalog.live = Live::of(&catalog.entities);
    for (entity, field, told) in Live::circles(&catalog.entities) {
        if let Some((source, _)) = entities.iter().find(|(source, _)| source.name == entity) {
            problems.push(Diagnostic::error("E0244", format!("fields.{field}"), told).in_file(&source.file));
        }
    }
    for (source, definition) in decisions {
        let (compiled, told) = Decision::compile(definition, &types);
        problems.extend(told.into_iter().map(|d| d.in_file(&source.file)));
        if let Some(compiled) = compiled {
            catalog.decisions.insert(source.name.clone(), Arc::new(compiled));
        }
    }
    compile_workflows(&mut catalog, sources, problems, &types, &role_names);
    for (source, definition) in roles {
        let mut c = compiler(source);
        let compiled = roles::compile(&mut c, definition, &catalog.entities);
        catalog.roles.insert(source.name.clone(), compiled);
        problems.extend(c.finish());
    }
    for (source, definition) in of_kind(sources, problems, Kind::Mapping, pick!(Mapping)) {
        let mut c = compiler(source);
        let compiled = rows::compile_mapping(&mut c, definition);
        catalog.mappings.insert(source.name.clone(), Arc::new(compiled));
        problems.extend(c.finish());
    }
    compile_screens(&mut catalog, sources, problems, &compiler);
    let written = of_kind(sources, problems, Kind::Translations, pick!(Translations));
    translate(&mut catalog, sources, &written, problems);
    for (source, definition) in of_kind(sources, problems, Kind::Import, pick!(Import)) {
        let (compiled, told) = Import::compile(definition, types, &catalog.translations);
        problems.extend(told.into_iter().map(|d| d.in_file(&source.file)));
        catalog.imports.insert(source.name.clone(), Arc::new(compiled));
    }
    let data = of_kind(sources, problems, Kind::Data, pick!(Data));
    for (source, definition) in &data {
        let mut c = compiler(source);
        rows::check_data(&mut c, definition, &data, &catalog.entities);
        catalog.data.push((*definition).clone());
        problems.extend(c.finish());
    }
    for (source, definition) in of_kind(sources, problems, Kind::Test, pick!(Test)) {
        let mut c = compiler(source);
        rows::check_test(&mut c, definition, &data);
        catalog.tests.push((source.pack.clone(), definition.clone()));
        problems.extend(c.finish());
    }
    across(&catalog, sources, problems);
    messages(&catalog, sources, problems);
    catalog.definitions = definitions;
    catalog.settings = settings;
    catalog.decision_definitions = decision_definitions;
    catalog.calendars = calendars;
    catalog
}

fn compile_workflows(
    catalog: &mut Catalog,
    sources: &[Source],
    problems: &mut Vec<Diagnostic>,
    types: &Types<'_>,
    roles: &BTreeSet<Name>,
) {
    let workflows = of_kind(sources, problems, Kind::Workflow, pick!(Workflow));
    let all: IndexMap<Name, WorkflowDefinition> =
        workflows.iter().map(|(source, definition)| (source.name.clone(), (*definition).clone())).collect();
    let mut compiled: IndexMap<Name, Arc<Workflow>> = IndexMap::new();
    for (source, definition) in workflows {
        let (workflow, told) = Workflow::compile(definition, types, roles, &all);
        problems.extend(told.into_iter().map(|d| d.in_file(&source.file)));
        compiled.extend(workflow.map(|workflow| (source.name.clone(), Arc::new(workflow))));
    }
    catalog.workflows =
        compiled.iter().map(|(name, workflow)| (name.clone(), Arc::new(workflow.linked(&compiled)))).collect();
}

fn compile_calendars(sources: &[Source], problems: &mut Vec<Diagnostic>) -> IndexMap<Name, Arc<Calendar>> {
    let mut calendars = IndexMap::new();
    for (source, definition) in of_kind(sources, problems, Kind::Calendar, pick!(Calendar)) {
        match Calendar::compile(definition) {
            Ok(calendar) => drop(calendars.insert(source.name.clone(), Arc::new(calendar))),
            Err(wrong) => {
                problems.extend(
                    wrong.into_iter().map(|w| Diagnostic::error(w.code, w.path, w.message).in_file(&source.file)),
                );
            }
        }
    }
    calendars
}

fn compile_screens<'s>(
    catalog: &mut Catalog,
    sources: &'s [Source],
    problems: &mut Vec<Diagnostic>,
    compiler: &dyn Fn(&'s Source) -> Compiler<'s>,
) {
    for (source, definition) in of_kind(sources, problems, Kind::Form, pick!(Form)) {
        let mut c = compiler(source);
        if let Some(form) = screens::compile_form(&mut c, definition, &catalog.entities) {
            catalog.forms.insert(definition.entity.clone(), form);
        }
        problems.extend(c.finish());
    }
    for (source, definition) in of_kind(sources, problems, Kind::View, pick!(View)) {
        let mut c = compiler(source);
        if let Some(view) = screens::compile_view(&mut c, definition, &catalog.entities) {
            catalog.views.insert(source.name.clone(), view);
        }
        problems.extend(c.finish());
    }
    for (source, _) in of_kind(sources, problems, Kind::Entity, pick!(Entity)) {
        let Some(entity) = catalog.entities.get(&source.name) else { continue };
        let mut c = compiler(source);
        if !catalog.forms.contains_key(&entity.name)
            && let Some(form) = screens::compile_form(&mut c, &screens::default_form(entity), &catalog.entities)
        {
            catalog.forms.insert(entity.name.clone(), form);
        }
        if !catalog.views.contains_key(&entity.name)
            && let Some(view) = screens::compile_view(&mut c, &screens::default_view(entity), &catalog.entities)
        {
            catalog.views.insert(entity.name.clone(), view);
        }
        // What is made from a broken entity repeats the entity's own problems.
        let fresh: Vec<Diagnostic> =
            c.finish().into_iter().filter(|d| !problems.iter().any(|p| p.file == d.file)).collect();
        problems.extend(fresh);
    }
    // Daily work comes first, people and departments last.
    let mut menus = of_kind(sources, problems, Kind::Menu, pick!(Menu));
    menus.sort_by_key(|(source, _)| source.pack == *"system");
    for (source, definition) in menus {
        let mut c = compiler(source);
        screens::check_menu(&mut c, "items", &definition.items, &catalog.views);
        catalog.menus.insert(source.name.clone(), definition.clone());
        problems.extend(c.finish());
    }
}

/// Takes translations over, tells those of texts that are not there, and texts that are not translated.
fn translate(
    catalog: &mut Catalog,
    sources: &[Source],
    written: &[(&Source, &TranslationsDefinition)],
    problems: &mut Vec<Diagnostic>,
) {
    let mut missing: IndexMap<(Name, String), Vec<String>> = IndexMap::new();
    for source in sources {
        let Some((kind, json)) = crate::load::kind_and_json(&source.definition).ok() else { continue };
        if matches!(kind, Kind::Translations | Kind::Test | Kind::Data) {
            continue;
        }
        let texts = translatable(&json);
        for language in written.iter().map(|(_, t)| &t.language).collect::<BTreeSet<_>>() {
            // A pack that has no text at all in a language is not expected to have all.
            if !written.iter().any(|(s, t)| s.pack == source.pack && t.language == *language) {
                continue;
            }
            let fits = |t: &&TranslationsDefinition| t.of == kind && t.name == source.name && t.language == *language;
            let there = written.iter().map(|(_, t)| *t).find(fits);
            let lacking: Vec<String> = texts
                .iter()
                .filter(|(path, _)| there.is_none_or(|t| !t.texts.contains_key(path)))
                .map(|(path, _)| path.clone())
                .collect();
            if !lacking.is_empty() {
                missing.entry((language.clone(), source.file.clone())).or_default().extend(lacking);
            }
            for (path, _) in there.iter().flat_map(|t| &t.texts) {
                let made = path == "label" || path == "label_plural" || rows::is_made_label(&json, path);
                if !texts.iter().any(|(p, _)| p == path) && !made {
                    let at = written.iter().find(|(_, t)| fits(t)).map(|(s, _)| s.file.clone()).unwrap_or_default();
                    let told = format!("{} has no text at `{path}`", source.file);
                    problems.push(Diagnostic::warning("W0652", format!("texts.{path}"), told).in_file(at));
                }
            }
        }
    }
    for ((language, file), paths) in missing {
        let told = format!("not translated into `{language}`: {}", paths.join(", "));
        problems.push(Diagnostic::warning("W0651", "", told).in_file(file));
    }
    for (_, t) in written {
        catalog.translations.insert(t.language.clone(), t.of, t.name.clone(), t.texts.clone());
    }
}

/// Messages that workflows wait for and no role may send: without an administrator the wait never ends. Values of them
/// that are of one type here and of another there.
fn messages(catalog: &Catalog, sources: &[Source], problems: &mut Vec<Diagnostic>) {
    let conflicts = catalog.message_conflicts();
    for (source, definition) in of_kind(sources, &mut Vec::new(), Kind::Workflow, pick!(Workflow)) {
        for conflict in conflicts.iter().filter(|conflict| *conflict.workflow == source.name) {
            let MessageConflict { node, message, value, kind, .. } = conflict;
            let told = format!("`{value}` of the message `{message}` is of the type `{}` elsewhere", kind.as_str());
            problems.push(
                Diagnostic::error("E0569", format!("nodes.{node}.for.message.values.{value}"), told)
                    .hint("give the variables the same type, or the value another name")
                    .in_file(&source.file),
            );
        }
        for (name, node) in &definition.nodes {
            let NodeDefinition::Wait(wait) = node else { continue };
            let WaitFor::Message(message) = &wait.awaited else { continue };
            if catalog.roles.values().any(|role| role.definition.messages.contains(&message.name)) {
                continue;
            }
            let told = format!("no role but administrators may send `{}`", message.name);
            problems.push(
                Diagnostic::warning("W0561", format!("nodes.{name}.for.message.name"), told)
                    .hint("name it in the `messages` of a role")
                    .in_file(&source.file),
            );
        }
    }
}

fn no_workflow(catalog: &Catalog, path: String, workflow: &str) -> Diagnostic {
    let mut d = Diagnostic::error("E0216", path, format!("no workflow `{workflow}`"));
    d.hint = crate::nearest(workflow, catalog.workflows.keys().map(|k| &**k)).map(|k| format!("did you mean `{k}`?"));
    d
}

/// Checks that need everything compiled: workflows of transitions, mappings of steps, fields that nobody may read.
fn across(catalog: &Catalog, sources: &[Source], problems: &mut Vec<Diagnostic>) {
    for (source, definition) in of_kind(sources, &mut Vec::new(), Kind::Entity, pick!(Entity)) {
        let mut told: Vec<Diagnostic> = Vec::new();
        for (i, workflow) in definition.absence.iter().flat_map(|absence| &absence.workflows).enumerate() {
            if workflow_definition(sources, workflow).is_none() {
                told.push(no_workflow(catalog, format!("absence.workflows.{i}"), workflow));
            }
        }
        for (name, transition) in definition.lifecycle.iter().flat_map(|l| &l.transitions) {
            let path = format!("lifecycle.transitions.{name}");
            if let Some(workflow) = &transition.workflow {
                match workflow_definition(sources, workflow) {
                    None => told.push(no_workflow(catalog, format!("{path}.workflow"), workflow)),
                    // Any workflow of the entity may be the one that serves.
                    Some(_) => {
                        for flow in workflows_of(sources, &source.name) {
                            let ends = workflow::outcomes(flow, &|name| workflow_definition(sources, name));
                            let ends = ends.into_iter().map(|outcome| &**outcome);
                            let needed: BTreeSet<&str> = ends.chain(["withdrawn", "cancelled"]).collect();
                            for outcome in needed.iter().filter(|o| !transition.outcomes.contains_key(**o)) {
                                let flow = &flow.name;
                                let message = format!("`{flow}` can end as `{outcome}`, but no state is given for it");
                                told.push(Diagnostic::error("E0217", format!("{path}.outcomes"), message));
                            }
                        }
                    }
                }
            }
            for (step, compiled) in catalog
                .entities
                .get(&source.name)
                .iter()
                .filter_map(|e| e.lifecycle.as_ref())
                .filter_map(|l| l.transitions.get(name))
                .flat_map(|t| &t.steps)
            {
                let (verb, entity, mapping) = match compiled {
                    crate::schema::Step::Create { entity, mapping: Some(mapping), .. } => ("create", entity, mapping),
                    crate::schema::Step::UpdateOther { entity, mapping: Some(mapping), .. } => {
                        ("update", entity, mapping)
                    }
                    _ => continue,
                };
                let fits = catalog.mappings.get(mapping).is_some_and(|m| m.from == source.name && m.to == *entity);
                if !fits {
                    let message = format!("no mapping `{mapping}` from `{}` to `{entity}`", source.name);
                    told.push(Diagnostic::error("E0218", format!("{path}.do.{step}.{verb}.from"), message));
                }
            }
        }
        if catalog.roles.values().any(|r| r.can.contains_key(&source.name)) {
            for (field, _) in &definition.fields {
                let somebody = catalog
                    .roles
                    .values()
                    .any(|r| r.can.get(&source.name).is_some_and(|k| k.readable.contains(&**field)));
                if !somebody {
                    told.push(Diagnostic::warning("W0233", format!("fields.{field}"), "no role may read this field"));
                }
            }
        } else {
            told.push(Diagnostic::warning("W0234", "", "no role has any right on this entity"));
        }
        problems.extend(told.into_iter().map(|d| d.in_file(&source.file)));
    }
}

fn workflows_of<'s>(
    sources: &'s [Source],
    entity: &str,
) -> impl Iterator<Item = &'s crate::definition::WorkflowDefinition> {
    sources.iter().filter_map(move |s| match &s.definition {
        Definition::Workflow(w) if w.entity == *entity && !w.only_called => Some(w),
        _ => None,
    })
}

fn workflow_definition<'s>(sources: &'s [Source], name: &str) -> Option<&'s crate::definition::WorkflowDefinition> {
    sources.iter().find_map(|s| match &s.definition {
        Definition::Workflow(w) if w.name == *name => Some(w),
        _ => None,
    })
}
