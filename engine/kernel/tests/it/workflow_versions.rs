//! Running instances and newer versions of their workflow: what would become of each place, taking them over, beginning
//! again.

use indexmap::IndexMap;
use kernel::{
    Name, Rejection, Value,
    change::Change,
    definition::WorkflowDefinition,
    workflow::{Command, Decision, Hindrance, Verb, migration},
};
use serde_json::{Value as Json, json};

use crate::workflow_kit::{Play, called, catalog, code, definition, path, who};

fn approval(role: &str, next: &str) -> Json {
    json!({"type": "approval", "approvers": [{"role": role}], "nobody": "admin", "next": next, "rejected": "rejected",
        "verbs": {"return": {"to": "passed", "then": "choose"}}})
}

fn flow(nodes: &Json) -> WorkflowDefinition {
    let mut all =
        json!({"approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}});
    all.as_object_mut().unwrap().extend(nodes.as_object().unwrap().clone());
    definition(all)
}

fn one() -> WorkflowDefinition {
    flow(
        &json!({"start": {"type": "start", "next": "lead"}, "lead": approval("lead", "money"), "money": approval("finance", "approved")}),
    )
}

/// The newer version in force.
fn publish(play: &mut Play, definition: &WorkflowDefinition, others: &[WorkflowDefinition]) {
    let (catalog, problems) = catalog(definition, others);
    let workflow = catalog.workflows.get(&definition.name).map(|workflow| (**workflow).clone());
    play.workflow = workflow.unwrap_or_else(|| panic!("{problems:#?}"));
    play.catalog = std::sync::Arc::new(catalog);
}

fn map(nodes: &[(&str, &str)]) -> IndexMap<Name, Name> {
    nodes.iter().map(|(from, to)| (Name::new(from), Name::new(to))).collect()
}

fn migrate(play: &mut Play, nodes: &[(&str, &str)]) -> Result<Decision, Rejection> {
    play.give(&Command::Migrate {
        by: who("ada"),
        catalog_version: 2,
        nodes: map(nodes),
        reason: Some("new rules".into()),
    })
}

fn hindrances(play: &Play, nodes: &[(&str, &str)]) -> Vec<Option<Hindrance>> {
    migration(&play.workflow, &play.instance, &map(nodes)).into_iter().map(|found| found.hindrance).collect()
}

#[test]
fn nodes_keep_their_names_unless_the_map_says_otherwise_and_tasks_stay_as_they_are() {
    let mut play = Play::new(&one());
    play.start("rob");
    play.approve("sam");
    let task = play.task("fay");
    let newer = flow(&json!({"start": {"type": "start", "next": "lead"}, "lead": approval("lead", "finance"),
        "finance": approval("finance", "top"), "top": approval("director", "approved")}));
    publish(&mut play, &newer, &[]);
    let report = migration(&play.workflow, &play.instance, &IndexMap::new());
    assert_eq!((report[0].hindrance, &report[0].to, report[0].tasks.len()), (Some(Hindrance::NodeGone), &None, 2));
    assert_eq!(code(migrate(&mut play, &[])), "cannot_migrate");
    assert_eq!(hindrances(&play, &[("money", "finance")]), [None]);
    let decision = migrate(&mut play, &[("money", "finance")]).unwrap();
    assert_eq!(play.instance.catalog_version, 2);
    assert_eq!(play.task("fay"), task, "the task is the same");
    let moved = decision.changes.iter().filter(|c| matches!(c, Change::MoveTask { node, .. } if node == "finance"));
    assert_eq!(moved.count(), 2);
    assert_eq!(path(&play.preview("rob")), ["finance: fay, fox", "top: gwen"]);
    play.approve("fay");
    play.approve("gwen");
    assert_eq!(play.outcome(), Some("approved"));
}

#[test]
fn what_was_passed_and_decided_goes_along() {
    let mut play = Play::new(&one());
    play.start("rob");
    play.approve("sam");
    let newer = flow(
        &json!({"start": {"type": "start", "next": "boss"}, "boss": approval("lead", "money"), "money": approval("finance", "approved")}),
    );
    publish(&mut play, &newer, &[]);
    migrate(&mut play, &[("lead", "boss")]).unwrap();
    assert_eq!(play.instance.approvals[0].node, "boss");
    let how = kernel::workflow::Return { to: Some("boss".into()), ..Default::default() };
    play.decide("fay", Verb::Return(how), Some("once more")).unwrap();
    assert_eq!(play.open(), ["boss: sam"]);
}

#[test]
fn a_place_that_is_another_cannot_be_taken_over() {
    let mut play = Play::new(&one());
    play.start("rob");
    let fork = flow(&json!({"start": {"type": "start", "next": "split"},
        "split": {"type": "fork", "branches": {"a": {"next": "lead"}, "b": {"next": "money"}}},
        "lead": approval("lead", "meet"), "money": approval("finance", "meet"), "meet": {"type": "join", "of": "split", "next": "approved"}}));
    publish(&mut play, &fork, &[]);
    assert_eq!(hindrances(&play, &[]), [Some(Hindrance::OtherPlace)], "a branch of a fork that was never taken");
    assert_eq!(hindrances(&play, &[("lead", "split")]), [Some(Hindrance::OtherKind)]);
    assert_eq!(code(migrate(&mut play, &[("lead", "nowhere")])), "nodes.lead:no_node");
    assert_eq!((play.instance.catalog_version, play.open()), (1, vec!["lead: sam".to_owned()]), "it stays as it was");
}

#[test]
fn branches_and_calls_go_along() {
    let look = called(
        "look",
        json!({"person": {"type": "user", "value": "null"}}),
        json!({
        "start": {"type": "start", "next": "named"},
        "named": {"type": "approval", "approvers": [{"field": "vars.person"}], "nobody": "admin", "next": "approved", "rejected": "rejected"},
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}}),
    );
    let flow = |split: &str, call: &str, over: Json, with: Json| {
        flow(&json!({
        "start": {"type": "start", "next": split},
        split: {"type": "fork", "branches": {"a": {"next": "lead"}, "b": {"next": call}}},
        "lead": approval("lead", "meet"),
        call: {"type": "call", "workflow": "look", "over": over, "with": with, "next": "meet", "rejected": "rejected"},
        "meet": {"type": "join", "of": split, "next": "approved"}}))
    };
    let mut play = Play::calling(
        &flow("split", "look", json!({"people": [{"role": "finance"}]}), json!({"person": "item"})),
        std::slice::from_ref(&look),
    );
    play.start("rob");
    play.approve("fay");
    publish(
        &mut play,
        &flow("fork", "check", json!({"departments": "initiator.department"}), json!({})),
        std::slice::from_ref(&look),
    );
    let nodes = [("split", "fork"), ("look", "check")];
    assert!(hindrances(&play, &nodes).contains(&Some(Hindrance::OtherCall)));
    publish(
        &mut play,
        &flow("fork", "check", json!({"people": [{"role": "director"}]}), json!({"person": "item"})),
        &[look],
    );
    migrate(&mut play, &nodes).unwrap();
    assert_eq!(play.open(), ["check.named: fox", "lead: sam"], "what runs goes on, for those for whom it was called");
    play.approve("sam");
    play.approve("fox");
    assert_eq!(play.outcome(), Some("approved"));
}

#[test]
fn variables_that_are_new_are_worked_out_and_others_keep_their_values() {
    let with = |variables: Json| {
        let mut definition = one();
        definition.variables = serde_json::from_value(variables).unwrap();
        definition
    };
    let mut play =
        Play::new(&with(json!({"kept": {"type": "integer", "value": "1"}, "gone": {"type": "integer", "value": "2"}})));
    play.start("rob");
    publish(
        &mut play,
        &with(json!({"kept": {"type": "integer", "value": "7"}, "new": {"type": "integer", "value": "vars.kept + 1"}})),
        &[],
    );
    migrate(&mut play, &[]).unwrap();
    let values: Vec<(&str, &Value)> =
        play.instance.variables.iter().map(|(name, value)| (name.as_str(), value)).collect();
    assert_eq!(values, [("kept", &Value::Integer(1)), ("new", &Value::Integer(2))]);
}

#[test]
fn it_begins_again_with_the_newer_version() {
    let mut play = Play::new(&one());
    play.start("rob");
    play.approve("sam");
    let newer = flow(&json!({"start": {"type": "start", "next": "top"}, "top": approval("director", "approved")}));
    publish(&mut play, &newer, &[]);
    let task = play.task("fay");
    let restart = Command::Restart { by: who("ada"), catalog_version: 2, reason: Some("new rules".into()) };
    play.give(&restart).unwrap();
    assert_eq!((play.open(), play.instance.round, play.instance.catalog_version), (vec!["top: gwen".to_owned()], 2, 2));
    assert!(play.instance.approvals.is_empty());
    assert_eq!(code(play.decide_task(task, "fay", Verb::Approve, None)), "task_done");
    let silent = Command::Restart { by: who("ada"), catalog_version: 3, reason: None };
    assert_eq!(code(play.give(&silent)), "reason:required");
}
