//! Who decides: every approver source, policy and substitute.

use kernel::workflow::SkipReason;
use serde_json::json;

use crate::workflow_kit::{Play, chain, code, path, single, who};

fn asked(approval: serde_json::Value, initiator: &str) -> Vec<String> {
    let mut play = Play::new(&single(approval));
    play.start(initiator);
    play.open()
}

#[test]
fn a_user_is_found_by_mail_address_whatever_its_case() {
    assert_eq!(asked(json!({"approvers": [{"user": "Fay@Firm.example"}]}), "rob"), ["check: fay"]);
}

#[test]
fn a_role_finds_everybody_who_has_it_and_is_active() {
    assert_eq!(asked(json!({"approvers": [{"role": "finance"}]}), "rob"), ["check: fay", "check: fox"]);
    assert_eq!(asked(json!({"approvers": [{"role": "lead"}]}), "rob"), ["check: sam"]);
}

#[test]
fn a_role_in_the_initiators_department_goes_up_to_the_nearest_department_that_has_it() {
    let approval = json!({"approvers": [{"role": "lead", "in": "initiator_department"}]});
    assert_eq!(asked(approval.clone(), "rob"), ["check: sam"]);
    let approval = json!({"approvers": [{"role": "staff", "in": "initiator_department"}], "except": ["initiator"]});
    assert_eq!(asked(approval, "rob"), ["check: ria"]);
}

#[test]
fn a_role_that_nobody_up_to_the_top_department_has_finds_nobody() {
    let approval = json!({"approvers": [{"role": "finance", "in": "initiator_department"}]});
    assert_eq!(asked(approval.clone(), "rob"), ["check: ada"]);
    assert_eq!(asked(approval, "lone"), ["check: ada"], "without a department there is nowhere to look");
}

#[test]
fn a_manager_is_found_by_level() {
    let level = |level: u32| json!({"approvers": [{"manager": {"of": "initiator", "level": level}}]});
    assert_eq!(asked(level(1), "rob"), ["check: sam"]);
    assert_eq!(asked(level(2), "rob"), ["check: gwen"]);
    assert_eq!(asked(level(3), "rob"), ["check: ada"], "above the top there is nobody");
}

#[test]
fn nobody_above_a_ring_of_managers_or_a_manager_who_left_follow_the_nobody_policy() {
    let approval = json!({"approvers": [{"manager": {"of": "initiator", "level": 2}}]});
    for initiator in ["lone", "ann"] {
        assert_eq!(asked(approval.clone(), initiator), ["check: ada"], "{initiator}");
    }
    assert_eq!(asked(json!({"approvers": [{"manager": {"of": "initiator", "level": 1}}]}), "under"), ["check: ada"]);
    assert_eq!(asked(approval, "under"), ["check: gwen"], "a level stays a level when somebody left");
}

#[test]
fn a_manager_chain_goes_to_the_top_a_level_or_a_role() {
    let chain = |until: serde_json::Value| json!({"approvers": [{"manager_chain": {"of": "initiator", "until": until}}], "mode": "all"});
    let to_top = json!({"approvers": [{"manager_chain": {"of": "initiator"}}], "mode": "all"});
    assert_eq!(asked(to_top.clone(), "rob"), ["check: gwen", "check: sam"]);
    assert_eq!(asked(chain(json!({"level": 1})), "rob"), ["check: sam"]);
    assert_eq!(asked(chain(json!({"role": "lead"})), "rob"), ["check: sam"]);
    assert_eq!(asked(chain(json!({"role": "lead"})), "under"), ["check: gwen"], "who left does not end the chain");
    assert_eq!(asked(to_top, "ann"), ["check: bea"], "a ring ends where it closes");
}

#[test]
fn a_department_head_is_found_for_the_initiators_department_and_those_above() {
    let head = |up: u32| json!({"approvers": [{"department_head": {"of": "initiator", "up": up}}]});
    assert_eq!(asked(head(0), "fox"), ["check: fay"]);
    assert_eq!(asked(head(1), "fox"), ["check: gwen"]);
    assert_eq!(asked(head(0), "rob"), ["check: ada"], "the field team has no head");
    assert_eq!(asked(head(1), "rob"), ["check: sam"]);
    assert_eq!(asked(head(9), "rob"), ["check: ada"]);
}

#[test]
fn the_initiator_can_be_asked() {
    assert_eq!(asked(json!({"approvers": ["initiator"]}), "rob"), ["check: rob"]);
}

