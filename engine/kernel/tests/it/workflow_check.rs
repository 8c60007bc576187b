//! What the check of a workflow tells its author: code and path, all problems at once.

use kernel::definition::WorkflowDefinition;
use serde_json::{Value as Json, json};

use crate::workflow_kit::{compile, definition};

fn told(definition: &WorkflowDefinition) -> Vec<String> {
    let (workflow, problems) = compile(definition);
    let broken = problems.iter().any(|p| p.code.starts_with('E'));
    assert_eq!(workflow.is_none(), broken, "{problems:#?}");
    problems.iter().map(|p| format!("{} {}", p.code, p.path)).collect()
}

/// The nodes of a sound workflow, with some of them replaced or added; null takes one out.
fn with(changes: Json) -> WorkflowDefinition {
    let mut nodes = json!({
        "start": {"type": "start", "next": "check"},
        "check": {"type": "approval", "approvers": [{"role": "lead"}], "nobody": "admin", "next": "approved", "rejected": "rejected"},
        "approved": {"type": "end", "outcome": "approved"},
        "rejected": {"type": "end", "outcome": "rejected"}});
    for (name, node) in changes.as_object().unwrap() {
        let nodes = nodes.as_object_mut().unwrap();
        if node.is_null() {
            nodes.shift_remove(name);
        } else {
            nodes.insert(name.clone(), node.clone());
        }
    }
    definition(nodes)
}

fn approval(changes: Json) -> WorkflowDefinition {
    let mut node = json!({"type": "approval", "approvers": [{"role": "lead"}], "nobody": "admin", "next": "approved", "rejected": "rejected"});
    node.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    with(json!({"check": node}))
}

#[test]
fn a_sound_workflow_has_no_problem() {
    assert_eq!(told(&with(json!({}))), [""; 0]);
}

#[test]
fn there_is_one_start_and_an_end() {
    assert_eq!(told(&with(json!({"start": null}))), ["E0501 nodes"]);
    assert_eq!(told(&with(json!({"begin": {"type": "start", "next": "check"}}))), ["E0501 nodes.begin"]);
    assert_eq!(
        told(&definition(
            json!({"start": {"type": "start", "next": "tell"}, "tell": {"type": "notify", "to": [], "message": "hm", "next": "tell"}})
        )),
        ["E0505 nodes"]
    );
}

#[test]
fn an_edge_to_nowhere_is_told_with_the_nearest_name() {
    let definition = approval(json!({"next": "aproved"}));
    let (_, problems) = compile(&definition);
    assert_eq!(told(&definition), ["E0502 nodes.check.next"]);
    assert_eq!(problems[0].message, "no node `aproved`");
    assert_eq!(problems[0].hint.as_deref(), Some("did you mean `approved`?"));
}

#[test]
fn nothing_leads_back_to_the_start() {
    assert_eq!(told(&approval(json!({"rejected": "start"}))), ["E0512 nodes.check.rejected"]);
}

#[test]
fn a_node_or_end_that_is_never_reached_is_told() {
    assert_eq!(told(&approval(json!({"rejected": "approved"}))), ["E0503 nodes.rejected"]);
}

#[test]
fn a_node_from_which_no_end_is_reached_is_told() {
    let around = json!({"type": "approval", "approvers": [{"role": "lead"}], "nobody": "admin", "next": "around", "rejected": "around"});
    let definition = with(
        json!({"check": {"type": "switch", "cases": {"big": {"when": "amount > 5", "next": "around"}}, "default": "approved"}, "around": around, "rejected": null}),
    );
    assert_eq!(told(&definition), ["E0504 nodes.around"]);
}

#[test]
fn a_loop_needs_an_approval() {
    let circle = json!({
        "check": {"type": "switch", "cases": {"big": {"when": "amount > 5", "next": "tell"}}, "default": "approved"},
        "tell": {"type": "notify", "to": [{"role": "lead"}], "message": "look", "next": "check"}, "rejected": null});
    assert_eq!(told(&with(circle)), ["E0506 nodes.check"]);
    let with_person = json!({
        "gate": {"type": "switch", "cases": {"big": {"when": "amount > 5", "next": "approved"}}, "default": "check"},
        "check": {"type": "approval", "approvers": [{"role": "lead"}], "nobody": "admin", "next": "gate", "rejected": "rejected"}});
    assert_eq!(told(&with(with_person)), [""; 0]);
}

