//! Who will decide and why, before and while it runs; conditions, variables, actions.

use indexmap::IndexMap;
use kernel::{
    Value,
    definition::WorkflowDefinition,
    workflow::{RecordEffect, Status, What},
};
use rust_decimal::Decimal;
use serde_json::json;

use crate::workflow_kit::{Play, code, definition, path, who};

/// By the decision's level: nobody, a lead, or a lead and finance.
fn leveled() -> WorkflowDefinition {
    let mut definition = definition(json!({
        "start": {"type": "start", "next": "by_level"},
        "by_level": {"type": "switch", "cases": {"none": {"label": "Small", "when": "vars.level == 0", "next": "approved"}}, "default": "lead"},
        "lead": {"type": "approval", "approvers": [{"role": "lead"}], "nobody": "admin", "verbs": {"return": {}}, "next": "higher", "rejected": "rejected"},
        "higher": {"type": "switch", "cases": {"yes": {"label": "Huge", "when": "vars.level >= 2", "next": "finance"}}, "default": "approved"},
        "finance": {"type": "approval", "approvers": [{"role": "finance"}], "nobody": "admin", "mode": "all", "next": "approved", "rejected": "rejected"},
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}}));
    definition.variables =
        serde_json::from_value(json!({"level": {"type": "integer", "value": "decide(request_level).level"}})).unwrap();
    definition
}

fn amount(of: i64) -> Play {
    Play::new(&leveled()).with("amount", Decimal::from(of))
}

#[test]
fn a_decision_table_says_how_many_levels_decide() {
    let mut play = amount(500);
    play.start("rob");
    assert_eq!(play.outcome(), Some("approved"));
    assert_eq!(path(&amount(2_000).preview("rob")), ["lead: sam"]);
    assert_eq!(path(&amount(9_000).preview("rob")), ["lead: sam", "finance: fay, fox"]);
}

#[test]
fn the_preview_tells_the_case_and_the_rows_behind_each_step() {
    let preview = amount(9_000).preview("rob");
    let finance = &preview.nodes[1];
    assert_eq!(finance.why[0].case.as_deref(), Some("yes"));
    assert_eq!(finance.why[0].case_label.as_deref(), Some("Huge"));
    assert_eq!(finance.why[0].fired[0].decision, "request_level");
    assert_eq!(finance.why[0].fired[0].rules, ["huge"], "the row that made the level, not each that fits");
    assert_eq!(preview.nodes[0].why[0].case, None, "the default led to the lead");
    assert_eq!(preview.outcome.as_deref(), Some("approved"));
}

#[test]
fn a_running_instance_shows_who_has_it_now_and_who_is_next() {
    let mut play = amount(9_000);
    play.start("rob");
    play.approve("sam");
    play.approve("fay");
    let preview = play.preview("rob");
    assert!(preview.nodes[0].current);
    assert!(preview.nodes[0].people[0].done && !preview.nodes[0].people[1].done);
    assert_eq!(path(&preview), ["finance: fay, fox"]);
    assert_eq!(preview.outcome.as_deref(), Some("approved"));
}

#[test]
fn a_preview_after_a_return_starts_anew_with_the_record_as_it_is_now() {
    let mut play = amount(9_000);
    play.start("rob");
    play.give_back("sam");
    play = play.with("amount", Decimal::from(2_000));
    assert_eq!(path(&play.preview("rob")), ["lead: sam"]);
    play.resubmit("rob").unwrap();
    assert_eq!(play.instance.variables["level"], Value::Integer(1));
}

#[test]
fn a_running_instance_keeps_its_variables_and_settings_when_things_change() {
    let mut definition = leveled();
    let case = json!({"when": "setting.limit > 50", "next": "finance"});
    if let Some(kernel::definition::NodeDefinition::Switch(switch)) = definition.nodes.get_mut("higher") {
        switch.cases = serde_json::from_value(json!({"yes": case})).unwrap();
    }
    let mut play = Play::new(&definition).with("amount", Decimal::from(2_000));
    play.start("rob");
    play.settings.insert("limit".into(), Value::Decimal(Decimal::ONE));
    play.approve("sam");
    assert_eq!(play.open(), ["finance: fay", "finance: fox"], "the limit it began with still holds");
}

