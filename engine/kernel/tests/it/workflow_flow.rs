//! Ways through a workflow beside the plain ones: inclusive forks, joins that do not wait for all, form tasks; and what
//! administrators do with a running instance.

use indexmap::IndexMap;
use kernel::{
    Name, Rejection, Value,
    workflow::{Command, Decision, Operation, Said, Verb},
};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use crate::workflow_kit::{Play, chain, code, compile, definition, path, single, who};

fn approval(role: &str, next: &str) -> Json {
    json!({"type": "approval", "approvers": [{"role": role}], "nobody": "admin", "next": next, "rejected": "rejected"})
}

fn forked(fork: Json, wait_for: Json) -> Play {
    Play::new(&definition(json!({
        "start": {"type": "start", "next": "split"}, "split": fork,
        "money": approval("finance", "meet"), "line": approval("lead", "line_top"), "line_top": approval("director", "meet"),
        "meet": {"type": "join", "of": "split", "wait_for": wait_for, "next": "last"}, "last": approval("administrator", "approved"),
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}})))
}

fn inclusive(amount: i64) -> Play {
    let fork = json!({"type": "fork", "otherwise": "line", "branches": {
        "money": {"when": "amount > 100", "next": "money"}, "line": {"when": "amount > 1000", "next": "line"}}});
    let mut play = forked(fork, json!("all")).with("amount", Decimal::from(amount));
    play.start("rob");
    play
}

#[test]
fn an_inclusive_fork_takes_every_branch_whose_condition_holds_and_its_join_waits_for_no_other() {
    let mut play = inclusive(5_000);
    assert_eq!(play.open(), ["line: sam", "money: fay", "money: fox"]);
    play.approve("fay");
    play.approve("sam");
    play.approve("gwen");
    assert_eq!(play.open(), ["last: ada"]);
    let mut play = inclusive(500);
    assert_eq!(path(&play.preview("rob")), ["money: fay, fox", "last: ada"]);
    play.approve("fay");
    assert_eq!(play.open(), ["last: ada"]);
    assert_eq!(inclusive(5).open(), ["line: sam"], "the branch that is taken where no condition holds");
}

#[test]
fn a_fork_of_conditions_alone_names_the_branch_that_is_taken_otherwise() {
    let fork = json!({"type": "fork", "branches": {"money": {"when": "amount > 100", "next": "money"}, "line": {"when": "amount > 5", "next": "line"}}});
    let mut nodes = json!({
        "start": {"type": "start", "next": "split"}, "split": fork, "money": approval("finance", "meet"), "line": approval("lead", "meet"),
        "meet": {"type": "join", "of": "split", "next": "approved"},
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}});
    let codes = |nodes: &Json| -> Vec<String> {
        compile(&definition(nodes.clone())).1.iter().map(|p| format!("{} {}", p.code, p.path)).collect()
    };
    assert_eq!(codes(&nodes), ["E0526 nodes.split.branches"]);
    nodes["split"]["otherwise"] = json!("lines");
    assert_eq!(codes(&nodes), ["E0502 nodes.split.otherwise"]);
}

fn both() -> Json {
    json!({"type": "fork", "branches": {"money": {"next": "money"}, "line": {"next": "line"}}})
}

#[test]
fn a_join_of_the_first_cancels_the_others() {
    let mut play = forked(both(), json!("first"));
    play.start("rob");
    play.approve("sam");
    let late = play.task("gwen");
    play.approve("fay");
    assert_eq!(play.open(), ["last: ada"]);
    assert_eq!((play.instance.tokens.len(), play.instance.scopes.len()), (1, 1));
    assert_eq!(code(play.decide_task(late, "gwen", Verb::Approve, None)), "task_done");
}

#[test]
fn a_join_of_so_many_waits_for_no_more_than_there_are() {
    let mut play = forked(both(), json!({"at_least": 5}));
    play.start("rob");
    play.approve("fay");
    assert_eq!(play.open(), ["line: sam"]);
    play.approve("sam");
    play.approve("gwen");
    assert_eq!(play.open(), ["last: ada"]);
}