fn node(role: &str, next: &str) -> Json {
    json!({"type": "approval", "approvers": [{"role": role}], "nobody": "admin", "next": next, "rejected": "rejected"})
}

fn forked(changes: Json) -> WorkflowDefinition {
    let mut nodes = json!({
        "check": {"type": "fork", "branches": {"one": {"next": "one"}, "two": {"next": "two"}}},
        "one": node("lead", "meet"), "two": node("finance", "meet"),
        "meet": {"type": "join", "of": "check", "next": "approved"}});
    nodes.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    with(nodes)
}

#[test]
fn a_fork_and_its_join_are_sound() {
    assert_eq!(told(&forked(json!({}))), [""; 0]);
}

#[test]
fn a_fork_has_exactly_one_join_and_a_join_a_fork() {
    assert_eq!(
        told(&forked(json!({"meet": null, "one": node("lead", "approved"), "two": node("lead", "approved")}))),
        ["E0508 nodes.check"]
    );
    assert_eq!(
        told(&forked(json!({"meet": {"type": "join", "of": "chek", "next": "approved"}}))),
        ["E0507 nodes.meet.of"]
    );
    let second = json!({"two": node("finance", "again"), "again": {"type": "join", "of": "check", "next": "approved"}});
    assert_eq!(told(&forked(second)), ["E0508 nodes.again.of"]);
    assert!(
        told(&forked(json!({"check": {"type": "fork", "branches": {}}})))
            .contains(&"E0508 nodes.check.branches".to_owned())
    );
}

#[test]
fn a_branch_that_can_go_past_its_join_would_leave_it_waiting() {
    let past = json!({
        "one": {"type": "switch", "cases": {"small": {"when": "amount < 5", "next": "approved"}}, "default": "meet"}});
    assert_eq!(told(&forked(past)), ["E0509 nodes.check.branches.one.next"]);
}

#[test]
fn a_rejection_may_end_the_workflow_from_a_branch_even_through_shared_nodes() {
    let tell = json!({"type": "notify", "to": [{"role": "lead"}], "message": "no", "next": "rejected"});
    let shared = |role: &str, next: &str| json!({"type": "approval", "approvers": [{"role": role}], "nobody": "admin", "next": next, "rejected": "tell"});
    let nodes = json!({"start": {"type": "start", "next": "first"}, "first": shared("lead", "check"), "one": shared("lead", "meet"), "tell": tell});
    assert_eq!(told(&forked(nodes)), [""; 0]);
}

#[test]
fn a_join_or_branch_cannot_be_reached_around_the_fork() {
    let around = json!({
        "start": {"type": "start", "next": "gate"},
        "gate": {"type": "switch", "cases": {"small": {"when": "amount < 5", "next": "one"}}, "default": "check"}});
    assert_eq!(told(&forked(around)), ["E0510 nodes.one", "E0510 nodes.meet"]);
}

#[test]
fn a_branch_cannot_lead_back_to_its_own_fork() {
    let back = json!({"type": "approval", "approvers": [{"role": "lead"}], "nobody": "admin", "next": "meet", "rejected": "check"});
    assert_eq!(told(&forked(json!({"one": back}))), ["E0510 nodes.check"]);
}

#[test]
fn forks_are_nested_and_never_overlap() {
    let nested = json!({
        "one": {"type": "fork", "branches": {"a": {"next": "a"}, "b": {"next": "b"}}},
        "a": node("lead", "inner"), "b": node("finance", "inner"), "inner": {"type": "join", "of": "one", "next": "meet"}});
    assert_eq!(told(&forked(nested)), [""; 0]);
    let overlapping = json!({
        "one": {"type": "fork", "branches": {"a": {"next": "a"}, "b": {"next": "b"}}},
        "a": node("lead", "meet"), "b": node("finance", "meet"),
        "meet": {"type": "join", "of": "check", "next": "inner"}, "inner": {"type": "join", "of": "one", "next": "approved"}});
    let problems = told(&forked(overlapping));
    assert!(problems.iter().any(|p| p.starts_with("E0511 ")), "{problems:?}");
}

#[test]
fn branches_that_meet_before_the_join_are_pointed_out() {
    let meeting =
        json!({"one": node("lead", "both"), "two": node("finance", "both"), "both": node("director", "meet")});
    assert_eq!(told(&forked(meeting)), ["W0501 nodes.both"]);
}