#[test]
fn what_depends_on_a_field_that_somebody_may_still_change_is_said_to_be_unknown() {
    let play = Play::new(&definition(json!({
        "start": {"type": "start", "next": "lead"},
        "lead": {"type": "approval", "approvers": [{"role": "lead"}], "nobody": "admin", "fields": {"write": ["cost"]}, "next": "dear", "rejected": "rejected"},
        "dear": {"type": "switch", "cases": {"yes": {"when": "cost > 100", "next": "finance"}}, "default": "approved"},
        "finance": {"type": "approval", "approvers": [{"role": "finance"}], "nobody": "admin", "next": "approved", "rejected": "rejected"},
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}})))
    .with("cost", Decimal::from(500));
    let preview = play.preview("rob");
    assert!(!preview.nodes[0].unknown);
    assert!(preview.nodes[1].unknown);
    assert_eq!(preview.nodes[1].depends_on, ["cost"]);
}

#[test]
fn a_preview_of_what_would_be_refused_is_refused() {
    let play = Play::new(&definition(json!({
        "start": {"type": "start", "next": "lead"},
        "lead": {"type": "approval", "approvers": [{"user": "gone@firm.example"}], "nobody": "refuse", "next": "approved", "rejected": "rejected"},
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}})));
    let refused = play.try_preview("rob").unwrap_err();
    assert!(refused.to_string().contains("nobody was found"), "{refused}");
}

#[test]
fn people_are_found_by_paths_of_the_record() {
    let approval = |source: serde_json::Value| json!({"type": "approval", "approvers": [source], "nobody": "admin", "next": "approved", "rejected": "rejected"});
    let play = |source: serde_json::Value| {
        let mut play = Play::new(&definition(json!({
            "start": {"type": "start", "next": "check"}, "check": approval(source),
            "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}})))
        .with("reviewer", who("fox"))
        .with("area", who("field"));
        play.start("ria");
        play.open()
    };
    assert_eq!(play(json!({"field": "reviewer"})), ["check: fox"]);
    assert_eq!(play(json!({"field": "owner"})), ["check: ada"], "an empty field finds nobody");
    assert_eq!(play(json!({"manager": {"of": "reviewer"}})), ["check: gwen"]);
    assert_eq!(play(json!({"department_head": {"of": "area", "up": 1}})), ["check: sam"]);
}

#[test]
fn an_action_changes_the_record_before_what_follows_looks_at_it() {
    let mut play = Play::new(&definition(json!({
        "start": {"type": "start", "next": "act"},
        "act": {"type": "action", "do": {
            "raise": {"update": {"set": {"amount": "amount + 1"}}},
            "never": {"update": {"set": {"notes": "\"x\""}, "when": "amount > 1000"}},
            "file": {"transition": {"name": "file", "when": "amount == 11"}}}, "next": "large"},
        "large": {"type": "switch", "cases": {"yes": {"when": "amount > 10", "next": "big"}}, "default": "small"},
        "big": {"type": "end", "outcome": "big"}, "small": {"type": "end", "outcome": "small"}})))
    .with("amount", Decimal::TEN);
    let decision = play.start("rob");
    assert_eq!(play.outcome(), Some("big"));
    let raised = IndexMap::from([("amount".into(), Value::Decimal(Decimal::from(11)))]);
    let effects =
        [RecordEffect::Update(raised), RecordEffect::Transition("file".into()), RecordEffect::Outcome("big".into())];
    assert_eq!(decision.effects, effects);
    let acted = decision.events.iter().filter(|e| matches!(e.what, What::Acted { .. })).count();
    assert_eq!(acted, 3);
}

#[test]
fn a_condition_that_cannot_be_worked_out_refuses_the_command_and_writes_nothing() {
    let mut play = Play::new(&definition(json!({
        "start": {"type": "start", "next": "ratio"},
        "ratio": {"type": "switch", "cases": {"yes": {"when": "amount / days > 1", "next": "approved"}}, "default": "rejected"},
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}})))
    .with("amount", Decimal::TEN)
    .with("days", 0);
    assert_eq!(code(play.try_start("rob")), "workflow_fault");
    assert_eq!(play.instance.status, Status::New);
}
