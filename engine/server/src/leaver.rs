//! Somebody leaves the firm: they cannot sign in any more, their tasks are resolved anew, and what was theirs goes to
//! somebody else. History keeps their name.

use kernel::{
    Name, Rejection, Value,
    command::Act,
    context::Org,
    query::{Comparison, Operand, Predicate, Select},
    rights::all,
    schema::Entity,
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    App, Failure,
    command::{ActOnInstance, UpdateRecord},
};

/// Tasks and records that are gone through at a time.
const PAGE: u32 = 100;

/// What was handed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HandedOver {
    /// Records.
    pub records: usize,
    /// Tasks.
    pub tasks: usize,
}

impl App {
    /// Somebody leaves, and somebody else takes over their people, departments and open records. Their tasks go where
    /// the workflows say, which may be elsewhere. What cannot be handed over is left and logged.
    ///
    /// # Errors
    /// If there is no such person, or the one who takes over has left too.
    pub async fn leave(&self, leaver: Uuid, to: Uuid) -> Result<HandedOver, Failure> {
        let org = self.org();
        if !org.people.contains_key(&leaver) {
            return Err(Rejection::NotFound { kind: "user".into(), id: leaver.to_string() }.into());
        }
        if leaver == to || !org.people.get(&to).is_some_and(|person| person.active) {
            let told = "expected somebody else, who works here";
            return Err(Rejection::invalid("hand_over_to", "choose", told).into());
        }
        let fields = [("active".to_owned(), json!(false))].into_iter().collect();
        let deactivate =
            UpdateRecord { entity: "user".into(), id: leaver, version: None, fields, distinct: None, source: "app" };
        self.perform(None, &deactivate).await?;
        self.store().delete_sessions_of(leaver, None).await?;
        self.sessions_ended(leaver).await;
        let mut done = HandedOver::default();
        // People and departments first: who decides instead may follow from them.
        done.records += self.hand_over_references("user", "manager", leaver, to).await?;
        // Whoever takes over from their own manager reports to the one above, not to themselves.
        if org.people.get(&to).is_some_and(|person| person.manager == Some(leaver)) {
            let above = org.people.get(&leaver).and_then(|person| person.manager).filter(|above| *above != to);
            let fields = [("manager".to_owned(), json!(above))].into_iter().collect();
            let raise =
                UpdateRecord { entity: "user".into(), id: to, version: None, fields, distinct: None, source: "app" };
            self.perform(None, &raise).await?;
        }
        done.records += self.hand_over_references("department", "head", leaver, to).await?;
        done.tasks = self.resolve_tasks_of(leaver).await?;
        let scene = self.scene(None);
        for entity in scene.catalog.entities.values() {
            if let Some(owner) = &entity.owner {
                done.records += self.hand_over_references(&entity.name, owner, leaver, to).await?;
            }
        }
        Ok(done)
    }

    /// Resolves the open tasks of somebody who is not active any more anew.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn resolve_tasks_of(&self, leaver: Uuid) -> Result<usize, Failure> {
        let mut done = 0;
        loop {
            let tasks = self.store().open_tasks(leaver, &[], None, PAGE).await?;
            let before = done;
            for task in tasks {
                let command =
                    ActOnInstance { instance: task.instance, act: Act::Left { person: leaver }, version: None };
                match self.perform(None, &command).await {
                    Ok(_) => done += 1,
                    Err(Failure::Store(error)) => return Err(error.into()),
                    Err(refused) => tracing::warn!(%refused, task = %task.id, "a leaver's task stays"),
                }
            }
            if done == before {
                return Ok(done);
            }
        }
    }

    /// Resolves the open tasks of everybody who is not active any more, however that came about. How many.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn resolve_tasks_of_the_left(&self) -> Result<usize, Failure> {
        let mut assignees = self.store().open_task_assignees().await?;
        // Nobody: a task that waits in a pool.
        assignees.retain(|id| !id.is_nil());
        let org = self.org();
        if assignees.iter().all(|id| is_active(&org, *id)) {
            return Ok(0);
        }
        // They may be new rather than gone: what is read now knows whoever had a task before.
        self.refresh_org().await?;
        let org = self.org();
        let mut done = 0;
        for left in assignees.into_iter().filter(|id| !is_active(&org, *id)) {
            done += self.resolve_tasks_of(left).await?;
        }
        Ok(done)
    }

    /// Records whose way is not over and that name the leaver in a field: they name the other one.
    async fn hand_over_references(&self, entity: &str, field: &str, leaver: Uuid, to: Uuid) -> Result<usize, Failure> {
        let scene = self.scene(None);
        let Some(found) = scene.catalog.entity(entity) else { return Ok(0) };
        let mut select = named_in(found, field, leaver);
        let mut done = 0;
        loop {
            let page = self.store().select(&*scene.catalog, &select).await?;
            for row in &page.rows {
                let fields = [(field.to_owned(), json!(to))].into_iter().collect();
                let command = UpdateRecord {
                    entity: entity.to_owned(),
                    id: row.record.id,
                    version: None,
                    fields,
                    distinct: None,
                    source: "app",
                };
                match self.perform(None, &command).await {
                    Ok(_) => done += 1,
                    Err(Failure::Store(error)) => return Err(error.into()),
                    Err(refused) => tracing::warn!(%refused, id = %row.record.id, "a leaver's record stays theirs"),
                }
            }
            match page.next {
                Some(next) => select.after = Some(next),
                None => return Ok(done),
            }
        }
    }
}

fn is_active(org: &Org, id: Uuid) -> bool {
    org.people.get(&id).is_some_and(|person| person.active)
}

fn named_in(entity: &Entity, field: &str, leaver: Uuid) -> Select {
    let named = Predicate::Compare {
        left: Operand::Path(vec![Name::new(field)]),
        operator: Comparison::Equal,
        right: Operand::Value(Value::Id(leaver)),
    };
    let states = entity.lifecycle.iter().flat_map(|lifecycle| &lifecycle.states);
    let over: Vec<Value> = states.filter(|(_, state)| state.is_final).map(|(name, _)| Value::text(name)).collect();
    let going = Predicate::Not(Box::new(Predicate::In { operand: vec![Name::new("state")], values: over.clone() }));
    Select {
        entity: entity.name.clone(),
        columns: Vec::new(),
        filter: if over.is_empty() { named } else { all(vec![named, going]) },
        tokens: Vec::new(),
        sort: Vec::new(),
        after: None,
        limit: PAGE,
        flags: Vec::new(),
        deleted: false,
    }
}
