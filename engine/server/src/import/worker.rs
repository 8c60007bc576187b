//! Works a file through: pieces of rows in, saved records out.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use kernel::{
    Name, Problem, Record, Value,
    change::ImportOrigin,
    definition::{Existing, Missing},
    expression::{Env, EvalError},
    import::{
        Column, Columns, Group, Groups, Import, Input, Layout, Lookup, Reading, Refused, Row, Target, fingerprint,
        folded_value,
    },
    query::Facts,
    schema::Entity,
    sealed,
};
use serde_json::Value as Json;
use uuid::Uuid;

use super::{
    finder::{Finder, Found, by_keys},
    input::{refusal, told},
    saver::{Fate, Saver, Wanted},
    state::{Checkpoint, ImportState, Trouble},
};
use crate::{App, Failure, Scene};

/// Traces of what went in that are read at a time.
const ORIGINS: u32 = 5_000;

/// What became of a key before, should it come again further down in the file.
#[derive(Clone, Copy, Debug)]
enum Seen {
    /// A record of this import.
    Ours(Uuid),
    /// Left alone, or refused.
    Passed,
}

/// Works through one file.
#[derive(Debug)]
pub(super) struct Worker<'a> {
    pub(super) import: Arc<Import>,
    layout: Layout,
    reading: Reading,
    saver: Saver<'a>,
    pub(super) finder: Finder,
    groups: Vec<Groups>,
    seen: Vec<HashMap<u128, Seen>>,
    /// Up to which row what was made before a break went in, by target and mark.
    in_already: HashMap<(usize, u128), (u32, bool)>,
    /// Fields by which later targets look up records: they are noted when records are made.
    noted: HashSet<(Name, Name)>,
    /// What is told.
    pub(super) state: ImportState,
}

impl<'a> Worker<'a> {
    pub(super) fn new(
        import: Arc<Import>,
        layout: Layout,
        reading: Reading,
        saver: Saver<'a>,
        state: ImportState,
    ) -> Self {
        let noted = import.lookups().map(|(entity, by)| (entity.clone(), by.clone())).collect();
        let targets = import.targets.len();
        Self {
            import,
            layout,
            reading,
            saver,
            finder: Finder::default(),
            groups: vec![Groups::default(); targets],
            seen: vec![HashMap::new(); targets],
            in_already: HashMap::new(),
            noted,
            state,
        }
    }

    /// Learns what went in before a break, from what the commits noted.
    pub(super) async fn resume(&mut self) -> Result<(), Failure> {
        let mut after = 0;
        loop {
            let page = self.app().store().import_origins(self.saver.batch, after, ORIGINS).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.number;
            for one in page {
                let target = one.origin.target as usize;
                self.mark(target, one.origin.mark, Seen::Ours(one.record));
                let known = self.in_already.entry((target, one.origin.mark)).or_insert((0, false));
                *known = (known.0.max(one.origin.row), known.1 || one.created);
            }
        }
    }

    /// How far it is, once a piece that ended with this row is saved.
    pub(super) fn checkpoint(&mut self, last: u32) {
        let held = self.groups.iter().filter_map(Groups::first_row).min();
        self.state.checkpoint = Checkpoint { from: held.unwrap_or(last + 1), told: last };
    }