#[test]
fn roles_fields_transitions_and_entities_must_exist() {
    let wrong = json!({"approvers": [{"role": "leed"}], "nobody": {"role": "admins"}, "fields": {"write": ["note"], "hide": ["nothing"]}});
    assert_eq!(
        told(&approval(wrong)),
        [
            "E0513 nodes.check.nobody.role",
            "E0514 nodes.check.fields.write.0",
            "E0514 nodes.check.fields.hide.0",
            "E0513 nodes.check.approvers.0.role"
        ]
    );
    let act = json!({"type": "action", "do": {"go": {"transition": {"name": "fil"}}, "set": {"update": {"set": {"note": "1"}}}}, "next": "approved"});
    assert_eq!(
        told(&with(json!({"check": act, "rejected": null}))),
        ["E0516 nodes.check.do.go.transition.name", "E0514 nodes.check.do.set.update.set.note"]
    );
    let mut other = with(json!({}));
    other.entity = "requst".into();
    assert_eq!(told(&other), ["E0515 entity"]);
}

#[test]
fn what_is_computed_or_a_line_table_cannot_be_written() {
    assert_eq!(
        told(&approval(json!({"fields": {"write": ["doubled", "items"]}}))),
        ["E0521 nodes.check.fields.write.0", "E0521 nodes.check.fields.write.1"]
    );
}

#[test]
fn outcomes_that_the_engine_gives_are_taken() {
    assert_eq!(
        told(&with(json!({"rejected": {"type": "end", "outcome": "withdrawn"}}))),
        ["E0517 nodes.rejected.outcome"]
    );
}

#[test]
fn approvers_are_people_and_managers_are_counted_from_one() {
    let sources = json!([{"field": "amount"}, {"manager": {"of": "area"}}, {"department_head": {"of": "owner"}}, {"manager": {"of": "initiator", "level": 0}}, {"field": "owner"}, {"department_head": {"of": "area"}}, {"manager": {"of": "reviewer.manager"}}]);
    assert_eq!(
        told(&approval(json!({"approvers": sources}))),
        [
            "E0518 nodes.check.approvers.0.field",
            "E0518 nodes.check.approvers.1.manager.of",
            "E0518 nodes.check.approvers.2.department_head.of",
            "E0522 nodes.check.approvers.3.manager.level"
        ]
    );
    assert_eq!(told(&approval(json!({"approvers": []}))), ["E0520 nodes.check.approvers"]);
    assert_eq!(told(&approval(json!({"approvers": ["initiator"]}))), ["W0503 nodes.check.approvers"]);
}

#[test]
fn a_workflow_only_updates_its_record_or_makes_a_transition() {
    let act = json!({"type": "action", "do": {"new": {"create": {"entity": "request"}}, "tell": {"notify": {"to": ["initiator"], "message": "x"}}}, "next": "approved"});
    assert_eq!(
        told(&with(json!({"check": act, "rejected": null}))),
        ["E0519 nodes.check.do.new", "E0519 nodes.check.do.tell"]
    );
}

#[test]
fn skipping_where_fields_are_written_and_hiding_what_is_written_are_pointed_out() {
    let node = json!({"repeated": "skip", "fields": {"write": ["notes"], "hide": ["notes"]}});
    assert_eq!(told(&approval(node)), ["W0504 nodes.check.fields.hide.0", "W0502 nodes.check.repeated"]);
}

#[test]
fn expressions_are_checked_where_they_stand() {
    let switch = json!({"type": "switch", "cases": {"big": {"when": "amont > 5", "next": "approved"}, "odd": {"when": ["amount", "~", 5], "next": "approved"}}, "default": "rejected"});
    let mut definition = with(json!({"check": switch}));
    definition.variables = serde_json::from_value(json!({"level": {"type": "integer", "value": "\"high\""}})).unwrap();
    definition.when = Some(serde_json::from_value(json!("vars.level > 1")).unwrap());
    let (_, problems) = compile(&definition);
    let paths: Vec<&str> = problems.iter().map(|p| p.path.as_str()).collect();
    for wanted in ["when", "variables.level.value", "nodes.check.cases.big.when"] {
        assert!(paths.contains(&wanted), "{wanted}: {problems:#?}");
    }
    assert!(paths.iter().any(|p| p.starts_with("nodes.check.cases.odd.when")), "{paths:?}");
}

#[test]
fn all_problems_are_told_at_once() {
    let definition = approval(json!({"next": "aproved", "approvers": [{"role": "leed"}]}));
    assert_eq!(told(&definition), ["E0502 nodes.check.next", "E0513 nodes.check.approvers.0.role"]);
}
