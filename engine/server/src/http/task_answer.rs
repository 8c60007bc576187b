//! What is told of a task to the one who has it: what they can do, what each verb asks for, whom they can return it to.

use std::sync::Arc;

use kernel::{
    Catalog, Name,
    definition::{Kind, ReturnThen, SignerPlace},
    workflow::{Approval, Asks, Consult, Instance, NodeKind, Part, Task, Wait, pools_of, return_targets},
};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::{Reader, words};
use crate::{App, Failure, app_model::Texts, read::time};

/// The reader's open tasks of an instance, their own first, then those of their pools, then opinions they are asked for.
pub(super) async fn own(app: &App, reader: &Reader, instance: &Instance) -> Result<Vec<Json>, Failure> {
    let pinned = app.catalog_at(instance.catalog_version, &reader.scene().catalog).await?;
    let pools = pools_of(&app.org(), reader.user);
    let mine = instance.tasks.iter().filter(|(_, task)| task.assignee.id == reader.user);
    let pooled = instance.tasks.iter().filter(|(_, task)| task.pool.as_ref().is_some_and(|p| pools.contains(&p.key())));
    let mut found: Vec<Json> =
        mine.chain(pooled).map(|(id, task)| about(&pinned, reader, instance, *id, task)).collect();
    let asked = instance.consults.iter().filter(|(_, asked)| asked.who.id == reader.user);
    found.extend(asked.map(|(id, asked)| opinion(&pinned, reader, instance, *id, asked)));
    Ok(found)
}

fn opinion(pinned: &Arc<Catalog>, reader: &Reader, instance: &Instance, id: Uuid, asked: &Consult) -> Json {
    let texts = Texts::new(pinned, reader.language);
    json!({
        "id": id, "kind": "consult", "node": asked.node,
        "label": words::place_label(texts, pinned, instance, asked.token, &asked.node),
        "verbs": ["answer"], "reason": {"answer": "required"}, "asks": {"answer": {"reason": "required"}}, "write": [],
        "question": asked.question, "by": asked.by, "since": time(asked.opened_at),
    })
}

fn about(pinned: &Arc<Catalog>, reader: &Reader, instance: &Instance, id: Uuid, task: &Task) -> Json {
    let texts = Texts::new(pinned, reader.language);
    let workflow = &instance.workflow;
    let mut out = Map::new();
    out.insert("id".into(), json!(id));
    out.insert("kind".into(), "decide".into());
    out.insert("node".into(), json!(task.node));
    out.insert("label".into(), words::place_label(texts, pinned, instance, task.token, &task.node).into());
    out.insert("since".into(), json!(time(task.opened_at)));
    out.insert("due_at".into(), json!(task.due.as_ref().and_then(|due| due.at).map(time)));
    let found = pinned.workflows.get(workflow).and_then(|w| w.nodes.get(&task.node));
    let Some(NodeKind::Approval(approval)) = found.map(|n| &n.kind) else { return Json::Object(out) };
    let part = part_of(instance, task);
    if let Some(part) = part {
        out.insert("via".into(), json!(part.via));
        if let Some(owner) = &part.owner {
            out.insert("delegated_by".into(), json!(owner));
        }
        if let Some(pool) = &part.pool {
            out.insert("pool".into(), json!({"name": pool.name, "claimed": task.pool.is_none()}));
        }
    }
    let allowed = verbs(approval, task, part);
    let reasons: Map<String, Json> =
        allowed.iter().map(|(verb, asks)| ((*verb).to_owned(), json!(asks.reason))).collect();
    let asked: Map<String, Json> = allowed.iter().map(|(verb, asks)| ((*verb).to_owned(), told(asks))).collect();
    out.insert("verbs".into(), json!(reasons.keys().collect::<Vec<_>>()));
    out.insert("reason".into(), Json::Object(reasons));
    out.insert("asks".into(), Json::Object(asked));
    out.insert("form".into(), json!(approval.form));
    out.insert("write".into(), json!(approval.write));
    out.insert("required".into(), json!(approval.required));
    out.insert("read".into(), json!(approval.read));
    out.insert("hide".into(), json!(approval.hide));
    if part.is_none_or(|part| part.owner.is_none()) {
        out.insert("outcomes".into(), outcomes(pinned, texts, workflow, &task.node, approval));
        out.insert("return".into(), returns(pinned, texts, instance, task, approval));
        if let Some(added) = &approval.verbs.add_signer {
            out.insert("signer_places".into(), json!(added.places.iter().map(|p| place(*p)).collect::<Vec<_>>()));
        }
    }
    out.insert("people".into(), json!(people(instance, task, reader.user)));
    Json::Object(out)
}

fn part_of<'i>(instance: &'i Instance, task: &Task) -> Option<&'i Part> {
    match &instance.tokens.get(&task.token)?.wait {
        Wait::Approval(visit) => visit.parts.get(task.part),
        _ => None,
    }
}

