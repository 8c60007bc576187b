//! What people do with a task, in every mode; withdrawing, cancelling, leaving.

use indexmap::IndexMap;
use kernel::{
    Rejection, Value,
    change::Change,
    workflow::{Command, Decision, RecordEffect, Return, Said, Status, Verb},
};
use serde_json::json;

use crate::workflow_kit::{Play, chain, code, definition, notices, single, who};

fn finance(mode: &str) -> Play {
    let verbs = json!({"return": {}, "transfer": {}});
    let mut play = Play::new(&single(json!({"approvers": [{"role": "finance"}], "mode": mode, "verbs": verbs})));
    play.start("rob");
    play
}

fn closed(decision: &Decision) -> Vec<String> {
    let close = |change: &Change| match change {
        Change::CloseTask(task) => Some(task.outcome.clone()),
        _ => None,
    };
    decision.changes.iter().filter_map(close).collect()
}

#[test]
fn in_mode_any_the_first_decision_counts_and_the_others_tasks_are_closed() {
    let mut play = finance("any");
    let decision = play.approve("fay");
    assert_eq!(play.outcome(), Some("approved"));
    assert_eq!(closed(&decision), ["approved", "closed"]);
    let mut play = finance("any");
    play.reject("fox");
    assert_eq!(play.outcome(), Some("rejected"));
}

#[test]
fn in_mode_all_everybody_approves_and_one_rejection_rejects() {
    let mut play = finance("all");
    play.approve("fay");
    assert_eq!(play.outcome(), None);
    play.approve("fox");
    assert_eq!(play.outcome(), Some("approved"));
    let mut play = finance("all");
    play.approve("fay");
    play.reject("fox");
    assert_eq!(play.outcome(), Some("rejected"));
}

#[test]
fn in_sequence_one_is_asked_after_the_other() {
    let mut play = finance("sequence");
    assert_eq!(play.open(), ["check: fay"]);
    play.approve("fay");
    assert_eq!(play.open(), ["check: fox"]);
    play.approve("fox");
    assert_eq!(play.outcome(), Some("approved"));
}