#[test]
fn sources_are_united_and_nobody_is_asked_twice() {
    let approval =
        json!({"approvers": [{"user": "sam@firm.example"}, {"role": "lead"}, {"manager": {"of": "initiator"}}]});
    assert_eq!(asked(approval, "rob"), ["check: sam"]);
}

#[test]
fn whoever_is_excepted_is_left_out_with_the_reason() {
    let approval = json!({"approvers": [{"role": "finance"}], "except": ["initiator"]});
    let mut play = Play::new(&single(approval));
    let preview = play.preview("fay");
    play.start("fay");
    assert_eq!(play.open(), ["check: fox"]);
    assert_eq!(preview.nodes[0].left_out[0].reason, SkipReason::ExceptInitiator);
}

#[test]
fn four_eyes_keep_out_who_approved_earlier_in_the_round() {
    let definition = chain(&[
        json!({"approvers": [{"user": "fay@firm.example"}]}),
        json!({"approvers": [{"role": "finance"}], "except": ["earlier_approvers"]}),
    ]);
    let mut play = Play::new(&definition);
    play.start("rob");
    play.approve("fay");
    assert_eq!(play.open(), ["step_2: fox"]);
}

#[test]
fn an_initiator_who_is_an_approver_decides_unless_told_otherwise() {
    assert_eq!(asked(json!({"approvers": [{"role": "lead"}]}), "sam"), ["check: sam"]);
}

#[test]
fn an_initiator_who_is_the_only_approver_is_skipped_with_a_note() {
    let mut play = Play::new(&single(json!({"approvers": [{"role": "lead"}], "same_as_initiator": "skip"})));
    let preview = play.preview("sam");
    play.start("sam");
    assert_eq!(play.outcome(), Some("approved"));
    assert_eq!(path(&preview), ["check: (sam)"]);
    assert_eq!(preview.nodes[0].people[0].skipped, Some(SkipReason::SameAsInitiator));
}

#[test]
fn an_initiator_is_not_skipped_over_others_who_could_decide() {
    let approval = json!({"approvers": [{"role": "finance"}], "same_as_initiator": "skip"});
    assert_eq!(asked(approval, "fay"), ["check: fox"]);
    let approval = json!({"approvers": [{"role": "finance"}], "same_as_initiator": "skip", "mode": "all"});
    assert_eq!(asked(approval, "fay"), ["check: fox"], "her part of all counts as approved");
}

#[test]
fn an_initiators_manager_decides_instead() {
    let approval = json!({"approvers": [{"role": "lead"}], "same_as_initiator": "manager"});
    assert_eq!(asked(approval.clone(), "sam"), ["check: gwen"]);
    let approval = json!({"approvers": ["initiator"], "same_as_initiator": "manager"});
    assert_eq!(asked(approval.clone(), "lone"), ["check: ada"], "without a manager the policy decides");
    assert_eq!(asked(approval, "under"), ["check: gwen"], "who left cannot decide instead");
}

#[test]
fn the_head_of_the_nearest_department_that_somebody_else_heads_decides_instead() {
    let approval = json!({"approvers": ["initiator"], "same_as_initiator": "department_head"});
    assert_eq!(asked(approval.clone(), "fox"), ["check: fay"]);
    assert_eq!(asked(approval.clone(), "fay"), ["check: gwen"]);
    assert_eq!(asked(approval, "rob"), ["check: sam"]);
}

#[test]
fn somebody_who_has_approved_before_is_skipped_where_the_node_says_so() {
    let definition = chain(&[
        json!({"approvers": [{"user": "sam@firm.example"}]}),
        json!({"approvers": [{"user": "fay@firm.example"}]}),
        json!({"approvers": [{"user": "sam@firm.example"}], "repeated": "skip"}),
    ]);
    let mut play = Play::new(&definition);
    assert_eq!(path(&play.preview("rob")), ["step_1: sam", "step_2: fay", "step_3: (sam)"]);
    play.start("rob");
    play.approve("sam");
    play.approve("fay");
    assert_eq!(play.outcome(), Some("approved"));
}

#[test]
fn skipping_only_consecutive_approvals_asks_again_after_somebody_else() {
    let consecutive = json!({"approvers": [{"user": "sam@firm.example"}], "repeated": "skip_consecutive"});
    let definition = chain(&[
        json!({"approvers": [{"user": "sam@firm.example"}]}),
        consecutive.clone(),
        consecutive.clone(),
        json!({"approvers": [{"user": "fay@firm.example"}]}),
        consecutive,
    ]);
    let play = Play::new(&definition);
    assert_eq!(
        path(&play.preview("rob")),
        ["step_1: sam", "step_2: (sam)", "step_3: (sam)", "step_4: fay", "step_5: sam"]
    );
}