/// The verbs that the reader can use on the task as it stands.
fn verbs(approval: &Approval, task: &Task, part: Option<&Part>) -> Vec<(&'static str, Asks)> {
    let verbs = &approval.verbs;
    let advice = part.is_some_and(|part| part.owner.is_some());
    let pooled = part.is_some_and(|part| part.pool.is_some());
    let plain = Asks::default();
    let decided = [("approve", Some(verbs.approve)), ("reject", verbs.reject), ("comment", verbs.comment)];
    let beside = [
        ("return", verbs.give_back.as_ref().map(|allowed| allowed.asks)),
        ("transfer", verbs.transfer),
        ("delegate", verbs.delegate),
        ("add_signer", verbs.add_signer.as_ref().map(|allowed| allowed.asks)),
        ("remove_signer", verbs.remove_signer),
        ("cc", verbs.cc),
        ("consult", verbs.consult),
        ("claim", (pooled && task.pool.is_some()).then_some(plain)),
        ("release", (pooled && task.pool.is_none()).then_some(plain)),
    ];
    let beside = beside.into_iter().filter(|_| !advice);
    decided.into_iter().chain(beside).filter_map(|(verb, asks)| Some((verb, asks?))).collect()
}

fn told(asks: &Asks) -> Json {
    json!({"reason": asks.reason, "attachment": asks.attachment, "signature": asks.signature})
}

fn outcomes(pinned: &Catalog, texts: Texts<'_>, workflow: &Name, node: &Name, approval: &Approval) -> Json {
    let (workflow, node) = words::origin(pinned, workflow, node);
    let all = approval.outcomes.iter().map(|(name, own)| {
        let path = format!("nodes.{node}.outcomes.{name}.label");
        json!({
            "name": name, "label": texts.text(Kind::Workflow, workflow, &path, &own.label),
            "write": own.write, "required": own.required, "asks": told(&own.asks),
        })
    });
    Json::Array(all.collect())
}

/// Where it can be returned to, and whether the returner chooses how it goes on.
fn returns(pinned: &Catalog, texts: Texts<'_>, instance: &Instance, task: &Task, approval: &Approval) -> Json {
    let Some(allowed) = &approval.verbs.give_back else { return Json::Null };
    let targets = instance.tokens.get(&task.token).map(|token| return_targets(allowed, token)).unwrap_or_default();
    let nodes: Vec<Json> = targets
        .into_iter()
        .map(|node| json!({"node": node, "label": words::node_label(texts, pinned, &instance.workflow, node)}))
        .collect();
    let then = match allowed.then {
        ReturnThen::Again => "again",
        ReturnThen::StraightBack => "straight_back",
        ReturnThen::Choose => "choose",
    };
    let workflow = pinned.workflows.get(&instance.workflow);
    let most = workflow.and_then(|w| w.most_returns);
    json!({
        "nodes": nodes, "then": then,
        "left": most.map(|most| most.saturating_sub(instance.returns)),
    })
}

fn place(place: SignerPlace) -> &'static str {
    match place {
        SignerPlace::Before => "before",
        SignerPlace::After => "after",
        SignerPlace::Beside => "beside",
    }
}

/// Who decides beside the reader, and how far they are; whom of them the reader has added.
fn people(instance: &Instance, task: &Task, reader: Uuid) -> Vec<Json> {
    let Some(Wait::Approval(visit)) = instance.tokens.get(&task.token).map(|token| &token.wait) else {
        return Vec::new();
    };
    let parts = visit.parts.iter().map(|part| {
        let adder = part.group.and_then(|group| visit.added.get(group)).and_then(|added| visit.parts.get(added.by));
        json!({
            "id": part.who.id, "name": part.who.name, "state": part.state,
            "added_by_you": adder.is_some_and(|adder| adder.who.id == reader),
        })
    });
    parts.collect()
}

/// The decision of the reader's that they can take back: their task, if there is one.
pub(super) fn can_take_back(pinned: &Catalog, instance: &Instance, reader: Uuid) -> Option<Uuid> {
    let allows = |node: &Name| {
        let found = pinned.workflows.get(&instance.workflow).and_then(|w| w.nodes.get(node));
        matches!(found.map(|n| &n.kind), Some(NodeKind::Approval(approval)) if approval.verbs.take_back.is_some())
    };
    let undo = instance.undo.as_ref().filter(|undo| undo.by == reader);
    let own = undo.filter(|undo| instance.closed.get(&undo.task).is_some_and(|closed| allows(&closed.node)));
    if let Some(undo) = own {
        return Some(undo.task);
    }
    let delegated = instance.tasks.values().any(|task| {
        part_of(instance, task).is_some_and(|part| part.owner.as_ref().is_some_and(|owner| owner.id == reader))
    });
    let theirs = |closed: &kernel::workflow::ClosedTask| {
        closed.how == *"delegated" && closed.by.as_ref().is_some_and(|by| by.id == reader)
    };
    let mut closed: Vec<_> = instance.closed.iter().filter(|(_, closed)| delegated && theirs(closed)).collect();
    closed.sort_by_key(|(_, closed)| closed.at);
    closed.last().map(|(id, _)| **id)
}

/// Whether the reader can urge whoever has it.
pub(super) fn can_urge(pinned: &Catalog, instance: &Instance, reader: Uuid) -> bool {
    let urgeable = |task: &Task| {
        let found = pinned.workflows.get(&instance.workflow).and_then(|w| w.nodes.get(&task.node));
        !matches!(found.map(|n| &n.kind), Some(NodeKind::Approval(approval)) if !approval.verbs.urge)
    };
    instance.initiator.id == reader && instance.tasks.values().any(urgeable)
}