#[test]
fn a_late_click_is_told_who_did_what() {
    let mut play = finance("any");
    let late = play.task("fox");
    play.approve("fay");
    match play.decide_task(late, "fox", Verb::Reject, None) {
        Err(Rejection::State { code, message }) => {
            assert_eq!(code, "task_done");
            assert!(message.starts_with("Expected an open task, but fay approved it at 2026-"), "{message}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_double_click_advances_once() {
    let mut play =
        Play::new(&chain(&[json!({"approvers": [{"role": "lead"}]}), json!({"approvers": [{"role": "lead"}]})]));
    play.start("rob");
    let task = play.task("sam");
    play.approve("sam");
    assert_eq!(code(play.decide_task(task, "sam", Verb::Approve, None)), "task_done");
    assert_eq!(play.open(), ["step_2: sam"]);
}

#[test]
fn a_task_that_never_was_is_not_found_and_one_of_somebody_else_is_forbidden() {
    let mut play = finance("any");
    assert_eq!(code(play.decide_task(who("no task"), "fay", Verb::Approve, None)), "not_found");
    let task = play.task("fay");
    assert_eq!(code(play.decide_task(task, "rob", Verb::Approve, None)), "forbidden");
}

#[test]
fn a_verb_that_the_node_does_not_allow_is_forbidden() {
    let mut play = Play::new(&single(json!({"approvers": [{"role": "lead"}], "verbs": {"reject": false}})));
    play.start("rob");
    assert_eq!(code(play.decide("sam", Verb::Reject, None)), "forbidden");
    assert_eq!(code(play.decide("sam", Verb::Return(Return::default()), None)), "forbidden");
    assert_eq!(code(play.transfer("sam", "fay")), "forbidden");
    play.approve("sam");
}

#[test]
fn a_reason_that_the_node_asks_for_must_be_given_and_spaces_are_none() {
    let verbs = json!({"reject": {"reason": "required"}});
    let mut play = Play::new(&single(json!({"approvers": [{"role": "lead"}], "verbs": verbs})));
    play.start("rob");
    assert_eq!(code(play.decide("sam", Verb::Reject, Some("  "))), "reason:required");
    play.decide("sam", Verb::Reject, Some("too dear")).unwrap();
    assert_eq!(play.outcome(), Some("rejected"));
}

#[test]
fn only_fields_that_the_node_may_write_are_taken_over() {
    let node = json!({"approvers": [{"role": "lead"}], "fields": {"write": ["notes"]}});
    let mut play = Play::new(&single(node));
    play.start("rob");
    let task = play.task("sam");
    let with = |field: &str| {
        let fields = IndexMap::from([(field.into(), Value::text("seen"))]);
        Command::Decide { task, by: who("sam"), verb: Verb::Approve, said: Said { fields, ..Said::default() } }
    };
    assert_eq!(code(play.give(&with("amount"))), "amount:read_only");
    let decision = play.give(&with("notes")).unwrap();
    let update = RecordEffect::Update(IndexMap::from([("notes".into(), Value::text("seen"))]));
    assert_eq!(decision.effects, [update, RecordEffect::Outcome("approved".into())]);
    let written = serde_json::to_string(&decision.events).unwrap();
    assert!(!written.contains("seen"), "events name fields, never values");
}

#[test]
fn a_return_ends_the_round_and_submitting_again_begins_a_new_one() {
    let verbs = json!({"return": {}});
    let step = |role: &str| json!({"approvers": [{"role": role}], "verbs": verbs, "repeated": "skip"});
    let mut play = Play::new(&chain(&[step("lead"), step("finance")]));
    play.start("rob");
    play.approve("sam");
    let late = play.task("fox");
    let decision = play.give_back("fay");
    assert_eq!(decision.effects, [RecordEffect::Outcome("returned".into())]);
    assert_eq!(play.instance.status, Status::Returned);
    assert_eq!(play.open(), [""; 0]);
    assert_eq!(notices(&decision), ["rob: returned"]);
    assert_eq!(play.instance.returned.as_ref().unwrap().by.name, "fay");
    assert_eq!(code(play.decide_task(late, "fox", Verb::Approve, None)), "task_done");
    play.resubmit("rob").unwrap();
    assert_eq!(play.instance.round, 2);
    assert_eq!(play.instance.catalog_version, 2);
    assert_eq!(play.open(), ["step_1: sam"], "approvals of the round before do not count");
}

#[test]
fn only_what_was_given_back_can_be_submitted_again() {
    let mut play = finance("any");
    assert_eq!(code(play.resubmit("rob")), "wrong_state");
    play.approve("fay");
    assert_eq!(code(play.resubmit("rob")), "wrong_state");
    assert_eq!(code(play.try_start("rob")), "wrong_state");
}

#[test]
fn a_task_handed_over_is_the_others_to_decide() {
    let mut play = finance("all");
    let old = play.task("fay");
    let decision = play.transfer("fay", "gwen").unwrap();
    assert_eq!(play.open(), ["check: fox", "check: gwen"]);
    assert_eq!(closed(&decision), ["transferred"]);
    assert_eq!(notices(&decision), ["gwen: task"]);
    assert_eq!(code(play.decide_task(old, "fay", Verb::Approve, None)), "task_done");
    play.approve("gwen");
    play.approve("fox");
    assert_eq!(play.outcome(), Some("approved"));
}

#[test]
fn a_task_can_go_back_and_forth_but_not_to_somebody_who_decides_anyway() {
    let mut play = finance("all");
    assert_eq!(code(play.transfer("fay", "fox")), "to:already_approver");
    assert_eq!(code(play.transfer("fay", "gone")), "to:inactive");
    play.transfer("fay", "gwen").unwrap();
    play.transfer("gwen", "fay").unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(play.open(), ["check: fay", "check: fox"]);
}

#[test]
fn a_task_cannot_be_handed_to_somebody_who_may_not_decide() {
    let node = json!({"approvers": [{"role": "lead"}], "except": ["initiator"], "verbs": {"transfer": {}}});
    let mut play = Play::new(&single(node));
    play.start("rob");
    assert_eq!(code(play.transfer("sam", "rob")), "to:may_not_decide");
}

#[test]
fn the_initiator_withdraws_as_long_as_it_runs() {
    let mut play = finance("all");
    play.approve("fay");
    assert_eq!(code(play.withdraw("fay")), "forbidden");
    let decision = play.withdraw("rob").unwrap();
    assert_eq!(play.outcome(), Some("withdrawn"));
    assert_eq!(closed(&decision), ["withdrawn"]);
    assert_eq!(notices(&decision), [""; 0], "nobody is told what they did themselves");
    assert_eq!(code(play.withdraw("rob")), "wrong_state");
}

#[test]
fn the_window_for_withdrawing_closes_with_the_first_decision_or_is_never_open() {
    let mut definition = single(json!({"approvers": [{"role": "finance"}], "mode": "all", "verbs": {"return": {}}}));
    definition.withdraw = serde_json::from_value(json!("undecided")).unwrap();
    let mut play = Play::new(&definition);
    play.start("rob");
    let mut early = play.clone();
    early.withdraw("rob").unwrap();
    play.approve("fay");
    assert_eq!(code(play.withdraw("rob")), "withdraw_closed");
    play.give_back("fox");
    play.withdraw("rob").unwrap();
    definition.withdraw = serde_json::from_value(json!("never")).unwrap();
    let mut play = Play::new(&definition);
    play.start("rob");
    assert_eq!(code(play.withdraw("rob")), "withdraw_closed");
}

#[test]
fn an_administrator_cancels_with_a_reason() {
    let mut play = finance("any");
    let decision = play.give(&Command::Cancel { by: who("ada"), reason: Some("wrong form".into()) }).unwrap();
    assert_eq!(play.outcome(), Some("cancelled"));
    assert_eq!(decision.effects, [RecordEffect::Outcome("cancelled".into())]);
    assert_eq!(notices(&decision), ["rob: decided"]);
}

#[test]
fn a_comment_changes_nothing_else_and_is_possible_after_the_end() {
    let mut play = finance("any");
    play.approve("fay");
    let before = play.instance.clone();
    play.give(&Command::Comment { by: who("ria"), text: "well done".into() }).unwrap();
    assert_eq!(play.instance.seq, before.seq + 1);
    assert_eq!(play.instance.outcome, before.outcome);
}

#[test]
fn open_tasks_of_a_leaver_go_to_their_manager() {
    let mut play = finance("all");
    let decision = play.leaves("fay").unwrap();
    assert_eq!(play.open(), ["check: fox", "check: gwen"]);
    assert_eq!(notices(&decision), ["gwen: task"]);
}

#[test]
fn a_leavers_manager_who_decides_anyway_decides_once() {
    let node = json!({"approvers": [{"user": "fay@firm.example"}, {"user": "gwen@firm.example"}], "mode": "all"});
    let mut play = Play::new(&single(node));
    play.start("rob");
    play.leaves("fay").unwrap();
    assert_eq!(play.open(), ["check: gwen"]);
    play.approve("gwen");
    assert_eq!(play.outcome(), Some("approved"));
}

#[test]
fn a_leaver_without_a_manager_is_stood_in_for_by_the_nodes_policy() {
    let node = |nobody: &str| json!({"approvers": [{"user": "lone@firm.example"}], "nobody": nobody});
    let mut play = Play::new(&single(node("admin")));
    play.start("rob");
    play.leaves("lone").unwrap();
    assert_eq!(play.open(), ["check: ada"]);
    let mut play = Play::new(&single(node("pass")));
    play.start("rob");
    play.leaves("lone").unwrap();
    assert_eq!(play.outcome(), Some("approved"));
    let mut play = Play::new(&single(node("reject")));
    play.start("rob");
    play.leaves("lone").unwrap();
    assert_eq!(play.outcome(), Some("rejected"));
}

#[test]
fn somebody_who_left_before_their_turn_is_stood_in_for_when_it_comes() {
    let mut play = finance("sequence");
    play.org.people.get_mut(&who("fox")).unwrap().active = false;
    play.approve("fay");
    assert_eq!(play.open(), ["check: gwen"]);
}

#[test]
fn nothing_keeps_a_leaver_from_leaving_even_where_the_policy_would_go_round_in_a_circle() {
    let mut play = Play::new(&definition(json!({
        "start": {"type": "start", "next": "again"},
        "again": {"type": "approval", "approvers": [{"user": "lone@firm.example"}], "nobody": "reject", "next": "approved", "rejected": "again"},
        "approved": {"type": "end", "outcome": "approved"}})));
    play.start("rob");
    play.leaves("lone").unwrap();
    assert_eq!(play.open(), ["again: ada"]);
}

fn parallel() -> Play {
    let approval = |role: &str, next: &str| json!({"type": "approval", "approvers": [{"role": role}], "nobody": "admin", "verbs": {"return": {}}, "next": next, "rejected": "rejected"});
    Play::new(&definition(json!({
        "start": {"type": "start", "next": "split"},
        "split": {"type": "fork", "branches": {"money": {"next": "money"}, "line": {"next": "line"}}},
        "money": approval("finance", "meet"), "line": approval("lead", "line_top"), "line_top": approval("director", "meet"),
        "meet": {"type": "join", "of": "split", "next": "last"}, "last": approval("administrator", "approved"),
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}})))
}

#[test]
fn branches_run_side_by_side_and_the_join_waits_for_all() {
    let mut play = parallel();
    play.start("rob");
    assert_eq!(play.open(), ["line: sam", "money: fay", "money: fox"]);
    play.approve("fox");
    assert_eq!(play.open(), ["line: sam"]);
    play.approve("sam");
    assert_eq!(play.open(), ["line_top: gwen"]);
    play.approve("gwen");
    assert_eq!(play.open(), ["last: ada"]);
    play.approve("ada");
    assert_eq!(play.outcome(), Some("approved"));
}

#[test]
fn a_rejection_in_a_branch_ends_the_others() {
    let mut play = parallel();
    play.start("rob");
    let decision = play.reject("sam");
    assert_eq!(play.outcome(), Some("rejected"));
    assert_eq!(closed(&decision), ["rejected", "closed", "closed"]);
    assert!(play.instance.tokens.is_empty() && play.instance.scopes.is_empty());
}

#[test]
fn a_return_from_a_branch_takes_all_branches_back() {
    let mut play = parallel();
    play.start("rob");
    play.approve("sam");
    play.give_back("fay");
    assert_eq!(play.instance.status, Status::Returned);
    assert!(play.instance.tokens.is_empty() && play.instance.tasks.is_empty());
    play.resubmit("rob").unwrap();
    assert_eq!(play.open(), ["line: sam", "money: fay", "money: fox"]);
}

#[test]
fn a_loop_in_which_nobody_is_ever_asked_is_refused() {
    let nobody = json!({"type": "approval", "approvers": [{"user": "gone@firm.example"}], "nobody": "reject", "next": "approved", "rejected": "again"});
    let mut play = Play::new(&definition(json!({
        "start": {"type": "start", "next": "again"}, "again": nobody,
        "approved": {"type": "end", "outcome": "approved"}})));
    assert_eq!(code(play.try_start("rob")), "endless");
}

#[test]
fn a_notice_reaches_active_people_once() {
    let mut play = Play::new(&definition(json!({
        "start": {"type": "start", "next": "tell"},
        "tell": {"type": "notify", "to": [{"role": "lead"}, {"user": "gone@firm.example"}, {"manager": {"of": "initiator"}}], "message": "look", "next": "approved"},
        "approved": {"type": "end", "outcome": "approved"}})));
    let decision = play.start("rob");
    assert_eq!(notices(&decision), ["sam: notify"]);
}

#[test]
fn a_task_that_opens_and_closes_within_one_command_is_never_seen() {
    let approval = |approvers: serde_json::Value, nobody: &str| json!({"type": "approval", "approvers": [approvers], "nobody": nobody, "next": "meet", "rejected": "rejected"});
    let mut play = Play::new(&definition(json!({
        "start": {"type": "start", "next": "split"},
        "split": {"type": "fork", "branches": {"one": {"next": "one"}, "two": {"next": "two"}}},
        "one": approval(json!({"role": "lead"}), "admin"), "two": approval(json!({"user": "gone@firm.example"}), "reject"),
        "meet": {"type": "join", "of": "split", "next": "approved"},
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}})));
    let decision = play.start("rob");
    assert_eq!(play.outcome(), Some("rejected"));
    assert_eq!(notices(&decision), [""; 0]);
    let rows = decision.changes.iter().filter(|c| matches!(c, Change::OpenTask(_) | Change::CloseTask(_)));
    assert_eq!(rows.count(), 0);
}

#[test]
fn what_comes_with_a_handing_over_is_kept_as_what_comes_with_a_decision() {
    let verbs = json!({"transfer": {"attachment": "required", "signature": "required"}});
    let mut play = Play::new(&single(json!({"approvers": [{"role": "lead"}], "verbs": verbs})));
    play.start("rob");
    let (task, file, signature) = (play.task("sam"), who("file"), who("signature"));
    let give = |said: Said| {
        let verb = Verb::Transfer { to: who("fay") };
        Command::Decide { task, by: who("sam"), verb, said }
    };
    assert_eq!(code(play.give(&give(Said::default()))), "attachments:required signature:required");
    let unsigned = Said { attachments: vec![file], ..Said::default() };
    assert_eq!(code(play.give(&give(unsigned.clone()))), "signature:required");
    let decision = play.give(&give(Said { signature: Some(signature), ..unsigned })).unwrap();
    let held: Vec<_> = decision
        .changes
        .iter()
        .filter_map(|change| if let Change::Files(files) = change { Some(files) } else { None })
        .flat_map(|files| files.hold.iter().map(|held| held.file))
        .collect();
    assert_eq!(held, [file, signature]);
    let closed = decision.changes.iter().find_map(|c| if let Change::CloseTask(task) = c { Some(task) } else { None });
    let beside = &closed.unwrap().beside;
    assert_eq!(
        (beside.attachments.as_slice(), beside.signature, beside.channel),
        ([file].as_slice(), Some(signature), None)
    );
}