#[test]
fn a_form_task_is_filled_in_and_completed_and_never_rejected() {
    let mut play = Play::new(&definition(json!({
        "start": {"type": "start", "next": "fill"},
        "fill": {"type": "form", "people": [{"role": "finance"}], "nobody": "admin", "fields": {"required": ["cost"]}, "next": "approved"},
        "approved": {"type": "end", "outcome": "approved"}})));
    play.start("rob");
    assert_eq!(code(play.decide("fay", Verb::Reject, None)), "forbidden");
    assert_eq!(code(play.decide("fay", Verb::Approve, None)), "cost:required");
    let fields = IndexMap::from([(Name::new("cost"), Value::Decimal(7.into()))]);
    let task = play.task("fay");
    let said = Said { fields, ..Said::default() };
    play.give(&Command::Decide { task, by: who("fay"), verb: Verb::Approve, said }).unwrap();
    assert_eq!(play.outcome(), Some("approved"));
}

fn operate(play: &mut Play, operation: Operation, reason: Option<&str>) -> Result<Decision, Rejection> {
    play.give(&Command::Operate { by: who("ada"), operation, reason: reason.map(str::to_owned) })
}

fn two() -> Play {
    let mut play =
        Play::new(&chain(&[json!({"approvers": [{"role": "lead"}]}), json!({"approvers": [{"role": "finance"}]})]));
    play.start("rob");
    play
}

#[test]
fn an_administrator_reassigns_a_task_with_a_reason() {
    let mut play = two();
    let task = play.task("sam");
    assert_eq!(code(operate(&mut play, Operation::Reassign { task, to: who("ria") }, None)), "reason:required");
    operate(&mut play, Operation::Reassign { task, to: who("ria") }, Some("sam is ill")).unwrap();
    assert_eq!(play.open(), ["step_1: ria"]);
    assert_eq!(code(play.decide_task(task, "sam", Verb::Approve, None)), "task_done");
}

#[test]
fn an_administrator_completes_a_task_and_counts_as_who_decided() {
    let mut play = two();
    let task = play.task("sam");
    operate(&mut play, Operation::Force { task, approve: true }, Some("agreed by phone")).unwrap();
    assert_eq!(play.open(), ["step_2: fay", "step_2: fox"]);
    assert_eq!(play.instance.approvals[0].who.name, "ada");
}

#[test]
fn nobody_decides_while_it_is_suspended_and_everybody_is_told_by_whom() {
    let mut play = two();
    operate(&mut play, Operation::Suspend, Some("audit")).unwrap();
    match play.decide("sam", Verb::Approve, None) {
        Err(Rejection::State { code, message }) => {
            assert_eq!(code, "suspended");
            assert_eq!(message, "Expected a workflow that runs, but ada suspended it");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(code(operate(&mut play, Operation::Suspend, Some("again"))), "suspended");
    assert_eq!(path(&play.preview("rob")), ["step_1: sam", "step_2: fay, fox"]);
    operate(&mut play, Operation::Resume, Some("done")).unwrap();
    assert_eq!(code(operate(&mut play, Operation::Resume, Some("again"))), "wrong_state");
    play.approve("sam");
}

#[test]
fn an_administrator_has_it_go_on_from_another_node() {
    let mut play = two();
    let task = play.task("sam");
    assert_eq!(code(operate(&mut play, Operation::Jump { task, to: "approved".into() }, Some("x"))), "to:no_node");
    operate(&mut play, Operation::Jump { task, to: "step_2".into() }, Some("sam is ill")).unwrap();
    assert_eq!(play.open(), ["step_2: fay", "step_2: fox"]);
    play.approve("fay");
    assert_eq!(play.outcome(), Some("approved"));
    let mut ended = Play::new(&single(json!({"approvers": [{"role": "lead"}]})));
    ended.start("rob");
    let task = ended.task("sam");
    ended.approve("sam");
    assert_eq!(code(operate(&mut ended, Operation::Force { task, approve: true }, Some("x"))), "wrong_state");
}
