//! Deciding by a link in a letter, without signing in.
//!
//! A link is a random token for one task and one person. Only a digest of it is stored; it ends with its task, whatever
//! becomes of that, and in any case after [`LIFE`]. What it opens is read and decided as that person, at that moment: who
//! has left, or has lost the task, is told so and decides nothing.

mod facts;
mod layout;
mod page;
mod values;

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use kernel::{
    Catalog, Name,
    command::{Act, Sent},
    workflow::{Approval, Channel, Instance, NodeKind, Part, Return, Verb, Wait},
};
use serde_json::json;
use store::DecisionLink;
use uuid::Uuid;

use super::MailSettings;
use crate::{
    App, Failure,
    app_model::known_language,
    auth::Token,
    command::{ActOnInstance, instance_of},
    read::{Seen, Titles},
};

pub(crate) use facts::Facts;
pub(crate) use page::{Kept, Page};

/// So long a link can be used.
pub(crate) const LIFE: TimeDelta = TimeDelta::days(7);
/// So long after that it is still known, so that whoever comes late is told what became of it.
pub(crate) const KEEP_LINKS: TimeDelta = TimeDelta::days(60);

/// What a link leads to.
#[derive(Debug)]
pub(crate) enum Link {
    /// Nothing: it was never made, or is forgotten.
    Unknown,
    /// Whom it was for does not work here any more.
    Left(For),
    /// The task is over.
    Over(For, Over),
    /// It is too old.
    Expired(For, DateTime<Utc>),
    /// The task waits for others now, or the link is of no use any more.
    Elsewhere(For),
    /// Something to decide.
    Open(Box<Open>),
}

/// Whom a link was sent to.
#[derive(Clone, Debug)]
pub(crate) struct For {
    pub(crate) person: Uuid,
    pub(crate) name: String,
    pub(crate) language: &'static str,
    pub(crate) entity: Name,
    pub(crate) record: Uuid,
}

impl For {
    /// The record in the app, for who signs in.
    pub(crate) fn path(&self) -> String {
        format!("/e/{}/{}", self.entity, self.record)
    }
}

/// How a task ended.
#[derive(Clone, Debug)]
pub(crate) struct Over {
    /// `approved`, `returned`, an outcome of the node's own.
    pub(crate) outcome: String,
    /// What that outcome is called, where it is the node's own.
    pub(crate) label: Option<String>,
    /// Who did it; none for the workflow itself.
    pub(crate) by: Option<String>,
    /// Whether that was the one whom the link is for.
    pub(crate) own: bool,
    pub(crate) at: DateTime<Utc>,
}

/// A task that waits for the link's person.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) to: For,
    pub(crate) task: Uuid,
    pub(crate) node: Name,
    pub(crate) instance: Instance,
    pub(crate) pinned: Arc<Catalog>,
    pub(crate) seen: Seen,
    /// What can be done here.
    pub(crate) choices: Vec<Choice>,
    /// Fields that must have a value before it can be approved, and have none.
    pub(crate) missing: Vec<Name>,
    /// Who works on it for somebody else gives advice.
    pub(crate) advice_to: Option<String>,
}

/// Something that can be done with the task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// `approve`, `reject`, `return`, or `outcome:<name>`.
    pub(crate) key: String,
    pub(crate) verb: Verb,
    /// Whether a reason must be given.
    pub(crate) reason: bool,
}

