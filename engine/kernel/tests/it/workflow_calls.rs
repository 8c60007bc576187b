//! Calls of other workflows: once, over lines, people and departments, at the same time or one after the other; what they
//! come to, what goes in and out, what happens to them when the caller goes another way.

use kernel::{
    Line, Name, Value,
    change::Change,
    definition::WorkflowDefinition,
    workflow::{Command, Operation, Return, Verb, What},
};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::workflow_kit::{Play, called, catalog, code, definition, path, who};

fn approval(approvers: Json, next: &str) -> Json {
    json!({"type": "approval", "approvers": [approvers], "nobody": "admin", "next": next, "rejected": "rejected"})
}

/// Somebody looks at it; the one in `vars.person`, or the lead.
fn look() -> WorkflowDefinition {
    called(
        "look",
        json!({"person": {"type": "user", "value": "null"}, "weight": {"type": "decimal", "value": "1"}}),
        json!({
            "start": {"type": "start", "next": "who"},
            "who": {"type": "switch", "cases": {"named": {"when": "vars.person != null", "next": "named"}}, "default": "lead"},
            "named": approval(json!({"field": "vars.person"}), "approved"),
            "lead": approval(json!({"role": "lead"}), "approved"),
            "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}}),
    )
}

fn caller(variables: Json, call: Json) -> WorkflowDefinition {
    let mut node = json!({"type": "call", "workflow": "look", "next": "after", "rejected": "rejected"});
    node.as_object_mut().unwrap().extend(call.as_object().unwrap().clone());
    let mut definition = definition(json!({
        "start": {"type": "start", "next": "before"},
        "before": {"type": "approval", "approvers": ["initiator"], "nobody": "admin", "next": "look", "rejected": "rejected"},
        "look": node, "after": approval(json!({"role": "administrator"}), "approved"),
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}}));
    definition.variables = serde_json::from_value(variables).unwrap();
    definition
}

fn started(call: Json) -> Play {
    started_with(json!({}), call)
}

fn started_with(variables: Json, call: Json) -> Play {
    let mut play = Play::calling(&caller(variables, call), &[look()]);
    let quantity = |n: i64| [(Name::new("quantity"), Value::Decimal(n.into()))].into_iter().collect();
    let line = |n: u8| Line { id: Uuid::from_u128(n.into()), fields: quantity(n.into()) };
    play.record.lines.insert("items".into(), vec![line(1), line(2), line(3)]);
    play.start("rob");
    play.approve("rob");
    play
}

fn over_people(until: Json, order: &str) -> Play {
    started(json!({"over": {"people": [{"role": "finance"}, {"role": "director"}]}, "order": order, "until": until,
        "with": {"person": "item"}}))
}

#[test]
fn a_call_runs_another_workflow_and_goes_on_when_that_has_ended() {
    let mut play = started(json!({}));
    assert_eq!(play.open(), ["look.lead: sam"]);
    assert_eq!(path(&play.preview("rob")), ["look.lead: sam", "after: ada"]);
    play.approve("sam");
    assert_eq!(play.open(), ["after: ada"]);
    let mut play = started(json!({}));
    play.reject("sam");
    assert_eq!(play.outcome(), Some("rejected"), "an outcome `rejected` leads where the call says");
}

#[test]
fn variables_are_mapped_in_and_out() {
    let mut play = started_with(
        json!({"total": {"type": "decimal", "value": "0"}, "last": {"type": "text", "value": "\"\""}}),
        json!({"over": {"lines": "items"}, "order": "sequence",
            "with": {"person": "if quantity > 2 { doc.reviewer } else { initiator }", "weight": "quantity * 10"},
            "sets": {"total": "vars.total + child.weight", "last": "child.outcome"}}),
    );
    play = play.with("reviewer", Value::Id(who("gwen")));
    assert_eq!(play.open(), ["look.named: rob"]);
    play.approve("rob");
    assert_eq!(play.instance.variables["total"], Value::Decimal(10.into()));
    play.approve("rob");
    assert_eq!(play.open(), ["look.named: gwen"], "one after the other, each with its own line");
    play.approve("gwen");
    assert_eq!(play.instance.variables["total"], Value::Decimal(60.into()));
    assert_eq!(play.instance.variables["last"], Value::text("approved"));
    assert_eq!(play.open(), ["after: ada"]);
}

#[test]
fn over_a_list_it_is_called_for_each_at_the_same_time_or_in_sequence() {
    let mut play = over_people(json!("all"), "parallel");
    assert_eq!(play.open(), ["look.named: fay", "look.named: fox", "look.named: gwen"]);
    for person in ["fox", "gwen", "fay"] {
        play.approve(person);
    }
    assert_eq!(play.open(), ["after: ada"]);
    let mut play = over_people(json!("all"), "sequence");
    for person in ["fay", "fox", "gwen"] {
        assert_eq!(play.open(), [format!("look.named: {person}")]);
        play.approve(person);
    }
    assert_eq!(play.open(), ["after: ada"]);
}

#[test]
fn all_means_that_one_who_rejects_ends_the_others() {
    let mut play = over_people(json!("all"), "parallel");
    let task = play.task("gwen");
    play.reject("fay");
    assert_eq!(play.outcome(), Some("rejected"));
    assert_eq!(code(play.decide_task(task, "gwen", Verb::Approve, None)), "task_done");
}

#[test]
fn first_and_at_least_cancel_what_is_not_needed_any_more() {
    let mut play = over_people(json!("first"), "parallel");
    play.reject("fox");
    assert_eq!(play.open(), ["look.named: fay", "look.named: gwen"]);
    let decision = play.approve("gwen");
    assert_eq!(play.open(), ["after: ada"]);
    assert!(
        decision.events.iter().any(|e| matches!(&e.what, What::TaskClosed { assignee, .. } if assignee.name == "fay"))
    );
    let mut play = over_people(json!({"at_least": 2}), "parallel");
    play.approve("fay");
    play.approve("fox");
    assert_eq!(play.open(), ["after: ada"]);
    let mut play = over_people(json!({"at_least": 2}), "parallel");
    play.reject("fay");
    play.reject("fox");
    assert_eq!(play.outcome(), Some("rejected"), "two cannot agree any more");
    let mut play = over_people(json!({"at_least": 9}), "parallel");
    for person in ["fay", "fox", "gwen"] {
        play.approve(person);
    }
    assert_eq!(play.open(), ["after: ada"], "no more than there are");
}

#[test]
fn a_condition_over_the_counts_decides_when_it_is_done() {
    let until = json!({"when": "children.ended == children.total"});
    let mut play = over_people(until, "parallel");
    play.reject("fay");
    play.reject("fox");
    play.approve("gwen");
    assert_eq!(play.open(), ["after: ada"], "all are waited for, whatever they say");
    let mut play = over_people(json!({"when": "children.agreed > children.rejected"}), "sequence");
    play.reject("fay");
    play.approve("fox");
    play.approve("gwen");
    assert_eq!(play.open(), ["after: ada"]);
    let mut play = over_people(json!({"when": "children.agreed > 2"}), "sequence");
    for person in ["fay", "fox"] {
        play.approve(person);
    }
    play.reject("gwen");
    assert_eq!(play.outcome(), Some("rejected"), "nothing is left, and it does not hold");
}

#[test]
fn an_empty_list_is_agreed_to_at_once() {
    let play = started(json!({"over": {"people": [{"user": "nobody@firm.example"}]}, "with": {"person": "item"}}));
    assert_eq!(play.open(), ["after: ada"]);
}

#[test]
fn departments_are_called_one_by_one() {
    let play = started(json!({"over": {"departments": "initiator.department"}}));
    assert_eq!(play.open(), ["look.lead: sam"]);
    let preview = play.preview("rob");
    let item = preview.nodes[0].call.as_ref().unwrap().item.as_ref().unwrap();
    assert_eq!((item.name.as_str(), item.id), ("field", who("field")));
}

#[test]
fn the_label_of_a_task_says_for_which_of_the_list_it_is() {
    let play = started(json!({"over": {"lines": "items"}}));
    let labels: Vec<String> = play
        .events
        .iter()
        .filter_map(|event| match &event.what {
            What::TaskOpened { at, .. } => Some(at.label.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(labels[1..], ["Lead · 1", "Lead · 2", "Lead · 3"]);
}

#[test]
fn an_outcome_of_a_single_call_leads_its_own_way() {
    let mut other = look();
    other.nodes.insert("more".into(), serde_json::from_value(json!({"type": "end", "outcome": "needs_more"})).unwrap());
    other.nodes["lead"] = serde_json::from_value(approval(json!({"role": "lead"}), "more")).unwrap();
    let mut play = Play::calling(&caller(json!({}), json!({"outcomes": {"needs_more": "before"}})), &[other]);
    play.start("rob");
    play.approve("rob");
    play.approve("sam");
    assert_eq!(play.open(), ["before: rob"]);
}

#[test]
fn further_ones_can_be_added_while_it_runs() {
    let add = |play: &mut Play, item: &str| {
        let operation = Operation::AddCall { node: "look".into(), item: who(item) };
        play.give(&Command::Operate { by: who("ada"), operation, reason: Some("one more".into()) })
    };
    let mut play = over_people(json!("all"), "parallel");
    add(&mut play, "sam").unwrap();
    assert_eq!(play.open(), ["look.named: fay", "look.named: fox", "look.named: gwen", "look.named: sam"]);
    assert_eq!(code(add(&mut play, "sam")), "item:already_there");
    assert_eq!(code(add(&mut play, "gone")), "item:no_item");
    for person in ["fay", "fox", "gwen"] {
        play.approve(person);
    }
    assert_eq!(play.open(), ["look.named: sam"], "it is waited for as well");
    play.approve("sam");
    assert_eq!(code(add(&mut play, "ria")), "node:not_calling");
}

#[test]
fn the_initiator_adds_only_where_the_node_lets_them() {
    let add =
        |play: &mut Play, by: &str| play.give(&Command::AddCall { by: who(by), node: "look".into(), item: who("ria") });
    let people = json!({"over": {"people": [{"role": "finance"}]}, "with": {"person": "item"}});
    assert_eq!(code(add(&mut started(people.clone()), "rob")), "forbidden");
    let mut more = people;
    more["more"] = json!(true);
    let mut play = started(more);
    assert_eq!(code(add(&mut play, "fay")), "forbidden");
    add(&mut play, "rob").unwrap();
    assert_eq!(play.open(), ["look.named: fay", "look.named: fox", "look.named: ria"]);
}

#[test]
fn what_is_called_goes_with_its_caller() {
    let mut play = over_people(json!("all"), "parallel");
    let task = play.task("fay");
    play.withdraw("rob").unwrap();
    assert_eq!((play.outcome(), play.instance.scopes.len()), (Some("withdrawn"), 0));
    assert_eq!(code(play.decide_task(task, "fay", Verb::Approve, None)), "task_done");
    let mut play = over_people(json!("all"), "parallel");
    play.give(&Command::Cancel { by: who("ada"), reason: None }).unwrap();
    assert_eq!((play.outcome(), play.open().len()), (Some("cancelled"), 0));
}

#[test]
fn a_return_from_within_takes_all_calls_away_and_can_come_straight_back() {
    let mut other = look();
    let mut node = approval(json!({"field": "vars.person"}), "approved");
    node["verbs"] = json!({"return": {"to": "passed", "then": "choose"}});
    other.nodes["named"] = serde_json::from_value(node).unwrap();
    let call = json!({"over": {"people": [{"role": "finance"}]}, "with": {"person": "item"}});
    let play = || {
        let mut play = Play::calling(&caller(json!({}), call.clone()), &[other.clone()]);
        play.start("rob");
        play.approve("rob");
        play
    };
    let give_back = |play: &mut Play, straight: bool| {
        let then =
            if straight { kernel::definition::ReturnThen::StraightBack } else { kernel::definition::ReturnThen::Again };
        let how = Return { to: Some("before".into()), then: Some(then), fields: Vec::new() };
        play.decide("fay", Verb::Return(how), Some("look again")).unwrap();
    };
    let mut again = play();
    again.approve("fox");
    give_back(&mut again, false);
    assert_eq!((again.open(), again.instance.scopes.len()), (vec!["before: rob".to_owned()], 1));
    again.approve("rob");
    assert_eq!(again.open(), ["look.named: fay", "look.named: fox"], "everybody is called anew");
    let mut straight = play();
    straight.approve("fox");
    give_back(&mut straight, true);
    straight.approve("rob");
    assert_eq!(straight.open(), ["look.named: fay"], "who has said yes is not asked again");
    straight.approve("fay");
    assert_eq!(straight.open(), ["after: ada"]);
}

#[test]
fn a_decision_within_a_call_can_be_taken_back() {
    let mut other = look();
    let mut node = approval(json!({"role": "lead"}), "approved");
    node["verbs"] = json!({"take_back": {}});
    other.nodes["lead"] = serde_json::from_value(node).unwrap();
    let mut play = Play::calling(&caller(json!({}), json!({})), &[other]);
    play.start("rob");
    play.approve("rob");
    let task = play.task("sam");
    play.approve("sam");
    play.decide_task(task, "sam", Verb::TakeBack, None).unwrap();
    assert_eq!(play.open(), ["look.lead: sam"]);
    play.approve("sam");
    assert_eq!(play.open(), ["after: ada"]);
}

#[test]
fn an_end_that_terminates_ends_the_callers_too() {
    let mut other = look();
    let end = json!({"type": "end", "outcome": "stopped", "terminate": true});
    other.nodes["rejected"] = serde_json::from_value(end).unwrap();
    let call = json!({"over": {"people": [{"role": "finance"}]}, "with": {"person": "item"}, "until": "first"});
    let mut play = Play::calling(&caller(json!({}), call), &[other]);
    play.start("rob");
    play.approve("rob");
    play.reject("fay");
    assert_eq!((play.outcome(), play.open().len()), (Some("stopped"), 0));
}

#[test]
fn what_is_not_waited_for_runs_on_its_own() {
    let mut play = Play::calling(&caller(json!({}), json!({"wait": false, "rejected": null})), &[look()]);
    play.start("rob");
    assert_eq!(path(&play.preview("rob")), ["before: rob", "after: ada"]);
    let decision = play.approve("rob");
    assert_eq!(play.open(), ["after: ada"], "the caller goes on");
    let started = decision.changes.iter().find_map(|change| match change {
        Change::Instance(row) if row.id != play.instance.id => Some(row),
        _ => None,
    });
    let row = started.unwrap();
    assert_eq!((row.workflow.as_str(), row.status.as_str(), row.initiator), ("look", "running", who("rob")));
    let other: kernel::workflow::Instance = serde_json::from_value(row.state.clone()).unwrap();
    assert_eq!((other.launched_by, other.transition.clone(), other.tasks.len()), (Some(play.instance.id), None, 1));
    let tasks = decision.changes.iter().filter(|c| matches!(c, Change::OpenTask(task) if task.instance == row.id));
    assert_eq!(tasks.count(), 1);
}

#[test]
fn calls_are_checked() {
    let told = |variables: Json, call: Json| -> Vec<String> {
        let (_, problems) = catalog(&caller(variables, call), &[look()]);
        let told = problems.iter().filter(|p| p.code != "W0503");
        told.map(|p| format!("{} {}", p.code, p.path)).collect()
    };
    assert_eq!(told(json!({}), json!({"workflow": "lock"})), ["E0531 nodes.look.workflow"]);
    assert_eq!(told(json!({}), json!({"workflow": "approval"})), ["E0533 nodes.look.workflow"]);
    assert_eq!(told(json!({}), json!({"with": {"persona": "initiator"}})), ["E0534 nodes.look.with.persona"]);
    assert_eq!(told(json!({}), json!({"with": {"person": "amount"}})), ["E0304 nodes.look.with.person"]);
    assert_eq!(told(json!({}), json!({"sets": {"x": "1"}})), ["E0534 nodes.look.sets.x"]);
    assert_eq!(told(json!({}), json!({"outcomes": {"maybe": "after"}})), ["E0535 nodes.look.outcomes.maybe"]);
    assert_eq!(told(json!({}), json!({"over": {"lines": "item"}})), ["E0514 nodes.look.over.lines"]);
    assert_eq!(told(json!({}), json!({"over": {"departments": "owner"}})), ["E0518 nodes.look.over.departments"]);
    assert_eq!(told(json!({}), json!({"until": "first"})), ["W0505 nodes.look.until"]);
    assert_eq!(told(json!({}), json!({"wait": false})), ["E0536 nodes.look.rejected"]);
    let over = json!({"over": {"lines": "items"}, "until": {"at_least": 0}});
    assert_eq!(told(json!({}), over), ["E0522 nodes.look.until.at_least"]);
    let set = json!({"sets": {"best": "min(vars.best ?? child.weight, child.weight)"}});
    assert_eq!(told(json!({"best": {"type": "decimal", "value": "null"}}), set), [] as [&str; 0]);
}

#[test]
fn a_loop_through_a_call_is_sound_where_somebody_is_asked_within() {
    let looping = caller(json!({}), json!({"rejected": "look"}));
    let codes = |callee: WorkflowDefinition| -> Vec<String> {
        let (_, problems) = catalog(&looping, &[callee]);
        problems.iter().filter(|p| p.code != "W0503").map(|p| p.code.clone()).collect()
    };
    assert_eq!(codes(look()), [] as [&str; 0]);
    let silent = called(
        "look",
        json!({"person": {"type": "user", "value": "null"}}),
        json!({
        "start": {"type": "start", "next": "rejected"}, "rejected": {"type": "end", "outcome": "rejected"}}),
    );
    assert_eq!(codes(silent), ["E0506"]);
}

#[test]
fn the_example_of_the_reference_is_sound() {
    let text = std::fs::read_to_string(crate::packs::root().join("definitions/README.md")).unwrap();
    let (_, example) = text.split_once("<!-- The two files of this example are checked by a test. -->").unwrap();
    let files: Vec<WorkflowDefinition> = example
        .split("```json")
        .skip(1)
        .take(2)
        .map(|rest| {
            let mut json: Json = serde_json::from_str(rest.split("```").next().unwrap()).unwrap();
            assert_eq!(json.as_object_mut().unwrap().shift_remove("kind"), Some(json!("workflow")));
            serde_json::from_value(json).unwrap()
        })
        .collect();
    let (_, problems) = catalog(&files[0], &files[1..]);
    assert!(problems.is_empty(), "{problems:#?}");
    let mut play = Play::calling(&files[0], &files[1..]).with("reviewer", Value::Id(who("sam")));
    let line = |n: i64| Line {
        id: Uuid::from_u128(u128::try_from(n).unwrap()),
        fields: [(Name::new("quantity"), Value::Decimal(n.into()))].into_iter().collect(),
    };
    play.record.lines.insert("items".into(), vec![line(1), line(200), line(3)]);
    play.start("rob");
    play.approve("sam");
    play.approve("sam");
    assert_eq!(play.open(), ["director: gwen"], "two of three agree, and one is heavy");
}

#[test]
fn calls_lie_within_calls() {
    let middle = called(
        "middle",
        json!({"factor": {"type": "decimal", "value": "2"}}),
        json!({
        "start": {"type": "start", "next": "deep"},
        "deep": {"type": "call", "workflow": "look", "over": {"people": [{"role": "finance"}]}, "with": {"person": "item", "weight": "vars.factor"},
            "sets": {"factor": "vars.factor + child.weight"}, "next": "approved", "rejected": "rejected"},
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}}),
    );
    let outer = caller(
        json!({"sum": {"type": "decimal", "value": "0"}}),
        json!({"workflow": "middle", "sets": {"sum": "child.factor"}}),
    );
    let mut play = Play::calling(&outer, &[look(), middle]);
    play.start("rob");
    play.approve("rob");
    assert_eq!(play.open(), ["look.deep.named: fay", "look.deep.named: fox"]);
    play.approve("fay");
    play.approve("fox");
    assert_eq!(play.open(), ["after: ada"]);
    assert_eq!(play.instance.variables["sum"], Value::Decimal(Decimal::from(6)));
}