#[test]
fn nobody_is_skipped_where_the_node_writes_fields() {
    let definition = chain(&[
        json!({"approvers": [{"user": "sam@firm.example"}]}),
        json!({"approvers": [{"user": "sam@firm.example"}], "repeated": "skip", "fields": {"write": ["notes"]}}),
    ]);
    let mut play = Play::new(&definition);
    play.start("rob");
    play.approve("sam");
    assert_eq!(play.open(), ["step_2: sam"]);
}

fn policy(nobody: serde_json::Value, initiator: &str) -> Play {
    let mut play =
        Play::new(&single(json!({"approvers": [{"user": "gone@firm.example"}], "nobody": nobody, "mode": "all"})));
    play.start(initiator);
    play
}

#[test]
fn when_nobody_is_found_the_named_role_decides_and_one_of_them_is_enough() {
    let mut play = policy(json!({"role": "finance"}), "rob");
    assert_eq!(play.open(), ["check: fay", "check: fox"]);
    play.approve("fox");
    assert_eq!(play.outcome(), Some("approved"));
}

#[test]
fn when_nobody_is_found_a_user_an_administrator_or_the_next_manager_decides() {
    assert_eq!(policy(json!({"user": "fay@firm.example"}), "rob").open(), ["check: fay"]);
    assert_eq!(policy(json!("admin"), "rob").open(), ["check: ada"]);
    assert_eq!(policy(json!("manager_up"), "rob").open(), ["check: sam"]);
    assert_eq!(policy(json!("manager_up"), "under").open(), ["check: gwen"], "past the one who left");
}

#[test]
fn a_fallback_that_finds_nobody_either_goes_to_administrators() {
    assert_eq!(policy(json!("manager_up"), "lone").open(), ["check: ada"]);
    assert_eq!(policy(json!({"user": "gone@firm.example"}), "rob").open(), ["check: ada"]);
}

#[test]
fn when_nobody_is_found_the_node_can_pass_or_reject() {
    assert_eq!(policy(json!("pass"), "rob").outcome(), Some("approved"));
    assert_eq!(policy(json!("reject"), "rob").outcome(), Some("rejected"));
}

#[test]
fn a_submission_is_refused_when_nobody_is_found_even_at_a_later_node() {
    let missing = json!({"approvers": [{"user": "gone@firm.example"}], "nobody": "refuse"});
    let mut play = Play::new(&single(missing.clone()));
    assert_eq!(code(play.try_start("rob")), "nobody_found");
    let mut play = Play::new(&chain(&[json!({"approvers": [{"role": "lead"}]}), missing]));
    assert_eq!(code(play.try_start("rob")), "nobody_found");
    assert_eq!(play.instance, kernel::workflow::Instance::default());
}

#[test]
fn a_submission_is_refused_when_everybody_who_could_decide_later_is_excepted() {
    let ada = json!({"approvers": [{"user": "ada@firm.example"}], "except": ["earlier_approvers"]});
    let mut play = Play::new(&chain(&[ada.clone(), ada]));
    assert_eq!(code(play.try_start("rob")), "nobody_found");
}

#[test]
fn past_the_submission_administrators_decide_where_it_would_have_been_refused() {
    let last = json!({"approvers": [{"user": "fay@firm.example"}], "nobody": "refuse"});
    let mut play = Play::new(&chain(&[json!({"approvers": [{"role": "lead"}]}), last]));
    play.start("rob");
    play.org.people.get_mut(&who("fay")).unwrap().active = false;
    play.approve("sam");
    assert_eq!(play.open(), ["step_2: ada"]);
}

#[test]
fn a_firm_without_administrators_refuses_rather_than_park_a_task_with_nobody() {
    let mut play = Play::new(&single(json!({"approvers": [{"user": "gone@firm.example"}]})));
    play.org.people.get_mut(&who("ada")).unwrap().active = false;
    assert_eq!(code(play.try_start("rob")), "nobody_found");
}

#[test]
fn four_eyes_hold_for_the_fallback_too() {
    let approval =
        json!({"approvers": [{"user": "gone@firm.example"}], "nobody": {"role": "finance"}, "except": ["initiator"]});
    assert_eq!(asked(approval, "fay"), ["check: fox"]);
    let approval = json!({"approvers": [{"user": "gone@firm.example"}], "nobody": {"role": "lead"}, "same_as_initiator": "manager"});
    assert_eq!(asked(approval, "sam"), ["check: ada"], "the initiator does not decide as the fallback");
}