impl App {
    /// Links by which somebody can decide those of these tasks that wait for them and can be decided by mail.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) async fn decision_links(
        &self,
        settings: &MailSettings,
        person: Uuid,
        tasks: &[Uuid],
    ) -> Result<HashMap<Uuid, String>, Failure> {
        let now = self.clock().now();
        let (mut urls, mut kept) = (HashMap::new(), Vec::new());
        for task in tasks {
            let link = DecisionLink { task: *task, person, expires_at: now + LIFE };
            let Link::Open(open) = self.follow(&link).await? else { continue };
            if open.choices.is_empty() {
                continue;
            }
            let token = Token::random();
            kept.push((token.digest("decision"), link));
            // In the query, which no log of ours keeps.
            urls.insert(*task, settings.link(&format!("/decide?t={}", token.secret())));
        }
        self.store().keep_decision_links(&kept, now).await?;
        Ok(urls)
    }

    /// What a link leads to now.
    ///
    /// # Errors
    /// If the store fails.
    pub(crate) async fn read_link(&self, token: &str) -> Result<Link, Failure> {
        let Some(token) = Token::parse(token) else { return Ok(Link::Unknown) };
        match self.store().decision_link(&token.digest("decision")).await? {
            Some(link) => self.follow(&link).await,
            None => Ok(Link::Unknown),
        }
    }

    async fn follow(&self, link: &DecisionLink) -> Result<Link, Failure> {
        let Some(task) = self.store().task(link.task).await? else { return Ok(Link::Unknown) };
        let org = self.org();
        let Some(person) = org.people.get(&link.person) else { return Ok(Link::Unknown) };
        let to = For {
            person: link.person,
            name: person.name.clone(),
            language: known_language(person.language.as_deref()),
            entity: task.row.entity.clone(),
            record: task.row.record,
        };
        if !person.active {
            return Ok(Link::Left(to));
        }
        let Some(row) = self.store().instance(task.row.instance).await? else { return Ok(Link::Unknown) };
        let instance = instance_of(row)?;
        let scene = self.scene(Some(link.person));
        let pinned = self.catalog_at(instance.catalog_version, &scene.catalog).await?;
        if let Some(done) = task.done {
            let over = self.over(&pinned, &instance, &task.row.node, link.person, done, to.language).await?;
            return Ok(Link::Over(to, over));
        }
        if link.expires_at <= scene.now {
            return Ok(Link::Expired(to, link.expires_at));
        }
        let pools = self.pools_of(link.person);
        let pooled = task.row.pool.as_ref().is_some_and(|pool| pools.contains(pool));
        let node = pinned.workflows.get(&instance.workflow).and_then(|workflow| workflow.nodes.get(&task.row.node));
        let Some(NodeKind::Approval(approval)) = node.map(|node| &node.kind) else { return Ok(Link::Elsewhere(to)) };
        if !approval.by_mail || !(pooled || task.row.pool.is_none() && task.row.assignee == link.person) {
            return Ok(Link::Elsewhere(to));
        }
        let Ok(seen) = self.see(&scene, &task.row.entity, task.row.record).await else {
            return Ok(Link::Elsewhere(to));
        };
        let part = part_of(&instance, link.task);
        let owner = part.and_then(|part| part.owner.as_ref());
        let is_empty = |field: &&Name| match seen.record.lines.get(*field) {
            Some(lines) => lines.is_empty(),
            None => seen.record.get(field).is_null(),
        };
        let missing: Vec<Name> = approval.required.iter().filter(is_empty).cloned().collect();
        let most = pinned.workflows.get(&instance.workflow).and_then(|workflow| workflow.most_returns);
        let returnable = owner.is_none() && most.is_none_or(|most| instance.returns < most);
        let mut choices = choices(approval);
        choices.retain(|choice| match choice.verb {
            Verb::Approve => missing.is_empty(),
            Verb::Return(_) => returnable,
            _ => true,
        });
        let advice_to = owner.map(|owner| owner.name.clone());
        let (task, node) = (link.task, task.row.node);
        Ok(Link::Open(Box::new(Open { to, task, node, instance, pinned, seen, choices, missing, advice_to })))
    }

    /// What the record is called, as far as the link's person may know it.
    ///
    /// # Errors
    /// If the store fails.
    pub(crate) async fn title_for(&self, to: &For) -> Result<Option<String>, Failure> {
        let scene = self.scene(Some(to.person));
        let mut titles = Titles::default();
        titles.want(&to.entity, to.record);
        let found = titles.look_up(self, &scene).await?;
        Ok(found.get(&to.record.to_string()).and_then(|title| title.as_str()).map(str::to_owned))
    }

    /// How the task ended; where others decided, who did.
    async fn over(
        &self,
        pinned: &Catalog,
        instance: &Instance,
        node: &Name,
        person: Uuid,
        mut done: store::Done,
        language: &str,
    ) -> Result<Over, Failure> {
        if done.by.is_none() {
            let all = self.store().tasks_of_instance(instance.id).await?;
            let same = all.into_iter().filter(|task| task.row.node == *node).filter_map(|task| task.done);
            if let Some(decided) = same.into_iter().find(|other| other.by.is_some() && other.at == done.at) {
                done = decided;
            }
        }
        let org = self.org();
        let found = pinned.workflows.get(&instance.workflow).and_then(|workflow| workflow.nodes.get(node));
        let label = match found.map(|node| &node.kind) {
            Some(NodeKind::Approval(approval)) => approval
                .outcomes
                .get(done.outcome.as_str())
                .map(|own| facts::outcome_label(pinned, language, &instance.workflow, node, &done.outcome, &own.label)),
            _ => None,
        };
        // What is withdrawn closes by itself; everybody knows who did it.
        let initiator = (done.outcome == "withdrawn").then_some(instance.initiator.id);
        let by = done.by.or(initiator);
        Ok(Over {
            label,
            by: by.and_then(|id| org.people.get(&id)).map(|person| person.name.clone()),
            own: by == Some(person),
            outcome: done.outcome,
            at: done.at,
        })
    }

    /// Decides as the link's person, of the record as they saw it, and notes it for administrators.
    ///
    /// # Errors
    /// If it is refused, or the store fails.
    pub(crate) async fn decide_by_link(
        &self,
        open: &Open,
        choice: &Choice,
        reason: Option<String>,
        version: i64,
    ) -> Result<(), Failure> {
        let sent = Box::new(Sent { reason, channel: Some(Channel::MailLink), ..Sent::default() });
        let act = Act::Decide { task: open.task, verb: choice.verb.clone(), sent };
        let command = ActOnInstance { instance: open.instance.id, act, version: Some(version) };
        self.perform(Some(open.to.person), &command).await?;
        let detail = json!({
            "task": open.task, "instance": open.instance.id, "entity": open.instance.entity,
            "record": open.instance.record, "verb": choice.key,
        });
        self.note(Some(open.to.person), "decided_by_mail", detail).await?;
        Ok(())
    }
}

/// What a node lets people do by mail, the usual first.
fn choices(approval: &Approval) -> Vec<Choice> {
    let verbs = &approval.verbs;
    let own = approval.outcomes.iter().map(|(name, own)| (Verb::Outcome { name: name.clone() }, own.asks));
    let give_back = verbs.give_back.as_ref().map(|allowed| (Verb::Return(Return::default()), allowed.asks));
    let all = [(Verb::Approve, verbs.approve)].into_iter().chain(own).chain(give_back);
    let all = all.chain(verbs.reject.map(|asks| (Verb::Reject, asks)));
    all.filter(|(verb, _)| approval.by_mail(verb))
        .map(|(verb, asks)| {
            let key = match &verb {
                Verb::Outcome { name } => format!("outcome:{name}"),
                other => other.as_str().to_owned(),
            };
            Choice { key, verb, reason: asks.reason == kernel::definition::Reason::Required }
        })
        .collect()
}

fn part_of(instance: &Instance, task: Uuid) -> Option<&Part> {
    let task = instance.tasks.get(&task)?;
    match &instance.tokens.get(&task.token)?.wait {
        Wait::Approval(visit) => visit.parts.get(task.part),
        _ => None,
    }
}