    fn app(&self) -> &'a App {
        self.saver.app
    }

    /// Takes a piece of the file.
    pub(super) async fn take(&mut self, rows: &[Row]) -> Result<(), Failure> {
        let scene = self.app().scene(self.saver.user);
        let mut facts = Facts::new();
        for row in rows {
            let (columns, problems) = self.import.clone().read(&self.layout, row, self.reading);
            let broken = !problems.is_empty();
            for problem in problems {
                self.trouble(problem.into());
            }
            self.group(&scene, &mut facts, row.number, &columns, broken).await?;
        }
        self.flush(false).await
    }

    /// Saves what is held back for rows that might still have come.
    pub(super) async fn finish(&mut self) -> Result<(), Failure> {
        self.flush(true).await
    }

    /// Takes a row into the groups of each target.
    async fn group(
        &mut self,
        scene: &Scene,
        facts: &mut Facts,
        row: u32,
        columns: &Columns,
        broken: bool,
    ) -> Result<(), Failure> {
        let import = Arc::clone(&self.import);
        for (target, groups) in import.targets.values().zip(&mut self.groups) {
            for _ in 0..4 {
                let taken = {
                    let ctx = scene.ctx();
                    let env = Env::new(&ctx, facts, scene.catalog.as_ref()).over(columns);
                    target.take(groups, row, broken, &env)
                };
                match taken {
                    Ok(()) => break,
                    Err(Refused::Filter(EvalError::Needs(queries)) | Refused::Field(_, EvalError::Needs(queries))) => {
                        self.saver.answer(scene, queries, facts).await?;
                    }
                    // A row that could not be read has been told of already.
                    Err(_) if broken => break,
                    Err(refused) => {
                        self.state.trouble(masked(&import, refusal(&import, target, row, columns, refused)));
                        self.state.counts(&target.entity).invalid += 1;
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    async fn flush(&mut self, all: bool) -> Result<(), Failure> {
        let import = Arc::clone(&self.import);
        for (index, target) in import.targets.values().enumerate() {
            // The last record with lines may go on in the next piece; but what is referred to must be there first.
            let referred = self.noted.iter().any(|(entity, _)| *entity == target.entity);
            let hold = !all && !target.lines.is_empty() && !referred;
            let groups = self.groups.get_mut(index).map(|g| g.drain(hold)).unwrap_or_default();
            if !groups.is_empty() {
                self.save(index, target, groups).await?;
            }
        }
        Ok(())
    }

    async fn save(&mut self, index: usize, target: &Target, groups: Vec<Group>) -> Result<(), Failure> {
        let app = self.app();
        let scene = app.scene(self.saver.user);
        let Some(entity) = scene.catalog.entity(&target.entity).cloned() else { return Ok(()) };
        self.finder.learn(app, &scene, groups.iter().flat_map(lookups)).await?;
        let unique = unique_lookups(&entity, target, &groups);
        self.finder.learn(app, &scene, unique.iter()).await?;

        let mut pending = Vec::new();
        for mut group in groups {
            if !self.in_already.is_empty() && self.pass_over(index, target, &mut group) {
                continue;
            }
            match self.key(&group) {
                Ok(key) => pending.push((group, key)),
                Err(trouble) => {
                    self.trouble(trouble);
                    self.state.counts(&target.entity).invalid += 1;
                }
            }
        }
        let new: Vec<Vec<Value>> = pending
            .iter()
            .filter(|(group, key)| !self.seen.get(index).is_some_and(|s| s.contains_key(&mark_of(group, key))))
            .filter(|(_, key)| !key.is_empty())
            .map(|(_, key)| key.clone())
            .collect();
        let existing = by_keys(app, &scene, &target.entity, &target.key, &new).await?;

        let mut facts = Facts::new();
        let mut wanted = Vec::new();
        let mut kept = Vec::new();
        for (group, key) in pending {
            let mark = mark_of(&group, &key);
            let found = existing.get(&key.iter().map(folded_value).collect::<Vec<_>>()).copied();
            let found = found.unwrap_or(Found::None);
            if let Some(one) = self.plan(&scene, index, target, &entity, &group, mark, found).await? {
                wanted.push(one);
                kept.push((group, mark));
            }
        }
        self.prefetch(&scene, &entity, &wanted, &mut facts).await?;
        let fates = self.saver.save(&entity, &wanted, &mut facts).await?;
        for (((group, mark), one), fate) in kept.iter().zip(&wanted).zip(fates) {
            self.settle(index, target, group, *mark, one, fate);
        }
        Ok(())
    }

    /// Leaves out of a group what went in before a break; whether nothing is left.
    fn pass_over(&mut self, index: usize, target: &Target, group: &mut Group) -> bool {
        let Ok(key) = self.key(group) else { return false };
        let Some((last, created)) = self.in_already.get(&(index, mark_of(group, &key))).copied() else { return false };
        let before = last_row(group);
        for rows in group.lines.values_mut() {
            rows.retain(|(row, _)| *row > last);
        }
        if last_row(group) > last && group.lines.values().any(|rows| !rows.is_empty()) {
            return false;
        }
        // What was not told of before the break is told now.
        if before > self.state.checkpoint.told {
            let counts = self.state.counts(&target.entity);
            if created { counts.create += 1 } else { counts.update += 1 }
        }
        true
    }

    /// The key's values.
    fn key(&self, group: &Group) -> Result<Vec<Value>, Trouble> {
        let row = group.row.unwrap_or_default();
        group.key.iter().map(|input| self.value("", input).map_err(|p| told(row, None, p, String::new()))).collect()
    }

    /// What is to be done about a group; nothing if it is passed over.
    #[expect(clippy::too_many_arguments, reason = "a step of one walk over what has been worked out for the group")]
    async fn plan(
        &mut self,
        scene: &Scene,
        index: usize,
        target: &Target,
        entity: &Entity,
        group: &Group,
        mark: u128,
        found: Found,
    ) -> Result<Option<Wanted>, Failure> {
        let seen = self.seen.get(index).and_then(|s| s.get(&mark)).copied();
        let row = group.row.unwrap_or_default();
        let base = match (seen, found) {
            (Some(Seen::Passed), _) => return Ok(None),
            // Rows of the same key further up made the record; these bring more lines.
            (Some(Seen::Ours(_)), _) if target.lines.is_empty() => return Ok(None),
            (Some(Seen::Ours(id)), _) => Some(id),
            (None, Found::Several) => {
                let message = "Expected one record with this key, but there are several";
                self.refuse(
                    index,
                    target,
                    mark,
                    told(row, None, Problem::new("", "ambiguous", message), String::new()),
                );
                return Ok(None);
            }
            (None, Found::One(_)) if target.existing == Existing::Skip => {
                self.pass(index, target, mark);
                return Ok(None);
            }
            (None, Found::One(id)) => Some(id),
            (None, Found::None) if target.missing == Missing::Skip => {
                self.pass(index, target, mark);
                return Ok(None);
            }
            (None, Found::None) => None,
        };
        if group.broken || group.row.is_none() {
            self.mark(index, mark, Seen::Passed);
            self.state.counts(&target.entity).invalid += 1;
            return Ok(None);
        }
        let base = match base {
            None => None,
            Some(id) => match self.app().store().record(scene.catalog.as_ref(), &target.entity, id).await? {
                Some(record) => Some(Arc::new(record)),
                // A dry run keeps only the records that others refer to.
                None => return Ok(None),
            },
        };
        match self.input(target, entity, group, base.as_deref(), seen.is_some()) {
            Ok(input) => {
                let target = u32::try_from(index).unwrap_or(u32::MAX);
                let origin = Some(ImportOrigin { target, mark, row: last_row(group) });
                Ok(Some(Wanted { row, input, base, origin }))
            }
            Err(troubles) => {
                for trouble in troubles {
                    self.trouble(trouble);
                }
                self.mark(index, mark, Seen::Passed);
                self.state.counts(&target.entity).invalid += 1;
                Ok(None)
            }
        }
    }

    /// Reads the records that these refer to in a few queries, rather than each time one is decided.
    async fn prefetch(
        &self,
        scene: &Scene,
        entity: &Entity,
        wanted: &[Wanted],
        facts: &mut Facts,
    ) -> Result<(), Failure> {
        let mut ids: HashMap<&Name, HashSet<Uuid>> = HashMap::new();
        let mut note = |to: Option<&'_ Name>, value: Option<&Json>| {
            if let (Some(to), Some(id)) = (to, value.and_then(Json::as_str).and_then(|id| Uuid::parse_str(id).ok()))
                && let Some((to, _)) = scene.catalog.entities.get_key_value(to)
            {
                ids.entry(to).or_default().insert(id);
            }
        };
        for one in wanted {
            for field in entity.columns() {
                note(field.to.as_ref(), one.input.get(&*field.name));
            }
            for table in entity.line_tables() {
                for line in one.input.get(&*table.name).and_then(Json::as_array).into_iter().flatten() {
                    for field in table.fields.values() {
                        note(field.to.as_ref(), line.get(&*field.name));
                    }
                }
            }
        }
        for (to, ids) in ids {
            let (imagined, real): (Vec<Uuid>, Vec<Uuid>) =
                ids.into_iter().partition(|id| self.saver.imagined.contains_key(id));
            for record in imagined.iter().filter_map(|id| self.saver.imagined.get(id)) {
                facts.insert_record(Arc::clone(record));
            }
            for part in real.chunks(500) {
                for record in self.app().store().records(scene.catalog.as_ref(), to, part).await? {
                    facts.insert_record(Arc::new(record));
                }
            }
        }
        Ok(())
    }

    /// Takes down what became of a record.
    fn settle(&mut self, index: usize, target: &Target, group: &Group, mark: u128, one: &Wanted, fate: Fate) {
        match fate {
            Fate::Created(record) => {
                self.state.counts(&target.entity).create += 1;
                self.remember(index, target, mark, &record);
            }
            Fate::Updated(record) => {
                let more = self.seen.get(index).is_some_and(|s| s.contains_key(&mark));
                self.state.counts(&target.entity).update += u64::from(!more);
                self.remember(index, target, mark, &record);
            }
            Fate::Unchanged(id) => {
                self.state.counts(&target.entity).skip += 1;
                self.mark(index, mark, Seen::Ours(id));
            }
            Fate::Refused(problems) => {
                for problem in problems {
                    let trouble = self.place(target, group, one, problem);
                    self.trouble(trouble);
                }
                self.mark(index, mark, Seen::Passed);
                self.state.counts(&target.entity).invalid += 1;
            }
        }
    }

    fn remember(&mut self, index: usize, target: &Target, mark: u128, record: &Arc<Record>) {
        self.mark(index, mark, Seen::Ours(record.id));
        let mut referred = false;
        for (entity, by) in self.noted.clone() {
            if entity == target.entity {
                referred = true;
                let value = record.get(&by);
                if !value.is_null() {
                    self.finder.note(&entity, &by, &value, record.id);
                }
            }
        }
        let unique: Vec<Name> = self.unique_fields(target);
        for by in unique {
            self.finder.note(&target.entity, &by, &record.get(&by), record.id);
        }
        if referred && !self.saver.write {
            self.saver.imagined.insert(record.id, Arc::clone(record));
        }
    }

    fn unique_fields(&self, target: &Target) -> Vec<Name> {
        let published = self.app().published();
        let entity = published.catalog.entity(&target.entity);
        let fields = entity.into_iter().flat_map(|e| e.columns()).filter(|f| is_watched(f, target));
        fields.map(|f| f.name.clone()).collect()
    }

    fn mark(&mut self, index: usize, mark: u128, seen: Seen) {
        if let Some(of_target) = self.seen.get_mut(index) {
            of_target.insert(mark, seen);
        }
    }

    fn pass(&mut self, index: usize, target: &Target, mark: u128) {
        self.mark(index, mark, Seen::Passed);
        self.state.counts(&target.entity).skip += 1;
    }

    /// Notes a problem.
    fn trouble(&mut self, trouble: Trouble) {
        self.state.trouble(masked(&self.import, trouble));
    }

    fn refuse(&mut self, index: usize, target: &Target, mark: u128, trouble: Trouble) {
        self.mark(index, mark, Seen::Passed);
        self.trouble(trouble);
        self.state.counts(&target.entity).invalid += 1;
    }
}

/// A problem that tells no more of what is sensitive than its end.
fn masked(import: &Import, mut trouble: Trouble) -> Trouble {
    let is_at = |column: &Column| column.sensitive && trouble.column.as_ref() == Some(&column.heading);
    if !trouble.value.is_empty() && import.columns.values().any(is_at) {
        let shown = sealed::hidden(&trouble.value);
        trouble.message = trouble.message.replace(&trouble.value, &shown);
        trouble.value = shown;
    }
    trouble
}

/// By what a group is known again. Without a key every row is a record of its own.
fn mark_of(group: &Group, key: &[Value]) -> u128 {
    if key.is_empty() { fingerprint(&[Value::Integer(group.row.unwrap_or_default().into())]) } else { fingerprint(key) }
}

/// The last row of a group.
fn last_row(group: &Group) -> u32 {
    let lines = group.lines.values().flatten().map(|(row, _)| *row).max();
    lines.into_iter().chain(group.row).max().unwrap_or_default()
}

fn lookups(group: &Group) -> impl Iterator<Item = &Lookup> {
    let lines = group.lines.values().flatten().flat_map(|(_, fields)| fields.values());
    let inputs = group.key.iter().chain(group.fields.values()).chain(lines);
    inputs.filter_map(|input| if let Input::Find(lookup) = input { Some(lookup) } else { None })
}

/// Fields whose values must be unique, beside the key, which finds its record anyway.
fn is_watched(field: &kernel::schema::Field, target: &Target) -> bool {
    field.unique && target.set.contains_key(&field.name) && target.key.as_slice() != std::slice::from_ref(&field.name)
}

pub(super) fn unique_lookups(entity: &Entity, target: &Target, groups: &[Group]) -> Vec<Lookup> {
    let fields: Vec<&Name> = entity.columns().filter(|f| is_watched(f, target)).map(|f| &f.name).collect();
    let of = |group: &Group| {
        let values = fields.iter().filter_map(|by| match group.fields.get(*by) {
            Some(Input::Value(value)) if !value.is_null() => Some(((*by).clone(), value.clone())),
            _ => None,
        });
        values
            .map(|(by, value)| Lookup { entity: entity.name.clone(), by: vec![by], value, optional: true })
            .collect::<Vec<_>>()
    };
    groups.iter().flat_map(of).collect()
}
