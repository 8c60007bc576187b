//! What one person may see, worked out role by role.

use std::collections::{HashMap, HashSet};

use kernel::{
    Record,
    expression::EvalError,
    query::{Facts, Outcome},
    rights::Access,
    workflow::{NodeKind, pools_of},
};
use server::{App, Scene};
use uuid::Uuid;

use super::plant::{Cell, Planted};

/// The cells that one person may see: the row and the field by one and the same role, or by a task.
pub(crate) struct Shown(HashMap<Uuid, HashSet<String>>);

impl Shown {
    pub(crate) async fn to(app: &App, user: Uuid, planted: &Planted) -> Self {
        let mut shown = HashMap::new();
        for record in &planted.records {
            let cells = of_record(app, user, record).await;
            if !cells.is_empty() {
                shown.insert(record.id, cells);
            }
        }
        Self(shown)
    }

    pub(crate) fn sees(&self, cell: &Cell) -> bool {
        self.0.get(&cell.record).is_some_and(|paths| paths.contains(&cell.path))
    }

    pub(crate) fn sees_row(&self, record: Uuid) -> bool {
        self.0.contains_key(&record)
    }
}

async fn of_record(app: &App, user: Uuid, record: &Record) -> HashSet<String> {
    let scene = app.scene(Some(user));
    let entity = scene.catalog.entity(&record.entity).unwrap();
    let person = scene.org.people.get(&user).unwrap();
    let mut paths: HashSet<String> = HashSet::new();
    for name in &person.roles {
        let flags = |facts: &Facts| {
            let ctx = scene.ctx();
            let access = Access::new(&scene.catalog, &ctx).among(|role| role.definition.name == *name);
            match access.flags_of(entity, record, facts) {
                Ok(flags) => Outcome::Decided(flags),
                Err(EvalError::Needs(queries)) => Outcome::Needs(queries),
                Err(EvalError::Fault(fault)) => panic!("{fault}"),
            }
        };
        if app.settle(&scene, flags).await.unwrap().contains(&true) {
            let rights = scene.catalog.roles[name].can.get(&record.entity).unwrap();
            paths.extend(rights.readable.iter().cloned());
            paths.insert("title".into());
        }
    }
    if paths.is_empty() {
        paths = by_task(app, &scene, user, record).await;
    }
    paths
}

async fn by_task(app: &App, scene: &Scene, user: Uuid, record: &Record) -> HashSet<String> {
    let mut paths = HashSet::new();
    for task in app.store().open_tasks_about(user, &pools_of(&app.org(), user), record.id).await.unwrap() {
        let instance = app.store().instance(task.instance).await.unwrap().unwrap();
        let node = &scene.catalog.workflows[&instance.workflow].nodes[&task.node];
        let NodeKind::Approval(node) = &node.kind else { continue };
        for role in scene.org.people[&user].roles.iter().filter_map(|role| scene.catalog.roles.get(role)) {
            paths.extend(role.can.get(&record.entity).into_iter().flat_map(|rights| rights.readable.iter().cloned()));
        }
        paths.extend(node.write.iter().map(ToString::to_string));
        paths.insert("title".into());
        paths.retain(|path| !node.hide.iter().any(|hidden| path == hidden.as_str()));
    }
    paths
}
